"""A teacher with a phone: where the own SKP stands, whom to ask, and what to tell them."""

from __future__ import annotations

import pytest

from tests.peramban.conftest import INSTANSI, TAHUN, baca_log
from tests.peramban.peramban_nyata import LEBAR_HP, Konsol, judul
from tests.support.layanan_nyata import LayananNyata

pytestmark = pytest.mark.peramban


async def test_guru_tahu_siapa_yang_dihubungi(konsol: Konsol, layanan: LayananNyata) -> None:
    satu, lain = (await baca_log(layanan, INSTANSI, kode="ATASAN_TIDAK_SAMA", status="GAGAL"))[:2]
    async with konsol.sebagai(f"pegawai:{satu['nip']}", lebar=LEBAR_HP) as halaman:
        await halaman.goto(konsol.alamat("/"))
        assert await judul(halaman) == "SKP saya", "a teacher is led to the own screen"
        keadaan = halaman.locator("section").filter(has=halaman.locator("#jdl-keadaan"))
        assert f"SKP {TAHUN} belum masuk ke e-Kinerja" in await keadaan.inner_text()
        hubungi = halaman.get_by_role("heading", name="hubungi")
        assert await hubungi.first.is_visible()
        pesan = await halaman.locator("textarea[data-pesan]").first.input_value()
        assert satu["nip"] in pesan
        assert await halaman.get_by_role("link", name=f"Sinkro SKP tahun {TAHUN}").count() == 1

        await halaman.goto(konsol.alamat(f"/sinkro/{lain['id']}"))
        assert lain["nip"] not in await halaman.content()
        await halaman.goto(konsol.alamat("/log", nip=lain["nip"]))
        assert lain["nama"] not in await halaman.content()


async def test_guru_menekan_sinkro(konsol: Konsol, layanan: LayananNyata) -> None:
    satu = (await baca_log(layanan, INSTANSI, status="BERHASIL", jenis="SKP"))[0]
    async with konsol.sebagai(f"pegawai:{satu['nip']}", lebar=LEBAR_HP) as halaman:
        await halaman.goto(konsol.alamat("/skp-saya"))
        await halaman.get_by_role("link", name=f"Sinkro SKP tahun {TAHUN}").click()
        await halaman.get_by_role("button", name="Ya").click()
        await halaman.get_by_text("Berhasil").first.wait_for()
