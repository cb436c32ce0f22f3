"""Periods: templates applied to a year, what replaces what, and the faults of a table."""

from __future__ import annotations

from calendar import isleap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.kernel.rentang import RentangTanggal
from ekinerja_domain.periode import (
    Galat,
    HariBulan,
    JenisPeriode,
    Periode,
    TipePeriodik,
    berlaku_untuk_tahun,
    pada_tahun,
    periksa_final,
    periksa_periodik,
    periode_skp,
    urai_periode,
)
from ekinerja_domain.sinkronisasi.temuan import Kode

BULANAN, TRIWULANAN = TipePeriodik.BULANAN, TipePeriodik.TRIWULANAN
HARI_BULAN = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda d: HariBulan(d.month, d.day))
TAHUN = st.integers(2000, 2100)


def _periode(
    awal: str = "01-01",
    akhir: str = "03-31",
    batas: str = "04-09",
    *,
    tipe: TipePeriodik | None = TRIWULANAN,
    angka: int | None = 1,
    tahun: int | None = None,
) -> Periode:
    a, b, c = (HariBulan.parse(t) for t in (awal, akhir, batas))
    return Periode("Periode", JenisPeriode.PERIODIK, tipe, angka, a, b, c, tahun)


def _final(tahun: int | None = None) -> Periode:
    a, b, c = (HariBulan.parse(t) for t in ("01-01", "12-31", "01-31"))
    return Periode("Tahunan", JenisPeriode.FINAL, None, None, a, b, c, tahun)


@given(HARI_BULAN, TAHUN)
def test_hari_bulan_pulang_pergi_dan_ada_di_setiap_tahun(hari: HariBulan, tahun: int) -> None:
    assert HariBulan.parse(str(hari)) == hari
    if str(hari) == "02-29" and not isleap(tahun):
        assert hari.pada_tahun(tahun) == date(tahun, 2, 28)
    else:
        assert hari.pada_tahun(tahun) == date(tahun, hari.bulan, hari.hari)


@pytest.mark.parametrize(
    "teks", ["", "1-1", "13-01", "02-30", "00-10", "01-00", "01/01", "01-01 ", "2024-01-01", "٠١-٠١"]
)
def test_hari_bulan_yang_tidak_sah_ditolak(teks: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        HariBulan.parse(teks)


def test_final_berbatas_januari_tahun_berikutnya() -> None:
    final = pada_tahun(_final(), 2024)
    assert (final.awal, final.akhir, final.batas) == (date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 31))


def test_batas_pada_hari_terakhir_periode_tetap_di_tahun_itu() -> None:
    assert pada_tahun(_periode("01-01", "03-31", "03-31"), 2024).batas == date(2024, 3, 31)
    assert pada_tahun(_periode("01-01", "03-31", "03-30"), 2024).batas == date(2025, 3, 30)


def test_akhir_februari_menurut_tahunnya() -> None:
    februari = _periode("02-01", "02-29", "03-05", tipe=BULANAN, angka=2)
    assert pada_tahun(februari, 2024).akhir == date(2024, 2, 29)
    assert pada_tahun(februari, 2025).akhir == date(2025, 2, 28)


@given(HARI_BULAN, HARI_BULAN, HARI_BULAN, TAHUN)
def test_awal_akhir_batas_selalu_berurutan(x: HariBulan, y: HariBulan, batas: HariBulan, tahun: int) -> None:
    p = Periode("P", JenisPeriode.PERIODIK, None, None, min(x, y), max(x, y), batas)
    hasil = pada_tahun(p, tahun)
    assert hasil.awal <= hasil.akhir <= hasil.batas
    assert hasil.akhir.year == tahun
    assert hasil.batas.year in (tahun, tahun + 1)


def test_awal_sesudah_akhir_ditolak() -> None:
    with pytest.raises(ValueError, match="mendahului"):
        _periode("04-01", "03-31")


def test_periode_tahun_lain_tidak_dipakai() -> None:
    with pytest.raises(ValueError, match="2023"):
        pada_tahun(_periode(tahun=2023), 2024)


def test_periode_bertahun_menggantikan_semua_templat_sejenis_saja() -> None:
    templat = [_periode(), _periode("04-01", "06-30", "07-05", angka=2), _final()]
    khusus = _periode("01-01", "01-31", "02-05", tipe=BULANAN, angka=1, tahun=2024)
    semua = [*templat, khusus, _final(2023)]
    assert [p.periode for p in berlaku_untuk_tahun(semua, 2024)] == [khusus, templat[2]]
    assert [p.periode for p in berlaku_untuk_tahun(semua, 2025)] == [templat[0], templat[2], templat[1]]


@pytest.mark.parametrize(
    ("isi", "kode", "tipe"),
    [
        ([(TRIWULANAN, 1), (TRIWULANAN, 2)], None, TRIWULANAN),
        ([(TRIWULANAN, 1), (BULANAN, 3)], Kode.PERIODE_DUA_TIPE, None),
        ([(TRIWULANAN, 1), (TRIWULANAN, 1), (BULANAN, 3)], Kode.PERIODE_DUA_TIPE, None),
        ([(TRIWULANAN, 1), (BULANAN, None)], Kode.PERIODE_DUA_TIPE, None),
        ([(TRIWULANAN, 3), (TRIWULANAN, 3)], Kode.PERIODE_ANGKA_DUPLIKAT, TRIWULANAN),
        ([(TRIWULANAN, 3), (None, 3)], None, TRIWULANAN),
        ([], Kode.PERIODE_BELUM_DIATUR, None),
        ([(None, 1), (None, None)], Kode.PERIODE_BELUM_DIATUR, None),
        ([(BULANAN, None), (None, 1)], Kode.PERIODE_BELUM_DIATUR, BULANAN),
    ],
)
def test_tiga_kesalahan_periode(
    isi: list[tuple[TipePeriodik | None, int | None]], kode: Kode | None, tipe: TipePeriodik | None
) -> None:
    hasil = periksa_periodik([_final(), *(_periode(tipe=t, angka=a) for t, a in isi)], 2024)
    assert (hasil.kode, hasil.tipe, len(hasil.periode)) == (kode, tipe, len(isi))


@pytest.mark.parametrize(
    ("banyak", "kode"), [(0, Kode.PERIODE_FINAL_BELUM_DIATUR), (1, None), (2, Kode.PERIODE_FINAL_GANDA)]
)
def test_tepat_satu_periode_final(banyak: int, kode: Kode | None) -> None:
    assert periksa_final([_periode(), *[_final()] * banyak], 2024).kode is kode


def test_periode_skp_menurut_akhirnya() -> None:
    triwulan = [_periode(), _periode("04-01", "06-30", "07-05", angka=2), _periode("07-01", "09-30", "10-05", angka=3)]
    semua = [*triwulan, _final()]
    skp = RentangTanggal(date(2024, 3, 31), date(2024, 9, 29))
    assert [p.periode.angka_periodik for p in periode_skp(semua, 2024, skp)] == [1, 2]


BADAN: dict[str, object] = {
    "nama": "TRIWULAN I",
    "jenis": "PERIODIK",
    "tipe_periodik": "TRIWULANAN",
    "angka_periodik": 1,
    "periode_awal": "01-01",
    "periode_akhir": "03-31",
    "batas_pengisian": "04-09",
    "tahun": None,
}


def test_badan_yang_benar_menjadi_periode() -> None:
    hasil = urai_periode(BADAN | {"instansi_id": "i-1"})
    assert isinstance(hasil, Periode)
    assert (hasil.nama, hasil.tipe_periodik, hasil.instansi_id) == ("TRIWULAN I", TRIWULANAN, "i-1")


@pytest.mark.parametrize(
    ("ubahan", "lokasi"),
    [
        ({"nama": "  "}, "nama"),
        ({"nama": "x" * 201}, "nama"),
        ({"nama": None}, "nama"),
        ({"jenis": "BULANAN"}, "jenis"),
        ({"jenis": None}, "jenis"),
        ({"tipe_periodik": "MINGGUAN"}, "tipe_periodik"),
        ({"angka_periodik": 5}, "angka_periodik"),
        ({"angka_periodik": 0}, "angka_periodik"),
        ({"angka_periodik": True}, "angka_periodik"),
        ({"angka_periodik": "1"}, "angka_periodik"),
        ({"tipe_periodik": "BULANAN", "angka_periodik": 13}, "angka_periodik"),
        ({"periode_awal": "02-30"}, "periode_awal"),
        ({"periode_awal": "04-01"}, "periode_akhir"),
        ({"batas_pengisian": None}, "batas_pengisian"),
        ({"tahun": 1999}, "tahun"),
        ({"instansi_id": 7}, "instansi_id"),
        ({"lain": 1}, "lain"),
    ],
)
def test_satu_kesalahan_badan(ubahan: dict[str, object], lokasi: str) -> None:
    hasil = urai_periode(BADAN | ubahan)
    assert isinstance(hasil, list)
    assert [g.lokasi for g in hasil] == [lokasi]


def test_semua_kesalahan_dilaporkan_sekaligus() -> None:
    hasil = urai_periode({"jenis": "FINAL", "tipe_periodik": "BULANAN", "angka_periodik": 99, "tahun": "2024"})
    assert isinstance(hasil, list)
    assert {g.lokasi for g in hasil} == {
        "nama",
        "tipe_periodik",
        "angka_periodik",
        "periode_awal",
        "periode_akhir",
        "batas_pengisian",
        "tahun",
    }


@given(
    st.dictionaries(
        st.sampled_from([*BADAN, "x"]), st.one_of(st.none(), st.integers(), st.text(max_size=6), st.just([]))
    )
)
def test_badan_apa_pun_menjadi_periode_atau_daftar_kesalahan(badan: dict[str, object]) -> None:
    hasil = urai_periode(BADAN | badan)
    assert isinstance(hasil, Periode) or (hasil and all(isinstance(g, Galat) for g in hasil))
