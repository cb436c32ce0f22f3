"""What somebody wants to know who opens the log in the morning: which years there are, and what ended since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import SinkroRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat

TAHUN_PERTAMA = 2022


async def tahun_berisi(conn: AsyncConnection, jangkauan: Jangkauan, *, jenis: str, sampai: int) -> list[int]:
    """The years up to `sampai` with a sync of the jenis within the reach, the latest first."""
    s = SinkroRow
    tahun = (
        func.generate_series(TAHUN_PERTAMA, sampai).table_valued(column("tahun", Integer), name="t").render_derived()
    )
    ada = select(s.id).where(terlihat(jangkauan), s.jenis == jenis, s.tahun == tahun.c.tahun).exists()
    perintah = select(tahun.c.tahun).where(ada).order_by(tahun.c.tahun.desc())
    return [int(t) for t in (await conn.scalars(perintah)).all()]


async def berakhir_sejak(
    conn: AsyncConnection, jangkauan: Jangkauan, *, jenis: str, tahun: int, sejak: datetime
) -> dict[str, int]:
    """How many syncs ended since then, by the status they have now."""
    s = SinkroRow
    saring = SaringLog(jenis=(jenis,), tahun=(tahun,))
    perintah = (
        select(s.status, func.count())
        .where(terlihat(jangkauan), cocok(saring), s.selesai_pada >= sejak)
        .group_by(s.status)
    )
    return {status: int(n) for status, n in (await conn.execute(perintah)).all()}
