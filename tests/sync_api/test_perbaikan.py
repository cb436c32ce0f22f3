"""The repairs over the API: whose they are, filters, pages."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import AsyncClient

from services.db.tables import SandaranRow
from sync_api.v1.perbaikan import HalamanPerbaikanOut
from tests.sync_api.conftest import UNIT_A, A, B, Isian, Token, nip, periksa_masalah


def temuan(kode: str, objek_jenis: str, objek_id: str, *pelaku: str) -> dict[str, Any]:
    return {
        "kode": kode, "tingkat": "GAGAL", "kelas": "PERBAIKAN", "cakupan": "SEKOLAH", "pesan": "Pesan", "sistem": [],
        "pelaku": list(pelaku), "langkah": ["Langkah"], "rincian": {},
        "objek": {"jenis": objek_jenis, "id": objek_id, "nama": "Nama"},
    }  # fmt: skip


@pytest.fixture
async def berisi(isian: Isian) -> Isian:
    """Of A three without a rater, one of them no user PMM either; of B one."""
    for n, instansi_id in ((1, A), (2, A), (3, A), (8, B)):
        await isian.pegawai(n, instansi_id=instansi_id)
        isi = [temuan("ATASAN_BELUM_ADA", "UNIT_KERJA", UNIT_A, "ATASAN")]
        sandaran = [("PIMPINAN_UNIT", UNIT_A, "ATASAN_BELUM_ADA")]
        if n == 3:
            isi.append(temuan("BUKAN_USER_PMM", "PEGAWAI", nip(n), "PEGAWAI", "ADMIN_INSTANSI"))
            sandaran.append(("USER_PMM", nip(n), "BUKAN_USER_PMM"))
        satu = await isian.sinkro(
            nip(n), instansi_id=instansi_id, status="GAGAL", kode=[t["kode"] for t in isi], temuan=isi, tipe_skp="GURU"
        )
        for fakta, kunci, kode in sandaran:
            baris = {"sinkro_id": satu, "fakta": fakta, "kunci": kunci, "kode": kode, "instansi_id": instansi_id}
            await isian.tulis(SandaranRow, baris)
    return isian


async def _baca(klien: AsyncClient, header: dict[str, str], **kueri: Any) -> dict[str, Any]:
    jawaban = await klien.get("/v1/perbaikan", headers=header, params=kueri)
    assert jawaban.status_code == 200, jawaban.text
    HalamanPerbaikanOut.model_validate_json(jawaban.content)
    isi: dict[str, Any] = jawaban.json()
    return isi


async def test_urutan_dan_hitungan(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    atasan, user = (await _baca(klien, admin_a))["data"]
    assert (atasan["kode"], atasan["objek"]["id"]) == ("ATASAN_BELUM_ADA", UNIT_A)
    angka = ("jumlah_langsung", "jumlah_terlepas", "jumlah_belum_diperiksa")
    assert [atasan[k] for k in angka] == [3, 2, 2]
    assert [user[k] for k in angka] == [1, 0, 0]


async def test_saringan(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    assert [b["kode"] for b in (await _baca(klien, admin_a, pelaku="PEGAWAI"))["data"]] == ["BUKAN_USER_PMM"]
    assert (await _baca(klien, admin_a, tahun=2025))["data"] == []
    assert (await _baca(klien, admin_a, jenis="SKP_PLT"))["data"] == []


async def test_halaman(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    satu = await _baca(klien, admin_a, jumlah_baris=1)
    dua = await _baca(klien, admin_a, jumlah_baris=1, kursor=satu["kursor_berikutnya"])
    assert [b["kode"] for b in satu["data"] + dua["data"]] == ["ATASAN_BELUM_ADA", "BUKAN_USER_PMM"]
    assert dua["kursor_berikutnya"] is None
    asing = await klien.get(
        "/v1/perbaikan", headers=admin_a, params={"kursor": satu["kursor_berikutnya"], "tahun": 2024}
    )
    assert asing.status_code == 422


async def test_jangkauan(klien: AsyncClient, berisi: Isian, token: Token, admin_a: dict[str, str]) -> None:
    sendiri = await _baca(klien, token("PEGAWAI", nip=nip(1)))
    assert [b["jumlah_langsung"] for b in sendiri["data"]] == [1]
    assert (await _baca(klien, token("PEGAWAI", nip=nip(6))))["data"] == []
    asing = await klien.get("/v1/perbaikan", headers=admin_a, params={"instansi_id": B})
    assert asing.status_code == 404
    semua = token("ADMIN_BKN")
    periksa_masalah(await klien.get("/v1/perbaikan", headers=semua), 422, "INSTANSI_WAJIB_DISEBUT")
    assert len((await _baca(klien, semua, instansi_id=B))["data"]) == 1


async def test_yang_sudah_diperbaiki_tidak_menahan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    """A finding that was struck stays in the row until the next attempt, but asks for nothing any more."""
    await isian.pegawai(1)
    isi = [temuan("BUKAN_USER_PMM", "PEGAWAI", nip(1)), temuan("PEGAWAI_TIDAK_AKTIF", "PEGAWAI", nip(1))]
    satu = await isian.sinkro(nip(1), status="GAGAL", kode=[t["kode"] for t in isi], temuan=isi)
    await isian.tulis(
        SandaranRow,
        {"sinkro_id": satu, "fakta": "PEGAWAI", "kunci": nip(1), "kode": "PEGAWAI_TIDAK_AKTIF", "instansi_id": A},
    )
    (tersisa,) = (await _baca(klien, admin_a))["data"]
    assert (tersisa["kode"], tersisa["jumlah_terlepas"], tersisa["jumlah_belum_diperiksa"]) == (
        "PEGAWAI_TIDAK_AKTIF", 1, 0,
    )  # fmt: skip
