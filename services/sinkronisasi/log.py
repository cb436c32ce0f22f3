"""The log of synchronisations as callers read it: pages of rows and one sync with its attempts.

PostgreSQL makes the JSON of every row; it goes out as it came, so a page costs one statement and no object per row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import aliased

from ekinerja_domain.sinkronisasi.status import HasilPercobaan
from services.db.kursor import Kursor
from services.db.sekali import tanya_sekali
from services.db.siap import PerintahSiap, Tempat
from services.db.tables import PegawaiRow, PercobaanRow, SinkroRow, UnitKerjaRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_calon import (
    Pilihan,
    calon_halaman,
    menurut_urutan,
    pilih,
    pilihan_langsung,
    tanpa_yang_ditemukan,
)
from services.sinkronisasi.log_json import json_baris, kunci
from services.sinkronisasi.log_saring import SaringLog, terlihat
from services.sinkronisasi.log_versi import versi_beserta, versi_dari
from services.sinkronisasi.registri import JENIS_TERDAFTAR

# What a part is before the first attempt.
_KOSONG: dict[str, list[Any]] = {"data_skp": [], "penilaian": []}
_NIP = re.compile(r"\d{18}")
_SATU_INSTANSI, _SATU_ORANG = frozenset({Tempat("instansi")}), Tempat("nip")


@dataclass(frozen=True, slots=True)
class HalamanLog:
    """One page: the rows as JSON texts, and the cursor of the next page (None: there is none). `versi`: of the log
    within reach at that moment, where it was asked for and can be told."""

    baris: tuple[str, ...]
    kursor_berikutnya: str | None
    versi: str | None = None


async def halaman_log(
    conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan, *, kursor: str | None, jumlah_baris: int
) -> HalamanLog:
    """A page of the log, newest request first by (dibuat_pada, id), which no change of a row moves.

    Raises KursorTidakSah for a cursor that is not of this filter and this reach.
    """
    daftar = nama_daftar(saring, jangkauan)
    setelah = None if kursor is None else Kursor.dari_teks(kursor, daftar)
    terpilih = await pilih(conn, saring, jangkauan)
    umum, nilai = _satu_perintah(jangkauan)
    diperiksa = tanpa_yang_ditemukan(saring, terpilih.pilihan)
    siap = _halaman_siap(diperiksa, umum, terpilih.pilihan, jumlah_baris, setelah is not None)
    await menurut_urutan(conn)
    baris = (await siap.jalankan(conn, **nilai, **terpilih.nilai, **_letak(setelah))).all()
    berikut = None
    if len(baris) > jumlah_baris:
        baris = baris[:jumlah_baris]
        berikut = Kursor(baris[-1].dibuat_pada, baris[-1].id).ke_teks(daftar)
    return HalamanLog(tuple(b.isi for b in baris), berikut)


async def halaman_log_sekali(
    engine: AsyncEngine,
    saring: SaringLog,
    jangkauan: Jangkauan,
    *,
    kursor: str | None,
    jumlah_baris: int,
    dengan_versi: bool,
) -> HalamanLog | None:
    """The page as `halaman_log` gives it, if asked for with its version, by one statement and so of one snapshot. For a
    filter that `sekali_cukup`; `dengan_versi` only for named instansi.

    None when the version was asked for and an instansi of the reach does not exist. Raises KursorTidakSah.
    """
    daftar = nama_daftar(saring, jangkauan)
    setelah = None if kursor is None else Kursor.dari_teks(kursor, daftar)
    umum, nilai = _satu_perintah(jangkauan)
    siap = _halaman_sekali_siap(saring, umum, jumlah_baris, setelah is not None, dengan_versi)
    satu = (await tanya_sekali(engine, siap, **nilai, **_letak(setelah)))[0]
    if dengan_versi and jangkauan.instansi is not None and satu["instansi"] != len(jangkauan.instansi):
        return None
    baris, berikut = satu["isi"] or [], None
    if len(baris) > jumlah_baris:
        baris = baris[:jumlah_baris]
        berikut = Kursor(satu["waktu"], satu["nomor"]).ke_teks(daftar)
    return HalamanLog(tuple(baris), berikut, versi_dari(satu) if dengan_versi else None)


def sekali_cukup(saring: SaringLog, jangkauan: Jangkauan) -> bool:
    """Whether one statement tells the page: nothing of the filter has to be judged or looked up before, and no more
    than the rows of instansi is within reach."""
    diperiksa_dahulu = saring.unit_kerja_id or saring.massal_id
    return jangkauan.nip is None and not diperiksa_dahulu and pilihan_langsung(saring, jangkauan) is not None


def _satu_perintah(jangkauan: Jangkauan) -> tuple[Jangkauan, dict[str, Any]]:
    """The reach to build a statement for, and what to fill into it: one statement serves every person and every single
    instansi."""
    instansi, nip, nilai = jangkauan.instansi, jangkauan.nip, dict[str, Any]()
    if instansi is not None and len(instansi) == 1:
        instansi, nilai["instansi"] = _SATU_INSTANSI, next(iter(instansi))
    if nip is not None:
        nip, nilai["nip"] = _SATU_ORANG, nip
    return Jangkauan(instansi, nip), nilai


def _letak(setelah: Kursor | None) -> dict[str, Any]:
    return {} if setelah is None else {"waktu": setelah.waktu, "nomor": setelah.id}


def _halaman(
    saring: SaringLog, jangkauan: Jangkauan, pilihan: Pilihan, jumlah_baris: int, bersambung: bool
) -> Select[*tuple[Any, ...]]:
    """One row more than the page, which tells whether there is a next one. `bersambung`: after :waktu and :nomor."""
    letak = (bindparam("waktu", None, DateTime(timezone=True)), bindparam("nomor", None, Uuid()))
    setelah = letak if bersambung else None
    calon = calon_halaman(saring, jangkauan, pilihan, setelah=setelah, batas=jumlah_baris + 1)
    utuh = SinkroRow.nip.key in calon.c
    s = aliased(SinkroRow, calon) if utuh else SinkroRow
    perintah = select(calon.c.dibuat_pada, calon.c.id, json_baris(s).label("isi")).select_from(calon)
    if not utuh:
        perintah = perintah.join(s, s.id == calon.c.id)
    return (
        perintah.join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .order_by(calon.c.dibuat_pada.desc(), calon.c.id.desc())
    )


@lru_cache(maxsize=512)
def _halaman_siap(
    saring: SaringLog, jangkauan: Jangkauan, pilihan: Pilihan, jumlah_baris: int, bersambung: bool
) -> PerintahSiap:
    """The page of a filter that many ask for again and again."""
    return PerintahSiap(_halaman(saring, jangkauan, pilihan, jumlah_baris, bersambung))


@lru_cache(maxsize=512)
def _halaman_sekali_siap(
    saring: SaringLog, jangkauan: Jangkauan, jumlah_baris: int, bersambung: bool, dengan_versi: bool
) -> PerintahSiap:
    """All rows in one, with where the last of the page stands: the driver takes a row for each of them far longer."""
    pilihan = pilihan_langsung(saring, jangkauan) or Pilihan()
    baris = _halaman(saring, jangkauan, pilihan, jumlah_baris, bersambung).subquery("baris")
    urut = (baris.c.dibuat_pada.desc(), baris.c.id.desc())
    isi, waktu, nomor = (
        func.array_agg(aggregate_order_by(kolom, *urut)) for kolom in (baris.c.isi, baris.c.dibuat_pada, baris.c.id)
    )
    akhir = literal_column(str(jumlah_baris), Integer())
    kumpulan = select(isi.label("isi"), waktu[akhir].label("waktu"), nomor[akhir].label("nomor")).cte("kumpulan")
    if not dengan_versi or jangkauan.instansi is None:
        return PerintahSiap(select(kumpulan))
    return PerintahSiap(select(kumpulan, versi_beserta(jangkauan.instansi)))


async def satu_sinkro(
    conn: AsyncConnection, sinkro_id: UUID, jangkauan: Jangkauan, *, percobaan: bool = False
) -> dict[str, Any] | None:
    """The whole Sinkro, None when it does not exist for the caller.

    With `percobaan` its attempts, newest first, as each ended; a NIP in an attempt's `oleh` is masked unless it is the
    sync's own person, the caller, or somebody the caller sees through an instansi.
    """
    umum, nilai = _satu_perintah(jangkauan)
    baris = (await _sinkro_siap(umum).jalankan(conn, nomor=sinkro_id, **nilai)).one_or_none()
    if baris is None:
        return None
    hasil: dict[str, Any] = json.loads(baris.isi)
    tampilan = json.loads(baris.tampilan or "null") or {}
    for bagian in bagian_milik(baris.jenis):
        hasil[bagian] = tampilan.get(bagian, _KOSONG.get(bagian))
    if percobaan:
        hasil["percobaan"] = await _percobaan(conn, sinkro_id, hasil["nip"], jangkauan, baris.jenis)
    return hasil


@lru_cache(maxsize=512)
def _sinkro_siap(jangkauan: Jangkauan) -> PerintahSiap:
    s = SinkroRow
    return PerintahSiap(
        select(json_baris().label("isi"), s.jenis, cast(_tampilan_terakhir(), Text).label("tampilan"))
        .join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .where(s.id == bindparam("nomor", None, Uuid()), terlihat(jangkauan))
    )


def bagian_milik(jenis: str) -> tuple[str, ...]:
    """The parts of the answer that belong to the jenis; none for one that is not registered any more."""
    daftar = JENIS_TERDAFTAR.get(jenis)
    return () if daftar is None else daftar.bagian


def _tampilan_terakhir() -> ColumnElement[Any]:
    """What the last attempt that ended by itself showed."""
    p = PercobaanRow
    return (
        select(_tampilan())
        .where(p.sinkro_id == SinkroRow.id, p.status != HasilPercobaan.TERPUTUS.value)
        .order_by(p.ke.desc())
        .limit(1)
        .scalar_subquery()
    )


def _tampilan() -> ColumnElement[Any]:
    """What the attempt showed, also when it only points to an earlier one."""
    p = PercobaanRow
    return func.tampilan_percobaan(p.tampilan, p.sinkro_id, p.tampilan_ke, type_=JSONB)


def jumlahkan_ringkasan(data_skp: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """The counters of several SKPs added up per lingkup."""
    jumlah: dict[str, dict[str, int]] = {}
    for satu in data_skp:
        for lingkup, angka in (satu.get("ringkasan") or {}).items():
            tujuan = jumlah.setdefault(lingkup, {})
            for nama, n in angka.items():
                tujuan[nama] = tujuan.get(nama, 0) + n
    return jumlah


def samarkan_pelaku(oleh: str, boleh_dilihat: frozenset[str]) -> str:
    """The caller's name with every NIP that may not be seen cut to its first four digits."""
    return _NIP.sub(lambda m: m[0] if m[0] in boleh_dilihat else m[0][:4] + "*" * 14, oleh)


@lru_cache(maxsize=1)
def _percobaan_siap() -> PerintahSiap:
    p = PercobaanRow
    kolom = func.json_build_object(
        kunci("ke"), p.ke,
        kunci("pemicu"), p.pemicu,
        kunci("oleh"), p.oleh,
        kunci("mulai"), p.mulai,
        kunci("selesai"), p.selesai,
        kunci("status"), p.status,
        kunci("hasil"), p.hasil,
        kunci("temuan"), p.temuan,
        kunci("keterangan"), p.keterangan,
        kunci("request_id"), p.request_id,
        kunci("tampilan"), _tampilan(),
    )  # fmt: skip
    milik = p.sinkro_id == bindparam("nomor", None, Uuid())
    return PerintahSiap(select(cast(kolom, Text)).where(milik).order_by(p.ke.desc()))


async def _percobaan(
    conn: AsyncConnection, sinkro_id: UUID, nip: str, jangkauan: Jangkauan, jenis: str
) -> list[dict[str, Any]]:
    daftar: list[dict[str, Any]] = [
        json.loads(isi) for isi in (await _percobaan_siap().jalankan(conn, nomor=sinkro_id)).scalars()
    ]
    boleh = await _nip_boleh_dilihat(conn, (d["oleh"] for d in daftar), nip, jangkauan)
    for satu in daftar:
        satu["oleh"] = samarkan_pelaku(satu["oleh"], boleh)
        tampilan = satu.pop("tampilan")
        satu |= {bagian: tampilan[bagian] for bagian in bagian_milik(jenis) if bagian in tampilan}
        if "data_skp" in satu:
            satu["ringkasan"] = jumlahkan_ringkasan(satu["data_skp"])
    return daftar


async def _nip_boleh_dilihat(
    conn: AsyncConnection, oleh: Iterable[str], nip: str, jangkauan: Jangkauan
) -> frozenset[str]:
    boleh = frozenset(n for n in (nip, jangkauan.nip) if n is not None)
    asing = {n for teks in oleh for n in _NIP.findall(teks)} - boleh
    if not asing or jangkauan.instansi == frozenset():
        return boleh
    perintah = select(PegawaiRow.nip).where(PegawaiRow.nip.in_(sorted(asing)))
    if jangkauan.instansi is not None:
        perintah = perintah.where(PegawaiRow.instansi_id.in_(sorted(jangkauan.instansi)))
    return boleh | frozenset((await conn.scalars(perintah)).all())


@lru_cache(maxsize=1024)
def nama_daftar(saring: SaringLog, jangkauan: Jangkauan) -> str:
    """What a cursor of the log is bound to."""
    instansi = "*" if jangkauan.instansi is None else sorted(jangkauan.instansi)
    return f"log-sinkro|{saring.sebagai_teks()}|{instansi}|{jangkauan.nip}"
