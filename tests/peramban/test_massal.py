"""A bulk is counted, started, watched and cancelled; nothing of it goes on afterwards."""

from __future__ import annotations

import httpx
import pytest

from tests.peramban.conftest import INSTANSI, TAHUN
from tests.peramban.peramban_nyata import Konsol, judul, kilas

pytestmark = pytest.mark.peramban


async def test_massal_dijalankan_lalu_dibatalkan(konsol: Konsol, pmm: httpx.AsyncClient) -> None:
    (await pmm.post("/sandbox/galat", json={"galat": "*:tunda=700"})).raise_for_status()
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/massal"))
        await halaman.get_by_role("link", name="Sinkro massal baru").click()
        # Many more than a worker takes at once, and none that the other stories look at.
        for jenis in ("Sinkro Penilaian", "Sinkro Penilaian Final"):
            await halaman.get_by_role("checkbox", name=jenis, exact=True).check()
        await halaman.get_by_label("Tahun").fill(str(TAHUN))
        await halaman.get_by_role("radio", name="Semua user").check()
        await halaman.get_by_role("button", name="Hitung dahulu").click()
        assert await judul(halaman) == "Periksa sebelum mulai"
        jumlah = int(await halaman.locator(".angka-besar").inner_text())
        assert jumlah > 0

        await halaman.get_by_role("button", name="Ya, mulai sinkro massal").click()
        kemajuan = halaman.locator("#jdl-kemajuan")
        await kemajuan.get_by_text("Berjalan").wait_for()
        satu = halaman.url
        mulai = await kemajuan.inner_text()
        await halaman.wait_for_function("teks => document.querySelector('#jdl-kemajuan').innerText !== teks", arg=mulai)
        assert halaman.url == satu, "progress comes without leaving the page"

        await halaman.get_by_role("link", name="Batalkan").click()
        await halaman.get_by_role("button", name="Ya, batalkan").click()
        assert "dibatalkan" in await kilas(halaman)
        await kemajuan.get_by_text("Dibatalkan").wait_for()
        dibatalkan = halaman.locator(".tabel-legenda tr").filter(has_text="Dibatalkan")
        assert int(await dibatalkan.locator("td.angka").inner_text()) > 0
        assert await halaman.get_by_role("link", name="Lanjutkan").count() == 0
