"""A PMM that takes 100 ms (goal G2): how much of concurrency / latency the client reaches in the lane of bulks, and
whether it ever falls when concurrency doubles."""

from __future__ import annotations

import gc
import time
from itertools import cycle, islice, pairwise

import uvloop

from bench.laporan import Angka
from bench.lingkungan import contoh, sandbox
from bench.pmm_klien import klien, tanyakan
from pmm_client import Lajur

JUMLAH = 500
LATENSI_MS = 100
KONKURENSI = (32, 64, 128, 256)
GELOMBANG = 20
PUTARAN = 3


async def _laju(pmm_url: str, nip: list[str], tahun: int, konkurensi: int) -> float:
    """SKP calls per second with that many at once."""
    async with klien(pmm_url, konkurensi) as satu:
        massal = satu.di_lajur(Lajur.MASSAL)
        # Connections and the token are there before the clock runs.
        await tanyakan(lambda orang: massal.skp(orang, tahun), islice(cycle(nip), konkurensi), konkurensi)
        banyak = konkurensi * GELOMBANG
        mulai = time.perf_counter()
        await tanyakan(lambda orang: massal.skp(orang, tahun), islice(cycle(nip), banyak), konkurensi)
        return banyak / (time.perf_counter() - mulai)


def jalankan() -> list[Angka]:
    """Calls per second, and the share of what concurrency and latency allow."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(JUMLAH)
    nip = list(sampel.data_pmm.orang)
    hasil: dict[int, list[float]] = {konkurensi: [] for konkurensi in KONKURENSI}
    with sandbox(JUMLAH, f"*:tunda={LATENSI_MS}") as pmm_url:
        for _ in range(PUTARAN):
            for konkurensi in KONKURENSI:
                hasil[konkurensi].append(uvloop.run(_laju(pmm_url, nip, sampel.tahun, konkurensi)))
    angka = [Angka(f"konkurensi {k}", laju, "panggilan/s") for k, laju in hasil.items()]
    for konkurensi in (64, 128):
        bagian = [laju / (konkurensi / LATENSI_MS * 1000) * 100 for laju in hasil[konkurensi]]
        angka.append(Angka(f"bagian dari konkurensi / latensi, {konkurensi}", bagian, "%", "tujuan >= 85"))
    for kecil, besar in pairwise(KONKURENSI):
        naik = [b / k for k, b in zip(hasil[kecil], hasil[besar], strict=True)]
        angka.append(Angka(f"konkurensi {besar} : {kecil}", naik, "kali", "tujuan >= 1"))
    return angka
