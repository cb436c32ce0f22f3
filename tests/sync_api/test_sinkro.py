"""Asking for a sync, previewing, reading one; people and SKP; bulk, padanan and import at the door."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from services.db.tables import SkpRow
from sync_api.prefer import detik_tunggu
from sync_api.v1.bulk_shapes import HalamanMassalOut, MassalLengkapOut
from sync_api.v1.padanan_unor import HalamanPadananOut
from sync_api.v1.pegawai_shapes import PegawaiOut, SkpOut
from sync_api.v1.sync_shapes import PratinjauOut, SinkroLengkapOut, SinkroOut
from tests.sync_api.conftest import UNIT_A, UNIT_B, A, B, Isian, Token, nip, periksa_masalah


def test_prefer_menurut_rfc_7240() -> None:
    assert detik_tunggu(["wait=5"]) == 5
    assert detik_tunggu(["respond-async, wait=10"]) == 10
    assert detik_tunggu(['foo="a, wait=3", WAIT = "7"']) == 7
    assert detik_tunggu(['foo="a\\", wait=3", wait=8']) == 8
    assert detik_tunggu(["return=minimal; wait=2, wait=4; y"]) == 4
    assert detik_tunggu(["return=minimal", "wait=1", "wait=9"]) == 1
    assert detik_tunggu([",, wait=30"]) == 30
    for salah in (
        "",
        "wait",
        "wait=0",
        "wait=31",
        "wait=-1",
        "wait=1.5",
        "wait=abc",
        "wait=٣",
        'x="wait=5',
        "wait=9" * 999,
    ):
        assert detik_tunggu([salah]) is None, salah
    assert detik_tunggu(["wait=99, wait=5"]) is None


async def test_minta_sinkro(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    isi = {"nip": satu, "tahun": 2024}
    for header, pemicu in (
        (token("PEGAWAI", nip=satu), "PEGAWAI"),
        (token("ADMIN_INSTANSI", instansi_id=A), "ADMIN"),
        (token("SISTEM", scope="sinkro:tulis"), "SISTEM"),
        (token("PEGAWAI", "ADMIN_INSTANSI", nip=satu, instansi_id=A), "PEGAWAI"),
    ):
        jawaban = await klien.post("/v1/sinkro/skp", headers=header, json=isi)
        assert jawaban.status_code == 202, jawaban.text
        badan = jawaban.json()
        SinkroOut.model_validate(badan)
        assert jawaban.headers["location"] == f"/v1/sinkro/{badan['id']}"
        assert "preference-applied" not in jawaban.headers
        assert (badan["status"], badan["pemicu"], badan["jenis"], badan["nip"]) == ("MENUNGGU", pemicu, "SKP", satu)
        assert badan["data_skp"] == []
        assert "penilaian" not in badan
        assert "ringkasan_final" not in badan
    assert await isian.jumlah("sinkro") == 1


async def test_prefer_wait(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    isi = {"nip": satu, "tahun": 2024}
    lewat = await klien.post("/v1/sinkro/skp", headers={**admin_a, "Prefer": "wait=1"}, json=isi)
    assert lewat.status_code == 202
    assert lewat.headers["preference-applied"] == "wait=1"
    assert lewat.headers["location"]

    async def selesaikan() -> None:
        await asyncio.sleep(0.2)
        async with isian.engine.begin() as conn:
            await conn.execute(text("UPDATE sinkro SET status = 'GAGAL', selesai_pada = now()"))

    jawaban, _ = await asyncio.gather(
        klien.post("/v1/sinkro/skp", headers={**admin_a, "Prefer": "wait=20"}, json=isi), selesaikan()
    )
    assert jawaban.status_code == 200
    assert jawaban.headers["preference-applied"] == "wait=20"
    assert jawaban.json()["status"] == "GAGAL"


async def test_pegawai_di_luar_jangkauan_sama_dengan_tidak_terdaftar(
    klien: AsyncClient, isian: Isian, token: Token
) -> None:
    milik_a, milik_b = await isian.pegawai(1), await isian.pegawai(2, instansi_id=B)
    kasus: list[tuple[dict[str, str], dict[str, Any]]] = [
        (token("ADMIN_INSTANSI", instansi_id=A), {"nip": milik_b}),
        (token("ADMIN_INSTANSI", instansi_id=A), {"nip": nip(7)}),
        (token("ADMIN_INSTANSI", instansi_id=[A, B]), {"nip": milik_b, "instansi_id": A}),
        (token("PEGAWAI", nip=milik_a), {"nip": milik_b}),
        (token("PEGAWAI", nip=milik_a, instansi_id=B), {"nip": milik_b}),
        (token("PEGAWAI", nip=milik_a, scope="sinkro:tulis sinkro:baca"), {"nip": milik_b}),
        (token("PEGAWAI", nip=milik_a), {"nip": milik_b, "instansi_id": A}),
        (token("PEGAWAI", "ADMIN_INSTANSI", nip=milik_a, instansi_id=[]), {"nip": milik_b}),
        (token("SISTEM", scope="sinkro:tulis sinkro:baca", instansi_id=A), {"nip": milik_b}),
    ]
    for header, isi in kasus:
        for jalur in ("/v1/sinkro/skp", "/v1/sinkro/skp/pratinjau"):
            jawaban = await klien.post(jalur, headers=header, json={"tahun": 2024, **isi})
            periksa_masalah(jawaban, 404, "PEGAWAI_TIDAK_TERDAFTAR")
        for jalur in (f"/v1/pegawai/{isi['nip']}", f"/v1/pegawai/{isi['nip']}/skp"):
            if "instansi_id" not in isi:
                periksa_masalah(await klien.get(jalur, headers=header), 404, "PEGAWAI_TIDAK_TERDAFTAR")
    asing = {"nip": milik_a, "tahun": 2024, "instansi_id": B}
    jawaban = await klien.post("/v1/sinkro/skp", headers=token("ADMIN_INSTANSI", instansi_id=A), json=asing)
    periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")
    assert await isian.jumlah("sinkro") == 0
    lintas = token("PEGAWAI", "ADMIN_INSTANSI", nip=milik_b, instansi_id=A)
    for satu in (milik_a, milik_b):
        jawaban = await klien.post("/v1/sinkro/skp", headers=lintas, json={"nip": satu, "tahun": 2024})
        assert jawaban.status_code == 202


async def test_pratinjau_tidak_menulis(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    header = token("PEGAWAI", nip=satu)
    jawaban = await klien.post("/v1/sinkro/skp/pratinjau", headers=header, json={"nip": satu, "tahun": 2024})
    assert jawaban.status_code == 200, jawaban.text
    isi = jawaban.json()
    PratinjauOut.model_validate(isi)
    assert "status" not in isi
    # Nobody listens at the PMM address of these tests: that is a finding, not an error.
    assert "PMM_TIDAK_TERJANGKAU" in {t["kode"] for t in isi["temuan"]}
    assert await isian.jumlah("sinkro") == 0


async def test_baca_sinkro_dengan_percobaan(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu, dua = await isian.pegawai(1), await isian.pegawai(2)
    asing = await isian.pegawai(3, instansi_id=B)
    sinkro = await isian.sinkro(satu, status="GAGAL", percobaan_ke=4)
    ringkasan = {"individu": {"rhk_masuk": 2, "indikator_masuk": 1}}
    data_skp = [{"skp_id": None, "ringkasan": ringkasan}, {"skp_id": None, "ringkasan": ringkasan}]
    for ke, oleh in enumerate((satu, f"admin {dua}", asing, "sistem-lain"), start=1):
        await isian.percobaan(sinkro, ke, oleh=oleh, tampilan={"data_skp": data_skp}, jawaban_mentah="mentah")
    samar = "1980" + "*" * 14

    async def pelaku(header: dict[str, str]) -> list[str]:
        isi = (await klien.get(f"/v1/sinkro/{sinkro}", headers=header)).json()
        assert [p["ke"] for p in isi["percobaan"]] == [4, 3, 2, 1]
        assert "jawaban_mentah" not in isi["percobaan"][0]
        assert isi["percobaan"][0]["ringkasan"] == {"individu": {"rhk_masuk": 4, "indikator_masuk": 2}}
        return [p["oleh"] for p in isi["percobaan"]]

    assert await pelaku(token("ADMIN_BKN")) == ["sistem-lain", asing, f"admin {dua}", satu]
    assert await pelaku(token("ADMIN_INSTANSI", instansi_id=A)) == ["sistem-lain", samar, f"admin {dua}", satu]
    assert await pelaku(token("PEGAWAI", nip=satu)) == ["sistem-lain", samar, f"admin {samar}", satu]
    for header in (token("PEGAWAI", nip=dua), token("ADMIN_INSTANSI", instansi_id=B)):
        periksa_masalah(await klien.get(f"/v1/sinkro/{sinkro}", headers=header), 404, "TIDAK_DITEMUKAN")
    for tidak_ada in (uuid4(), "skp", "%00", "1" * 300):
        jawaban = await klien.get(f"/v1/sinkro/{tidak_ada}", headers=token("ADMIN_BKN"))
        periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")


async def test_bagian_yang_bukan_milik_jenis_tidak_ada(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str]
) -> None:
    satu = await isian.pegawai(1)
    sinkro = await isian.sinkro(satu, jenis="PENILAIAN_PERIODIK")
    isi = (await klien.get(f"/v1/sinkro/{sinkro}", headers=admin_a)).json()
    SinkroLengkapOut.model_validate(isi)
    assert "data_skp" not in isi
    assert isi["percobaan"] == []


async def test_pegawai_dan_skp(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    skp_id = uuid4()
    dasar = {
        "instansi_id": A, "nip": satu, "pendekatan": "KUANTITATIF", "unit_kerja_id": UNIT_A, "jabatan": "Guru",
        "status_pegawai": "DEFINITIF", "jenis_pegawai": "PEGAWAI", "jenis_skp": "GURU_JAJF", "status": "PERSETUJUAN",
        "sumber": "EKINERJA",
    }  # fmt: skip
    await isian.tulis(
        SkpRow,
        {**dasar, "id": skp_id, "periode_awal": date(2024, 1, 1), "periode_akhir": date(2024, 12, 31)},
        {**dasar, "id": uuid4(), "periode_awal": date(2023, 1, 1), "periode_akhir": date(2023, 12, 31)},
    )
    for header in (token("PEGAWAI", nip=satu), token("ADMIN_INSTANSI", instansi_id=A), token("ADMIN_BKN")):
        orang = (await klien.get(f"/v1/pegawai/{satu}", headers=header)).json()
        PegawaiOut.model_validate(orang)
        assert (orang["nip"], orang["user_pmm"], orang["unit_kerja"]["id"]) == (satu, True, UNIT_A)
        assert len((await klien.get(f"/v1/pegawai/{satu}/skp", headers=header)).json()["data"]) == 2
        setahun = (await klien.get(f"/v1/pegawai/{satu}/skp?tahun=2024", headers=header)).json()["data"]
        assert [s["id"] for s in setahun] == [str(skp_id)]
        SkpOut.model_validate(setahun[0])
        assert (await klien.get(f"/v1/skp/{skp_id}", headers=header)).json() == setahun[0]
    lain = token("PEGAWAI", nip=await isian.pegawai(2))
    for header in (lain, token("ADMIN_INSTANSI", instansi_id=B)):
        periksa_masalah(await klien.get(f"/v1/skp/{skp_id}", headers=header), 404, "TIDAK_DITEMUKAN")
    salah = periksa_masalah(await klien.get("/v1/pegawai/123", headers=lain), 422, "PERMINTAAN_TIDAK_SAH")
    assert salah["galat"][0]["lokasi"] == "path.nip"
    salah = periksa_masalah(
        await klien.get(f"/v1/pegawai/{satu}/skp?tahum=2024", headers=lain), 422, "PERMINTAAN_TIDAK_SAH"
    )
    assert salah["galat"] == [{"lokasi": "query.tahum", "pesan": "tidak dikenal"}]


async def test_massal(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token) -> None:
    satu, asing = await isian.pegawai(1), await isian.pegawai(2, instansi_id=B)
    dasar: dict[str, Any] = {"jenis": "SKP", "tahun": 2024}
    jawaban = await klien.post("/v1/sinkro-massal", headers=admin_a, json={**dasar, "semua": True})
    assert jawaban.status_code == 202, jawaban.text
    isi = jawaban.json()
    assert (isi["jumlah"], isi["status"], isi["ditolak"], isi["jenis"]) == (1, "BERJALAN", [], ["SKP"])
    UUID(isi["id"])
    MassalLengkapOut.model_validate(isi)
    lokasi = jawaban.headers["location"]
    assert (await klien.get(lokasi, headers=admin_a)).json()["jumlah"] == 1
    daftar = (await klien.get("/v1/sinkro-massal", headers=admin_a)).json()
    assert [m["id"] for m in daftar["data"]] == [isi["id"]]
    HalamanMassalOut.model_validate(daftar)
    asal_b = token("ADMIN_INSTANSI", instansi_id=B)
    periksa_masalah(await klien.get(lokasi, headers=asal_b), 404, "TIDAK_DITEMUKAN")
    assert (await klien.get("/v1/sinkro-massal", headers=asal_b)).json()["data"] == []
    periksa_masalah(await klien.get("/v1/sinkro-massal?kursor=x", headers=admin_a), 422, "KURSOR_TIDAK_SAH")
    periksa_masalah(await klien.get(lokasi, headers=token("PEGAWAI", nip=satu)), 403, "SCOPE_TIDAK_CUKUP")
    campur = await klien.post("/v1/sinkro-massal", headers=admin_a, json={**dasar, "nip": [satu, asing]})
    assert campur.json()["ditolak"] == [{"nip": asing, "kode": "PEGAWAI_TIDAK_TERDAFTAR"}]
    sekian = await isian.jumlah("massal")
    for salah, tempat in (
        (dasar, "body"),
        ({**dasar, "semua": True, "nip": [satu]}, "body"),
        ({**dasar, "semua": False}, "body.semua"),
        ({**dasar, "nip": []}, "body.nip"),
        ({**dasar, "nip": [satu, "123"]}, "body.nip[1]"),
        ({**dasar, "saring": {}}, "body.saring"),
        ({**dasar, "saring": {"status": []}}, "body.saring"),
        ({**dasar, "saring": {"status": ["APA"]}}, "body.saring.status[0]"),
        ({**dasar, "saring": {"nama": "x"}}, "body.saring.nama"),
        ({**dasar, "semua": True, "jenis": []}, "body.jenis"),
        ({**dasar, "semua": True, "jenis": "SKP_ROTASI"}, "body.jenis"),
        ({**dasar, "semua": True, "jenis": ["SKP", "SKP_ROTASI"]}, "body.jenis"),
    ):
        masalah = periksa_masalah(
            await klien.post("/v1/sinkro-massal", headers=admin_a, json=salah), 422, "PERMINTAAN_TIDAK_SAH"
        )
        assert any(g["lokasi"].startswith(tempat) for g in masalah["galat"]), (salah, masalah["galat"])
    for saring in ({"unit_kerja_id": [UNIT_A, UNIT_B]}, {"unit_kerja_id": ["tidak-ada"]}):
        jawaban = await klien.post("/v1/sinkro-massal", headers=admin_a, json={**dasar, "saring": saring})
        periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")
    jawaban = await klien.post("/v1/sinkro-massal", headers=admin_a, json={**dasar, "semua": True, "instansi_id": B})
    periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")
    assert await isian.jumlah("massal") == sekian


async def test_padanan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token) -> None:
    isi = {"unit_kerja_id": UNIT_A.lower(), "status": "DIKONFIRMASI"}
    jawaban = await klien.put("/v1/padanan-unor/20512345", headers=admin_a, json=isi)
    assert jawaban.status_code == 200, jawaban.text
    assert jawaban.json()["unit_kerja"] == {"id": UNIT_A, "nama": "SD NEGERI AA"}
    daftar = (await klien.get("/v1/padanan-unor?status=DIKONFIRMASI&npsn=20512345", headers=admin_a)).json()
    assert [(p["npsn"], p["status"]) for p in daftar["data"]] == [("20512345", "DIKONFIRMASI")]
    assert daftar["kursor_berikutnya"] is None
    HalamanPadananOut.model_validate(daftar)
    asing = await klien.put("/v1/padanan-unor/20512345", headers=admin_a, json={**isi, "unit_kerja_id": UNIT_B})
    periksa_masalah(asing, 404, "TIDAK_DITEMUKAN")
    for jalur, salah in (
        ("123", isi),
        ("20512345", {**isi, "status": "USULAN"}),
        ("20512345", {**isi, "unit_kerja_id": "x"}),
    ):
        jawaban = await klien.put(f"/v1/padanan-unor/{jalur}", headers=admin_a, json=salah)
        periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")
    periksa_masalah(await klien.get("/v1/padanan-unor?kursor=x", headers=admin_a), 422, "KURSOR_TIDAK_SAH")
    baca = token("ADMIN_BKN")
    assert len((await klien.get("/v1/padanan-unor", headers=baca)).json()["data"]) == 1
    periksa_masalah(await klien.put("/v1/padanan-unor/20512345", headers=baca, json=isi), 403, "SCOPE_TIDAK_CUKUP")


async def test_impor(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], app: FastAPI) -> None:
    await isian.pegawai(1, user_pmm=False)
    jawaban = await klien.post("/v1/referensi/impor", headers=admin_a, json={"user_pmm": [{"nip": nip(1)}]})
    assert jawaban.status_code == 200, jawaban.text
    assert jawaban.json()["user_pmm"] == {"baru": 1, "diubah": 0}
    salah = {"user_pmm": [{"nip": nip(5)}, {"nip": "123"}]}
    masalah = periksa_masalah(
        await klien.post("/v1/referensi/impor", headers=admin_a, json=salah), 422, "IMPOR_DITOLAK"
    )
    assert all(g["lokasi"].startswith("body.user_pmm[") for g in masalah["galat"])
    asing = {"instansi": [{"id": B, "nama": "B", "zona_waktu": "Asia/Jakarta"}]}
    periksa_masalah(await klien.post("/v1/referensi/impor", headers=admin_a, json=asing), 404, "TIDAK_DITEMUKAN")
    kepala = {**admin_a, "Content-Type": "application/json"}
    for isi in (b"", b"{", b"[" * 100_000, b"\xff"):
        jawaban = await klien.post("/v1/referensi/impor", headers=kepala, content=isi)
        periksa_masalah(jawaban, 422, "IMPOR_DITOLAK")
