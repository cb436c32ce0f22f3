"""Who waits for whom: the syncs that a landing of this person would set free, and whose landing this one waits for.

Both follow from the facts that blocking findings rest on (spec: domain 4.7): the SKP of whoever leads a unit, and the
person's own SKP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identitas.pemanggil import Jangkauan

_SYARAT = "(CAST(:instansi AS text[]) IS NULL OR s.instansi_id = ANY(CAST(:instansi AS text[])) OR s.nip = :nip_saya)"
_KOLOM = "s.id, s.jenis, s.nip, p.nama, s.tahun, s.status, s.kode"

# Whose post counts on some day of the year.
_MENJABAT = "k.mulai <= make_date(a.tahun, 12, 31) AND (k.selesai IS NULL OR k.selesai >= make_date(a.tahun, 1, 1))"

_DITUNGGU = text(
    f"""
    WITH a AS (
        SELECT d.fakta, d.kunci, s.nip, s.tahun FROM sinkro s JOIN sinkro_sandaran d ON d.sinkro_id = s.id
        WHERE s.id = :id),
    orang AS (
        SELECT a.nip, a.tahun FROM a WHERE a.fakta = 'SKP_PEGAWAI'
        UNION
        SELECT k.nip, a.tahun FROM a
        JOIN pimpinan k ON k.unit_kerja_id = split_part(a.kunci, ':', 1) AND {_MENJABAT}
        WHERE a.fakta = 'SKP_ATASAN')
    SELECT {_KOLOM} FROM orang o
    JOIN sinkro s ON s.nip = o.nip AND s.tahun = o.tahun AND s.jenis IN ('SKP', 'SKP_PLT')
    JOIN pegawai p ON p.nip = s.nip
    WHERE s.id <> :id AND {_SYARAT}
    ORDER BY p.nama, s.nip, s.jenis LIMIT :batas
    """  # noqa: S608 - only constants of this file
)
_PENUNGGU = text(
    f"""
    WITH a AS (
        SELECT s.nip, s.tahun FROM sinkro s
        WHERE s.id = :id AND s.jenis IN ('SKP', 'SKP_PLT', 'SKP_ROTASI')),
    fakta AS (
        SELECT 'SKP_PEGAWAI' AS fakta, a.nip || ':' || a.tahun AS kunci FROM a
        UNION
        SELECT 'SKP_ATASAN', k.unit_kerja_id || ':' || a.tahun FROM a
        JOIN pimpinan k ON k.nip = a.nip AND {_MENJABAT})
    SELECT DISTINCT {_KOLOM} FROM fakta f
    JOIN sinkro_sandaran d ON d.fakta = f.fakta AND d.kunci = f.kunci
    JOIN sinkro s ON s.id = d.sinkro_id
    JOIN pegawai p ON p.nip = s.nip
    WHERE s.id <> :id AND {_SYARAT}
    ORDER BY p.nama, s.nip, s.jenis LIMIT :batas
    """  # noqa: S608 - only constants of this file
)


@dataclass(frozen=True, slots=True)
class Terkait:
    """Another sync that this one waits for, or that waits for this one."""

    id: UUID
    jenis: str
    nip: str
    nama: str
    tahun: int
    status: str
    kode: list[str]


async def ditunggu(conn: AsyncConnection, sinkro_id: UUID, jangkauan: Jangkauan, *, batas: int = 50) -> list[Terkait]:
    """The syncs whose landing this one waits for, as far as the caller may see them, at most `batas`."""
    return await _cari(conn, _DITUNGGU, sinkro_id, jangkauan, batas)


async def penunggu(conn: AsyncConnection, sinkro_id: UUID, jangkauan: Jangkauan, *, batas: int = 50) -> list[Terkait]:
    """The syncs that wait for this one to land, as far as the caller may see them, at most `batas`."""
    return await _cari(conn, _PENUNGGU, sinkro_id, jangkauan, batas)


async def _cari(
    conn: AsyncConnection, perintah: Any, sinkro_id: UUID, jangkauan: Jangkauan, batas: int
) -> list[Terkait]:
    instansi = None if jangkauan.instansi is None else sorted(jangkauan.instansi)
    isi = {"id": sinkro_id, "instansi": instansi, "nip_saya": jangkauan.nip, "batas": batas}
    return [Terkait(*baris) for baris in (await conn.execute(perintah, isi)).all()]
