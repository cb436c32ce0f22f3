"""One reading statement in one round trip: no BEGIN, no ROLLBACK, a tenant's setting only when the connection served
another tenant last. For reads that are asked all day and cost the database less than what surrounds them.

Invariant: behind the same wall as every transaction; what a lost connection did not answer is asked again in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.db.penyewa import pagari_sesi
from services.db.siap import PerintahSiap


async def tanya_sekali(engine: AsyncEngine, perintah: PerintahSiap, **nilai: Any) -> Sequence[Any]:
    """The rows, which have their columns by name (`baris["isi"]`), of a snapshot of their own: not for a request that
    has written. `nilai` as in `PerintahSiap.isian`. The plan is made once for all values.

    Raises what the pool raises, asyncpg.PostgresError for a statement that failed, and DBAPIError when the second
    connection is lost as well.
    """
    isian = perintah.isian(nilai)
    try:
        async with engine.connect() as conn:
            baris = await _langsung(conn, perintah.sql, isian)
    except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, ConnectionError):
        # The ordinary way knows which connections of the pool ended with this one.
        baris = None
    if baris is None:
        async with engine.connect() as conn:
            baris = (await conn.exec_driver_sql(perintah.sql, isian)).mappings().all()
    return baris


async def _langsung(conn: AsyncConnection, sql: str, isian: tuple[Any, ...]) -> Sequence[Any] | None:
    """None where the wall cannot be set for a session."""
    koneksi = None if conn.sync_connection is None else conn.sync_connection.connection.driver_connection
    if not isinstance(koneksi, asyncpg.Connection):
        return None
    try:
        if not await pagari_sesi(conn, koneksi):
            return None
        baris: Sequence[Any] = await koneksi.fetch(sql, *isian)
    except BaseException:
        # Which setting the session has now, and whether it still runs something, is not known.
        await conn.invalidate()
        raise
    return baris
