"""Fault switches: their form, and what each does to a real HTTP call."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from pmm_client.sandbox.contoh import Contoh
from pmm_client.sandbox.galat import Efek, PapanGalat, urai_galat
from pmm_client.sandbox.kendali import aturan_dari_json
from pmm_client.sandbox.server import SandboxPMM
from tests.pmm_client.sandbox.conftest import Pemanggil, kredensial


def test_bentuk_lengkap() -> None:
    aturan = urai_galat("skp:status=429:retry-after=3:peluang=0.25:kali=4:selama=10:tunda=200:nip=" + "1" * 18)
    assert (aturan.titik, aturan.efek, aturan.status, aturan.retry_after) == ("skp", Efek.STATUS, 429, 3)
    assert (aturan.peluang, aturan.kali, aturan.selama, aturan.tunda) == (0.25, 4, 10.0, 0.2)
    assert aturan.nip == {"1" * 18}
    badai = urai_galat("*:badai=5:retry-tanggal=2")
    assert (badai.status, badai.selama, badai.retry_after, badai.retry_tanggal) == (429, 5.0, 2, True)
    assert urai_galat("skp:pesan=Data: tidak ada").pesan == "Data: tidak ada"
    assert urai_galat("*:tunda=50").efek is Efek.TUNDA
    assert urai_galat("*:mati=60").selama == 60.0


@pytest.mark.parametrize(
    ("teks", "sebab"),
    [
        ("apa:status=503", "titik 'apa' tidak dikenal"),
        ("skp:statu=503", "kunci 'statu' tidak dikenal"),
        ("skp:status=lima", "status='lima' bukan angka"),
        ("skp:status=99", "harus antara 200 dan 599"),
        ("skp:status=503:reset", "hanya satu akibat"),
        ("skp", "galat tanpa akibat"),
        ("skp:reset:peluang=2", "peluang=2 harus antara 0 dan 1"),
        ("skp:reset:kali=1.5", "kali=1.5 harus bilangan bulat"),
        ("skp:badan=xml", "badan='xml' tidak dikenal"),
        ("skp:reset:nip=123", "NIP yang bukan 18 angka"),
        ("skp:reset:reset", "diberi dua kali"),
    ],
)
def test_bentuk_salah(teks: str, sebab: str) -> None:
    with pytest.raises(ValueError) as galat:
        urai_galat(teks)
    assert sebab in str(galat.value)
    assert teks in str(galat.value)


def test_json_sama_dengan_baris_perintah() -> None:
    dari_json = aturan_dari_json({"titik": "skp", "status": 503, "peluang": 0.5, "nip": ["1" * 18, "2" * 18]})
    assert dari_json == urai_galat(f"skp:status=503:peluang=0.5:nip={'1' * 18},{'2' * 18}")
    assert aturan_dari_json({"titik": "*", "reset": True}) == urai_galat("*:reset")
    with pytest.raises(ValueError, match="harus teks"):
        aturan_dari_json({"titik": "*", "status": {}})


def test_peluang_berbenih_dan_hitungan() -> None:
    def jejak(benih: int) -> list[bool]:
        papan = PapanGalat(benih)
        papan.pasang(urai_galat("skp:reset:peluang=0.3"), 0.0)
        return [papan.pilih("skp", None, 0.0) is not None for _ in range(1000)]

    assert jejak(1) == jejak(1) != jejak(2)
    assert 230 <= sum(jejak(1)) <= 370


def test_kali_selama_titik_dan_nip() -> None:
    papan = PapanGalat()
    papan.pasang(urai_galat(f"skp:status=500:kali=2:nip={'1' * 18}"), 0.0)
    ident = papan.pasang(urai_galat("pengguna:status=502:selama=10"), 100.0)
    assert papan.pilih("skp", "2" * 18, 0.0) is None
    assert [papan.pilih("skp", "1" * 18, 0.0) is not None for _ in range(3)] == [True, True, False]
    assert papan.pilih("pengguna", None, 109.9) is not None
    assert papan.pilih("pengguna", None, 110.0) is None
    assert not papan.cabut(ident)
    assert papan.ke_json(111.0) == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 404, 418])
async def test_status(panggil: Pemanggil, nip_berhasil: str, status: int) -> None:
    await panggil.pasang(f"skp:status={status}:kali=1")
    jalur = f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026"
    assert (await panggil.get(jalur)).status_code == status
    assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 200
    assert (await panggil.get(jalur)).status_code == 200


async def test_429_dengan_detik_dan_tanggal(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.pasang("pengguna:status=429:retry-after=7:kali=1")
    await panggil.pasang("pengguna:badai=60:retry-tanggal=30")
    jalur = f"/v1/pengguna/{nip_berhasil}"
    assert (await panggil.get(jalur)).headers["retry-after"] == "7"
    badai = await panggil.get(jalur)
    assert badai.status_code == 429
    jeda = parsedate_to_datetime(badai.headers["retry-after"]).timestamp() - time.time()
    assert 25 < jeda <= 30


async def test_badai_berlalu(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.pasang("pengguna:badai=0.3")
    assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 429
    batas = time.monotonic() + 5
    while (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 429:
        assert time.monotonic() < batas
    assert (await panggil.http.get("/sandbox/galat")).json() == {"data": []}


async def test_reset_memutus_tanpa_jawaban(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.pasang("skp:reset:kali=1")
    with pytest.raises(ConnectionResetError):
        await panggil.mentah(f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026")


async def test_separuh_jawaban(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.pasang("skp:separuh:kali=1")
    kepala, _, badan = (await panggil.mentah(f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026")).partition(b"\r\n\r\n")
    dijanjikan = int(kepala.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert dijanjikan > 4000
    assert len(badan) == dijanjikan // 2


async def test_mati_semua_titik_kecuali_kendali(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.token()
    await panggil.pasang("*:mati=60")
    with pytest.raises(httpx.TransportError):
        await panggil.http.post("/oauth/token", data=kredensial())
    with pytest.raises(httpx.TransportError):
        await panggil.http.get(f"/v1/pengguna/{nip_berhasil}")
    assert (await panggil.http.delete("/sandbox/galat")).status_code == 200
    assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 200


async def test_badan_rusak(panggil: Pemanggil, nip_berhasil: str) -> None:
    jalur = f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026"
    await panggil.pasang("skp:badan=html:kali=1")
    html = await panggil.get(jalur)
    assert (html.status_code, html.headers["content-type"][:9]) == (200, "text/html")
    await panggil.pasang("skp:badan=json-rusak:kali=1")
    with pytest.raises(ValueError):
        (await panggil.get(jalur)).json()
    await panggil.pasang("skp:badan=skema:kali=1")
    assert (await panggil.get(jalur)).json()["data"] == [{"id": 17, "versi": "satu"}]
    await panggil.pasang("skp:badan=kosong:kali=1")
    assert (await panggil.get(jalur)).content == b""


async def test_besar(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.pasang("skp:besar:kali=1")
    jawaban = await panggil.get(f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026")
    assert len(jawaban.content) == 2 * 1024 * 1024
    assert jawaban.json()["status"] == "sukses"


async def test_gagal_dengan_dan_tanpa_kode(panggil: Pemanggil, nip_berhasil: str) -> None:
    jalur = f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026"
    await panggil.pasang("skp:gagal=KODE_ASING:kali=1")
    jawaban = await panggil.get(jalur)
    assert (jawaban.status_code, jawaban.json()["kode"], jawaban.json()["pesan"]) == (200, "KODE_ASING", None)
    await panggil.pasang("skp:kali=1:pesan=Error: 200 Data SKP pegawai tidak ditemukan")
    jawaban = await panggil.get(jalur)
    assert jawaban.json()["kode"] is None
    assert jawaban.json()["pesan"] == "Error: 200 Data SKP pegawai tidak ditemukan"


async def test_tunda(panggil: Pemanggil, nip_berhasil: str) -> None:
    await panggil.token()
    await panggil.pasang("pengguna:tunda=150:kali=1")
    mulai = time.monotonic()
    jawaban = await panggil.get(f"/v1/pengguna/{nip_berhasil}")
    assert time.monotonic() - mulai >= 0.15
    assert jawaban.json()["status"] == "sukses"


async def test_token_kedaluwarsa_seketika(panggil: Pemanggil, nip_berhasil: str) -> None:
    jalur = f"/v1/pengguna/{nip_berhasil}"
    assert (await panggil.get(jalur)).status_code == 200
    await panggil.pasang("pengguna:kedaluwarsa:kali=1")
    assert (await panggil.get(jalur)).status_code == 401
    assert (await panggil.get(jalur)).status_code == 401
    baru = await panggil.token()
    assert (await panggil.http.get(jalur, headers={"Authorization": f"Bearer {baru}"})).status_code == 200


async def test_kredensial_ditolak(panggil: Pemanggil) -> None:
    await panggil.pasang("token:tolak:kali=2")
    for harap in (401, 401, 200):
        assert (await panggil.http.post("/oauth/token", data=kredensial())).status_code == harap


def test_galat_dari_awal_yang_salah_ditolak(contoh_300: Contoh) -> None:
    with pytest.raises(ValueError, match="tidak dikenal"):
        SandboxPMM(contoh_300, galat=["apa:reset"])
