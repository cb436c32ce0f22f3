"""Reading the trail: pages of deeds, newest first."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.kursor import Kursor, KursorTidakSah
from services.db.tables import AuditRow

_BIGINT = 2**63


@dataclass(frozen=True, slots=True)
class SaringAudit:
    """The filters of the trail. `dari` inclusive, `sampai` exclusive; an empty tuple asks nothing; `instansi` None:
    every instansi, and what concerns none."""

    instansi: frozenset[str] | None
    dari: datetime | None = None
    sampai: datetime | None = None
    oleh: tuple[str, ...] = ()
    tindakan: tuple[str, ...] = ()
    objek: tuple[str, ...] = ()

    def sebagai_teks(self) -> str:
        """A stable text of the filter, which a cursor is bound to."""
        return "audit|" + "|".join(f"{f.name}={_teks(getattr(self, f.name))}" for f in fields(self))


def _teks(nilai: Any) -> str:
    return repr(sorted(nilai)) if isinstance(nilai, (frozenset, tuple)) else str(nilai)


async def daftar_audit(
    conn: AsyncConnection, saring: SaringAudit, *, kursor: str | None, jumlah_baris: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page, newest first by (pada, id), and the cursor of the next page (None at the end).

    Raises KursorTidakSah.
    """
    a = AuditRow
    perintah = (
        select(
            a.id, a.instansi_id, a.pada, a.oleh, a.peran, a.tindakan, a.objek, a.rincian, a.request_id, a.alamat
        )
        .order_by(a.pada.desc(), a.id.desc())
        .limit(jumlah_baris + 1)
    )  # fmt: skip
    if saring.instansi is not None:
        satu = next(iter(saring.instansi)) if len(saring.instansi) == 1 else None
        # An equality keeps the order of the index, which an IN does not.
        milik = a.instansi_id == satu if satu is not None else a.instansi_id.in_(sorted(saring.instansi))
        perintah = perintah.where(milik)
    if saring.dari is not None:
        perintah = perintah.where(a.pada >= saring.dari)
    if saring.sampai is not None:
        perintah = perintah.where(a.pada < saring.sampai)
    for kolom, nilai in ((a.oleh, saring.oleh), (a.tindakan, saring.tindakan), (a.objek, saring.objek)):
        if nilai:
            perintah = perintah.where(kolom.in_(nilai))
    nama = saring.sebagai_teks()
    if kursor is not None:
        akhir = Kursor.dari_teks(kursor, nama)
        if akhir.id.int >= _BIGINT:
            raise KursorTidakSah("kursor tidak sah")
        perintah = perintah.where(tuple_(a.pada, a.id) < tuple_(akhir.waktu, akhir.id.int))
    baris = (await conn.execute(perintah)).all()
    berikut = None
    if len(baris) > jumlah_baris:
        baris = baris[:jumlah_baris]
        berikut = Kursor(baris[-1].pada, UUID(int=baris[-1].id)).ke_teks(nama)
    return [{**satu._mapping, "id": str(satu.id), "peran": satu.peran.split()} for satu in baris], berikut
