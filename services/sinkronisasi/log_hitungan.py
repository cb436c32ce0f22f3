"""The exact counters of the log: reading them, summing up what the triggers added, and proof that they are right.

Invariant: a figure is the sum of `hitungan` and `hitungan_ubahan` in one snapshot; summing up moves a figure from the
second to the first in one transaction, so it is the same before, during and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrik import HITUNGAN_SALAH
from services.sinkronisasi.log_perubahan import rampingkan_ubahan

if TYPE_CHECKING:
    from services.konteks import Konteks

_log = structlog.get_logger("sinkro.hitungan")

_DIMENSI = "ukuran, instansi_id, jenis, tahun, status, tipe_skp, kode, pengguna"
BATAS_PERIKSA_MS = 900_000

# Each figure also for all instansi together, under an empty id, so that the whole country is a handful of rows.
_GABUNGKAN = text(
    f"""
    WITH diambil AS (DELETE FROM hitungan_ubahan RETURNING {_DIMENSI}, n),
    jumlah AS (
        SELECT ukuran, w.instansi_id, jenis, tahun, status, tipe_skp, kode_rapi(kode) AS kode, pengguna, sum(n) AS n
        FROM diambil CROSS JOIN LATERAL (VALUES (diambil.instansi_id), ('')) AS w (instansi_id)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(n) <> 0)
    INSERT INTO hitungan AS h ({_DIMENSI}, n) SELECT {_DIMENSI}, n FROM jumlah ORDER BY {_DIMENSI}
    ON CONFLICT (instansi_id, ukuran, jenis, tahun, status, pengguna, tipe_skp, kode) DO UPDATE SET n = h.n + excluded.n
    """  # noqa: S608 - only constants of this file
)
_BUANG_NOL = text("DELETE FROM hitungan WHERE n = 0")
_PERIKSA = text(
    f"""
    WITH tersimpan AS (
        SELECT {_DIMENSI}, sum(n) AS n FROM (
            SELECT {_DIMENSI}, n FROM hitungan
            UNION ALL
            SELECT ukuran, w.instansi_id, jenis, tahun, status, tipe_skp, kode_rapi(kode), pengguna, n
            FROM hitungan_ubahan u CROSS JOIN LATERAL (VALUES (u.instansi_id), ('')) AS w (instansi_id)) semua
        GROUP BY {_DIMENSI})
    SELECT {_DIMENSI}, COALESCE(t.n, 0) AS tersimpan, COALESCE(s.n, 0) AS sebenarnya
    FROM tersimpan t FULL JOIN hitungan_sebenarnya s USING ({_DIMENSI})
    WHERE COALESCE(t.n, 0) <> COALESCE(s.n, 0) ORDER BY {_DIMENSI} LIMIT :batas
    """  # noqa: S608 - as above
)


@dataclass(frozen=True, slots=True)
class HitunganSalah:
    """A counter that differs from what it counts; `instansi_id` is empty for all instansi together."""

    ukuran: str
    instansi_id: str
    jenis: str
    tahun: int
    status: str
    tipe_skp: str
    kode: tuple[str, ...]
    pengguna: bool
    tersimpan: int
    sebenarnya: int


async def periksa_hitungan(conn: AsyncConnection, *, batas: int = 100) -> list[HitunganSalah]:
    """Counts everything anew, in one snapshot; the counters that are wrong, at most `batas`. Empty at every moment,
    also beside running syncs. Reads the whole log."""
    return [
        HitunganSalah(
            b.ukuran, b.instansi_id, b.jenis, b.tahun, b.status, b.tipe_skp, tuple(b.kode), b.pengguna,
            int(b.tersimpan), int(b.sebenarnya),
        )
        for b in await conn.execute(_PERIKSA, {"batas": batas})
    ]  # fmt: skip


async def susun_ulang_hitungan(conn: AsyncConnection) -> None:
    """Makes the counters anew from what they count. Nobody writes to the log until the caller's transaction ends."""
    await conn.execute(text("SELECT susun_ulang_hitungan()"))


async def gabungkan_hitungan(konteks: Konteks) -> None:
    """A duty of the workers: sums up what was added since the last time, so that reading stays a few rows."""
    async with konteks.transaksi() as conn:
        await conn.execute(_GABUNGKAN)


async def rawat_hitungan(konteks: Konteks) -> None:
    """A slow duty: drops the counters that are zero and the changes that later ones made void, and reports a wrong
    counter in the log."""
    async with konteks.transaksi() as conn:
        await conn.execute(_BUANG_NOL)
    async with konteks.transaksi() as conn:
        await conn.execute(text(f"SET LOCAL statement_timeout = {BATAS_PERIKSA_MS}"))
        await rampingkan_ubahan(conn)
    async with konteks.baca() as conn:
        await conn.execute(text(f"SET LOCAL statement_timeout = {BATAS_PERIKSA_MS}"))
        salah = await periksa_hitungan(conn)
    HITUNGAN_SALAH.set(len(salah))
    if salah:
        _log.error("hitungan_tidak_cocok", jumlah=len(salah), ukuran=sorted({s.ukuran for s in salah}))
