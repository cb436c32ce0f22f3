"""A file that is sent while it is still written.

The writer fills a temporary file as fast as the rows come, so a slow caller never keeps a transaction open; what is
written is sent on. Invariant: a file whose writing failed is never completed, so the caller notices; a caller who goes
away ends the writing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import IO

POTONGAN = 64 * 1024


class PenulisBerkas:
    """What a writer writes into: a file at whose end it stands, and a reader behind it."""

    def __init__(self, berkas: IO[bytes], bertambah: Callable[[int], None]) -> None:
        self._berkas, self._bertambah, self._letak = berkas, bertambah, 0

    def write(self, isi: bytes) -> int:
        sisa = memoryview(isi)
        while sisa:
            sisa = sisa[self._berkas.write(sisa) :]
        self._letak += len(isi)
        self._bertambah(self._letak)
        return len(isi)

    def tell(self) -> int:
        return self._letak

    def flush(self) -> None:
        """Nothing waits here."""


async def alirkan(tulis: Callable[[IO[bytes]], Awaitable[None]]) -> AsyncGenerator[bytes, None]:
    """The bytes that `tulis` writes into the file it is given, as they come. It may write from a thread. What it
    raises is raised here, after the bytes before it."""
    putaran, bertambah = asyncio.get_running_loop(), asyncio.Event()
    tertulis = 0

    def catat(letak: int) -> None:
        nonlocal tertulis
        tertulis = letak
        putaran.call_soon_threadsafe(bertambah.set)

    with tempfile.TemporaryFile(buffering=0) as berkas:
        tugas = asyncio.ensure_future(tulis(PenulisBerkas(berkas, catat)))  # type: ignore[arg-type]  # the part of IO that writers use
        tugas.add_done_callback(lambda _: bertambah.set())
        terkirim = 0
        try:
            while True:
                bertambah.clear()
                selesai = tugas.done()
                while terkirim < tertulis:
                    isi = await asyncio.to_thread(os.pread, berkas.fileno(), POTONGAN, terkirim)
                    terkirim += len(isi)
                    yield isi
                if selesai:
                    await tugas
                    if terkirim == tertulis:
                        return
                else:
                    await bertambah.wait()
        finally:
            tugas.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await tugas
