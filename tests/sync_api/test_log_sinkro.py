"""The log: filters, keyset pages, tenants, the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from services.db.tables import MassalButirRow, MassalRow, UserPMMRow
from sync_api.v1.sync_shapes import HalamanLogOut, RekapOut
from tests.sync_api.conftest import UNIT_A, UNIT_B, A, B, Isian, Token, nip, periksa_masalah

TEMUAN = {
    "kode": "ATASAN_BELUM_ADA",
    "tingkat": "GAGAL",
    "kelas": "PERBAIKAN",
    "cakupan": "SEKOLAH",
    "pesan": "Pimpinan unit kerja belum ada",
    "pelaku": ["ATASAN"],
    "sistem": ["e-Kinerja"],
    "langkah": ["Klaim pimpinan"],
    "objek": {"jenis": "UNIT_KERJA", "id": UNIT_A, "nama": "SD"},
    "rincian": {},
}


async def _daftar(klien: AsyncClient, header: dict[str, str], **kueri: Any) -> list[str]:
    jawaban = await klien.get("/v1/log-sinkro", headers=header, params=kueri)
    assert jawaban.status_code == 200, jawaban.text
    return [b["nip"] for b in jawaban.json()["data"]]


@pytest.fixture
async def berisi(isian: Isian) -> Isian:
    """Five rows of A (newest last by number) and one of B."""
    for n in range(1, 6):
        await isian.pegawai(n, nama=f"Sri {'Wahyuni' if n % 2 else '50%_Rahayu'} {n}")
    await isian.pegawai(8, instansi_id=B)
    await isian.sinkro(nip(1), menit=1, status="BERHASIL", hasil="DATA_BARU", tipe_skp="GURU")
    await isian.sinkro(nip(2), menit=2, status="GAGAL", kode=["ATASAN_BELUM_ADA"], temuan=[TEMUAN], tipe_skp="GURU")
    await isian.sinkro(nip(3), menit=3, tahun=2025)
    await isian.sinkro(nip(4), menit=4, jenis="SKP_PLT", tipe_skp="KEPALA_SEKOLAH", status="DIBATALKAN")
    await isian.sinkro(nip(5), menit=5, unit_kerja_id="F" * 32)
    await isian.sinkro(nip(8), menit=6, instansi_id=B)
    return isian


async def test_baris_log_berbentuk_sinkro(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    baris = (await klien.get("/v1/log-sinkro", headers=admin_a, params={"nip": nip(2)})).json()["data"][0]
    assert set(baris) == {
        "id", "jenis", "nip", "nama", "tahun", "tipe_skp", "instansi_id", "unit_kerja", "status", "hasil", "temuan",
        "keterangan", "catatan", "terakhir_berhasil_pada", "pemicu", "percobaan_ke", "dibuat_pada", "selesai_pada",
        "coba_lagi_pada", "massal_id",
    }  # fmt: skip
    assert baris["unit_kerja"] == {"id": UNIT_A, "nama": "SD NEGERI AA"}
    assert baris["temuan"] == [TEMUAN]
    HalamanLogOut.model_validate((await klien.get("/v1/log-sinkro", headers=admin_a)).json())
    assert baris["dibuat_pada"][-6] in "+-"
    tanpa_acuan = (await klien.get("/v1/log-sinkro", headers=admin_a, params={"nip": nip(5)})).json()["data"][0]
    assert tanpa_acuan["unit_kerja"] == {"id": "F" * 32, "nama": None}


SARINGAN: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"nip": nip(3)}, [3]),
    ({"nip": "19800101"}, [5, 4, 3, 2, 1]),
    ({"nip": "1981"}, []),
    ({"nip": [nip(1), nip(2)]}, [2, 1]),
    ({"nama": "wahyuni"}, [5, 3, 1]),
    ({"nama": "50%_"}, [4, 2]),
    ({"nama": "%"}, [4, 2]),
    ({"status": ["GAGAL", "BERHASIL"]}, [2, 1]),
    ({"kode": "ATASAN_BELUM_ADA"}, [2]),
    ({"kode": ["BUKAN_USER_PMM"]}, []),
    ({"jenis": "SKP_PLT"}, [4]),
    ({"tipe_skp": ["GURU", "KEPALA_SEKOLAH"]}, [4, 2, 1]),
    ({"tahun": "2025"}, [3]),
    ({"tahun": ["2024", "2025"], "jenis": "SKP"}, [5, 3, 2, 1]),
    ({"unit_kerja_id": UNIT_A.lower()}, [4, 3, 2, 1]),
    ({"unit_kerja_id": ["F" * 32]}, [5]),
    ({"instansi_id": A, "status": "GAGAL"}, [2]),
    ({"status": "GAGAL", "tipe_skp": "KEPALA_SEKOLAH"}, []),
]


async def test_saringan(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    for kueri, nomor in SARINGAN:
        assert await _daftar(klien, admin_a, **kueri) == [nip(n) for n in nomor], kueri


async def test_saringan_massal_memuat_sinkro_yang_kini_milik_massal_lain(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]
) -> None:
    massal = uuid4()
    await berisi.tulis(
        MassalRow,
        {
            "id": massal, "instansi_id": A, "jenis": ["SKP"], "tahun": 2024, "pilihan": {}, "status": "BERJALAN",
            "jumlah": 1, "oleh": "uji",
        },
    )  # fmt: skip
    sinkro = (await klien.get("/v1/log-sinkro", headers=admin_a, params={"nip": nip(3)})).json()["data"][0]["id"]
    await berisi.tulis(MassalButirRow, {"massal_id": massal, "sinkro_id": sinkro, "instansi_id": A})
    assert await _daftar(klien, admin_a, massal_id=str(massal)) == [nip(3)]


KUERI_SALAH = [
    ({"statu": "GAGAL"}, "query.statu"),
    ({"status": "gagal"}, "query.status[0]"),
    ({"kode": "APA_SAJA"}, "query.kode[0]"),
    ({"nip": "19x"}, "query.nip[0]"),
    ({"tahun": "2021"}, "query.tahun[0]"),
    ({"tahun": "dua"}, "query.tahun[0]"),
    ({"jumlah_baris": "0"}, "query.jumlah_baris"),
    ({"jumlah_baris": "201"}, "query.jumlah_baris"),
    ({"nama": "a\0b"}, "query.nama[0]"),
]


async def test_kueri_yang_salah_ditolak(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    for kueri, lokasi in KUERI_SALAH:
        jawaban = await klien.get("/v1/log-sinkro", headers=admin_a, params=kueri)
        isi = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")
        assert [g["lokasi"] for g in isi["galat"]] == [lokasi]


KUERI_ASING: list[dict[str, Any]] = [
    {"instansi_id": B},
    {"instansi_id": "tidak-ada"},
    {"unit_kerja_id": UNIT_B},
    {"unit_kerja_id": [UNIT_A, UNIT_B]},
    {"unit_kerja_id": "C" * 32},
    {"massal_id": str(uuid4())},
    {"massal_id": "bukan-uuid"},
]


async def test_saringan_ke_instansi_lain_tidak_ditemukan(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]
) -> None:
    for kueri in KUERI_ASING:
        for jalur in ("/v1/log-sinkro", "/v1/log-sinkro/rekap"):
            periksa_masalah(await klien.get(jalur, headers=admin_a, params=kueri), 404, "TIDAK_DITEMUKAN")


async def test_siapa_melihat_apa(klien: AsyncClient, berisi: Isian, token: Token) -> None:
    semua_a = [nip(n) for n in (5, 4, 3, 2, 1)]
    assert await _daftar(klien, token("ADMIN_BKN")) == [nip(8), *semua_a]
    assert await _daftar(klien, token("ADMIN_BKN"), instansi_id=B) == [nip(8)]
    assert await _daftar(klien, token("SISTEM", scope="sinkro:baca")) == [nip(8), *semua_a]
    assert await _daftar(klien, token("SISTEM", scope="sinkro:baca", instansi_id=[B])) == [nip(8)]
    assert await _daftar(klien, token("SISTEM", scope="sinkro:baca", instansi_id=[])) == []
    assert await _daftar(klien, token("ADMIN_INSTANSI", instansi_id=[A, B])) == [nip(8), *semua_a]
    pegawai = token("PEGAWAI", nip=nip(2))
    assert await _daftar(klien, pegawai) == [nip(2)]
    assert await _daftar(klien, pegawai, instansi_id=A) == [nip(2)]
    periksa_masalah(await klien.get("/v1/log-sinkro?instansi_id=" + B, headers=pegawai), 404, "TIDAK_DITEMUKAN")
    gabungan = token("PEGAWAI", "ADMIN_INSTANSI", nip=nip(8), instansi_id=A)
    assert await _daftar(klien, gabungan) == [nip(8), *semua_a]
    periksa_masalah(await klien.get("/v1/log-sinkro", headers=token("ADMIN_INSTANSI")), 403, "SCOPE_TIDAK_CUKUP")
    periksa_masalah(await klien.get("/v1/log-sinkro", headers=token("PEGAWAI")), 403, "SCOPE_TIDAK_CUKUP")


async def test_halaman_utuh_selagi_baris_bertambah_dan_berubah(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str]
) -> None:
    for n in range(10, 17):
        # Rows of one bulk share their time: the id decides.
        await isian.sinkro(await isian.pegawai(n), menit=0)
    terkumpul: list[str] = []
    kursor: str | None = None
    for langkah in range(10):
        kueri = {"jumlah_baris": "2", **({"kursor": kursor} if kursor else {})}
        isi = (await klien.get("/v1/log-sinkro", headers=admin_a, params=kueri)).json()
        terkumpul += [b["nip"] for b in isi["data"]]
        kursor = isi["kursor_berikutnya"]
        if kursor is None:
            break
        await isian.sinkro(await isian.pegawai(20 + langkah), menit=1 + langkah)
        async with isian.engine.begin() as conn:
            await conn.execute(text("UPDATE sinkro SET diubah_pada = now(), status = 'DIBATALKAN' WHERE tahun = 2024"))
    assert kursor is None
    assert terkumpul == [nip(n) for n in range(16, 9, -1)]


async def test_halaman_dengan_saringan(klien: AsyncClient, berisi: Isian, token: Token) -> None:
    """The next page of a filter with several values, for one instansi, for several and for all."""
    for kepala in (
        token("ADMIN_INSTANSI", instansi_id=A),
        token("ADMIN_INSTANSI", instansi_id=[A, B]),
        token("ADMIN_BKN"),
    ):
        saringan: list[dict[str, Any]] = [
            {"tahun": 2024},
            {"jenis": ["SKP", "SKP_PLT"], "tahun": [2024, 2025]},
            {"instansi_id": A},
        ]
        for saring in saringan:
            terbaca: list[str] = []
            kueri: dict[str, Any] = {"jumlah_baris": 1, **saring}
            while True:
                isi = (await klien.get("/v1/log-sinkro", headers=kepala, params=kueri)).json()
                terbaca += [b["id"] for b in isi["data"]]
                if isi["kursor_berikutnya"] is None:
                    break
                kueri["kursor"] = isi["kursor_berikutnya"]
            semua = (await klien.get("/v1/log-sinkro", headers=kepala, params=saring)).json()["data"]
            assert len(terbaca) > 1
            assert terbaca == [b["id"] for b in semua]


async def test_kursor_rusak_atau_dari_daftar_lain(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str], token: Token
) -> None:
    kursor = (await klien.get("/v1/log-sinkro?jumlah_baris=2", headers=admin_a)).json()["kursor_berikutnya"]
    asli = await klien.get("/v1/log-sinkro", headers=admin_a, params={"kursor": kursor})
    assert len(asli.json()["data"]) == 3
    for rusak in ("", "x", "é", kursor[:-1], kursor + "A", "A" * len(kursor), kursor.swapcase(), "A" * 1999):
        jawaban = await klien.get("/v1/log-sinkro", headers=admin_a, params={"kursor": rusak})
        periksa_masalah(jawaban, 422, "KURSOR_TIDAK_SAH")
    for header, saring in ((admin_a, {"status": "GAGAL"}), (token("ADMIN_BKN"), {})):
        jawaban = await klien.get("/v1/log-sinkro", headers=header, params={"kursor": kursor, **saring})
        periksa_masalah(jawaban, 422, "KURSOR_TIDAK_SAH")


async def test_rekap_dan_buku_besar(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token) -> None:
    status = ["BERHASIL", "GAGAL", "TERTAHAN", "MENUNGGU", "DIBATALKAN", "BERJALAN", "GAGAL"]
    for n, satu in enumerate(status, start=1):
        lain: dict[str, Any] = {"hasil": "DATA_BARU"} if satu == "BERHASIL" else {}
        if satu == "GAGAL":
            lain = {"kode": ["ATASAN_BELUM_ADA", "BUKAN_USER_PMM"]}
        if satu == "BERJALAN":
            lain = {"sewa_token": 1, "sewa_sampai": datetime(2030, 1, 1, tzinfo=UTC)}
        await isian.sinkro(await isian.pegawai(n), status=satu, tipe_skp="GURU", **lain)
    await isian.pegawai(8)
    bukan_user = await isian.pegawai(9, user_pmm=False)
    await isian.sinkro(bukan_user, status="GAGAL")
    await isian.tulis(UserPMMRow, {
        "instansi_id": A, "nip": bukan_user, "ditambahkan_oleh": "uji", "dihapus_oleh": "uji", "alasan": "SILN",
        "dihapus_pada": datetime(2024, 1, 1, tzinfo=UTC),
    })  # fmt: skip
    await isian.sinkro(nip(1), tahun=2025)
    await isian.sinkro(await isian.pegawai(11, instansi_id=B), instansi_id=B)

    isi = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP&tahun=2024", headers=admin_a)).json()
    assert isi == {
        "jumlah": 8,
        "status": {"BERHASIL": 1, "GAGAL": 3, "TERTAHAN": 1, "MENUNGGU": 1, "DIBATALKAN": 1, "BERJALAN": 1},
        "kode": {"ATASAN_BELUM_ADA": 2, "BUKAN_USER_PMM": 2},
        "tipe_skp": {"GURU": 7},
        "buku_besar": {
            "user_pmm": 8, "belum_pernah": 1, "berhasil": 1, "gagal": 2, "tertahan": 1, "menunggu": 1, "berjalan": 1,
            "dibatalkan": 1,
        },
        "seimbang": True,
    }  # fmt: skip
    RekapOut.model_validate(isi)
    tanpa = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP", headers=admin_a)).json()
    assert tanpa["jumlah"] == 9
    assert tanpa["buku_besar"] is None
    assert tanpa["seimbang"] is None
    saring = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP&tahun=2024&status=GAGAL", headers=admin_a)).json()
    assert saring["jumlah"] == 3
    assert saring["buku_besar"]["user_pmm"] == 8
    sendiri = token("PEGAWAI", nip=nip(1))
    punya = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP&tahun=2024", headers=sendiri)).json()
    assert (punya["jumlah"], punya["buku_besar"]["user_pmm"], punya["buku_besar"]["berhasil"]) == (1, 1, 1)
    semua = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP&tahun=2024", headers=token("ADMIN_BKN"))).json()
    assert semua["buku_besar"]["user_pmm"] == 9
    assert semua["seimbang"] is True


async def test_rekap_kosong(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    isi = (await klien.get("/v1/log-sinkro/rekap?jenis=SKP&tahun=2024", headers=admin_a)).json()
    assert (isi["jumlah"], isi["status"], isi["seimbang"]) == (0, {}, True)


async def test_saringan_jarang_dan_sering_menjawab_sama(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for ambang in (1000, 3, 2, 0):
        monkeypatch.setattr("services.sinkronisasi.log_calon.AMBANG_JARANG", ambang)
        assert await _daftar(klien, admin_a, nama="wahyuni") == [nip(n) for n in (5, 3, 1)], ambang
        assert await _daftar(klien, admin_a, kode="ATASAN_BELUM_ADA", nama="rahayu") == [nip(2)], ambang
        assert await _daftar(klien, admin_a, nama="tidak ada") == [], ambang
