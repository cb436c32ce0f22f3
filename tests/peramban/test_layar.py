"""Every screen at both widths: axe finds nothing, nothing runs over sideways, and the first page is light."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request
from starlette.responses import Response as Jawaban

from services.settings import Settings
from sync_api.konsol.galat import halaman_ditolak
from sync_api.konsol.keadaan import KeadaanKonsol, pasang_keadaan
from sync_api.konsol.lapisan import HEADER_AMAN
from sync_api.konsol.segel import Segel
from sync_api.konsol.sekali import PESAN_BERJALAN
from sync_api.problems import PermintaanDitolak
from tests.peramban.conftest import INSTANSI, TAHUN, baca_log
from tests.peramban.peramban_nyata import LEBAR_HP, LEBAR_MEJA, TINGGI, Konsol
from tests.support.layanan_nyata import LayananNyata

if TYPE_CHECKING:
    from playwright.async_api import Page, Response, Route

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


async def test_halaman_tanya(konsol: Konsol, layanan: LayananNyata) -> None:
    """Every question before a write, reached as a person reaches it."""
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        gagal = (await baca_log(layanan, INSTANSI, status="GAGAL", jenis="SKP"))[0]
        jalur = [
            konsol.alamat("/sinkro/mulai", jenis="SKP", nip=gagal["nip"], tahun=TAHUN),
            konsol.alamat("/sinkro/pratinjau", jenis="SKP", nip=gagal["nip"], tahun=TAHUN),
            konsol.alamat(f"/user-pmm/{gagal['nip']}/hapus"),
            konsol.alamat("/periode/susun", tipe="TRIWULANAN", tahun=TAHUN),
        ]
        for layar, tautan in (("/padanan", "/konfirmasi"), ("/periode", "/hapus"), ("/pimpinan", "/pimpinan/")):
            await halaman.goto(konsol.alamat(layar))
            jalur.append(str(await halaman.locator(f'main a[href*="{tautan}"]').first.evaluate("a => a.href")))
        cacat = [c for j in jalur for c in await _cacat(halaman, j)]
        for dari, isi, tombol in (
            ("/massal/baru", {"jenis": "SKP", "cara": "semua"}, "Hitung"),
            ("/jadwal/baru", {"nama": "Sinkro malam", "jenis": "SKP", "cara": "semua", "pola": "HARIAN"}, "Periksa"),
            ("/user-pmm/tambah", {"daftar": gagal["nip"]}, "Periksa"),
            ("/log", {}, "Sinkro semua hasil saringan"),
        ):
            await halaman.goto(konsol.alamat(dari))
            await _isi(halaman, isi)
            await halaman.get_by_role("button", name=tombol).first.click()
            await halaman.locator(".konfirmasi").wait_for()
            cacat += await _cacat_di_sini(halaman, f"POST dari {dari}")
    assert cacat == []


async def test_halaman_galat(konsol: Konsol, layanan: LayananNyata) -> None:
    """Refusals that really happen; those that must not, as the console's own handlers make them."""
    satu = (await baca_log(layanan, INSTANSI, status="GAGAL", jenis="SKP"))[0]
    async with konsol.sebagai(f"pegawai:{satu['nip']}") as halaman:
        cacat = []
        for jalur, status in (("/massal", 403), ("/tidak-ada", 404), ("/sinkro/rotasi?nip=1&tahun=x", 422)):
            jawaban = await halaman.goto(konsol.alamat(jalur))
            assert jawaban is not None
            assert jawaban.status == status
            cacat += await _cacat_di_sini(halaman, f"{jalur} ({status})")
        for buatan in (
            PermintaanDitolak("PERMINTAAN_MASIH_BERJALAN", PESAN_BERJALAN),
            PermintaanDitolak("TERLALU_BANYAK_PERMINTAAN", header={"Retry-After": "7"}),
            RuntimeError("galat uji"),
        ):
            tiruan = halaman_ditolak(_permintaan(), buatan)
            url = konsol.alamat(f"/galat-uji/{tiruan.status_code}")
            await halaman.route(url, partial(_jawab, tiruan))
            await halaman.goto(url)
            cacat += await _cacat_di_sini(halaman, f"galat {tiruan.status_code}")
        assert await halaman.get_by_text("Sampaikan nomor galat").count() == 1
    assert cacat == []


async def _jawab(jawaban: Jawaban, rute: Route) -> None:
    await rute.fulfill(
        status=jawaban.status_code, body=bytes(jawaban.body), content_type="text/html", headers=HEADER_AMAN
    )


def _permintaan() -> Request:
    """A request of nobody, as the handlers of refusals see it."""
    request = Request({"type": "http", "method": "GET", "path": "/konsol/x", "query_string": b"", "headers": []})
    perangkat: Any = SimpleNamespace(settings=Settings.model_construct(nama_sumber="PMM"), segel=Segel(b"u" * 32))
    pasang_keadaan(request.scope, KeadaanKonsol(perangkat, "http://127.0.0.1", None, {}))
    return request


async def _isi(halaman: Page, isi: dict[str, str]) -> None:
    for nama, nilai in isi.items():
        pilihan = halaman.locator(f'main input[name="{nama}"][value="{nilai}"]')
        if await pilihan.count():
            await pilihan.first.check()
        else:
            await halaman.locator(f'main [name="{nama}"]').first.fill(nilai)


async def _cacat(halaman: Page, url: str) -> list[str]:
    """What is wrong with the page at this address, at both widths."""
    await halaman.set_viewport_size({"width": LEBAR_MEJA, "height": TINGGI[LEBAR_MEJA]})
    jawaban = await halaman.goto(url)
    hasil = await _cacat_di_sini(halaman, url)
    return hasil if jawaban is not None and jawaban.status < 500 else [*hasil, f"{url}: {jawaban and jawaban.status}"]


async def _cacat_di_sini(halaman: Page, nama: str) -> list[str]:
    """What is wrong with the page that is shown, at both widths."""
    from axe_playwright_python.async_playwright import Axe

    hasil = []
    for lebar in (LEBAR_MEJA, LEBAR_HP):
        await halaman.set_viewport_size({"width": lebar, "height": TINGGI[lebar]})
        periksa = await Axe().run(halaman)
        hasil += [
            f"{nama} @{lebar}: {v['id']} {[n['target'] for n in v['nodes']][:3]}"
            for v in periksa.response["violations"]
        ]
        if (isi := await halaman.evaluate("document.documentElement.scrollWidth")) > lebar:
            hasil.append(f"{nama} @{lebar}: {isi} px wide")
    return hasil
