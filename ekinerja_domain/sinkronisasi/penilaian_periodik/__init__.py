"""Sinkro penilaian periodik: what it is judged by, its checks, and the exact ratings it writes.

Pure. Ratings are matched by (tipe, angka), never by name (documents 000 and 001; the rest keputusan). Invariants: no
rating against the matrix, at most one definitive rating per person, period and year, and writing twice is writing once.
"""

from ekinerja_domain.sinkronisasi.penilaian_periodik.fakta import (
    FaktaPenilaianPeriodik,
    JawabanPenilaianPeriodik,
    PenilaianPMM,
)
from ekinerja_domain.sinkronisasi.penilaian_periodik.prasyarat import periksa
from ekinerja_domain.sinkronisasi.penilaian_periodik.rencana import RencanaPenilaian, pesan_tanpa_perubahan, rencanakan
from ekinerja_domain.sinkronisasi.penilaian_periodik.telaah import PenempatanPenilaian, TelaahPeriodik, tipe_ditanyakan

__all__ = [
    "FaktaPenilaianPeriodik",
    "JawabanPenilaianPeriodik",
    "PenempatanPenilaian",
    "PenilaianPMM",
    "RencanaPenilaian",
    "TelaahPeriodik",
    "periksa",
    "pesan_tanpa_perubahan",
    "rencanakan",
    "tipe_ditanyakan",
]
