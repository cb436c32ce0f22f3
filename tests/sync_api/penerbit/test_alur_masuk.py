"""Signing in over real HTTP, as the console does it in production: discovery, code, PKCE, tokens, refresh, sign-out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from services.identitas import masuk
from services.identitas.masuk import (
    BATAS_MULAI_DETIK,
    JALUR_KEMBALI,
    JALUR_SETELAH_KELUAR,
    HasilMasuk,
    KeadaanMasuk,
    KodeMasuk,
    MasukDitolak,
    buat_alur_masuk,
)
from services.identitas.pemanggil import Jangkauan, Peran
from services.identitas.penerbit_http import PenerbitTidakTersedia
from services.identitas.verifikasi import TokenDitolak, buat_verifikator
from services.settings import Settings
from tests.sync_api.conftest import A, B, Isian
from tests.sync_api.penerbit.conftest import KONSOL, PenerbitHttp, buka_penerbit_http, kueri, pilih

KEMBALI = KONSOL + JALUR_KEMBALI


async def _masuk(penerbit: PenerbitHttp, peramban: httpx.AsyncClient, orang: str) -> HasilMasuk:
    url, keadaan = await penerbit.alur.mulai(KEMBALI)
    jawaban = await pilih(peramban, url, orang)
    assert jawaban.status_code == 303
    assert jawaban.headers["location"].startswith(KEMBALI + "?")
    return await penerbit.alur.selesai(kueri(jawaban.headers["location"]), keadaan)


async def _ditolak(hasil: object) -> KodeMasuk:
    with pytest.raises(MasukDitolak) as ditolak:
        await hasil  # type: ignore[misc]  # any awaitable of the flow
    return ditolak.value.kode


async def test_tiap_peran(penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient, isian: Isian) -> None:
    satu = await isian.pegawai(1, nama="Guru Contoh")
    admin = await _masuk(penerbit_http, peramban, f"admin:{A}")
    assert admin.pemanggil.jangkauan("massal:tulis") == Jangkauan(frozenset({A}))
    assert admin.nama == f"Admin BKD {A}"
    guru = await _masuk(penerbit_http, peramban, f"pegawai:{satu}")
    assert guru.pemanggil.jangkauan("sinkro:tulis") == Jangkauan(nip=satu)
    assert guru.pemanggil.instansi is None
    assert guru.nama == "Guru Contoh"
    assert satu not in guru.pemanggil.sub
    bkn = await _masuk(penerbit_http, peramban, "bkn")
    assert bkn.pemanggil.peran == {Peran.ADMIN_BKN}
    assert bkn.pemanggil.penerbit == penerbit_http.iss
    lain = await _masuk(penerbit_http, peramban, f"admin:{B}")
    assert len({h.pemanggil.sub for h in (admin, guru, bkn, lain)}) == 4
    # What a session keeps is verified again with every request.
    assert await penerbit_http.verifikator.verifikasi(guru.token_akses) == guru.pemanggil
    # The ID token is for the console, not for the API.
    assert guru.id_token is not None
    with pytest.raises(TokenDitolak):
        await penerbit_http.verifikator.verifikasi(guru.id_token)
    assert guru.token_segar is None


async def test_kode_sekali_pakai_dan_terikat(
    penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient, isian: Isian
) -> None:
    alur = penerbit_http.alur
    url, keadaan = await alur.mulai(KEMBALI)
    jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
    await alur.selesai(jawaban, keadaan)
    assert await _ditolak(alur.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT
    for lain in (replace(keadaan, verifier="x" * 64), replace(keadaan, redirect_uri="http://127.0.0.1:9/lain")):
        jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
        assert await _ditolak(alur.selesai(jawaban, lain)) is KodeMasuk.DITOLAK_PENERBIT
        # A failed try burns the code.
        assert await _ditolak(alur.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT
    # Another client cannot use it either.
    asing = buat_alur_masuk(
        penerbit_http.settings.model_copy(update={"konsol_client_id": "aplikasi-lain"}),
        penerbit_http.verifikator,
        penerbit_lokal=None,
    )
    jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
    assert await _ditolak(asing.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT


async def test_state_nonce_iss_dan_masa(penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient, isian: Isian) -> None:
    alur = penerbit_http.alur
    url, keadaan = await alur.mulai(KEMBALI)
    jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
    assert await _ditolak(alur.selesai(jawaban | {"state": "lain"}, keadaan)) is KodeMasuk.TIDAK_COCOK
    assert await _ditolak(alur.selesai({}, keadaan)) is KodeMasuk.TIDAK_COCOK
    assert await _ditolak(alur.selesai(jawaban | {"iss": "https://jahat.uji"}, keadaan)) is KodeMasuk.TIDAK_COCOK
    tanpa_iss = {k: v for k, v in jawaban.items() if k != "iss"}
    assert await _ditolak(alur.selesai(tanpa_iss, keadaan)) is KodeMasuk.TIDAK_COCOK
    lama = replace(keadaan, dibuat_pada=keadaan.dibuat_pada - BATAS_MULAI_DETIK - 1)
    assert await _ditolak(alur.selesai(jawaban, lama)) is KodeMasuk.KEDALUWARSA
    batal = {"error": "access_denied", "state": keadaan.state, "iss": penerbit_http.iss}
    assert await _ditolak(alur.selesai(batal, keadaan)) is KodeMasuk.DIBATALKAN
    galat = {"error": "server_error", "state": keadaan.state, "iss": penerbit_http.iss}
    assert await _ditolak(alur.selesai(galat, keadaan)) is KodeMasuk.DITOLAK_PENERBIT
    # The code is still unused; now everything fits but the nonce in the ID token.
    assert await _ditolak(alur.selesai(jawaban, replace(keadaan, nonce="lain"))) is KodeMasuk.TOKEN_TIDAK_SAH


def test_keadaan_tersimpan_utuh_atau_ditolak() -> None:
    keadaan = KeadaanMasuk("s", "n", "v", KEMBALI, 5)
    assert KeadaanMasuk.dari_json(keadaan.ke_json()) == keadaan
    for rusak in ("", "null", "[]", "{}", "[" * 9999, keadaan.ke_json().replace('"s"', "null"), '{"state":"s"}'):
        with pytest.raises(MasukDitolak):
            KeadaanMasuk.dari_json(rusak)
    assert "dibuat_pada" in keadaan.ke_json()


async def test_penyegaran(settings: Settings, peramban: httpx.AsyncClient, isian: Isian) -> None:
    with_segar = settings.model_copy(update={"konsol_scope": "openid offline_access"})
    async with buka_penerbit_http(with_segar) as penerbit:
        awal = await _masuk(penerbit, peramban, f"admin:{A}")
        assert awal.token_segar is not None
        sub = awal.pemanggil.sub
        baru = await penerbit.alur.segarkan(awal.token_segar, sub=sub, redirect_uri=KEMBALI)
        assert baru.pemanggil == awal.pemanggil
        assert baru.token_segar not in (None, awal.token_segar)
        lama = penerbit.alur.segarkan(awal.token_segar, sub=sub, redirect_uri=KEMBALI)
        assert await _ditolak(lama) is KodeMasuk.DITOLAK_PENERBIT
        assert baru.token_segar is not None
        orang_lain = penerbit.alur.segarkan(baru.token_segar, sub="orang-lain", redirect_uri=KEMBALI)
        assert await _ditolak(orang_lain) is KodeMasuk.TOKEN_TIDAK_SAH


async def test_kode_yang_diputar_ulang_mencabut_penyegaran(
    settings: Settings, peramban: httpx.AsyncClient, isian: Isian
) -> None:
    with_segar = settings.model_copy(update={"konsol_scope": "openid offline_access"})
    async with buka_penerbit_http(with_segar) as penerbit:
        url, keadaan = await penerbit.alur.mulai(KEMBALI)
        jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
        hasil = await penerbit.alur.selesai(jawaban, keadaan)
        assert hasil.token_segar is not None
        assert await _ditolak(penerbit.alur.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT
        dicabut = penerbit.alur.segarkan(hasil.token_segar, sub=hasil.pemanggil.sub, redirect_uri=KEMBALI)
        assert await _ditolak(dicabut) is KodeMasuk.DITOLAK_PENERBIT


async def test_klien_dengan_rahasia(settings: Settings, peramban: httpx.AsyncClient, isian: Isian) -> None:
    rahasia = "ra:ha%sia /+é"
    async with buka_penerbit_http(settings.model_copy(update={"konsol_client_secret": SecretStr(rahasia)})) as penerbit:
        await _masuk(penerbit, peramban, "bkn")
        for salah in (None, SecretStr("lain")):
            lain = buat_alur_masuk(
                penerbit.settings.model_copy(update={"konsol_client_secret": salah}),
                penerbit.verifikator,
                penerbit_lokal=None,
            )
            url, keadaan = await lain.mulai(KEMBALI)
            jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
            assert await _ditolak(lain.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT


async def test_keluar(penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient) -> None:
    tujuan = KONSOL + JALUR_SETELAH_KELUAR
    url = await penerbit_http.alur.alamat_keluar(id_token="x.y.z", kembali_ke=tujuan)
    assert url is not None
    jawaban = await peramban.get(url)
    assert (jawaban.status_code, jawaban.headers["location"]) == (303, tujuan)
    asing = await penerbit_http.alur.alamat_keluar(id_token=None, kembali_ke="https://jahat.uji/")
    assert asing is not None
    halaman = await peramban.get(asing)
    assert halaman.status_code == 200
    assert "location" not in halaman.headers
    assert "jahat" not in halaman.text


async def test_penerbit_mati_dikatakan(settings: Settings) -> None:
    mati = settings.model_copy(update={"auth_issuer": ("http://127.0.0.1:9/mati",)})
    alur = buat_alur_masuk(mati, buat_verifikator(mati), penerbit_lokal=None)
    with pytest.raises(PenerbitTidakTersedia):
        await alur.mulai(KEMBALI)


async def test_token_endpoint_menolak_menurut_rfc(
    penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient, isian: Isian
) -> None:
    url, keadaan = await penerbit_http.alur.mulai(KEMBALI)
    kode = kueri((await pilih(peramban, url, "bkn")).headers["location"])["code"]
    baku = {
        "grant_type": "authorization_code",
        "client_id": "sinkro-konsol",
        "code": kode,
        "redirect_uri": KEMBALI,
        "code_verifier": keadaan.verifier,
    }
    tujuan = penerbit_http.iss + "/token"
    for isi, galat in (
        (baku | {"grant_type": "password"}, "unsupported_grant_type"),
        ({k: v for k, v in baku.items() if k != "grant_type"}, "invalid_request"),
        ({k: v for k, v in baku.items() if k != "code_verifier"}, "invalid_request"),
        (baku | {"client_id": "siapa"}, "invalid_client"),
        (baku | {"client_secret": "x"}, "invalid_client"),
        (baku | {"code": "x" * 20_000}, "invalid_request"),
        ({"grant_type": "refresh_token", "client_id": "sinkro-konsol", "refresh_token": "x"}, "invalid_grant"),
    ):
        jawaban = await peramban.post(tujuan, data=isi)
        assert jawaban.json() == {"error": galat}
        assert jawaban.status_code == (401 if galat == "invalid_client" else 400)
        assert jawaban.headers["cache-control"] == "no-store"
    ganda = await peramban.post(
        tujuan,
        content="client_id=a&client_id=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert ganda.json() == {"error": "invalid_request"}
    assert (await peramban.post(tujuan, json=baku)).json() == {"error": "invalid_request"}
    assert (await peramban.get(tujuan, params=baku)).status_code == 405
    sah = await peramban.post(tujuan, data=baku)
    assert sah.json()["token_type"] == "Bearer"
    assert sah.headers["cache-control"] == "no-store"


async def test_kode_kedaluwarsa_dan_bersamaan(
    penerbit_http: PenerbitHttp, peramban: httpx.AsyncClient, isian: Isian, monkeypatch: pytest.MonkeyPatch
) -> None:
    alur = penerbit_http.alur
    url, keadaan = await alur.mulai(KEMBALI)
    jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
    hasil = await asyncio.gather(*(alur.selesai(jawaban, keadaan) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(h, HasilMasuk) for h in hasil) == 1
    jawaban = kueri((await pilih(peramban, url, "bkn")).headers["location"])
    simpanan = penerbit_http.aplikasi._tempat.simpanan
    semula = simpanan._jam
    monkeypatch.setattr(simpanan, "_jam", lambda: semula() + 61)
    assert await _ditolak(alur.selesai(jawaban, keadaan)) is KodeMasuk.DITOLAK_PENERBIT


def test_alamat_konsol() -> None:
    assert masuk.alamat_konsol(Settings(), "http://127.0.0.1:8000/konsol/x?y=1") == "http://127.0.0.1:8000"
    assert masuk.alamat_konsol(Settings(), "http://[::1]:8000/") == "http://[::1]:8000"
    for asing in ("http://jahat.uji/konsol", "http://127.0.0.1.jahat.uji/", "http://localhost@jahat.uji/", "x"):
        with pytest.raises(masuk.AlamatKonsolBelumDiatur):
            masuk.alamat_konsol(Settings(), asing)
    diatur = Settings(konsol_alamat="https://konsol.example.go.id/")
    assert masuk.alamat_konsol(diatur, "http://jahat.uji/") == "https://konsol.example.go.id"
