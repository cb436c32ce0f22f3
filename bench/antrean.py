"""What the queue costs (goal G5). Its share of the worker's CPU per person: the same bulk of `--jumlah` people once by
the whole worker, once by the queue alone: the engine ends every claim at once and nobody has shared duties, so that
laying out, claiming, ending, sweeping and the bell remain; `--putaran` rounds. What the queue does by the clock is
measured while it is idle and counted for as long as the whole worker takes for the bulk; a busy one listens less often,
so the share is at most this. And how soon an idle worker begins with a button press, from the commit of the request to
the commit of the claim, over `--tekan` presses, each followed by a job for an arq worker with its default poll delay.
Valkey is real; the worker is a process of its own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import uvloop
from arq import create_pool
from arq.connections import ArqRedis
from arq.worker import Worker, func

from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox, valkey
from bench.pekerja_terpisah import ANTREAN, KOSONG, PENUH, Regu, regu, tunggu_tenang
from bench.pilihan import pilihan
from bench.sumber_daya import Pengukur, Terpakai
from bench.ujung_ke_ujung import antrekan, tunggu_massal
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Pemicu
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.queue.lonceng import Lonceng, pengaturan_redis
from services.sinkronisasi.permintaan import minta_sinkro, tunggu_selesai
from tests.support.server import PabrikBasisData

JUMLAH = 5_000
PUTARAN = 3
TEKAN = 100
DIAM_DETIK = 5.0
# Presses and polls must not keep step.
JEDA_DETIK = (0.05, 0.55)
_ANTREAN_ARQ = "bench:arq"


@dataclass(frozen=True, slots=True)
class Arena:
    """What a round runs on: worker processes by what is in them, of which one works at a time."""

    pabrik: PabrikBasisData
    pmm_url: str
    redis_url: str
    sampel: Contoh
    regu: dict[str, Regu]


@dataclass(frozen=True, slots=True)
class Putaran:
    """What one person took with the whole worker and with the queue alone, and what both take per second when idle."""

    penuh: Terpakai
    antrean: Terpakai
    diam: Terpakai
    antrean_diam: Terpakai

    @property
    def bagian(self) -> float:
        """The queue's part of the worker's CPU per person."""
        return (self.per_orang + self.per_detik * self.penuh.detik) / self.penuh.pekerja

    @property
    def per_orang(self) -> float:
        """CPU seconds of the queue for one person, without what goes by the clock."""
        return self.antrean.pekerja - self.per_detik * self.antrean.detik

    @property
    def per_detik(self) -> float:
        """CPU seconds of the queue per second of idling."""
        return self.antrean_diam.pekerja


class LoncengTercatat(Lonceng):
    """A bell that knows when the last request was committed: `minta_sinkro` rings right after it."""

    disahkan = 0.0

    async def bunyikan_interaktif(self) -> None:
        self.disahkan = time.monotonic()
        await Lonceng.bunyikan_interaktif(self)


@asynccontextmanager
async def _pekerja(arena: Arena, mesin: str) -> AsyncIterator[tuple[Konteks, Regu]]:
    """A fresh database with an idle worker on it."""
    anak = arena.regu[mesin]
    async with dunia(arena.pabrik, arena.pmm_url, arena.sampel, arena.redis_url) as konteks:
        anak.buka(konteks.settings.database_url, arena.pmm_url, arena.redis_url)
        anak.mulai()
        await tunggu_tenang(konteks)
        yield konteks, anak
        anak.henti()


async def _diam(arena: Arena, anak: Regu) -> Terpakai:
    ukur = Pengukur(arena.pabrik, pekerja=anak.pid)
    await asyncio.sleep(DIAM_DETIK)
    terpakai = ukur.baca()
    return terpakai.per(terpakai.detik)


async def _massal(arena: Arena, konteks: Konteks, anak: Regu) -> Terpakai:
    ukur = Pengukur(arena.pabrik, pekerja=anak.pid)
    jumlah = await antrekan(konteks, arena.sampel)
    await tunggu_massal(konteks)
    return ukur.baca().per(jumlah)


async def _putaran(arena: Arena) -> Putaran:
    async with _pekerja(arena, PENUH) as (konteks, anak):
        diam = await _diam(arena, anak)
        penuh = await _massal(arena, konteks, anak)
    async with _pekerja(arena, ANTREAN) as (konteks, anak):
        antrean_diam = await _diam(arena, anak)
        antrean = await _massal(arena, konteks, anak)
    return Putaran(penuh, antrean, diam, antrean_diam)


class PekerjaArqBawaan:
    """An arq worker as arq makes it, in this process, which has nothing else to do."""

    def __init__(self, redis_url: str) -> None:
        self._pengaturan = pengaturan_redis(redis_url)
        self._diambil: asyncio.Future[float] | None = None
        self._worker = Worker(
            functions=[func(self._catat, name="catat")],
            queue_name=_ANTREAN_ARQ,
            redis_settings=self._pengaturan,
            handle_signals=False,
        )

    async def _catat(self, ctx: dict[Any, Any]) -> None:
        del ctx
        if self._diambil is not None:
            self._diambil.set_result(time.monotonic())

    @asynccontextmanager
    async def bekerja(self) -> AsyncIterator[ArqRedis]:
        """Works meanwhile; gives what jobs are put in by."""
        tugas = asyncio.create_task(self._worker.async_run())
        kolam = await create_pool(self._pengaturan, default_queue_name=_ANTREAN_ARQ)
        try:
            yield kolam
        finally:
            await kolam.aclose()
            tugas.cancel()
            await asyncio.gather(tugas, return_exceptions=True)
            await self._worker.close()

    async def kirim(self, kolam: ArqRedis) -> float:
        """Seconds from the putting in of a job to its beginning."""
        self._diambil = asyncio.get_running_loop().create_future()
        mulai = time.monotonic()
        await kolam.enqueue_job("catat")
        return await self._diambil - mulai


async def _tombol(arena: Arena, jumlah: int) -> tuple[list[float], list[float]]:
    """Seconds until the press was claimed, and until arq's default worker began, one after the other."""
    acak, kita, bawaan = random.Random(5), [], []
    nip = [u["nip"] for u in arena.sampel.referensi["user_pmm"]]
    arq = PekerjaArqBawaan(arena.redis_url)
    async with _pekerja(arena, KOSONG) as (konteks, anak), arq.bekerja() as kolam:
        await konteks.lonceng.tutup()
        konteks.lonceng = lonceng = LoncengTercatat(arena.redis_url)
        for ke in range(jumlah):
            await asyncio.sleep(acak.uniform(*JEDA_DETIK))
            sinkro_id = await minta_sinkro(
                konteks,
                jenis=JenisSinkro.SKP,
                nip=nip[ke % len(nip)],
                tahun=arena.sampel.tahun,
                pemicu=Pemicu.SISTEM,
                oleh="bench",
                peran="SISTEM",
                instansi=None,
                request_id=None,
            )
            kita.append(await asyncio.to_thread(anak.dengar) - lonceng.disahkan)
            await tunggu_selesai(konteks, sinkro_id, 5)
            await asyncio.sleep(acak.uniform(*JEDA_DETIK))
            bawaan.append(await arq.kirim(kolam))
    return kita, bawaan


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds, and of the presses."""
    jumlah = pilihan("jumlah", JUMLAH)
    sampel = contoh(jumlah)
    with (
        postgres() as pabrik,
        valkey() as redis_url,
        sandbox(jumlah) as pmm_url,
        regu(1, PENUH) as penuh,
        regu(1, ANTREAN) as antrean,
        regu(1, KOSONG) as kosong,
    ):
        arena = Arena(pabrik, pmm_url, redis_url, sampel, {PENUH: penuh, ANTREAN: antrean, KOSONG: kosong})
        hasil = [uvloop.run(_putaran(arena)) for _ in range(pilihan("putaran", PUTARAN))]
        kita, bawaan = uvloop.run(_tombol(arena, pilihan("tekan", TEKAN)))
    return [
        Angka("CPU pekerja seluruhnya", [h.penuh.pekerja * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU antrean saja, karena orang", [h.per_orang * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU antrean saja, karena waktu", [h.per_detik * 1e3 for h in hasil], "ms/s"),
        Angka("CPU pekerja yang diam", [h.diam.pekerja * 1e3 for h in hasil], "ms/s", "dengan tugas bersama"),
        Angka("CPU PostgreSQL seluruhnya", [h.penuh.postgres * 1e3 for h in hasil], "ms/orang"),
        Angka("CPU PostgreSQL, antrean saja", [h.antrean.postgres * 1e3 for h in hasil], "ms/orang"),
        Angka("laju seluruhnya", [1 / h.penuh.detik for h in hasil], "orang/s"),
        Angka("laju antrean saja", [1 / h.antrean.detik for h in hasil], "orang/s"),
        Angka("bagian antrean, yang karena orang", [h.per_orang / h.penuh.pekerja * 100 for h in hasil], "%"),
        Angka("bagian antrean dari CPU pekerja (G5)", [h.bagian * 100 for h in hasil], "%", "tujuan <= 5"),
        Angka("tombol diambil sesudah", [t * 1e3 for t in kita], "ms"),
        Angka("tombol diambil sesudah, p99", [quantiles(kita, n=100, method="inclusive")[98] * 1e3], "ms"),
        Angka("arq bawaan mulai sesudah", [t * 1e3 for t in bawaan], "ms"),
        Angka("arq bawaan : tombol, median (G5)", [median(bawaan) / median(kita)], "kali", "tujuan >= 20"),
    ]
