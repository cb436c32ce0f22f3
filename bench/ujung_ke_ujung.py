"""End to end against the naive baseline and the bare pipeline (goals G1 and G4): PMM, PostgreSQL and worker on the same
cores, all checks and the log included. Each round lands the same people once by each way, in databases of their own,
then twice again with nothing new: the first of these judges everybody in full and remembers the result, the second and
every later one finds it remembered. `--jumlah` people, `--putaran` rounds."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass

import uvloop
from sqlalchemy import text

from bench import naif, pipa_telanjang
from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox
from bench.pilihan import pilihan
from bench.sumber_daya import Pengukur, Terpakai
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.sinkronisasi.massal import Semua, buat_massal
from services.worker.pekerja import Pekerja
from tests.support.server import PabrikBasisData

JUMLAH = 3000
JUMLAH_NAIF = 150
PUTARAN = 3


@dataclass(frozen=True, slots=True)
class Putaran:
    """One round: people per second by each way, what the engine used per person, and its WAL in bytes per person."""

    naif: float
    telanjang: float
    penuh: float
    tanpa_baru: float
    terpakai_penuh: Terpakai
    terpakai_dinilai_lagi: Terpakai
    terpakai_tanpa_baru: Terpakai
    wal_penuh: float
    wal_dinilai_lagi: float
    wal_tanpa_baru: float


async def antrekan(konteks: Konteks, sampel: Contoh) -> int:
    """A bulk of everybody in each instansi; how many people that is."""
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


async def _mesin(konteks: Konteks, sampel: Contoh, pabrik: PabrikBasisData) -> tuple[int, Terpakai]:
    """How many people one worker carried, and what that took from the first claim to the last result."""
    jumlah = await antrekan(konteks, sampel)
    pekerja = Pekerja(konteks)
    ukur = Pengukur(pabrik)
    tugas = asyncio.create_task(pekerja.jalan())
    while True:
        async with konteks.baca() as conn:
            if not await conn.scalar(text("SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN')")):
                break
        await asyncio.sleep(0.05)
    terpakai = ukur.baca()
    await pekerja.berhenti()
    await tugas
    return jumlah, terpakai


async def _naif(konteks: Konteks, pmm_url: str, sampel: Contoh) -> float:
    await antrekan(konteks, sampel)
    async with konteks.baca() as conn:
        baris = await conn.execute(
            text("SELECT nip FROM sinkro ORDER BY giliran, unit_kerja_id, id LIMIT :n"), {"n": JUMLAH_NAIF}
        )
        nip = list(baris.scalars())
    mulai = time.perf_counter()
    await naif.sinkronkan(konteks, pmm_url, nip, sampel.tahun)
    return len(nip) / (time.perf_counter() - mulai)


async def _telanjang(konteks: Konteks, pmm_url: str, sampel: Contoh) -> float:
    await antrekan(konteks, sampel)
    async with konteks.baca() as conn:
        sudah = set((await conn.execute(text("SELECT nip FROM skp"))).scalars())
    # Whom the engine would land new: the bare pipeline knows no overlap and no change.
    lolos = {n for n, k in sampel.kebenaran.items() if k.status == "BERHASIL" and k.dalam_massal} - sudah
    orang: dict[str, list[str]] = {}
    for p in sampel.referensi["pegawai"]:
        if p["nip"] in lolos:
            orang.setdefault(p["instansi_id"], []).append(p["nip"])
    mulai = time.perf_counter()
    await pipa_telanjang.sinkronkan(konteks.settings.database_url, pmm_url, orang, sampel.tahun)
    return sum(map(len, orang.values())) / (time.perf_counter() - mulai)


async def _wal(konteks: Konteks) -> float:
    async with konteks.baca() as conn:
        return float(await conn.scalar(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) or 0)


async def _putaran(pabrik: PabrikBasisData, pmm_url: str, sampel: Contoh) -> Putaran:
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        naif_per_detik = await _naif(konteks, pmm_url, sampel)
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        telanjang = await _telanjang(konteks, pmm_url, sampel)
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        wal = [await _wal(konteks)]
        jumlah, penuh = await _mesin(konteks, sampel, pabrik)
        wal.append(await _wal(konteks))
        _, dinilai_lagi = await _mesin(konteks, sampel, pabrik)
        wal.append(await _wal(konteks))
        jumlah_lagi, tanpa_baru = await _mesin(konteks, sampel, pabrik)
        wal.append(await _wal(konteks))
    return Putaran(
        naif=naif_per_detik,
        telanjang=telanjang,
        penuh=jumlah / penuh.detik,
        tanpa_baru=jumlah_lagi / tanpa_baru.detik,
        terpakai_penuh=penuh.per(jumlah),
        terpakai_dinilai_lagi=dinilai_lagi.per(jumlah),
        terpakai_tanpa_baru=tanpa_baru.per(jumlah_lagi),
        wal_penuh=(wal[1] - wal[0]) / jumlah,
        wal_dinilai_lagi=(wal[2] - wal[1]) / jumlah,
        wal_tanpa_baru=(wal[3] - wal[2]) / jumlah_lagi,
    )


def _cpu(terpakai: Terpakai) -> float:
    return terpakai.pekerja + terpakai.postgres


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""
    gc.set_threshold(100_000, 50, 100)
    jumlah = pilihan("jumlah", JUMLAH)
    sampel = contoh(jumlah)
    with postgres() as pabrik, sandbox(jumlah) as pmm_url:
        hasil = [uvloop.run(_putaran(pabrik, pmm_url, sampel)) for _ in range(pilihan("putaran", PUTARAN))]
    return [
        Angka("naif", [h.naif for h in hasil], "orang/s"),
        Angka("pipa telanjang", [h.telanjang for h in hasil], "orang/s"),
        Angka("mesin, mendarat penuh", [h.penuh for h in hasil], "orang/s"),
        Angka("mesin, tidak ada data baru", [h.tanpa_baru for h in hasil], "orang/s"),
        Angka("mesin : naif (G1)", [h.penuh / h.naif for h in hasil], "kali", "tujuan >= 35"),
        Angka("mesin : pipa telanjang (G1)", [h.penuh / h.telanjang for h in hasil], "kali", "tujuan >= 0,6"),
        Angka("tidak ada data baru : penuh (G4)", [h.tanpa_baru / h.penuh for h in hasil], "kali", "tujuan >= 10"),
        Angka(
            "WAL tidak ada data baru : penuh (G4)",
            [h.wal_tanpa_baru / h.wal_penuh * 100 for h in hasil],
            "%",
            "tujuan <= 5",
        ),
        Angka("CPU pekerja, penuh", [h.terpakai_penuh.pekerja * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU PostgreSQL, penuh", [h.terpakai_penuh.postgres * 1e3 for h in hasil], "ms/orang"),
        Angka(
            "CPU tidak ada data baru : penuh",
            [_cpu(h.terpakai_tanpa_baru) / _cpu(h.terpakai_penuh) for h in hasil],
            "kali",
        ),
        Angka("CPU pekerja, dinilai lagi", [h.terpakai_dinilai_lagi.pekerja * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU PostgreSQL, dinilai lagi", [h.terpakai_dinilai_lagi.postgres * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU pekerja, tidak ada data baru", [h.terpakai_tanpa_baru.pekerja * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU PostgreSQL, tidak ada data baru", [h.terpakai_tanpa_baru.postgres * 1e3 for h in hasil], "ms/orang"),
        Angka("WAL penuh", [h.wal_penuh / 1024 for h in hasil], "KiB/orang"),
        Angka("WAL dinilai lagi", [h.wal_dinilai_lagi / 1024 for h in hasil], "KiB/orang"),
        Angka("WAL tidak ada data baru", [h.wal_tanpa_baru / 1024 for h in hasil], "KiB/orang"),
    ]
