"""The fixtures themselves: databases are separate, the template is migrated, Valkey starts empty."""

from __future__ import annotations

import asyncpg
from redis.asyncio import Redis

from services.settings import Settings


async def test_basis_data_kosong_menerima_tabel(database_url_kosong: str) -> None:
    koneksi = await asyncpg.connect(database_url_kosong)
    try:
        await koneksi.execute("CREATE TABLE uji (n int)")
        assert await koneksi.fetchval("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'") == 0
    finally:
        await koneksi.close()


async def test_basis_data_termigrasi_dan_terpisah(settings: Settings, database_url: str) -> None:
    koneksi = await asyncpg.connect(database_url)
    try:
        assert await koneksi.fetchval("SELECT count(*) FROM alembic_version") == 1
        assert await koneksi.fetchval("SELECT count(*) FROM pg_class WHERE relname = 'uji'") == 0
    finally:
        await koneksi.close()
    assert settings.database_url.startswith("postgresql+asyncpg://")


async def test_valkey_kosong_di_awal_1(redis_url: str) -> None:
    await _pakai(redis_url)


async def test_valkey_kosong_di_awal_2(redis_url: str) -> None:
    await _pakai(redis_url)


async def _pakai(redis_url: str) -> None:
    klien: Redis = Redis.from_url(redis_url)
    try:
        assert await klien.dbsize() == 0
        await klien.set("kunci", "nilai")
    finally:
        await klien.aclose()
