"""Fixtures of every floor: real servers, a database per test, settings that point at them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from services.settings import PREFIKS, Settings
from sync_api.cli.lokal.embedded_postgres import PostgresTertanam
from sync_api.cli.lokal.embedded_valkey import ValkeyTertanam
from tests.support import server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pg",
        choices=["wheel", "sistem"],
        default=os.environ.get("SINKRO_PG", "wheel"),
        help="PostgreSQL for the tests: the embedded wheel (default) or the machine's own",
    )
    parser.addoption("--peramban", action="store_true", help="also the tests that drive a real browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--peramban"):
        return
    for item in items:
        if item.get_closest_marker("peramban"):
            item.add_marker(pytest.mark.skip(reason="needs a browser: --peramban"))


@pytest.fixture(scope="session", autouse=True)
def _tanpa_pengaturan_pengembang() -> None:
    """What the developer's shell sets must not decide whether a test passes."""
    for nama in [n for n in os.environ if n.startswith(PREFIKS)]:
        del os.environ[nama]


@pytest.fixture(scope="session")
def pg_sistem(request: pytest.FixtureRequest) -> bool:
    """True when the tests run on the machine's own PostgreSQL (`--pg=sistem`)."""
    return bool(request.config.getoption("--pg") == "sistem")


@pytest.fixture(scope="session")
def server_postgres(pg_sistem: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresTertanam]:
    """The one PostgreSQL of this run."""
    postgres = server.mulai_postgres(tmp_path_factory.mktemp("pg"), sistem=pg_sistem)
    yield postgres
    postgres.berhenti()


@pytest.fixture(scope="session")
def server_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyTertanam]:
    """The one Valkey of this run."""
    valkey = server.mulai_valkey(tmp_path_factory.mktemp("vk"))
    yield valkey
    valkey.berhenti()


@pytest.fixture(scope="session")
def pabrik_basis_data(server_postgres: PostgresTertanam) -> server.PabrikBasisData:
    """Makes more databases than the one of `database_url`."""
    return server.PabrikBasisData(server_postgres)


@pytest.fixture
async def database_url(pabrik_basis_data: server.PabrikBasisData) -> AsyncIterator[str]:
    """The address of a migrated, empty database that belongs to this test alone (postgresql://...)."""
    url = await pabrik_basis_data.buat()
    yield url
    await pabrik_basis_data.hapus(url)


@pytest.fixture
async def database_url_kosong(pabrik_basis_data: server.PabrikBasisData) -> AsyncIterator[str]:
    """As `database_url`, without our schema: for tests of the migrations themselves."""
    url = await pabrik_basis_data.buat(kosong=True)
    yield url
    await pabrik_basis_data.hapus(url)


@pytest.fixture
async def redis_url(server_valkey: ValkeyTertanam) -> AsyncIterator[str]:
    """The address of a Valkey that is empty at the start of this test."""
    klien: Redis = Redis.from_url(server_valkey.url())
    try:
        await klien.flushall()
        yield server_valkey.url()
    finally:
        await klien.aclose()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of one process on the servers above; nobody listens at the PMM address (port 9, discard)."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        pmm_url="http://127.0.0.1:9",
        pmm_client_id="sandbox",
        pmm_client_secret=SecretStr("sandbox-rahasia"),
        data_dir=tmp_path,
    )
