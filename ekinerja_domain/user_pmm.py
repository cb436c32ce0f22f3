"""Why somebody is taken off the user PMM: a list that is data, each entry with the days on which it may be chosen.

Invariant: whether a reason holds is decided by the day alone, so a rule that changes is a date here, not a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_DOKUMEN_000 = date(2024, 5, 27)


class AlasanTidakBerlaku(ValueError):
    """The reason is unknown, or not one of today's."""


@dataclass(frozen=True, slots=True)
class AlasanHapus:
    """One reason, `nama` as users know it; may be chosen from `berlaku_sejak` to `berlaku_sampai`, both inclusive
    (None: until further notice)."""

    kode: str
    nama: str
    berlaku_sejak: date
    berlaku_sampai: date | None = None

    def berlaku_pada(self, hari: date) -> bool:
        return self.berlaku_sejak <= hari and (self.berlaku_sampai is None or hari <= self.berlaku_sampai)


# Document 000, screen "Hapus User PMM". The rules of 2026 bring ASN at private schools into PMM: when that takes effect
# is not published yet, and then DIPERBANTUKAN_SWASTA gets its last day.
ALASAN_HAPUS: tuple[AlasanHapus, ...] = (
    AlasanHapus("GURU_KEMENAG", "Guru Kemenag", _DOKUMEN_000),
    AlasanHapus("BUKAN_GURU", "Bukan Guru", _DOKUMEN_000),
    AlasanHapus("PERUBAHAN_JABATAN_NON_GURU", "Perubahan Jabatan ke Non Guru", _DOKUMEN_000),
    AlasanHapus("SILN", "Bekerja di Sekolah Indonesia di Luar Negeri (SILN)", _DOKUMEN_000),
    AlasanHapus("TUGAS_BELAJAR", "Sedang Tugas Belajar", _DOKUMEN_000),
    AlasanHapus("DIPERBANTUKAN_SWASTA", "Diperbantukan di Satuan Pendidikan Swasta", _DOKUMEN_000),
)


def alasan_berlaku(hari: date, daftar: Sequence[AlasanHapus] = ALASAN_HAPUS) -> tuple[AlasanHapus, ...]:
    """The reasons that may be chosen on the day, in the order of the screen."""
    return tuple(satu for satu in daftar if satu.berlaku_pada(hari))


def pilih_alasan(kode: str, hari: date, daftar: Sequence[AlasanHapus] = ALASAN_HAPUS) -> AlasanHapus:
    """The reason of this kode. Raises AlasanTidakBerlaku when it is unknown or not in force on the day (document 000:
    nobody is removed without a reason of the list)."""
    for satu in alasan_berlaku(hari, daftar):
        if satu.kode == kode:
            return satu
    raise AlasanTidakBerlaku("alasan tidak dikenal atau sudah tidak berlaku")
