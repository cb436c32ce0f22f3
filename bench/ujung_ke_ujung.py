"""End to end against the naive baseline (goals G1 and G4): PMM, PostgreSQL and worker on the same cores, all checks and
the log included. Each round lands the same people once by each way, in databases of their own, then again with
nothing new."""

from __future__ import annotations

import asyncio
import gc
import time

import uvloop
from sqlalchemy import text

from bench import naif
from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.sinkronisasi.massal import Semua, buat_massal
from services.worker.pekerja import Pekerja
from tests.support.server import PabrikBasisData

JUMLAH = 3000
JUMLAH_NAIF = 150
PUTARAN = 3


async def _antrekan(konteks: Konteks, sampel: Contoh) -> int:
    jumlah = 0
    for instansi in sampel.referensi["instansi"]:
        massal = await buat_massal(
            konteks,
            instansi_id=instansi["id"],
            jenis=[JenisSinkro.SKP],
            tahun=sampel.tahun,
            pilihan=Semua(),
            oleh="bench",
            peran="SISTEM",
            request_id=None,
        )
        jumlah += massal["jumlah"]
    return jumlah


async def _mesin(konteks: Konteks, sampel: Contoh) -> float:
    """People per second of one worker, from the first claim to the last result."""
    jumlah = await _antrekan(konteks, sampel)
    pekerja = Pekerja(konteks)
    mulai = time.perf_counter()
    tugas = asyncio.create_task(pekerja.jalan())
    while True:
        async with konteks.baca() as conn:
            if not await conn.scalar(text("SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN')")):
                break
        await asyncio.sleep(0.05)
    detik = time.perf_counter() - mulai
    await pekerja.berhenti()
    await tugas
    return jumlah / detik


async def _naif(konteks: Konteks, pmm_url: str, sampel: Contoh) -> float:
    await _antrekan(konteks, sampel)
    async with konteks.baca() as conn:
        baris = await conn.execute(
            text("SELECT nip FROM sinkro ORDER BY giliran, unit_kerja_id, id LIMIT :n"), {"n": JUMLAH_NAIF}
        )
        nip = list(baris.scalars())
    mulai = time.perf_counter()
    await naif.sinkronkan(konteks, pmm_url, nip, sampel.tahun)
    return len(nip) / (time.perf_counter() - mulai)


async def _wal(konteks: Konteks) -> float:
    async with konteks.baca() as conn:
        return float(await conn.scalar(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) or 0)


async def _putaran(pabrik: PabrikBasisData, pmm_url: str, sampel: Contoh) -> tuple[float, float, float, float]:
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        lambat = await _naif(konteks, pmm_url, sampel)
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        wal = await _wal(konteks)
        penuh = await _mesin(konteks, sampel)
        wal_penuh = await _wal(konteks) - wal
        wal = await _wal(konteks)
        tanpa_baru = await _mesin(konteks, sampel)
        wal_tanpa_baru = await _wal(konteks) - wal
    return lambat, penuh, tanpa_baru, wal_tanpa_baru / wal_penuh


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(JUMLAH)
    with postgres() as pabrik, sandbox(JUMLAH) as pmm_url:
        hasil = [uvloop.run(_putaran(pabrik, pmm_url, sampel)) for _ in range(PUTARAN)]
    return [
        Angka("naif", [h[0] for h in hasil], "orang/s"),
        Angka("mesin, mendarat penuh", [h[1] for h in hasil], "orang/s"),
        Angka("mesin, tidak ada data baru", [h[2] for h in hasil], "orang/s"),
        Angka("mesin : naif (G1)", [h[1] / h[0] for h in hasil], "kali", "tujuan >= 35"),
        Angka("tidak ada data baru : penuh (G4)", [h[2] / h[1] for h in hasil], "kali", "tujuan >= 10"),
        Angka("WAL tidak ada data baru : penuh (G4)", [h[3] * 100 for h in hasil], "%", "tujuan <= 5"),
    ]
