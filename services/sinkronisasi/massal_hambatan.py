"""Why bulks make no progress although they run: PMM is down or refuses us. The workers say so while it lasts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import Kode

# Said again every second; what is not repeated is over.
BERLAKU_DETIK = 4.0

_CATAT = text(
    """
    INSERT INTO hambatan_pmm AS h (kode, sejak, sampai)
    VALUES (:kode, :sejak, clock_timestamp() + make_interval(secs => :berlaku))
    ON CONFLICT (kode) DO UPDATE SET sampai = excluded.sampai,
        sejak = CASE WHEN h.sampai > clock_timestamp() THEN LEAST(h.sejak, excluded.sejak) ELSE excluded.sejak END
    """
)


async def catat_hambatan(conn: AsyncConnection, kode: Kode, sejak: datetime) -> None:
    """This worker claims nothing for bulks since then, because of this finding about PMM."""
    await conn.execute(_CATAT, {"kode": kode.value, "sejak": sejak, "berlaku": BERLAKU_DETIK})
