"""One real service with sample people, a first bulk behind it, and one Chromium for this folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.peramban.peramban_nyata import Konsol, chromium
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

# From this many people on there are two instansi, of which the last has periods of two tipe.
JUMLAH_CONTOH = 300
TAHUN = 2026
INSTANSI = "instansi-01"
INSTANSI_DUA_TIPE = "instansi-02"
BATAS_MASSAL_DETIK = 100
# The first test also pays for the service, its sample and the first bulk.
BATAS_TES_DETIK = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("peramban"):
            item.add_marker(pytest.mark.timeout(BATAS_TES_DETIK))


@pytest.fixture(scope="session")
async def layanan(tmp_path_factory: pytest.TempPathFactory, pg_sistem: bool) -> AsyncIterator[LayananNyata]:
    """`sinkro lokal` with the sample, of whom everybody was synchronised once."""
    folder = tmp_path_factory.mktemp("konsol")
    async with layanan_nyata(folder, "--contoh", str(JUMLAH_CONTOH), pg_sistem=pg_sistem) as satu:
        jenis = {INSTANSI: ["SKP_PLT", "SKP"], INSTANSI_DUA_TIPE: ["SKP", "PENILAIAN_PERIODIK"]}
        await asyncio.gather(*(sinkro_semua(satu, instansi, daftar) for instansi, daftar in jenis.items()))
        yield satu


async def sinkro_semua(layanan: LayananNyata, instansi: str, jenis: list[str]) -> None:
    """A bulk of all user PMM of the instansi, to its end."""
    kepala = layanan.token("ADMIN_INSTANSI", instansi_id=instansi)
    tenggat = time.monotonic() + BATAS_MASSAL_DETIK
    async with layanan.klien() as klien:
        isi = {"jenis": jenis, "tahun": TAHUN, "semua": True}
        jawaban = await klien.post("/v1/sinkro-massal", json=isi, headers=kepala)
        jawaban.raise_for_status()
        jalur = f"/v1/sinkro-massal/{jawaban.json()['id']}"
        while (await klien.get(jalur, headers=kepala)).json()["status"] != "SELESAI":
            assert time.monotonic() < tenggat, "sinkro massal belum selesai"
            await asyncio.sleep(0.3)


@pytest.fixture(scope="session")
async def konsol_semua(layanan: LayananNyata) -> AsyncIterator[Konsol]:
    async with chromium() as peramban:
        yield Konsol(layanan, peramban)


@pytest.fixture
async def konsol(konsol_semua: Konsol) -> AsyncIterator[Konsol]:
    """The console, of which no page of this test may have complained: no script error, nothing its policy forbids."""
    konsol_semua.keluhan.clear()
    yield konsol_semua
    assert konsol_semua.keluhan == []


@pytest.fixture
async def pmm(layanan: LayananNyata) -> AsyncIterator[httpx.AsyncClient]:
    """The control plane of the simulated PMM, which is healthy again when the test ends."""
    async with layanan.pmm() as klien:
        yield klien
        (await klien.delete("/sandbox/galat")).raise_for_status()


async def baca_log(layanan: LayananNyata, instansi: str, **kueri: Any) -> list[dict[str, Any]]:
    """Rows of the log as the API has them: where a story begins, and what its screens must agree with."""
    kepala = layanan.token("ADMIN_INSTANSI", instansi_id=instansi)
    async with layanan.klien() as klien:
        jawaban = await klien.get("/v1/log-sinkro", params={"tahun": TAHUN} | kueri, headers=kepala)
        jawaban.raise_for_status()
        data: list[dict[str, Any]] = jawaban.json()["data"]
        return data
