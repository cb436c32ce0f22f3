"""What the database knows about everything an import touches: one statement per table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.unit_kerja import JenisPimpinan
from services.referensi.uraian import Muatan

Baris = Row[Any]

_KUNCI_INSTANSI_BARU = 7_310_202_612


@dataclass(slots=True)
class Keadaan:
    """The rows as they stand, by their key in the import format. `unit` holds every unit of the instansi concerned;
    `atasan` raters that are named in SKPs only; `definitif` the DEFINITIF records of the units concerned, with their
    holder's state."""

    instansi: dict[str, Baris] = field(default_factory=dict)
    unit: dict[str, Baris] = field(default_factory=dict)
    pegawai: dict[str, Baris] = field(default_factory=dict)
    atasan: dict[str, Baris] = field(default_factory=dict)
    nama_unit: dict[str, str] = field(default_factory=dict)
    pimpinan: dict[tuple[str, str, str, date], Baris] = field(default_factory=dict)
    unit_dipimpin: dict[str, set[str]] = field(default_factory=dict)
    instansi_dipimpin: dict[str, set[str]] = field(default_factory=dict)
    definitif: list[Baris] = field(default_factory=list)
    periode: dict[tuple[str, str, str, int | None], Baris] = field(default_factory=dict)
    periode_bernilai: set[UUID] = field(default_factory=set)
    padanan: dict[tuple[str, str], Baris] = field(default_factory=dict)
    user_pmm: set[str] = field(default_factory=set)
    skp: dict[str, list[Baris]] = field(default_factory=dict)
    rhk: dict[UUID, list[Baris]] = field(default_factory=dict)
    indikator: dict[UUID, list[Baris]] = field(default_factory=dict)


def instansi_disebut(muatan: Muatan) -> set[str]:
    """The instansi that the payload names."""
    return (
        {b.id for _, b in muatan.instansi}
        | {b.instansi_id for _, b in muatan.unit_kerja}
        | {b.instansi_id for _, b in muatan.pegawai}
        | {b.instansi_id for _, b in muatan.periode if b.instansi_id is not None}
    )


def _unit_disebut(muatan: Muatan) -> list[str]:
    # A pegawai's unit is not among them: it may name a unit that nobody knows, so it says nothing about an instansi.
    unit = {b.id for _, b in muatan.unit_kerja} | {b.induk_id for _, b in muatan.unit_kerja if b.induk_id is not None}
    unit |= {b.unit_kerja_id for _, b in muatan.pimpinan} | {b.unit_kerja_id for _, b in muatan.padanan_unor}
    return sorted(unit | {b.unit_kerja_id for _, b in muatan.skp})


def _nip_disebut(muatan: Muatan) -> list[str]:
    nip: set[str] = {b.nip for _, b in muatan.pegawai} | {b.nip for _, b in muatan.user_pmm}
    return sorted(nip | {b.nip for _, b in muatan.pimpinan} | {b.nip for _, b in muatan.skp})


async def instansi_terkait(conn: AsyncConnection, muatan: Muatan) -> set[str]:
    """Every instansi that the payload names or that owns a row it would change or refers to."""
    hasil = await conn.exec_driver_sql(
        "SELECT DISTINCT instansi_id FROM unit_kerja WHERE id = ANY($1::text[]) "
        "UNION SELECT DISTINCT instansi_id FROM pegawai WHERE nip = ANY($2::text[])",
        (_unit_disebut(muatan), _nip_disebut(muatan)),
    )
    return instansi_disebut(muatan) | set(hasil.scalars())


async def instansi_dipimpin(conn: AsyncConnection, muatan: Muatan) -> set[str]:
    """Every instansi in which somebody of the payload's pegawai leads a unit, whenever: its reference holds what is
    known of its leaders, so it is locked too, although the payload says nothing of it."""
    hasil = await conn.exec_driver_sql(
        "SELECT DISTINCT instansi_id FROM pimpinan WHERE nip = ANY($1::text[])",
        (sorted({b.nip for _, b in muatan.pegawai}),),
    )
    return set(hasil.scalars())


async def kunci_instansi(conn: AsyncConnection, instansi: Collection[str]) -> None:
    """Locks the instansi, in one order, against the engine and other changes of their reference. One that is not there
    yet has no row to lock: imports that make new ones go one by one."""
    sql = "SELECT id FROM instansi WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
    belum_ada = set(instansi) - set((await conn.exec_driver_sql(sql, (sorted(instansi),))).scalars())
    if belum_ada:
        await conn.exec_driver_sql("SELECT pg_advisory_xact_lock($1::bigint)", (_KUNCI_INSTANSI_BARU,))
        await conn.exec_driver_sql(sql, (sorted(belum_ada),))


async def muat_keadaan(conn: AsyncConnection, muatan: Muatan, instansi: Iterable[str]) -> Keadaan:
    """The state, read under the lock of `kunci_instansi`."""
    keadaan = Keadaan()
    daftar = sorted(instansi)
    keadaan.instansi = {b.id: b for b in await _baca(conn, _INSTANSI, daftar)}
    keadaan.unit = {b.id: b for b in await _baca(conn, _UNIT, daftar, _unit_disebut(muatan))}
    keadaan.pegawai = {b.nip: b for b in await _baca(conn, _PEGAWAI, _nip_disebut(muatan))}
    await _muat_pimpinan(conn, muatan, keadaan)
    if muatan.periode:
        for baris in await _baca(conn, _PERIODE, daftar):
            keadaan.periode[baris.instansi_id, baris.jenis, baris.nama, baris.tahun] = baris
            if baris.bernilai:
                keadaan.periode_bernilai.add(baris.id)
    if muatan.padanan_unor:
        npsn = sorted({b.npsn for _, b in muatan.padanan_unor})
        keadaan.padanan = {(b.npsn, b.unit_kerja_id): b for b in await _baca(conn, _PADANAN, npsn)}
    if muatan.user_pmm:
        nip = sorted({b.nip for _, b in muatan.user_pmm})
        keadaan.user_pmm = {b.nip for b in await _baca(conn, _USER_PMM, nip)}
    if muatan.skp:
        await _muat_skp(conn, muatan, keadaan)
    return keadaan


async def _baca(conn: AsyncConnection, sql: str, *larik: Sequence[Any]) -> Sequence[Baris]:
    return (await conn.exec_driver_sql(sql, tuple(larik))).all()


async def _muat_pimpinan(conn: AsyncConnection, muatan: Muatan, keadaan: Keadaan) -> None:
    unit = sorted({b.unit_kerja_id for _, b in muatan.pimpinan})
    nip = sorted({b.nip for _, b in muatan.pegawai} & keadaan.pegawai.keys())
    if not unit and not nip:
        return
    # A changed holder may bring a claim back to force on any unit they ever led, against whoever has it now.
    for baris in await _baca(conn, _PIMPINAN, unit, nip):
        keadaan.pimpinan[baris.unit_kerja_id, baris.nip, baris.jenis, baris.mulai] = baris
        keadaan.unit_dipimpin.setdefault(baris.nip, set()).add(baris.unit_kerja_id)
        keadaan.instansi_dipimpin.setdefault(baris.nip, set()).add(baris.instansi_id)
        if baris.jenis == JenisPimpinan.DEFINITIF:
            keadaan.definitif.append(baris)


async def _muat_skp(conn: AsyncConnection, muatan: Muatan, keadaan: Keadaan) -> None:
    nip = sorted({b.nip for _, b in muatan.skp})
    atasan = {b.atasan_nip for _, b in muatan.skp if b.atasan_nip is not None} - keadaan.pegawai.keys()
    keadaan.atasan = {b.nip: b for b in await _baca(conn, _PEGAWAI, sorted(atasan))}
    semua = (*keadaan.pegawai.values(), *keadaan.atasan.values())
    unit = {b.unit_kerja_id for b in semua if b.unit_kerja_id} - keadaan.unit.keys()
    keadaan.nama_unit = {b.id: b.nama for b in await _baca(conn, _NAMA_UNIT, sorted(unit))}
    for baris in await _baca(conn, _SKP, nip):
        keadaan.skp.setdefault(baris.nip, []).append(baris)
    kunci = {b.kunci for _, b in muatan.skp}
    dipakai = [
        baris.id
        for daftar in keadaan.skp.values()
        for baris in daftar
        if (baris.nip, baris.status_pegawai, baris.periode_awal) in kunci
    ]
    for baris in await _baca(conn, _RHK, dipakai):
        keadaan.rhk.setdefault(baris.skp_id, []).append(baris)
    for baris in await _baca(conn, _INDIKATOR, dipakai):
        keadaan.indikator.setdefault(baris.rhk_id, []).append(baris)


_INSTANSI = "SELECT id, nama, zona_waktu FROM instansi WHERE id = ANY($1::text[])"
_UNIT = """
SELECT id, instansi_id, nama, induk_id, eselon, mandiri, aktif, npsn FROM unit_kerja
WHERE instansi_id = ANY($1::text[]) OR id = ANY($2::text[])"""
_NAMA_UNIT = "SELECT id, nama FROM unit_kerja WHERE id = ANY($1::text[])"
_PEGAWAI = """
SELECT nip, nama, instansi_id, unit_kerja_id, jabatan, golongan, jenis_pegawai, jenis_asn, aktif, nonaktif_sejak
FROM pegawai WHERE nip = ANY($1::text[])"""
_PIMPINAN = """
WITH unit AS (
  SELECT unnest($1::text[]) AS id UNION SELECT unit_kerja_id FROM pimpinan WHERE nip = ANY($2::text[]))
SELECT k.id, k.instansi_id, k.unit_kerja_id, k.nip, k.jenis, k.mulai, k.selesai, p.aktif,
  p.unit_kerja_id AS unit_pemegang
FROM pimpinan k JOIN unit ON unit.id = k.unit_kerja_id JOIN pegawai p ON p.nip = k.nip"""
_PERIODE = """
SELECT id, instansi_id, nama, jenis, tipe_periodik, angka_periodik, periode_awal, periode_akhir, batas_pengisian, tahun,
  EXISTS (SELECT FROM penilaian n WHERE n.periode_id = periode.id) AS bernilai
FROM periode WHERE instansi_id = ANY($1::text[])"""
_PADANAN = "SELECT id, npsn, unit_kerja_id, status FROM padanan_unor WHERE npsn = ANY($1::text[])"
_USER_PMM = "SELECT nip FROM user_pmm WHERE nip = ANY($1::text[]) AND dihapus_pada IS NULL"
_SKP = """
SELECT id, nip, periode_awal, periode_akhir, pendekatan, unit_kerja_id, jabatan, status_pegawai, jenis_pegawai,
  jenis_skp, status, atasan_nip, atasan_nama, atasan_unit_kerja_id, atasan_unit_kerja_nama, sumber
FROM skp WHERE nip = ANY($1::text[]) AND diarsipkan_pada IS NULL"""
_RHK = """
SELECT id, skp_id, lingkup, jenis, rencana_hasil_kerja, urutan FROM rhk
WHERE skp_id = ANY($1::uuid[]) AND dihapus_pada IS NULL ORDER BY skp_id, urutan, id"""
_INDIKATOR = """
SELECT i.id, i.rhk_id, i.indikator, i.aspek, i.target, i.satuan, i.perspektif, i.urutan
FROM indikator i JOIN rhk h ON h.id = i.rhk_id
WHERE h.skp_id = ANY($1::uuid[]) AND h.dihapus_pada IS NULL AND i.dihapus_pada IS NULL
ORDER BY i.rhk_id, i.urutan, i.id"""
