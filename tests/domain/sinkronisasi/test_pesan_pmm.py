"""PMM's words are recognised by its code or its text, whatever is wrapped around them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.pesan_pmm import PesanDikenal, kenali_pesan
from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, Tingkat, buat_temuan

BUKAN_KATA_PMM = {k for k in Kode if k.startswith("PMM_")} | {Kode.GALAT_INTERNAL}
KATA_PMM = [k for k in Kode if KATALOG[k].tingkat is Tingkat.GAGAL and k not in BUKAN_KATA_PMM]


@pytest.mark.parametrize(
    ("pesan", "kode"),
    [
        ("Data SKP pegawai tidak ditemukan", Kode.SKP_PMM_BELUM_ADA),
        ("Error: 200 Data SKP pegawai tidak ditemukan", Kode.SKP_PMM_BELUM_ADA),
        ("Pegawai belum membuat SKP di Ruang GTK.", Kode.SKP_PMM_BELUM_ADA),
        ("Error: 200 Data SKP Organisasi belum dibuat oleh atasan", Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA),
        ('Cagal Sinkro: "Data SKP Organisasi belum dibuat oleh atasan"', Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA),
        ('Error: 200 Gagal Sinkro: "DATA PEGAWAI  TIDAK DITEMUKAN"', Kode.PEGAWAI_TIDAK_TERDAFTAR),
        ("Gagal Sinkro: Gagal Sinkro: “Pegawai tidak aktif”", Kode.PEGAWAI_TIDAK_AKTIF),
        ("Nama Sekolah atau Nama Unor tidak sama dengan data ruang gtk", Kode.NAMA_UNOR_TIDAK_SAMA),
        ("Catatan Sinkro: 'nama sekolah atau nama unor tidak sama dengan data pmm'", Kode.NAMA_UNOR_TIDAK_SAMA),
        ("Perencanaan di PMM belum disepakati", Kode.SKP_PMM_BELUM_DISEPAKATI),
        ("Perencanaan di PMM belum disepakati (DRAF)", Kode.SKP_PMM_BELUM_DISEPAKATI),
        (
            (
                'Cagal Sinkro: "Data Unit Kerja Pegawai tidak terdaftar di Referensi Unit Kerja"'
                ' Catatan Sinkro: "Nama Sekolah atau Nama Instansi tidak"'
            ),
            Kode.UNIT_KERJA_TIDAK_TERDAFTAR,
        ),
    ],
)
def test_dikenal_menurut_teks(pesan: str, kode: Kode) -> None:
    dikenal = kenali_pesan(None, pesan)
    assert dikenal is not None
    assert dikenal.kode is kode


def test_parameter_tertangkap() -> None:
    rhk = kenali_pesan(
        None, "Gagal Sinkro: \"Tidak ditemukan RHK atasan berikut 'Mutu KOSP' di RHK 'Tersusunnya KOSP'\""
    )
    assert rhk == PesanDikenal(Kode.RHK_ATASAN_TIDAK_DITEMUKAN, {"rhk": "Mutu KOSP", "rhk_atasan": "Tersusunnya KOSP"})
    kosong = kenali_pesan(None, "Tidak ditemukan RHK atasan berikut '' di RHK 'Tersusunnya KOSP'")
    assert kosong == PesanDikenal(Kode.RHK_ATASAN_TIDAK_DITEMUKAN, {"rhk": "-", "rhk_atasan": "Tersusunnya KOSP"})
    # The fixed pieces may not overlap: this is not "(...) bukan sekolah Anda di PMM (...)".
    assert kenali_pesan(None, "Unit kerja di e-Kinerja (A) bukan sekolah Anda di PMM") is None
    atasan = kenali_pesan(None, "Atasan Pegawai tidak sama dengan data Ruang GTK, data Ruang GTK Sari Contoh, S.Pd.")
    assert atasan is not None
    assert atasan.kode is Kode.ATASAN_TIDAK_SAMA
    assert atasan.parameter == {"nama_pmm": "Sari Contoh, S.Pd", "nama_ekinerja": "-"}


@pytest.mark.parametrize(
    ("kode", "hasil"),
    [
        ("PENGGUNA_TIDAK_DITEMUKAN", Kode.NIP_TIDAK_DIKENAL_PMM),
        ("SKP_TIDAK_DITEMUKAN", Kode.SKP_PMM_BELUM_ADA),
        (" skp_tidak_ditemukan ", Kode.SKP_PMM_BELUM_ADA),
        ("FORMULIR_PMM_BELUM_LENGKAP", Kode.FORMULIR_PMM_BELUM_LENGKAP),
        ("ATASAN_TIDAK_SAMA", Kode.ATASAN_TIDAK_SAMA),
    ],
)
@pytest.mark.parametrize("pesan", [None, "", "Data pegawai tidak ditemukan", "entah apa"])
def test_kode_pmm_lebih_dahulu_daripada_teks(kode: str, hasil: Kode, pesan: str | None) -> None:
    dikenal = kenali_pesan(kode, pesan)
    assert dikenal is not None
    assert dikenal.kode is hasil


@pytest.mark.parametrize("kode", [None, "", "X", "PMM_MEMBATASI", "GALAT_INTERNAL", "PADAN_MENURUT_NAMA", "A" * 1_000])
def test_kode_yang_bukan_kata_pmm_diserahkan_pada_teks(kode: str | None) -> None:
    assert kenali_pesan(kode, "entah apa") is None
    assert kenali_pesan(kode, "Pegawai tidak aktif") == PesanDikenal(Kode.PEGAWAI_TIDAK_AKTIF, {})


@pytest.mark.parametrize("kode", KATA_PMM)
@pytest.mark.parametrize("sumber", ["PMM", "Ruang GTK"])
@pytest.mark.parametrize("bungkus", ["{}", 'Gagal Sinkro: "{}"', "Error: 200 {}."])
def test_setiap_pesan_katalog_dikenal_kembali(kode: Kode, sumber: str, bungkus: str) -> None:
    isi: dict[str, Any] = {n: f"isi {n}" for n in KATALOG[kode].parameter}
    temuan = buat_temuan(kode, sumber=sumber, **isi)
    dikenal = kenali_pesan(None, bungkus.replace("{}", temuan.pesan.upper()))
    assert dikenal is not None
    assert dikenal.kode is kode
    # What was recognised makes a finding again without further ado.
    buat_temuan(dikenal.kode, **dikenal.parameter)


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()))
def test_teks_apa_pun_tidak_menggagalkan(kode: str | None, pesan: str | None) -> None:
    hasil = kenali_pesan(kode, pesan)
    assert hasil is None or set(hasil.parameter) == set(KATALOG[hasil.kode].parameter)


@pytest.mark.parametrize(
    "pesan",
    [
        "Tidak ditemukan RHK atasan berikut '" + "' di RHK '" * 100_000,
        "Gagal Sinkro: " * 80_000,
        '"' * 1_000_000,
        " " * 1_000_000,
        "Atasan Pegawai tidak sama dengan data PMM, data PMM " + "PMM " * 250_000,
    ],
)
def test_satu_megabita_yang_berniat_buruk_tidak_memakan_waktu(pesan: str) -> None:
    mulai = time.perf_counter()
    kenali_pesan(None, pesan)
    assert time.perf_counter() - mulai < 0.5
