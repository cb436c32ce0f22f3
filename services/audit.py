"""The trail of who changed or triggered what, and from where, written in the transaction of the change, so neither
exists alone.

`rincian` holds counts and settings, never a list of NIP. Where a request came from travels beside the services, which
need no parameter for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import AuditRow

PANJANG_TEKS = 500


class Tindakan(StrEnum):
    """Every deed the trail knows: a verb, then what it is about."""

    MINTA_SINKRO = "MINTA_SINKRO"
    BUAT_MASSAL = "BUAT_MASSAL"
    JEDA_MASSAL = "JEDA_MASSAL"
    LANJUT_MASSAL = "LANJUT_MASSAL"
    BATAL_MASSAL = "BATAL_MASSAL"
    BUAT_JADWAL = "BUAT_JADWAL"
    UBAH_JADWAL = "UBAH_JADWAL"
    HAPUS_JADWAL = "HAPUS_JADWAL"
    TAMBAH_USER_PMM = "TAMBAH_USER_PMM"
    HAPUS_USER_PMM = "HAPUS_USER_PMM"
    BUAT_PERIODE = "BUAT_PERIODE"
    UBAH_PERIODE = "UBAH_PERIODE"
    HAPUS_PERIODE = "HAPUS_PERIODE"
    SUSUN_PERIODE = "SUSUN_PERIODE"
    PUTUSKAN_PADANAN = "PUTUSKAN_PADANAN"
    UBAH_UNIT_KERJA = "UBAH_UNIT_KERJA"
    TAMBAH_PIMPINAN = "TAMBAH_PIMPINAN"
    UBAH_PIMPINAN = "UBAH_PIMPINAN"
    HAPUS_PIMPINAN = "HAPUS_PIMPINAN"
    IMPOR_REFERENSI = "IMPOR_REFERENSI"


@dataclass(frozen=True, slots=True)
class Asal:
    """Where a request came from: its id and the address of the client."""

    request_id: str | None = None
    alamat: str | None = None


_asal: ContextVar[Asal | None] = ContextVar("sinkro_asal", default=None)


@contextmanager
def berasal(asal: Asal) -> Iterator[None]:
    """What is written to the trail within came from there."""
    semula = _asal.set(asal)
    try:
        yield
    finally:
        _asal.reset(semula)


async def catat_audit(
    conn: AsyncConnection,
    *,
    instansi_id: str | None,
    oleh: str,
    peran: str,
    tindakan: str,
    objek: str,
    rincian: Mapping[str, Any],
    request_id: str | None,
) -> None:
    """One audit row. `oleh` is the caller's subject, `tindakan` a word of Tindakan (else ValueError), `objek` what it
    was about as `kind:id`, `instansi_id` None for what concerns no single instansi."""
    asal = _asal.get() or Asal()
    # Inline: it asks for nothing back, which not everybody who leaves a trail may read.
    await conn.execute(
        insert(AuditRow)
        .inline()
        .values(
            instansi_id=instansi_id,
            oleh=oleh[:PANJANG_TEKS],
            peran=peran[:PANJANG_TEKS],
            tindakan=Tindakan(tindakan).value,
            objek=objek[:PANJANG_TEKS],
            rincian=dict(rincian),
            request_id=request_id or asal.request_id,
            alamat=asal.alamat,
        )
    )
