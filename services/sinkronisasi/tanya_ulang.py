"""Where PMM has no change feed: who has no agreed SKP there is asked again once, a day later (spec: domain 4.7).

Once per failure: `oleh` of the sync says that its last attempt was such a question, and that one is not repeated.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import JenisFakta, Kode
from services.pelepasan import FAKTA_PMM
from services.sinkronisasi.perubahan_pmm_simpan import keadaan_umpan

if TYPE_CHECKING:
    from services.konteks import Konteks

PELAKU = "sinkro:tanya-ulang"
SETELAH = timedelta(hours=24)
SEKALI_TANYA = 5_000
_DITANYA_LAGI = (Kode.SKP_PMM_BELUM_ADA, Kode.SKP_PMM_BELUM_DISEPAKATI)


async def tanya_ulang(konteks: Konteks) -> None:
    """Queues who is due, unless the feed brings PMM's repairs."""
    async with konteks.baca() as conn:
        keadaan = await keadaan_umpan(conn, konteks.settings.pmm_url or "")
    if keadaan is None or keadaan.ada:
        return
    while True:
        async with konteks.transaksi() as conn:
            jumlah = await antrekan_lagi(conn)
        await konteks.lonceng.bunyikan_massal(jumlah)
        if jumlah < SEKALI_TANYA:
            return


async def antrekan_lagi(conn: AsyncConnection) -> int:
    """Queues at most 5,000 whose last attempt failed 24 hours ago or earlier on SKP_PMM_* and on nothing of ours; how
    many there were. Times are the database's, as that of the failure."""
    hasil = await conn.execute(
        text(
            """
            WITH calon AS MATERIALIZED (
                SELECT s.id FROM sinkro s
                WHERE s.id IN (SELECT d.sinkro_id FROM sinkro_sandaran d
                               WHERE d.fakta = :fakta AND d.kode = ANY(CAST(:kode AS text[])))
                  AND s.status = 'GAGAL' AND s.selesai_pada <= now() - CAST(:setelah AS interval) AND s.oleh <> :pelaku
                  AND NOT EXISTS (SELECT FROM sinkro_sandaran d
                                  WHERE d.sinkro_id = s.id AND d.fakta <> ALL(CAST(:pmm AS text[])))
                ORDER BY s.id LIMIT :batas FOR NO KEY UPDATE OF s SKIP LOCKED)
            UPDATE sinkro s
            SET status = 'MENUNGGU', hasil = NULL, coba_lagi_pada = NULL, selesai_pada = NULL, pemicu = 'PELEPASAN',
                oleh = :pelaku, percobaan_transien = 0, percobaan_galat = 0, lajur = 1, massal_id = NULL,
                diminta_pada = now(), diubah_pada = now()
            FROM calon WHERE s.id = calon.id
            """
        ),
        {
            "fakta": str(JenisFakta.PMM_SKP),
            "kode": [str(k) for k in _DITANYA_LAGI],
            "pmm": [str(f) for f in FAKTA_PMM],
            "setelah": SETELAH,
            "pelaku": PELAKU,
            "batas": SEKALI_TANYA,
        },
    )
    return hasil.rowcount
