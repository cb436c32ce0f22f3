"""A time limit around awaits in a plain `with`: what `asyncio.timeout` does, without its two coroutines per call."""

import asyncio
from types import TracebackType


class Tenggat:
    """Ends the block with TimeoutError after `detik` seconds. A cancellation from outside stays a cancellation, also
    when it comes together with the end of the time."""

    __slots__ = ("_batal_sebelumnya", "_detik", "_habis", "_pengatur", "_tugas")

    def __init__(self, detik: float) -> None:
        self._detik = detik
        self._habis = False

    def __enter__(self) -> None:
        tugas = asyncio.current_task()
        if tugas is None:
            raise RuntimeError("batas waktu dipakai di luar task")
        self._tugas = tugas
        self._batal_sebelumnya = tugas.cancelling()
        self._pengatur = tugas.get_loop().call_later(self._detik, self._akhiri)

    def __exit__(
        self, jenis: type[BaseException] | None, galat: BaseException | None, jejak: TracebackType | None
    ) -> None:
        self._pengatur.cancel()
        if self._habis and self._tugas.uncancel() <= self._batal_sebelumnya and jenis is asyncio.CancelledError:
            raise TimeoutError from galat

    def _akhiri(self) -> None:
        self._habis = True
        self._tugas.cancel()
