"""A real Chromium before the console of a real `sinkro lokal`: how it is started, who is signed in, what it sees.

Invariant: nothing of the page's policy is switched off; what the tests do, a person could do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.support.layanan_nyata import LayananNyata

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Locator, Page

LEBAR_MEJA, LEBAR_HP = 1440, 360
TINGGI: Mapping[int, int] = {LEBAR_MEJA: 900, LEBAR_HP: 800}
# Nothing is asked of the network but the console itself; root, as in a container, has no sandbox of its own.
_ARGUMEN = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BATAS_TUNGGU_MS = 20_000


class ChromiumTidakAda(Exception):
    """There is no Chromium on this machine."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium, named by CHROMIUM or found on the PATH; ChromiumTidakAda without one."""
    from playwright.async_api import async_playwright

    jalur = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if jalur is None:
        raise ChromiumTidakAda("pasang chromium (Debian: apt-get install chromium), atau tunjuk dengan CHROMIUM=")
    async with async_playwright() as playwright:
        peramban = await playwright.chromium.launch(executable_path=jalur, args=_ARGUMEN)
        try:
            yield peramban
        finally:
            await peramban.close()


@dataclass(slots=True)
class Konsol:
    """The console as people see it: pages of whoever is signed in. `masuk` asks the issuer once per person."""

    layanan: LayananNyata
    peramban: Browser
    keluhan: list[str] = field(default_factory=list)
    _keadaan: dict[str, Any] = field(default_factory=dict)

    def alamat(self, jalur: str, **kueri: object) -> str:
        return f"{self.layanan.url}/konsol{jalur}" + (f"?{urlencode(kueri)}" if kueri else "")

    @asynccontextmanager
    async def sebagai(self, siapa: str, *, lebar: int = LEBAR_MEJA, javascript: bool = True) -> AsyncIterator[Page]:
        """A page of a browser in which `siapa` is signed in (`admin:<instansi>`, `pegawai:<nip>`, `bkn`)."""
        if siapa not in self._keadaan:
            self._keadaan[siapa] = await self._masuk(siapa)
        async with self.konteks(lebar=lebar, javascript=javascript, storage_state=self._keadaan[siapa]) as konteks:
            yield await konteks.new_page()

    @asynccontextmanager
    async def konteks(
        self, *, lebar: int = LEBAR_MEJA, javascript: bool = True, **lain: Any
    ) -> AsyncIterator[BrowserContext]:
        """A browser of its own, without any cookie unless `storage_state` has some."""
        konteks = await self.peramban.new_context(
            viewport={"width": lebar, "height": TINGGI[lebar]},
            java_script_enabled=javascript,
            locale="id-ID",
            has_touch=lebar == LEBAR_HP,
            **lain,
        )
        konteks.set_default_timeout(BATAS_TUNGGU_MS)
        konteks.on("weberror", lambda galat: self.keluhan.append(str(galat.error)))
        konteks.on("console", lambda pesan: self._catat(pesan.type, pesan.text))
        try:
            yield konteks
        finally:
            await konteks.close()

    async def _masuk(self, siapa: str) -> Any:
        async with self.konteks() as konteks:
            halaman = await konteks.new_page()
            await halaman.goto(self.alamat("/"))
            await pilih_orang(halaman, siapa)
            return await konteks.storage_state()

    def _catat(self, jenis: str, teks: str) -> None:
        # The status of a page that refuses on purpose is told by the browser as an error too.
        if jenis == "error" and not teks.startswith("Failed to load resource: the server responded"):
            self.keluhan.append(teks)


async def pilih_orang(halaman: Page, siapa: str) -> None:
    """From the page Masuk over the issuer's plain page back to the console, as `siapa`."""
    await halaman.get_by_role("link", name="Masuk", exact=True).click()
    tombol = halaman.locator(f'button[name="orang"][value="{siapa}"]')
    if await tombol.count() == 0:
        await halaman.get_by_label("Cari NIP atau nama").fill(siapa.partition(":")[2])
        await halaman.get_by_role("button", name="Cari", exact=True).click()
    await tombol.click()
    await halaman.wait_for_url("**/konsol/**")


async def judul(halaman: Page) -> str:
    """The one heading of the page."""
    return str(await halaman.locator("h1").inner_text())


async def kilas(halaman: Page) -> str:
    """What the console says about what was just done."""
    return str(await halaman.locator(".kilas").first.inner_text())


async def perbaikan_dengan_layar(halaman: Page, layar: str) -> tuple[Locator, int]:
    """On Beranda: the first repair that is done on that screen, and how many people it frees."""
    butir = halaman.locator(".perbaikan > li").filter(has=halaman.get_by_role("link", name=layar)).first
    teks = await butir.locator(".lepas").inner_text()
    return butir, int(teks.split()[0])


async def jumlah_berhasil(halaman: Page) -> int:
    """On Beranda: how many people stand in the ledger as Berhasil."""
    baris = halaman.locator(".tabel-legenda tr").filter(has=halaman.get_by_role("rowheader", name="Berhasil"))
    return int((await baris.locator("td.angka").first.inner_text()).replace(".", ""))
