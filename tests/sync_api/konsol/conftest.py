"""A browser of each role on the console: cookies of a session made beside the issuer, forms sent as pages send them."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from services.identitas.masuk import HasilMasuk
from services.identitas.pemanggil import Pemanggil
from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import Settings
from sync_api.konsol.segel import Segel, segel_dari_pengaturan
from sync_api.konsol.sesi import Sesi, potongan_kue

ASAL = "http://127.0.0.1"
_BIDANG = re.compile(r"<(?:input|button)[^>]*>")
_ATRIBUT = re.compile(r'([a-z-]+)="([^"]*)"')


class Peramban:
    """A browser with a session: asks for pages, and sends forms with the hidden fields of the page they stand in."""

    def __init__(self, klien: AsyncClient, segel: Segel, sesi: Sesi | None) -> None:
        self.klien, self.segel = klien, segel
        self.pasang(sesi)

    def pasang(self, sesi: Sesi | None) -> None:
        """The cookies of this session, or none."""
        self.sesi = sesi
        self.klien.cookies.clear()
        for nama, nilai in potongan_kue(self.segel, sesi).items():
            if nilai:
                self.klien.cookies.set(nama, nilai, domain="127.0.0.1", path="/")

    async def buka(self, jalur: str, **lain: Any) -> Response:
        return await self.klien.get(f"/konsol{jalur}", **lain)

    async def kirim(self, jalur: str, dari: str | None = None, **isian: Any) -> Response:
        """Sends a form to `jalur` with the token of the page `dari` (default: the front page of who is signed in)."""
        halaman = await self.buka(dari or "/instansi")
        return await self.kirim_mentah(jalur, {"_csrf": token_halaman(halaman.text), **isian})

    async def kirim_mentah(self, jalur: str, isian: dict[str, Any], **lain: Any) -> Response:
        header = {"Origin": ASAL, **lain.pop("headers", {})}
        return await self.klien.post(f"/konsol{jalur}", data=isian, headers=header, **lain)


def bidang_tersembunyi(html: str) -> list[tuple[str, str]]:
    """The hidden fields of a page, in their order."""
    semua = [dict(_ATRIBUT.findall(satu)) for satu in _BIDANG.findall(html)]
    return [(s["name"], unescape(s.get("value", ""))) for s in semua if s.get("type") == "hidden" and "name" in s]


def token_halaman(html: str) -> str:
    """The first form token of a page."""
    return next(nilai for nama, nilai in bidang_tersembunyi(html) if nama == "_csrf")


BuatPeramban = Callable[..., Peramban]


@pytest.fixture
def segel(settings: Settings) -> Segel:
    satu = segel_dari_pengaturan(settings)
    assert satu is not None
    return satu


@pytest.fixture
async def peramban(app: FastAPI, settings: Settings, segel: Segel) -> AsyncIterator[BuatPeramban]:
    """`peramban("ADMIN_INSTANSI", instansi_id=A)`: a browser that is signed in with that role; without a role one that
    is not. `nama` and `berlaku` (a timedelta) are of the session."""
    assert settings.data_dir is not None
    data_dir = settings.data_dir
    async with AsyncExitStack() as tumpukan:

        def buat(*peran: str, nama: str = "Pengguna Uji", berlaku: timedelta | None = None, **klaim: Any) -> Peramban:
            transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 40000))
            klien = AsyncClient(transport=transport, base_url=ASAL)
            tumpukan.push_async_callback(klien.aclose)
            if not peran:
                return Peramban(klien, segel, None)
            sub = klaim.setdefault("sub", "uji-konsol")
            selama = berlaku or timedelta(hours=1)
            token = terbitkan_token(data_dir, peran=list(peran), berlaku=selama, **klaim)
            hasil = HasilMasuk(
                pemanggil=Pemanggil(sub=sub, peran=frozenset()),
                token_akses=token,
                kedaluwarsa_pada=datetime.now(UTC) + selama,
                id_token=None,
                token_segar=None,
                nama=nama,
            )
            return Peramban(klien, segel, replace(Sesi.baru(hasil, kini=int(time.time())), sid="sesi-uji"))

        yield buat
