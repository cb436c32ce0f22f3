"""The local issuer inside the application: its page, whom it shows, what it refuses, and when it is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from services.identitas.masuk import JALUR_KEMBALI, AlurMasuk, buat_alur_masuk
from services.identitas.pemanggil import Peran
from services.identitas.penerbit_lokal import JALUR_PENERBIT_LOKAL, PENERBIT_LOKAL, jwks_lokal
from services.identitas.verifikasi import TokenDitolak
from services.settings import Settings
from sync_api.app import create_app
from tests.sync_api.conftest import A, Isian, Token, nip
from tests.sync_api.penerbit.conftest import Formulir, kueri, pilih

ALAMAT = "http://127.0.0.1:8000"
KEMBALI = ALAMAT + JALUR_KEMBALI


@pytest.fixture
async def peramban_lokal(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 40000))
    async with AsyncClient(transport=transport, base_url=ALAMAT) as klien:
        yield klien


@pytest.fixture
def alur(app: FastAPI, settings: Settings) -> AlurMasuk:
    return buat_alur_masuk(settings, app.state.verifikator, penerbit_lokal=app.state.penerbit_lokal)


async def test_masuk_lalu_memanggil_api(
    peramban_lokal: AsyncClient, alur: AlurMasuk, isian: Isian, settings: Settings
) -> None:
    """The back channel needs no network here; everything else is as with any issuer."""
    satu = await isian.pegawai(1)
    url, keadaan = await alur.mulai(KEMBALI)
    assert url.startswith(f"{ALAMAT}{JALUR_PENERBIT_LOKAL}/otorisasi?")
    jawaban = kueri((await pilih(peramban_lokal, url, f"admin:{A}")).headers["location"])
    assert jawaban["iss"] == PENERBIT_LOKAL
    hasil = await alur.selesai(jawaban, keadaan)
    assert hasil.pemanggil.peran == {Peran.ADMIN_INSTANSI}
    header = {"Authorization": f"Bearer {hasil.token_akses}"}
    dijawab = await peramban_lokal.get(f"/v1/pegawai/{satu}", headers=header)
    assert dijawab.status_code == 200
    penemuan = (await peramban_lokal.get(JALUR_PENERBIT_LOKAL + "/.well-known/openid-configuration")).json()
    assert penemuan["issuer"] == PENERBIT_LOKAL
    assert settings.data_dir is not None
    assert (await peramban_lokal.get(penemuan["jwks_uri"])).json() == jwks_lokal(settings.data_dir)


async def test_halaman_dan_pencarian(peramban_lokal: AsyncClient, alur: AlurMasuk, isian: Isian) -> None:
    for nomor in range(1, 6):
        await isian.pegawai(nomor, nama=f"Guru <b>{nomor}</b> 100%")
    url, _ = await alur.mulai(KEMBALI)
    halaman = await peramban_lokal.get(url)
    assert "Alat pengembangan" in halaman.text
    assert '<html lang="id">' in halaman.text
    assert "<script" not in halaman.text
    assert "<b>" not in halaman.text
    csp = halaman.headers["content-security-policy"]
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    assert f"form-action 'self' {ALAMAT};" in csp
    assert halaman.headers["cache-control"] == "no-store"
    kue = halaman.headers["set-cookie"].lower()
    assert "httponly" in kue
    assert "samesite=strict" in kue
    assert f"path={JALUR_PENERBIT_LOKAL}" in kue
    bentuk = Formulir(halaman.text)
    assert "cari" in bentuk.label
    tombol = [nilai for _, nilai in bentuk.yang("post")["tombol"]]
    assert tombol[:3] == ["bkn", f"admin:{A}", "admin:pemkab-b"]
    # One of a kind per instansi is shown without a search.
    assert [t for t in tombol if t.startswith("pegawai:")] == [f"pegawai:{nip(1)}"]
    assert (await peramban_lokal.get(f"{JALUR_PENERBIT_LOKAL}/gaya.css")).headers["content-type"].startswith("text/css")

    async def cari(teks: str) -> list[str]:
        kunci = bentuk.yang("get")["isian"] | {"cari": teks}
        hasil = await peramban_lokal.get(f"{JALUR_PENERBIT_LOKAL}/otorisasi", params=kunci)
        assert hasil.status_code == 200
        return [nilai for nama, nilai in Formulir(hasil.text).yang("post")["tombol"] if nama == "orang"]

    assert await cari(nip(3)) == [f"pegawai:{nip(3)}"]
    assert len(await cari("198001")) == 5
    assert await cari("guru <b>4") == [f"pegawai:{nip(4)}"]
    assert len(await cari("100%")) == 5
    for kosong in ("1%0", "_____________", "\\", "\0", "'; DROP TABLE pegawai; --", "‮", "x" * 5000):
        assert await cari(kosong) in ([], tombol[:-1])


async def test_batal(peramban_lokal: AsyncClient, alur: AlurMasuk) -> None:
    url, keadaan = await alur.mulai(KEMBALI)
    formulir = Formulir((await peramban_lokal.get(url)).text).yang("post")
    jawaban = await peramban_lokal.post(formulir["action"], data=formulir["isian"] | {"batal": "ya"})
    assert kueri(jawaban.headers["location"]) == {
        "error": "access_denied",
        "state": keadaan.state,
        "iss": PENERBIT_LOKAL,
    }


async def test_formulir_hanya_dari_halaman_sendiri(
    app: FastAPI, peramban_lokal: AsyncClient, alur: AlurMasuk, isian: Isian
) -> None:
    url, _ = await alur.mulai(KEMBALI)
    formulir = Formulir((await peramban_lokal.get(url)).text).yang("post")
    isi = formulir["isian"] | {"orang": "bkn"}
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=ALAMAT) as lain:
        # Another browser with this page's token, without and with a cookie of its own.
        for _ in range(2):
            ditolak = await lain.post(formulir["action"], data=isi)
            assert ditolak.status_code == 403
            assert "location" not in ditolak.headers
            await lain.get(url)
    for salah in ({**isi, "formulir": ""}, {**isi, "formulir": "é"}, {k: v for k, v in isi.items() if k != "formulir"}):
        assert (await peramban_lokal.post(formulir["action"], data=salah)).status_code == 403
    for orang in ("", "admin:tidak-ada", "pegawai:" + nip(9), "pegawai:x", "admin:\0", "sistem"):
        assert (await peramban_lokal.post(formulir["action"], data=isi | {"orang": orang})).status_code == 403
    assert (await peramban_lokal.post(formulir["action"], data=isi)).status_code == 303


async def test_alamat_kembali_persis(peramban_lokal: AsyncClient, alur: AlurMasuk) -> None:
    url, _ = await alur.mulai(KEMBALI)
    baku = kueri(url)
    jalur = JALUR_PENERBIT_LOKAL + "/otorisasi"
    for redirect_uri in (
        "https://jahat.uji" + JALUR_KEMBALI,
        KEMBALI + "/",
        KEMBALI + "?x=1",
        KEMBALI + "#x",
        KEMBALI.replace("127.0.0.1", "127.0.0.2"),
        KEMBALI.upper(),
        f"{ALAMAT}/konsol/x/..{JALUR_KEMBALI}",
        JALUR_KEMBALI,
        "",
    ):
        for metode in ("GET", "POST"):
            isi = baku | {"redirect_uri": redirect_uri}
            kirim = {"params": isi} if metode == "GET" else {"data": isi}
            jawaban = await peramban_lokal.request(metode, jalur, **kirim)  # type: ignore[arg-type]  # one of two
            assert jawaban.status_code == 400, redirect_uri
            assert "location" not in jawaban.headers
    assert (await peramban_lokal.get(jalur, params=baku | {"client_id": "lain"})).status_code == 400
    assert (await peramban_lokal.get(f"{jalur}?client_id=a&client_id=b")).status_code == 400
    assert (await peramban_lokal.get(f"{jalur}?{'x' * 20_000}")).status_code in (400, 414, 431)


async def test_permintaan_salah_dijawab_ke_klien(peramban_lokal: AsyncClient, alur: AlurMasuk) -> None:
    url, keadaan = await alur.mulai(KEMBALI)
    baku = kueri(url)
    for ubah, galat in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "x" * 42 + "="}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"nonce": "x" * 513}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://jahat.uji"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ):
        jawaban = await peramban_lokal.get(JALUR_PENERBIT_LOKAL + "/otorisasi", params=baku | ubah)
        assert jawaban.status_code == 303, ubah
        assert kueri(jawaban.headers["location"]) == {
            "error": galat,
            "state": keadaan.state,
            "iss": PENERBIT_LOKAL,
        }, ubah


async def test_hanya_dari_mesin_ini(app: FastAPI, alur: AlurMasuk) -> None:
    jalur = JALUR_PENERBIT_LOKAL + "/.well-known/openid-configuration"
    for klien, alamat, status in (
        ("127.0.0.1", ALAMAT, 200),
        ("127.0.0.1", "http://localhost:8000", 200),
        ("::1", "http://[::1]:8000", 200),
        ("10.0.0.7", ALAMAT, 403),
        ("127.0.0.1", "http://jahat.uji:8000", 403),
        ("127.0.0.1", "http://127.0.0.1.jahat.uji", 403),
        ("bukan-alamat", ALAMAT, 403),
    ):
        transport = ASGITransport(app, raise_app_exceptions=False, client=(klien, 1))
        async with AsyncClient(transport=transport, base_url=alamat) as peramban:
            assert (await peramban.get(jalur)).status_code == status, (klien, alamat)


async def test_tidak_ada_dengan_penerbit_sungguhan(settings: Settings, token: Token) -> None:
    sungguhan = create_app(settings.model_copy(update={"auth_issuer": ("http://127.0.0.1:9/penerbit",)}))
    assert not hasattr(sungguhan.state, "penerbit_lokal")
    transport = ASGITransport(sungguhan, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=ALAMAT) as klien:
        for jalur in ("/otorisasi", "/token", "/.well-known/openid-configuration", "/jwks"):
            jawaban: httpx.Response = await klien.get(JALUR_PENERBIT_LOKAL + jalur)
            assert jawaban.status_code == 404
    # And a token of the local key opens nothing, without anybody being asked.
    with pytest.raises(TokenDitolak):
        await sungguhan.state.verifikator.verifikasi(token("ADMIN_BKN")["Authorization"].removeprefix("Bearer "))
