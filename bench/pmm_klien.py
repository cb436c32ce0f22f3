"""What one call of the client of PMM costs in CPU time: on aiohttp, and over httpx's transport as the
counterpart. Each round asks the same people by both ways; the simulated PMM is a process of its own."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import median

import httpx
import uvloop

from bench.laporan import Angka
from bench.lingkungan import contoh, sandbox
from pmm_client import Lajur, PMMBeretag, PMMClient, PMMConfig, PMMError

JUMLAH = 2000
# httpx's own pool is so slow at this concurrency that fewer calls must do.
JUMLAH_LEWAT_HTTPX = 200
KONKURENSI = 64
PUTARAN = 3

Tanya = Callable[[str], Awaitable[object]]


def klien(pmm_url: str, konkurensi: int, transport: httpx.AsyncBaseTransport | None = None) -> PMMClient:
    """A client of the simulated PMM without a limit on its rate."""
    config = PMMConfig(pmm_url, "sandbox", "sandbox-rahasia", batas_per_detik=None, konkurensi=konkurensi)
    return PMMClient(config, transport=transport)


async def tanyakan(tanya: Tanya, nip: Iterator[str], sekaligus: int) -> None:
    """Asks about everybody, so many at once; what PMM refuses counts like what it gives."""

    async def satu() -> None:
        for orang in nip:
            try:
                await tanya(orang)
            except PMMError:
                continue

    await asyncio.gather(*(satu() for _ in range(sekaligus)))


async def _cpu(tanya: Tanya, nip: list[str]) -> float:
    mulai = time.process_time()
    await tanyakan(tanya, iter(nip), KONKURENSI)
    return (time.process_time() - mulai) / len(nip) * 1e6


async def _ukur(pmm_url: str, nip: list[str], tahun: int) -> dict[str, list[float]]:
    hasil: dict[str, list[float]] = {}
    transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=KONKURENSI))
    async with klien(pmm_url, KONKURENSI) as sendiri, klien(pmm_url, KONKURENSI, transport) as lewat:
        etag: dict[str, str | None] = {}

        async def bersyarat(orang: str) -> None:
            jawaban = await sendiri.skp_bila_berubah(orang, tahun, etag.get(orang))
            if isinstance(jawaban, PMMBeretag):
                etag[orang] = jawaban.etag

        massal = sendiri.di_lajur(Lajur.MASSAL)
        await tanyakan(bersyarat, iter(nip), KONKURENSI)
        for _ in range(PUTARAN):
            for nama, tanya in (
                ("pengguna", massal.pengguna),
                ("skp", lambda orang: massal.skp(orang, tahun)),
                ("skp, tidak berubah (304)", bersyarat),
                ("pengguna, lewat httpx", lewat.pengguna),
                ("skp, lewat httpx", lambda orang: lewat.skp(orang, tahun)),
            ):
                banyak = JUMLAH_LEWAT_HTTPX if nama.endswith("httpx") else JUMLAH
                hasil.setdefault(nama, []).append(await _cpu(tanya, nip[:banyak]))
    return hasil


def jalankan() -> list[Angka]:
    """Microseconds of CPU time per call, and how many times the other way takes."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(JUMLAH)
    with sandbox(JUMLAH) as pmm_url:
        hasil = uvloop.run(_ukur(pmm_url, list(sampel.data_pmm.orang), sampel.tahun))
    angka = [Angka(nama, sampel_, "us CPU") for nama, sampel_ in hasil.items()]
    for nama in ("pengguna", "skp"):
        rasio = [lewat / sendiri for sendiri, lewat in zip(hasil[nama], hasil[f"{nama}, lewat httpx"], strict=True)]
        angka.append(Angka(f"{nama}: lewat httpx : aiohttp", rasio, "kali"))
    hemat = median(hasil["skp, tidak berubah (304)"]) / median(hasil["skp"]) * 100
    return [*angka, Angka("skp 304 : skp", [hemat], "%")]
