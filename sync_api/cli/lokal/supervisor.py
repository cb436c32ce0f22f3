"""Keeps a list of services running: starts them in order, restarts what dies, ends them in reverse order.

Invariant: everything happens in the main thread (the kernel ties a child's life to the thread that started it), and a
signal to end is obeyed within seconds, whatever the children do.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from sync_api.cli.lokal.proses import GagalMulai, sebab_berakhir

JEDA_ULANG = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the n-th restart in a row
LAMA_SEHAT = 10.0  # seconds alive after which a restart counts as the first again
_DETAK = 0.2


class Layanan(Protocol):
    """What the supervisor can keep alive."""

    @property
    def nama(self) -> str: ...

    @property
    def proses(self) -> subprocess.Popen[bytes] | None: ...

    def mulai(self) -> object:
        """Starts it and waits until it is ready; raises GagalMulai."""

    def mulai_lagi(self) -> object:
        """Starts it after it died, waiting only briefly: nobody is watched meanwhile. Raises GagalMulai."""

    def berhenti(self) -> None:
        """Ends it cleanly, by force when it takes too long."""


@dataclass(slots=True)
class _Keadaan:
    layanan: Layanan
    mulai_pada: float = 0.0
    ulangan: int = 0
    # Monotonic time of the next start; None while it runs.
    coba_pada: float | None = None


@dataclass(slots=True)
class Supervisor:
    """`lapor` gets one line per event, for people. `tiap_detak` runs a few times per second (log echo)."""

    lapor: Callable[[str], None]
    tiap_detak: Callable[[], None] = lambda: None
    _daftar: list[_Keadaan] = field(default_factory=list)
    _akhiri: bool = False
    # True while the main thread waits for a service to start: a signal then breaks the waiting off.
    _potong: bool = True
    _bangun: tuple[int, int] | None = None

    @property
    def diminta_berakhir(self) -> bool:
        """True after Ctrl-C or SIGTERM."""
        return self._akhiri

    @contextlib.contextmanager
    def sinyal(self) -> Iterator[None]:
        """Takes SIGINT, SIGTERM and SIGHUP over as the request to end, and SIGCHLD to wake up; gives them back after.

        While something is being started the request raises KeyboardInterrupt, else `jaga` returns.
        """
        baca, tulis = os.pipe()
        os.set_blocking(baca, False)
        os.set_blocking(tulis, False)
        self._bangun = (baca, tulis)
        lama = {
            s: signal.signal(s, lambda nomor, _: self._terima(nomor))
            for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        }
        lama_fd = signal.set_wakeup_fd(tulis, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(lama_fd)
            for nomor, penangan in lama.items():
                signal.signal(nomor, penangan)
            self._bangun = None
            os.close(baca)
            os.close(tulis)

    @contextlib.contextmanager
    def utuh(self) -> Iterator[None]:
        """For an import: a request to end breaks it off only afterwards. Python takes a KeyboardInterrupt that comes
        out of code made from text, as dataclasses are, for an unhandled one and ends by SIGINT, whoever caught it."""
        boleh_potong, self._potong = self._potong, False
        try:
            yield
        finally:
            self._potong = boleh_potong
        if self._akhiri and boleh_potong:
            raise KeyboardInterrupt

    def tambah(self, layanan: Layanan) -> None:
        """Starts a service and keeps it from now on. Raises GagalMulai; a service that did not start is not kept.
        After a request to end nothing is started any more, even if its KeyboardInterrupt got lost in a finaliser."""
        if self._akhiri:
            raise KeyboardInterrupt
        try:
            layanan.mulai()
        except BaseException:
            layanan.berhenti()
            raise
        self._daftar.append(_Keadaan(layanan, mulai_pada=time.monotonic()))

    def jaga(self, sampai: Callable[[], bool] | None = None) -> None:
        """Watches until a signal to end arrives, or `sampai()` (asked a few times per second) says so."""
        self._potong = False
        while not self.diminta_berakhir and not (sampai is not None and sampai()):
            for keadaan in self._daftar:
                self._periksa(keadaan)
            self.tiap_detak()
            self._tidur()

    def tutup(self) -> None:
        """Ends everything, the last started first; goes on when one of them makes trouble."""
        self._potong = False
        for keadaan in reversed(self._daftar):
            try:
                keadaan.layanan.berhenti()
            except OSError as galat:
                self.lapor(f"{keadaan.layanan.nama} tidak dapat dihentikan: {galat.strerror}")
        self._daftar.clear()

    def _periksa(self, keadaan: _Keadaan) -> None:
        layanan, sekarang = keadaan.layanan, time.monotonic()
        if self._akhiri:
            return
        if keadaan.coba_pada is None:
            kode = layanan.proses.poll() if layanan.proses is not None else 0
            if kode is None:
                return
            if sekarang - keadaan.mulai_pada > LAMA_SEHAT:
                keadaan.ulangan = 0
            jeda = JEDA_ULANG[min(keadaan.ulangan, len(JEDA_ULANG) - 1)]
            keadaan.coba_pada = sekarang + jeda
            kapan = f"dalam {jeda:g} detik" if jeda else "sekarang"
            self.lapor(f"{layanan.nama} berhenti ({sebab_berakhir(kode)}), dijalankan ulang {kapan}")
        if sekarang < keadaan.coba_pada:
            return
        keadaan.ulangan += 1
        try:
            self._potong = not self._akhiri
            layanan.mulai_lagi()
        except KeyboardInterrupt:
            return
        except GagalMulai as galat:
            jeda = JEDA_ULANG[min(keadaan.ulangan, len(JEDA_ULANG) - 1)]
            keadaan.coba_pada = time.monotonic() + jeda
            self.lapor(f"{galat}; dicoba lagi dalam {jeda:g} detik")
            return
        finally:
            self._potong = False
        keadaan.mulai_pada, keadaan.coba_pada = time.monotonic(), None
        self.lapor(f"{layanan.nama} dijalankan lagi")

    def _terima(self, nomor: int) -> None:
        if nomor == signal.SIGCHLD:
            return
        self._akhiri = True
        if self._potong:
            self._potong = False
            raise KeyboardInterrupt

    def _tidur(self) -> None:
        if self._bangun is None:
            time.sleep(_DETAK)
            return
        select.select([self._bangun[0]], [], [], _DETAK)
        with contextlib.suppress(BlockingIOError):
            os.read(self._bangun[0], 4096)
