"""The instansi a caller may see, by name and zone; for those who choose among several and for times in their zone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import InstansiRow, PegawaiRow
from services.identitas.pemanggil import Jangkauan

BATAS_DAFTAR = 1_000


@dataclass(frozen=True, slots=True)
class Instansi:
    """`zona_waktu` is an IANA name (Asia/Jakarta, Asia/Makassar, Asia/Jayapura)."""

    id: str
    nama: str
    zona_waktu: str


async def daftar_instansi(
    conn: AsyncConnection, jangkauan: Jangkauan, *, nama: str | None = None, batas: int = BATAS_DAFTAR
) -> list[Instansi]:
    """The instansi within the reach and that of its person, by name, at most `batas`; `nama`: a part of the name."""
    i = InstansiRow
    bagian: list[ColumnElement[bool]] = []
    if jangkauan.instansi:
        bagian.append(i.id.in_(sorted(jangkauan.instansi)))
    if jangkauan.nip is not None:
        bagian.append(i.id.in_(select(PegawaiRow.instansi_id).where(PegawaiRow.nip == jangkauan.nip)))
    terlihat = true() if jangkauan.instansi is None else or_(*bagian) if bagian else false()
    perintah = select(i.id, i.nama, i.zona_waktu).where(terlihat).order_by(i.nama, i.id).limit(batas)
    if nama:
        perintah = perintah.where(i.nama.icontains(nama, autoescape=True))
    return [Instansi(*baris) for baris in (await conn.execute(perintah)).all()]
