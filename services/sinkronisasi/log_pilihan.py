"""The people behind rows of the log: what a bulk of "these rows" or "all rows of this filter" is made of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import SinkroRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat
from services.sinkronisasi.registri import JENIS_TERDAFTAR


@dataclass(frozen=True, slots=True)
class KelompokLog:
    """How many rows there are of one jenis and year in one instansi. `massal`: whether a bulk may ask for it."""

    instansi_id: str
    jenis: str
    tahun: int
    jumlah: int

    @property
    def massal(self) -> bool:
        pendaftaran = JENIS_TERDAFTAR.get(self.jenis)
        return pendaftaran is not None and pendaftaran.massal


async def kelompok_log(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> list[KelompokLog]:
    """The rows of the filter, counted by instansi, jenis and year, in that order."""
    s = SinkroRow
    kolom = (s.instansi_id, s.jenis, s.tahun)
    perintah = select(*kolom, func.count()).where(terlihat(jangkauan), cocok(saring)).group_by(*kolom).order_by(*kolom)
    return [KelompokLog(*baris) for baris in (await conn.execute(perintah)).all()]


async def nip_log(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan, kelompok: KelompokLog) -> list[str]:
    """Whose rows these are, each once: a row is one (nip, jenis, tahun)."""
    s = SinkroRow
    perintah = (
        select(s.nip)
        .where(terlihat(jangkauan), cocok(saring))
        .where(s.instansi_id == kelompok.instansi_id, s.jenis == kelompok.jenis, s.tahun == kelompok.tahun)
        .order_by(s.nip)
    )
    return list((await conn.scalars(perintah)).all())
