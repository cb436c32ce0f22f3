"""The world of these tests."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from io import StringIO

import asyncpg
import pytest
import structlog

from services.catatan_log import pasang_catatan_log
from services.settings import Settings
from tests.support.dunia_nyata import DuniaNyata, buka_dunia
from tests.support.server import PabrikBasisData


@pytest.fixture(scope="session")
async def database_bersama(pabrik_basis_data: PabrikBasisData) -> AsyncIterator[str]:
    url = await pabrik_basis_data.buat()
    yield url
    await pabrik_basis_data.hapus(url)


@pytest.fixture
async def database_url(
    request: pytest.FixtureRequest, pabrik_basis_data: PabrikBasisData, database_bersama: str
) -> AsyncIterator[str]:
    """An empty database: one for all tests of this folder, emptied before each, since making one costs more than most
    tests here; whoever takes `skema_sendiri` changes the schema and gets one alone."""
    if "skema_sendiri" in request.fixturenames:
        url = await pabrik_basis_data.buat()
        yield url
        await pabrik_basis_data.hapus(url)
        return
    koneksi = await asyncpg.connect(database_bersama)
    tabel = [b[0] for b in await koneksi.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    await koneksi.execute(f"TRUNCATE {', '.join(t for t in tabel if t != 'alembic_version')}")
    await koneksi.close()
    yield database_bersama


@pytest.fixture
def skema_sendiri() -> None:
    """Taken by tests that change the schema."""


@pytest.fixture
def catatan_log(settings: Settings) -> Iterator[StringIO]:
    """What this process writes to its log, as in production."""
    semula, lama = structlog.get_config(), list(logging.getLogger().handlers)
    isi = StringIO()
    pasang_catatan_log(settings, ke=isi)
    yield isi
    structlog.configure(**semula)
    logging.getLogger().handlers[:] = lama


@pytest.fixture
async def dunia(settings: Settings, catatan_log: StringIO) -> AsyncIterator[DuniaNyata]:
    """A small real world of its own for every test."""
    async with buka_dunia(settings) as satu:
        yield satu
