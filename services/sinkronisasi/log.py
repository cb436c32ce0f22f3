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

from sqlalchemy import ColumnElement, DateTime, Select, Text, Uuid, bindparam, case, cast, func, null, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import HasilPercobaan
from services.db.kursor import Kursor
from services.db.siap import PerintahSiap
from services.db.tables import PegawaiRow, PercobaanRow, SinkroRow, UnitKerjaRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_calon import Pilihan, calon_halaman, pilih, pilihan_langsung
from services.sinkronisasi.log_saring import SaringLog, terlihat
from services.sinkronisasi.registri import JENIS_TERDAFTAR

# What a part is before the first attempt.
_KOSONG: dict[str, list[Any]] = {"data_skp": [], "penilaian": []}
_NIP = re.compile(r"\d{18}")


@dataclass(frozen=True, slots=True)
class HalamanLog:
    """One page: the rows as JSON texts, and the cursor of the next page (None: there is none)."""

    baris: tuple[str, ...]
    kursor_berikutnya: str | None


async def halaman_log(
    conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan, *, kursor: str | None, jumlah_baris: int
) -> HalamanLog:
    """A page of the log, newest request first by (dibuat_pada, id), which no change of a row moves.

    Raises KursorTidakSah for a cursor that is not of this filter and this reach.
    """
    daftar = nama_daftar(saring, jangkauan)
    setelah = None if kursor is None else Kursor.dari_teks(kursor, daftar)
    langsung = pilihan_langsung(saring, jangkauan)
    if langsung is not None:
        siap = _halaman_siap(saring, jangkauan, jumlah_baris, setelah is not None)
        letak = {} if setelah is None else {"waktu": setelah.waktu, "nomor": setelah.id}
        baris = (await siap.jalankan(conn, **letak)).all()
    else:
        pilihan = await pilih(conn, saring, jangkauan)
        tempat = None if setelah is None else (setelah.waktu, setelah.id)
        baris = (await conn.execute(_halaman(saring, jangkauan, pilihan, jumlah_baris, tempat))).all()
    berikut = None
    if len(baris) > jumlah_baris:
        baris = baris[:jumlah_baris]
        berikut = Kursor(baris[-1].dibuat_pada, baris[-1].id).ke_teks(daftar)
    return HalamanLog(tuple(b.isi for b in baris), berikut)


def _halaman(
    saring: SaringLog, jangkauan: Jangkauan, pilihan: Pilihan, jumlah_baris: int, setelah: tuple[Any, Any] | None
) -> Select[*tuple[Any, ...]]:
    """One row more than the page, which tells whether there is a next one."""
    s = SinkroRow
    calon = calon_halaman(saring, jangkauan, pilihan, setelah=setelah, batas=jumlah_baris + 1)
    return (
        select(calon.c.dibuat_pada, calon.c.id, cast(json_baris(), Text).label("isi"))
        .select_from(calon)
        .join(s, s.id == calon.c.id)
        .join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .order_by(calon.c.dibuat_pada.desc(), calon.c.id.desc())
    )


@lru_cache(maxsize=512)
def _halaman_siap(saring: SaringLog, jangkauan: Jangkauan, jumlah_baris: int, bersambung: bool) -> PerintahSiap:
    """The page of a filter that many ask for again and again; `bersambung`: after :waktu and :nomor."""
    setelah = (bindparam("waktu", None, DateTime(timezone=True)), bindparam("nomor", None, Uuid()))
    pilihan = pilihan_langsung(saring, jangkauan) or Pilihan()
    return PerintahSiap(_halaman(saring, jangkauan, pilihan, jumlah_baris, setelah if bersambung else None))


async def satu_sinkro(
    conn: AsyncConnection, sinkro_id: UUID, jangkauan: Jangkauan, *, percobaan: bool = False
) -> dict[str, Any] | None:
    """The whole Sinkro, None when it does not exist for the caller.

    With `percobaan` its attempts, newest first, as each ended; a NIP in an attempt's `oleh` is masked unless it is the
    sync's own person, the caller, or somebody the caller sees through an instansi.
    """
    s = SinkroRow
    perintah = (
        select(json_baris().label("isi"), s.jenis, _tampilan_terakhir().label("tampilan"))
        .join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .where(s.id == sinkro_id, terlihat(jangkauan))
    )
    baris = (await conn.execute(perintah)).one_or_none()
    if baris is None:
        return None
    hasil: dict[str, Any] = dict(baris.isi)
    for bagian in bagian_milik(baris.jenis):
        hasil[bagian] = (baris.tampilan or {}).get(bagian, _KOSONG.get(bagian))
    if percobaan:
        hasil["percobaan"] = await _percobaan(conn, sinkro_id, hasil["nip"], jangkauan, baris.jenis)
    return hasil


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


async def _percobaan(
    conn: AsyncConnection, sinkro_id: UUID, nip: str, jangkauan: Jangkauan, jenis: str
) -> list[dict[str, Any]]:
    p = PercobaanRow
    kolom = func.json_build_object(
        "ke", p.ke,
        "pemicu", p.pemicu,
        "oleh", p.oleh,
        "mulai", p.mulai,
        "selesai", p.selesai,
        "status", p.status,
        "hasil", p.hasil,
        "temuan", p.temuan,
        "keterangan", p.keterangan,
        "request_id", p.request_id,
        "tampilan", _tampilan(),
    )  # fmt: skip
    perintah = select(cast(kolom, Text)).where(p.sinkro_id == sinkro_id).order_by(p.ke.desc())
    daftar: list[dict[str, Any]] = [json.loads(isi) for isi in (await conn.scalars(perintah)).all()]
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


def json_baris() -> ColumnElement[Any]:
    """The Sinkro of http-api without its large parts; joins PegawaiRow and UnitKerjaRow."""
    s = SinkroRow
    unit = case(
        (s.unit_kerja_id.is_not(None), func.json_build_object("id", s.unit_kerja_id, "nama", UnitKerjaRow.nama)),
        else_=null(),
    )
    return func.json_build_object(
        "id", s.id,
        "jenis", s.jenis,
        "nip", s.nip,
        "nama", PegawaiRow.nama,
        "tahun", s.tahun,
        "tipe_skp", s.tipe_skp,
        "instansi_id", s.instansi_id,
        "unit_kerja", unit,
        "status", s.status,
        "hasil", s.hasil,
        "temuan", s.temuan,
        "keterangan", s.keterangan,
        "catatan", s.catatan,
        "terakhir_berhasil_pada", s.terakhir_berhasil_pada,
        "pemicu", s.pemicu,
        "percobaan_ke", s.percobaan_ke,
        "dibuat_pada", s.dibuat_pada,
        "selesai_pada", s.selesai_pada,
        "coba_lagi_pada", s.coba_lagi_pada,
        "massal_id", s.massal_id,
    )  # fmt: skip


def nama_daftar(saring: SaringLog, jangkauan: Jangkauan) -> str:
    """What a cursor of the log is bound to."""
    instansi = "*" if jangkauan.instansi is None else sorted(jangkauan.instansi)
    return f"log-sinkro|{saring.sebagai_teks()}|{instansi}|{jangkauan.nip}"
