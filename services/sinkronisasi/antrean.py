"""The work list: who is claimed by whom, and what becomes of a claim whose worker died (ADR 0003).

A claim is a lease with a token. Whatever is written for a sync is written under its token, so a worker that lost the
lease cannot write any more. All times are the database's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Pemicu
from services.sinkronisasi.registri import JENIS_TERDAFTAR

SEWA_DETIK = 20
PERPANJANG_SETIAP_DETIK = 5


class Lajur(IntEnum):
    """Lanes: a button press never waits behind a bulk."""

    INTERAKTIF = 0
    MASSAL = 1


@dataclass(frozen=True, slots=True)
class Butir:
    """One claimed sync."""

    id: UUID
    instansi_id: str
    nip: str
    jenis: str
    tahun: int
    token: int
    percobaan_ke: int
    percobaan_transien: int
    percobaan_galat: int
    pemicu: Pemicu
    oleh: str
    tipe_skp: str | None
    token_pratinjau: str | None
    mulai: datetime


async def ambil_antrean(conn: AsyncConnection, lajur: Lajur, batas: int) -> list[Butir]:
    """Claims at most `batas` due syncs of the lane, each person once; in a bulk a school's guru only when no leader of
    the school is due or running, since they would only find that the leader's SKP is not there yet. What was asked for
    together is taken in the order of the register, whatever the age of the rows. The CTE is materialised: else a join
    order could evaluate its LIMIT again and claim more than asked for."""
    try:
        baris = await conn.execute(
            text(
                """
                WITH calon AS MATERIALIZED (
                    SELECT s.id, s.nip, array_position(CAST(:jenis AS text[]), s.jenis) AS urutan FROM sinkro s
                    WHERE s.status = 'MENUNGGU' AND s.lajur = :lajur
                      AND (s.coba_lagi_pada IS NULL OR s.coba_lagi_pada <= now())
                      AND NOT EXISTS (SELECT 1 FROM sinkro b WHERE b.nip = s.nip AND b.status = 'BERJALAN')
                      AND (s.lajur = 0 OR s.giliran = 0 OR NOT EXISTS (
                            SELECT 1 FROM sinkro k
                            WHERE k.unit_kerja_id = s.unit_kerja_id AND k.tahun = s.tahun AND k.giliran = 0
                              AND (k.status = 'BERJALAN' OR k.status = 'MENUNGGU'
                                   AND (k.coba_lagi_pada IS NULL OR k.coba_lagi_pada <= now()))))
                    ORDER BY s.lajur, s.giliran, s.diminta_pada, s.unit_kerja_id,
                             array_position(CAST(:jenis AS text[]), s.jenis), s.id
                    LIMIT :batas FOR NO KEY UPDATE OF s SKIP LOCKED
                ), pilih AS MATERIALIZED (SELECT DISTINCT ON (nip) id FROM calon ORDER BY nip, urutan, id)
                UPDATE sinkro s
                SET status = 'BERJALAN', sewa_token = nextval('sinkro_sewa_token'), coba_lagi_pada = NULL,
                    sewa_sampai = now() + make_interval(secs => :sewa), mulai_pada = now(), selesai_pada = NULL,
                    percobaan_ke = s.percobaan_ke + 1, diubah_pada = now()
                FROM pilih WHERE s.id = pilih.id
                RETURNING s.id, s.instansi_id, s.nip, s.jenis, s.tahun, s.sewa_token, s.percobaan_ke,
                          s.percobaan_transien, s.percobaan_galat, s.pemicu, s.oleh, s.tipe_skp,
                          s.token_pratinjau, s.mulai_pada
                """
            ),
            {"lajur": int(lajur), "batas": batas, "sewa": SEWA_DETIK, "jenis": [str(j) for j in JENIS_TERDAFTAR]},
        )
    except IntegrityError:
        # Another worker claimed another kind of sync of one of these people at the same moment; the next look finds
        # the rest.
        await conn.rollback()
        return []
    return [
        Butir(
            b.id,
            b.instansi_id,
            b.nip,
            b.jenis,
            b.tahun,
            b.sewa_token,
            b.percobaan_ke,
            b.percobaan_transien,
            b.percobaan_galat,
            Pemicu(b.pemicu),
            b.oleh,
            b.tipe_skp,
            b.token_pratinjau,
            b.mulai_pada,
        )
        for b in baris
    ]


async def perpanjang(conn: AsyncConnection, token: Sequence[int]) -> set[int]:
    """Renews leases; the tokens that are still held. SKIP LOCKED: a row that is being written needs no renewal now."""
    baris = await conn.execute(
        text(
            """
            WITH milik AS MATERIALIZED (
                SELECT id FROM sinkro WHERE status = 'BERJALAN' AND sewa_token = ANY(:token)
                ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE sinkro s SET sewa_sampai = now() + make_interval(secs => :sewa)
            FROM milik WHERE s.id = milik.id RETURNING s.sewa_token
            """
        ),
        {"token": list(token), "sewa": SEWA_DETIK},
    )
    return set(baris.scalars())


_KEMBALI_KE_ANTREAN = """
    WITH putus AS MATERIALIZED (
        SELECT id, sewa_token FROM sinkro WHERE status = 'BERJALAN' AND {syarat} ORDER BY id
        FOR NO KEY UPDATE SKIP LOCKED
    ), kembali AS (
        UPDATE sinkro s
        SET status = 'MENUNGGU', sewa_token = NULL, sewa_sampai = NULL, diubah_pada = now(),
            coba_lagi_pada = now() + make_interval(secs => CAST(NULLIF(:tunda, 0) AS double precision))
        FROM putus WHERE s.id = putus.id
        RETURNING s.id, s.percobaan_ke, s.instansi_id, s.pemicu, s.oleh, s.mulai_pada
    )
    INSERT INTO percobaan (sinkro_id, ke, instansi_id, pemicu, oleh, mulai, selesai, status, temuan)
    SELECT id, percobaan_ke, instansi_id, pemicu, oleh, mulai_pada, now(), 'TERPUTUS', '[]' FROM kembali
"""


async def pulihkan(conn: AsyncConnection) -> int:
    """Puts back every sync whose lease ran out, with its attempt in the log as TERPUTUS; how many there were."""
    pernyataan = text(_KEMBALI_KE_ANTREAN.format(syarat="sewa_sampai < now()"))
    return (await conn.execute(pernyataan, {"tunda": 0.0})).rowcount


async def kembalikan(conn: AsyncConnection, token: Sequence[int], *, tunda_detik: float = 0.0) -> int:
    """Puts back what this worker holds and will not finish; due again after so many seconds."""
    pernyataan = text(_KEMBALI_KE_ANTREAN.format(syarat="sewa_token = ANY(:token)"))
    return (await conn.execute(pernyataan, {"token": list(token), "tunda": tunda_detik})).rowcount


async def ada_yang_siap(conn: AsyncConnection) -> set[Lajur]:
    """The lanes in which something is due now."""
    baris = await conn.execute(
        text(
            """
            SELECT lajur FROM (VALUES (0), (1)) AS l (lajur)
            WHERE EXISTS (SELECT 1 FROM sinkro s WHERE s.status = 'MENUNGGU' AND s.lajur = l.lajur
                          AND (s.coba_lagi_pada IS NULL OR s.coba_lagi_pada <= now()))
            """
        )
    )
    return {Lajur(b) for b in baris.scalars()}
