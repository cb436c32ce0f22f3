"""The truth about each person of the sample, put together from what was planted, never from running the checks.

The only rule here is "what cannot be judged is belum diperiksa" (spec: domain 4.1): a planted problem names the checks
it closes, and what was planted behind a closed check does not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_TANPA: Final[frozenset[int]] = frozenset()
# kode -> the check of domain 4.1 that finds it, and the later checks that cannot be judged then.
_TAHAP: Final[dict[str, tuple[int, frozenset[int]]]] = {
    "PEGAWAI_TIDAK_AKTIF": (1, _TANPA),
    "BUKAN_USER_PMM": (1, _TANPA),
    "NIP_TIDAK_DIKENAL_PMM": (1, _TANPA),
    "SKP_PMM_BELUM_ADA": (2, frozenset({6, 7, 8})),
    "SKP_PMM_BELUM_DISEPAKATI": (2, frozenset({6, 7, 8})),
    "PMM_PESAN_TIDAK_DIKENAL": (2, frozenset({6, 7, 8})),
    "PMM_JAWABAN_TIDAK_SAH": (2, frozenset({6, 7, 8})),
    "JENIS_PENGGUNA_BELUM_DIDUKUNG": (2, frozenset({6, 7})),
    "TERDAPAT_ROTASI": (2, frozenset({4, 5, 6, 7, 8})),
    "UNIT_KERJA_TIDAK_TERDAFTAR": (3, _TANPA),
    "NAMA_UNOR_TIDAK_SAMA": (4, frozenset({5, 6, 7})),
    "UNIT_KERJA_BUKAN_SEKOLAH": (4, frozenset({5, 6, 7})),
    "PADAN_MENURUT_NAMA": (4, _TANPA),
    "NAMA_SEKOLAH_BERBEDA": (4, _TANPA),
    "ATASAN_BELUM_ADA": (5, frozenset({6, 7})),
    "KS_BELUM_KLAIM_PIMPINAN": (5, frozenset({6, 7})),
    "ATASAN_TIDAK_SAMA": (5, frozenset({6, 7})),
    "ATASAN_BERGANTI": (5, _TANPA),
    "SKP_ORGANISASI_ATASAN_BELUM_ADA": (6, frozenset({7})),
    "RHK_ATASAN_TIDAK_DITEMUKAN": (7, _TANPA),
    "SKP_TUMPANG_TINDIH": (8, _TANPA),
    "RHK_TIDAK_ADA_DI_PMM": (9, _TANPA),
}
SEMUA_SESUDAH_1: Final = frozenset(range(2, 9))
UNIT_TIDAK_ADA: Final = frozenset({4, 5, 6, 7})


@dataclass(frozen=True, slots=True)
class Cacat:
    """A planted GAGAL finding: the check that finds it, the checks it closes, whether it waits for another's sync, and
    whether that other is a PLT whose acting SKP ends it."""

    kode: str
    tahap: int
    menutup: frozenset[int]
    bergantung: bool
    lepas_oleh_plt: bool = False


@dataclass(frozen=True, slots=True)
class Catatan:
    """A planted note and the check that makes it."""

    kode: str
    tahap: int


def cacat(
    kode: str, *, menutup: frozenset[int] | None = None, bergantung: bool = False, lepas_oleh_plt: bool = False
) -> Cacat:
    """A planted problem; `menutup` when this case closes other checks than the kode usually does."""
    tahap, biasa = _TAHAP[kode]
    return Cacat(kode, tahap, biasa if menutup is None else menutup, bergantung, lepas_oleh_plt)


def catatan(kode: str, *, tahap: int | None = None) -> Catatan:
    """A planted note; `tahap` when it is a note of another check than where the kode is a failure."""
    return Catatan(kode, _TAHAP[kode][0] if tahap is None else tahap)


@dataclass(frozen=True, slots=True)
class Kebenaran:
    """What a sync must find for a person once a bulk in the right order (KS before guru) has settled.

    `dalam_massal` is False for who is no PMM user: a bulk of everybody does not cover them, a single request does.
    """

    nip: str
    status: str
    gagal: frozenset[str]
    catatan: frozenset[str]
    dalam_massal: bool

    @property
    def temuan(self) -> frozenset[str]:
        """Every kode of the person, of both levels."""
        return self.gagal | self.catatan


def kebenaran_dari(nip: str, ditanam: Iterable[Cacat], dicatat: Iterable[Catatan], *, dalam_massal: bool) -> Kebenaran:
    """The truth of a person from the problems and notes planted on them and on their school."""
    semua = list(ditanam)
    tertutup = frozenset[int]().union(*(c.menutup for c in semua))
    tampak = [c for c in semua if c.tahap not in tertutup]
    gagal = frozenset(c.kode for c in tampak)
    # A check that fails leaves no note of its own beside the failure.
    buntu = tertutup | {c.tahap for c in tampak}
    if not gagal:
        status = "BERHASIL"
    elif all(c.bergantung for c in tampak):
        status = "TERTAHAN"
    else:
        status = "GAGAL"
    return Kebenaran(nip, status, gagal, frozenset(c.kode for c in dicatat if c.tahap not in buntu), dalam_massal)
