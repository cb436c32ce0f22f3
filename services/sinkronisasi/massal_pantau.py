"""Progress of bulks for many listeners: one reader per bulk and process looks at the database, at most once a second,
and everybody who listens hears what it saw.

A reader lives as long as somebody listens. Who listens slowly misses intermediate states, never the last one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from ekinerja_domain.sinkronisasi.status import MASSAL_BERAKHIR
from services.konteks import Konteks
from services.sinkronisasi.massal_baca import massal

LIHAT_SETIAP_DETIK = 1.0
PENDENGAR_TERBANYAK = 20


class PendengarTerlaluBanyak(Exception):
    """The caller has as many streams open as one caller may have."""


@dataclass(slots=True)
class _Pembaca:
    """What one bulk looks like now; `nomor` counts its changes since the reader began."""

    massal_id: UUID
    pendengar: int = 0
    keadaan: dict[str, Any] | None = None
    nomor: int = 0
    berubah: asyncio.Condition = field(default_factory=asyncio.Condition)
    tugas: asyncio.Task[None] | None = None


class PantauanMassal:
    """One per process. `tutup` ends every stream."""

    def __init__(self, konteks: Konteks) -> None:
        self._konteks = konteks
        self._pembaca: dict[UUID, _Pembaca] = {}
        self._per_pemanggil: Counter[str] = Counter()
        self._tutup = False

    def daftar(self, pemanggil: str) -> None:
        """Takes one of the caller's places. Raises PendengarTerlaluBanyak."""
        if self._per_pemanggil[pemanggil] >= PENDENGAR_TERBANYAK:
            raise PendengarTerlaluBanyak
        self._per_pemanggil[pemanggil] += 1

    def lepas(self, pemanggil: str) -> None:
        """Gives the place back."""
        self._per_pemanggil[pemanggil] -= 1
        if self._per_pemanggil[pemanggil] <= 0:
            del self._per_pemanggil[pemanggil]

    async def tutup(self) -> None:
        self._tutup = True
        for pembaca in list(self._pembaca.values()):
            async with pembaca.berubah:
                pembaca.berubah.notify_all()

    async def ikuti(
        self, massal_id: UUID, detak_detik: float
    ) -> AsyncGenerator[tuple[int, dict[str, Any] | None], None]:
        """The bulk now and at every change, numbered, until it has ended; None after `detak_detik` without a change.
        The caller has made sure that this bulk may be seen."""
        pembaca = self._pembaca.get(massal_id)
        if pembaca is None:
            pembaca = self._pembaca[massal_id] = _Pembaca(massal_id)
            pembaca.tugas = asyncio.create_task(self._baca(pembaca))
        pembaca.pendengar += 1
        dilihat = 0
        try:
            while not self._tutup:
                await self._tunggu(pembaca, dilihat, detak_detik)
                if pembaca.nomor == dilihat or pembaca.keadaan is None:
                    if not self._tutup:
                        yield dilihat, None
                    continue
                dilihat = pembaca.nomor
                yield dilihat, pembaca.keadaan
                if berakhir(pembaca.keadaan):
                    return
        finally:
            pembaca.pendengar -= 1
            if pembaca.pendengar == 0:
                self._pembaca.pop(massal_id, None)
                if pembaca.tugas is not None:
                    pembaca.tugas.cancel()

    async def _tunggu(self, pembaca: _Pembaca, dilihat: int, detik: float) -> None:
        """Until something has changed, the process ends, or the time is over."""
        async with pembaca.berubah:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(detik):
                    await pembaca.berubah.wait_for(lambda: pembaca.nomor > dilihat or self._tutup)

    async def _baca(self, pembaca: _Pembaca) -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
                # The reader serves callers of different reach, each of whom was let in before.
                with self._konteks.sebagai_mesin():
                    async with self._konteks.baca() as conn:
                        keadaan = await massal(conn, pembaca.massal_id, None, dengan_ditolak=False)
                if keadaan is not None and _inti(keadaan) != _inti(pembaca.keadaan):
                    async with pembaca.berubah:
                        pembaca.keadaan, pembaca.nomor = keadaan, pembaca.nomor + 1
                        pembaca.berubah.notify_all()
            await asyncio.sleep(LIHAT_SETIAP_DETIK)


def berakhir(keadaan: dict[str, Any]) -> bool:
    """Whether nothing will change any more: after a cancel what ran is still counted."""
    tuntas = keadaan["selesai"] + keadaan["dibatalkan"] >= keadaan["jumlah"]
    return keadaan["status"] in MASSAL_BERAKHIR and tuntas


def _inti(keadaan: dict[str, Any] | None) -> dict[str, Any] | None:
    """What makes a change: not the rate, which moves with the clock."""
    if keadaan is None:
        return None
    return {nama: nilai for nama, nilai in keadaan.items() if nama not in ("laju_per_detik", "perkiraan_selesai")}
