"""Why a person cannot be added to or removed from the user PMM now."""

from __future__ import annotations

from datetime import timedelta

from ekinerja_domain.sinkronisasi.temuan import Kelas, Temuan


class UserPMMDitolak(Exception):
    """Nothing was changed; `temuan` says why and what to do. `tunggu`: how long PMM asked to wait, None when nobody
    said."""

    def __init__(self, temuan: Temuan, tunggu: timedelta | None = None) -> None:
        super().__init__(temuan.kode.value)
        self.temuan, self.tunggu = temuan, tunggu

    @property
    def sementara(self) -> bool:
        """PMM's illness: the same request may simply be sent again later."""
        return self.temuan.kelas is Kelas.TRANSIEN


class BukanUserPMM(Exception):
    """The person is known, but no user PMM (any more)."""
