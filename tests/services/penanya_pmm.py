"""A process like a worker: asks PMM with the shared pacer for some seconds, and prints what came of it.

`python -m tests.services.penanya_pmm PMM_URL REDIS_URL LIMIT PROCESSES CALLERS SECONDS`
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import uvloop

from pmm_client import Lajur, PMMClient, PMMConfig, PMMError
from services.pmm_laju import buka_pacer


async def tanya(pmm_url: str, redis_url: str, batas: float, proses: int, pemanggil: int, detik: float) -> Counter[str]:
    """Asks until the time is over; outcomes by name."""
    hasil: Counter[str] = Counter()
    pacer = buka_pacer(redis_url, batas, proses=proses)
    config = PMMConfig(
        pmm_url, "sandbox", "sandbox-rahasia", batas_per_detik=None, konkurensi=pemanggil, pemutus_ambang=10_000
    )
    async with PMMClient(config, pacer=pacer) as klien:
        massal = klien.di_lajur(Lajur.MASSAL)
        sampai = time.monotonic() + detik

        async def satu() -> None:
            while time.monotonic() < sampai:
                try:
                    await massal.perubahan(batas=1)
                except PMMError as galat:
                    hasil[type(galat).__name__] += 1
                    await asyncio.sleep(0.05)
                else:
                    hasil["sukses"] += 1

        await asyncio.gather(*(satu() for _ in range(pemanggil)))
    return hasil


if __name__ == "__main__":
    pmm_url, redis_url, batas, proses, pemanggil, detik = sys.argv[1:]
    hasil = uvloop.run(tanya(pmm_url, redis_url, float(batas), int(proses), int(pemanggil), float(detik)))
    sys.stdout.write(json.dumps(hasil))
