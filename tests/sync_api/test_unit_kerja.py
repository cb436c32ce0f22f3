"""Manajemen Unit Kerja and pimpinan at the door: shapes, scopes, tenants, problems."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from httpx import AsyncClient

from services.db.tables import UnitKerjaRow
from sync_api.v1.unit_kerja_shapes import HalamanPimpinanOut, HalamanUnitKerjaOut, PimpinanOut, UnitKerjaOut
from tests.sync_api.conftest import UNIT_A, UNIT_B, A, B, Isian, Token, nip, periksa_masalah

ANAK = "C" * 32
JALUR = f"/v1/unit-kerja/{UNIT_A}"


async def test_unit_dibaca_dan_diubah(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    await isian.tulis(UnitKerjaRow, {"id": ANAK, "instansi_id": A, "nama": "SD KECIL", "induk_id": UNIT_A})
    isi = (await klien.get(JALUR.lower(), headers=admin_a)).json()
    UnitKerjaOut.model_validate(isi)
    # What was read can be sent back, and changes nothing.
    jawaban = await klien.put(JALUR, headers=admin_a, json=isi)
    assert (jawaban.status_code, jawaban.json()) == (200, isi)
    assert await isian.jumlah("audit") == 0
    ubahan = {"nama": "SD NEGERI MELATI", "aktif": False, "npsn": "1010101a", "eselon": "22", "mandiri": True}
    jawaban = await klien.put(JALUR, headers=admin_a, json=ubahan)
    assert jawaban.json() == isi | ubahan | {"npsn": "1010101A"}
    assert (await klien.get(JALUR, headers=admin_a)).json() == jawaban.json()
    jawaban = await klien.put(JALUR, headers=admin_a, json={"npsn": None, "eselon": None})
    assert (jawaban.json()["npsn"], jawaban.json()["eselon"], jawaban.json()["nama"]) == (None, None, ubahan["nama"])
    masalah = periksa_masalah(
        await klien.put(JALUR, headers=admin_a, json={"induk_id": ANAK}), 422, "PERMINTAAN_TIDAK_SAH"
    )
    assert masalah["galat"] == [{"lokasi": "body.induk_id", "pesan": "pohon unit kerja akan membentuk lingkaran"}]
    daftar = (await klien.get("/v1/unit-kerja", headers=admin_a, params={"nama": "kecil"})).json()
    HalamanUnitKerjaOut.model_validate(daftar)
    assert [u["id"] for u in daftar["data"]] == [ANAK]
    daftar = (await klien.get("/v1/unit-kerja", headers=admin_a, params={"aktif": "false"})).json()
    assert [u["id"] for u in daftar["data"]] == [UNIT_A]


async def test_semua_galat_sekaligus(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    unit: dict[str, Any] = {
        "nama": None, "aktif": None, "mandiri": "ya", "npsn": "123", "induk_id": "x", "eselon": "", "warna": 1,
    }  # fmt: skip
    pimpinan: dict[str, Any] = {"nip": "1", "jenis": "CAMAT", "mulai": "2024-02-30", "selesai": 5, "warna": 1}
    for metode, alamat, isi in (
        ("PUT", JALUR, unit),
        ("POST", f"{JALUR}/pimpinan", pimpinan),
        ("PUT", f"/v1/pimpinan/{uuid4()}", pimpinan | {"mulai": None}),
    ):
        masalah = periksa_masalah(
            await klien.request(metode, alamat, headers=admin_a, json=isi), 422, "PERMINTAAN_TIDAK_SAH"
        )
        assert {g["lokasi"] for g in masalah["galat"]} == {f"body.{kolom}" for kolom in isi}
    masalah = periksa_masalah(await klien.put(JALUR, headers=admin_a, json={"id": ANAK}), 422, "PERMINTAAN_TIDAK_SAH")
    assert masalah["galat"][0]["lokasi"] == "body.id"


async def test_pimpinan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    ks, guru = await isian.pegawai(1), await isian.pegawai(2)
    isi = {"nip": ks, "jenis": "DEFINITIF", "mulai": "2023-01-01"}
    jawaban = await klien.post(f"{JALUR}/pimpinan", headers=admin_a, json=isi)
    assert jawaban.status_code == 201, jawaban.text
    satu = PimpinanOut.model_validate(jawaban.json())
    assert (satu.nip, satu.nama, satu.unit_kerja_id, satu.selesai, satu.berlaku) == (
        ks, "Guru Uji 1", UNIT_A, None, True,
    )  # fmt: skip
    assert jawaban.headers["location"] == f"/v1/pimpinan/{satu.id}"
    alamat = jawaban.headers["location"]
    periksa_masalah(await klien.post(f"{JALUR}/pimpinan", headers=admin_a, json=isi), 409, "PIMPINAN_SUDAH_ADA")
    lain = {"nip": guru, "jenis": "DEFINITIF", "mulai": "2024-07-01"}
    periksa_masalah(
        await klien.post(f"{JALUR}/pimpinan", headers=admin_a, json=lain), 409, "PIMPINAN_DEFINITIF_SUDAH_ADA"
    )
    masalah = periksa_masalah(
        await klien.put(alamat, headers=admin_a, json={"selesai": "2022-12-31"}), 422, "PERMINTAAN_TIDAK_SAH"
    )
    assert masalah["galat"] == [{"lokasi": "body.selesai", "pesan": "mendahului mulai"}]
    jawaban = await klien.put(alamat, headers=admin_a, json={"selesai": "2024-06-30"})
    assert (jawaban.json()["selesai"], jawaban.json()["berlaku"]) == ("2024-06-30", False)
    assert (await klien.post(f"{JALUR}/pimpinan", headers=admin_a, json=lain)).status_code == 201
    daftar = (await klien.get(f"{JALUR}/pimpinan", headers=admin_a)).json()
    HalamanPimpinanOut.model_validate(daftar)
    assert [p["nip"] for p in daftar["data"]] == [guru, ks]
    assert (await klien.delete(alamat, headers=admin_a)).status_code == 204
    for jawaban in (
        await klien.delete(alamat, headers=admin_a),
        await klien.put(alamat, headers=admin_a, json={"selesai": None}),
        await klien.delete("/v1/pimpinan/bukan-id", headers=admin_a),
    ):
        periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")


async def test_scope_dan_instansi(klien: AsyncClient, isian: Isian, token: Token, admin_a: dict[str, str]) -> None:
    milik_b = await isian.pegawai(1, instansi_id=B)
    admin_b = token("ADMIN_INSTANSI", instansi_id=B)
    isi = {"nip": milik_b, "jenis": "PLT", "mulai": "2024-01-01"}
    catatan = (await klien.post(f"/v1/unit-kerja/{UNIT_B}/pimpinan", headers=admin_b, json=isi)).json()
    asing = (
        ("GET", f"/v1/unit-kerja/{UNIT_B}", None),
        ("GET", f"/v1/unit-kerja/{UNIT_B}/pimpinan", None),
        ("PUT", f"/v1/unit-kerja/{UNIT_B}", {"nama": "X"}),
        ("PUT", JALUR, {"induk_id": UNIT_B}),
        ("PUT", JALUR, {"nama": "X", "instansi_id": B}),
        ("POST", f"/v1/unit-kerja/{UNIT_B}/pimpinan", isi),
        ("PUT", f"/v1/pimpinan/{catatan['id']}", {"selesai": "2024-02-01"}),
        ("DELETE", f"/v1/pimpinan/{catatan['id']}", None),
        ("GET", "/v1/unit-kerja/bukan-id", None),
        ("GET", f"/v1/unit-kerja?instansi_id={B}", None),
    )
    for metode, alamat, badan in asing:
        jawaban = await klien.request(metode, alamat, headers=admin_a, json=badan)
        periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")
    for orang in (milik_b, nip(9)):
        jawaban = await klien.post(f"{JALUR}/pimpinan", headers=admin_a, json=isi | {"nip": orang})
        periksa_masalah(jawaban, 404, "PEGAWAI_TIDAK_TERDAFTAR")
    assert [u["id"] for u in (await klien.get("/v1/unit-kerja", headers=admin_a)).json()["data"]] == [UNIT_A]
    baca, tulis = token("SISTEM", scope="unit-kerja:baca"), token("SISTEM", scope="unit-kerja:tulis")
    for metode, alamat, badan in asing[:8]:
        header = tulis if metode == "GET" else baca
        periksa_masalah(await klien.request(metode, alamat, headers=header, json=badan), 403, "SCOPE_TIDAK_CUKUP")
    assert len((await klien.get("/v1/unit-kerja", headers=baca)).json()["data"]) == 2
    assert (await klien.get(f"/v1/unit-kerja/{UNIT_B}/pimpinan", headers=admin_b)).json()["data"] == [catatan]
