"""Manajemen Unit Kerja: changing a unit of the tree. The tree never gets a cycle and never leaves its instansi."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.fakta_sekolah import fakta_nama_unit
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.db.tables import InstansiRow, UnitKerjaRow
from services.unit_kerja.galat import IsianTidakSah, UnitKerjaTidakDitemukan
from services.unit_kerja.perubahan import Pengubah, kunci_pemilik, sahkan
from services.unit_kerja.queries import unit_kerja

if TYPE_CHECKING:
    from services.konteks import Konteks


class UbahanUnit(TypedDict, total=False):
    """What is to be; what is not named stays. `induk_id` and `npsn` in any case."""

    nama: str
    induk_id: str | None
    eselon: str | None
    mandiri: bool
    aktif: bool
    npsn: str | None


async def ubah_unit_kerja(konteks: Konteks, unit_id: str, ubahan: UbahanUnit, pengubah: Pengubah) -> dict[str, Any]:
    """Changes the unit and gives it as it stands then; the same change again changes nothing.

    Raises UnitKerjaTidakDitemukan for a unit or a parent that is unknown or of another instansi, IsianTidakSah when the
    tree would get a cycle.
    """
    unit_id = unit_id.upper()
    u, terlepas = UnitKerjaRow, 0
    async with konteks.transaksi() as conn:
        instansi_id = await kunci_pemilik(conn, select(u.instansi_id).where(u.id == unit_id), pengubah.instansi)
        if instansi_id is None:
            raise UnitKerjaTidakDitemukan
        lama = await unit_kerja(conn, unit_id, None)
        baru = {kolom: nilai for kolom, nilai in _rapikan(ubahan).items() if lama[kolom] != nilai}
        if baru.get("induk_id") is not None:
            await _periksa_induk(conn, unit_id, baru["induk_id"], instansi_id)
        if baru:
            await conn.execute(update(u).where(u.id == unit_id).values(**baru))
            terlepas = await sahkan(
                conn,
                pengubah,
                instansi_id=instansi_id,
                fakta=_fakta(lama, baru, await _nama_instansi(conn, instansi_id)),
                tindakan="UBAH_UNIT_KERJA",
                objek=f"unit_kerja:{unit_id}",
                rincian={"sebelum": {kolom: lama[kolom] for kolom in baru}, "sesudah": baru},
            )
    if terlepas:
        await konteks.lonceng.bunyikan_massal(terlepas)
    return {**lama, **baru}


def _rapikan(ubahan: UbahanUnit) -> dict[str, Any]:
    return {
        kolom: nilai.upper() if kolom in ("induk_id", "npsn") and isinstance(nilai, str) else nilai
        for kolom, nilai in ubahan.items()
    }


async def _nama_instansi(conn: AsyncConnection, instansi_id: str) -> str:
    nama: str | None = await conn.scalar(select(InstansiRow.nama).where(InstansiRow.id == instansi_id))
    return nama or ""


def _fakta(lama: Mapping[str, Any], baru: Mapping[str, Any], nama_instansi: str) -> set[Fakta]:
    """What the change may free: whoever waits for the unit, for a school of its name, for either school, or for who
    stands above the unit. The eselon decides nothing."""
    if baru.keys() <= {"eselon"}:
        return set()
    fakta = {Fakta(JenisFakta.UNIT_KERJA, lama["id"])}
    if not baru.keys().isdisjoint({"nama", "aktif"}):
        nama = {lama["nama"], baru.get("nama", lama["nama"])}
        fakta |= {fakta_nama_unit(lama["instansi_id"], n, nama_instansi) for n in nama}
    if "npsn" in baru:
        fakta |= {Fakta(JenisFakta.PADANAN_NPSN, n) for n in (lama["npsn"], baru["npsn"]) if n is not None}
    if "induk_id" in baru:
        fakta.add(Fakta(JenisFakta.PIMPINAN_UNIT, lama["id"]))
    return fakta


async def _periksa_induk(conn: AsyncConnection, unit_id: str, induk_id: str, instansi_id: str) -> None:
    """The parent is a unit of the instansi that does not stand below the unit, nor is it the unit itself."""
    u = UnitKerjaRow
    if await conn.scalar(select(u.id).where(u.id == induk_id, u.instansi_id == instansi_id)) is None:
        raise UnitKerjaTidakDitemukan
    # UNION drops what was seen already, so that a cycle that is there does not keep the walk going.
    di_atas = await conn.scalars(
        text(
            "WITH RECURSIVE jalur(id) AS (SELECT CAST(:induk AS text) UNION "
            "SELECT u.induk_id FROM unit_kerja u JOIN jalur j ON u.id = j.id WHERE u.induk_id IS NOT NULL) "
            "SELECT id FROM jalur"
        ),
        {"induk": induk_id},
    )
    if unit_id in di_atas.all():
        raise IsianTidakSah("induk_id", "pohon unit kerja akan membentuk lingkaran")
