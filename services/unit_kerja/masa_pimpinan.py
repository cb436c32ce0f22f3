"""The duty for records of leadership that begin or end by their date: no change is written that day, yet who leads
another day than yesterday frees those who wait for it (spec: domain 3.1, 4.7). Asked is the reference date of what
was judged: that of a past year's SKP stays on its last day, whoever leads since."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.pelepasan import lepaskan

if TYPE_CHECKING:
    from services.konteks import Konteks

# How long a day may go unnoticed, should no worker run.
_HARI_TERLAMA = 400


async def lepaskan_menurut_tanggal(konteks: Konteks) -> None:
    """Frees who was judged before the day on which the leadership of a unit they rest on began or ended."""
    async with konteks.transaksi() as conn:
        jumlah = await lepaskan_pergantian(conn, konteks.jam())
    if jumlah:
        await konteks.lonceng.bunyikan_massal(jumlah)


async def lepaskan_pergantian(conn: AsyncConnection, kini: datetime) -> int:
    """How many were queued. Nothing needs to be remembered: the next attempt is of a later day than the change."""
    baris = (
        await conn.execute(
            text(
                """
                SELECT DISTINCT s.id, d.kunci
                FROM pimpinan k
                JOIN instansi i ON i.id = k.instansi_id
                CROSS JOIN LATERAL (SELECT (CAST(:kini AS timestamptz) AT TIME ZONE i.zona_waktu)::date AS ini) hari
                JOIN sinkro_sandaran d ON d.fakta = :fakta AND d.kunci = k.unit_kerja_id
                JOIN sinkro s ON s.id = d.sinkro_id AND s.status IN ('GAGAL', 'TERTAHAN')
                CROSS JOIN LATERAL (SELECT (s.mulai_pada AT TIME ZONE i.zona_waktu)::date AS hari) dinilai
                -- Where the attempt saw no SKP, e.g. since PMM did not answer, any day may be the one.
                CROSS JOIN LATERAL (
                    SELECT COALESCE(max(LEAST(GREATEST(hari.ini, awal), akhir)), 'infinity') AS hari
                    FROM (SELECT CAST(x ->> 'periode_awal' AS date), CAST(x ->> 'periode_akhir' AS date)
                          FROM percobaan p CROSS JOIN LATERAL jsonb_path_query(
                              tampilan_percobaan(p.tampilan, p.sinkro_id, p.tampilan_ke), '$.data_skp[*]') x
                          WHERE p.sinkro_id = s.id AND p.ke = s.percobaan_ke) dilihat (awal, akhir)) acuan
                WHERE (k.mulai BETWEEN hari.ini - CAST(:terlama AS integer) AND hari.ini AND k.mulai > dinilai.hari
                       OR k.selesai BETWEEN hari.ini - CAST(:terlama AS integer) AND hari.ini - 1
                          AND k.selesai >= dinilai.hari)
                  AND (k.mulai > dinilai.hari AND k.mulai <= acuan.hari
                       OR k.selesai >= dinilai.hari AND k.selesai < acuan.hari)
                """
            ),
            {"kini": kini, "fakta": str(JenisFakta.PIMPINAN_UNIT), "terlama": _HARI_TERLAMA},
        )
    ).all()
    fakta = {Fakta(JenisFakta.PIMPINAN_UNIT, b.kunci) for b in baris}
    return await lepaskan(conn, fakta, hanya={b.id for b in baris})
