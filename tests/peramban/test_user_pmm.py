"""A user PMM is removed with a reason and added again: refused as long as PMM says otherwise, and told so."""

from __future__ import annotations

import httpx
import pytest

from tests.peramban.conftest import INSTANSI, baca_log
from tests.peramban.peramban_nyata import Konsol, kilas
from tests.support.layanan_nyata import LayananNyata

pytestmark = pytest.mark.peramban


async def test_user_dihapus_lalu_ditambahkan(konsol: Konsol, layanan: LayananNyata, pmm: httpx.AsyncClient) -> None:
    satu = (await baca_log(layanan, INSTANSI, status="BERHASIL", jenis="SKP"))[2]
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/user-pmm"))
        saring = halaman.get_by_role("form", name="Saring user")
        await saring.get_by_label("NIP").fill(satu["nip"])
        await saring.get_by_role("button", name="Filter").click()
        assert await halaman.locator('td[data-label="NIP"]').all_inner_texts() == [satu["nip"]]

        await halaman.get_by_role("link", name=f"Hapus {satu['nama']}").click()
        alasan = halaman.get_by_label("Alasan")
        await halaman.get_by_role("button", name="Ya, hapus").click()
        assert await alasan.evaluate("kotak => kotak.validity.valueMissing"), "no removal without a reason"
        await alasan.select_option(index=1)
        await halaman.get_by_role("button", name="Ya, hapus").click()
        assert "Tidak dihapus" in await kilas(halaman), "PMM still lists the person"

        pengguna = (await pmm.get(f"/sandbox/pengguna/{satu['nip']}")).json()["data"]
        (await pmm.delete(f"/sandbox/pengguna/{satu['nip']}")).raise_for_status()
        await halaman.get_by_label("Alasan").select_option(index=1)
        await halaman.get_by_role("button", name="Ya, hapus").click()
        assert satu["nama"] in await kilas(halaman)
        (await pmm.put(f"/sandbox/pengguna/{satu['nip']}", json=pengguna)).raise_for_status()
        await halaman.goto(konsol.alamat("/user-pmm", nip=satu["nip"]))
        await halaman.get_by_text("Tidak ada user yang cocok").wait_for()

        await halaman.get_by_role("link", name="Tambah", exact=True).first.click()
        await halaman.get_by_label("NIP").fill(satu["nip"])
        await halaman.get_by_role("button", name="Periksa dahulu").click()
        assert await halaman.get_by_text(satu["nama"]).count() == 1, "asks with the name, not with a number alone"
        await halaman.get_by_role("button", name="Ya, tambahkan").click()
        await halaman.get_by_text("ditambahkan").first.wait_for()
        await halaman.goto(konsol.alamat("/user-pmm", nip=satu["nip"]))
        assert await halaman.locator('td[data-label="NIP"]').all_inner_texts() == [satu["nip"]]
