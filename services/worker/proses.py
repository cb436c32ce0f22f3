"""What the processes of a worker have in common: what they hold open, and how they work until they are asked to end."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from services.catatan_log import pasang_catatan_log
from services.db.skema import periksa_skema
from services.factory import buka_konteks
from services.konteks import Konteks
from services.metrik import metrik_terbuka
from services.settings import Settings
from services.worker.pekerja import Pekerja
from services.worker.pendengar import dengarkan

TUGAS_BERAKHIR_DALAM_DETIK = 5.0


class Pendamping(Protocol):
    """A process that ends together with this one."""

    async def berakhir(self) -> None:
        """Returns when it has ended."""

    def hentikan(self) -> None:
        """Asks it to end."""


def pabrik_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop of a worker: uvloop, which takes less CPU time per call to PMM; None: Python's own,
    where there is no uvloop."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


@asynccontextmanager
async def proses_kerja(settings: Settings, nama: str) -> AsyncIterator[Konteks]:
    """What this process holds open. Raises SkemaTidakSesuai when the database is at another schema."""
    pasang_catatan_log(settings)
    # Few long-lived cycles are made here, many short-lived objects: the default thresholds cost a third of the time.
    gc.set_threshold(100_000, 50, 100)
    konteks = await buka_konteks(settings, nama=f"sinkro-{nama}")
    try:
        await periksa_skema(konteks.engine)
        with metrik_terbuka(settings, konteks, proses=nama):
            yield konteks
    finally:
        await konteks.tutup()


async def kerjakan_sampai_diminta(
    settings: Settings,
    pekerja: Pekerja,
    *,
    siap: Callable[[], Awaitable[None]] | None = None,
    bersama: Pendamping | None = None,
) -> None:
    """Works until SIGTERM or SIGINT, or until the companion has ended; it is asked to end as well. `siap` is awaited
    once this process claims and hears."""
    henti = asyncio.Event()
    for sinyal in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sinyal, henti.set)
    kerja = asyncio.create_task(pekerja.jalan())
    sampai = {kerja, asyncio.create_task(henti.wait())}
    if bersama is not None:
        sampai.add(asyncio.create_task(bersama.berakhir()))
    samping = [asyncio.create_task(dengarkan(settings, pekerja, lajur)) for lajur in pekerja.lajur]
    if siap is not None:
        samping.append(asyncio.ensure_future(siap()))
    await asyncio.wait(sampai, return_when=asyncio.FIRST_COMPLETED)
    if bersama is not None:
        bersama.hentikan()
    for tugas in (*samping, *(sampai - {kerja})):
        tugas.cancel()
    await pekerja.berhenti()
    # A companion that did not come up is told by its end.
    await asyncio.gather(*samping, return_exceptions=True)
    # A shared duty may be asking a slow PMM about hundreds of people. What it committed stays, the rest is its next
    # leader's.
    with suppress(TimeoutError):
        await asyncio.wait_for(kerja, TUGAS_BERAKHIR_DALAM_DETIK)
