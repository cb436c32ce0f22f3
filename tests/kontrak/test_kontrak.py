"""Schemathesis in short, as every role and as nobody, and proof that it would say so; the long run is
`./dev bench kontrak`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.server import SandboxPMM
from services.identitas.pemanggil import SEMUA_SCOPE
from services.settings import Settings
from sync_api.app import create_app
from sync_api.batas.protokol import ProtokolBerbatas
from tests.kontrak.dunia import Dunia
from tests.kontrak.jalankan import HasilKontrak, jalankan_schemathesis
from tests.sync_api.conftest import UNIT_A, A, Isian, Token, isian, nip, token

__all__ = ["isian", "token"]

BATAS_DETIK = 500.0
PERAN: dict[str, dict[str, Any]] = {
    "": {},
    "PEGAWAI": {"nip": nip(1)},
    "ADMIN_INSTANSI": {"instansi_id": A},
    "ADMIN_BKN": {},
    "SISTEM": {"scope": " ".join(sorted(SEMUA_SCOPE))},
}
# One starts while the other sends.
BERSAMAAN = 2


@pytest.fixture
async def pmm() -> AsyncIterator[SandboxPMM]:
    async with SandboxPMM(buat_contoh(0)) as satu:
        yield satu


@asynccontextmanager
async def _melayani(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a real port, with our protocol; its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http=ProtokolBerbatas, ws="none", lifespan="off", log_config=None)
    )
    tugas = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await tugas


@pytest.mark.timeout(600)
async def test_kontrak_sebagai_setiap_peran(
    settings: Settings, pmm: SandboxPMM, isian: Isian, token: Token, tmp_path: Path
) -> None:
    app = create_app(settings.model_copy(update={"pmm_url": pmm.url}))
    await isian.pegawai(1)
    ada = {"nip": [nip(1)], "unit_kerja_id": [UNIT_A], "sinkro_id": [str(await isian.sinkro(nip(1)))]}
    dunia = Dunia(nip(1), A, ada, pekerja=False)
    tempat = asyncio.Semaphore(BERSAMAAN)

    async def sebagai(peran: str) -> HasilKontrak:
        kepala = token(peran, sub="kontrak", **PERAN[peran]) if peran else {}
        async with tempat:
            return await asyncio.to_thread(
                jalankan_schemathesis,
                url,
                kepala,
                per_operasi=1,
                benih=3,
                tahap=("fuzzing",),
                dunia=dunia,
                batas_detik=BATAS_DETIK,
                folder=tmp_path,
            )

    async with app.router.lifespan_context(app), _melayani(app) as url:
        for hasil in await asyncio.gather(*map(sebagai, PERAN)):
            assert hasil.bersih, hasil.keluaran[-4_000:]
            assert hasil.jumlah > 50


@pytest.mark.timeout(600)
async def test_jawaban_di_luar_kontrak_ditemukan(settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings)

    async def menyimpang(scope: Scope, receive: Receive, send: Send) -> None:
        tujuan = JSONResponse({"status": 1}) if scope["path"] == "/healthz" else app
        await tujuan(scope, receive, send)

    async with app.router.lifespan_context(app), _melayani(menyimpang) as url:
        hasil = await asyncio.to_thread(
            jalankan_schemathesis,
            url,
            {},
            per_operasi=1,
            benih=3,
            tahap=("fuzzing",),
            hanya=("sehat",),
            batas_detik=BATAS_DETIK,
            folder=tmp_path,
        )
    assert not hasil.bersih
    assert "Response violates schema" in hasil.keluaran
