"""Release: when a fact changes that a blocked sync rests on, that sync is queued again, in the same transaction.

A finding is taken for resolved when one of its facts changed, unless our own data says that it still stands; the sync
is queued as soon as no finding about our own data is left. What rests on PMM's data does not hold it back (spec: domain
4.7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Peristiwa, sebelum
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.db.penyewa import mesin_di
from services.pelepasan.tegak import masih_tegak

FAKTA_PMM = (JenisFakta.PMM_PENGGUNA, JenisFakta.PMM_SKP, JenisFakta.PMM_PENILAIAN)

_KENA = """
    SELECT d.sinkro_id, d.kode FROM sinkro_sandaran d
    JOIN unnest(CAST(:jenis AS text[]), CAST(:kunci AS text[])) AS f (jenis, kunci)
      ON d.fakta = f.jenis AND d.kunci = f.kunci
"""
_CARI = text(f"SELECT DISTINCT k.sinkro_id FROM ({_KENA}) k")  # noqa: S608 - only constants of this file
# Statements of their own: each must see what a release that held the row before has left.
_KUNCI = text(
    """
    SELECT id FROM sinkro
    WHERE id = ANY(:id) AND (status = ANY(:sebelum) OR status = 'MENUNGGU' AND lajur = 1 AND massal_id IS NOT NULL)
    ORDER BY id FOR NO KEY UPDATE
    """
)
_SELESAIKAN = text(
    f"""
    DELETE FROM sinkro_sandaran d USING ({_KENA}) k
    WHERE d.sinkro_id = k.sinkro_id AND d.kode = k.kode AND d.sinkro_id = ANY(:id)
      AND NOT EXISTS (SELECT FROM unnest(CAST(:tegak_id AS uuid[]), CAST(:tegak_kode AS text[])) AS t (id, kode)
                      WHERE t.id = d.sinkro_id AND t.kode = d.kode)
    """  # noqa: S608 - as above
)
_ANTREKAN = text(
    """
    UPDATE sinkro s
    SET status = 'MENUNGGU', hasil = NULL, coba_lagi_pada = NULL, selesai_pada = NULL, pemicu = 'PELEPASAN',
        oleh = 'sinkro', percobaan_transien = 0, percobaan_galat = 0, lajur = 1, massal_id = NULL,
        diminta_pada = now(), diubah_pada = now()
    WHERE s.id = ANY(:id) AND s.status <> 'MENUNGGU' AND NOT EXISTS (
        SELECT 1 FROM sinkro_sandaran d WHERE d.sinkro_id = s.id AND d.fakta <> ALL(:pmm))
    """
)
# Who waits in a bulk waits in their own right from now on: the bulk may be paused for days, or cancelled, which gives
# back the old result, and the change that freed them would be lost.
_LEPAS_DARI_MASSAL = text(
    """
    UPDATE sinkro s SET massal_id = NULL, pemicu = 'PELEPASAN', oleh = 'sinkro', diubah_pada = now()
    WHERE s.id = ANY(:id) AND s.status = 'MENUNGGU' AND NOT EXISTS (
        SELECT 1 FROM sinkro_sandaran d WHERE d.sinkro_id = s.id AND d.fakta <> ALL(:pmm))
    """
)
# Facts of the instansi that somebody left, e.g. its periods, change without saying anything about them any more.
_PINDAHAN = text(
    """
    SELECT d.sinkro_id, d.fakta, d.kunci FROM sinkro s JOIN sinkro_sandaran d ON d.sinkro_id = s.id
    WHERE s.nip = ANY(:nip) AND d.fakta <> ALL(:pmm)
    """
)


async def yang_bersandar(conn: AsyncConnection, fakta: Collection[Fakta]) -> list[UUID]:
    """The syncs with a blocking finding that rests on one of the facts, whatever their status."""
    return list((await conn.execute(_CARI, _kunci(fakta))).scalars()) if fakta else []


async def lepaskan(conn: AsyncConnection, fakta: Iterable[Fakta], *, hanya: Collection[UUID] | None = None) -> int:
    """Queues again, once each, every blocked sync that nothing of ours holds back after these facts changed; how many
    there were. Who waits in a bulk goes on in their own right. What is queued otherwise or running is left: it will see
    the change, since facts are verified when a result is written. `hanya`: these syncs alone, of which the caller knows
    that nothing is left of what the fact held up (default: whoever rests on a fact, as far as no finding stands)."""
    # A fact of one instansi may hold up a person of another, e.g. who moved: the wall of the caller ends here.
    async with mesin_di(conn):
        return await _lepaskan(conn, set(fakta), hanya)


async def lepaskan_pindahan(conn: AsyncConnection, nip: Collection[str]) -> int:
    """Queues again every sync of these people, who now belong to another instansi, that something of ours held back;
    how many there were. Call it after they were moved."""
    if not nip:
        return 0
    async with mesin_di(conn):
        isi = {"nip": sorted(nip), "pmm": [str(f) for f in FAKTA_PMM]}
        baris = (await conn.execute(_PINDAHAN, isi)).all()
        fakta = {Fakta(JenisFakta(b.fakta), b.kunci) for b in baris}
        return await _lepaskan(conn, fakta, {b.sinkro_id for b in baris})


async def _lepaskan(conn: AsyncConnection, dicari: set[Fakta], hanya: Collection[UUID] | None) -> int:
    ids = await yang_bersandar(conn, dicari)
    if hanya is not None:
        ids = sorted(set(ids) & set(hanya))
    if not ids:
        return 0
    terkait = await conn.execute(_KUNCI, {"id": ids, "sebelum": [str(s) for s in sebelum(Peristiwa.DILEPAS)]})
    ids = list(terkait.scalars())
    tegak = await masih_tegak(conn, dicari, ids) if hanya is None else []
    isi_tegak = {"tegak_id": [i for i, _ in tegak], "tegak_kode": [kode for _, kode in tegak]}
    await conn.execute(_SELESAIKAN, _kunci(dicari) | {"id": ids} | isi_tegak)
    isi = {"id": ids, "pmm": [str(f) for f in FAKTA_PMM]}
    # In this order: what is queued by the second statement does not wait in a bulk.
    dari_massal = (await conn.execute(_LEPAS_DARI_MASSAL, isi)).rowcount
    return (await conn.execute(_ANTREKAN, isi)).rowcount + dari_massal


def _kunci(fakta: Iterable[Fakta]) -> dict[str, list[str]]:
    urut = sorted((str(f.jenis), f.kunci) for f in fakta)
    return {"jenis": [j for j, _ in urut], "kunci": [k for _, k in urut]}
