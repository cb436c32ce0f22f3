"""A version of the log within a reach that costs one probe of an index per instansi, so that who has seen the present
state need not be told it again.

Invariant: two equal versions mean the same rows with the same content. There is none while a transaction is under way
that is older than the newest change: it might commit a change that the version does not show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import CTE, column, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog

if TYPE_CHECKING:
    from services.konteks import Konteks

# Names beside the rows belong to the reference, whose every change raises versi_fakta in the same transaction.
_SQL = """
    SELECT count(*) AS instansi, max(m.urut) AS urut, sum(i.versi_fakta) AS fakta,
           CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS batas,
           (SELECT system_identifier || '-' || timeline_id FROM pg_control_system(), pg_control_checkpoint()) AS hidup
    FROM instansi i LEFT JOIN LATERAL (
        SELECT u.urut FROM sinkro_ubahan u WHERE u.instansi_id = i.id ORDER BY u.urut DESC LIMIT 1) m ON true
    """
_VERSI = text(_SQL + "WHERE CAST(:milik AS text[]) IS NULL OR i.id = ANY (CAST(:milik AS text[]))")
_KOLOM = ("instansi", "urut", "fakta", "batas", "hidup")


def berversi(saring: SaringLog, jangkauan: Jangkauan) -> bool:
    """Whether the version says everything about an answer: not about one person's rows, which may be anywhere, and not
    about the items of a bulk, which come without a change of their sync."""
    return jangkauan.nip is None and not saring.massal_id


async def versi_log(conn: AsyncConnection, jangkauan: Jangkauan) -> str | None:
    """The version of all rows of the reach's instansi; None when it cannot be told now, or an instansi is unknown."""
    milik = None if jangkauan.instansi is None else sorted(jangkauan.instansi)
    baris = (await conn.execute(_VERSI, {"milik": milik})).one()
    return None if milik is not None and baris.instansi != len(milik) else versi_dari(baris._asdict())


def versi_beserta(instansi: frozenset[str]) -> CTE:
    """The one row that `versi_dari` reads, for a statement that also reads rows of these instansi, so that both are of
    one snapshot; its column `instansi` says how many of them there are."""
    milik = {f"milik_{n}": satu for n, satu in enumerate(sorted(instansi))}
    satu_satu = text(f"{_SQL} WHERE i.id IN ({', '.join(f':{nama}' for nama in milik)})")
    return satu_satu.bindparams(**milik).columns(*map(column, _KOLOM)).cte("versi")


def versi_dari(baris: Mapping[str, Any]) -> str | None:
    """The version by what was read for it; None when it cannot be told now."""
    urut = baris["urut"] or 0
    return None if urut >= baris["batas"] else f"{baris['hidup']}.{urut}.{baris['fakta']}.{baris['instansi']}"


class VersiLog:
    """The versions as one process reads them: who asks while a probe for the same reach has not begun yet shares it.
    Nobody gets a version that was read before they asked."""

    def __init__(self) -> None:
        self._berikut: dict[frozenset[str] | None, asyncio.Task[str | None]] = {}
        self._berjalan: dict[frozenset[str] | None, asyncio.Task[str | None]] = {}

    async def baca(self, konteks: Konteks, jangkauan: Jangkauan) -> str | None:
        """As `versi_log`. The caller may see the whole reach."""
        kunci = jangkauan.instansi
        tugas = self._berikut.get(kunci)
        if tugas is None:
            tugas = self._berikut[kunci] = asyncio.create_task(self._giliran(konteks, jangkauan))
        return await asyncio.shield(tugas)

    async def _giliran(self, konteks: Konteks, jangkauan: Jangkauan) -> str | None:
        kunci = jangkauan.instansi
        lama = self._berjalan.get(kunci)
        if lama is not None:
            await asyncio.wait([lama])
        # From here on whoever asks needs a later probe.
        tugas = self._berjalan[kunci] = self._berikut.pop(kunci)
        try:
            async with konteks.baca() as conn:
                return await versi_log(conn, jangkauan)
        finally:
            if self._berjalan.get(kunci) is tugas:
                del self._berjalan[kunci]
