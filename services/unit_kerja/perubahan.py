"""What every change of a unit or of its pimpinan has in common: the instansi locked first, and after the write the
version, the release, the audit row.

Invariant: nothing of it happens for a change that changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import Fakta
from services.audit import catat_audit
from services.db.tables import InstansiRow
from services.pelepasan import lepaskan


@dataclass(frozen=True, slots=True)
class Pengubah:
    """Who changes, what they may reach (`instansi` None: every instansi), and from which request."""

    instansi: frozenset[str] | None
    oleh: str
    peran: str
    request_id: str | None


async def kunci_pemilik(conn: AsyncConnection, pemilik: Select[str], instansi: frozenset[str] | None) -> str | None:
    """Locks the instansi that owns a row against the engine and other changes, and gives its id; None when there is no
    such row within reach. `pemilik` selects the instansi of the row and is asked again under the lock, since an import
    may move the row meanwhile; who comes too late finds nothing."""
    instansi_id = await conn.scalar(pemilik)
    if instansi_id is None or (instansi is not None and instansi_id not in instansi):
        return None
    await conn.execute(select(InstansiRow.id).where(InstansiRow.id == instansi_id).with_for_update())
    return instansi_id if await conn.scalar(pemilik) == instansi_id else None


async def sahkan(
    conn: AsyncConnection,
    pengubah: Pengubah,
    *,
    instansi_id: str,
    fakta: Collection[Fakta],
    tindakan: str,
    objek: str,
    rincian: Mapping[str, Any],
) -> int:
    """Completes a change that was written: the engine sees another version, who waited for one of the facts is queued
    again, the trail has it. How many syncs were freed."""
    await conn.execute(
        update(InstansiRow).where(InstansiRow.id == instansi_id).values(versi_fakta=InstansiRow.versi_fakta + 1)
    )
    terlepas = await lepaskan(conn, fakta)
    await catat_audit(
        conn,
        instansi_id=instansi_id,
        oleh=pengubah.oleh,
        peran=pengubah.peran,
        tindakan=tindakan,
        objek=objek,
        rincian={**rincian, "terlepas": terlepas},
        request_id=pengubah.request_id,
    )
    return terlepas
