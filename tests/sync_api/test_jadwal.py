"""Schedules over HTTP: shapes, tenants, scopes, and what a wrong cron or zone is answered with."""

from __future__ import annotations

from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from tests.sync_api.conftest import UNIT_A, UNIT_B, A, B, Isian, Token

Kepala = dict[str, str]
ISI: dict[str, Any] = {
    "nama": "Malam",
    "jenis": "SKP",
    "tahun": 2024,
    "semua": True,
    "cron": "0 1 * * *",
    "aktif": True,
}


async def test_life_of_a_schedule(klien: AsyncClient, isian: Isian, admin_a: Kepala) -> None:
    jawaban = await klien.post("/v1/jadwal", headers=admin_a, json=ISI | {"jenis": ["SKP", "SKP_PLT"]})
    assert jawaban.status_code == 201
    jadwal = jawaban.json()
    assert jawaban.headers["location"] == f"/v1/jadwal/{jadwal['id']}"
    assert (jadwal["jenis"], jadwal["zona_waktu"], jadwal["semua"], jadwal["saring"]) == (
        ["SKP_PLT", "SKP"],
        "Asia/Jakarta",
        True,
        None,
    )
    assert jadwal["berikutnya_pada"].endswith("T18:00:00+00:00")
    assert [jadwal[n] for n in ("terakhir_pada", "massal_terakhir_id", "terlewati_pada")] == [None] * 3
    alamat = jawaban.headers["location"]
    assert (await klien.get(alamat, headers=admin_a)).json() == jadwal
    saring = {"status": ["GAGAL"], "unit_kerja_id": [UNIT_A]}
    ubahan = {k: v for k, v in ISI.items() if k != "semua"} | {
        "saring": saring,
        "aktif": False,
        "cron": " 30  2 * * 1 ",
    }
    jawaban = await klien.put(alamat, headers=admin_a, json=ubahan | {"zona_waktu": "Asia/Jayapura"})
    assert jawaban.status_code == 200
    kini = jawaban.json()
    assert (kini["saring"], kini["semua"], kini["cron"], kini["zona_waktu"]) == (
        saring,
        None,
        "30 2 * * 1",
        "Asia/Jayapura",
    )
    assert (kini["aktif"], kini["berikutnya_pada"], kini["id"]) == (False, None, jadwal["id"])
    hapus = await klien.delete(alamat, headers=admin_a)
    assert (hapus.status_code, hapus.content) == (204, b"")
    for panggil in (klien.get(alamat, headers=admin_a), klien.delete(alamat, headers=admin_a)):
        assert (await panggil).status_code == 404
    async with isian.engine.connect() as conn:
        audit = (await conn.execute(text("SELECT tindakan, oleh FROM audit ORDER BY id"))).all()
    assert [tuple(a) for a in audit] == [(f"{t}_JADWAL", "admin-a") for t in ("BUAT", "UBAH", "HAPUS")]


SALAH: list[tuple[dict[str, Any], str]] = [
    ({"cron": "0 0 30 2 *"}, "body.cron"),
    ({"cron": "* * * * *"}, "body.cron"),
    ({"cron": "0 1 * * * *"}, "body.cron"),
    ({"cron": "x" * 101}, "body.cron"),
    ({"zona_waktu": "Asia/Mataram"}, "body.zona_waktu"),
    ({"jenis": "SKP_ROTASI"}, "body.jenis"),
    ({"jenis": []}, "body.jenis"),
    ({"saring": {"status": ["GAGAL"]}}, "body"),
    ({"semua": None}, "body"),
    ({"semua": None, "saring": {}}, "body.saring"),
    ({"semua": None, "saring": {"kode": []}}, "body.saring"),
    ({"semua": False}, "body.semua"),
    ({"tahun": None}, "body.tahun"),
    ({"nama": ""}, "body.nama"),
    ({"nip": ["198001012010011001"]}, "body.nip"),
    ({"aktif": "ya"}, "body.aktif"),
]


async def test_wrong_shape(klien: AsyncClient, isian: Isian, admin_a: Kepala) -> None:
    for ubah, lokasi in SALAH:
        jawaban = await klien.post("/v1/jadwal", headers=admin_a, json=ISI | ubah)
        assert jawaban.status_code == 422, ubah
        assert any(g["lokasi"].startswith(lokasi) for g in jawaban.json()["galat"]), (ubah, jawaban.json()["galat"])
    assert await isian.jumlah("jadwal") == 0


async def test_cron_and_zone_are_both_named(klien: AsyncClient, isian: Isian, admin_a: Kepala) -> None:
    jawaban = await klien.post("/v1/jadwal", headers=admin_a, json=ISI | {"cron": "salah", "zona_waktu": "WIB"})
    assert [g["lokasi"] for g in jawaban.json()["galat"]] == ["body.cron", "body.zona_waktu"]


async def test_replacing_must_say_whether_it_is_active(klien: AsyncClient, isian: Isian, admin_a: Kepala) -> None:
    tanpa = {k: v for k, v in ISI.items() if k != "aktif"}
    jawaban = await klien.post("/v1/jadwal", headers=admin_a, json=tanpa)
    assert jawaban.json()["aktif"] is True
    assert (await klien.put(jawaban.headers["location"], headers=admin_a, json=tanpa)).status_code == 422


async def test_foreign_schedules_and_units_are_not_found(
    klien: AsyncClient, isian: Isian, admin_a: Kepala, token: Token
) -> None:
    admin_b = token("ADMIN_INSTANSI", instansi_id=B, sub="admin-b")
    milik_b = (await klien.post("/v1/jadwal", headers=admin_b, json=ISI)).headers["location"]
    for metode, isi in (("GET", None), ("PUT", ISI), ("DELETE", None)):
        assert (await klien.request(metode, milik_b, headers=admin_a, json=isi)).status_code == 404
    assert (await klien.post("/v1/jadwal", headers=admin_a, json=ISI | {"instansi_id": B})).status_code == 404
    lain = {k: v for k, v in ISI.items() if k != "semua"} | {"saring": {"unit_kerja_id": [UNIT_B]}}
    assert (await klien.post("/v1/jadwal", headers=admin_a, json=lain)).status_code == 404
    assert (await klien.get("/v1/jadwal", headers=admin_a)).json() == {"data": [], "kursor_berikutnya": None}
    assert len((await klien.get("/v1/jadwal", headers=admin_b)).json()["data"]) == 1
    assert (await klien.get(milik_b, headers=admin_b)).status_code == 200


async def test_scopes(klien: AsyncClient, isian: Isian, token: Token) -> None:
    baca = token("SISTEM", instansi_id=A, scope="jadwal:baca", sub="dasbor")
    tulis = token("SISTEM", instansi_id=A, scope="jadwal:tulis", sub="penjadwal")
    pegawai = token("PEGAWAI", nip="198001012010011001", sub="p")
    assert (await klien.get("/v1/jadwal", headers=baca)).status_code == 200
    assert (await klien.post("/v1/jadwal", headers=baca, json=ISI)).status_code == 403
    assert (await klien.post("/v1/jadwal", headers=tulis, json=ISI)).status_code == 201
    assert (await klien.get("/v1/jadwal", headers=pegawai)).status_code == 403


async def test_pages(klien: AsyncClient, isian: Isian, admin_a: Kepala) -> None:
    for nomor in range(5):
        await klien.post("/v1/jadwal", headers=admin_a, json=ISI | {"nama": str(nomor)})
    nama, kursor = [], ""
    while True:
        halaman = (await klien.get(f"/v1/jadwal?jumlah_baris=2{kursor}", headers=admin_a)).json()
        nama += [j["nama"] for j in halaman["data"]]
        if halaman["kursor_berikutnya"] is None:
            break
        kursor = f"&kursor={halaman['kursor_berikutnya']}"
    assert nama == ["4", "3", "2", "1", "0"]
    assert (await klien.get("/v1/jadwal?kursor=x", headers=admin_a)).status_code == 422
