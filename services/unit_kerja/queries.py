"""Units and who leads them, in the shape of the API. A unit of another instansi is not found. Read only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.unit_kerja import JenisPimpinan, Pimpinan
from services.db.kursor import Kursor, KursorTidakSah
from services.db.pencarian import nama_unit_memuat
from services.db.tables import InstansiRow, PegawaiRow, PimpinanRow, UnitKerjaRow
from services.unit_kerja.galat import UnitKerjaTidakDitemukan

# A unit has no time of its own; its cursor only names the row.
_TANPA_WAKTU = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SaringUnitKerja:
    """`nama`: parts of the name, any case; `npsn`: the unit's own, any case; `induk_id`: the units right below it;
    `akar`: only those below nothing.
    Values of one filter mean "or", the filters mean "and". `instansi` None: every instansi may be seen."""

    nama: tuple[str, ...] = ()
    npsn: tuple[str, ...] = ()
    induk_id: tuple[str, ...] = ()
    aktif: bool | None = None
    instansi: frozenset[str] | None = None
    akar: bool = False

    def sebagai_teks(self) -> str:
        """What a cursor is bound to; the reach is not part of it, since it is asked again for every page."""
        return f"unit-kerja|{sorted(self.nama)}|{sorted(self.npsn)}|{sorted(self.induk_id)}|{self.aktif}|{self.akar}"


def _perintah_unit(instansi: frozenset[str] | None) -> Select[*tuple[Any, ...]]:
    u = UnitKerjaRow
    perintah = select(u.id, u.instansi_id, u.nama, u.induk_id, u.eselon, u.mandiri, u.aktif, u.npsn)
    return perintah if instansi is None else perintah.where(u.instansi_id.in_(sorted(instansi)))


async def unit_kerja(conn: AsyncConnection, unit_id: str, instansi: frozenset[str] | None) -> dict[str, Any]:
    """One unit; the id in any case. Raises UnitKerjaTidakDitemukan."""
    baris = (await conn.execute(_perintah_unit(instansi).where(UnitKerjaRow.id == unit_id.upper()))).one_or_none()
    if baris is None:
        raise UnitKerjaTidakDitemukan
    return dict(baris._mapping)


async def daftar_unit_kerja(
    conn: AsyncConnection, saring: SaringUnitKerja, *, kursor: str | None, jumlah_baris: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page by (nama, id) and the cursor of the next page (None at the end). Raises KursorTidakSah."""
    u = UnitKerjaRow
    perintah = _perintah_unit(saring.instansi).order_by(u.nama, u.id).limit(jumlah_baris + 1)
    if saring.nama:
        perintah = perintah.where(nama_unit_memuat(u.id, saring.nama))
    if saring.npsn:
        perintah = perintah.where(u.npsn.in_([n.upper() for n in saring.npsn]))
    if saring.induk_id:
        perintah = perintah.where(u.induk_id.in_([i.upper() for i in saring.induk_id]))
    if saring.akar:
        perintah = perintah.where(u.induk_id.is_(None))
    if saring.aktif is not None:
        perintah = perintah.where(u.aktif.is_(saring.aktif))
    if kursor:
        dari = Kursor.dari_teks(kursor, saring.sebagai_teks()).id.hex.upper()
        terakhir = (await conn.execute(select(u.nama, u.id).where(u.id == dari))).one_or_none()
        if terakhir is None:
            raise KursorTidakSah("kursor tidak sah")
        perintah = perintah.where(tuple_(u.nama, u.id) > tuple_(terakhir.nama, terakhir.id))
    baris = (await conn.execute(perintah)).all()
    halaman = [dict(satu._mapping) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    return halaman, Kursor(_TANPA_WAKTU, UUID(hex=halaman[-1]["id"])).ke_teks(saring.sebagai_teks())


def _perintah_pimpinan() -> Select[*tuple[Any, ...]]:
    k, p, i = PimpinanRow, PegawaiRow, InstansiRow
    return (
        select(
            k.id, k.unit_kerja_id, k.instansi_id, k.nip, p.nama, k.jenis, k.mulai, k.selesai, p.aktif,
            p.nonaktif_sejak, p.unit_kerja_id.label("unit_pemegang"), i.zona_waktu,
        )
        .join(p, p.nip == k.nip)
        .join(i, i.id == k.instansi_id)
    )  # fmt: skip


async def daftar_pimpinan(
    conn: AsyncConnection,
    unit_id: str,
    *,
    instansi: frozenset[str] | None,
    kursor: str | None,
    jumlah_baris: int,
    kini: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of who leads and led the unit, the latest `mulai` first, and the cursor of the next page.

    Raises UnitKerjaTidakDitemukan, KursorTidakSah.
    """
    unit = await unit_kerja(conn, unit_id, instansi)
    k, daftar = PimpinanRow, f"pimpinan|{unit['id']}"
    perintah = _perintah_pimpinan().where(k.unit_kerja_id == unit["id"])
    if kursor:
        dari = Kursor.dari_teks(kursor, daftar)
        perintah = perintah.where(
            or_(k.mulai < dari.waktu.date(), and_(k.mulai == dari.waktu.date(), k.id < dari.id)),
        )
    baris = (await conn.execute(perintah.order_by(k.mulai.desc(), k.id.desc()).limit(jumlah_baris + 1))).all()
    halaman = [_ke_json(satu, kini) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    akhir = baris[jumlah_baris - 1]
    return halaman, Kursor(_awal_hari(akhir.mulai), akhir.id).ke_teks(daftar)


async def satu_pimpinan(conn: AsyncConnection, pimpinan_id: UUID, kini: datetime) -> dict[str, Any]:
    """One record that is there, as the list shows it."""
    return _ke_json((await conn.execute(_perintah_pimpinan().where(PimpinanRow.id == pimpinan_id))).one(), kini)


async def pimpinan_berlaku(
    conn: AsyncConnection, unit_id: Collection[str], *, kini: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Who leads each of these units today, by unit id; whoever stands first is the rater (spec: domain 3.1): an acting
    one before a DEFINITIF, the latest `mulai` first. The units must be within the caller's reach."""
    k = PimpinanRow
    baris = (await conn.execute(_perintah_pimpinan().where(k.unit_kerja_id.in_(sorted(unit_id))))).all()
    hasil: dict[str, list[dict[str, Any]]] = {satu: [] for satu in unit_id}
    for satu in sorted(baris, key=lambda b: (b.jenis != JenisPimpinan.DEFINITIF, b.mulai, b.id), reverse=True):
        isi = _ke_json(satu, kini)
        if isi["berlaku"]:
            hasil[satu.unit_kerja_id].append(isi)
    return hasil


def _awal_hari(hari: date) -> datetime:
    return datetime.combine(hari, time(), UTC)


def _ke_json(satu: Any, kini: datetime) -> dict[str, Any]:
    catatan = Pimpinan(
        unit_kerja_id=satu.unit_kerja_id,
        nip=satu.nip,
        nama=satu.nama,
        jenis=JenisPimpinan(satu.jenis),
        mulai=satu.mulai,
        selesai=satu.selesai,
        pemegang_aktif=satu.aktif,
        pemegang_nonaktif_sejak=satu.nonaktif_sejak,
        pemegang_unit_kerja_id=satu.unit_pemegang,
    )
    return {
        "id": str(satu.id),
        "unit_kerja_id": satu.unit_kerja_id,
        "instansi_id": satu.instansi_id,
        "nip": satu.nip,
        "nama": satu.nama,
        "jenis": satu.jenis,
        "mulai": satu.mulai.isoformat(),
        "selesai": satu.selesai.isoformat() if satu.selesai else None,
        "berlaku": catatan.berlaku_pada(kini.astimezone(ZoneInfo(satu.zona_waktu)).date()),
    }
