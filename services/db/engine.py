"""The async engine: one place for the driver, the pool and the time-outs every statement runs under."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BATAS_PERNYATAAN_MS = 60_000
BATAS_KUNCI_MS = 30_000


def url_asyncpg(url: str) -> URL:
    """The URL with asyncpg as its driver; accepts `postgres://`, `postgresql://` and any driver suffix."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    return parsed.set(drivername="postgresql+asyncpg")


def buat_engine(url: str, *, nama: str, ukuran_pool: int = 10) -> AsyncEngine:
    """An engine whose sessions name themselves, never wait for ever, and find out a dead connection before they use
    it, so that a restarted PostgreSQL costs no request."""
    return create_async_engine(
        url_asyncpg(url),
        pool_size=ukuran_pool,
        max_overflow=ukuran_pool,
        pool_timeout=10,
        pool_pre_ping=True,
        # An error text with its parameters would carry NIPs and names into the log.
        hide_parameters=True,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "application_name": nama,
                "statement_timeout": str(BATAS_PERNYATAAN_MS),
                "lock_timeout": str(BATAS_KUNCI_MS),
                "idle_in_transaction_session_timeout": str(BATAS_PERNYATAAN_MS),
                # Short statements only: planning by JIT costs more than it saves.
                "jit": "off",
            },
        },
    )
