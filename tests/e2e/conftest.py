"""One real service for the tests that do not break it, and schools in it that no two tests share."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.e2e.sekolah_uji import SekolahUji
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

BuatSekolah = Callable[[int], Awaitable[SekolahUji]]
# The start of a real service counts against the test that asks for it first.
BATAS_UJI = 360


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the tests of this folder the time a busy machine needs to start a service."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(BATAS_UJI))


@pytest.fixture(scope="session")
async def layanan(tmp_path_factory: pytest.TempPathFactory, pg_sistem: bool) -> AsyncIterator[LayananNyata]:
    """`sinkro lokal` with an empty sandbox, shared by this folder."""
    async with layanan_nyata(tmp_path_factory.mktemp("layanan"), pg_sistem=pg_sistem) as satu:
        yield satu


@pytest.fixture(scope="session")
async def klien(layanan: LayananNyata) -> AsyncIterator[httpx.AsyncClient]:
    async with layanan.klien() as satu:
        yield satu


@pytest.fixture(scope="session")
def nomor_sekolah() -> Callable[[], int]:
    hitung = itertools.count(1)
    return lambda: next(hitung)


@pytest.fixture
async def buat_sekolah(
    layanan: LayananNyata, klien: httpx.AsyncClient, nomor_sekolah: Callable[[], int]
) -> AsyncIterator[BuatSekolah]:
    """Makes a school with so many guru; PMM is healthy again when the test ends."""
    async with layanan.pmm() as pmm:

        async def buat(jumlah_guru: int = 1) -> SekolahUji:
            sekolah = SekolahUji(layanan, klien, pmm, nomor_sekolah(), jumlah_guru)
            await sekolah.siapkan()
            return sekolah

        yield buat
        (await pmm.delete("/sandbox/galat")).raise_for_status()
