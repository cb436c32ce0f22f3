"""Who leads a unit from when to when: entering, correcting and ending a record (spec: domain 3, 3.1).

A post that ends gets its last day; deleting is for a record that was entered by mistake, and the trail keeps what it
said. At most one DEFINITIF in force per unit is the database's to keep.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from ekinerja_domain.skp import StatusSkp
from ekinerja_domain.unit_kerja import JenisPimpinan
from services.db.penyewa import mesin_di
from services.db.tables import PegawaiRow, PimpinanRow, SkpRow, UnitKerjaRow
from services.unit_kerja.galat import (
    IsianTidakSah,
    PemegangTidakDitemukan,
    PimpinanDefinitifGanda,
    PimpinanSudahAda,
    PimpinanTidakDitemukan,
    UnitKerjaTidakDitemukan,
)
from services.unit_kerja.perubahan import Pengubah, kunci_pemilik, sahkan
from services.unit_kerja.queries import satu_pimpinan

if TYPE_CHECKING:
    from services.konteks import Konteks

_KOLOM = ("nip", "jenis", "mulai", "selesai")
_GALAT_BATASAN: dict[str, type[Exception]] = {
    "pimpinan_definitif_tunggal": PimpinanDefinitifGanda,
    "uq_pimpinan_unit_kerja_id_nip_jenis_mulai": PimpinanSudahAda,
}


class IsianPimpinan(TypedDict):
    """A whole record; `mulai` and `selesai` are both inclusive, `selesai` None means until further notice."""

    nip: str
    jenis: JenisPimpinan
    mulai: date
    selesai: date | None


class UbahanPimpinan(TypedDict, total=False):
    """What is to be of a record; what is not named stays."""

    nip: str
    jenis: JenisPimpinan
    mulai: date
    selesai: date | None


async def tambah_pimpinan(konteks: Konteks, unit_id: str, isi: IsianPimpinan, pengubah: Pengubah) -> dict[str, Any]:
    """Enters who leads the unit and gives the record.

    Raises UnitKerjaTidakDitemukan, PemegangTidakDitemukan, IsianTidakSah, PimpinanSudahAda, PimpinanDefinitifGanda.
    """
    unit_id = unit_id.upper()
    u = UnitKerjaRow
    async with _pagar(konteks) as conn:
        instansi_id = await kunci_pemilik(conn, select(u.instansi_id).where(u.id == unit_id), pengubah.instansi)
        if instansi_id is None:
            raise UnitKerjaTidakDitemukan
        _periksa_rentang(isi["mulai"], isi["selesai"])
        await _periksa_pemegang(conn, isi["nip"], instansi_id)
        pimpinan_id: UUID = (
            await conn.execute(
                insert(PimpinanRow)
                .values(instansi_id=instansi_id, unit_kerja_id=unit_id, **_ke_kolom(isi))
                .returning(PimpinanRow.id)
            )
        ).scalar_one()
        terlepas = await _sahkan(
            conn, pengubah, instansi_id, pimpinan_id, unit_id, {isi["nip"]}, "TAMBAH_PIMPINAN", {"sesudah": isi}
        )
        hasil = await satu_pimpinan(conn, pimpinan_id, konteks.jam())
    await _bunyikan(konteks, terlepas)
    return hasil


async def ubah_pimpinan(
    konteks: Konteks, pimpinan_id: UUID, ubahan: UbahanPimpinan, pengubah: Pengubah
) -> dict[str, Any]:
    """Changes a record, e.g. gives it its last day, and gives it as it stands then; the same change again changes
    nothing. Raises as `tambah_pimpinan`, and PimpinanTidakDitemukan."""
    k, terlepas = PimpinanRow, 0
    async with _pagar(konteks) as conn:
        lama = await _kunci_catatan(conn, pimpinan_id, pengubah)
        baru = {kolom: nilai for kolom, nilai in _ke_kolom(ubahan).items() if getattr(lama, kolom) != nilai}
        _periksa_rentang(baru.get("mulai", lama.mulai), baru.get("selesai", lama.selesai))
        if "nip" in baru:
            await _periksa_pemegang(conn, baru["nip"], lama.instansi_id)
        if baru:
            await conn.execute(update(k).where(k.id == pimpinan_id).values(**baru))
            terlepas = await _sahkan(
                conn,
                pengubah,
                lama.instansi_id,
                pimpinan_id,
                lama.unit_kerja_id,
                {lama.nip, baru.get("nip", lama.nip)},
                "UBAH_PIMPINAN",
                {"sebelum": {kolom: getattr(lama, kolom) for kolom in baru}, "sesudah": baru},
            )
        hasil = await satu_pimpinan(conn, pimpinan_id, konteks.jam())
    await _bunyikan(konteks, terlepas)
    return hasil


async def hapus_pimpinan(konteks: Konteks, pimpinan_id: UUID, pengubah: Pengubah) -> None:
    """Removes a record that was entered by mistake. Raises PimpinanTidakDitemukan."""
    async with _pagar(konteks) as conn:
        lama = await _kunci_catatan(conn, pimpinan_id, pengubah)
        await conn.execute(delete(PimpinanRow).where(PimpinanRow.id == pimpinan_id))
        terlepas = await _sahkan(
            conn,
            pengubah,
            lama.instansi_id,
            pimpinan_id,
            lama.unit_kerja_id,
            {lama.nip},
            "HAPUS_PIMPINAN",
            {"sebelum": {kolom: getattr(lama, kolom) for kolom in _KOLOM}},
        )
    await _bunyikan(konteks, terlepas)


@asynccontextmanager
async def _pagar(konteks: Konteks) -> AsyncIterator[AsyncConnection]:
    """A transaction in which the walls of the table speak as errors of this room."""
    try:
        async with konteks.transaksi() as conn:
            yield conn
            await conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except IntegrityError as salah:
        batasan = getattr(salah.orig.__cause__, "constraint_name", None) if salah.orig is not None else None
        galat = _GALAT_BATASAN.get(batasan or "")
        if galat is None:
            raise
        raise galat from None


async def _kunci_catatan(conn: AsyncConnection, pimpinan_id: UUID, pengubah: Pengubah) -> Any:
    k = PimpinanRow
    if await kunci_pemilik(conn, select(k.instansi_id).where(k.id == pimpinan_id), pengubah.instansi) is None:
        raise PimpinanTidakDitemukan
    baris = await conn.execute(
        select(k.instansi_id, k.unit_kerja_id, k.nip, k.jenis, k.mulai, k.selesai).where(k.id == pimpinan_id)
    )
    return baris.one()


def _ke_kolom(isi: IsianPimpinan | UbahanPimpinan) -> dict[str, Any]:
    return {kolom: str(nilai) if kolom == "jenis" else nilai for kolom, nilai in isi.items()}


def _periksa_rentang(mulai: date, selesai: date | None) -> None:
    if selesai is not None and selesai < mulai:
        raise IsianTidakSah("selesai", "mendahului mulai")


async def _periksa_pemegang(conn: AsyncConnection, nip: str, instansi_id: str) -> None:
    p = PegawaiRow
    if await conn.scalar(select(p.nip).where(p.nip == nip, p.instansi_id == instansi_id)) is None:
        raise PemegangTidakDitemukan


async def _sahkan(
    conn: AsyncConnection,
    pengubah: Pengubah,
    instansi_id: str,
    pimpinan_id: UUID,
    unit_id: str,
    nip: set[str],
    tindakan: str,
    rincian: dict[str, Any],
) -> int:
    fakta = {Fakta(JenisFakta.PIMPINAN_UNIT, unit_id)}
    # Guru wait for an SKP of whoever leads or led the unit: one that is here already counts from now on.
    fakta |= {Fakta(JenisFakta.SKP_ATASAN, f"{unit_id}:{tahun}") for tahun in await _tahun_skp(conn, unit_id, nip)}
    teks = {bagian: {k: str(n) if n is not None else None for k, n in isi.items()} for bagian, isi in rincian.items()}
    return await sahkan(
        conn,
        pengubah,
        instansi_id=instansi_id,
        fakta=fakta,
        tindakan=tindakan,
        objek=f"pimpinan:{pimpinan_id}",
        rincian={"unit_kerja_id": unit_id, **teks},
    )


async def _tahun_skp(conn: AsyncConnection, unit_id: str, nip: set[str]) -> set[int]:
    """The years that an agreed SKP of these people for the unit touches, also of one who moved to another instansi."""
    s = SkpRow
    perintah = select(func.extract("year", s.periode_awal), func.extract("year", s.periode_akhir)).where(
        s.unit_kerja_id == unit_id,
        s.nip.in_(sorted(nip)),
        s.status == str(StatusSkp.PERSETUJUAN),
        s.diarsipkan_pada.is_(None),
    )
    async with mesin_di(conn):
        baris = (await conn.execute(perintah)).all()
    return {tahun for awal, akhir in baris for tahun in range(int(awal), int(akhir) + 1)}


async def _bunyikan(konteks: Konteks, terlepas: int) -> None:
    if terlepas:
        await konteks.lonceng.bunyikan_massal(terlepas)
