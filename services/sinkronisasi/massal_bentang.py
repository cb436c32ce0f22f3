"""Turns the frozen selection of a bulk into syncs and items, chunk by chunk, in the background.

A chunk is there until the transaction that wrote its syncs, items and counts took it away: no crash loses or doubles
it. Locks: instansi, the queue (shared), the chunk, sinkro (by id), massal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import StatusMassal
from services.sinkronisasi.antrean import Lajur, kunci_antrean
from services.sinkronisasi.massal_hitung import HitunganPotongan, catat_potongan
from services.sinkronisasi.massal_pilihan import (
    SQL_BATALKAN_POTONGAN,
    SQL_BENTANGKAN,
    SQL_KUNCI_MASSAL,
    SQL_KUNCI_POTONGAN,
)

# So far the work list runs ahead of the workers. A bulk that is further ahead is still laid out when so few of it are
# due that the workers could run dry, as when thousands of its people wait for a later try.
DI_DEPAN = 4_000
SEDIKIT_YANG_SIAP = 500

_BERIKUT = text(
    f"""
    SELECT m.id, m.instansi_id FROM massal m JOIN instansi i ON i.id = m.instansi_id
    WHERE m.potongan_tersisa > 0 AND (m.status = 'DIBATALKAN' OR m.status = 'BERJALAN' AND (
        m.terbentang - m.berhasil - m.gagal - m.tertahan - m.dibatalkan < {DI_DEPAN}
        OR NOT EXISTS (
            SELECT FROM sinkro_menunggu q
            WHERE q.massal_id = m.id AND q.massal_id IS NOT NULL AND q.lajur = 1
              AND (q.coba_lagi_pada IS NULL OR q.coba_lagi_pada <= now())
            OFFSET {SEDIKIT_YANG_SIAP} LIMIT 1)))
    ORDER BY m.status = 'DIBATALKAN', m.terbentang, m.id LIMIT 1
    FOR SHARE OF i SKIP LOCKED
    """  # noqa: S608 - only numbers of this file
)
_POTONGAN = text(
    """
    SELECT c.massal_id, c.urutan, c.instansi_id, c.jenis, c.nip, c.ke, m.tahun, m.status, m.pemicu, m.oleh,
           m.dibuat_pada, m.jenis AS semua_jenis, NOT m.pilihan ? 'nip' AS pengguna
    FROM massal m JOIN massal_potongan c ON c.massal_id = m.id
    WHERE m.id = :id AND m.status IN ('BERJALAN', 'DIBATALKAN')
    ORDER BY c.urutan LIMIT 1 FOR UPDATE OF c SKIP LOCKED
    """
)
_HAPUS = text("DELETE FROM massal_potongan WHERE massal_id = :massal_id AND urutan = :urutan")
_HABIS = text("UPDATE massal SET potongan_tersisa = potongan_tersisa - 1 WHERE id = :id")


async def bentangkan_berikut(conn: AsyncConnection) -> int | None:
    """Lays out one chunk of the bulk that is least far, if one is due; how many people it held, else None.

    An instansi whose reference is just being changed is passed over. The caller commits.
    """
    massal = (await conn.execute(_BERIKUT)).one_or_none()
    return None if massal is None else await bentangkan_satu(conn, massal.id)


async def bentangkan_seluruhnya(conn: AsyncConnection, massal_id: UUID) -> None:
    """Lays out every chunk of a small bulk at once. The caller holds its instansi."""
    await kunci_antrean(conn)
    await conn.execute(text(SQL_KUNCI_MASSAL), {"massal_id": massal_id})
    while await bentangkan_satu(conn, massal_id):
        pass


async def bentangkan_satu(conn: AsyncConnection, massal_id: UUID) -> int | None:
    """Lays out the next chunk of this bulk; None when it has none, or is paused. The caller holds its instansi."""
    await kunci_antrean(conn)
    # A statement of its own: what a pause or cancel did before the lock was ours is seen by it.
    potongan = (await conn.execute(_POTONGAN, {"id": massal_id})).one_or_none()
    if potongan is None:
        return None
    isi = _isi(potongan)
    await conn.execute(text(SQL_KUNCI_POTONGAN), isi)
    await conn.execute(_HAPUS, {"massal_id": massal_id, "urutan": potongan.urutan})
    if potongan.status == StatusMassal.DIBATALKAN:
        await conn.execute(text(SQL_BATALKAN_POTONGAN), isi)
        await conn.execute(_HABIS, {"id": massal_id})
    else:
        h = (await conn.execute(text(SQL_BENTANGKAN), isi)).one()
        await catat_potongan(
            conn,
            massal_id,
            HitunganPotongan(h.jumlah, h.berhasil, h.tidak_ada_data_baru, h.gagal, h.tertahan, h.dibatalkan),
        )
    return len(potongan.nip)


def _isi(potongan: Row[Any]) -> dict[str, Any]:
    return {
        "massal_id": potongan.massal_id,
        "instansi_id": potongan.instansi_id,
        "jenis": potongan.jenis,
        "tahun": potongan.tahun,
        "nip": potongan.nip,
        "ke": potongan.ke,
        "pengguna": potongan.pengguna,
        "pemicu": potongan.pemicu,
        "oleh": potongan.oleh,
        "lajur": int(Lajur.MASSAL),
        "kini": potongan.dibuat_pada,
        # What is asked for together is claimed in this order: the order of the register, without a sort per claim.
        "diminta": potongan.dibuat_pada + timedelta(microseconds=potongan.semua_jenis.index(potongan.jenis)),
    }
