"""Words, dates and numbers as Indonesian users read them, and the figures of the front page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from ekinerja_domain.penilaian import Predikat, Rating
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.status import Hasil, HasilPercobaan, Pemicu, StatusMassal, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Pelaku
from services.identitas.pemanggil import Peran
from sync_api.konsol import kata, waktu
from sync_api.konsol.layar.beranda import batang_buku, penyebab_menurut_pelaku


def test_setiap_kode_yang_terlihat_mempunyai_kata() -> None:
    for kamus, semua in (
        (kata.STATUS, (*StatusSinkro, *HasilPercobaan)),
        (kata.STATUS_MASSAL, StatusMassal),
        (kata.JENIS, JenisSinkro),
        (kata.TIPE_SKP, TipeSkp),
        (kata.PERAN, Peran),
        (kata.PELAKU, Pelaku),
        (kata.PEMICU, Pemicu),
        (kata.RATING, Rating),
        (kata.PREDIKAT, Predikat),
        (kata.HASIL_SINKRO, Hasil),
    ):
        assert {str(k) for k in semua} <= set(kamus)


def test_tertahan_menyebut_yang_ditunggu() -> None:
    assert kata.status_terbaca("TERTAHAN", ["RHK_ATASAN_TIDAK_DITEMUKAN"]) == "Menunggu Sinkro SKP atasan"
    assert kata.status_terbaca("TERTAHAN", ["SKP_BELUM_SINKRO"]) == "Menunggu Sinkro SKP"


@pytest.mark.parametrize(
    ("zona", "hasil"),
    [
        ("Asia/Jakarta", "1 Januari 2025 pukul 06.05 WIB"),
        ("Asia/Makassar", "1 Januari 2025 pukul 07.05 WITA"),
        ("Asia/Jayapura", "1 Januari 2025 pukul 08.05 WIT"),
    ],
)
def test_waktu_menurut_zona_instansi(zona: str, hasil: str) -> None:
    assert waktu.waktu(datetime(2024, 12, 31, 23, 5, tzinfo=UTC), zona) == hasil
    assert waktu.waktu("2024-12-31T23:05:00+00:00", zona) == hasil


def test_angka_dan_tanggal() -> None:
    assert [waktu.angka(n) for n in (0, 999, 1234567)] == ["0", "999", "1.234.567"]
    assert waktu.angka(1234.56, 1) == "1.234,6"
    assert [waktu.persen(1, 8), waktu.persen(1, 1), waktu.persen(0, 0)] == ["12,5%", "100%", "0%"]
    assert waktu.tanggal(date(2024, 5, 9)) == "9 Mei 2024"
    assert waktu.tanggal(None) == "-"
    assert [waktu.lama(d) for d in (5, 150, 7500)] == ["5 detik", "2 menit", "2 jam 5 menit"]


def test_batang_buku_menyambung_tanpa_celah() -> None:
    buku = {"user_pmm": 7, "belum_pernah": 1, "berhasil": 2, "gagal": 1, "tertahan": 1, "menunggu": 1, "berjalan": 1}
    batang = batang_buku(buku | {"dibatalkan": 0})
    assert sum(b["jumlah"] for b in batang) == 7
    for kiri, kanan in pairwise(batang):
        assert kanan["mulai"] == pytest.approx(kiri["mulai"] + kiri["lebar"], abs=0.01)
    assert batang[-1]["mulai"] + batang[-1]["lebar"] == pytest.approx(100, abs=0.01)
    assert all(b["lebar"] == 0 for b in batang_buku(dict.fromkeys(buku | {"dibatalkan": 0}, 0)))


def test_penyebab_dikelompokkan_menurut_pelaku_dan_tanpa_catatan() -> None:
    kode = {"ATASAN_BELUM_ADA": 3, "PEGAWAI_TIDAK_AKTIF": 9, "PADAN_MENURUT_NAMA": 50, "KODE_LAMA": 4}
    hasil = penyebab_menurut_pelaku(kode)
    assert [(k["pelaku"], k["jumlah"]) for k in hasil] == [("ADMIN_INSTANSI", 9), ("ATASAN", 3)]
    assert hasil[0]["daftar"][0]["lebar"] == 100
