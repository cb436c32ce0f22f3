"""The main story: what frees most people is found on Beranda, done on its screen, and the people land."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.peramban.conftest import INSTANSI, TAHUN, baca_log
from tests.peramban.peramban_nyata import Konsol, jumlah_berhasil, kilas, perbaikan_dengan_layar
from tests.support.layanan_nyata import LayananNyata

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = pytest.mark.peramban

BATAS_MENDARAT_DETIK = 30


async def test_padanan_dikonfirmasi_lalu_pegawai_mendarat(konsol: Konsol, layanan: LayananNyata) -> None:
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/"))
        semua = halaman.locator(".perbaikan > li")
        assert (urutan := [int(t.split()[0]) for t in await semua.locator(".lepas").all_inner_texts()]) == sorted(
            urutan, reverse=True
        )
        butir, terlepas = await perbaikan_dengan_layar(halaman, "Buka Pemadanan Unor")
        assert terlepas == urutan[0], "the school without its link is planted as what frees most"
        berhasil = await jumlah_berhasil(halaman)
        nip = await _daftar_pegawai(butir, halaman)

        await butir.get_by_role("link", name="Buka Pemadanan Unor").click()
        await halaman.get_by_role("link", name=re.compile("^Konfirmasi ")).first.click()
        await halaman.get_by_role("button", name="Ya, konfirmasi").click()
        assert "dipadankan dengan" in await kilas(halaman)

        await _mendarat(konsol, halaman, nip)
        await halaman.goto(konsol.alamat("/"))
        assert await jumlah_berhasil(halaman) == berhasil + terlepas


async def test_pimpinan_ditetapkan_tanpa_javascript(konsol: Konsol, layanan: LayananNyata) -> None:
    async with konsol.sebagai(f"admin:{INSTANSI}", javascript=False) as halaman:
        await halaman.goto(konsol.alamat("/"))
        butir, terlepas = await perbaikan_dengan_layar(halaman, "Buka Pimpinan dan PLT")
        berhasil = await jumlah_berhasil(halaman)
        nip = await _daftar_pegawai(butir, halaman)
        await butir.get_by_role("link", name="Buka Pimpinan dan PLT").click()

        # Whom the office names: the head of the school, who has not claimed it yet.
        unit = halaman.url.partition("?")[0].rpartition("/")[2]
        menunggu = await baca_log(layanan, INSTANSI, kode="KS_BELUM_KLAIM_PIMPINAN", unit_kerja_id=unit)
        await halaman.get_by_role("link", name="Tambah pimpinan").first.click()
        await halaman.get_by_label("NIP").fill(menunggu[0]["nip"])
        await halaman.get_by_label("Sebagai").select_option("DEFINITIF")
        await halaman.get_by_label("Mulai").fill(f"{TAHUN}-01-01")
        await halaman.get_by_role("button", name="Periksa dahulu").click()
        await halaman.get_by_role("button", name="Ya, simpan").click()
        assert await halaman.locator(".kilas-berhasil").count() == 1

        await _mendarat(konsol, halaman, nip)
        await halaman.goto(konsol.alamat("/"))
        assert await jumlah_berhasil(halaman) == berhasil + terlepas


async def _daftar_pegawai(butir: Locator, halaman: Page) -> list[str]:
    """The NIP of those whom the repair is about, from the list behind its link."""
    langsung = re.search(r"(\d+) langsung", await butir.locator(".lepas").inner_text())
    await butir.get_by_role("link", name=re.compile("^Daftar pegawai")).click()
    nip = await halaman.locator('td[data-label="NIP"]').all_inner_texts()
    assert langsung is not None
    assert len(nip) == int(langsung[1])
    await halaman.go_back()
    return list(nip)


async def _mendarat(konsol: Konsol, halaman: Page, nip: list[str]) -> None:
    """Looks each of them up in the log until their SKP has landed; nobody pressed Sinkro for them."""
    tenggat = time.monotonic() + BATAS_MENDARAT_DETIK
    for satu in nip:
        status = ""
        while status != "Berhasil":
            assert time.monotonic() < tenggat, (satu, status)
            await halaman.goto(konsol.alamat("/log", nip=satu, jenis="SKP", tahun=TAHUN))
            status = str(await halaman.locator('td[data-label="Status"] .lencana').first.inner_text())
