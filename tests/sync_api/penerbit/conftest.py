"""A browser without a screen, and the local issuer over real HTTP on loopback under an address of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.factory import buka_konteks
from services.identitas.masuk import JALUR_KEMBALI, JALUR_SETELAH_KELUAR, AlurMasuk, buat_alur_masuk
from services.identitas.penerbit_lokal import JALUR_PENERBIT_LOKAL
from services.identitas.verifikasi import Verifikator, buat_verifikator
from services.settings import Settings
from sync_api.penerbit_lokal.app import PenerbitLokal, buat_penerbit_lokal
from sync_api.penerbit_lokal.permintaan import KlienTerdaftar

KONSOL = "http://127.0.0.1:9"


class Formulir(HTMLParser):
    """The forms of a page: hidden fields and buttons, as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.daftar: list[dict[str, Any]] = []
        self.label: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        isi = dict(attrs)
        if tag == "form":
            self.daftar.append({"method": isi.get("method"), "action": isi.get("action"), "isian": {}, "tombol": []})
        elif tag == "input" and isi.get("name"):
            self.daftar[-1]["isian"][isi["name"]] = isi.get("value") or ""
        elif tag == "button" and isi.get("name"):
            self.daftar[-1]["tombol"].append((isi["name"], isi.get("value")))
        elif tag == "label":
            self.label.add(isi.get("for") or "")

    def yang(self, metode: str) -> dict[str, Any]:
        return next(f for f in self.daftar if f["method"] == metode)


def kueri(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


async def pilih(klien: httpx.AsyncClient, url: str, orang: str) -> httpx.Response:
    """Opens the page of choice and presses the button; gives the answer that sends the browser back."""
    halaman = await klien.get(url)
    assert halaman.status_code == 200, halaman.text
    formulir = Formulir(halaman.text).yang("post")
    assert ("orang", orang) in formulir["tombol"], formulir["tombol"]
    tujuan = httpx.URL(url).join(formulir["action"])
    return await klien.post(tujuan, data={**formulir["isian"], "orang": orang})


@asynccontextmanager
async def lewat_http(app: ASGIApp, soket: socket.socket) -> AsyncIterator[None]:
    """Serves the application on the bound socket."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    tugas = asyncio.create_task(server.serve(sockets=[soket]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await tugas


@dataclass(slots=True)
class PenerbitHttp:
    """The issuer behind a real socket, and the console's side of it as production has it: by discovery."""

    iss: str
    aplikasi: PenerbitLokal
    verifikator: Verifikator
    alur: AlurMasuk
    settings: Settings


@asynccontextmanager
async def _penerbit_http(settings: Settings) -> AsyncIterator[PenerbitHttp]:
    soket = socket.socket()
    soket.bind(("127.0.0.1", 0))
    iss = f"http://127.0.0.1:{soket.getsockname()[1]}{JALUR_PENERBIT_LOKAL}"
    konteks = await buka_konteks(settings, nama="uji-penerbit", ukuran_pool=2)
    rahasia = settings.konsol_client_secret
    konsol = KlienTerdaftar(
        settings.konsol_client_id,
        kembali=frozenset({KONSOL + JALUR_KEMBALI}),
        setelah_keluar=frozenset({KONSOL + JALUR_SETELAH_KELUAR}),
        rahasia=None if rahasia is None else rahasia.get_secret_value(),
    )
    lain = KlienTerdaftar("aplikasi-lain", kembali=frozenset({"http://127.0.0.1:9/lain"}))
    aplikasi = buat_penerbit_lokal(settings, lambda: konteks, penerbit=iss, klien=(konsol, lain))
    luar = settings.model_copy(update={"auth_issuer": (iss,), "auth_algoritma": ("ES256",)})
    verifikator = buat_verifikator(luar)
    try:
        async with lewat_http(Starlette(routes=[Mount(JALUR_PENERBIT_LOKAL, aplikasi)]), soket):
            yield PenerbitHttp(
                iss, aplikasi, verifikator, buat_alur_masuk(luar, verifikator, penerbit_lokal=None), luar
            )
    finally:
        soket.close()
        await konteks.tutup()


@pytest.fixture
async def penerbit_http(settings: Settings) -> AsyncIterator[PenerbitHttp]:
    async with _penerbit_http(settings) as satu:
        yield satu


@pytest.fixture
async def peramban() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as klien:
        yield klien


buka_penerbit_http = _penerbit_http
