"""The pool of connections outlives a PostgreSQL that ended them, and a new one asks once what it needs to know."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncpg.connection import Connection
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.db import engine as db_engine
from services.db.engine import buat_engine


async def _akhiri(url: str, pid: list[int]) -> None:
    lain = buat_engine(url, nama="uji-lain")
    try:
        async with lain.connect() as conn:
            for satu in pid:
                await conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": satu})
    finally:
        await lain.dispose()


async def test_koneksi_yang_mati_diganti_sebelum_dipakai(
    database_url_kosong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both of the pool die; the first checkout notices, and the other is not tried any more."""
    monkeypatch.setattr(db_engine, "PERIKSA_SETELAH_DIAM_DETIK", 0.05)
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        async with engine.connect() as a, engine.connect() as b:
            pid = [await c.scalar(text("SELECT pg_backend_pid()")) for c in (a, b)]
        await _akhiri(database_url_kosong, pid)
        await asyncio.sleep(0.1)
        async with engine.connect() as a, engine.connect() as b:
            baru = {await c.scalar(text("SELECT pg_backend_pid()")) for c in (a, b)}
        assert len(baru) == 2
        assert not baru & set(pid)
    finally:
        await engine.dispose()


async def test_tanpa_pemeriksaan_koneksi_mati_terlihat(
    database_url_kosong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail."""
    monkeypatch.setattr(db_engine, "PERIKSA_SETELAH_DIAM_DETIK", 3600.0)
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        async with engine.connect() as a:
            pid = [await a.scalar(text("SELECT pg_backend_pid()"))]
        await _akhiri(database_url_kosong, pid)
        await asyncio.sleep(0.1)
        with pytest.raises(DBAPIError):
            async with engine.connect() as a:
                await a.scalar(text("SELECT 1"))
    finally:
        await engine.dispose()


async def test_koneksi_yang_hidup_dipakai_lagi(database_url_kosong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db_engine, "PERIKSA_SETELAH_DIAM_DETIK", 0.0)
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        pid = set()
        for _ in range(3):
            async with engine.connect() as a:
                pid.add(await a.scalar(text("SELECT pg_backend_pid()")))
        assert len(pid) == 1
    finally:
        await engine.dispose()


async def test_jenis_larik_ditanyakan_sekali(database_url_kosong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question costs the server several times what the statement does that needs the answer."""
    bertanya, semula = [], Connection._introspect_types

    async def tanya(koneksi: Any, jenis: Any, batas: Any) -> Any:
        bertanya.append(jenis)
        return await semula(koneksi, jenis, batas)

    monkeypatch.setattr(Connection, "_introspect_types", tanya)
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        async with engine.connect() as conn:
            for larik in (
                ("uuid", "text"),
                ("bigint", "smallint", "integer"),
                ("timestamptz", "bytea", "date", "boolean"),
            ):
                sql = ", ".join(f"${n}::{jenis}[]" for n, jenis in enumerate(larik, 1))
                await conn.exec_driver_sql(f"SELECT {sql}", tuple([] for _ in larik))
    finally:
        await engine.dispose()
    assert len(bertanya) == 1
