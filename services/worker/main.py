"""The entry of a worker process. arq hears the bell; a Redis that goes away makes the worker deaf, not dead."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from arq.worker import Worker, func
from redis.exceptions import RedisError

from services.catatan_log import pasang_catatan_log
from services.db.skema import periksa_skema
from services.factory import buka_konteks
from services.metrik import metrik_terbuka
from services.queue.lonceng import ANTREAN_ARQ, PEKERJAAN_BEL, pengaturan_redis, sandi, urai
from services.settings import Settings
from services.sinkronisasi.antrean import Lajur
from services.worker.pekerja import Pekerja

DENGAR_SETIAP_DETIK = 0.01
COBA_DENGAR_LAGI_DETIK = 1.0
TUGAS_BERAKHIR_DALAM_DETIK = 5.0

_LAJUR = {"interaktif": Lajur.INTERAKTIF, "massal": Lajur.MASSAL}
_log = structlog.get_logger(__name__)


async def bel(ctx: dict[Any, Any], lajur: str) -> None:
    """The only job of arq: wakes this worker's lane."""
    pekerja: Pekerja = ctx["pekerja"]
    if lajur in _LAJUR:
        pekerja.bangun(_LAJUR[lajur])


def pabrik_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop of a worker: uvloop, which takes less CPU time per call to PMM; None: Python's own,
    where there is no uvloop."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def run_worker(settings: Settings) -> None:
    """Works until SIGTERM or SIGINT. Raises SkemaTidakSesuai when the database is at another schema."""
    pasang_catatan_log(settings)
    # Few long-lived cycles are made here, many short-lived objects: the default thresholds cost a third of the time.
    gc.set_threshold(100_000, 50, 100)
    konteks = await buka_konteks(settings, nama="sinkro-worker")
    try:
        await periksa_skema(konteks.engine)
        with metrik_terbuka(settings, konteks, proses="worker"):
            await _kerja(settings, Pekerja(konteks))
    finally:
        await konteks.tutup()


async def _kerja(settings: Settings, pekerja: Pekerja) -> None:
    henti = asyncio.Event()
    for sinyal in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sinyal, henti.set)
    kerja = asyncio.create_task(pekerja.jalan())
    dengar = asyncio.create_task(dengarkan(settings, pekerja))
    _log.info("pekerja siap")
    _tandai_siap(settings)
    await asyncio.wait([asyncio.create_task(henti.wait()), kerja], return_when=asyncio.FIRST_COMPLETED)
    dengar.cancel()
    await pekerja.berhenti()
    # A shared duty may be asking a slow PMM about hundreds of people. What it committed stays, the rest is its next
    # leader's.
    with suppress(TimeoutError):
        await asyncio.wait_for(kerja, TUGAS_BERAKHIR_DALAM_DETIK)


def _tandai_siap(settings: Settings) -> None:
    """Tells a probe (and `sinkro lokal`) that this worker works; not being able to is no reason not to."""
    if settings.berkas_siap is not None:
        try:
            settings.berkas_siap.touch()
        except OSError as galat:
            _log.warning("berkas kesiapan tidak dapat dibuat", galat=type(galat).__name__)


async def dengarkan(settings: Settings, pekerja: Pekerja) -> None:
    """Hears the bell; after a fault of Redis listens again. Meanwhile the broom finds the work."""
    tuli = False
    while True:
        worker = Worker(
            functions=[func(bel, name=PEKERJAAN_BEL, keep_result=0, max_tries=1, timeout=5)],
            queue_name=ANTREAN_ARQ,
            redis_settings=pengaturan_redis(settings.redis_url),
            poll_delay=DENGAR_SETIAP_DETIK,
            handle_signals=False,
            keep_result=0,
            log_results=False,
            job_serializer=sandi,
            job_deserializer=urai,
            ctx={"pekerja": pekerja},
        )
        try:
            if tuli:
                _log.info("mendengarkan lonceng lagi")
            await worker.async_run()
        except (RedisError, OSError, TimeoutError) as galat:
            if not tuli:
                _log.warning("lonceng terputus; antrean disapu setiap detik", galat=type(galat).__name__)
            tuli = True
        finally:
            await _tutup(worker)
        await asyncio.sleep(COBA_DENGAR_LAGI_DETIK)


async def _tutup(worker: Worker) -> None:
    if worker.main_task is not None:
        worker.main_task.cancel()
    if worker._pool is not None:  # arq offers no way to ask whether it is connected
        try:
            await worker.close()
        except (RedisError, OSError, TimeoutError):
            return
