"""Fair turns between instansi in the bulk lane, kept by each worker for itself: when each is fair, their sum is.

Each instansi has a progress that grows with what was claimed for it; who has least is served first. Who comes anew (or
back) starts a little behind the others, so that a small bulk ends soon beside a large one. No database; time is an
argument.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

UANG_MUKA = 500
INGAT_DETIK = 1.0


@dataclass(frozen=True, slots=True)
class Antrean:
    """What waits in one instansi for one bulk, or (None) in its own right."""

    instansi_id: str
    massal_id: UUID | None


class GiliranInstansi:
    """`bagi` shares out one claim, `catat` tells what was really taken. `uang_muka`: by how many syncs a newcomer may
    be behind, which bounds for how long the others can wait for it."""

    def __init__(self, uang_muka: int = UANG_MUKA) -> None:
        self._uang_muka = uang_muka
        self._maju: dict[str, int] = {}
        self._ingatan: tuple[float, Sequence[Antrean]] | None = None
        self._menunggu: frozenset[str] = frozenset()

    def bagi(self, menunggu: Sequence[str], batas: int) -> dict[str, int]:
        """How many of at most `batas` each waiting instansi may take; who gets none is not in it."""
        sekarang = frozenset(menunggu)
        lama = [self._maju[i] for i in sekarang & self._menunggu]
        dasar = min(lama) if lama else max(self._maju.values(), default=0)
        for instansi in sekarang - self._menunggu:
            self._maju[instansi] = max(self._maju.get(instansi, 0), dasar - self._uang_muka)
        self._menunggu = sekarang
        # The least advanced first, one by one: equal shares, and whoever is behind catches up.
        tumpukan = [(self._maju[i], i) for i in sekarang]
        heapq.heapify(tumpukan)
        jatah: dict[str, int] = {}
        for _ in range(batas if tumpukan else 0):
            maju, instansi = tumpukan[0]
            jatah[instansi] = jatah.get(instansi, 0) + 1
            heapq.heapreplace(tumpukan, (maju + 1, instansi))
        return jatah

    def catat(self, diambil: Mapping[str, int]) -> None:
        """So many were claimed for each."""
        for instansi, jumlah in diambil.items():
            self._maju[instansi] = self._maju.get(instansi, 0) + jumlah

    def teringat(self, detik: float) -> Sequence[Antrean] | None:
        """The queues as they were a moment ago, if they are too many to be read for every claim. `detik` is a monotonic
        clock. What ended meanwhile yields nothing when it is claimed from, what is new waits for less than a second."""
        if self._ingatan is None or detik - self._ingatan[0] > INGAT_DETIK:
            return None
        return self._ingatan[1]

    def ingat(self, antrean: Sequence[Antrean], detik: float, batas: int) -> None:
        """Keeps the queues when one claim of `batas` cannot serve them all."""
        self._ingatan = (detik, antrean) if len(antrean) > batas else None

    def lupakan(self) -> None:
        """The next claim reads the queues anew."""
        self._ingatan = None
