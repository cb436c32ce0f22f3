"""Our place in PMM's change feed, as stored: where to go on, what stands in the way, how far we are behind.

Times are the database's, as those of the attempts they are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sinkronisasi.perubahan_pmm_tulis import Perubahan

INGAT_SELAMA = timedelta(days=7)
ULANGI_PALING_CEPAT = timedelta(minutes=10)
# Longer than this without having seen the end of the feed is as good as no feed.
DIANGGAP_TANPA_UMPAN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Umpan:
    """Where to go on. `menunggu`: not to be asked now; `ikut_sejak`: when this service first followed this PMM."""

    sumber: str
    kursor: str | None
    ikut_sejak: datetime
    menunggu: bool

    def pada(self, kursor: str | None) -> Umpan:
        return replace(self, kursor=kursor)


@dataclass(frozen=True, slots=True)
class KeadaanUmpan:
    """How the following goes. `tertinggal_detik`: since when there was something left to read, about a second when all
    is well; `kendala`: why the last question gave nothing; `ada`: whether repairs made in PMM arrive by it."""

    kursor: str | None
    tertinggal_detik: float
    perubahan_terakhir_pada: datetime | None
    kendala: str | None
    kendala_sejak: datetime | None
    ada: bool


async def buka_umpan(conn: AsyncConnection, sumber: str) -> Umpan:
    """The place in the feed of this PMM; the first time the beginning. Forgets digests nobody needs any more."""
    isi = {"sumber": sumber, "lama": INGAT_SELAMA}
    await conn.execute(text("INSERT INTO pmm_umpan (sumber) VALUES (:sumber) ON CONFLICT DO NOTHING"), isi)
    await conn.execute(
        text("DELETE FROM pmm_perubahan_diterima WHERE diterima_pada < now() - CAST(:lama AS interval)"), isi
    )
    baris = (
        await conn.execute(
            text(
                # A time too far ahead was written by a clock that has been put back since.
                "SELECT sumber, kursor, ikut_sejak, COALESCE(coba_lagi_pada > now() "
                "AND coba_lagi_pada <= now() + interval '10 minutes', false) AS menunggu "
                "FROM pmm_umpan WHERE sumber = :sumber"
            ),
            isi,
        )
    ).one()
    return Umpan(baris.sumber, baris.kursor, baris.ikut_sejak, baris.menunggu)


async def susulan_selesai(conn: AsyncConnection) -> list[Perubahan]:
    """The changes that came during an attempt which has ended since and may have overlooked them, each with its sync.
    Those of attempts that were interrupted or put off are forgotten: PMM is asked again anyway."""
    await conn.execute(
        text(
            "DELETE FROM pmm_perubahan_susulan u USING sinkro s WHERE s.id = u.sinkro_id "
            "AND (s.percobaan_ke <> u.percobaan_ke OR s.status IN ('MENUNGGU', 'DIBATALKAN'))"
        )
    )
    baris = await conn.execute(
        text(
            "SELECT u.* FROM pmm_perubahan_susulan u JOIN sinkro s ON s.id = u.sinkro_id "
            "WHERE s.status <> 'BERJALAN' AND s.percobaan_ke = u.percobaan_ke ORDER BY u.sinkro_id, u.sidik LIMIT 1000"
        )
    )
    return [Perubahan("", b.nip, b.jenis, b.tahun, b.skp_id, b.pada, b.sinkro_id, b.sidik) for b in baris]


async def catat_kendala(
    conn: AsyncConnection, sumber: str, kendala: str, jeda: timedelta, *, tanpa_umpan: bool
) -> bool:
    """Remembers why nothing could be read and when to ask again; whether this kendala is a new one."""
    lama = await conn.scalar(
        text("SELECT kendala FROM pmm_umpan WHERE sumber = :sumber FOR UPDATE"), {"sumber": sumber}
    )
    await conn.execute(
        text(
            """
            UPDATE pmm_umpan SET kendala = :kendala, kendala_sejak = COALESCE(kendala_sejak, now()),
                coba_lagi_pada = now() + CAST(:jeda AS interval),
                tanpa_umpan_sejak = CASE WHEN :tanpa_umpan THEN COALESCE(tanpa_umpan_sejak, now()) END
            WHERE sumber = :sumber
            """
        ),
        {"sumber": sumber, "kendala": kendala, "jeda": jeda, "tanpa_umpan": tanpa_umpan},
    )
    return bool(lama != kendala)


async def ulangi_dari_awal(conn: AsyncConnection, umpan: Umpan) -> bool:
    """Goes back to the beginning of the feed, at most every ten minutes; whether it did."""
    hasil = await conn.execute(
        text(
            "UPDATE pmm_umpan SET kursor = NULL, diulang_pada = now(), tersusul_pada = NULL "
            "WHERE sumber = :sumber AND kursor = :kursor "
            "AND (diulang_pada IS NULL OR diulang_pada < now() - CAST(:cepat AS interval) OR diulang_pada > now())"
        ),
        {"sumber": umpan.sumber, "kursor": umpan.kursor, "cepat": ULANGI_PALING_CEPAT},
    )
    return hasil.rowcount == 1


async def keadaan_umpan(conn: AsyncConnection, sumber: str) -> KeadaanUmpan | None:
    """How the following of this PMM's feed goes; None when it never began."""
    baris = (
        await conn.execute(
            text(
                """
                SELECT kursor, perubahan_terakhir_pada, kendala, kendala_sejak,
                       GREATEST(extract(epoch FROM now() - lihat.akhir), 0) AS tertinggal,
                       tanpa_umpan_sejak IS NULL AND lihat.akhir > now() - CAST(:batas AS interval) AS ada
                FROM pmm_umpan
                CROSS JOIN LATERAL (SELECT COALESCE(tersusul_pada, diulang_pada, ikut_sejak) AS akhir) lihat
                WHERE sumber = :sumber
                """
            ),
            {"sumber": sumber, "batas": DIANGGAP_TANPA_UMPAN},
        )
    ).one_or_none()
    if baris is None:
        return None
    return KeadaanUmpan(
        baris.kursor,
        float(baris.tertinggal),
        baris.perubahan_terakhir_pada,
        baris.kendala,
        baris.kendala_sejak,
        baris.ada,
    )
