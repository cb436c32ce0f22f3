"""The async engine: one place for the driver, the pool and the time-outs every statement runs under."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BATAS_PERNYATAAN_MS = 60_000
BATAS_KUNCI_MS = 30_000
PERIKSA_SETELAH_DIAM_DETIK = 0.5
_DIKEMBALIKAN = "sinkro.dikembalikan"
# The driver asks the catalogue about each array type when a statement first names it, which takes the server ten times
# as long as the statement: a new connection asks once about all that we use.
_JENIS_LARIK = "SELECT " + ", ".join(
    f"${n}::{jenis}[]"
    for n, jenis in enumerate(("uuid", "varchar", "int2", "int4", "int8", "bool", "date", "timestamptz", "bytea"), 1)
)


def url_asyncpg(url: str) -> URL:
    """The URL with asyncpg as its driver; accepts `postgres://`, `postgresql://` and any driver suffix."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    return parsed.set(drivername="postgresql+asyncpg")


def buat_engine(url: str, *, nama: str, ukuran_pool: int = 10) -> AsyncEngine:
    """An engine whose sessions name themselves, never wait for ever, and find out a dead connection before they use
    it, so that a restarted PostgreSQL costs no request."""
    engine = create_async_engine(
        url_asyncpg(url),
        pool_size=ukuran_pool,
        # The last one back is the next one out: its statements are prepared and planned already.
        pool_use_lifo=True,
        max_overflow=ukuran_pool,
        pool_timeout=10,
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
    _kenali_larik(engine)
    _periksa_setelah_diam(engine)
    return engine


def _kenali_larik(engine: AsyncEngine) -> None:
    def tersambung(koneksi: Any, _catatan: Any) -> None:
        koneksi.run_async(lambda asyncpg_koneksi: asyncpg_koneksi.prepare(_JENIS_LARIK))

    event.listen(engine.sync_engine, "connect", tersambung)


def _periksa_setelah_diam(engine: AsyncEngine) -> None:
    """Asks a connection whether it lives when it was idle for a while: three round trips, which SQLAlchemy's own
    pre-ping would make at every checkout. No server restarts within what is no while."""
    kolam, dialek = engine.sync_engine.pool, engine.dialect

    def dikembalikan(_koneksi: Any, catatan: Any) -> None:
        catatan.info[_DIKEMBALIKAN] = time.monotonic()

    def diambil(koneksi: Any, catatan: Any, _peminjam: Any) -> None:
        sejak = catatan.info.pop(_DIKEMBALIKAN, None)
        if sejak is None or time.monotonic() - sejak < PERIKSA_SETELAH_DIAM_DETIK:
            return
        try:
            dialek.do_ping(koneksi)
        except Exception as galat:
            # With it every connection made before goes, as they all ended with that server.
            raise InvalidatePoolError("koneksi basis data terputus") from galat

    event.listen(kolam, "checkin", dikembalikan)
    event.listen(kolam, "checkout", diambil)
