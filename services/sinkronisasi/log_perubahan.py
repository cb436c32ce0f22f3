"""The log as a feed: which rows changed since a cursor, oldest change first, each change once and none missed.

A row carries the number of the transaction that changed it last. Numbers are given when a transaction first writes and
become visible when it commits, in another order; so only those are handed out that are smaller than the oldest
transaction still under way, of which every smaller one has ended. A long transaction delays the feed, it loses nothing.
A cursor is bound to the filter, the reach, and the life of the database: after a restore elsewhere or a promoted
standby numbers may come again, so an older cursor is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    Text,
    and_,
    column,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.db.kursor import KursorTidakSah, urutan_dari_teks, urutan_ke_teks
from services.db.tables import InstansiRow, PegawaiRow, SinkroRow, SinkroUbahanRow, UnitKerjaRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log import nama_daftar
from services.sinkronisasi.log_json import json_baris
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat

_AWAL_ID = UUID(int=0)
# Every transaction with a smaller number has ended, in the snapshot of the statement that asks.
_BATAS = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS urut")
_MASA_HIDUP = text("SELECT system_identifier || '-' || timeline_id FROM pg_control_system(), pg_control_checkpoint()")


@dataclass(frozen=True, slots=True)
class HalamanPerubahan:
    """Rows as JSON texts, oldest change first, and the cursor of the next call; fewer rows than asked for: no more."""

    baris: tuple[str, ...]
    kursor_perubahan: str


async def perubahan_log(
    conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan, *, sejak: str, jumlah_baris: int
) -> HalamanPerubahan:
    """What changed after `sejak`, a cursor of an earlier call; empty: nothing, but the cursor from now on.

    A row is given when it matches the filter now, as it is now; one that left the filter is not. While nothing within
    the reach changes the cursor stays the same text. Raises KursorTidakSah.
    """
    daftar = f"perubahan|{await masa_hidup(conn)}|{nama_daftar(saring, jangkauan)}"
    if not sejak:
        batas = await conn.scalar(_BATAS)
        return HalamanPerubahan((), urutan_ke_teks((int(batas or 0), str(_AWAL_ID)), daftar))
    urut, nomor = _posisi(sejak, daftar)
    s, calon = SinkroRow, _calon(saring, jangkauan, urut, nomor, jumlah_baris)
    perintah = (
        select(calon.c.urut, calon.c.id, json_baris().label("isi"))
        .select_from(calon)
        .join(s, s.id == calon.c.id)
        .join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .order_by(calon.c.urut, calon.c.id)
    )
    # The end of what was looked through, in the same snapshot: rows that do not match need not be looked at again.
    akhir = _teratas(terlihat(jangkauan), jangkauan, urut, nomor, 1, mundur=True)
    gabung = select(akhir.c.urut, akhir.c.id, literal(None, Text).label("isi")).union_all(select(perintah.subquery()))
    baris = (await conn.execute(gabung)).all()
    isi = sorted((b.urut, b.id, b.isi) for b in baris if b.isi is not None)
    # A full page ends where it ends; what lies behind it was not looked at.
    posisi = isi[-1][:2] if len(isi) == jumlah_baris else max(((b.urut, b.id) for b in baris), default=(urut, nomor))
    return HalamanPerubahan(tuple(b[2] for b in isi), urutan_ke_teks((posisi[0], str(posisi[1])), daftar))


async def masa_hidup(conn: AsyncConnection) -> str:
    """Which life of the database this is: another one after a restore elsewhere, to a point in time, or a promotion."""
    return str(await conn.scalar(_MASA_HIDUP))


def _posisi(sejak: str, daftar: str) -> tuple[int, UUID]:
    isi = urutan_dari_teks(sejak, daftar)
    if len(isi) != 2 or not isinstance(isi[0], int):
        raise KursorTidakSah("kursor tidak sah")
    return isi[0], UUID(str(isi[1]))


def _calon(saring: SaringLog, jangkauan: Jangkauan, urut: int, nomor: UUID, batas: int) -> Subquery:
    return _teratas(and_(terlihat(jangkauan), cocok(saring)), jangkauan, urut, nomor, batas, mundur=False)


def _teratas(
    syarat: ColumnElement[bool], jangkauan: Jangkauan, urut: int, nomor: UUID, batas: int, *, mundur: bool
) -> Subquery:
    """The first (`mundur`: last) changes after (urut, nomor): per instansi as they were written down, then over all; of
    one person from the own rows, which are few."""
    s = SinkroRow
    sebelum = _BATAS.columns(urut=BigInteger).scalar_subquery()
    dalam = and_(
        syarat,
        tuple_(s.diubah_urut, s.id) > tuple_(literal(urut, BigInteger), literal(nomor, Uuid)),
        s.diubah_urut < sebelum,
    )
    bagian: list[Select[*tuple[Any, ...]]] = []
    if jangkauan.instansi is None or jangkauan.instansi:
        satu = _urut(_tertulis(dalam, urut, sebelum), mundur).limit(batas).lateral("satu")
        per_instansi = select(satu.c.urut, satu.c.id).select_from(InstansiRow.__table__.join(satu, true()))
        if jangkauan.instansi is not None:
            per_instansi = per_instansi.where(InstansiRow.id.in_(sorted(jangkauan.instansi)))
        bagian.append(per_instansi)
    if jangkauan.nip is not None or not bagian:
        bagian.append(select(s.diubah_urut.label("urut"), s.id).where(s.nip == (jangkauan.nip or ""), dalam))
    semua = union(*bagian).subquery()
    return _urut(select(semua.c.urut, semua.c.id), mundur).limit(batas).subquery()


def _tertulis(dalam: ColumnElement[bool], urut: int, sebelum: ScalarSelect[int]) -> Select[*tuple[Any, ...]]:
    """Of the instansi at hand, each sync once where its last change is written down. LATERAL with a LIMIT leaves the
    planner no choice but to look each up, so that it reads no further than to the end of the page."""
    s, u = SinkroRow, SinkroUbahanRow
    isi = func.unnest(u.sinkro_id).table_valued(column("id", Uuid), name="isi").render_derived()
    kini = select(s.id).where(s.id == isi.c.id, s.diubah_urut == u.urut, dalam).limit(1).lateral("kini")
    milik = and_(u.instansi_id == InstansiRow.id, u.urut >= literal(urut, BigInteger), u.urut < sebelum)
    sumber = u.__table__.join(isi, true()).join(kini, true())
    return select(u.urut, kini.c.id).select_from(sumber).where(milik).distinct().correlate(InstansiRow)


def _urut(perintah: Select[*tuple[Any, ...]], mundur: bool) -> Select[*tuple[Any, ...]]:
    kolom = list(perintah.selected_columns)[:2]
    return perintah.order_by(*(k.desc() if mundur else k for k in kolom))


_BUANG_YANG_USANG = text(
    """
    WITH hidup AS MATERIALIZED (
        SELECT u.instansi_id, u.urut, u.nomor, cardinality(u.sinkro_id) AS semula,
               ARRAY(SELECT isi.id FROM unnest(u.sinkro_id) isi (id)
                     CROSS JOIN LATERAL (SELECT FROM sinkro s WHERE s.id = isi.id AND s.diubah_urut = u.urut LIMIT 1) s
                     ORDER BY isi.id) AS sinkro_id
        FROM sinkro_ubahan u
        WHERE u.urut < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ), buang AS (
        DELETE FROM sinkro_ubahan u USING hidup h
        WHERE (u.instansi_id, u.urut, u.nomor) = (h.instansi_id, h.urut, h.nomor) AND h.sinkro_id = '{}'
          AND u.urut < (SELECT max(m.urut) FROM sinkro_ubahan m WHERE m.instansi_id = u.instansi_id))
    UPDATE sinkro_ubahan u SET sinkro_id = h.sinkro_id FROM hidup h
    WHERE (u.instansi_id, u.urut, u.nomor) = (h.instansi_id, h.urut, h.nomor)
      AND 2 * cardinality(h.sinkro_id) BETWEEN 1 AND h.semula
    """
)


async def rampingkan_ubahan(conn: AsyncConnection) -> None:
    """Throws away what later changes made void, so that the feed's table stays about as large as the log. The newest
    number of an instansi stays: the version of its log is read from it. The caller commits."""
    await conn.execute(_BUANG_YANG_USANG)
