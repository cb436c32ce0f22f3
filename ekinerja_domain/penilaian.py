"""Ratings, what is attached to them, and the predikat that follows from them: one matrix, and never a predikat without
both ratings. A `Penilaian` has no predikat of its own, so none can stand against the matrix.

Source: the matrix of PermenPANRB 6/2022 as shown in document 004; the attachments of document 000, part D.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.skp import Sumber


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


@dataclass(frozen=True, slots=True)
class Penilaian:
    """A rating of an SKP in a period of a year as it stands in e-Kinerja. `definitif`: the SKP is a definitive one;
    `berakhir`: the period's last day in that year, by which the rating finds its SKP."""

    id: UUID
    skp_id: UUID
    periode_id: str
    tahun: int
    hasil_kerja: Rating
    perilaku_kerja: Rating
    sumber: Sumber
    dinilai_pada: datetime | None
    pmm_versi: int | None
    definitif: bool
    berakhir: date

    @property
    def predikat(self) -> Predikat:
        """What the matrix says of the two ratings."""
        return predikat(self.hasil_kerja, self.perilaku_kerja)


@dataclass(frozen=True, slots=True)
class BuktiDukung:
    """A piece of evidence (eviden) of an indikator in one rating. `tautan`: where it can be seen."""

    id: UUID
    indikator_id: UUID
    nama: str
    tautan: str | None
    sumber: Sumber
    pmm_id: str | None


@dataclass(frozen=True, slots=True)
class Realisasi:
    """What was achieved on an indikator; at most one of each source."""

    id: UUID
    indikator_id: UUID
    teks: str
    sumber_data: str | None
    sumber: Sumber


@dataclass(frozen=True, slots=True)
class UmpanBalik:
    """Feedback on an indikator."""

    id: UUID
    indikator_id: UUID
    positif: bool
    teks: str | None
    sumber: Sumber
    pmm_id: str | None


@dataclass(frozen=True, slots=True)
class LampiranPenilaian:
    """Everything that is attached to one rating now; what went to history is not in it."""

    bukti_dukung: tuple[BuktiDukung, ...] = ()
    realisasi: tuple[Realisasi, ...] = ()
    umpan_balik: tuple[UmpanBalik, ...] = ()
