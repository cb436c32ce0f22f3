"""Which statements reach PostgreSQL: what SQLAlchemy executes, and what is asked of the driver below it. Each of
the two tells only of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg.connection import LoggedQuery
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_BATAS_TRANSAKSI = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def pernyataan_tercatat(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements of connections that are taken from the pool within, without the bounds of transactions. The driver
    tells a turn of the event loop later."""
    hasil: list[str] = []
    didengar: set[Any] = set()

    def dijalankan(_conn: Any, _kursor: Any, sql: str, *_: Any) -> None:
        hasil.append(sql)

    def langsung(satu: LoggedQuery) -> None:
        if not satu.query.startswith(_BATAS_TRANSAKSI):
            hasil.append(satu.query)

    def dipinjam(koneksi: Any, *_: Any) -> None:
        if koneksi.driver_connection not in didengar:
            didengar.add(koneksi.driver_connection)
            koneksi.driver_connection.add_query_logger(langsung)

    event.listen(engine.sync_engine, "before_cursor_execute", dijalankan)
    event.listen(engine.sync_engine, "checkout", dipinjam)
    try:
        yield hasil
    finally:
        event.remove(engine.sync_engine, "checkout", dipinjam)
        event.remove(engine.sync_engine, "before_cursor_execute", dijalankan)
        for satu in didengar:
            satu.remove_query_logger(langsung)
