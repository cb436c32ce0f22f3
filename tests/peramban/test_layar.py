"""Every screen at both widths: axe finds nothing, nothing runs over sideways, and the first page is light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peramban.conftest import INSTANSI, TAHUN, baca_log
from tests.peramban.peramban_nyata import LEBAR_HP, LEBAR_MEJA, TINGGI, Konsol
from tests.support.layanan_nyata import LayananNyata

if TYPE_CHECKING:
    from playwright.async_api import Page, Response

pytestmark = pytest.mark.peramban

HALAMAN_PERTAMA_TERBESAR = 150_000
# Of the plain navigation; where a person would have to come by a form, the form itself is looked at.
LAYAR_TAMBAHAN = ("/sinkro/mulai", "/massal/baru", "/jadwal/baru", "/instansi")


async def test_setiap_layar_admin(konsol: Konsol, layanan: LayananNyata) -> None:
    """All that the navigation names, what stands behind it, and a sync of each outcome."""
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/"))
        menu = await halaman.locator(".menu-lebar a").evaluate_all("daftar => daftar.map(a => a.href)")
        assert konsol.alamat("/log") in menu
        jalur = [*menu, *(konsol.alamat(j) for j in LAYAR_TAMBAHAN)]
        for status in ("BERHASIL", "GAGAL", "TERTAHAN"):
            satu = (await baca_log(layanan, INSTANSI, status=status, jenis="SKP"))[0]
            jalur.append(konsol.alamat(f"/sinkro/{satu['id']}"))
        satu = (await baca_log(layanan, INSTANSI, kode="TERDAPAT_ROTASI"))[0]
        jalur.append(konsol.alamat("/sinkro/rotasi", nip=satu["nip"], tahun=TAHUN))
        cacat = [c for j in dict.fromkeys(jalur) for c in await _cacat(halaman, j)]
    assert cacat == []


async def test_layar_pegawai_dan_masuk(konsol: Konsol, layanan: LayananNyata) -> None:
    satu = (await baca_log(layanan, INSTANSI, kode="ATASAN_TIDAK_SAMA", status="GAGAL"))[0]
    async with konsol.sebagai(f"pegawai:{satu['nip']}", lebar=LEBAR_HP) as halaman:
        jalur = [konsol.alamat("/skp-saya"), konsol.alamat(f"/sinkro/{satu['id']}"), konsol.alamat("/tidak-ada")]
        cacat = [c for j in jalur for c in await _cacat(halaman, j)]
    async with konsol.konteks() as konteks:
        cacat += await _cacat(await konteks.new_page(), konsol.alamat("/masuk"))
    assert cacat == []


async def test_halaman_pertama_ringan(konsol: Konsol) -> None:
    """What travels for the first page of an admin, in bytes on the wire: the page, its style, its script, its mark."""
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        jawaban: list[Response] = []
        halaman.on("response", lambda satu: jawaban.append(satu))
        await halaman.goto(konsol.alamat("/"), wait_until="networkidle")
        ukuran: dict[str, int] = {}
        for satu in jawaban:
            besar = await satu.request.sizes()
            ukuran[satu.url] = besar["responseBodySize"] + besar["responseHeadersSize"]
    assert len(ukuran) >= 3
    assert sum(ukuran.values()) < HALAMAN_PERTAMA_TERBESAR, ukuran


async def _cacat(halaman: Page, url: str) -> list[str]:
    """What is wrong with the page at this address, at both widths."""
    from axe_playwright_python.async_playwright import Axe

    hasil: list[str] = []
    jawaban = await halaman.goto(url)
    if jawaban is None or jawaban.status >= 500:
        return [f"{url}: {jawaban and jawaban.status}"]
    for lebar in (LEBAR_MEJA, LEBAR_HP):
        await halaman.set_viewport_size({"width": lebar, "height": TINGGI[lebar]})
        periksa = await Axe().run(halaman)
        hasil += [
            f"{url} @{lebar}: {v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in periksa.response["violations"]
        ]
        if (isi := await halaman.evaluate("document.documentElement.scrollWidth")) > lebar:
            hasil.append(f"{url} @{lebar}: {isi} px wide")
    return hasil
