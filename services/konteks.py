"""What a process of ours holds open. Services get it as an argument; only `services.factory` makes one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pmm_client.client import PMMClient
from services.db.penyewa import sebagai_mesin
from services.db.transaksi import setelah_commit, transaksi_permintaan
from services.queue.kabar import PapanKabar
from services.queue.lonceng import Lonceng
from services.settings import Settings


def jam_dinding() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Konteks:
    """One process: settings, database, bell, PMM, notice board. Every write goes through `transaksi`, which commits at
    its end."""

    settings: Settings
    engine: AsyncEngine
    lonceng: Lonceng
    pmm: PMMClient
    kabar: PapanKabar
    jam: Callable[[], datetime] = jam_dinding

    async def tutup(self) -> None:
        await self.pmm.__aexit__(None, None, None)
        await self.lonceng.tutup()
        await self.kabar.tutup()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaksi(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at its end; within a request that has one for all its writes, a part of that."""
        permintaan = transaksi_permintaan()
        if permintaan is not None:
            async with permintaan.bagian() as conn:
                yield conn
        else:
            async with self.engine.begin() as conn:
                yield conn

    @asynccontextmanager
    async def baca(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, or the request's own once it has written; what is written on the former is rolled
        back."""
        permintaan = transaksi_permintaan()
        if permintaan is not None and permintaan.terbuka and permintaan.milik_tugas_ini:
            async with permintaan.bacaan() as conn:
                yield conn
        else:
            async with self.engine.connect() as conn:
                yield conn

    async def setelah_commit(self, akibat: Callable[[], Awaitable[None]]) -> None:
        """Does it after the commit of the request's transaction if one is open, else now."""
        await setelah_commit(akibat)

    def sebagai_mesin(self) -> AbstractContextManager[None]:
        """Transactions that begin within see every tenant, also in the API, whose database role sees the caller's only.
        Each use says why it must look beyond."""
        return sebagai_mesin()

    async def redis_siap(self) -> bool:
        return await self.lonceng.siap()
