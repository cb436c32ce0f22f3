"""Which rows of the log a caller asks for, and which the caller may see, as SQL conditions.

Invariant: every query on the log goes through `terlihat`. Values of one filter mean "or", filters mean "and".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, false, literal, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import SELESAI, StatusSinkro
from services.db.pencarian import nama_memuat
from services.db.tables import InstansiRow, MassalButirRow, MassalRow, PegawaiRow, SinkroRow, UnitKerjaRow
from services.identitas.pemanggil import Jangkauan


class DiLuarJangkauan(Exception):
    """A filter or body names something that does not exist for the caller; `lokasi` says which."""

    def __init__(self, lokasi: str) -> None:
        super().__init__(lokasi)
        self.lokasi = lokasi


@dataclass(frozen=True, slots=True)
class SaringLog:
    """The filters of the log (http-api "Log Sinkronisasi"). An empty tuple asks nothing.

    `nip`: prefixes of digits; `nama`: parts of the name, any case; `unit_kerja_id`: any case; `massal_id`: every sync
    of that bulk, also those that belong to a later one by now; `id`: these syncs; `objek`: a
    finding is about that, as jenis and id (UNIT_KERJA:...), to be asked beside `kode`, which has an index.
    """

    nip: tuple[str, ...] = ()
    nama: tuple[str, ...] = ()
    status: tuple[StatusSinkro, ...] = ()
    kode: tuple[str, ...] = ()
    jenis: tuple[str, ...] = ()
    tipe_skp: tuple[TipeSkp, ...] = ()
    tahun: tuple[int, ...] = ()
    unit_kerja_id: tuple[str, ...] = ()
    massal_id: tuple[UUID, ...] = ()
    id: tuple[UUID, ...] = ()
    objek: tuple[str, ...] = ()

    def sebagai_teks(self) -> str:
        """A stable text of the filter, which a cursor is bound to; the order of "or" values does not matter."""
        return "|".join(f"{f.name}={sorted(str(n) for n in getattr(self, f.name))}" for f in fields(self))


def terlihat(jangkauan: Jangkauan) -> ColumnElement[bool]:
    """The rows of `sinkro` within the reach."""
    s = SinkroRow
    bagian: list[ColumnElement[bool]] = []
    if jangkauan.instansi is None:
        return true()
    if len(jangkauan.instansi) == 1:
        bagian.append(s.instansi_id == next(iter(jangkauan.instansi)))
    elif jangkauan.instansi:
        bagian.append(s.instansi_id.in_(sorted(jangkauan.instansi)))
    if jangkauan.nip is not None:
        bagian.append(s.nip == jangkauan.nip)
    return or_(*bagian) if bagian else false()


def cocok(saring: SaringLog) -> ColumnElement[bool]:
    """The rows of `sinkro` the filter asks for."""
    s = SinkroRow
    syarat = [cocok_kolom(saring)]
    if saring.nip:
        syarat.append(or_(*(awalan_nip(s.nip, awal) for awal in saring.nip)))
    if saring.nama:
        syarat.append(nama_memuat(s.nip, saring.nama))
    if saring.massal_id:
        syarat.append(
            s.id.in_(select(MassalButirRow.sinkro_id).where(MassalButirRow.massal_id.in_(list(saring.massal_id))))
        )
    return and_(*syarat)


def cocok_kolom(saring: SaringLog) -> ColumnElement[bool]:
    """The part of the filter that is about columns of `sinkro` beside its NIP: cheap to judge on a row at hand."""
    s = SinkroRow
    syarat: list[ColumnElement[bool]] = []
    if saring.kode:
        # Not by the index of codes, which reads every row of a frequent one: `log_calon` finds the rare.
        syarat.append(s.kode.overlap(list(saring.kode)))
    if saring.objek:
        syarat.append(or_(*(s.temuan.contains(_temuan_tentang(o)) for o in saring.objek)))
    if saring.tipe_skp:
        # Literals, since the index holds only some of them; the values are our own words.
        syarat.append(_satu_atau_salah_satu(s.tipe_skp, [literal_column(f"'{n.value}'") for n in saring.tipe_skp]))
    status = [n.value for n in saring.status]
    # Who ended with one of these ended so last; the index of statuses holds that column alone.
    terakhir = status if SELESAI.issuperset(saring.status) else []
    for kolom, nilai in (
        (s.status, status),
        (s.status_terakhir, terakhir),
        (s.jenis, [str(n) for n in saring.jenis]),
        (s.tahun, list(saring.tahun)),
        (s.unit_kerja_id, [n.upper() for n in saring.unit_kerja_id]),
        (s.id, list(saring.id)),
    ):
        if nilai:
            syarat.append(_satu_atau_salah_satu(kolom, nilai))
    return and_(true(), *syarat)


def _temuan_tentang(objek: str) -> ColumnElement[Any]:
    jenis, _, nomor = objek.partition(":")
    # As text: a prepared statement hands its values to the driver as they are.
    return cast(literal(json.dumps([{"objek": {"jenis": jenis, "id": nomor or None}}]), Text()), JSONB)


def awalan_nip(kolom: Any, awal: str) -> ColumnElement[bool]:
    """A range instead of LIKE: an index serves it in a prepared statement too; ':' follows '9'."""
    dalam: ColumnElement[bool] = and_(kolom >= awal, kolom < awal + ":")
    return dalam


def _satu_atau_salah_satu(kolom: Any, nilai: list[Any]) -> ColumnElement[bool]:
    # An equality keeps the order of an index, which an IN does not.
    sama: ColumnElement[bool] = kolom == nilai[0] if len(nilai) == 1 else kolom.in_(nilai)
    return sama


async def persempit(conn: AsyncConnection, jangkauan: Jangkauan, instansi_id: str) -> Jangkauan:
    """The reach within one instansi. Raises DiLuarJangkauan for an instansi that does not exist for the caller."""
    if jangkauan.memuat_instansi(instansi_id):
        if await conn.scalar(select(InstansiRow.id).where(InstansiRow.id == instansi_id)) is None:
            raise DiLuarJangkauan("instansi_id")
        return Jangkauan(frozenset({instansi_id}))
    sendiri = select(PegawaiRow.nip).where(PegawaiRow.nip == jangkauan.nip, PegawaiRow.instansi_id == instansi_id)
    if jangkauan.nip is None or await conn.scalar(sendiri) is None:
        raise DiLuarJangkauan("instansi_id")
    return Jangkauan(frozenset(), jangkauan.nip)


async def periksa_saringan(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> None:
    """Refuses a filter that reaches into a foreign instansi as a whole.

    Raises DiLuarJangkauan when a unit or a bulk of the filter is not visible, be it elsewhere or nowhere.
    """
    if saring.unit_kerja_id:
        diminta = {u.upper() for u in saring.unit_kerja_id}
        unit, s = UnitKerjaRow, SinkroRow
        milik = true() if jangkauan.instansi is None else unit.instansi_id.in_(sorted(jangkauan.instansi))
        ada = set((await conn.scalars(select(unit.id).where(unit.id.in_(sorted(diminta)), milik))).all())
        if kurang := sorted(diminta - ada):
            # A person may stand in a unit that the reference lacks, or that only the own row shows.
            baris = select(s.unit_kerja_id).where(s.unit_kerja_id.in_(kurang), terlihat(jangkauan)).distinct()
            if set(kurang) - set((await conn.scalars(baris)).all()):
                raise DiLuarJangkauan("unit_kerja_id")
    if saring.massal_id:
        m = MassalRow
        milik_massal = true() if jangkauan.instansi is None else m.instansi_id.in_(sorted(jangkauan.instansi))
        jumlah = set((await conn.scalars(select(m.id).where(m.id.in_(list(saring.massal_id)), milik_massal))).all())
        if jumlah != set(saring.massal_id):
            raise DiLuarJangkauan("massal_id")
