"""The bell: tells a worker that there is work. It carries no work and no person, so losing a ring only delays.

arq stands behind it here and in `services.worker.pendengar`, nowhere else.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from services.db.transaksi import setelah_commit

# One per lane: a ring wakes whoever serves that lane.
BEL_INTERAKTIF, BEL_MASSAL = "sinkro:bel", "sinkro:bel:massal"
PEKERJAAN_BEL = "bel"
BATAS_MEMBUNYIKAN_DETIK = 0.5
SINKRO_PER_BUNYI, BUNYI_TERBANYAK = 100, 16

_log = structlog.get_logger(__name__)


def sandi(isi: dict[str, Any]) -> bytes:
    """arq's jobs as JSON: its own default is pickle, which would run whatever lies in Redis."""
    return json.dumps(isi, default=repr).encode()


def urai(isi: bytes) -> dict[str, Any]:
    hasil: dict[str, Any] = json.loads(isi)
    return hasil


def pengaturan_redis(url: str) -> RedisSettings:
    """arq's settings for a URL; unlike `RedisSettings.from_dsn` this decodes a percent-encoded password."""
    u = urlsplit(url)
    if u.scheme == "unix":
        return RedisSettings(unix_socket_path=u.path)
    jalur = u.path.strip("/")
    return RedisSettings(
        host=u.hostname or "127.0.0.1",
        port=u.port or 6379,
        database=int(jalur) if jalur else 0,
        username=unquote(u.username) if u.username else None,
        password=unquote(u.password) if u.password else None,
        ssl=u.scheme == "rediss",
        conn_timeout=2,
        conn_retries=0,
        retry_on_timeout=True,
    )


class Lonceng:
    """Rings. Never raises and never waits long: a request is accepted also while Redis is down. In a request whose
    transaction is still open it rings after the commit: who came earlier would find nothing."""

    def __init__(self, redis_url: str) -> None:
        # One URL, one meaning: the pool reads the same forms (redis, rediss, unix) that the settings allow.
        self._redis = ArqRedis(
            connection_pool=ConnectionPool.from_url(redis_url, socket_connect_timeout=2, socket_timeout=2),
            job_serializer=sandi,
        )
        self._terakhir_gagal = False

    async def bunyikan_interaktif(self) -> None:
        """Somebody pressed a button: a worker shall look at once."""
        await setelah_commit(partial(self._bunyikan, BEL_INTERAKTIF, 1))

    async def bunyikan_massal(self, jumlah: int = 1) -> None:
        """So many syncs were queued for the bulk lane: wakes as many workers as they can use."""
        if jumlah > 0:
            kali = min(-(-jumlah // SINKRO_PER_BUNYI), BUNYI_TERBANYAK)
            await setelah_commit(partial(self._bunyikan, BEL_MASSAL, kali))

    async def _bunyikan(self, bel: str, kali: int) -> None:
        try:
            async with asyncio.timeout(BATAS_MEMBUNYIKAN_DETIK):
                for _ in range(kali):
                    await self._redis.enqueue_job(PEKERJAAN_BEL, _queue_name=bel, _expires=60)
        except (RedisError, OSError, TimeoutError) as galat:
            if not self._terakhir_gagal:
                _log.warning(
                    "lonceng tidak terdengar; pekerja menemukan antrean pada penyapuan berikutnya",
                    galat=type(galat).__name__,
                )
            self._terakhir_gagal = True
        else:
            self._terakhir_gagal = False

    async def siap(self) -> bool:
        """Whether Redis answers now."""
        try:
            async with asyncio.timeout(BATAS_MEMBUNYIKAN_DETIK):
                return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def tutup(self) -> None:
        await self._redis.aclose(close_connection_pool=True)
