"""The routes of periods: shapes, refusals with every fault, tenants and scopes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from sync_api.v1.periode_shapes import HalamanPeriodeOut, PemeriksaanOut, PeriodeOut, SusunPeriodeOut
from tests.services.periode_bernilai import nilai, tulis_skp
from tests.sync_api.conftest import UNIT_A, A, B, Isian, Token, periksa_masalah

JALUR = "/v1/periode"
ISI: dict[str, Any] = {
    "nama": "Triwulan I",
    "jenis": "PERIODIK",
    "tipe_periodik": "TRIWULANAN",
    "angka_periodik": 1,
    "periode_awal": "01-01",
    "periode_akhir": "03-31",
    "batas_pengisian": "04-10",
    "tahun": 2024,
}


async def buat(klien: AsyncClient, kepala: dict[str, str], **lain: Any) -> dict[str, Any]:
    jawaban = await klien.post(JALUR, headers=kepala, json=ISI | lain)
    assert jawaban.status_code == 201, jawaban.text
    hasil: dict[str, Any] = jawaban.json()
    return hasil


async def beri_nilai(isian: Isian, periode_id: str) -> None:
    satu = await isian.pegawai(1)
    async with isian.engine.begin() as conn:
        skp_id = await tulis_skp(conn, instansi_id=A, nip=satu, unit_kerja_id=UNIT_A, tahun=2024)
        await nilai(conn, skp_id, periode_id, instansi_id=A, tahun=2024)


async def test_daur_hidup_satu_periode(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    dibuat = await klien.post(JALUR, headers=admin_a, json=ISI | {"nama": "  Triwulan \t I "})
    assert dibuat.status_code == 201
    satu = dibuat.json()
    assert satu == {"id": satu["id"], "instansi_id": A, **ISI}
    assert dibuat.headers["location"] == f"{JALUR}/{satu['id']}"
    PeriodeOut.model_validate(satu)
    alamat = dibuat.headers["location"]
    assert (await klien.get(alamat, headers=admin_a)).json() == satu
    # What GET gave may be sent back.
    ubahan = satu | {"batas_pengisian": "04-20", "tahun": None}
    assert (await klien.put(alamat, headers=admin_a, json=ubahan)).json() == ubahan
    halaman = (await klien.get(JALUR, headers=admin_a)).json()
    HalamanPeriodeOut.model_validate(halaman)
    assert halaman == {"data": [ubahan], "kursor_berikutnya": None}
    hapus = await klien.delete(alamat, headers=admin_a)
    assert (hapus.status_code, hapus.content) == (204, b"")
    periksa_masalah(await klien.get(alamat, headers=admin_a), 404, "TIDAK_DITEMUKAN")
    periksa_masalah(await klien.delete(alamat, headers=admin_a), 404, "TIDAK_DITEMUKAN")


SALAH: list[tuple[dict[str, Any], set[str]]] = [
    ({"nama": " "}, {"nama"}),
    ({"nama": "x" * 201}, {"nama"}),
    ({"nama": "a\0b"}, {"nama"}),
    ({"periode_awal": "02-30"}, {"periode_awal"}),
    ({"periode_awal": "1-1", "batas_pengisian": "31-12"}, {"periode_awal", "batas_pengisian"}),
    ({"periode_awal": "04-01"}, {"periode_akhir"}),
    ({"angka_periodik": 5}, {"angka_periodik"}),
    ({"angka_periodik": 0}, {"angka_periodik"}),
    ({"angka_periodik": 1.0}, {"angka_periodik"}),
    ({"tipe_periodik": "BULANAN", "angka_periodik": 13}, {"angka_periodik"}),
    ({"jenis": "FINAL"}, {"tipe_periodik", "angka_periodik"}),
    ({"tahun": 1999}, {"tahun"}),
    ({"tahun": True}, {"tahun"}),
    ({"id": "x"}, {"id"}),
    ({"instansi_id": "a\0"}, {"instansi_id"}),
    ({"instansi_id": ""}, {"instansi_id"}),
    ({"warna": "biru", "tahun": "2024", "nama": None, "periode_awal": "12-31", "angka_periodik": 5},
     {"warna", "tahun", "nama", "periode_akhir", "angka_periodik"}),
]  # fmt: skip


async def test_semua_kesalahan_isi_sekaligus(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    for ubahan, lokasi in SALAH:
        jawaban = await klien.post(JALUR, headers=admin_a, json=ISI | ubahan)
        galat = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")["galat"]
        assert sorted(g["lokasi"] for g in galat) == sorted(f"body.{nama}" for nama in lokasi), ubahan
        assert all(g["pesan"] for g in galat)
    kosong = periksa_masalah(await klien.post(JALUR, headers=admin_a, json={}), 422, "PERMINTAAN_TIDAK_SAH")["galat"]
    wajib = {"nama", "jenis", "periode_awal", "periode_akhir", "batas_pengisian"}
    assert {g["lokasi"] for g in kosong} == {f"body.{nama}" for nama in wajib}
    kepala = admin_a | {"Content-Type": "application/json"}
    for mentah in (b"", b"{", b"[]", b'"x"', b"[" * 20_000, b'{"nama": "\xff"}', b'{"nama": "\\ud800"}'):
        jawaban = await klien.post(JALUR, headers=kepala, content=mentah)
        galat = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")["galat"]
        assert [g["lokasi"] for g in galat] == ["body"], mentah[:20]
    samar = await klien.post(JALUR, headers=admin_a, json=ISI | {"198001012010011009": 1})
    assert "19800101201001" not in samar.text
    assert await isian.jumlah("periode") == 0
    isi: dict[str, Any]
    for isi in ({}, {"tipe": "MINGGUAN", "tahun": 2024}, {"tipe": "BULANAN", "tahun": 2101, "x": 1}):
        jawaban = await klien.post(f"{JALUR}/susun", headers=admin_a, json=isi)
        periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")


async def test_id_pada_isi_harus_id_pada_alamat(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await buat(klien, admin_a)
    jawaban = await klien.put(f"{JALUR}/{satu['id']}", headers=admin_a, json=ISI | {"id": str(uuid4())})
    assert periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")["galat"][0]["lokasi"] == "body.id"


async def test_kembar_dan_bernilai(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await buat(klien, admin_a)
    periksa_masalah(await klien.post(JALUR, headers=admin_a, json=ISI), 409, "PERIODE_SUDAH_ADA")
    kembar = await buat(klien, admin_a, nama="Lain")
    alamat = f"{JALUR}/{satu['id']}"
    periksa_masalah(await klien.put(f"{JALUR}/{kembar['id']}", headers=admin_a, json=ISI), 409, "PERIODE_SUDAH_ADA")
    await beri_nilai(isian, satu["id"])
    ditolak = periksa_masalah(
        await klien.put(alamat, headers=admin_a, json=ISI | {"tahun": 2025, "periode_akhir": "03-30"}),
        409,
        "PERIODE_BERPENILAIAN",
    )
    assert (ditolak["bidang"], ditolak["jumlah_penilaian"]) == (["periode_akhir", "tahun"], 1)
    assert "periode_akhir, tahun" in ditolak["detail"]
    periksa_masalah(await klien.delete(alamat, headers=admin_a), 409, "PERIODE_BERPENILAIAN")
    boleh = ISI | {"nama": "Baru", "tipe_periodik": "BULANAN", "angka_periodik": 9, "batas_pengisian": "12-01"}
    assert (await klien.put(alamat, headers=admin_a, json=boleh)).status_code == 200


async def test_pemeriksaan_dan_susun(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    await buat(klien, admin_a)
    await buat(klien, admin_a, nama="Kembar")
    rusak = (await klien.get(f"{JALUR}/pemeriksaan?tahun=2024", headers=admin_a)).json()
    PemeriksaanOut.model_validate(rusak)
    assert (rusak["dapat_sinkro"], rusak["tipe_periodik"]) == (False, "TRIWULANAN")
    assert rusak["temuan"][0]["pesan"] == "Terdapat angka periodik yang duplikat di periode"
    assert rusak["temuan"][0]["langkah"][0].endswith(f"untuk {A}.")
    assert rusak["periode"][0]["batas_pengisian"] == "2024-04-10"
    assert rusak["periode_final"] == []
    isi = {"tipe": "TRIWULANAN", "tahun": 2024}
    susun = await klien.post(f"{JALUR}/susun", headers=admin_a, json=isi)
    assert susun.status_code == 200
    hasil = susun.json()
    SusunPeriodeOut.model_validate(hasil)
    assert (hasil["dibuat"], hasil["diubah"], hasil["dihapus"], len(hasil["data"])) == (4, 0, 1, 5)
    beres = (await klien.get(f"{JALUR}/pemeriksaan?tahun=2024", headers=admin_a)).json()
    assert (beres["dapat_sinkro"], beres["temuan"], len(beres["periode"])) == (True, [], 4)
    assert [(p["nama"], p["batas_pengisian"]) for p in beres["periode_final"]] == [("Tahun 2024", "2025-01-31")]
    halaman = (await klien.get(f"{JALUR}?tahun=2024&jenis=PERIODIK&jumlah_baris=3", headers=admin_a)).json()
    assert [p["nama"] for p in halaman["data"]] == ["Triwulan I", "Triwulan II", "Triwulan III"]
    sisa = await klien.get(JALUR, params={"kursor": halaman["kursor_berikutnya"]}, headers=admin_a)
    assert [p["nama"] for p in sisa.json()["data"]] == ["Triwulan IV", "Tahun 2024"]
    periksa_masalah(await klien.get(f"{JALUR}?kursor=x", headers=admin_a), 422, "KURSOR_TIDAK_SAH")
    periksa_masalah(await klien.get(f"{JALUR}/pemeriksaan", headers=admin_a), 422, "PERMINTAAN_TIDAK_SAH")
    await beri_nilai(isian, hasil["data"][0]["id"])
    ditolak = await klien.post(f"{JALUR}/susun", headers=admin_a, json=isi | {"tipe": "BULANAN"})
    masalah = periksa_masalah(ditolak, 409, "PERIODE_TIDAK_DAPAT_DISUSUN")
    assert '"Triwulan I" (01-01 s.d. 03-31, 1 penilaian)' in masalah["detail"]
    assert [p["id"] for p in masalah["penghalang"]] == [hasil["data"][0]["id"]]


async def test_penyewa_dan_scope(
    klien: AsyncClient, isian: Isian, token: Token, admin_a: dict[str, str], app: FastAPI
) -> None:
    satu = await buat(klien, admin_a)
    alamat = f"{JALUR}/{satu['id']}"
    admin_b = token("ADMIN_INSTANSI", instansi_id=B)
    for jawaban in (
        await klien.get(alamat, headers=admin_b),
        await klien.put(alamat, headers=admin_b, json=ISI),
        await klien.delete(alamat, headers=admin_b),
        await klien.put(alamat, headers=admin_a, json=ISI | {"instansi_id": B}),
        await klien.post(JALUR, headers=admin_b, json=ISI | {"instansi_id": A}),
        await klien.post(f"{JALUR}/susun", headers=admin_b, json={"tipe": "BULANAN", "tahun": 2024, "instansi_id": A}),
        await klien.get(f"{JALUR}?instansi_id={A}", headers=admin_b),
        await klien.get(f"{JALUR}/pemeriksaan?tahun=2024&instansi_id={A}", headers=admin_b),
        await klien.get(f"{JALUR}/bukan-id", headers=admin_a),
        await klien.post(JALUR, headers=token("ADMIN_INSTANSI", instansi_id="tidak-ada"), json=ISI),
    ):
        periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")
    assert (await klien.get(JALUR, headers=admin_b)).json()["data"] == []
    bkn = token("ADMIN_BKN")
    assert len((await klien.get(JALUR, headers=bkn)).json()["data"]) == 1
    periksa_masalah(await klien.get(f"{JALUR}/pemeriksaan?tahun=2024", headers=bkn), 422, "INSTANSI_WAJIB_DISEBUT")
    assert (await klien.get(f"{JALUR}/pemeriksaan?tahun=2024&instansi_id={A}", headers=bkn)).status_code == 200
    pembaca = token("SISTEM", scope="periode:baca", instansi_id=A)
    assert (await klien.get(alamat, headers=pembaca)).json() == satu
    for kepala in (bkn, pembaca):
        for jawaban in (
            await klien.post(JALUR, headers=kepala, json=ISI),
            await klien.post(f"{JALUR}/susun", headers=kepala, json={"tipe": "BULANAN", "tahun": 2024}),
            await klien.put(alamat, headers=kepala, json=ISI),
            await klien.delete(alamat, headers=kepala),
        ):
            periksa_masalah(jawaban, 403, "SCOPE_TIDAK_CUKUP")
    pegawai = token("PEGAWAI", nip=await isian.pegawai(2))
    periksa_masalah(await klien.get(JALUR, headers=pegawai), 403, "SCOPE_TIDAK_CUKUP")
    assert await isian.jumlah("periode") == 1
    badan = app.openapi()["paths"][JALUR]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert badan == {"$ref": "#/components/schemas/PeriodeIn"}


@pytest.mark.parametrize("alamat", [JALUR, f"{JALUR}/susun"])
async def test_satu_token_banyak_instansi(klien: AsyncClient, isian: Isian, token: Token, alamat: str) -> None:
    kepala = token("ADMIN_INSTANSI", instansi_id=[A, B])
    isi = ISI if alamat == JALUR else {"tipe": "BULANAN", "tahun": 2024}
    periksa_masalah(await klien.post(alamat, headers=kepala, json=isi), 422, "INSTANSI_WAJIB_DISEBUT")
    jawaban = await klien.post(alamat, headers=kepala, json=isi | {"instansi_id": B})
    assert jawaban.is_success
    assert jawaban.json()["instansi_id"] == B
