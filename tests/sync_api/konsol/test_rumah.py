"""The house of the console: who gets in, what surrounds every answer, and what a form must prove."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from services.settings import Settings
from sync_api.batas.jatah import PenghitungJatah
from sync_api.batas.penjaga import KONSOL_MAHAL, Penjaga
from sync_api.konsol.app import rute_konsol
from sync_api.konsol.keamanan import LAYAR_TERBUKA, jalur_aman, rute_dengan_scope
from sync_api.konsol.segel import Segel
from sync_api.konsol.sesi import sesi_dari_kue
from sync_api.konsol.tampilan import alamat_statik
from tests.sync_api.conftest import A, B, Isian
from tests.sync_api.konsol.conftest import ASAL, BuatPeramban, bidang_tersembunyi, token_halaman


def _konsol(app: FastAPI) -> FastAPI:
    return next(r.app for r in app.routes if getattr(r, "name", "") == "konsol")  # type: ignore[attr-defined,no-any-return]  # a Mount


async def test_setiap_layar_menyebut_scope_atau_terbuka(app: FastAPI) -> None:
    rute = list(rute_konsol(_konsol(app)))
    assert len(rute) > 8
    tanpa = {jalur for jalur, r in rute if not list(rute_dengan_scope(r))}
    assert tanpa == LAYAR_TERBUKA


async def test_tanpa_sesi_setiap_layar_menyuruh_masuk(app: FastAPI, peramban: BuatPeramban) -> None:
    tamu = peramban()
    for jalur, rute in rute_konsol(_konsol(app)):
        if jalur in LAYAR_TERBUKA:
            continue
        contoh = re.sub(r"\{[^}]*\}", "x", jalur)
        for metode in sorted(rute.methods or ()):
            jawaban = await tamu.klien.request(metode, f"/konsol{contoh}", headers={"Origin": ASAL})
            if metode == "GET":
                assert jawaban.status_code == 303, contoh
                assert jawaban.headers["location"].startswith("/konsol/masuk?ke=%2Fkonsol%2F")
            else:
                assert jawaban.status_code == 401, contoh
                assert "Sesi Anda sudah berakhir" in jawaban.text


async def test_setiap_jawaban_membawa_pagar_peramban(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    for jalur, status in (("/", 200), ("/masuk", 303), ("/tidak-ada", 404), ("/instansi", 200)):
        jawaban = await admin.buka(jalur)
        assert jawaban.status_code == status
        csp = jawaban.headers["content-security-policy"]
        assert "default-src 'none'" in csp
        assert "frame-ancestors 'none'" in csp
        assert "unsafe" not in csp
        assert jawaban.headers["x-frame-options"] == "DENY"
        assert jawaban.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|<style", jawaban.text)


async def test_berkas_statik_boleh_disimpan_peramban(peramban: BuatPeramban) -> None:
    tamu = peramban()
    jalur = alamat_statik("konsol.css").removeprefix("/konsol")
    jawaban = await tamu.buka(jalur)
    assert jawaban.status_code == 200
    assert jawaban.headers["content-type"].startswith("text/css")
    assert "immutable" in jawaban.headers["cache-control"]
    assert (await tamu.buka("/statik/0000000000000000/konsol.css")).status_code == 404


async def test_halaman_pertama_ringan(peramban: BuatPeramban, isian: Isian) -> None:
    import gzip

    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    semua = (await admin.buka("/")).content
    for nama in ("konsol.css", "konsol.js", "lambang.svg"):
        semua += (await admin.klien.get(alamat_statik(nama))).content
    assert len(gzip.compress(semua)) < 150_000 // 3


async def test_peran_instansi_dan_nama_selalu_terlihat_dan_diloloskan(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, nama='<img src=x onerror="alert(1)">')
    isi = (await admin.buka("/")).text
    assert "Admin Instansi" in isi
    assert "pemkab-a" in isi
    assert "<img src=x" not in isi
    assert "&lt;img src=x" in isi


async def test_formulir_tanpa_token_atau_dari_situs_lain_ditolak(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B])
    token = token_halaman((await admin.buka("/instansi")).text)
    sah = {"_csrf": token, "instansi_id": A}
    for header in ({"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await admin.kirim_mentah("/instansi", sah, headers=header)).status_code == 403
    for rusak in ("", "x", token[:-4] + "AAAA", "é"):
        jawaban = await admin.kirim_mentah("/instansi", {**sah, "_csrf": rusak})
        assert "belum diproses" in jawaban.text
        assert "set-cookie" not in jawaban.headers
    jawaban = await admin.kirim_mentah("/instansi", sah)
    assert jawaban.status_code == 303
    assert "sinkro_sesi_0" in jawaban.headers["set-cookie"]


async def test_token_formulir_milik_sesi_lain_tidak_laku(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B])
    token = token_halaman((await admin.buka("/instansi")).text)
    assert admin.sesi is not None
    from dataclasses import replace

    admin.pasang(replace(admin.sesi, sid="sesi-lain"))
    jawaban = await admin.kirim_mentah("/instansi", {"_csrf": token, "instansi_id": A})
    assert "belum diproses" in jawaban.text
    # What was typed is on the page, to be sent again with a token of this session.
    assert f'name="instansi_id" value="{A}"' in jawaban.text
    lagi = await admin.kirim_mentah("/instansi", {"_csrf": token_halaman(jawaban.text), "instansi_id": A})
    assert lagi.status_code == 303


async def test_sesi_berakhir_tidak_menghilangkan_isian(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B], sub="admin-a")
    token = token_halaman((await admin.buka("/instansi")).text)
    baru = admin.sesi
    assert baru is not None
    lama = peramban("ADMIN_INSTANSI", instansi_id=[A, B], sub="admin-a", berlaku=timedelta(hours=-1)).sesi
    admin.pasang(lama)
    jawaban = await admin.kirim_mentah("/instansi", {"_csrf": token, "instansi_id": A, "nama": "<b>ketikan</b>"})
    assert jawaban.status_code == 401
    assert "Isian Anda tidak hilang" in jawaban.text
    titipan = dict(bidang_tersembunyi(jawaban.text))["titipan"]
    assert "ketikan" not in titipan
    admin.pasang(baru)
    kembali = await admin.kirim_mentah("/masuk/lanjutkan", {"titipan": titipan})
    assert kembali.status_code == 200
    assert 'action="/konsol/instansi"' in kembali.text
    assert "&lt;b&gt;ketikan&lt;/b&gt;" in kembali.text

    lain = peramban("ADMIN_INSTANSI", instansi_id=B, sub="admin-b")
    milik_orang = await lain.kirim_mentah("/masuk/lanjutkan", {"titipan": titipan})
    assert milik_orang.status_code == 303
    assert milik_orang.headers["location"] == "/konsol/"


async def test_sesi_tersegel_dan_rusak_bukan_sesi(segel: Segel, peramban: BuatPeramban) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    kue = {c.name: c.value or "" for c in admin.klien.cookies.jar}
    assert admin.sesi is not None
    assert admin.sesi.token_akses.split(".")[1] not in "".join(kue.values())
    assert sesi_dari_kue(segel, kue) == admin.sesi
    rusak = {n: v[:-2] + ("AA" if not v.endswith("AA") else "BB") for n, v in kue.items()}
    assert sesi_dari_kue(segel, rusak) is None
    assert sesi_dari_kue(Segel(b"y" * 40), kue) is None
    assert segel.buka("titipan", kue["sinkro_sesi_0"]) is None


async def test_kue_sesi_terkunci(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B])
    jawaban = await admin.kirim("/instansi", instansi_id=A)
    kue = jawaban.headers.get_list("set-cookie")
    assert kue
    for satu in kue:
        assert "HttpOnly" in satu
        assert "SameSite=Lax" in satu
        assert "Path=/" in satu


async def test_keluar_menghapus_sesi(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    token = token_halaman((await admin.buka("/instansi")).text)
    assert (await admin.kirim_mentah("/keluar", {"_csrf": "x"})).status_code == 403
    jawaban = await admin.kirim_mentah("/keluar", {"_csrf": token})
    assert jawaban.status_code == 200
    assert any(k.startswith('sinkro_sesi_0=""') and "Max-Age=0" in k for k in jawaban.headers.get_list("set-cookie"))
    assert (await admin.buka("/")).status_code == 303


@pytest.mark.parametrize(
    ("diminta", "hasil"),
    [
        ("/konsol/log?status=GAGAL", "/konsol/log?status=GAGAL"),
        ("//jahat.example/konsol/", "/konsol/"),
        ("/konsol/..//jahat", "/konsol/"),
        ("/konsol/\\jahat", "/konsol/"),
        ("https://jahat.example/konsol/", "/konsol/"),
        ("/konsol/\r\nSet-Cookie: a=b", "/konsol/"),
        (None, "/konsol/"),
    ],
)
def test_jalur_setelah_masuk_tetap_di_konsol(diminta: str | None, hasil: str) -> None:
    assert jalur_aman(diminta) == hasil


async def test_jatah_dihitung_per_orang_dan_halamannya_memberi_tahu(
    app: FastAPI, settings: Settings, peramban: BuatPeramban, isian: Isian, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = peramban("ADMIN_INSTANSI", instansi_id=A, sub="orang-a")
    b = peramban("ADMIN_INSTANSI", instansi_id=A, sub="orang-b")
    sempit = settings.model_copy(update={"batas_baca": 2, "batas_tanpa_token": 3})
    penjaga = Penjaga(sempit, PenghitungJatah(settings.redis_url))
    monkeypatch.setattr(app.state, "penjaga", penjaga)
    assert [(await a.buka("/instansi")).status_code for _ in range(2)] == [200, 200]
    ditolak = await a.buka("/instansi")
    assert ditolak.status_code == 429
    assert ditolak.headers["content-type"].startswith("text/html")
    assert ditolak.headers["cache-control"] == "no-store"
    assert f"Tunggu {ditolak.headers['retry-after']} detik" in ditolak.text
    # Neither a neighbour behind the same address nor who is not signed in pays for them, and the other way round.
    assert (await b.buka("/instansi")).status_code == 200
    assert [(await peramban().buka("/masuk")).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert (await b.buka("/instansi")).status_code == 200
    await penjaga.tutup()


async def test_jalur_mahal_konsol_memang_ada(app: FastAPI) -> None:
    ada = {(m, f"/konsol{jalur}") for jalur, r in rute_konsol(_konsol(app)) for m in r.methods or ()}
    assert ada >= KONSOL_MAHAL
