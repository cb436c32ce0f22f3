"""What processes use, read from /proc: on a machine with other work CPU time tells more than the clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.server import PabrikBasisData

_DETAK = os.sysconf("SC_CLK_TCK")
_INDUK, _PENGGUNA, _SISTEM, _ANAK_PENGGUNA, _ANAK_SISTEM = 1, 11, 12, 13, 14


def _statistik() -> Iterator[tuple[int, list[str]]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                isi = (folder / "stat").read_text()
            except OSError:
                continue
            # The name of a program may hold spaces and brackets.
            yield int(folder.name), isi.rpartition(")")[2].split()


def cpu_postgres(pabrik: PabrikBasisData) -> float:
    """CPU seconds of the server and all its processes, also of those that ended."""
    proses = pabrik.server.proses
    if proses is None:
        raise RuntimeError("PostgreSQL tidak berjalan")
    detak = 0
    for pid, s in _statistik():
        if pid == proses.pid:
            detak += sum(int(s[i]) for i in (_PENGGUNA, _SISTEM, _ANAK_PENGGUNA, _ANAK_SISTEM))
        elif int(s[_INDUK]) == proses.pid:
            detak += int(s[_PENGGUNA]) + int(s[_SISTEM])
    return detak / _DETAK


def cpu_proses(pid: int) -> float:
    """CPU seconds of a living process with all its threads, to the nanosecond: what /proc shows goes by ticks of 10 ms,
    too coarse for the queue alone. The number of the clock is what clock_getcpuclockid(3) gives for the process."""
    return time.clock_gettime((~pid << 3) | 2)


def memori_sendiri() -> float:
    """Resident memory of this process in MiB."""
    halaman = int(Path("/proc/self/statm").read_text().split()[1])
    return halaman * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True, slots=True)
class Terpakai:
    """Wall seconds, and CPU seconds of the workers, of PostgreSQL and of the simulated PMM (0 if not measured)."""

    detik: float
    pekerja: float
    postgres: float
    pmm: float = 0.0

    def per(self, jumlah: float) -> Terpakai:
        """The share of one of so many."""
        return Terpakai(self.detik / jumlah, self.pekerja / jumlah, self.postgres / jumlah, self.pmm / jumlah)


class Pengukur:
    """Measures from its making to `baca`. The worker is this process, unless `pekerja` names others, which live until
    then: their sum counts. `pmm`: the process of the simulated PMM."""

    def __init__(self, pabrik: PabrikBasisData, *, pekerja: Sequence[int] = (), pmm: int | None = None) -> None:
        self._pabrik, self._pekerja, self._pmm = pabrik, pekerja, pmm
        self._semula = self._kini()

    def _kini(self) -> tuple[float, float, float, float]:
        return (
            time.perf_counter(),
            sum(map(cpu_proses, self._pekerja)) if self._pekerja else time.process_time(),
            cpu_postgres(self._pabrik),
            0.0 if self._pmm is None else cpu_proses(self._pmm),
        )

    def baca(self) -> Terpakai:
        return Terpakai(*(b - a for a, b in zip(self._semula, self._kini(), strict=True)))
