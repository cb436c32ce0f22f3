"""A person who moved: the list sends to the preview, and what the preview showed is what lands."""

from __future__ import annotations

import pytest

from tests.peramban.conftest import INSTANSI, TAHUN, baca_log
from tests.peramban.peramban_nyata import Konsol
from tests.support.layanan_nyata import LayananNyata

pytestmark = pytest.mark.peramban


async def test_rotasi_dengan_pratinjau(konsol: Konsol, layanan: LayananNyata) -> None:
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        for satu in await baca_log(layanan, INSTANSI, kode="TERDAPAT_ROTASI"):
            await halaman.goto(konsol.alamat("/log", nip=satu["nip"], jenis="SKP", tahun=TAHUN))
            await halaman.locator("tbody th a").first.click()
            await halaman.get_by_role("link", name="Sinkro data SKP dengan Rotasi").click()
            ya = halaman.get_by_role("button", name="Ya, lakukan sinkro")
            if await ya.count() == 1:
                break
            # Others are planted with a rotation that cannot be done yet: then it says why, and asks nothing.
            assert await halaman.get_by_text("Gagal Melakukan Sinkro dikarenakan").count() == 1
        else:
            pytest.fail("nobody of the sample has a rotation that can be done")

        penugasan = await halaman.locator(".kartu-hp").first.locator("tbody tr").all_inner_texts()
        assert len(penugasan) >= 2
        assert "SKP Terakhir di PMM" in penugasan[-1]
        assert all("Akan Membuat SKP Baru" in p or "akan" in p for p in penugasan)
        await ya.click()
        await halaman.get_by_text("Berhasil Melakukan Sinkro dengan data").first.wait_for()

        await halaman.goto(konsol.alamat("/log", nip=satu["nip"], jenis="SKP", tahun=TAHUN))
        assert await halaman.locator('td[data-label="Status"] .lencana').first.inner_text() == "Berhasil"
