"""End to end against the naive baseline and the bare pipeline (goals G1 and G4): PMM, PostgreSQL and workers on the
same cores, all checks and the log included. The engine is `--pekerja` worker processes, as the service runs it, which
are connected before the bulk is queued and begin together; the other two are one process, as they were written. Each
round lands the same people once by each way, in databases of their own, then twice again with nothing new: the first of
these judges everybody in full and remembers the result, the second and every later one finds it remembered. `--jumlah`
people, `--putaran` rounds."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

import uvloop
from sqlalchemy import text

from bench import naif, pipa_telanjang
from bench.laporan import Angka
from bench.lingkungan import PmmBerjalan, contoh, dunia, postgres, sandbox_berjalan
from bench.pekerja_terpisah import Regu, regu
from bench.pilihan import pilihan
from bench.sumber_daya import Pengukur, Terpakai
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.sinkronisasi.massal import Semua, buat_massal
from tests.support.server import PabrikBasisData

JUMLAH = 3000
JUMLAH_NAIF = 150
PUTARAN = 3
PEKERJA = 2


@dataclass(frozen=True, slots=True)
class Putaran:
    """One round: what one person took by each way, and the engine's WAL in bytes per person."""

    naif: Terpakai
    telanjang: Terpakai
    penuh: Terpakai
    dinilai_lagi: Terpakai
    tanpa_baru: Terpakai
    wal_penuh: float
    wal_dinilai_lagi: float
    wal_tanpa_baru: float


@dataclass(frozen=True, slots=True)
class Arena:
    """What all ways run on."""

    pabrik: PabrikBasisData
    pmm: PmmBerjalan
    sampel: Contoh
    regu: Regu


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


async def tunggu_massal(konteks: Konteks) -> None:
    """Until no bulk runs."""
    while True:
        async with konteks.baca() as conn:
            if not await conn.scalar(text("SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN')")):
                return
        await asyncio.sleep(0.05)


async def _mesin(konteks: Konteks, arena: Arena) -> tuple[Terpakai, float]:
    """What one person took from the first claim to the last result, and their WAL in bytes with the request's."""
    wal = await _wal(konteks)
    jumlah = await antrekan(konteks, arena.sampel)
    ukur = Pengukur(arena.pabrik, pekerja=arena.regu.pid, pmm=arena.pmm.pid)
    arena.regu.mulai()
    await tunggu_massal(konteks)
    terpakai = ukur.baca()
    wal = await _wal(konteks) - wal
    arena.regu.henti()
    return terpakai.per(jumlah), wal / jumlah


async def _naif(konteks: Konteks, arena: Arena) -> Terpakai:
    await antrekan(konteks, arena.sampel)
    async with konteks.baca() as conn:
        baris = await conn.execute(
            text("SELECT nip FROM sinkro ORDER BY giliran, unit_kerja_id, id LIMIT :n"), {"n": JUMLAH_NAIF}
        )
        nip = list(baris.scalars())
    ukur = Pengukur(arena.pabrik, pmm=arena.pmm.pid)
    await naif.sinkronkan(konteks, arena.pmm.url, nip, arena.sampel.tahun)
    return ukur.baca().per(len(nip))


async def _telanjang(konteks: Konteks, arena: Arena) -> Terpakai:
    sampel = arena.sampel
    await antrekan(konteks, sampel)
    async with konteks.baca() as conn:
        sudah = set((await conn.execute(text("SELECT nip FROM skp"))).scalars())
    # Whom the engine would land new: the bare pipeline knows no overlap and no change.
    lolos = {n for n, k in sampel.kebenaran.items() if k.status == "BERHASIL" and k.dalam_massal} - sudah
    orang: dict[str, list[str]] = {}
    for p in sampel.referensi["pegawai"]:
        if p["nip"] in lolos:
            orang.setdefault(p["instansi_id"], []).append(p["nip"])
    ukur = Pengukur(arena.pabrik, pmm=arena.pmm.pid)
    await pipa_telanjang.sinkronkan(konteks.settings.database_url, arena.pmm.url, orang, sampel.tahun)
    return ukur.baca().per(sum(map(len, orang.values())))


async def _wal(konteks: Konteks) -> float:
    async with konteks.baca() as conn:
        return float(await conn.scalar(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) or 0)


async def _putaran(arena: Arena) -> Putaran:
    async with dunia(arena.pabrik, arena.pmm.url, arena.sampel) as konteks:
        naif_sekali = await _naif(konteks, arena)
    async with dunia(arena.pabrik, arena.pmm.url, arena.sampel) as konteks:
        telanjang = await _telanjang(konteks, arena)
    async with dunia(arena.pabrik, arena.pmm.url, arena.sampel) as konteks:
        arena.regu.buka(konteks.settings.database_url, arena.pmm.url)
        penuh, wal_penuh = await _mesin(konteks, arena)
        dinilai_lagi, wal_dinilai_lagi = await _mesin(konteks, arena)
        tanpa_baru, wal_tanpa_baru = await _mesin(konteks, arena)
    return Putaran(naif_sekali, telanjang, penuh, dinilai_lagi, tanpa_baru, wal_penuh, wal_dinilai_lagi, wal_tanpa_baru)


def _cpu(terpakai: Terpakai) -> float:
    return terpakai.pekerja + terpakai.postgres


def _angka_cpu(hasil: list[Putaran]) -> list[Angka]:
    """CPU of each process per person, by each way. Of the naive way and the bare pipeline the worker is their one
    process."""
    cara: dict[str, Callable[[Putaran], Terpakai]] = {
        "naif": lambda h: h.naif,
        "pipa telanjang": lambda h: h.telanjang,
        "mesin, penuh": lambda h: h.penuh,
        "mesin, dinilai lagi": lambda h: h.dinilai_lagi,
        "mesin, tidak ada data baru": lambda h: h.tanpa_baru,
    }
    angka = []
    for nama, ambil in cara.items():
        semua = [ambil(h) for h in hasil]
        angka += [
            Angka(f"CPU pekerja, {nama}", [t.pekerja * 1e3 for t in semua], "ms/orang"),
            Angka(f"CPU PostgreSQL, {nama}", [t.postgres * 1e3 for t in semua], "ms/orang"),
            Angka(f"CPU PMM tiruan, {nama}", [t.pmm * 1e3 for t in semua], "ms/orang"),
        ]
    return angka


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""
    gc.set_threshold(100_000, 50, 100)
    jumlah = pilihan("jumlah", JUMLAH)
    sampel = contoh(jumlah)
    pekerja = pilihan("pekerja", PEKERJA)
    with postgres() as pabrik, sandbox_berjalan(jumlah) as pmm, regu(pekerja) as anak:
        arena = Arena(pabrik, pmm, sampel, anak)
        hasil = [uvloop.run(_putaran(arena)) for _ in range(pilihan("putaran", PUTARAN))]
    return [
        Angka("proses pekerja", [pekerja], ""),
        Angka("naif", [1 / h.naif.detik for h in hasil], "orang/s"),
        Angka("pipa telanjang", [1 / h.telanjang.detik for h in hasil], "orang/s"),
        Angka("mesin, mendarat penuh", [1 / h.penuh.detik for h in hasil], "orang/s"),
        Angka("mesin, tidak ada data baru", [1 / h.tanpa_baru.detik for h in hasil], "orang/s"),
        Angka("mesin : naif (G1)", [h.naif.detik / h.penuh.detik for h in hasil], "kali", "tujuan >= 35"),
        Angka(
            "mesin : pipa telanjang (G1)", [h.telanjang.detik / h.penuh.detik for h in hasil], "kali", "tujuan >= 0,6"
        ),
        Angka(
            "tidak ada data baru : penuh (G4)",
            [h.penuh.detik / h.tanpa_baru.detik for h in hasil],
            "kali",
            "tujuan >= 10",
        ),
        Angka(
            "WAL tidak ada data baru : penuh (G4)",
            [h.wal_tanpa_baru / h.wal_penuh * 100 for h in hasil],
            "%",
            "tujuan <= 5",
        ),
        Angka("CPU tidak ada data baru : penuh", [_cpu(h.tanpa_baru) / _cpu(h.penuh) for h in hasil], "kali"),
        *_angka_cpu(hasil),
        Angka("WAL penuh", [h.wal_penuh / 1024 for h in hasil], "KiB/orang"),
        Angka("WAL dinilai lagi", [h.wal_dinilai_lagi / 1024 for h in hasil], "KiB/orang"),
        Angka("WAL tidak ada data baru", [h.wal_tanpa_baru / 1024 for h in hasil], "KiB/orang"),
    ]
