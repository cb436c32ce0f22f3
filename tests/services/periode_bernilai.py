"""Ratings put straight into the tables, as the engine would leave them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.id import id_baru
from services.db.tables import PenilaianRow, SkpRow


async def tulis_skp(conn: AsyncConnection, *, instansi_id: str, nip: str, unit_kerja_id: str, tahun: int) -> UUID:
    """An agreed SKP of the whole year; its id."""
    skp_id = id_baru()
    await conn.execute(
        insert(SkpRow).values(
            id=skp_id,
            instansi_id=instansi_id,
            nip=nip,
            periode_awal=date(tahun, 1, 1),
            periode_akhir=date(tahun, 12, 31),
            pendekatan="KUANTITATIF",
            unit_kerja_id=unit_kerja_id,
            jabatan="Guru Ahli Muda",
            status_pegawai="DEFINITIF",
            jenis_pegawai="PEGAWAI",
            jenis_skp="GURU_JAJF",
            status="PERSETUJUAN",
            sumber="EKINERJA",
        )
    )
    return skp_id


async def nilai(conn: AsyncConnection, skp_id: UUID, periode_id: UUID | str, *, instansi_id: str, tahun: int) -> None:
    """One rating of the SKP in the period."""
    await conn.execute(
        insert(PenilaianRow).values(
            instansi_id=instansi_id,
            skp_id=skp_id,
            periode_id=UUID(str(periode_id)),
            tahun=tahun,
            hasil_kerja="SESUAI",
            perilaku_kerja="SESUAI",
            predikat="BAIK",
            sumber="PMM",
        )
    )
