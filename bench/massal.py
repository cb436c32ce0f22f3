"""A bulk from acceptance to its last result (goal G9): the rate of each minute from the first to the last, or of each
sixth of the time when it takes less than six minutes, and the memory of the worker. `--jumlah` people, 20,000 unless
given; 156,000 is what landed through the button in half a year. PMM, PostgreSQL and one worker share the cores; CPU
time is shown too, since it does not depend on what else runs."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass
from itertools import pairwise

import uvloop
from sqlalchemy import text

from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox
from bench.pilihan import pilihan
from bench.sumber_daya import Pengukur, Terpakai, memori_sendiri
from bench.ujung_ke_ujung import antrekan
from pmm_client.sandbox.contoh import Contoh
from services.worker.pekerja import Pekerja
from tests.support.server import PabrikBasisData

JUMLAH = 20_000
CUPLIK_SETIAP_DETIK = 0.5
MENIT, JENDELA_TERSEDIKIT = 60.0, 6


@dataclass(frozen=True, slots=True)
class Cuplikan:
    """How many had ended after so many seconds, and what was used until then."""

    selesai: int
    terpakai: Terpakai
    memori: float


async def _jalankan(pabrik: PabrikBasisData, pmm_url: str, sampel: Contoh) -> tuple[int, float, list[Cuplikan]]:
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        mulai = time.perf_counter()
        jumlah = await antrekan(konteks, sampel)
        detik = time.perf_counter() - mulai
        gc.collect()
        pekerja = Pekerja(konteks)
        ukur, cuplikan = Pengukur(pabrik), [Cuplikan(0, Terpakai(0.0, 0.0, 0.0), memori_sendiri())]
        tugas = asyncio.create_task(pekerja.jalan())
        while cuplikan[-1].selesai < jumlah:
            await asyncio.sleep(CUPLIK_SETIAP_DETIK)
            async with konteks.baca() as conn:
                selesai = await conn.scalar(text("SELECT sum(berhasil + gagal + tertahan + dibatalkan) FROM massal"))
            cuplikan.append(Cuplikan(int(selesai or 0), ukur.baca(), memori_sendiri()))
        await pekerja.berhenti()
        await tugas
    return jumlah, detik, cuplikan


def _bagian(cuplikan: list[Cuplikan], dari: float, sampai: float) -> tuple[Cuplikan, Cuplikan]:
    jumlah = cuplikan[-1].selesai
    awal = next(c for c in cuplikan if c.selesai >= dari * jumlah)
    return awal, next(c for c in cuplikan if c.selesai >= sampai * jumlah and c is not awal)


def _laju(bagian: tuple[Cuplikan, Cuplikan]) -> float:
    awal, akhir = bagian
    return (akhir.selesai - awal.selesai) / (akhir.terpakai.detik - awal.terpakai.detik)


def _laju_per_jendela(cuplikan: list[Cuplikan]) -> list[float]:
    """People per minute in each whole window of time, from just before the first result on."""
    mulai = [c for c in cuplikan if c.selesai == 0][-1].terpakai.detik
    seluruhnya = cuplikan[-1].terpakai.detik - mulai
    jendela = min(MENIT, seluruhnya / JENDELA_TERSEDIKIT)
    batas = [mulai + ke * jendela for ke in range(int(seluruhnya / jendela + 1e-9) + 1)]
    tepi = [min(cuplikan, key=lambda c: abs(c.terpakai.detik - b)) for b in batas]
    return [_laju((awal, akhir)) * MENIT for awal, akhir in pairwise(tepi)]


def _cpu(bagian: tuple[Cuplikan, Cuplikan]) -> float:
    awal, akhir = bagian
    terpakai = akhir.terpakai.pekerja + akhir.terpakai.postgres - awal.terpakai.pekerja - awal.terpakai.postgres
    return terpakai / (akhir.selesai - awal.selesai) * 1e3


def jalankan() -> list[Angka]:
    """Figures of one bulk."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(pilihan("jumlah", JUMLAH))
    with postgres() as pabrik, sandbox(sampel.jumlah) as pmm_url:
        jumlah, diterima, cuplikan = uvloop.run(_jalankan(pabrik, pmm_url, sampel))
    akhir = cuplikan[-1]
    pertama, terakhir = _bagian(cuplikan, 0.1, 0.4), _bagian(cuplikan, 0.7, 1.0)
    per_menit = _laju_per_jendela(cuplikan)
    return [
        Angka("orang", [jumlah], ""),
        Angka("diterima, per 100.000", [diterima / jumlah * 100_000], "s", "tujuan < 1"),
        Angka("laju seluruhnya", [jumlah / akhir.terpakai.detik], "orang/s"),
        Angka("laju per menit, semua", per_menit, "orang"),
        Angka("laju per menit, pertama", per_menit[:1], "orang"),
        Angka("laju per menit, terakhir", per_menit[-1:], "orang"),
        Angka("laju 70-100 % : 10-40 %", [_laju(terakhir) / _laju(pertama)], "kali", "tujuan: rata"),
        Angka("CPU 70-100 % : 10-40 %", [_cpu(terakhir) / _cpu(pertama)], "kali", "tujuan: rata"),
        Angka("CPU pekerja", [akhir.terpakai.pekerja / jumlah * 1e3], "ms/orang"),
        Angka("CPU PostgreSQL", [akhir.terpakai.postgres / jumlah * 1e3], "ms/orang"),
        Angka("memori pekerja pada 10 %", [pertama[0].memori], "MiB"),
        Angka("memori pekerja pada 100 %", [akhir.memori], "MiB", "tujuan: rata"),
        Angka("memori pekerja, semua", [c.memori for c in cuplikan], "MiB"),
    ]
