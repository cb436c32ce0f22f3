"""The predikat matrix, cell by cell, and the words for a predikat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.penilaian import MATRIKS, Predikat, PredikatTidakDikenal, Rating, parse_predikat, predikat

# Rows: hasil kerja; columns: perilaku kerja, DIATAS, SESUAI, DIBAWAH.
TABEL = {
    "DIATAS": ("SANGAT_BAIK", "BAIK", "KURANG"),
    "SESUAI": ("BAIK", "BAIK", "KURANG"),
    "DIBAWAH": ("BUTUH_PERBAIKAN", "BUTUH_PERBAIKAN", "SANGAT_KURANG"),
}


@pytest.mark.parametrize("hasil", list(Rating))
@pytest.mark.parametrize(("kolom", "perilaku"), list(enumerate(Rating)))
def test_setiap_sel_matriks(hasil: Rating, kolom: int, perilaku: Rating) -> None:
    assert predikat(hasil, perilaku) == TABEL[hasil][kolom]


def test_matriks_lengkap_dan_setiap_predikat_tercapai() -> None:
    assert len(MATRIKS) == 9
    assert set(MATRIKS.values()) == set(Predikat)


@pytest.mark.parametrize(
    ("teks", "hasil"),
    [
        ("CUKUP", Predikat.BUTUH_PERBAIKAN),
        ("Cukup", Predikat.BUTUH_PERBAIKAN),
        ("Butuh Perbaikan", Predikat.BUTUH_PERBAIKAN),
        ("Kurang/Misconduct", Predikat.KURANG),
        ("Sangat Baik", Predikat.SANGAT_BAIK),
    ],
)
def test_kata_di_layar_dikenal(teks: str, hasil: Predikat) -> None:
    assert parse_predikat(teks) is hasil


@given(st.sampled_from(Predikat))
def test_setiap_predikat_dikenal_dengan_namanya(p: Predikat) -> None:
    assert parse_predikat(p) is p


@pytest.mark.parametrize("teks", ["", "ISTIMEWA", "SANGAT"])
def test_kata_lain_ditolak(teks: str) -> None:
    with pytest.raises(PredikatTidakDikenal):
        parse_predikat(teks)
