"""Bad input over real HTTP: one clear problem each, nothing added to the log table, nothing betrayed in any output."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.identitas.penerbit_lokal import jwks_lokal, terbitkan_token
from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SekolahUji, periksa_masalah
from tests.support.dunia_nyata import TAHUN
from tests.support.layanan_nyata import LayananNyata

JALUR = "/v1/sinkro/skp"
TANDA = "xyzzy"
# The name of an unknown field is told, so that the caller finds it; never a number that could be a NIP.
RUAS, RUAS_NIP = "ruas_asing", "199001012015011777"


@pytest.fixture(scope="session")
async def _ingatan() -> dict[str, SekolahUji]:
    return {}


@pytest.fixture
async def sekolah(_ingatan: dict[str, SekolahUji], buat_sekolah: BuatSekolah) -> SekolahUji:
    """One school for all of this file."""
    if "satu" not in _ingatan:
        _ingatan["satu"] = await buat_sekolah(1)
    return _ingatan["satu"]


@pytest.fixture(autouse=True)
async def _log_tetap(layanan: LayananNyata, sekolah: SekolahUji) -> AsyncIterator[None]:
    """What is refused leaves no row: not in the log, not in the audit, not in the reference."""
    tabel = ("massal", "audit", "instansi", "unit_kerja", "pegawai", "user_pmm")
    hitung = " UNION ALL ".join(
        [f"SELECT '{t}' AS tabel, count(*) AS baris FROM {t}" for t in tabel]
        # PMM's change feed queues agreed SKPs by itself, whoever is refused meanwhile.
        + [f"SELECT '{t}', count(*) FROM {t} WHERE pemicu <> 'PELEPASAN'" for t in ("sinkro", "percobaan")]
    )
    sebelum = await layanan.sql(hitung)
    yield
    assert await layanan.sql(hitung) == sebelum


def _badan(**lain: Any) -> dict[str, Any]:
    return {"nip": "199001012015011012", "tahun": TAHUN} | lain


@pytest.mark.parametrize(
    "isi",
    [
        json.dumps(_badan(nip="199013012015011012")),
        json.dumps(_badan(nip="19900101201501101")),
        json.dumps(_badan(nip="19900101201501101٢")),
        json.dumps(_badan(nip=199001012015011012)),
        json.dumps(_badan(nip=None)),
        json.dumps(_badan(nip=["199001012015011012"])),
        json.dumps(_badan(nip=f"{TANDA}\0{TANDA}")),
        json.dumps(_badan(nip="\ud800" * 18)),
        json.dumps(_badan(tahun=1899)),
        json.dumps(_badan(tahun=10**30)),
        json.dumps(_badan(tahun="2026a")),
        json.dumps(_badan(tahun=2026.5)),
        json.dumps(_badan(tahun=True)),
        json.dumps(_badan(instansi_id="\0")),
        json.dumps(_badan(instansi_id="\ud83d")),
        json.dumps(_badan(**{RUAS: TANDA})),
        json.dumps(_badan(**{f"{RUAS}\0": TANDA})),
        json.dumps(_badan(**{RUAS_NIP: TANDA})),
        json.dumps([_badan()]),
        json.dumps({}),
        "null",
        "",
        '{"nip": ',
        '{"nip": "199001012015011012", "tahun": NaN}',
        '{"nip": "\\ud800"}',
        "[" * 60_000,
        f'{{"{TANDA}": {"9" * 5000}}}',
    ],
    ids=lambda isi: isi[:24],
)
async def test_badan_buruk(sekolah: SekolahUji, isi: str) -> None:
    kepala = sekolah.sistem | {"Content-Type": "application/json"}
    jawaban = await sekolah.klien.post(JALUR, content=isi.encode(), headers=kepala)
    periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH", tanpa=(TANDA, "19900101"))
    assert jawaban.json()["galat"]


async def test_bita_yang_bukan_utf8(sekolah: SekolahUji) -> None:
    kepala = sekolah.sistem | {"Content-Type": "application/json"}
    for isi in (b'{"nip": "\xff\xfe"}', b"\x00\x01\x02", b'\xef\xbb\xbf{"nip": 1}', b'{"nip": "\xed\xa0\x80"}'):
        jawaban = await sekolah.klien.post(JALUR, content=isi, headers=kepala)
        periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")


async def test_badan_melebihi_batas(sekolah: SekolahUji) -> None:
    kepala = sekolah.sistem | {"Content-Type": "application/json"}
    jawaban = await sekolah.klien.post(JALUR, content=b" " * (64 * 1024 + 1), headers=kepala)
    periksa_masalah(jawaban, 413, "BADAN_TERLALU_BESAR")

    async def potongan() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    jawaban = await sekolah.klien.post(JALUR, content=potongan(), headers=kepala)
    periksa_masalah(jawaban, 413, "BADAN_TERLALU_BESAR")


async def test_panjang_yang_dijanjikan_saja_sudah_ditolak(layanan: LayananNyata, sekolah: SekolahUji) -> None:
    """Nobody has to send a gigabyte to hear that it is too much."""
    for jalur, status in ((JALUR, b"413"), ("/v1/referensi/impor", b"413")):
        baca, tulis = await asyncio.open_connection("127.0.0.1", layanan.porta)
        kepala = f"POST {jalur} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n"
        tulis.write(f"{kepala}Authorization: {sekolah.sistem['Authorization']}\r\n\r\n".encode())
        baris = await asyncio.wait_for(baca.readline(), 5)
        assert baris.split()[1] == status
        tulis.close()


async def test_permintaan_yang_putus_di_tengah(layanan: LayananNyata, sekolah: SekolahUji) -> None:
    """A body that never arrives whole asks for nothing; the service goes on."""
    for _ in range(3):
        _, tulis = await asyncio.open_connection("127.0.0.1", layanan.porta)
        kepala = f"POST {JALUR} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"
        tulis.write(f'{kepala}Authorization: {sekolah.sistem["Authorization"]}\r\n\r\n{{"nip": "1990'.encode())
        await tulis.drain()
        tulis.transport.abort()
    assert (await sekolah.klien.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "tipe", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""]
)
async def test_jenis_media_lain(sekolah: SekolahUji, tipe: str) -> None:
    kepala = sekolah.sistem | ({"Content-Type": tipe} if tipe else {})
    isi = json.dumps(_badan(nip=sekolah.ks)).encode()
    jawaban = await sekolah.klien.post(JALUR, content=isi, headers=kepala)
    periksa_masalah(jawaban, 415, "JENIS_MEDIA_TIDAK_DIDUKUNG")


async def test_alamat_dan_metode_lain(sekolah: SekolahUji) -> None:
    for jalur in (
        "/v1/tidak-ada",
        "/",
        "/v1/sinkro/skp/",
        "/v1/sinkro/" + TANDA,
        "/v1/sinkro/%00",
        "/v1/temuan/" + TANDA,
    ):
        jawaban = await sekolah.klien.get(jalur, headers=sekolah.sistem)
        assert jawaban.status_code in {404, 405}, (jalur, jawaban.status_code)
        periksa_masalah(jawaban, jawaban.status_code, jawaban.json()["kode"], tanpa=(TANDA,))
    jawaban = await sekolah.klien.delete("/v1/log-sinkro", headers=sekolah.sistem)
    periksa_masalah(jawaban, 405, "METODE_TIDAK_DIIZINKAN")
    assert jawaban.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "kueri",
    [
        "kursor=" + TANDA,
        "kursor=%00",
        "jumlah_baris=0",
        "jumlah_baris=201",
        "jumlah_baris=" + "9" * 400,
        "tahun=" + TANDA,
        "status=" + TANDA,
        "kode=" + TANDA,
        "nip=%00",
        "nama=%00",
        "nama=%ff%fe",
        "unit_kerja_id=%00",
        f"{RUAS}={TANDA}",
        f"{RUAS_NIP}={TANDA}",
    ],
)
async def test_kueri_buruk(sekolah: SekolahUji, kueri: str) -> None:
    jawaban = await sekolah.klien.get(f"/v1/log-sinkro?{kueri}", headers=sekolah.sistem)
    if kueri == "nama=%ff%fe":
        # Bytes that are no UTF-8 are read as the replacement character: a name nobody has.
        assert (jawaban.status_code, jawaban.json()["data"]) == (200, [])
        return
    assert jawaban.status_code == 422, (kueri, jawaban.status_code, jawaban.text)
    periksa_masalah(jawaban, 422, jawaban.json()["kode"], tanpa=(TANDA, RUAS_NIP))


async def test_instansi_lain_tidak_ditemukan(sekolah: SekolahUji, layanan: LayananNyata) -> None:
    asing = layanan.token("ADMIN_INSTANSI", instansi_id="kab-lain")
    isi = {"nip": sekolah.ks, "tahun": TAHUN}
    for jalur in (JALUR, f"{JALUR}/pratinjau"):
        jawaban = await sekolah.klien.post(jalur, json=isi, headers=asing)
        periksa_masalah(jawaban, 404, "PEGAWAI_TIDAK_TERDAFTAR", tanpa=(sekolah.ks, "Orang"))
    for jalur in (f"/v1/log-sinkro?instansi_id={sekolah.instansi}", f"/v1/pegawai/{sekolah.ks}"):
        jawaban = await sekolah.klien.get(jalur, headers=asing)
        assert jawaban.status_code == 404, (jalur, jawaban.text)
        periksa_masalah(jawaban, 404, jawaban.json()["kode"], tanpa=(sekolah.ks, sekolah.instansi))
    muatan = {"pegawai": [{"nip": sekolah.ks, "nama": TANDA, "instansi_id": sekolah.instansi, "jabatan": "x"}]}
    jawaban = await sekolah.klien.post("/v1/referensi/impor", json=muatan, headers=asing)
    assert jawaban.status_code in {404, 422}, jawaban.text
    massal = {"jenis": "SKP", "tahun": TAHUN, "semua": True, "instansi_id": sekolah.instansi}
    periksa_masalah(await sekolah.klien.post("/v1/sinkro-massal", json=massal, headers=asing), 404, "TIDAK_DITEMUKAN")


async def test_scope_kurang(sekolah: SekolahUji, layanan: LayananNyata) -> None:
    isi = {"nip": sekolah.ks, "tahun": TAHUN}
    hanya_baca = layanan.token("SISTEM", scope="sinkro:baca")
    periksa_masalah(await sekolah.klien.post(JALUR, json=isi, headers=hanya_baca), 403, "SCOPE_TIDAK_CUKUP")
    pegawai = layanan.token("PEGAWAI", nip=sekolah.ks)
    jawaban = await sekolah.klien.post("/v1/referensi/impor", json={}, headers=pegawai)
    periksa_masalah(jawaban, 403, "SCOPE_TIDAK_CUKUP")
    assert 'error="insufficient_scope"' in jawaban.headers["www-authenticate"]
    tak_dikenal = layanan.token("RAJA", scope="sinkro:tulis")
    periksa_masalah(await sekolah.klien.post(JALUR, json=isi, headers=tak_dikenal), 403, "SCOPE_TIDAK_CUKUP")


def _b64(isi: bytes) -> str:
    return base64.urlsafe_b64encode(isi).rstrip(b"=").decode()


def _rakit(kepala: dict[str, Any], klaim: str, kunci: bytes | None) -> str:
    depan = f"{_b64(json.dumps(kepala).encode())}.{klaim}"
    tanda = _b64(hmac.new(kunci, depan.encode(), hashlib.sha256).digest()) if kunci is not None else ""
    return f"{depan}.{tanda}"


async def test_token_palsu(sekolah: SekolahUji, layanan: LayananNyata, tmp_path: Path) -> None:
    sah = sekolah.sistem["Authorization"].removeprefix("Bearer ")
    klaim = sah.split(".")[1]
    (kunci,) = jwks_lokal(layanan.data_dir)["keys"]
    publik = [
        json.dumps(kunci).encode(),
        base64.urlsafe_b64decode(kunci["x"] + "=="),
        kunci["x"].encode(),
    ]
    peran: dict[str, Any] = {"peran": ["SISTEM"], "scope": "sinkro:tulis"}
    asing = terbitkan_token(tmp_path, **peran)
    palsu = {
        "kunci asing": asing,
        "kunci asing, kid kita": ".".join(
            [_b64(json.dumps({"alg": "ES256", "kid": kunci["kid"]}).encode()), *asing.split(".")[1:]]
        ),
        "alg none": _rakit({"alg": "none"}, klaim, None),
        "alg none, kid": _rakit({"alg": "None", "kid": kunci["kid"]}, klaim, None),
        "tanda tangan dibuang": sah.rpartition(".")[0] + ".",
        "klaim diganti": ".".join([sah.split(".")[0], _b64(b'{"peran": ["ADMIN_BKN"]}'), sah.split(".")[2]]),
        "audiens lain": terbitkan_token(layanan.data_dir, audiens="lain", **peran),
        "sub kosong": terbitkan_token(layanan.data_dir, sub="", **peran),
        "nip salah": terbitkan_token(layanan.data_dir, nip="123", **peran),
        "raksasa": "a" * 9000 + ".b.c",
        "bukan token": TANDA,
        "titik": "..",
    }
    palsu |= {f"HS256 {n}": _rakit({"alg": "HS256", "kid": kunci["kid"]}, klaim, isi) for n, isi in enumerate(publik)}
    for nama, token in palsu.items():
        jawaban = await sekolah.klien.post(
            JALUR, json={"nip": sekolah.ks, "tahun": TAHUN}, headers={"Authorization": f"Bearer {token}"}
        )
        assert jawaban.status_code == 401, nama
        periksa_masalah(jawaban, 401, "TOKEN_TIDAK_SAH", tanpa=(token,))
        assert jawaban.headers["www-authenticate"].startswith("Bearer ")
    lewat = layanan.token("SISTEM", scope="sinkro:tulis", berlaku=timedelta(minutes=-5))
    jawaban = await sekolah.klien.post(JALUR, json=_badan(nip=sekolah.ks), headers=lewat)
    periksa_masalah(jawaban, 401, "TOKEN_KEDALUWARSA")
    for kepala in ({}, {"Authorization": ""}, {"Authorization": "Basic YTpi"}, {"Authorization": sah}):
        jawaban = await sekolah.klien.post(JALUR, json=_badan(nip=sekolah.ks), headers=kepala)
        assert jawaban.status_code == 401, kepala
        periksa_masalah(jawaban, 401, jawaban.json()["kode"])


async def test_impor_buruk_ditolak_seluruhnya(sekolah: SekolahUji) -> None:
    baik = {"id": "kab-baru", "nama": "Pemerintah Kab. Baru", "zona_waktu": "Asia/Jakarta"}
    for buruk in (
        {"instansi": [baik, {"id": "x", "nama": "\0", "zona_waktu": "Asia/Jakarta"}]},
        {"instansi": [baik, {"id": "x", "nama": "\ud800", "zona_waktu": "Asia/Jakarta"}]},
        {"instansi": [baik, {"id": "x", "nama": "x", "zona_waktu": TANDA}]},
        {"instansi": [baik, baik | {RUAS: TANDA}]},
        {"instansi": [baik, baik | {RUAS_NIP: TANDA}]},
        {"instansi": [baik], "pegawai": [{"nip": "123"}]},
        {"instansi": [baik], RUAS: [TANDA]},
        {"instansi": [baik], RUAS_NIP: [TANDA]},
        {"instansi": [baik], "user_pmm": [{"nip": "199001012015011999"}]},
        {"instansi": baik},
    ):
        isi = json.dumps(buruk).encode()
        kepala = sekolah.sistem | {"Content-Type": "application/json"}
        jawaban = await sekolah.klien.post("/v1/referensi/impor", content=isi, headers=kepala)
        assert jawaban.status_code == 422, (buruk, jawaban.text)
        periksa_masalah(jawaban, 422, jawaban.json()["kode"], tanpa=(TANDA, RUAS_NIP, "199001012015011999"))


async def test_banyak_sekaligus_tetap_rapi(sekolah: SekolahUji) -> None:
    """Two hundred bad requests at once: two hundred problems, none of them a fault of ours."""
    jawaban: list[httpx.Response] = await asyncio.gather(
        *(sekolah.klien.post(JALUR, json={"nip": "1" * (n % 30)}, headers=sekolah.sistem) for n in range(200))
    )
    assert {j.status_code for j in jawaban} == {422}


async def test_tidak_ada_yang_bocor(layanan: LayananNyata, sekolah: SekolahUji) -> None:
    assert layanan.bocoran() == []
