"""Whose session it is: another instansi's admin, a session that ends over a form, and the keyboard alone."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from sync_api.konsol.segel import NAMA_BERKAS, Segel
from sync_api.konsol.sesi import NAMA_SESI, SESI_TERLAMA_DETIK, TUJUAN_SESI, potongan_kue, sesi_dari_kue
from tests.peramban.conftest import INSTANSI, INSTANSI_DUA_TIPE, TAHUN, baca_log
from tests.peramban.peramban_nyata import Konsol, judul, pilih_orang
from tests.support.layanan_nyata import LayananNyata

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

pytestmark = pytest.mark.peramban


async def test_admin_lain_tidak_melihat_apa_pun(konsol: Konsol, layanan: LayananNyata) -> None:
    milik = (await baca_log(layanan, INSTANSI, jumlah_baris=10))[:3]
    async with konsol.sebagai(f"admin:{INSTANSI_DUA_TIPE}") as halaman:
        for satu in milik:
            await halaman.goto(konsol.alamat("/log", nip=satu["nip"]))
            assert await halaman.get_by_text("Tidak ada baris yang cocok").count() == 1
            jawaban = await halaman.goto(konsol.alamat(f"/sinkro/{satu['id']}"))
            assert jawaban is not None
            assert jawaban.status == 404
            isi = await halaman.content()
            assert satu["nip"] not in isi
            assert satu["nama"] not in isi
        await halaman.goto(konsol.alamat("/sinkro/mulai", jenis="SKP", nip=milik[0]["nip"], tahun=TAHUN))
        assert milik[0]["nama"] not in await halaman.content()
        assert await halaman.get_by_text("Data pegawai tidak ditemukan pada instansi Anda").count() == 1


async def test_sesi_berakhir_isian_tidak_hilang(konsol: Konsol, layanan: LayananNyata) -> None:
    """The form was open when the session ended; after signing in beside it, it is sent as it was typed."""
    satu = (await baca_log(layanan, INSTANSI, status="BERHASIL", jenis="SKP"))[-1]
    async with konsol.konteks() as konteks:
        halaman = await konteks.new_page()
        await halaman.goto(konsol.alamat("/"))
        await pilih_orang(halaman, f"admin:{INSTANSI}")
        await halaman.goto(konsol.alamat("/sinkro/mulai", jenis="SKP", nip=satu["nip"], tahun=TAHUN))
        await _akhiri_sesi(konteks, layanan)
        await halaman.get_by_role("button", name="Ya").click()
        assert await judul(halaman) == "Sesi Anda sudah berakhir"

        async with konteks.expect_page() as tab:
            await halaman.get_by_role("link", name="Masuk kembali").click()
        masuk = await tab.value
        await pilih_orang(masuk, f"admin:{INSTANSI}")
        assert await judul(masuk) == "Anda sudah masuk kembali"
        await masuk.close()

        await halaman.get_by_role("button", name="Lanjutkan isian").click()
        assert await halaman.get_by_label("Nip").input_value() == satu["nip"]
        await halaman.get_by_role("button", name="Kirim").click()
        await halaman.wait_for_url("**/konsol/sinkro/" + satu["id"])


async def test_formulir_hanya_dengan_papan_ketik(konsol: Konsol, layanan: LayananNyata) -> None:
    """From the top of the page to an answered question, without a mouse."""
    satu = (await baca_log(layanan, INSTANSI, status="BERHASIL", jenis="SKP"))[1]
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/sinkro/mulai"))
        papan = halaman.keyboard
        await papan.press("Tab")
        assert await halaman.evaluate("document.activeElement.innerText") == "Langsung ke isi"
        await papan.press("Enter")
        await papan.press("Tab")
        assert await halaman.evaluate("document.activeElement.name") == "jenis"
        await papan.press("Home")
        for _ in range(6):
            if await halaman.evaluate("document.activeElement.value") == "SKP":
                break
            await papan.press("ArrowDown")
        for nama, isi in (("nip", satu["nip"]), ("tahun", str(TAHUN))):
            await papan.press("Tab")
            assert await halaman.evaluate("document.activeElement.name") == nama
            await papan.press("Control+a")
            await papan.type(isi)
        await papan.press("Enter")
        await halaman.get_by_role("button", name="Ya").wait_for()
        for _ in range(40):
            await papan.press("Tab")
            if await halaman.evaluate("document.activeElement.matches('.konfirmasi button')"):
                break
        await papan.press("Enter")
        await halaman.wait_for_url("**/konsol/sinkro/" + satu["id"])


async def _akhiri_sesi(konteks: BrowserContext, layanan: LayananNyata) -> None:
    """Makes the session as old as none may be, by what the process itself seals with."""
    segel = Segel((layanan.data_dir / NAMA_BERKAS).read_bytes())
    kue = {k["name"]: k["value"] for k in await konteks.cookies()}
    sesi = sesi_dari_kue(segel, kue)
    assert sesi is not None
    tua = replace(sesi, dibuat_pada=sesi.dibuat_pada - SESI_TERLAMA_DETIK - 1)
    assert json.loads(segel.buka(TUJUAN_SESI, "".join(potongan_kue(segel, tua).values())) or b"") == asdict(tua)
    await konteks.add_cookies(
        [
            {"name": nama, "value": nilai, "url": layanan.url, "httpOnly": True, "sameSite": "Lax"}
            for nama, nilai in potongan_kue(segel, tua).items()
            if nilai or nama == f"{NAMA_SESI}_0"
        ]
    )
