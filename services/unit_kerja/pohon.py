"""The tree of units as one walks through it: the way down to a unit, and what stands below each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import PegawaiRow, UnitKerjaRow

_JALUR = text(
    """
    WITH RECURSIVE jalur (id, nama, induk_id, dalam, dilalui) AS (
        SELECT id, nama, induk_id, 0, ARRAY[id] FROM unit_kerja WHERE id = :unit_id
        UNION ALL
        SELECT u.id, u.nama, u.induk_id, j.dalam + 1, j.dilalui || u.id
        FROM unit_kerja u JOIN jalur j ON u.id = j.induk_id WHERE u.id <> ALL (j.dilalui)
    )
    SELECT id, nama FROM jalur WHERE dalam > 0 ORDER BY dalam DESC
    """
)


@dataclass(frozen=True, slots=True)
class IsiUnit:
    """How many units stand right below, and how many active people have it as their unit kerja."""

    anak: int
    pegawai: int


async def jalur_unit(conn: AsyncConnection, unit_id: str) -> list[tuple[str, str]]:
    """The units above this one as (id, nama), the root first. The unit must be within the caller's reach: a tree never
    leaves its instansi."""
    return [(b.id, b.nama) for b in await conn.execute(_JALUR, {"unit_id": unit_id})]


async def isi_unit(conn: AsyncConnection, unit_id: Collection[str]) -> dict[str, IsiUnit]:
    """What stands below each of these units, by id. The units must be within the caller's reach."""
    u, p = UnitKerjaRow, PegawaiRow
    ids = sorted(unit_id)
    anak = {
        b[0]: b[1]
        for b in await conn.execute(select(u.induk_id, func.count()).where(u.induk_id.in_(ids)).group_by(u.induk_id))
    }
    pegawai = {
        b[0]: b[1]
        for b in await conn.execute(
            select(p.unit_kerja_id, func.count()).where(p.unit_kerja_id.in_(ids), p.aktif).group_by(p.unit_kerja_id)
        )
    }
    return {satu: IsiUnit(anak.get(satu, 0), pegawai.get(satu, 0)) for satu in ids}
