"""Takes a person's waiting syncs out of the queue; what runs is left to the engine, which verifies its facts.

Invariant: a sync that ended before keeps how it ended, one that never did is DIBATALKAN (spec: domain 7).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Peristiwa, StatusSinkro, sebelum
from ekinerja_domain.sinkronisasi.temuan import JenisFakta, Kode
from services.db.tables import SinkroRow
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from services.sinkronisasi.status_semula import kembalikan_status_semula


async def batalkan_yang_menunggu(conn: AsyncConnection, nip: str) -> int:
    """Cancels every sync of the person that waits, and its open items in bulks; how many there were. The caller holds
    the instansi's lock and takes no further one, since the rows of `massal` are locked last."""
    s = SinkroRow
    menunggu = [str(d) for d in sebelum(Peristiwa.DIBATALKAN)]
    terkunci = await conn.scalars(
        select(s.id).where(s.nip == nip, s.status.in_(menunggu)).order_by(s.id).with_for_update(key_share=True)
    )
    sinkro_id = list(terkunci)
    if not sinkro_id:
        return 0
    pernah = await kembalikan_status_semula(conn, sinkro_id)
    await _sandarkan(conn, pernah)
    await catat_butir_selesai(conn, dict.fromkeys(sinkro_id, str(StatusSinkro.DIBATALKAN)))
    return len(sinkro_id)


async def _sandarkan(conn: AsyncConnection, sinkro_id: list[UUID]) -> None:
    """What failed or was held, and had its next turn taken away here, waits for the person to come back as user PMM:
    the release that had queued it may have used up what it waited for."""
    await conn.execute(
        text(
            """
            INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id)
            SELECT s.id, :fakta, s.nip, :kode, s.instansi_id FROM sinkro s
            WHERE s.id = ANY(:id) AND s.status = ANY(:dapat_dilepas)
            ON CONFLICT DO NOTHING
            """
        ),
        {
            "id": sinkro_id,
            "fakta": str(JenisFakta.USER_PMM),
            "kode": str(Kode.BUKAN_USER_PMM),
            "dapat_dilepas": [str(satu) for satu in sebelum(Peristiwa.DILEPAS)],
        },
    )
