"""Takes a person's waiting syncs out of the queue; what runs is left to the engine, which verifies its facts.

Invariant: a sync that ended before keeps how it ended, one that never did is DIBATALKAN (spec: domain 7).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import HasilPercobaan, Peristiwa, StatusSinkro, berpindah, sebelum
from ekinerja_domain.sinkronisasi.temuan import JenisFakta, Kode, catatan_baris, temuan_dari_json
from services.db.setwise import perbarui
from services.db.tables import PercobaanRow, SinkroRow
from services.sinkronisasi.massal import catat_butir_selesai

_BERAKHIR = (HasilPercobaan.BERHASIL, HasilPercobaan.GAGAL, HasilPercobaan.TERTAHAN)
# What an attempt and the row of the log have in common: the row shows its last attempt that ended.
_SAMA = tuple(k.name for k in PercobaanRow.__table__.c if k.name in SinkroRow.__table__.c and k.name != "instansi_id")


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
    terakhir = await _percobaan_terakhir(conn, sinkro_id)
    waktu = {"coba_lagi_pada": None, "percobaan_transien": 0, "percobaan_galat": 0}
    batal = {"status": str(berpindah(StatusSinkro.MENUNGGU, Peristiwa.DIBATALKAN)), **waktu}
    await perbarui(
        conn,
        SinkroRow,
        [{"id": satu, **batal} for satu in sinkro_id if satu not in terakhir],
        ("id",),
        selalu=True,
        tambahan=(("selesai_pada", "now()"), ("diubah_pada", "now()")),
    )
    await perbarui(
        conn,
        SinkroRow,
        [{"id": satu, **isi, **waktu} for satu, isi in terakhir.items()],
        ("id",),
        selalu=True,
        tambahan=(("diubah_pada", "now()"),),
    )
    await _sandarkan(conn, list(terakhir))
    await catat_butir_selesai(conn, dict.fromkeys(sinkro_id, str(StatusSinkro.DIBATALKAN)))
    return len(sinkro_id)


async def _percobaan_terakhir(conn: AsyncConnection, sinkro_id: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Per sync that ever ended, the columns of the log's row as the last such attempt left them."""
    p = PercobaanRow
    baris = await conn.execute(
        select(p.sinkro_id, p.selesai, *(p.__table__.c[k] for k in _SAMA))
        .ext(distinct_on(p.sinkro_id))
        .where(p.sinkro_id.in_(sinkro_id), p.status.in_([str(satu) for satu in _BERAKHIR]))
        .order_by(p.sinkro_id, p.ke.desc())
    )
    hasil: dict[UUID, dict[str, Any]] = {}
    for satu in baris.mappings():
        temuan = [temuan_dari_json(isi) for isi in satu["temuan"]]
        hasil[satu["sinkro_id"]] = {
            **{kolom: satu[kolom] for kolom in _SAMA},
            "kode": list(dict.fromkeys(str(t.kode) for t in temuan)),
            "catatan": "\n".join(catatan_baris(t) for t in temuan) or None,
            "selesai_pada": satu["selesai"],
        }
    return hasil


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
