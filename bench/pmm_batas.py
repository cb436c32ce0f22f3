"""The limit toward PMM over several processes (goal G11): the most starts in any sliding second as the simulated PMM
counts them, and how much of the limit is used while there is work."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from redis import Redis

from bench.laporan import Angka
from bench.lingkungan import sandbox
from services.pmm_laju_skrip import SKRIP
from tests.support.server import mulai_valkey

BATAS = (50, 1000)
PROSES = 3
PEMANGGIL = 24
DETIK = 4.0
PUTARAN = 2


def _statistik(pmm_url: str, metode: str = "GET") -> dict[str, Any]:
    permintaan = urllib.request.Request(f"{pmm_url}/sandbox/statistik", method=metode)  # noqa: S310 - own loopback
    with urllib.request.urlopen(permintaan) as jawaban:  # noqa: S310 - own loopback
        hasil: dict[str, Any] = json.loads(jawaban.read() or b"{}")
        return hasil


def _putaran(pmm_url: str, redis_url: str, batas: int) -> tuple[float, float]:
    """The most in one sliding second, and the mean of the whole seconds, both in percent of the limit."""
    _statistik(pmm_url, "DELETE")
    argumen = [pmm_url, redis_url, str(batas), str(PROSES), str(PEMANGGIL), str(DETIK)]
    perintah = [sys.executable, "-m", "tests.services.penanya_pmm", *argumen]
    anak = [subprocess.Popen(perintah, stdout=subprocess.DEVNULL) for _ in range(PROSES)]
    for satu in anak:
        satu.wait()
    statistik = _statistik(pmm_url)
    # The processes start and end at different moments: only the seconds between are full of work.
    utuh = list(statistik["per_detik"].values())[1:-2]
    return statistik["maks_per_detik"] / batas * 100, sum(utuh) / len(utuh) / batas * 100


def jalankan() -> list[Angka]:
    """Percent of the limit, for several limits."""
    with ExitStack() as tumpukan:
        folder = Path(tumpukan.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        valkey = mulai_valkey(folder)
        tumpukan.callback(valkey.berhenti)
        with Redis.from_url(valkey.url()) as redis:
            # A Redis that knows the script did not just start; after a start the first seconds are slow on purpose.
            redis.script_load(SKRIP)
        pmm_url = tumpukan.enter_context(sandbox(300))
        hasil = {batas: [_putaran(pmm_url, valkey.url(), batas) for _ in range(PUTARAN)] for batas in BATAS}
    angka: list[Angka] = []
    for batas, putaran in hasil.items():
        angka.append(Angka(f"{batas}/s: terbanyak dalam sedetik", [p[0] for p in putaran], "%", "tujuan <= 100"))
        angka.append(Angka(f"{batas}/s: terpakai", [p[1] for p in putaran], "%", "tujuan >= 90"))
    return angka
