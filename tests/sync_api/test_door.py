"""The door itself: who gets in, what shape a request must have, and that every refusal is a whole problem."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from ekinerja_domain.sinkronisasi.temuan import KATALOG
from services.factory import buka_konteks
from services.identitas.penerbit_lokal import NAMA_BERKAS, PENERBIT_LOKAL, jwks_lokal
from services.settings import Settings
from sync_api.app import create_app
from sync_api.dependencies import RUTE_TERBUKA
from sync_api.openapi import rute_api, scope_rute
from sync_api.problems import MASALAH
from sync_api.v1.temuan import KatalogOut
from tests.sync_api.conftest import A, B, Isian, Token, klien_untuk, nip, periksa_masalah

JALUR = "/v1/log-sinkro"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _b64(isi: bytes) -> str:
    return base64.urlsafe_b64encode(isi).rstrip(b"=").decode()


async def test_setiap_rute_menyebut_scope(app: FastAPI) -> None:
    rute = list(rute_api(app))
    assert len(rute) > 15
    assert {j for j, r in rute if scope_rute(r) is None} <= RUTE_TERBUKA
    assert {j for j, r in rute if scope_rute(r) is not None} & RUTE_TERBUKA == set()


async def test_setiap_rute_tertutup_menolak_tanpa_token(app: FastAPI, klien: AsyncClient) -> None:
    for jalur, rute in rute_api(app):
        for metode in rute.methods or ():
            if scope_rute(rute) is not None:
                jawaban = await klien.request(metode, jalur.replace("{", "").replace("}", ""), content=b"{rusak")
                periksa_masalah(jawaban, 401, "TOKEN_TIDAK_ADA")
                assert jawaban.headers["www-authenticate"] == 'Bearer realm="sinkro"'


async def test_token_yang_ditolak(klien: AsyncClient, settings: Settings, token: Token) -> None:
    assert settings.data_dir is not None
    publik = jwks_lokal(settings.data_dir)["keys"][0]
    milik = ECKey.import_key(json.loads((settings.data_dir / NAMA_BERKAS).read_text()))
    kini = int(time.time())
    baku: dict[str, Any] = {
        "iss": PENERBIT_LOKAL,
        "aud": "sinkro",
        "sub": "x",
        "exp": kini + 600,
        "peran": ["ADMIN_BKN"],
    }

    def tanda(klaim: dict[str, Any], kunci: Any = milik, **kepala: Any) -> str:
        return jwt.encode({"alg": "ES256", "kid": milik.kid, **kepala}, klaim, kunci)

    assert (await klien.get(JALUR, headers=_bearer(tanda(baku)))).status_code == 200
    tanpa_kid = jwt.encode({"alg": "ES256"}, baku, milik)
    assert (await klien.get(JALUR, headers=_bearer(tanpa_kid))).status_code == 200

    hs = OctKey.import_key(json.dumps(publik).encode())
    kepala, isi, sidik = tanda(baku).split(".")
    bersarang = _b64(b"[" * 3000)
    tanpa_tanda = _b64(json.dumps({"alg": "none"}).encode()) + f".{isi}"
    ditolak = {
        "kunci asing": tanda(baku, ECKey.generate_key("P-256")),
        "kid asing": tanda(baku, kid="lain"),
        "kid bukan teks": f"{_b64(json.dumps({'alg': 'ES256', 'kid': 5}).encode())}.{isi}.{sidik}",
        "alg none": tanpa_tanda + ".",
        "alg None": _b64(json.dumps({"alg": "None"}).encode()) + f".{isi}.{sidik}",
        "hs256 dengan kunci publik": jwt.encode({"alg": "HS256", "kid": milik.kid}, baku, hs, algorithms=["HS256"]),
        "rs256": jwt.encode({"alg": "RS256", "kid": milik.kid}, baku, RSAKey.generate_key(2048), algorithms=["RS256"]),
        "isi diubah": f"{kepala}.{_b64(json.dumps({**baku, 'peran': ['SISTEM']}).encode())}.{sidik}",
        "sidik dipotong": f"{kepala}.{isi}.{sidik[:-4]}",
        "iss lain": tanda({**baku, "iss": "lain"}),
        "tanpa iss": tanda({k: v for k, v in baku.items() if k != "iss"}),
        "aud lain": tanda({**baku, "aud": "lain"}),
        "aud daftar lain": tanda({**baku, "aud": ["lain", 5]}),
        "aud angka": tanda({**baku, "aud": 5}),
        "tanpa exp": tanda({k: v for k, v in baku.items() if k != "exp"}),
        "exp teks": tanda({**baku, "exp": str(kini + 600)}),
        "exp bool": tanda({**baku, "exp": True}),
        "nbf teks": tanda({**baku, "nbf": "kini"}),
        "sub angka": tanda({**baku, "sub": 5}),
        "sub kosong": tanda({**baku, "sub": ""}),
        "sub nul": tanda({**baku, "sub": "a\0"}),
        "peran teks": tanda({**baku, "peran": "ADMIN_BKN"}),
        "peran angka": tanda({**baku, "peran": [1]}),
        "scope daftar": tanda({**baku, "scope": ["sinkro:baca"]}),
        "nip angka": tanda({**baku, "nip": 198001012010011001}),
        "nip salah": tanda({**baku, "nip": "123"}),
        "instansi null": tanda({**baku, "instansi_id": None}),
        "instansi objek": tanda({**baku, "instansi_id": {"a": 1}}),
        "sampah": "sampah",
        "tiga sampah": "a.b.c",
        "kepala bersarang": f"{bersarang}.{isi}.{sidik}",
        "terlalu panjang": "a" * 9000,
        "bukan ascii": "é.b.c",
    }
    for nama, satu in ditolak.items():
        jawaban = await klien.get(JALUR, headers=[(b"Authorization", b"Bearer " + satu.encode("utf-8"))])
        periksa_masalah(jawaban, 401, "TOKEN_TIDAK_SAH")
        assert 'error="invalid_token"' in jawaban.headers["www-authenticate"], nama
    for header in ({"Authorization": "Basic eA=="}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        periksa_masalah(await klien.get(JALUR, headers=header), 401, "TOKEN_TIDAK_SAH")
    lama = await klien.get(JALUR, headers=_bearer(tanda({**baku, "exp": kini - 60})))
    periksa_masalah(lama, 401, "TOKEN_KEDALUWARSA")
    nanti = await klien.get(JALUR, headers=_bearer(tanda({**baku, "nbf": kini + 600})))
    periksa_masalah(nanti, 401, "TOKEN_BELUM_BERLAKU")
    longgar = tanda({**baku, "exp": kini - 10, "nbf": kini + 10})
    assert (await klien.get(JALUR, headers=_bearer(longgar))).status_code == 200


async def test_scope_menurut_peran(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    isi = {"nip": satu, "tahun": 2024}
    for header in (
        token("ADMIN_BKN"),
        token("SISTEM", scope="sinkro:baca"),
        token("SISTEM"),
        token("TIDAK_DIKENAL", scope="sinkro:tulis", instansi_id=A),
        token(),
    ):
        jawaban = await klien.post("/v1/sinkro/skp", headers=header, json=isi)
        periksa_masalah(jawaban, 403, "SCOPE_TIDAK_CUKUP")
        assert 'scope="sinkro:tulis"' in jawaban.headers["www-authenticate"]
    periksa_masalah(await klien.get("/v1/padanan-unor", headers=token("PEGAWAI", nip=satu)), 403, "SCOPE_TIDAK_CUKUP")
    assert await isian.jumlah("sinkro") == 0


BADAN_SALAH: list[tuple[bytes, str]] = [
    (b"", "body"),
    (b"{", "body"),
    (b"nul", "body"),
    (b"[]", "body"),
    (b'"x"', "body"),
    (b'{"nip": "\xff\xfe", "tahun": 2024}', "body"),
    (b'{"nip": "\\ud800", "tahun": 2024}', "body"),
    (b"[" * 20_000, "body"),
    (b'{"nip": "198001012010011001"}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": "2024"}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": 2024.5}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": 1' + b"0" * 5000 + b"}", "body"),
    (b'{"nip": "198001012010011001", "tahun": 1' + b"0" * 50 + b"}", "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": 1e400}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": NaN}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": true}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": 2021}', "body.tahun"),
    (b'{"nip": "198001012010011001", "tahun": 2101}', "body.tahun"),
    (b'{"nip": 198001012010011001, "tahun": 2024}', "body.nip"),
    (b'{"nip": "19800101201001100", "tahun": 2024}', "body.nip"),
    (b'{"nip": "198013012010011001", "tahun": 2024}', "body.nip"),
    (b'{"nip": "198001012010011001\\u0000", "tahun": 2024}', "body.nip"),
    (b'{"nip": null, "tahun": 2024}', "body.nip"),
    (b'{"nip": "198001012010011001", "tahun": 2024, "tahunn": 1}', "body.tahunn"),
    (b'{"nip": "198001012010011001", "tahun": 2024, "198001012010011009": 1}', "body.1980**************"),
    (b'{"nip": "198001012010011001", "tahun": 2024, "instansi_id": "a\\u0000"}', "body.instansi_id"),
]


async def test_bentuk_badan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    await isian.pegawai(1)
    kepala = {**admin_a, "Content-Type": "application/json"}
    for isi, lokasi in BADAN_SALAH:
        jawaban = await klien.post("/v1/sinkro/skp", headers=kepala, content=isi)
        masalah = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")
        assert [g["lokasi"] for g in masalah["galat"]] == [lokasi], isi[:80]
        assert all(g["pesan"] for g in masalah["galat"])
        assert "19800101201001" not in jawaban.text
        assert "pydantic" not in jawaban.text
    assert await isian.jumlah("sinkro") == 0


async def test_jenis_media_dan_batas_badan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    isi = b'{"nip": "198001012010011001", "tahun": 2024}'
    for jenis in ("text/plain", "multipart/form-data; boundary=x", "application/json; charset=latin-1", ""):
        jawaban = await klien.post("/v1/sinkro/skp", headers={**admin_a, "Content-Type": jenis}, content=isi)
        periksa_masalah(jawaban, 415, "JENIS_MEDIA_TIDAK_DIDUKUNG")
    kepala = {**admin_a, "Content-Type": "application/json; charset=UTF-8"}
    pas = isi + b" " * (64 * 1024 - len(isi))
    periksa_masalah(await klien.post("/v1/sinkro/skp", headers=kepala, content=pas), 404, "PEGAWAI_TIDAK_TERDAFTAR")
    lebih = await klien.post("/v1/sinkro/skp", headers=kepala, content=pas + b" ")
    assert "64 KiB" in periksa_masalah(lebih, 413, "BADAN_TERLALU_BESAR")["detail"]
    terkirim = 0

    async def terpotong() -> AsyncIterator[bytes]:
        nonlocal terkirim
        for _ in range(1000):
            terkirim += 1
            yield b" " * 1024

    periksa_masalah(await klien.post("/v1/sinkro/skp", headers=kepala, content=terpotong()), 413, "BADAN_TERLALU_BESAR")
    besar = b'{"jenis": "SKP", "tahun": 2024, "nip": ["198001012010011001"]}' + b" " * (65 * 1024)
    assert (await klien.post("/v1/sinkro-massal", headers=kepala, content=besar)).status_code == 202
    dusta = {**kepala, "Content-Length": str(65 * 1024 * 1024)}
    periksa_masalah(await klien.post("/v1/sinkro-massal", headers=dusta, content=b"{}"), 413, "BADAN_TERLALU_BESAR")
    periksa_masalah(await klien.post("/v1/referensi/impor", headers=dusta, content=b"{}"), 413, "BADAN_TERLALU_BESAR")


async def test_rute_dan_metode_yang_tidak_ada(klien: AsyncClient, admin_a: dict[str, str]) -> None:
    periksa_masalah(await klien.get("/tidak-ada"), 404, "TIDAK_DITEMUKAN")
    periksa_masalah(await klien.get("/v1/log-sinkro/"), 404, "TIDAK_DITEMUKAN")
    jawaban = await klien.delete("/v1/log-sinkro", headers=admin_a)
    periksa_masalah(jawaban, 405, "METODE_TIDAK_DIIZINKAN")
    assert jawaban.headers["allow"] == "GET"
    periksa_masalah(await klien.get("/v1/temuan/TIDAK_ADA"), 404, "TIDAK_DITEMUKAN")


async def test_setiap_masalah_dan_temuan_berhalaman(klien: AsyncClient) -> None:
    for kode in (*MASALAH, *(k.value for k in KATALOG)):
        jawaban = await klien.get(f"/masalah/{kode}")
        assert jawaban.status_code == 200, kode
        assert jawaban.headers["content-type"].startswith("text/html")
        assert kode in jawaban.text
    periksa_masalah(await klien.get("/masalah/%3Cscript%3E"), 404, "TIDAK_DITEMUKAN")


async def test_katalog(klien: AsyncClient) -> None:
    data = (await klien.get("/v1/temuan")).json()["data"]
    KatalogOut.model_validate({"data": data})
    assert {d["kode"] for d in data} == {k.value for k in KATALOG}
    satu = (await klien.get("/v1/temuan/ATASAN_BELUM_ADA")).json()
    assert satu in data
    assert satu["langkah"]
    assert satu["berlaku_sejak"]


async def test_request_id(klien: AsyncClient) -> None:
    diambil = await klien.get("/healthz", headers={"X-Request-ID": "abc-~!123"})
    assert diambil.headers["x-request-id"] == "abc-~!123"
    for nilai in ("", "a b", "a" * 129, "é"):
        dibuat = await klien.get("/healthz", headers=[(b"X-Request-ID", nilai.encode())])
        assert len(dibuat.headers["x-request-id"]) == 32
    panjang = await klien.get("/healthz", headers={"X-Request-ID": "a" * 128})
    assert panjang.headers["x-request-id"] == "a" * 128
    aneh = await klien.get("/tidak-ada", headers={"X-Request-ID": '"/<>%'})
    assert aneh.json()["instance"] == "urn:sinkro:permintaan:%22%2F%3C%3E%25"


async def test_galat_internal_tidak_membuka_apa_pun(
    app: FastAPI, token: Token, capsys: pytest.CaptureFixture[str]
) -> None:
    rahasia = "Ni Luh 198001012010011001"

    @app.get("/uji-rusak")
    async def rusak() -> None:
        raise ValueError(rahasia)

    async with klien_untuk(app) as klien:
        jawaban = await klien.get("/uji-rusak")
    isi = periksa_masalah(jawaban, 500, "GALAT_INTERNAL")
    assert isi["galat_id"] in isi["detail"]
    assert "Luh" not in jawaban.text
    keluaran = capsys.readouterr()
    assert isi["galat_id"] in keluaran.err
    assert "builtins.ValueError" in keluaran.err
    assert "Luh" not in keluaran.err + keluaran.out


async def test_basis_data_hilang_menjadi_503(
    app: FastAPI, klien: AsyncClient, admin_a: dict[str, str], settings: Settings
) -> None:
    putus = settings.model_copy(update={"database_url": "postgresql+asyncpg://a:b@127.0.0.1:9/x"})
    konteks = await buka_konteks(putus)
    lama, app.state.konteks = app.state.konteks, konteks
    try:
        for jawaban in (
            await klien.get("/v1/log-sinkro", headers=admin_a),
            await klien.post("/v1/sinkro/skp", headers=admin_a, json={"nip": nip(1), "tahun": 2024}),
        ):
            periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA")
            assert int(jawaban.headers["retry-after"]) > 0
        siap = periksa_masalah(await klien.get("/readyz"), 503, "LAYANAN_TIDAK_TERSEDIA")
        assert siap["belum_siap"] == ["postgresql", "skema"]
        assert (await klien.get("/healthz")).status_code == 200
    finally:
        app.state.konteks = lama
        await konteks.tutup()


async def test_siap_dan_metrik(app: FastAPI, klien: AsyncClient) -> None:
    assert (await klien.get("/readyz")).json() == {"status": "SIAP", "postgresql": True, "redis": True, "skema": True}
    await klien.get("/v1/pegawai/198001012010011001")
    metrik = await klien.get("/metrics")
    assert 'route="/v1/pegawai/{nip}",status="401"' in metrik.text
    assert "198001012010011001" not in metrik.text
    periksa_masalah(await klien.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"}), 404, "TIDAK_DITEMUKAN")
    async with klien_untuk(app, alamat="10.0.0.7") as luar:
        periksa_masalah(await luar.get("/metrics"), 404, "TIDAK_DITEMUKAN")


async def test_tanpa_nip_dan_rahasia_di_catatan_log(
    klien: AsyncClient, isian: Isian, token: Token, capsys: pytest.CaptureFixture[str]
) -> None:
    satu = await isian.pegawai(1, nama="Ketut Rahasia")
    header = token("ADMIN_INSTANSI", instansi_id=A, sub=f"admin {nip(2)}")
    await klien.post("/v1/sinkro/skp", headers=header, json={"nip": satu, "tahun": 2024})
    await klien.get(f"/v1/pegawai/{satu}", headers=header)
    await klien.get("/v1/log-sinkro", headers=header, params={"nama": "Ketut Rahasia", "nip": satu})
    await klien.get(f"/v1/pegawai/{satu}")
    logging.getLogger("uvicorn.error").warning("jalur /v1/pegawai/%s", satu)
    keluaran = capsys.readouterr().err
    assert '"rute": "/v1/pegawai/{nip}"' in keluaran
    assert "jalur /v1/pegawai/1980**************" in keluaran
    for terlarang in (satu, nip(2), "Ketut", header["Authorization"].split()[1], "sandbox-rahasia"):
        assert terlarang not in keluaran


async def test_menolak_mulai_pada_skema_lain(settings: Settings, database_url_kosong: str) -> None:
    kosong = create_app(
        settings.model_copy(
            update={"database_url": database_url_kosong.replace("postgresql:", "postgresql+asyncpg:", 1)}
        )
    )
    with pytest.raises(Exception, match="sinkro migrasi"):
        async with kosong.router.lifespan_context(kosong):
            pass
    with pytest.raises(Exception, match="SINKRO_AUTH_ISSUER"):
        create_app(settings.model_copy(update={"data_dir": None}))


async def test_openapi_lengkap(klien: AsyncClient) -> None:
    dokumen = (await klien.get("/openapi.json")).json()
    assert dokumen["openapi"].startswith("3.1")
    assert (await klien.get("/docs")).status_code == 200
    operasi = [(j, m, o) for j, isi in dokumen["paths"].items() for m, o in isi.items()]
    assert len({o["operationId"] for _, _, o in operasi}) == len(operasi)
    for jalur, metode, satu in operasi:
        assert satu["tags"], jalur
        assert "security" in satu
        assert bool(satu["security"]) == (jalur not in RUTE_TERBUKA)
        assert {"500"} | ({"401", "403", "503"} if satu["security"] else set()) <= set(satu["responses"])
        berbadan = metode in ("post", "put") and not jalur.endswith(("/jeda", "/lanjut", "/batal"))
        assert ("requestBody" in satu) == berbadan, jalur
        for status, jawaban in satu["responses"].items():
            for media, isi in jawaban.get("content", {}).items():
                assert (media == "application/problem+json") == (int(status) >= 400), (jalur, status)
                assert isi["schema"], (jalur, status)
    teks = json.dumps(dokumen)
    for acuan in {a.split('"')[0] for a in teks.split("#/components/schemas/")[1:]}:
        assert acuan in dokumen["components"]["schemas"]
    assert "HTTPValidationError" not in teks


async def test_token_lokal_kedaluwarsa_dan_instansi_banyak(klien: AsyncClient, isian: Isian, token: Token) -> None:
    lama = token("ADMIN_BKN", berlaku=timedelta(seconds=-60))
    periksa_masalah(await klien.get(JALUR, headers=lama), 401, "TOKEN_KEDALUWARSA")
    isi = {"jenis": "SKP", "tahun": 2024, "semua": True}
    for header in (token("ADMIN_INSTANSI", instansi_id=[A, B]), token("SISTEM", scope="massal:tulis")):
        masalah = periksa_masalah(
            await klien.post("/v1/sinkro-massal", headers=header, json=isi), 422, "INSTANSI_WAJIB_DISEBUT"
        )
        assert masalah["galat"][0]["lokasi"] == "body.instansi_id"
        jawaban = await klien.post("/v1/sinkro-massal", headers=header, json={**isi, "instansi_id": B})
        assert jawaban.status_code == 202
        assert jawaban.json()["instansi_id"] == B
        periksa_masalah(
            await klien.post("/v1/sinkro-massal", headers=header, json={**isi, "instansi_id": "tidak-ada"}),
            404,
            "TIDAK_DITEMUKAN",
        )
