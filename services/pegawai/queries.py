"""What e-Kinerja knows about a person, in the shape of the API. A person of another instansi is not found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import PegawaiRow, UnitKerjaRow, UserPMMRow


async def pegawai(conn: AsyncConnection, nip: str, instansi: frozenset[str] | None) -> dict[str, Any] | None:
    """The person, or None when unknown or outside `instansi` (None: every instansi may be seen).

    `unit_kerja` has `nama` and `aktif` null when the id names no unit of the reference; it is null without an id.
    Ready for JSON: `nonaktif_sejak` is `YYYY-MM-DD` or None.
    """
    p, u = PegawaiRow, UnitKerjaRow
    pengguna = (
        select(UserPMMRow.id).where(UserPMMRow.nip == p.nip, UserPMMRow.dihapus_pada.is_(None)).correlate(p).exists()
    )
    perintah = (
        select(
            p.nip,
            p.nama,
            p.instansi_id,
            p.unit_kerja_id,
            u.nama.label("unit_kerja_nama"),
            u.aktif.label("unit_kerja_aktif"),
            p.jabatan,
            p.golongan,
            p.jenis_pegawai,
            p.jenis_asn,
            p.aktif,
            p.nonaktif_sejak,
            pengguna.label("user_pmm"),
        )
        .outerjoin(u, (u.id == p.unit_kerja_id) & (u.instansi_id == p.instansi_id))
        .where(p.nip == nip)
    )
    if instansi is not None:
        perintah = perintah.where(p.instansi_id.in_(instansi))
    baris = (await conn.execute(perintah)).mappings().one_or_none()
    if baris is None:
        return None
    isi = dict(baris)
    unit = {"id": isi.pop("unit_kerja_id"), "nama": isi.pop("unit_kerja_nama"), "aktif": isi.pop("unit_kerja_aktif")}
    isi["nonaktif_sejak"] = isi["nonaktif_sejak"].isoformat() if isi["nonaktif_sejak"] else None
    return {**isi, "unit_kerja": unit if unit["id"] is not None else None}
