"""What a process of ours holds open. Services get it as an argument; only `services.factory` makes one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pmm_client.client import PMMClient
from services.queue.lonceng import Lonceng
from services.settings import Settings


def jam_dinding() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Konteks:
    """One process: settings, database, bell, PMM. Every write goes through `transaksi`, which commits at its end."""

    settings: Settings
    engine: AsyncEngine
    lonceng: Lonceng
    pmm: PMMClient
    jam: Callable[[], datetime] = jam_dinding

    async def tutup(self) -> None:
        await self.pmm.__aexit__(None, None, None)
        await self.lonceng.tutup()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaksi(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as conn:
            yield conn

    @asynccontextmanager
    async def baca(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; whatever was written on it is rolled back."""
        async with self.engine.connect() as conn:
            yield conn

    async def redis_siap(self) -> bool:
        return await self.lonceng.siap()
