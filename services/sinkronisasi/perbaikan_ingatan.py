"""What was ranked a moment ago, as long as it would be ranked the same now: reading every blocked sync of a large
instansi costs seconds, and its screens ask again and again.

Invariant: what is given was made at the same version of the instansi's log and of all reference data the caller sees
(`versi_log`), for the same tenants, and within BERLAKU_DETIK, since a repair in PMM strikes what a finding rests on
without another change. Nothing is kept while a change is under way.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.penyewa import penyewa_kini
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_versi import versi_log

BERLAKU_DETIK: Final = 15.0
TERBANYAK: Final = 16
_REFERENSI = text("SELECT count(*), sum(versi_fakta) FROM instansi")

T = TypeVar("T")


class Ingatan(Generic[T]):
    """Keeps the last values asked for, of one process."""

    def __init__(self) -> None:
        self._isi: OrderedDict[Hashable, tuple[Hashable, float, T]] = OrderedDict()

    async def ambil(
        self, conn: AsyncConnection, jangkauan: Jangkauan, kunci: Hashable, buat: Callable[[], Awaitable[T]]
    ) -> T:
        """The value of `kunci` within the reach: a kept one that is still good, else what `buat` reads now."""
        if jangkauan.nip is not None or jangkauan.instansi is None or len(jangkauan.instansi) != 1:
            return await buat()
        versi = await versi_log(conn, jangkauan)
        if versi is None:
            return await buat()
        keadaan = (versi, *(await conn.execute(_REFERENSI)).one())
        tempat = (jangkauan.instansi, penyewa_kini().instansi, kunci)
        ada = self._isi.get(tempat)
        kini = time.monotonic()
        if ada is not None and ada[0] == keadaan and kini - ada[1] < BERLAKU_DETIK:
            self._isi.move_to_end(tempat)
            return ada[2]
        nilai = await buat()
        self._isi[tempat] = (keadaan, kini, nilai)
        self._isi.move_to_end(tempat)
        while len(self._isi) > TERBANYAK:
            self._isi.popitem(last=False)
        return nilai
