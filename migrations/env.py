"""Alembic's entry: one connection, one transaction for all steps, a lock so that two starts do not migrate at once."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.db.engine import url_asyncpg
from services.db.tables import metadata

KUNCI_MIGRASI = 7_310_202_611


def _milik_kita(_objek: Any, nama: str | None, jenis: str, _ada: bool, _banding: Any) -> bool:
    return not (jenis == "table" and nama == "alembic_version")


def _jalankan(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=False,
        include_object=_milik_kita,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": KUNCI_MIGRASI})
        context.run_migrations()


async def _jalankan_online(url: str) -> None:
    engine = create_async_engine(url_asyncpg(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_jalankan)
            await connection.commit()
    finally:
        await engine.dispose()


def _tanpa_koneksi(url: str) -> None:
    context.configure(url=url_asyncpg(url), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def _url() -> str:
    url = context.config.get_main_option("sqlalchemy.url") or os.environ.get("SINKRO_DATABASE_URL")
    if not url:
        raise SystemExit("SINKRO_DATABASE_URL belum diisi")
    return url


if context.is_offline_mode():
    _tanpa_koneksi(_url())
else:
    asyncio.run(_jalankan_online(_url()))
