"""One transaction for a whole request: every write of a request that must stand or fall with its answer joins it.

It opens with the first write, stays open until the answer is made, and is committed or rolled back by the edge. What
must not happen before the commit (bells) waits for it. Reads join once it is open, so that a request reads its own
writes. PMM is never called while it is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.db.penyewa import kenakan, lupakan, penyewa_kini

Akibat = Callable[[], Awaitable[None]]

_kini: ContextVar[TransaksiPermintaan | None] = ContextVar("sinkro_transaksi_permintaan", default=None)


class TransaksiPermintaan:
    """`saat_dibuka` runs as the transaction's first statements; what it raises ends the request."""

    def __init__(self, engine: AsyncEngine, saat_dibuka: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        self._engine, self._saat_dibuka = engine, saat_dibuka
        self._tumpukan = AsyncExitStack()
        self._conn: AsyncConnection | None = None
        self._akibat: list[Akibat] = []
        self._tugas = asyncio.current_task()
        self._disahkan = self._dibuang = self._kendala_segera = False

    @property
    def terbuka(self) -> bool:
        return self._conn is not None

    @property
    def disahkan(self) -> bool:
        return self._disahkan

    @property
    def milik_tugas_ini(self) -> bool:
        """A task that the request started has a copy of its context, but must not share its connection."""
        return asyncio.current_task() is self._tugas

    async def koneksi(self) -> AsyncConnection:
        """The connection, opened now if it was not. RuntimeError after the end and in another task."""
        if self._disahkan or self._dibuang or not self.milik_tugas_ini:
            raise RuntimeError("transaksi permintaan sudah berakhir atau milik tugas lain")
        if self._conn is None:
            conn = await self._tumpukan.enter_async_context(self._engine.connect())
            await conn.begin()
            self._conn = conn
            await self._saat_dibuka(conn)
        return self._conn

    @asynccontextmanager
    async def bagian(self) -> AsyncIterator[AsyncConnection]:
        """A part that is undone alone when it raises, as a transaction of its own would be; constraints that wait for
        the commit are checked at its end."""
        conn = await self.koneksi()
        try:
            async with conn.begin_nested():
                await kenakan(conn, penyewa_kini())
                if self._kendala_segera:
                    await conn.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
                yield conn
                await conn.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            self._kendala_segera = True
        except BaseException:
            lupakan(conn)
            raise

    @asynccontextmanager
    async def bacaan(self) -> AsyncIterator[AsyncConnection]:
        conn = await self.koneksi()
        await kenakan(conn, penyewa_kini())
        yield conn

    def setelah_sahkan(self, akibat: Akibat) -> None:
        self._akibat.append(akibat)

    async def sahkan(self) -> None:
        """Commits, then lets happen what waited for it."""
        conn = await self.koneksi()
        await conn.commit()
        self._disahkan, self._conn = True, None
        await self._tumpukan.aclose()
        for akibat in self._akibat:
            await akibat()

    async def batalkan(self) -> None:
        """Rolls back and forgets what waited; nothing after `sahkan`."""
        self._dibuang, self._conn = True, None
        self._akibat.clear()
        await self._tumpukan.aclose()


def transaksi_permintaan() -> TransaksiPermintaan | None:
    """The one of this request, until its commit."""
    satu = _kini.get()
    return None if satu is None or satu.disahkan else satu


async def setelah_commit(akibat: Akibat) -> None:
    """Does it after the commit of the request's transaction if one is open, else now."""
    satu = transaksi_permintaan()
    if satu is not None and satu.terbuka:
        satu.setelah_sahkan(akibat)
    else:
        await akibat()


@contextmanager
def dalam_permintaan(satu: TransaksiPermintaan) -> Iterator[None]:
    """Transactions of `Konteks` within join `satu`."""
    semula = _kini.set(satu)
    try:
        yield
    finally:
        _kini.reset(semula)
