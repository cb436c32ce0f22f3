"""What every change of periods has in common: the instansi locked first, and at the end the version of the facts, the
trail and the release, all in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import TAHUN_TERBESAR, TAHUN_TERKECIL
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.audit import catat_audit
from services.db.tables import InstansiRow
from services.pelepasan import lepaskan
from services.periode.queries import PeriodeTidakDitemukan


@dataclass(frozen=True, slots=True)
class Pengubah:
    """Who asks for the change: the caller's subject and roles, and the request."""

    oleh: str
    peran: str
    request_id: str | None


async def kunci_instansi(conn: AsyncConnection, instansi_id: str) -> None:
    """Keeps out the engine, which holds the row FOR SHARE while it writes ratings, and every other change of periods.

    What is read after this, in a statement of its own, is true until the end of the transaction. Raises
    PeriodeTidakDitemukan for an unknown instansi.
    """
    ada = await conn.scalar(select(InstansiRow.id).where(InstansiRow.id == instansi_id).with_for_update())
    if ada is None:
        raise PeriodeTidakDitemukan("instansi tidak ditemukan")


async def tuntaskan(
    conn: AsyncConnection,
    pengubah: Pengubah,
    *,
    instansi_id: str,
    tahun: Iterable[int | None],
    tindakan: str,
    objek: str,
    rincian: Mapping[str, Any],
) -> int:
    """After the write: tells the engine, frees who waited for the periods of these years (None: a template, which is
    for every year), and leaves the audit row. How many syncs were freed."""
    await conn.execute(
        update(InstansiRow).where(InstansiRow.id == instansi_id).values(versi_fakta=InstansiRow.versi_fakta + 1)
    )
    kena = set(tahun)
    semua = range(TAHUN_TERKECIL, TAHUN_TERBESAR + 1) if None in kena else kena
    terlepas = await lepaskan(conn, [Fakta(JenisFakta.PERIODE_TAHUN, f"{instansi_id}:{satu}") for satu in semua])
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
