"""Manajemen User PMM at the door: shapes, scopes, tenants, refusals, the download."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.galat import urai_galat
from pmm_client.sandbox.server import SandboxPMM
from services.settings import Settings
from sync_api.v1.user_pmm_shapes import (
    NIP_TERBANYAK,
    DaftarAlasanOut,
    DaftarHasilTambahOut,
    HalamanUserPMMOut,
    UserPMMOut,
)
from tests.sync_api.conftest import A, B, Isian, Token, nip, periksa_masalah

JALUR = "/v1/user-pmm"


@pytest.fixture
async def pmm() -> AsyncIterator[SandboxPMM]:
    async with SandboxPMM(buat_contoh(0)) as satu:
        yield satu


@pytest.fixture
def settings(settings: Settings, pmm: SandboxPMM) -> Settings:
    """Of a process whose PMM is there."""
    return settings.model_copy(update={"pmm_url": pmm.url, "nama_sumber": "Ruang GTK"})


def kenalkan(pmm: SandboxPMM, *daftar: str, terdaftar: bool = True) -> None:
    for satu in daftar:
        isi = {
            "nip": satu, "nama": "Guru Uji", "jenis": "GURU", "terdaftar": terdaftar,
            "satuan_pendidikan": {"npsn": "10000001", "nama": "SD"}, "unor": {"id": None, "nama": "SD"},
        }  # fmt: skip
        pmm.layanan.keadaan.ubah_pengguna(satu, isi)


def galat(pmm: SandboxPMM, aturan: str) -> None:
    pmm.layanan.papan.pasang(urai_galat(aturan), pmm.layanan.detik())


async def test_menambah_satu(klien: AsyncClient, isian: Isian, pmm: SandboxPMM, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1, user_pmm=False)
    periksa_masalah(await klien.post(JALUR, headers=admin_a, json={"nip": satu}), 409, "NIP_TIDAK_DIKENAL_PMM")
    kenalkan(pmm, satu)
    jawaban = await klien.post(JALUR, headers=admin_a, json={"nip": satu})
    assert jawaban.status_code == 201, jawaban.text
    baris = UserPMMOut.model_validate(jawaban.json())
    assert (baris.nip, baris.nama, baris.instansi_id, baris.ditambahkan_oleh) == (satu, "Guru Uji 1", A, "admin-a")
    assert baris.ditambahkan_pada.tzinfo is not None
    masalah = periksa_masalah(await klien.post(JALUR, headers=admin_a, json={"nip": satu}), 409, "SUDAH_USER_PMM")
    assert masalah["detail"] == "Pegawai sudah terdaftar sebagai user Ruang GTK"
    assert masalah["temuan"]["kode"] == "SUDAH_USER_PMM"
    daftar = (await klien.get(JALUR, headers=admin_a)).json()
    HalamanUserPMMOut.model_validate(daftar)
    assert daftar["data"] == [jawaban.json()]


async def test_menambah_daftar(klien: AsyncClient, isian: Isian, pmm: SandboxPMM, admin_a: dict[str, str]) -> None:
    lama, satu, dua = await isian.pegawai(1), *[await isian.pegawai(n, user_pmm=False) for n in (2, 3)]
    asing = await isian.pegawai(4, instansi_id=B, user_pmm=False)
    kenalkan(pmm, satu, asing)
    jawaban = await klien.post(JALUR, headers=admin_a, json={"nip": [dua, satu, lama, asing, nip(9)]})
    assert jawaban.status_code == 200, jawaban.text
    isi = jawaban.json()
    DaftarHasilTambahOut.model_validate(isi)
    assert [(h["nip"], h["hasil"], h["kode"]) for h in isi["data"]] == [
        (dua, "DITOLAK", "NIP_TIDAK_DIKENAL_PMM"),
        (satu, "DITAMBAHKAN", None),
        (lama, "DITOLAK", "SUDAH_USER_PMM"),
        (asing, "DITOLAK", "PEGAWAI_TIDAK_TERDAFTAR"),
        (nip(9), "DITOLAK", "PEGAWAI_TIDAK_TERDAFTAR"),
    ]
    assert isi["data"][0]["pesan"] == "NIP tidak terdaftar di Ruang GTK"
    assert (isi["ditambahkan"], isi["ditolak"]) == (1, 4)
    # A list of one is still a list.
    assert (await klien.post(JALUR, headers=admin_a, json={"nip": [satu]})).status_code == 200


@pytest.mark.parametrize(
    ("aturan", "kode", "tunggu"),
    [("*:mati=60", "PMM_TIDAK_TERJANGKAU", 1), ("pengguna:status=429:retry-after=9", "PMM_MEMBATASI", 8)],
)
async def test_pmm_mati(
    klien: AsyncClient,
    isian: Isian,
    pmm: SandboxPMM,
    admin_a: dict[str, str],
    aturan: str,
    kode: str,
    tunggu: int,
) -> None:
    """Nothing changes, and the answer says when to try again; a 429 holds the calls after it too."""
    lama, baru = await isian.pegawai(1), await isian.pegawai(2, user_pmm=False)
    galat(pmm, aturan)
    for panggilan in (
        klien.post(JALUR, headers=admin_a, json={"nip": baru}),
        klien.post(JALUR, headers=admin_a, json={"nip": [baru, lama]}),
        klien.delete(f"{JALUR}/{lama}", headers=admin_a, params={"alasan": "BUKAN_GURU"}),
    ):
        jawaban = await panggilan
        periksa_masalah(jawaban, 503, kode)
        assert int(jawaban.headers["retry-after"]) >= tunggu
    assert [b["nip"] for b in (await klien.get(JALUR, headers=admin_a)).json()["data"]] == [lama]


async def test_bentuk_permintaan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    for isi, lokasi in (
        ({"nip": "123"}, ["body.nip"]),
        ({"nip": [satu, "123", 5]}, ["body.nip[1]", "body.nip[2]"]),
        ({"nip": []}, ["body.nip"]),
        ({"nip": 5}, ["body.nip"]),
        ({}, ["body.nip"]),
        ({"nip": satu, "nama": "x"}, ["body.nama"]),
    ):
        masalah = periksa_masalah(await klien.post(JALUR, headers=admin_a, json=isi), 422, "PERMINTAAN_TIDAK_SAH")
        assert [g["lokasi"] for g in masalah["galat"]] == lokasi, isi
    for jumlah, status, kode in (
        (NIP_TERBANYAK + 1, 422, "PERMINTAAN_TIDAK_SAH"),
        (NIP_TERBANYAK * 2, 413, "BADAN_TERLALU_BESAR"),
    ):
        badan = json.dumps({"nip": [satu] * jumlah}, separators=(",", ":"))
        header = admin_a | {"Content-Type": "application/json"}
        periksa_masalah(await klien.post(JALUR, headers=header, content=badan), status, kode)
    for kueri in ({"nip": "12a"}, {"nama": ""}, {"jumlah_baris": "201"}, {"halaman": "1"}):
        periksa_masalah(await klien.get(JALUR, headers=admin_a, params=kueri), 422, "PERMINTAAN_TIDAK_SAH")
    periksa_masalah(await klien.get(JALUR, headers=admin_a, params={"kursor": "x"}), 422, "KURSOR_TIDAK_SAH")


async def test_menghapus(klien: AsyncClient, isian: Isian, pmm: SandboxPMM, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    sinkro = await isian.sinkro(satu)
    kenalkan(pmm, satu)
    alamat = f"{JALUR}/{satu}"
    for kueri in ({}, {"alasan": ""}, {"alasan": "MALAS"}):
        masalah = periksa_masalah(
            await klien.delete(alamat, headers=admin_a, params=kueri), 422, "PERMINTAAN_TIDAK_SAH"
        )
        assert masalah["galat"][0]["lokasi"] == "query.alasan"
    jawaban = await klien.delete(alamat, headers=admin_a, params={"alasan": "BUKAN_GURU"})
    masalah = periksa_masalah(jawaban, 409, "MASIH_TERDAFTAR_DI_PMM")
    assert masalah["detail"].startswith("Gagal menghapus pengguna Ruang GTK dikarenakan pegawai masih terdaftar")
    kenalkan(pmm, satu, terdaftar=False)
    jawaban = await klien.delete(alamat, headers=admin_a, params={"alasan": "BUKAN_GURU"})
    assert (jawaban.status_code, jawaban.content) == (204, b"")
    periksa_masalah(
        await klien.delete(alamat, headers=admin_a, params={"alasan": "BUKAN_GURU"}), 404, "TIDAK_DITEMUKAN"
    )
    periksa_masalah(
        await klien.delete(f"{JALUR}/{nip(9)}", headers=admin_a, params={"alasan": "SILN"}),
        404,
        "PEGAWAI_TIDAK_TERDAFTAR",
    )
    assert (await klien.get(f"/v1/sinkro/{sinkro}", headers=admin_a)).json()["status"] == "DIBATALKAN"
    assert (await klien.get(f"/v1/pegawai/{satu}", headers=admin_a)).json()["user_pmm"] is False


async def test_alasan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    isi = (await klien.get(f"{JALUR}/alasan", headers=admin_a)).json()
    DaftarAlasanOut.model_validate(isi)
    assert [a["kode"] for a in isi["data"]] == [
        "GURU_KEMENAG", "BUKAN_GURU", "PERUBAHAN_JABATAN_NON_GURU", "SILN", "TUGAS_BELAJAR", "DIPERBANTUKAN_SWASTA",
    ]  # fmt: skip
    assert isi["data"][1] == {
        "kode": "BUKAN_GURU", "nama": "Bukan Guru", "berlaku_sejak": "2024-05-27", "berlaku_sampai": None,
    }  # fmt: skip


async def test_saringan_dan_halaman(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    semua = [await isian.pegawai(n, nama=f"Guru {'Ani' if n % 2 else 'Budi'} {n}") for n in range(1, 8)]
    await isian.pegawai(8, user_pmm=False)
    await isian.pegawai(9, instansi_id=B)
    dilihat: list[str] = []
    kueri: dict[str, str] = {"jumlah_baris": "3"}
    while True:
        isi = (await klien.get(JALUR, headers=admin_a, params=kueri)).json()
        dilihat += [b["nip"] for b in isi["data"]]
        if isi["kursor_berikutnya"] is None:
            break
        kueri["kursor"] = isi["kursor_berikutnya"]
    assert dilihat == semua
    # A cursor belongs to its filter.
    periksa_masalah(await klien.get(JALUR, headers=admin_a, params=kueri | {"nama": "ani"}), 422, "KURSOR_TIDAK_SAH")
    for saring, nomor in (
        ({"nama": "ani"}, [1, 3, 5, 7]),
        ({"nip": nip(3)}, [3]),
        ({"nip": [nip(3), nip(4)], "nama": "budi"}, [4]),
        ({"instansi_id": A}, [1, 2, 3, 4, 5, 6, 7]),
    ):
        isi = (await klien.get(JALUR, headers=admin_a, params=saring)).json()
        assert [b["nip"] for b in isi["data"]] == [nip(n) for n in nomor], saring


async def test_unduh(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu, dua = await isian.pegawai(1, nama="=1+1"), await isian.pegawai(2, nama="Budi")
    asing = await isian.pegawai(3, instansi_id=B)
    jawaban = await klien.get(f"{JALUR}/unduh", headers=admin_a)
    assert jawaban.status_code == 200
    assert jawaban.headers["content-type"].endswith("spreadsheetml.sheet")
    assert jawaban.headers["content-disposition"] == 'attachment; filename="user-pmm.xlsx"'
    lembar = zipfile.ZipFile(BytesIO(jawaban.content)).read("xl/worksheets/sheet1.xml").decode()
    assert f">{satu}</t>" in lembar
    assert f">{dua}</t>" in lembar
    assert asing not in lembar
    assert "<f>" not in lembar
    assert "=1+1" in lembar
    sel = re.findall(r'<row r="1">.*?</row>', lembar)[0]
    judul = ["No", "NIP", "Nama", "Jabatan", "Unit Kerja", "Ditambahkan Oleh", "Ditambahkan Pada"]
    assert re.findall("<t>(.*?)</t>", sel) == judul
    tersaring = await klien.get(f"{JALUR}/unduh", headers=admin_a, params={"nama": "budi"})
    assert satu not in zipfile.ZipFile(BytesIO(tersaring.content)).read("xl/worksheets/sheet1.xml").decode()
    periksa_masalah(
        await klien.get(f"{JALUR}/unduh", headers=admin_a, params={"jumlah_baris": "5"}), 422, "PERMINTAAN_TIDAK_SAH"
    )


async def test_scope_dan_instansi(klien: AsyncClient, isian: Isian, pmm: SandboxPMM, token: Token) -> None:
    milik_b = await isian.pegawai(1, instansi_id=B)
    baru_b = await isian.pegawai(2, instansi_id=B, user_pmm=False)
    kenalkan(pmm, baru_b)
    baca, tulis = token("SISTEM", scope="user-pmm:baca"), token("SISTEM", scope="user-pmm:tulis")
    pegawai, bkn = token("PEGAWAI", nip=milik_b), token("ADMIN_BKN")
    hapus = {"alasan": "SILN"}
    for header in (pegawai, baca, bkn):
        periksa_masalah(await klien.post(JALUR, headers=header, json={"nip": baru_b}), 403, "SCOPE_TIDAK_CUKUP")
        periksa_masalah(
            await klien.delete(f"{JALUR}/{milik_b}", headers=header, params=hapus), 403, "SCOPE_TIDAK_CUKUP"
        )
    for jalur in (JALUR, f"{JALUR}/unduh", f"{JALUR}/alasan"):
        for header in (pegawai, tulis):
            periksa_masalah(await klien.get(jalur, headers=header), 403, "SCOPE_TIDAK_CUKUP")
        assert (await klien.get(jalur, headers=bkn)).status_code == 200
    admin_a = token("ADMIN_INSTANSI", instansi_id=A)
    assert (await klien.get(JALUR, headers=admin_a)).json()["data"] == []
    for jalur in (JALUR, f"{JALUR}/unduh"):
        periksa_masalah(await klien.get(jalur, headers=admin_a, params={"instansi_id": B}), 404, "TIDAK_DITEMUKAN")
    periksa_masalah(await klien.post(JALUR, headers=admin_a, json={"nip": baru_b}), 404, "PEGAWAI_TIDAK_TERDAFTAR")
    periksa_masalah(
        await klien.post(JALUR, headers=admin_a, json={"nip": [baru_b], "instansi_id": B}), 404, "TIDAK_DITEMUKAN"
    )
    periksa_masalah(
        await klien.delete(f"{JALUR}/{milik_b}", headers=admin_a, params=hapus), 404, "PEGAWAI_TIDAK_TERDAFTAR"
    )
    assert (await klien.post(JALUR, headers=tulis, json={"nip": baru_b, "instansi_id": B})).status_code == 201
    async with isian.engine.connect() as conn:
        assert await conn.scalar(text("SELECT instansi_id FROM user_pmm WHERE nip = :n"), {"n": baru_b}) == B
