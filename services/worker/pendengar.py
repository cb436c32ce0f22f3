"""The ear of a worker: hears the bell of one lane. A Redis that goes away makes it deaf, not dead."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from arq.worker import Worker, func
from redis.exceptions import RedisError

from services.queue.lonceng import BEL_INTERAKTIF, BEL_MASSAL, PEKERJAAN_BEL, pengaturan_redis, sandi, urai
from services.settings import Settings
from services.sinkronisasi.antrean import Lajur
from services.worker.pekerja import Pekerja

# Somebody waits at a screen for the one; the other may start a little later, and arq asks Redis this often.
DENGAR_SETIAP_DETIK = {Lajur.INTERAKTIF: 0.01, Lajur.MASSAL: 0.05}
COBA_DENGAR_LAGI_DETIK = 1.0

_BEL = {Lajur.INTERAKTIF: BEL_INTERAKTIF, Lajur.MASSAL: BEL_MASSAL}
_log = structlog.get_logger(__name__)


async def bel(ctx: dict[Any, Any]) -> None:
    """The only job of arq: wakes this worker's lane."""
    pekerja: Pekerja = ctx["pekerja"]
    pekerja.bangun(ctx["lajur"])


async def dengarkan(settings: Settings, pekerja: Pekerja, lajur: Lajur) -> None:
    """Hears the bell; after a fault of Redis listens again. Meanwhile the broom finds the work."""
    tuli = False
    while True:
        worker = Worker(
            functions=[func(bel, name=PEKERJAAN_BEL, keep_result=0, max_tries=1, timeout=5)],
            queue_name=_BEL[lajur],
            redis_settings=pengaturan_redis(settings.redis_url),
            poll_delay=DENGAR_SETIAP_DETIK[lajur],
            handle_signals=False,
            keep_result=0,
            log_results=False,
            job_serializer=sandi,
            job_deserializer=urai,
            ctx={"pekerja": pekerja, "lajur": lajur},
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
