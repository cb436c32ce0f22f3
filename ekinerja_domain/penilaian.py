"""Ratings and the predikat that follows from them: one matrix, and never a predikat without both ratings.

Source: the matrix of PermenPANRB 6/2022 as shown in document 004.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ekinerja_domain.kernel.teks import lipat


class Rating(StrEnum):
    """Hasil kerja or perilaku kerja, each against what was expected (ekspektasi)."""

    DIATAS = "DIATAS"
    SESUAI = "SESUAI"
    DIBAWAH = "DIBAWAH"


class Predikat(StrEnum):
    SANGAT_BAIK = "SANGAT_BAIK"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"


class PredikatTidakDikenal(ValueError):
    """The text is no predikat."""


# (hasil kerja, perilaku kerja) -> predikat
MATRIKS: Mapping[tuple[Rating, Rating], Predikat] = MappingProxyType(
    {
        (Rating.DIATAS, Rating.DIATAS): Predikat.SANGAT_BAIK,
        (Rating.DIATAS, Rating.SESUAI): Predikat.BAIK,
        (Rating.DIATAS, Rating.DIBAWAH): Predikat.KURANG,
        (Rating.SESUAI, Rating.DIATAS): Predikat.BAIK,
        (Rating.SESUAI, Rating.SESUAI): Predikat.BAIK,
        (Rating.SESUAI, Rating.DIBAWAH): Predikat.KURANG,
        (Rating.DIBAWAH, Rating.DIATAS): Predikat.BUTUH_PERBAIKAN,
        (Rating.DIBAWAH, Rating.SESUAI): Predikat.BUTUH_PERBAIKAN,
        (Rating.DIBAWAH, Rating.DIBAWAH): Predikat.SANGAT_KURANG,
    }
)

_SEBUTAN: Mapping[str, Predikat] = MappingProxyType(
    {lipat(p): p for p in Predikat}
    | {
        "cukup": Predikat.BUTUH_PERBAIKAN,
        "butuh perbaikan cukup": Predikat.BUTUH_PERBAIKAN,
        "misconduct": Predikat.KURANG,
        "kurang misconduct": Predikat.KURANG,
    }
)


def predikat(hasil: Rating, perilaku: Rating) -> Predikat:
    """The predikat of these two ratings, by the matrix. Total: every pair has one."""
    return MATRIKS[hasil, perilaku]


def parse_predikat(teks: str) -> Predikat:
    """The predikat as systems and screens write it: "SANGAT_BAIK", "Sangat Baik", "Cukup", "Kurang/Misconduct".

    Raises PredikatTidakDikenal.
    """
    try:
        return _SEBUTAN[lipat(teks)]
    except KeyError:
        raise PredikatTidakDikenal("predikat tidak dikenal") from None
