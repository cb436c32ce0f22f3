"""Duties that the workers share: each runs on one worker at a time, whoever comes first, and again after its pause.

The leader of a duty is whoever holds its advisory lock for the length of one run; a dead worker's lock falls with its
connection, so no duty is ever orphaned.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import text

from services.idempotensi import hapus_kedaluwarsa
from services.konteks import Konteks
from services.metrik_keadaan import BACA_SETIAP_DETIK, baca_keadaan
from services.sinkronisasi.jadwal_pelaksanaan import jalankan_jadwal
from services.sinkronisasi.log_hitungan import gabungkan_hitungan, rawat_hitungan
from services.sinkronisasi.perubahan_pmm import ikuti_perubahan
from services.sinkronisasi.tanya_ulang import tanya_ulang
from services.unit_kerja.masa_pimpinan import lepaskan_menurut_tanggal

Pekerjaan = Callable[[Konteks], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TugasBerkala:
    """`kerjakan` every so many seconds on one worker. It opens its own short transactions; what it raises about the
    database is logged by the worker and tried again at the next turn."""

    nama: str
    setiap_detik: float
    kerjakan: Pekerjaan


async def kerjakan_bila_memimpin(konteks: Konteks, tugas: TugasBerkala) -> bool:
    """Runs the duty once unless another worker is at it; whether it ran."""
    async with konteks.baca() as conn:
        kunci = {"nama": f"tugas:{tugas.nama}"}
        if not await conn.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:nama, 0))"), kunci):
            return False
        # The lock belongs to the session: no transaction stays open while the duty runs.
        await conn.commit()
        try:
            await tugas.kerjakan(konteks)
        finally:
            await conn.execute(text("SELECT pg_advisory_unlock(hashtextextended(:nama, 0))"), kunci)
            await conn.commit()
        return True


DAFTAR_TUGAS: tuple[TugasBerkala, ...] = (
    TugasBerkala("hitungan-log", 1, gabungkan_hitungan),
    TugasBerkala("hitungan-log-rawat", 3600, rawat_hitungan),
    TugasBerkala("idempotensi", 600, hapus_kedaluwarsa),
    TugasBerkala("jadwal", 1, jalankan_jadwal),
    TugasBerkala("perubahan-pmm", 1, ikuti_perubahan),
    TugasBerkala("tanya-ulang", 300, tanya_ulang),
    TugasBerkala("masa-pimpinan", 60, lepaskan_menurut_tanggal),
    TugasBerkala("keadaan-metrik", BACA_SETIAP_DETIK, baca_keadaan),
)
