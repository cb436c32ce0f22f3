"""Which rows stand on a page of the log, found fast however rare or frequent what is asked for is.

PostgreSQL cannot know how a filter and the order "newest first" go together: it may walk a whole log for three rows.
So what is rare is looked up first, and what narrows by jenis, year, status, kind or code is asked for group by group,
each in the order of its index; which groups there are the counters say, in the same statement and snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import SELESAI, StatusSinkro
from services.db.pencarian import nip_bernama, sinkro_berkode
from services.db.tables import (
    HitunganRow,
    HitunganUbahanRow,
    MassalButirRow,
    MassalRow,
    PegawaiRow,
    SinkroBerjalanRow,
    SinkroMenungguRow,
    SinkroRow,
)
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, awalan_nip, cocok_kolom, terlihat

BERLANGSUNG = frozenset(StatusSinkro) - SELESAI
# As many as are looked up one by one; what is more frequent is found soon by walking.
AMBANG_JARANG = 1000
# In the whole country a group is walked to, not looked up per instansi, when it is at least this part of the log.
BAGIAN_SERING = 0.005

# Shorter parts of a name have no trigram to look up.
HURUF_TERSEDIKIT = 3
PANJANG_NIP = 18


@dataclass(frozen=True, slots=True)
class Pilihan:
    """How to find the rows: by a condition that leaves few (`jarang`), group by group, or by walking the log."""

    jarang: ColumnElement[bool] | None = None
    per_kelompok: bool = False


def pilihan_langsung(saring: SaringLog, jangkauan: Jangkauan) -> Pilihan | None:
    """How, where nothing need be looked up for it; else None."""
    if saring.id or saring.unit_kerja_id:
        return Pilihan(jarang=true())
    if saring.nip or saring.nama or saring.kode or saring.massal_id:
        return None
    menyempit = bool(saring.jenis or saring.tahun or saring.status)
    if jangkauan.nip is not None:
        return Pilihan()
    if jangkauan.instansi is not None:
        return Pilihan(per_kelompok=menyempit or len(jangkauan.instansi) > 1)
    return None if menyempit or saring.tipe_skp else Pilihan()


async def pilih(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> Pilihan:
    """How, after a look at how rare what is asked for is."""
    langsung = pilihan_langsung(saring, jangkauan)
    if langsung is not None:
        return langsung
    jarang = await _jarang(conn, saring, jangkauan)
    if jarang is not None:
        return Pilihan(jarang=jarang)
    return Pilihan(per_kelompok=await _per_kelompok(conn, saring, jangkauan))


def calon_halaman(
    saring: SaringLog, jangkauan: Jangkauan, pilihan: Pilihan, *, setelah: tuple[Any, Any] | None, batas: int
) -> CTE:
    """A CTE (dibuat_pada, id) of the first `batas` rows after `setelah` (waktu, id), newest request first."""
    s = SinkroRow
    syarat = and_(terlihat(jangkauan), cocok_kolom(saring))
    if setelah is not None:
        syarat = and_(syarat, tuple_(s.dibuat_pada, s.id) < tuple_(*setelah))
    if pilihan.jarang is not None:
        return _teratas(_semua(and_(syarat, pilihan.jarang)).cte("jarang").prefix_with("MATERIALIZED"), batas)
    if saring.nip:
        syarat = and_(syarat, or_(*(awalan_nip(s.nip, awal) for awal in saring.nip)))
    if saring.nama:
        # Too many for a look-up, so the next rows have one: judged on the person at hand.
        bernama = or_(*(PegawaiRow.nama.icontains(n, autoescape=True) for n in saring.nama))
        syarat = and_(syarat, select(PegawaiRow.nip).where(PegawaiRow.nip == s.nip, bernama).exists())
    if saring.massal_id:
        butir = MassalButirRow
        milik = and_(butir.massal_id.in_(list(saring.massal_id)), butir.sinkro_id == s.id)
        syarat = and_(syarat, select(butir.sinkro_id).where(milik).exists())
    if pilihan.per_kelompok:
        return _dari_kelompok(saring, jangkauan, syarat, batas)
    return _urut(_semua(syarat), s.dibuat_pada, s.id).limit(batas).cte("calon")


def _semua(syarat: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(SinkroRow.dibuat_pada, SinkroRow.id).where(syarat)


def _urut(perintah: Select[*tuple[Any, ...]], waktu: Any, nomor: Any) -> Select[*tuple[Any, ...]]:
    return perintah.order_by(waktu.desc(), nomor.desc())


def _teratas(sumber: CTE, batas: int) -> CTE:
    perintah = _urut(select(sumber.c.dibuat_pada, sumber.c.id), sumber.c.dibuat_pada, sumber.c.id)
    return perintah.limit(batas).cte("calon")


async def _jarang(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> ColumnElement[bool] | None:
    """A condition that leaves at most some thousand rows, found by the index of what is rare; None: nothing is."""
    s = SinkroRow
    if saring.nip or saring.nama:
        nip = await _nip(conn, saring, jangkauan)
        if nip is not None:
            return s.nip == func.any(cast(nip, ARRAY(Text)))
    if saring.kode and jangkauan.nip is None and await _jumlah_kelompok(conn, saring, jangkauan) <= AMBANG_JARANG:
        # Counted first: the index of codes reads every row of a code before it gives one.
        nomor = (await conn.scalars(sinkro_berkode(saring.kode, jangkauan.instansi, AMBANG_JARANG + 1))).all()
        if len(nomor) <= AMBANG_JARANG:
            return s.id == func.any(cast(list(nomor), ARRAY(SinkroRow.id.type)))
    if saring.massal_id:
        massal = list(saring.massal_id)
        jumlah = await conn.scalar(select(func.sum(MassalRow.jumlah)).where(MassalRow.id.in_(massal)))
        if (jumlah or 0) <= AMBANG_JARANG:
            return s.id.in_(select(MassalButirRow.sinkro_id).where(MassalButirRow.massal_id.in_(massal)))
    return None


async def _nip(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> list[str] | None:
    """Whose NIP and name match, None when they are many."""
    if saring.nama and min(map(len, saring.nama)) >= HURUF_TERSEDIKIT:
        milik = None if jangkauan.nip is not None else jangkauan.instansi
        cari = union_all(*(nip_bernama(n, AMBANG_JARANG + 1, milik) for n in saring.nama)).subquery()
        bernama = list((await conn.scalars(select(cari.c[0]))).all())
        if len(bernama) > AMBANG_JARANG:
            return None
        return [n for n in bernama if not saring.nip or n.startswith(saring.nip)]
    if saring.nama or not saring.nip:
        return None
    if all(len(n) == PANJANG_NIP for n in saring.nip):
        return list(saring.nip)
    p = PegawaiRow
    perintah = select(p.nip).where(or_(*(awalan_nip(p.nip, awal) for awal in saring.nip)))
    if jangkauan.instansi and jangkauan.nip is None:
        perintah = perintah.where(p.instansi_id.in_(sorted(jangkauan.instansi)))
    nip = (await conn.scalars(perintah.limit(AMBANG_JARANG + 1))).all()
    return list(nip) if len(nip) <= AMBANG_JARANG else None


def _kelompok(saring: SaringLog, jangkauan: Jangkauan) -> CTE:
    """The groups (instansi, jenis, tahun, status) that hold a row of the filter, as the counters have them."""
    bagian = []
    for h in (HitunganRow, HitunganUbahanRow):
        syarat: list[ColumnElement[bool]] = [h.ukuran == "SINKRO", h.instansi_id != "", h.n > 0]
        if jangkauan.instansi is not None:
            syarat.append(h.instansi_id.in_(sorted(jangkauan.instansi)))
        syarat += _syarat_kelompok(h, saring)
        bagian.append(select(h.instansi_id, h.jenis, h.tahun, h.status).where(*syarat))
    # UNION drops what is in both.
    return union(*bagian).cte("kelompok")


def _syarat_kelompok(h: type[HitunganRow | HitunganUbahanRow], saring: SaringLog) -> list[ColumnElement[bool]]:
    syarat: list[ColumnElement[bool]] = []
    for kolom, nilai in (
        (h.jenis, [str(n) for n in saring.jenis]),
        (h.tahun, list(saring.tahun)),
        (h.status, [n.value for n in saring.status]),
        (h.tipe_skp, [n.value for n in saring.tipe_skp]),
    ):
        if nilai:
            syarat.append(kolom.in_(nilai))
    if saring.kode:
        syarat.append(h.kode.overlap(list(saring.kode)))
    return syarat


async def _per_kelompok(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> bool:
    """Whether to ask group by group."""
    if jangkauan.nip is not None:
        return False
    menyempit = bool(saring.jenis or saring.tahun or saring.status or saring.kode)
    if jangkauan.instansi is not None:
        return menyempit or len(jangkauan.instansi) > 1
    if not menyempit:
        return False
    semua = await _jumlah_kelompok(conn, SaringLog(), jangkauan)
    return await _jumlah_kelompok(conn, saring, jangkauan) < BAGIAN_SERING * semua


async def _jumlah_kelompok(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> int:
    """How many rows match by jenis, year, status, kind and code, as it was summed up last: near enough to choose by."""
    h = HitunganRow
    wilayah = [""] if jangkauan.instansi is None else sorted(jangkauan.instansi)
    syarat = and_(h.ukuran == "SINKRO", h.instansi_id.in_(wilayah), *_syarat_kelompok(h, saring))
    return int(await conn.scalar(select(func.coalesce(func.sum(h.n), 0)).where(syarat)) or 0)


def _dari_kelompok(saring: SaringLog, jangkauan: Jangkauan, syarat: ColumnElement[bool], batas: int) -> CTE:
    s, k = SinkroRow, _kelompok(saring, jangkauan)
    satu = and_(
        s.instansi_id == k.c.instansi_id, s.jenis == k.c.jenis, s.tahun == k.c.tahun, s.status == k.c.status, syarat
    )
    # Who ended has the place in the index; who is in progress keeps there the one they had before, so they are looked
    # up among those who wait or run, which are few.
    terbuka = k.c.status.in_(sorted(st.value for st in BERLANGSUNG))
    berakhir = _semua(and_(satu, s.status_terakhir == k.c.status, ~terbuka))
    berlangsung = union_all(
        *(select(t.instansi_id, t.sinkro_id) for t in (SinkroMenungguRow, SinkroBerjalanRow))
    ).subquery("berlangsung")
    milik = and_(berlangsung.c.instansi_id == k.c.instansi_id, terbuka, satu)
    antre = select(s.dibuat_pada, s.id).join(berlangsung, berlangsung.c.sinkro_id == s.id).where(milik)
    diminta = set(saring.status) or set(StatusSinkro)
    bagian = [
        _urut(satu_bagian, s.dibuat_pada, s.id).limit(batas).lateral(nama)
        for nama, satu_bagian, status in (("berakhir", berakhir, SELESAI), ("antre", antre, BERLANGSUNG))
        if diminta & status
    ]
    semua = union_all(*(select(b.c.dibuat_pada, b.c.id).select_from(k.join(b, true())) for b in bagian)).subquery()
    return _urut(select(semua.c.dibuat_pada, semua.c.id), semua.c.dibuat_pada, semua.c.id).limit(batas).cte("calon")
