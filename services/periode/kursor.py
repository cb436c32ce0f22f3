"""The cursor of the list of periods: the sort key of the last row. It says where to go on, never what may be seen, so a
forged one only moves the window."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from services.db.kursor import KursorTidakSah

_ISI = re.compile(r"([0-9]{4})([01])([0-9]{2}-[0-9]{2})([0-9]{2}-[0-9]{2})([0-9a-f]{32})")
_PANJANG_KURSOR = 96


@dataclass(frozen=True, slots=True)
class PosisiPeriode:
    """Templates first (`tahun` 0), then by year; PERIODIK before FINAL (`final` 1), then by dates as `mm-dd`."""

    tahun: int
    final: int
    awal: str
    akhir: str
    id: UUID

    def ke_teks(self) -> str:
        """The cursor behind this row."""
        isi = f"{self.tahun:04d}{self.final}{self.awal}{self.akhir}{self.id.hex}"
        return urlsafe_b64encode(isi.encode()).decode().rstrip("=")

    @classmethod
    def dari_teks(cls, kursor: str) -> PosisiPeriode:
        """Raises KursorTidakSah for anything `ke_teks` did not give."""
        if len(kursor) > _PANJANG_KURSOR or not kursor.isascii():
            raise KursorTidakSah("kursor tidak sah")
        try:
            teks = b64decode(kursor + "=" * (-len(kursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        except ValueError:
            raise KursorTidakSah("kursor tidak sah") from None
        cocok = _ISI.fullmatch(teks)
        if cocok is None:
            raise KursorTidakSah("kursor tidak sah")
        return cls(int(cocok[1]), int(cocok[2]), cocok[3], cocok[4], UUID(cocok[5]))
