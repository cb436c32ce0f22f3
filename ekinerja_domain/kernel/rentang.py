"""Date ranges, both ends inclusive; a range is never empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class RentangTanggal:
    """From `awal` to `akhir`, both days inside. Raises ValueError when `akhir` comes before `awal`."""

    awal: date
    akhir: date

    def __post_init__(self) -> None:
        if self.akhir < self.awal:
            raise ValueError(f"rentang berakhir ({self.akhir}) sebelum mulai ({self.awal})")

    @property
    def hari(self) -> int:
        """Number of days in the range, at least 1."""
        return (self.akhir - self.awal).days + 1

    def memuat(self, tanggal: date) -> bool:
        """Whether the day lies in the range."""
        return self.awal <= tanggal <= self.akhir

    def bertumpukan(self, lain: RentangTanggal) -> bool:
        """Whether the two ranges share at least one day."""
        return self.awal <= lain.akhir and lain.awal <= self.akhir

    def jepit(self, tanggal: date) -> date:
        """The day of the range nearest to `tanggal`: the reference date of an SKP is today, moved into its period."""
        return min(max(tanggal, self.awal), self.akhir)
