"""Asking only for what is new."""

import httpx
import pytest

from pmm_client import PMMBeretag, PMMGagal, PMMTidakBerubah, PMMTidakTerjangkau
from tests.pmm_client.pmm_tiruan import GAGAL, NIP, TAHUN, PMMTiruan, isi, klien, skp, sukses


def beretag(etag: str | None, *daftar: object) -> httpx.Response:
    return httpx.Response(200, content=sukses(list(daftar)).content, headers={"etag": etag} if etag else {})


async def test_pertama_dengan_isi_lalu_tidak_berubah_lalu_berubah() -> None:
    pmm = PMMTiruan(beretag('"a"', skp()), httpx.Response(304), beretag('W/"b"', skp(versi=2)))
    async with klien(pmm) as client:
        pertama = await client.skp_bila_berubah(NIP, TAHUN, None)
        assert isinstance(pertama, PMMBeretag)
        assert (pertama.etag, pertama.data[0].versi) == ('"a"', 1)
        assert await client.skp_bila_berubah(NIP, TAHUN, pertama.etag) == PMMTidakBerubah('"a"')
        ketiga = await client.skp_bila_berubah(NIP, TAHUN, pertama.etag)
        assert isinstance(ketiga, PMMBeretag)
        assert (ketiga.etag, ketiga.data[0].versi) == ('W/"b"', 2)
    assert [p.headers.get("if-none-match") for p in pmm.permintaan] == [None, '"a"', '"a"']
    assert pmm.permintaan[0].url.query == b"tahun=2026"


async def test_304_boleh_membawa_tanda_baru() -> None:
    async with klien(PMMTiruan(httpx.Response(304, headers={"etag": '"c"'}))) as client:
        assert await client.skp_bila_berubah(NIP, TAHUN, '"a"') == PMMTidakBerubah('"c"')


@pytest.mark.parametrize("etag", [None, "tanpa-kutip", '""', '"' + "x" * 201 + '"', '"é"'])
async def test_tanda_yang_tidak_dapat_dikirim_kembali_dilupakan(etag: str | None) -> None:
    jawaban = beretag(None, skp())
    if etag is not None:
        jawaban.headers.encoding = "latin-1"
        jawaban.headers["etag"] = etag
    async with klien(PMMTiruan(jawaban)) as client:
        hasil = await client.skp_bila_berubah(NIP, TAHUN, None)
    assert isinstance(hasil, PMMBeretag)
    assert hasil.etag is None


@pytest.mark.parametrize("etag", ["", "a", '"a"\r\nX: y', '"a', '"\u00e9"'])
async def test_tanda_asing_tidak_dikirim(etag: str) -> None:
    pmm = PMMTiruan(beretag('"a"'))
    async with klien(pmm) as client:
        with pytest.raises(ValueError):
            await client.skp_bila_berubah(NIP, TAHUN, etag)
    assert not pmm.permintaan


async def test_304_tanpa_ditanya_bukan_jawaban() -> None:
    async with klien(PMMTiruan(httpx.Response(304))) as client:
        with pytest.raises(PMMTidakTerjangkau):
            await client.skp_bila_berubah(NIP, TAHUN, None)
        with pytest.raises(PMMTidakTerjangkau):
            await client.skp(NIP, TAHUN)


async def test_gagal_tetap_gagal() -> None:
    async with klien(PMMTiruan(httpx.Response(200, json=GAGAL, headers={"etag": '"a"'}))) as client:
        with pytest.raises(PMMGagal):
            await client.skp_bila_berubah(NIP, TAHUN, '"a"')


async def test_token_ditolak_lalu_tidak_berubah() -> None:
    pmm = PMMTiruan(isi(b"", 401), httpx.Response(304))
    async with klien(pmm) as client:
        assert await client.skp_bila_berubah(NIP, TAHUN, '"a"') == PMMTidakBerubah('"a"')
    assert [p.headers["if-none-match"] for p in pmm.permintaan] == ['"a"', '"a"']


async def test_badan_yang_sama_tidak_dibaca_lagi() -> None:
    pmm = PMMTiruan(
        beretag(None, skp()), beretag(None, skp()), beretag('"b"', skp()), beretag('"b"', skp(versi=2)),
        httpx.Response(500, content=sukses([skp()]).content),
    )  # fmt: skip
    async with klien(pmm, max_percobaan=1) as client:
        pertama = await client.skp_bila_berubah(NIP, TAHUN, None)
        assert isinstance(pertama, PMMBeretag)
        assert await client.skp_bila_berubah(NIP, TAHUN, None, sidik=pertama.sidik) == PMMTidakBerubah(None)
        assert await client.skp_bila_berubah(NIP, TAHUN, '"a"', sidik=pertama.sidik) == PMMTidakBerubah('"b"')
        lain = await client.skp_bila_berubah(NIP, TAHUN, '"b"', sidik=pertama.sidik)
        assert isinstance(lain, PMMBeretag)
        assert (lain.data[0].versi, lain.sidik == pertama.sidik) == (2, False)
        with pytest.raises(PMMTidakTerjangkau):
            await client.skp_bila_berubah(NIP, TAHUN, None, sidik=pertama.sidik)
