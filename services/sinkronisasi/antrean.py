"""The work list: who is claimed by whom, and what becomes of a claim whose worker died (ADR 0003).

A claim is a lease with a token. Whatever is written for a sync is written under its token, so a worker that lost the
lease cannot write any more. All times are the database's.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Pemicu
from services.sinkronisasi.giliran_instansi import Antrean, GiliranInstansi
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
    # What PMM is told and the attempt keeps: `<id of the request>/<sync>-<attempt>`, without the first for a release.
    request_id: str


# Taken in turns with a pause or a cancel: a claim shares this lock, they take it alone, so that a claim either commits
# before their answer or sees what they did (its own statement begins after the lock).
KUNCI_ANTREAN = 0x53494E4B
_BERBAGI = text("SELECT pg_advisory_xact_lock_shared(:kunci)")
_SENDIRI = text("SELECT pg_advisory_xact_lock(:kunci)")
# A claim goes along a queue in its order and stops early. The statistics of who waits are always those of a moment ago,
# and by them it may seem cheaper to read the whole queue, or the whole log, and sort it.
_URUT_INDEKS = text(
    "SELECT set_config(nama, 'off', true) FROM unnest(ARRAY['enable_sort', 'enable_seqscan', 'enable_hashjoin', "
    "'enable_mergejoin']) AS nama"
)

_JATUH_TEMPO = "({s}.coba_lagi_pada IS NULL OR {s}.coba_lagi_pada <= now())"
# Of who waits (`sinkro_menunggu`) and, once more on the row that is locked, of the sync itself.
_TUNGGU_SIAP = _JATUH_TEMPO.format(s="q")
_SIAP = f"""{_TUNGGU_SIAP} AND s.status = 'MENUNGGU' AND {_JATUH_TEMPO.format(s="s")} AND s.lajur = q.lajur
      AND s.massal_id IS NOT DISTINCT FROM q.massal_id"""
# A scalar subquery with a LIMIT is looked up per row; an EXISTS may be hashed over everybody who waits.
_SENDIRIAN = "(SELECT true FROM sinkro_berjalan b WHERE b.nip = s.nip LIMIT 1) IS NULL"
# A leader who waits only in a paused bulk holds nobody: that may last for days. Asked of who waits, before the sync is
# looked up: while the heads of many schools run, most of a queue stands behind them.
_TANPA_PIMPINAN = f"""(q.giliran = 0 OR (
    SELECT true FROM sinkro_berjalan k
    WHERE k.unit_kerja_id = q.unit_kerja_id AND k.tahun = q.tahun AND k.giliran = 0 LIMIT 1) IS NULL
  AND (SELECT true FROM sinkro_menunggu k
    WHERE k.unit_kerja_id = q.unit_kerja_id AND k.tahun = q.tahun AND k.giliran = 0
      AND {_JATUH_TEMPO.format(s="k")} AND (
           k.lajur = 0 OR k.massal_id IS NULL
           OR (SELECT d.status FROM massal d WHERE d.id = k.massal_id) = 'BERJALAN')
    LIMIT 1) IS NULL)"""  # noqa: S608 - only constants of this file

# What waits in its own right before what waits for a bulk, and the elder bulk before the younger. LATERAL with a LIMIT
# looks at one row per queue, whatever the statistics say; an EXISTS may be turned into a join with the whole list.
_ANTREAN_MENUNGGU = text(
    f"""
    WITH RECURSIVE lepas (instansi_id) AS (
        (SELECT q.instansi_id FROM sinkro_menunggu q WHERE q.lajur = 1 AND q.massal_id IS NULL
         ORDER BY q.instansi_id LIMIT 1)
        UNION ALL
        SELECT (SELECT q.instansi_id FROM sinkro_menunggu q
                WHERE q.lajur = 1 AND q.massal_id IS NULL AND q.instansi_id > l.instansi_id
                ORDER BY q.instansi_id LIMIT 1)
        FROM lepas l WHERE l.instansi_id IS NOT NULL)
    SELECT l.instansi_id, CAST(NULL AS uuid) AS massal_id, CAST(NULL AS timestamptz) AS dibuat_pada FROM lepas l
    CROSS JOIN LATERAL (SELECT FROM sinkro_menunggu q WHERE q.instansi_id = l.instansi_id AND q.lajur = 1
                        AND q.massal_id IS NULL AND {_TUNGGU_SIAP} LIMIT 1) ada
    UNION ALL
    SELECT m.instansi_id, m.id, m.dibuat_pada FROM massal m
    CROSS JOIN LATERAL (SELECT FROM sinkro_menunggu q WHERE q.massal_id = m.id AND q.lajur = 1
                        AND q.massal_id IS NOT NULL AND {_TUNGGU_SIAP} LIMIT 1) ada
    WHERE m.status = 'BERJALAN'
    ORDER BY 3 NULLS FIRST, 2
    """  # noqa: S608 - as above
)


def _calon(antrean: str) -> str:
    return f"""(SELECT s.id, s.nip, array_position(CAST(:jenis AS text[]), s.jenis) AS urutan, q.giliran,
          q.diminta_pada, q.unit_kerja_id FROM sinkro_menunggu q JOIN sinkro s ON s.id = q.sinkro_id
        WHERE q.lajur = 1 AND {antrean} AND {_SIAP} AND {_SENDIRIAN} AND {_TANPA_PIMPINAN}
        ORDER BY q.giliran, q.diminta_pada, q.unit_kerja_id, q.sinkro_id LIMIT a.jatah
        FOR NO KEY UPDATE OF s SKIP LOCKED)"""  # noqa: S608 - as above


# Who asked last decides whose request it is, as for `pemicu`; an item of a bulk has that of its bulk.
_REQUEST_ID = """concat_ws('/', CASE
    WHEN s.pemicu IN ('MASSAL', 'JADWAL') THEN (SELECT m.request_id FROM massal m WHERE m.id = s.massal_id)
    WHEN s.pemicu <> 'PELEPASAN' THEN s.request_id
    END, replace(CAST(s.id AS text), '-', '') || '-' || s.percobaan_ke) AS request_id"""

# Each person once. The CTEs are materialised: else a join order could evaluate a LIMIT again and claim more.
_AMBIL = f"""
    , pilih AS MATERIALIZED (SELECT DISTINCT ON (nip) id FROM terpilih ORDER BY nip, urutan, id)
    UPDATE sinkro s
    SET status = 'BERJALAN', sewa_token = nextval('sinkro_sewa_token'), coba_lagi_pada = NULL,
        sewa_sampai = now() + make_interval(secs => :sewa), mulai_pada = now(), selesai_pada = NULL,
        percobaan_ke = s.percobaan_ke + 1, diubah_pada = now()
    FROM pilih WHERE s.id = pilih.id
    RETURNING s.id, s.instansi_id, s.nip, s.jenis, s.tahun, s.sewa_token, s.percobaan_ke, s.percobaan_transien,
              s.percobaan_galat, s.pemicu, s.oleh, s.tipe_skp, s.token_pratinjau, s.mulai_pada, {_REQUEST_ID}
"""  # noqa: S608 - as above
_AMBIL_INTERAKTIF = text(
    f"""
    WITH terpilih AS MATERIALIZED (
        SELECT s.id, s.nip, array_position(CAST(:jenis AS text[]), s.jenis) AS urutan
        FROM sinkro_menunggu q JOIN sinkro s ON s.id = q.sinkro_id
        WHERE q.lajur = 0 AND {_SIAP} AND {_SENDIRIAN}
        ORDER BY q.diminta_pada, q.sinkro_id LIMIT :batas FOR NO KEY UPDATE OF s SKIP LOCKED)
    {_AMBIL}
    """  # noqa: S608 - as above
)
# A share is taken from the queues of the instansi in their order; what was locked beyond it is free again at once.
_AMBIL_MASSAL = text(
    f"""
    WITH antre AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:instansi AS text[]), CAST(:massal AS uuid[]), CAST(:urut AS integer[]),
                             CAST(:jatah AS integer[])) AS a (instansi_id, massal_id, urut, jatah)
    ), calon AS MATERIALIZED (
        SELECT a.instansi_id AS milik, a.urut, a.jatah, c.* FROM antre a
        CROSS JOIN LATERAL {_calon("q.massal_id IS NULL AND q.instansi_id = a.instansi_id")} c
        WHERE a.massal_id IS NULL
        UNION ALL
        SELECT a.instansi_id, a.urut, a.jatah, c.* FROM antre a
        JOIN massal m ON m.id = a.massal_id AND m.status = 'BERJALAN'
        CROSS JOIN LATERAL {_calon("q.massal_id IS NOT NULL AND q.massal_id = m.id")} c
    ), terpilih AS MATERIALIZED (
        SELECT id, nip, urutan FROM (
            SELECT c.*, row_number() OVER (PARTITION BY milik ORDER BY urut, giliran, diminta_pada, unit_kerja_id,
                                           id) AS ke
            FROM calon c) bernomor
        WHERE ke <= jatah)
    {_AMBIL}
    """  # noqa: S608 - as above
)


async def ambil_antrean(
    conn: AsyncConnection, lajur: Lajur, batas: int, giliran: GiliranInstansi | None = None
) -> list[Butir]:
    """Claims at most `batas` due syncs of the lane, each person once.

    In the bulk lane instansi share the claim as `giliran` says (default: evenly). Within one, what a release queued
    goes before bulks and the elder bulk before the younger; within a bulk leaders go first, and a school's guru only
    when no leader of the school is due or running, since they would only find that the leader's SKP is not there yet;
    then in the order of the register. What waits for a paused or cancelled bulk alone is left. The caller commits, and
    asks nothing else in this transaction, whose plans go by indexes.
    """
    isi: dict[str, Any] = {"sewa": SEWA_DETIK, "jenis": [str(j) for j in JENIS_TERDAFTAR]}
    await conn.execute(_URUT_INDEKS)
    try:
        if lajur is Lajur.INTERAKTIF:
            baris = (await conn.execute(_AMBIL_INTERAKTIF, isi | {"batas": batas})).all()
        else:
            giliran = giliran or GiliranInstansi()
            baris = await _ambil_massal(conn, batas, giliran, isi)
            giliran.catat(Counter(b.instansi_id for b in baris))
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
            b.request_id,
        )
        for b in baris
    ]


async def _ambil_massal(
    conn: AsyncConnection, batas: int, giliran: GiliranInstansi, isi: dict[str, Any]
) -> Sequence[Row[Any]]:
    await kunci_antrean(conn)
    teringat = giliran.teringat(time.monotonic())
    if teringat is not None:
        if baris := await _ambil_bagian(conn, batas, giliran, teringat, isi):
            return baris
        giliran.lupakan()
    menunggu = [Antrean(a.instansi_id, a.massal_id) for a in await conn.execute(_ANTREAN_MENUNGGU)]
    giliran.ingat(menunggu, time.monotonic(), batas)
    return await _ambil_bagian(conn, batas, giliran, menunggu, isi)


async def _ambil_bagian(
    conn: AsyncConnection, batas: int, giliran: GiliranInstansi, menunggu: Sequence[Antrean], isi: dict[str, Any]
) -> Sequence[Row[Any]]:
    jatah = giliran.bagi([a.instansi_id for a in menunggu], batas)
    antre = [a for a in menunggu if a.instansi_id in jatah]
    if not antre:
        return []
    larik = {
        "instansi": [a.instansi_id for a in antre],
        "massal": [a.massal_id for a in antre],
        "urut": list(range(len(antre))),
        "jatah": [jatah[a.instansi_id] for a in antre],
    }
    return (await conn.execute(_AMBIL_MASSAL, isi | larik)).all()


async def kunci_antrean(conn: AsyncConnection, *, sendiri: bool = False) -> None:
    """Until the end of the transaction: shared by whoever claims for or queues into bulks, alone for whoever changes
    which bulks may go on. Taken after the lock of the instansi and before any row of `sinkro`."""
    await conn.execute(_SENDIRI if sendiri else _BERBAGI, {"kunci": KUNCI_ANTREAN})


# What runs is few, and is looked up one by one: a join would read the whole log where its statistics are those of an
# empty one.
async def perpanjang(conn: AsyncConnection, token: Sequence[int]) -> set[int]:
    """Renews leases; the tokens that are still held. SKIP LOCKED: a row that is being written needs no renewal now."""
    baris = await conn.execute(
        text(
            """
            WITH milik AS MATERIALIZED (
                SELECT s.id FROM sinkro s WHERE s.id = ANY(ARRAY(SELECT r.sinkro_id FROM sinkro_berjalan r))
                  AND s.status = 'BERJALAN' AND s.sewa_token = ANY(:token)
                ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)
            UPDATE sinkro s SET sewa_sampai = now() + make_interval(secs => :sewa)
            FROM milik WHERE s.id = milik.id RETURNING s.sewa_token
            """
        ),
        {"token": list(token), "sewa": SEWA_DETIK},
    )
    return set(baris.scalars())


_KEMBALI_KE_ANTREAN = f"""
    WITH putus AS MATERIALIZED (
        SELECT s.id FROM sinkro s WHERE s.id = ANY(ARRAY(SELECT r.sinkro_id FROM sinkro_berjalan r))
          AND s.status = 'BERJALAN' AND {{syarat}} ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED
    ), kembali AS (
        UPDATE sinkro s
        SET status = 'MENUNGGU', sewa_token = NULL, sewa_sampai = NULL, diubah_pada = now(),
            coba_lagi_pada = now() + make_interval(secs => CAST(NULLIF(:tunda, 0) AS double precision))
        FROM putus WHERE s.id = putus.id
        RETURNING s.id, s.percobaan_ke, s.instansi_id, s.pemicu, s.oleh, s.mulai_pada, {_REQUEST_ID}
    )
    INSERT INTO percobaan (sinkro_id, ke, instansi_id, pemicu, oleh, mulai, selesai, status, temuan, request_id)
    SELECT id, percobaan_ke, instansi_id, pemicu, oleh, mulai_pada, now(), 'TERPUTUS', '[]', request_id FROM kembali
"""  # noqa: S608 - as above


async def pulihkan(conn: AsyncConnection) -> int:
    """Puts back every sync whose lease ran out, with its attempt in the log as TERPUTUS; how many there were."""
    pernyataan = text(_KEMBALI_KE_ANTREAN.format(syarat="s.sewa_sampai < now()"))
    return (await conn.execute(pernyataan, {"tunda": 0.0})).rowcount


async def kembalikan(conn: AsyncConnection, token: Sequence[int], *, tunda_detik: float = 0.0) -> int:
    """Puts back what this worker holds and will not finish; due again after so many seconds."""
    pernyataan = text(_KEMBALI_KE_ANTREAN.format(syarat="s.sewa_token = ANY(:token)"))
    return (await conn.execute(pernyataan, {"token": list(token), "tunda": tunda_detik})).rowcount


_SIAP_PER_LAJUR = text(
    f"""
    SELECT 0 WHERE EXISTS (SELECT FROM sinkro_menunggu q WHERE q.lajur = 0 AND {_TUNGGU_SIAP})
    UNION ALL
    SELECT 1 WHERE EXISTS (SELECT FROM sinkro_menunggu q WHERE q.lajur = 1 AND q.massal_id IS NULL AND {_TUNGGU_SIAP})
      OR EXISTS (SELECT FROM massal m WHERE m.status = 'BERJALAN' AND EXISTS (
                 SELECT FROM sinkro_menunggu q WHERE q.massal_id = m.id AND q.lajur = 1 AND q.massal_id IS NOT NULL
                   AND {_TUNGGU_SIAP}))
    """  # noqa: S608 - as above
)


async def ada_yang_siap(conn: AsyncConnection) -> set[Lajur]:
    """The lanes in which something is due now that may be claimed."""
    return {Lajur(b) for b in (await conn.execute(_SIAP_PER_LAJUR)).scalars()}
