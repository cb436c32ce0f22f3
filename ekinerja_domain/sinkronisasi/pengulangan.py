"""When a sync that met a passing fault is tried again (spec: domain 7). Pure: chance and time are arguments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ekinerja_domain.sinkronisasi.temuan import Kode, Temuan

WAKTU_TUNGGU = tuple(timedelta(seconds=detik) for detik in (2, 5, 15, 30, 60))
BATAS_GALAT_INTERNAL = 3
TUNGGU_TERLAMA_MENURUT_PMM = timedelta(hours=1)
_GOYANGAN = 0.2


@dataclass(frozen=True, slots=True)
class Ulangi:
    """Try again after this time."""

    setelah: timedelta


@dataclass(frozen=True, slots=True)
class Menyerah:
    """No further try by itself: our own fault happened too often."""


def putuskan_pengulangan(
    temuan: Iterable[Temuan],
    *,
    percobaan_transien: int,
    percobaan_galat: int,
    retry_after: timedelta | None,
    acak: float,
) -> Ulangi | Menyerah:
    """What follows an attempt with a TRANSIEN finding.

    `percobaan_transien`: how many attempts in a row were put off before this one; `percobaan_galat`: how many of these
    by GALAT_INTERNAL. `retry_after`: PMM's own wish, which wins (at most an hour). `acak`: 0..1, the jitter.
    PMM's illness never gives up; GALAT_INTERNAL does on its third time.
    """
    if any(t.kode is Kode.GALAT_INTERNAL for t in temuan) and percobaan_galat + 1 >= BATAS_GALAT_INTERNAL:
        return Menyerah()
    if retry_after is not None:
        return Ulangi(min(max(retry_after, timedelta()), TUNGGU_TERLAMA_MENURUT_PMM))
    dasar = WAKTU_TUNGGU[min(percobaan_transien, len(WAKTU_TUNGGU) - 1)]
    return Ulangi(dasar * (1 - _GOYANGAN + 2 * _GOYANGAN * acak))
