"""Takes waiting syncs out of the queue again: who ended before keeps how that was, who never did is DIBATALKAN (spec:
domain 7). Set-wise; the caller holds the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import HasilPercobaan, Peristiwa, StatusSinkro, berpindah
from ekinerja_domain.sinkronisasi.temuan import catatan_baris, temuan_dari_json
from services.db.setwise import perbarui
from services.db.tables import SinkroRow

_BERAKHIR = (HasilPercobaan.BERHASIL, HasilPercobaan.GAGAL, HasilPercobaan.TERTAHAN)

# The findings on the row are those of its last attempt that said something, so they only differ when a try that was
# put off came after the one that ended.
_KEMBALIKAN = text(
    """
    WITH terakhir AS MATERIALIZED (
        SELECT i.id, p.ke, p.status, p.hasil, p.pemicu, p.oleh, p.selesai,
               EXISTS (SELECT FROM percobaan t WHERE t.sinkro_id = i.id AND t.ke > p.ke AND t.status = 'MENUNGGU')
                 AS tertimpa
        FROM unnest(CAST(:id AS uuid[])) AS i (id)
        LEFT JOIN LATERAL (SELECT * FROM percobaan p WHERE p.sinkro_id = i.id AND p.status = ANY(:berakhir)
                           ORDER BY p.ke DESC LIMIT 1) p ON true)
    UPDATE sinkro s SET status = COALESCE(t.status, :batal), hasil = t.hasil, pemicu = COALESCE(t.pemicu, s.pemicu),
        oleh = COALESCE(t.oleh, s.oleh), selesai_pada = COALESCE(t.selesai, now()), coba_lagi_pada = NULL,
        percobaan_transien = 0, percobaan_galat = 0, diubah_pada = now()
    FROM terakhir t WHERE s.id = t.id AND s.status = 'MENUNGGU'
    RETURNING s.id, t.ke, t.tertimpa
    """
).bindparams(bindparam("id", type_=ARRAY(PG_UUID)))
_PERCOBAAN = text(
    """
    SELECT p.sinkro_id AS id, p.temuan, p.keterangan FROM percobaan p
    JOIN unnest(CAST(:id AS uuid[]), CAST(:ke AS integer[])) AS i (id, ke) ON p.sinkro_id = i.id AND p.ke = i.ke
    """
)


async def kembalikan_status_semula(conn: AsyncConnection, sinkro_id: Sequence[UUID]) -> list[UUID]:
    """Ends these waiting syncs without a try; the ids of those that had ended before and are again as they were."""
    batal = str(berpindah(StatusSinkro.MENUNGGU, Peristiwa.DIBATALKAN))
    isi = {"id": list(sinkro_id), "berakhir": [str(satu) for satu in _BERAKHIR], "batal": batal}
    pernah = [satu for satu in await conn.execute(_KEMBALIKAN, isi) if satu.ke is not None]
    tertimpa = [satu for satu in pernah if satu.tertimpa]
    if tertimpa:
        larik = {"id": [satu.id for satu in tertimpa], "ke": [satu.ke for satu in tertimpa]}
        semula = [_temuan_semula(satu) for satu in await conn.execute(_PERCOBAAN, larik)]
        await perbarui(conn, SinkroRow, semula, ("id",), selalu=True)
    return [satu.id for satu in pernah]


def _temuan_semula(satu: Any) -> dict[str, Any]:
    temuan = [temuan_dari_json(isi) for isi in satu.temuan]
    return {
        "id": satu.id,
        "temuan": satu.temuan,
        "kode": list(dict.fromkeys(str(t.kode) for t in temuan)),
        "catatan": "\n".join(catatan_baris(t) for t in temuan) or None,
        "keterangan": satu.keterangan,
    }
