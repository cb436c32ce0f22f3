"""Which rows stand on a page of the log, found fast however rare or frequent what is asked for is.

PostgreSQL cannot know how a filter and the order "newest first" go together: it may walk a whole log for three rows.
So what is rare is looked up first, and what narrows by jenis, year, status, kind or code is asked for group by group,
each in the order of its index; which groups there are the counters say, in the same statement and snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from ekinerja_domain.sinkronisasi.status import SELESAI, StatusSinkro
from services.db.pencarian import pola_memuat
from services.db.siap import PerintahSiap
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

# As many as are looked up one by one; what is more frequent is found soon by walking.
AMBANG_JARANG = 1000
# In the whole country a group is walked to, not looked up per instansi, when it is at least this part of the log.
BAGIAN_SERING = 0.005

_MENURUT_URUTAN = text(
    "SELECT set_config('enable_bitmapscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"
)
# Shorter parts of a name have no trigram to look up.
HURUF_TERSEDIKIT = 3
PANJANG_NIP = 18


class Jarang(StrEnum):
    """What leaves few rows: the filter itself, or the people, syncs or bulks that were found for it."""

    SARINGAN = "SARINGAN"
    ORANG = "ORANG"
    SINKRO = "SINKRO"
    MASSAL = "MASSAL"


@dataclass(frozen=True, slots=True)
class Pilihan:
    """How to find the rows: by what leaves few, group by group, or by walking the log."""

    jarang: Jarang | None = None
    per_kelompok: bool = False


@dataclass(frozen=True, slots=True)
class Terpilih:
    """How, and what was found for `Jarang`: a statement for the first is filled with the second, as `ditemukan`."""

    pilihan: Pilihan
    ditemukan: Sequence[str] | Sequence[UUID] = ()

    @property
    def nilai(self) -> dict[str, Any]:
        """The open parameter of the statement, where it has one."""
        return {} if self.pilihan.jarang in {None, Jarang.SARINGAN} else {"ditemukan": list(self.ditemukan)}


def pilihan_langsung(saring: SaringLog, jangkauan: Jangkauan) -> Pilihan | None:
    """How, where nothing need be looked up for it; else None."""
    if saring.id or saring.unit_kerja_id:
        return Pilihan(Jarang.SARINGAN)
    if saring.nip or saring.nama or saring.kode or saring.massal_id:
        return None
    menyempit = bool(saring.jenis or saring.tahun or saring.status)
    if jangkauan.nip is not None:
        return Pilihan()
    if jangkauan.instansi is not None:
        return Pilihan(per_kelompok=menyempit or len(jangkauan.instansi) > 1)
    return None if menyempit or saring.tipe_skp else Pilihan()


async def pilih(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> Terpilih:
    """How, after a look at how rare what is asked for is."""
    langsung = pilihan_langsung(saring, jangkauan)
    if langsung is not None:
        return Terpilih(langsung)
    terpilih = await _jarang(conn, saring, jangkauan)
    return terpilih or Terpilih(Pilihan(per_kelompok=await _per_kelompok(conn, saring, jangkauan)))


def tanpa_yang_ditemukan(saring: SaringLog, pilihan: Pilihan) -> SaringLog:
    """What of the filter is still judged on the rows: one statement serves all who are found by NIP or name."""
    if pilihan.jarang in {Jarang.ORANG, Jarang.MASSAL}:
        return replace(saring, nip=(), nama=(), massal_id=())
    return saring


def calon_halaman(
    saring: SaringLog, jangkauan: Jangkauan, pilihan: Pilihan, *, setelah: tuple[Any, Any] | None, batas: int
) -> CTE:
    """A CTE (dibuat_pada, id) of the first `batas` rows after `setelah` (waktu, id), newest request first; with all
    columns of `sinkro` where they are at hand."""
    s = SinkroRow
    syarat = and_(terlihat(jangkauan), cocok_kolom(saring))
    if setelah is not None:
        syarat = and_(syarat, tuple_(s.dibuat_pada, s.id) < tuple_(*setelah))
    if pilihan.jarang is not None:
        sedikit = _semua(and_(syarat, _syarat_jarang(pilihan.jarang)))
        return _teratas(sedikit.cte("jarang").prefix_with("MATERIALIZED"), batas)
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
        return _dari_kelompok(saring, jangkauan, syarat, setelah, batas)
    return _urut(select(s.__table__).where(syarat), s.dibuat_pada, s.id).limit(_tetap(batas)).cte("calon")


async def menurut_urutan(conn: AsyncConnection) -> None:
    """For the rest of the transaction: rows are walked to in the order of their index, and a page stops early. The
    planner multiplies the shares of what goes together, and by such guesses collects a whole group and sorts it; the
    more it knows of the values, the more of that it multiplies."""
    await conn.execute(_MENURUT_URUTAN)


def _tetap(batas: int) -> ColumnElement[int]:
    # As a parameter the planner would not know it, and take the rows of a page for a tenth of the log.
    return literal_column(str(batas), Integer())


def _semua(syarat: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(SinkroRow.dibuat_pada, SinkroRow.id).where(syarat)


def _urut(perintah: Select[*tuple[Any, ...]], waktu: Any, nomor: Any) -> Select[*tuple[Any, ...]]:
    return perintah.order_by(waktu.desc(), nomor.desc())


def _teratas(sumber: CTE, batas: int) -> CTE:
    perintah = _urut(select(sumber.c.dibuat_pada, sumber.c.id), sumber.c.dibuat_pada, sumber.c.id)
    return perintah.limit(_tetap(batas)).cte("calon")


def _syarat_jarang(jarang: Jarang) -> ColumnElement[bool]:
    s, butir = SinkroRow, MassalButirRow
    match jarang:
        case Jarang.SARINGAN:
            return true()
        case Jarang.ORANG:
            return s.nip == func.any(_larik("ditemukan", Text()))
        case Jarang.SINKRO:
            return s.id == func.any(_larik("ditemukan", Uuid()))
        case Jarang.MASSAL:
            milik = butir.massal_id == func.any(_larik("ditemukan", Uuid()))
            return s.id.in_(select(butir.sinkro_id).where(milik))


def _larik(nama: str, jenis: TypeEngine[Any]) -> BindParameter[Any]:
    return bindparam(nama, None, ARRAY(jenis))


async def _jarang(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> Terpilih | None:
    """What leaves at most some thousand rows, found by the index of what is rare; None: nothing does."""
    if saring.nip or saring.nama:
        nip = await _nip(conn, saring, jangkauan)
        if nip is not None:
            return Terpilih(Pilihan(Jarang.ORANG), nip)
    if saring.kode and jangkauan.nip is None and await _jumlah_kelompok(conn, saring, jangkauan) <= AMBANG_JARANG:
        # Counted first: the index of codes reads every row of a code before it gives one.
        kode = {"kode": list(saring.kode), "milik": _milik(jangkauan)}
        nomor = (await _perintah_kode().jalankan(conn, **kode)).scalars().all()
        if len(nomor) <= AMBANG_JARANG:
            return Terpilih(Pilihan(Jarang.SINKRO), nomor)
    if saring.massal_id:
        jumlah = (await _perintah_massal().jalankan(conn, massal=list(saring.massal_id))).scalar()
        if (jumlah or 0) <= AMBANG_JARANG:
            return Terpilih(Pilihan(Jarang.MASSAL), saring.massal_id)
    return None


def _milik(jangkauan: Jangkauan) -> list[str] | None:
    return None if jangkauan.instansi is None else sorted(jangkauan.instansi)


async def _nip(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> list[str] | None:
    """Whose NIP and name match, None when they are many."""
    milik = None if jangkauan.nip is not None else _milik(jangkauan)
    if saring.nama and min(map(len, saring.nama)) >= HURUF_TERSEDIKIT:
        pola = [pola_memuat(n) for n in saring.nama]
        bernama = (await _perintah_nama().jalankan(conn, pola=pola, milik=milik)).scalars().all()
        if len(bernama) > AMBANG_JARANG:
            return None
        return [n for n in bernama if not saring.nip or n.startswith(saring.nip)]
    if saring.nama or not saring.nip:
        return None
    if all(len(n) == PANJANG_NIP for n in saring.nip):
        return list(saring.nip)
    nip = (await _perintah_awalan().jalankan(conn, awalan=list(saring.nip), milik=milik or None)).scalars().all()
    return list(nip) if len(nip) <= AMBANG_JARANG else None


@cache
def _perintah_kode() -> PerintahSiap:
    cari = func.cari_sinkro_menurut_kode(
        _larik("kode", Text()), _larik("milik", Text()), _tetap(AMBANG_JARANG + 1), type_=Uuid()
    )
    return PerintahSiap(select(cari))


@cache
def _perintah_massal() -> PerintahSiap:
    return PerintahSiap(select(func.sum(MassalRow.jumlah)).where(MassalRow.id == func.any(_larik("massal", Uuid()))))


@cache
def _perintah_nama() -> PerintahSiap:
    pola = func.unnest(_larik("pola", Text())).table_valued("pola").render_derived()
    batas = _tetap(AMBANG_JARANG + 1)
    return PerintahSiap(
        select(func.cari_nip_menurut_nama(pola.c.pola, _larik("milik", Text()), batas)).select_from(pola)
    )


@cache
def _perintah_awalan() -> PerintahSiap:
    p, milik, batas = PegawaiRow, _larik("milik", Text()), _tetap(AMBANG_JARANG + 1)
    awalan = func.unnest(_larik("awalan", Text())).table_valued("awal").render_derived()
    satu = (
        select(p.nip)
        .where(p.nip >= awalan.c.awal, p.nip < awalan.c.awal.concat(":"))
        .where(or_(milik.is_(None), p.instansi_id == func.any(milik)))
        .limit(batas)
        .lateral("satu")
    )
    return PerintahSiap(select(satu.c.nip).select_from(awalan.join(satu, true())).limit(batas))


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
    berkelompok = SaringLog(
        jenis=saring.jenis, tahun=saring.tahun, status=saring.status, tipe_skp=saring.tipe_skp, kode=saring.kode
    )
    wilayah = [""] if jangkauan.instansi is None else sorted(jangkauan.instansi)
    return int((await _perintah_jumlah(berkelompok).jalankan(conn, wilayah=wilayah)).scalar() or 0)


@lru_cache(maxsize=512)
def _perintah_jumlah(saring: SaringLog) -> PerintahSiap:
    h = HitunganRow
    di_wilayah = h.instansi_id == func.any(_larik("wilayah", Text()))
    syarat = and_(h.ukuran == "SINKRO", di_wilayah, *_syarat_kelompok(h, saring))
    return PerintahSiap(select(func.sum(h.n)).where(syarat))


def _dari_kelompok(
    saring: SaringLog, jangkauan: Jangkauan, syarat: ColumnElement[bool], setelah: tuple[Any, Any] | None, batas: int
) -> CTE:
    """Who ended has the place in the index of statuses, group by group; who is in progress keeps there the one they had
    before, and is found among those who wait, which stand in the same order, or run, which are few."""
    kelompok = _kelompok(saring, jangkauan)
    diminta = set(saring.status) or set(StatusSinkro)
    bagian = []
    if diminta & SELESAI:
        bagian.append(_berakhir(kelompok, syarat, batas))
    if StatusSinkro.MENUNGGU in diminta:
        bagian.append(_menunggu(kelompok, syarat, setelah, batas))
    if StatusSinkro.BERJALAN in diminta:
        bagian.append(_berjalan(kelompok, syarat))
    semua = union_all(*bagian).subquery()
    return (
        _urut(select(semua.c.dibuat_pada, semua.c.id), semua.c.dibuat_pada, semua.c.id)
        .limit(_tetap(batas))
        .cte("calon")
    )


def _berakhir(k: CTE, syarat: ColumnElement[bool], batas: int) -> Select[*tuple[Any, ...]]:
    s = SinkroRow
    satu = and_(
        s.instansi_id == k.c.instansi_id,
        s.jenis == k.c.jenis,
        s.tahun == k.c.tahun,
        s.status == k.c.status,
        s.status_terakhir == k.c.status,
        k.c.status.in_(sorted(st.value for st in SELESAI)),
        syarat,
    )
    teratas = _urut(_semua(satu), s.dibuat_pada, s.id).limit(_tetap(batas)).lateral("berakhir")
    return select(teratas.c.dibuat_pada, teratas.c.id).select_from(k.join(teratas, true()))


def _menunggu(
    kelompok: CTE, syarat: ColumnElement[bool], setelah: tuple[Any, Any] | None, batas: int
) -> Select[*tuple[Any, ...]]:
    s, q = SinkroRow, SinkroMenungguRow
    milik = _instansi_berstatus(kelompok, StatusSinkro.MENUNGGU)
    satu = and_(q.instansi_id == milik.c.instansi_id, s.status == StatusSinkro.MENUNGGU.value, syarat)
    if setelah is not None:
        satu = and_(satu, tuple_(q.dibuat_pada, q.sinkro_id) < tuple_(*setelah))
    antre = select(q.dibuat_pada, q.sinkro_id.label("id")).join(s, s.id == q.sinkro_id).where(satu)
    teratas = _urut(antre, q.dibuat_pada, q.sinkro_id).limit(_tetap(batas)).lateral("menunggu")
    return select(teratas.c.dibuat_pada, teratas.c.id).select_from(milik.join(teratas, true()))


def _berjalan(kelompok: CTE, syarat: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    s, r = SinkroRow, SinkroBerjalanRow
    milik = _instansi_berstatus(kelompok, StatusSinkro.BERJALAN)
    return (
        select(s.dibuat_pada, s.id)
        .join(r, r.sinkro_id == s.id)
        .join(milik, milik.c.instansi_id == r.instansi_id)
        .where(s.status == StatusSinkro.BERJALAN.value, syarat)
    )


def _instansi_berstatus(kelompok: CTE, status: StatusSinkro) -> Subquery:
    return select(kelompok.c.instansi_id).where(kelompok.c.status == status.value).distinct().subquery()
