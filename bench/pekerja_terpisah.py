"""Worker processes for benchmarks: each with a context of its own, connected and warm before it is told to begin, so
that neither their start nor the measuring process counts.

`python -m bench.pekerja_terpisah ENGINE` is one of them. It takes an order as JSON per line (buka, mulai, henti) and
answers each with SIAP; when its input ends, as when its parent dies, it ends too.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TextIO

from sqlalchemy import text

from bench.lingkungan import TANPA_REDIS, pengaturan
from bench.mesin_kosong import PekerjaTanpaTugas, buat_mesin_kosong
from services.catatan_log import pasang_catatan_log
from services.factory import buka_konteks
from services.konteks import Konteks
from services.sinkronisasi.antrean import Lajur
from services.worker.pekerja import Pekerja
from services.worker.pendengar import dengarkan
from services.worker.proses import pabrik_loop

PENUH: Final = "penuh"
KOSONG: Final = "kosong"
ANTREAN: Final = "antrean"
SIAP: Final = "SIAP"
_NAMA_SESI: Final = "bench-pekerja"
_KONEKSI_AWAL = 6
BERAKHIR_DALAM_DETIK = 60.0


class Regu:
    """The running processes. Orders go to all of them before the first answer is waited for."""

    def __init__(self, anak: Sequence[subprocess.Popen[str]]) -> None:
        self._anak = anak

    @property
    def pid(self) -> list[int]:
        """Their processes."""
        return [a.pid for a in self._anak]

    def buka(self, database_url: str, pmm_url: str, redis_url: str = TANPA_REDIS) -> None:
        """Each connects to these and leaves what it had open before. Returns when all are connected."""
        self._perintahkan("buka", database_url=database_url, pmm_url=pmm_url, redis_url=redis_url)

    def mulai(self) -> None:
        """All begin to work together, as new workers; with a Redis they hear the bell."""
        self._perintahkan("mulai")

    def henti(self) -> None:
        """All stop as a worker does on SIGTERM, and stay connected."""
        self._perintahkan("henti")

    def dengar(self) -> float:
        """Waits for the next claim of the interactive lane and gives its moment as `time.monotonic`, which all
        processes of a Linux machine share. Only with the empty engine, and one process."""
        return float(self._jawaban(self._anak[0]))

    def _perintahkan(self, perintah: str, **isi: str) -> None:
        for a in self._anak:
            if a.stdin is not None:
                a.stdin.write(json.dumps({"perintah": perintah, **isi}) + "\n")
                a.stdin.flush()
        for a in self._anak:
            if (jawaban := self._jawaban(a)) != SIAP:
                raise RuntimeError(f"pekerja menjawab {jawaban!r}")

    @staticmethod
    def _jawaban(anak: subprocess.Popen[str]) -> str:
        baris = anak.stdout.readline() if anak.stdout is not None else ""
        if not baris:
            raise RuntimeError("sebuah pekerja berakhir")
        return baris.strip()


@contextmanager
def regu(jumlah: int, mesin: str = PENUH) -> Iterator[Regu]:
    """So many worker processes, with the real engine (PENUH) or one that does nothing (KOSONG), and without the shared
    duties too (ANTREAN)."""
    perintah = [sys.executable, "-m", "bench.pekerja_terpisah", mesin]
    anak = [
        subprocess.Popen(perintah, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ, text=True)
        for _ in range(jumlah)
    ]
    try:
        yield Regu(anak)
    finally:
        for a in anak:
            if a.stdin is not None:
                a.stdin.close()
        for a in anak:
            try:
                a.wait(BERAKHIR_DALAM_DETIK)
            except subprocess.TimeoutExpired:
                a.kill()


async def tunggu_tenang(konteks: Konteks) -> None:
    """Until the duties that workers take up at their start (one of them counts the whole log) have ended."""
    lama = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = :nama AND state = 'active' "
        "AND datname = current_database() AND query_start < clock_timestamp() - interval '0.3 second')"
    )
    tenang = 0
    while tenang < 3:
        await asyncio.sleep(0.5)
        async with konteks.baca() as conn:
            tenang = 0 if await conn.scalar(lama, {"nama": _NAMA_SESI}) else tenang + 1


@dataclass(slots=True)
class _Anak:
    """The inside of such a process."""

    mesin: str
    keluar: TextIO
    konteks: Konteks | None = None
    pekerja: Pekerja | None = None
    tugas: tuple[asyncio.Task[None], ...] = ()

    async def turuti(self, perintah: dict[str, Any]) -> None:
        nama = perintah.pop("perintah")
        if nama == "buka":
            await self.tutup()
            settings = pengaturan(**perintah)
            pasang_catatan_log(settings)
            self.konteks = await buka_konteks(settings, nama=_NAMA_SESI)
            await _hangatkan(self.konteks)
        elif nama == "mulai" and self.konteks is not None:
            self._mulai(self.konteks)
        elif nama == "henti":
            await self._henti()
        else:
            raise ValueError(f"perintah {nama} tidak dikenal, atau belum buka")
        self._katakan(SIAP)

    def _mulai(self, konteks: Konteks) -> None:
        if self.mesin == PENUH:
            self.pekerja = Pekerja(konteks)
        else:
            jenis = PekerjaTanpaTugas if self.mesin == ANTREAN else Pekerja
            self.pekerja = jenis(konteks, buat_mesin_kosong(konteks, lambda: self._katakan(repr(time.monotonic()))))
        self.tugas = (asyncio.create_task(self.pekerja.jalan()),)
        if konteks.settings.redis_url != TANPA_REDIS:
            telinga = (dengarkan(konteks.settings, self.pekerja, lajur) for lajur in Lajur)
            self.tugas += tuple(asyncio.create_task(satu) for satu in telinga)

    async def _henti(self) -> None:
        if self.pekerja is not None:
            kerja, *dengar = self.tugas
            for satu in dengar:
                satu.cancel()
            await asyncio.gather(*dengar, return_exceptions=True)
            await self.pekerja.berhenti()
            await kerja
            self.pekerja, self.tugas = None, ()

    async def tutup(self) -> None:
        await self._henti()
        if self.konteks is not None:
            await self.konteks.tutup()
            self.konteks = None

    def _katakan(self, baris: str) -> None:
        self.keluar.write(baris + "\n")
        self.keluar.flush()


async def _hangatkan(konteks: Konteks) -> None:
    """Opens connections to the database and gets PMM's token: a worker that has run for days has both."""

    async def satu() -> None:
        async with konteks.baca() as conn:
            await conn.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(*(satu() for _ in range(_KONEKSI_AWAL)))
    await konteks.pmm.perubahan(batas=1)


async def _layani(mesin: str, keluar: TextIO) -> None:
    masuk = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(partial(asyncio.StreamReaderProtocol, masuk), sys.stdin)
    anak = _Anak(mesin, keluar)
    while baris := await masuk.readline():
        await anak.turuti(json.loads(baris))
    await anak.tutup()


def main(mesin: str) -> None:
    """Works until the input ends."""
    # As the real worker does.
    gc.set_threshold(100_000, 50, 100)
    # Nothing but answers goes to the parent.
    with os.fdopen(os.dup(1), "w") as keluar, asyncio.Runner(loop_factory=pabrik_loop()) as pelari:
        os.dup2(2, 1)
        pelari.run(_layani(mesin, keluar))


if __name__ == "__main__":
    main(sys.argv[1])
