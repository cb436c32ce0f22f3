"""The trail of who changed or triggered what, written in the transaction of the change, so neither exists alone.

`rincian` holds counts and settings, never a list of NIP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import AuditRow

PANJANG_TEKS = 500


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
    alamat: str | None = None,
) -> None:
    """One audit row. `oleh` is the caller's subject, `tindakan` a word like IMPOR_REFERENSI, `objek` what it was about,
    `instansi_id` None for what concerns no single instansi."""
    await conn.execute(
        insert(AuditRow).values(
            instansi_id=instansi_id,
            oleh=oleh[:PANJANG_TEKS],
            peran=peran[:PANJANG_TEKS],
            tindakan=tindakan,
            objek=objek[:PANJANG_TEKS],
            rincian=dict(rincian),
            request_id=request_id,
            alamat=alamat,
        )
    )
