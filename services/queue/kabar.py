"""The notice board: who waits for the end of a sync hears of it at once. It carries ids only, and losing a notice only
delays: who waits looks for themselves now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

SALURAN = "sinkro:selesai"
BATAS_MENGABARKAN_DETIK = 0.5
DENGAR_LAGI_DETIK = 1.0

_log = structlog.get_logger(__name__)
_PUTUS = (RedisError, OSError, TimeoutError)


class PapanKabar:
    """One per process. Its connection for listening is made when somebody first waits."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=2)
        self._penunggu: dict[bytes, set[asyncio.Event]] = {}
        self._telinga: asyncio.Task[None] | None = None

    async def umumkan(self, sinkro: Iterable[UUID]) -> None:
        """Says that these syncs ended, or wait for a later try. Never raises and never waits long."""
        with suppress(*_PUTUS):
            async with asyncio.timeout(BATAS_MENGABARKAN_DETIK):
                for satu in sinkro:
                    await self._redis.publish(SALURAN, _sebutan(satu))

    @asynccontextmanager
    async def menunggu(self, sinkro_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever a notice about this sync arrives."""
        if self._telinga is None:
            # Not in the name of the request that happens to be the first.
            self._telinga = asyncio.create_task(self._dengarkan(), context=Context())
        kabar = asyncio.Event()
        tempat = _sebutan(sinkro_id)
        penunggu = self._penunggu.setdefault(tempat, set())
        penunggu.add(kabar)
        try:
            yield kabar
        finally:
            penunggu.discard(kabar)
            if not penunggu:
                self._penunggu.pop(tempat, None)

    async def tutup(self) -> None:
        if self._telinga is not None:
            self._telinga.cancel()
            await asyncio.wait([self._telinga])
        await self._redis.aclose(close_connection_pool=True)

    async def _dengarkan(self) -> None:
        tuli = False
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as telinga:
                    await telinga.subscribe(SALURAN)
                    tuli = False
                    async for pesan in telinga.listen():
                        for kabar in self._penunggu.get(pesan["data"], ()):
                            kabar.set()
            except _PUTUS as galat:
                if not tuli:
                    _log.warning("kabar selesai tidak terdengar; hasil dilihat berkala", galat=type(galat).__name__)
                tuli = True
            await asyncio.sleep(DENGAR_LAGI_DETIK)


def _sebutan(sinkro_id: UUID) -> bytes:
    return sinkro_id.hex.encode()
