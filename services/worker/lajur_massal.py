"""The lane of bulks as a child of its worker, with less claim to the CPU than whoever waits at a screen.

Invariant: neither outlives the other. Both hold an end of one socket: the child sends one byte when it works, and ends
at once when its worker's end is gone, also by kill -9; a worker whose child ended ends too.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog

from services.db.skema import SkemaTidakSesuai
from services.settings import Settings, load_settings
from services.sinkronisasi.antrean import Lajur
from services.worker.pekerja import DATABASE_PERGI, SELESAIKAN_DALAM_DETIK, Pekerja
from services.worker.proses import TUGAS_BERAKHIR_DALAM_DETIK, kerjakan_sampai_diminta, pabrik_loop, proses_kerja

MENGALAH = 5
BERAKHIR_DALAM_DETIK = 2 * SELESAIKAN_DALAM_DETIK + TUGAS_BERAKHIR_DALAM_DETIK
_SOKET = 0
_SIAP = b"1"
_log = structlog.get_logger(__name__)


class LajurMassalBerakhir(Exception):
    """The child ended without being asked; the text says how."""


class LajurMassal:
    """The child as its worker sees it."""

    def __init__(self, anak: asyncio.subprocess.Process, soket: socket.socket) -> None:
        self._anak = anak
        self._soket = soket
        self._diminta = False
        self._sendiri = False

    async def siap(self) -> None:
        """Returns when the child works. Raises LajurMassalBerakhir."""
        if await asyncio.get_running_loop().sock_recv(self._soket, 1) != _SIAP:
            raise LajurMassalBerakhir("proses lajur massal berakhir saat mulai")

    async def berakhir(self) -> None:
        await self._anak.wait()
        self._sendiri = not self._diminta

    def hentikan(self) -> None:
        self._diminta = True
        with suppress(ProcessLookupError):
            self._anak.send_signal(signal.SIGTERM)

    async def tuntas(self) -> None:
        """Asks the child to end and returns when it is gone. Raises LajurMassalBerakhir when it went by itself."""
        self.hentikan()
        try:
            await asyncio.wait_for(self._anak.wait(), BERAKHIR_DALAM_DETIK)
        except TimeoutError:
            self._anak.kill()
            await self._anak.wait()
        if self._sendiri:
            raise LajurMassalBerakhir(f"proses lajur massal berakhir sendiri (kode {self._anak.returncode})")


@asynccontextmanager
async def lajur_massal_berjalan() -> AsyncIterator[LajurMassal]:
    """Starts the child, with the environment of this process. Raises LajurMassalBerakhir at its end when the child went
    by itself."""
    kita, anaknya = socket.socketpair()
    with kita:
        kita.setblocking(False)
        with anaknya:
            anak = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __name__,
                stdin=anaknya.fileno(),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                # Ctrl-C in a terminal is for the worker, which asks the child to end.
                start_new_session=True,
            )
        massal = LajurMassal(anak, kita)
        try:
            yield massal
        except BaseException:
            with suppress(LajurMassalBerakhir):
                await massal.tuntas()
            raise
        await massal.tuntas()


def main() -> None:
    """The child: carries out bulks until its worker asks it to end, or is gone."""
    threading.Thread(target=_berakhir_dengan_pekerja, daemon=True).start()
    os.nice(MENGALAH)
    settings = load_settings()
    if settings.metrics_port is not None:
        settings = settings.model_copy(update={"metrics_port": settings.metrics_port + 1})
    with asyncio.Runner(loop_factory=pabrik_loop()) as pelari:
        sys.exit(pelari.run(_kerja(settings)))


async def _kerja(settings: Settings) -> int:
    async def siap() -> None:
        os.write(_SOKET, _SIAP)

    async with AsyncExitStack() as tumpukan:
        try:
            konteks = await tumpukan.enter_async_context(proses_kerja(settings, "worker-massal"))
        except (*DATABASE_PERGI, SkemaTidakSesuai) as galat:
            _log.error("lajur massal tidak dapat dimulai", galat=type(galat).__name__)
            return 1
        await kerjakan_sampai_diminta(settings, Pekerja(konteks, lajur=(Lajur.MASSAL,)), siap=siap)
    return 0


def _berakhir_dengan_pekerja() -> None:
    os.read(_SOKET, 1)
    # As if it were killed together with its worker: the leases give the work back.
    os._exit(1)


if __name__ == "__main__":
    main()
