"""A running sandbox and a plain caller of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pmm_client.sandbox.contoh import Contoh, buat_contoh
from pmm_client.sandbox.server import SandboxPMM


class Pemanggil:
    """Calls the sandbox as a client of the contract and as its operator."""

    def __init__(self, pmm: SandboxPMM, http: httpx.AsyncClient) -> None:
        self.pmm = pmm
        self.http = http
        self._token: str | None = None

    async def token(self) -> str:
        jawaban = await self.http.post("/oauth/token", data=kredensial())
        jawaban.raise_for_status()
        return str(jawaban.json()["access_token"])

    async def get(self, jalur: str, **kepala: str) -> httpx.Response:
        """A call with a valid token."""
        if self._token is None:
            self._token = await self.token()
        return await self.http.get(jalur, headers={"Authorization": f"Bearer {self._token}", **kepala})

    async def pasang(self, galat: str) -> None:
        """Sets a fault through the control plane."""
        jawaban = await self.http.post("/sandbox/galat", json={"galat": galat})
        assert jawaban.status_code == 200, jawaban.text

    async def mentah(self, jalur: str) -> bytes:
        """The raw bytes of an answer until the connection ends; ConnectionResetError when it is reset."""
        token = await self.token()
        alamat = httpx.URL(self.pmm.url)
        baca, tulis = await asyncio.open_connection(alamat.host, alamat.port)
        try:
            tulis.write(f"GET {jalur} HTTP/1.1\r\nHost: pmm\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            return await asyncio.wait_for(baca.read(), 5)
        finally:
            tulis.close()


def kredensial(**ganti: Any) -> dict[str, Any]:
    """The form of the token request."""
    return {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-rahasia", **ganti}


@pytest.fixture(scope="session")
def contoh_300() -> Contoh:
    return buat_contoh(300)


@pytest.fixture
async def panggil(contoh_300: Contoh) -> AsyncIterator[Pemanggil]:
    async with SandboxPMM(contoh_300) as pmm, httpx.AsyncClient(base_url=pmm.url, trust_env=False, timeout=5) as http:
        yield Pemanggil(pmm, http)


@pytest.fixture(scope="session")
def nip_berhasil(contoh_300: Contoh) -> str:
    """A guru without any finding and with one SKP."""
    return next(
        nip
        for nip, k in contoh_300.kebenaran.items()
        if not k.temuan
        and contoh_300.data_pmm.orang[nip].jenis == "GURU"
        and len(contoh_300.data_pmm.orang[nip].skp) == 1
    )
