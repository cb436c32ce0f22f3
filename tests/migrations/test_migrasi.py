"""The migrations: up, down, up again, and nothing in the tables that they do not make."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from alembic import command
from alembic.util.exc import CommandError
from sqlalchemy import text

from services.db.engine import buat_engine
from services.db.skema import AKAR, SkemaTidakSesuai, konfigurasi_alembic, periksa_skema, revisi_kepala

TABEL_SENDIRI = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'S') AND c.relname <> 'alembic_version'"
)


async def _alembic(perintah: object, url: str, *argumen: object) -> None:
    # Alembic's environment starts an event loop of its own, which a thread gives it.
    await asyncio.to_thread(perintah, konfigurasi_alembic(url), *argumen)  # type: ignore[arg-type]  # alembic commands share no type


async def test_naik_turun_naik(database_url_kosong: str) -> None:
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        await _alembic(command.upgrade, database_url_kosong, "head")
        await _alembic(command.downgrade, database_url_kosong, "base")
        async with engine.connect() as conn:
            assert await conn.scalar(TABEL_SENDIRI) == 0
        await _alembic(command.upgrade, database_url_kosong, "head")
        await periksa_skema(engine)
    finally:
        await engine.dispose()


async def test_tabel_dan_migrasi_sama(database_url: str) -> None:
    """`alembic check`: autogenerate finds nothing to add."""
    await _alembic(command.check, database_url)


async def test_check_melihat_perbedaan(database_url: str) -> None:
    engine = buat_engine(database_url, nama="uji")
    async with engine.begin() as conn:
        await conn.execute(text("DROP INDEX ix_sinkro_log_jenis"))
    await engine.dispose()
    with pytest.raises(CommandError):
        await _alembic(command.check, database_url)


async def test_skema_lain_ditolak(database_url_kosong: str) -> None:
    engine = buat_engine(database_url_kosong, nama="uji")
    try:
        with pytest.raises(SkemaTidakSesuai) as galat:
            await periksa_skema(engine)
        assert galat.value.ada is None
        assert galat.value.perlu == revisi_kepala()
    finally:
        await engine.dispose()


async def test_dua_migrasi_bersamaan(database_url_kosong: str) -> None:
    """Two starts of a service at once: one migrates, the other waits and finds it done."""

    async def migrasi() -> int:
        proses = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "alembic",
            "upgrade",
            "head",
            env={**os.environ, "SINKRO_DATABASE_URL": database_url_kosong},
            cwd=AKAR,
        )
        return await proses.wait()

    assert list(await asyncio.gather(migrasi(), migrasi())) == [0, 0]
    engine = buat_engine(database_url_kosong, nama="uji")
    await periksa_skema(engine)
    await engine.dispose()
