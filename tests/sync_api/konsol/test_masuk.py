"""Signing in through the local issuer, a session that is renewed, and one that is not."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from services.identitas.masuk import AlurMasuk, HasilMasuk, KodeMasuk, MasukDitolak
from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import Settings
from sync_api.konsol.app import buat_konsol
from sync_api.konsol.keadaan import Perangkat
from sync_api.konsol.segel import Segel
from sync_api.konsol.sesi import Sesi, potongan_kue, sesi_dari_kue
from tests.sync_api.conftest import A, B, Isian
from tests.sync_api.konsol.conftest import ASAL, BuatPeramban, Peramban, bidang_tersembunyi, token_halaman


async def _pilih(peramban: Peramban, orang: str, ke: str = "") -> Response:
    """Through the issuer's page to where the browser comes back."""
    mulai = await peramban.buka(f"/masuk/mulai?ke={ke}")
    assert mulai.status_code == 303
    halaman = await peramban.klien.get(mulai.headers["location"])
    assert halaman.status_code == 200, halaman.text
    isi = dict(bidang_tersembunyi(halaman.text)) | {"orang": orang}
    kembali = await peramban.klien.post("/penerbit-lokal/otorisasi", data=isi, headers={"Origin": ASAL})
    return await peramban.klien.get(kembali.headers["location"])


async def test_masuk_lewat_penerbit_lokal_lalu_ke_layar_yang_diminta(peramban: BuatPeramban, isian: Isian) -> None:
    tamu = peramban()
    terarah = await tamu.buka("/log?status=GAGAL")
    assert terarah.headers["location"] == "/konsol/masuk?ke=%2Fkonsol%2Flog%3Fstatus%3DGAGAL"
    depan = await tamu.klien.get(terarah.headers["location"])
    assert 'href="/konsol/masuk/mulai?ke=%2Fkonsol%2Flog%3Fstatus%3DGAGAL"' in depan.text
    kembali = await _pilih(tamu, f"admin:{A}", "%2Fkonsol%2Flog%3Fstatus%3DGAGAL")
    assert kembali.headers["location"] == "/konsol/log?status=GAGAL"
    log = await tamu.klien.get(kembali.headers["location"])
    assert log.status_code == 200
    assert "Admin Instansi" in log.text
    assert (await tamu.buka("/masuk")).status_code == 303, "who is signed in goes on"


async def test_jawaban_yang_bukan_untuk_peramban_ini_tidak_memulai_sesi(peramban: BuatPeramban, isian: Isian) -> None:
    korban, penyerang = peramban(), peramban()
    mulai = await penyerang.buka("/masuk/mulai")
    kueri = {n: v[0] for n, v in parse_qs(urlsplit(mulai.headers["location"]).query).items()}
    for state in (kueri["state"], "x"):
        jawaban = await korban.buka(f"/masuk/kembali?code=abc&state={state}&iss=sinkro-lokal")
        assert jawaban.status_code == 401
        assert "Coba masuk lagi" in jawaban.text
        assert not any(n.startswith("sinkro_sesi") for n in korban.klien.cookies)
    # Also with a cookie of its own, an answer to another state is refused, and the cookie is good for one answer.
    await korban.buka("/masuk/mulai")
    assert (await korban.buka(f"/masuk/kembali?code=abc&state={kueri['state']}")).status_code == 401
    assert "sinkro_masuk" not in korban.klien.cookies


class _AlurPalsu(AlurMasuk):
    """Renews with the given outcome, and counts."""

    def __init__(self, hasil: HasilMasuk | None) -> None:
        self.hasil, self.kali, self.penerbit = hasil, 0, "penerbit-palsu"

    async def segarkan(self, token_segar: str, *, sub: str, redirect_uri: str) -> HasilMasuk:
        self.kali += 1
        if self.hasil is None:
            raise MasukDitolak(KodeMasuk.DITOLAK_PENERBIT)
        return self.hasil


async def _dengan_alur(app: FastAPI, alur: AlurMasuk, segel: Segel, sesi: Sesi) -> tuple[Peramban, AsyncClient]:
    konsol: Any = next(r for r in app.routes if getattr(r, "name", "") == "konsol")
    perangkat: Perangkat = konsol.app.state.perangkat
    lain = Starlette(routes=[Mount("/konsol", buat_konsol(replace(perangkat, alur=alur)))])
    klien = AsyncClient(transport=ASGITransport(lain), base_url=ASAL)
    return Peramban(klien, segel, sesi), klien


@pytest.mark.parametrize("berhasil", [True, False])
async def test_sesi_diperpanjang_tanpa_bertanya(
    app: FastAPI, settings: Settings, segel: Segel, peramban: BuatPeramban, isian: Isian, berhasil: bool
) -> None:
    assert settings.data_dir is not None
    habis = peramban("ADMIN_INSTANSI", instansi_id=A, berlaku=timedelta(hours=-1)).sesi
    assert habis is not None
    lama = replace(habis, token_segar="segar-1")
    token = terbitkan_token(settings.data_dir, peran=["ADMIN_INSTANSI"], instansi_id=A, sub=lama.sub)
    baru = peramban("ADMIN_INSTANSI", instansi_id=A).sesi
    assert baru is not None
    hasil = HasilMasuk(
        pemanggil=await app.state.verifikator.verifikasi(token),
        token_akses=token,
        kedaluwarsa_pada=datetime.fromtimestamp(time.time() + 3600, UTC),
        id_token=None,
        token_segar="segar-2",
        nama=None,
    )
    alur = _AlurPalsu(hasil if berhasil else None)
    peramban_ini, klien = await _dengan_alur(app, alur, segel, lama)
    async with klien:
        jawaban = await peramban_ini.buka("/log")
        assert jawaban.status_code == (200 if berhasil else 303)
        assert alur.kali == 1
        if berhasil:
            tersimpan = sesi_dari_kue(segel, {c.name: c.value or "" for c in klien.cookies.jar})
            assert tersimpan is not None
            assert (tersimpan.sid, tersimpan.token_segar) == (lama.sid, "segar-2")
            assert (await peramban_ini.buka("/log")).status_code == 200
            assert alur.kali == 1


async def test_sesi_yang_terlalu_lama_berakhir_walau_tokennya_berlaku(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, berlaku=timedelta(days=2))
    assert (await admin.buka("/log")).status_code == 200
    assert admin.sesi is not None
    admin.pasang(replace(admin.sesi, dibuat_pada=admin.sesi.dibuat_pada - 13 * 3600))
    assert (await admin.buka("/log")).status_code == 303
    assert (await admin.buka("/log/baris", headers={"Sec-Fetch-Dest": "empty"})).status_code == 401


async def test_konsol_hanya_pada_alamatnya(app: FastAPI, peramban: BuatPeramban) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://jahat.example") as klien:
        jawaban = await klien.get("/konsol/masuk")
    assert jawaban.status_code == 421
    assert "SINKRO_KONSOL_ALAMAT" in jawaban.text


async def test_di_balik_tls_kue_terkunci_pada_host(
    app: FastAPI, settings: Settings, segel: Segel, peramban: BuatPeramban, isian: Isian
) -> None:
    konsol: Any = next(r for r in app.routes if getattr(r, "name", "") == "konsol")
    alamat = "https://sinkro.example.go.id"
    perangkat = replace(konsol.app.state.perangkat, settings=settings.model_copy(update={"konsol_alamat": alamat}))
    lain = Starlette(routes=[Mount("/konsol", buat_konsol(perangkat))])
    sesi = peramban("ADMIN_INSTANSI", instansi_id=[A, B]).sesi
    assert sesi is not None
    kue = {n: v for n, v in potongan_kue(segel, sesi).items() if v}
    async with AsyncClient(transport=ASGITransport(lain), base_url=alamat) as klien:
        tanpa_awalan = "; ".join(f"{n}={v}" for n, v in kue.items())
        assert (await klien.get("/konsol/instansi", headers={"Cookie": tanpa_awalan})).status_code == 303
        benar = "; ".join(f"__Host-{n}={v}" for n, v in kue.items())
        halaman = await klien.get("/konsol/instansi", headers={"Cookie": benar})
        assert halaman.status_code == 200
        isi = {"_csrf": token_halaman(halaman.text), "instansi_id": A}
        jawaban = await klien.post("/konsol/instansi", data=isi, headers={"Cookie": benar, "Origin": alamat})
    assert jawaban.status_code == 303
    for satu in jawaban.headers.get_list("set-cookie"):
        assert satu.startswith("__Host-sinkro_sesi_")
        assert "Secure" in satu
        assert "Path=/;" in satu or satu.endswith("Path=/")
        assert "Domain" not in satu
