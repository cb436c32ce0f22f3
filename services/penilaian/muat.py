"""Loads what the syncs of ratings are judged by for a batch of people: one query per table, never per person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.penilaian import BuktiDukung, LampiranPenilaian, Penilaian, Rating, Realisasi, UmpanBalik
from ekinerja_domain.skp import Sumber


async def muat_penilaian(
    conn: AsyncConnection, kunci: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], tuple[Penilaian, ...]]:
    """All ratings of each (nip, tahun), on whichever SKP and of whichever period they are."""
    if not kunci:
        return {}
    hasil: dict[tuple[str, int], list[Penilaian]] = {}
    for b in await conn.execute(
        text(
            """
            SELECT p.* FROM penilaian p
            JOIN unnest(CAST(:nip AS text[]), CAST(:tahun AS smallint[])) AS m (nip, tahun)
              ON p.nip = m.nip AND p.tahun = m.tahun
            ORDER BY p.nip, p.tahun, p.berakhir, p.id
            """
        ),
        {"nip": [n for n, _ in dict.fromkeys(kunci)], "tahun": [t for _, t in dict.fromkeys(kunci)]},
    ):
        hasil.setdefault((b.nip, b.tahun), []).append(_penilaian(b))
    return {k: tuple(p) for k, p in hasil.items()}


def _penilaian(b: Row[Any]) -> Penilaian:
    return Penilaian(
        id=b.id,
        skp_id=b.skp_id,
        periode_id=str(b.periode_id),
        tahun=b.tahun,
        hasil_kerja=Rating(b.hasil_kerja),
        perilaku_kerja=Rating(b.perilaku_kerja),
        sumber=Sumber(b.sumber),
        dinilai_pada=b.dinilai_pada,
        pmm_versi=b.pmm_versi,
        definitif=b.definitif,
        berakhir=b.berakhir,
    )


async def muat_lampiran(conn: AsyncConnection, penilaian_id: Sequence[UUID]) -> dict[UUID, LampiranPenilaian]:
    """What hangs on each rating now, history left out; every asked rating is in the answer."""
    if not penilaian_id:
        return {}
    bukti: dict[UUID, list[BuktiDukung]] = {}
    realisasi: dict[UUID, list[Realisasi]] = {}
    umpan: dict[UUID, list[UmpanBalik]] = {}
    for b in await _lampiran(conn, "bukti_dukung", penilaian_id):
        satu = BuktiDukung(b.id, b.indikator_id, b.nama, b.tautan, Sumber(b.sumber), b.pmm_id)
        bukti.setdefault(b.penilaian_id, []).append(satu)
    for b in await _lampiran(conn, "realisasi", penilaian_id):
        realisasi.setdefault(b.penilaian_id, []).append(
            Realisasi(b.id, b.indikator_id, b.teks, b.sumber_data, Sumber(b.sumber))
        )
    for b in await _lampiran(conn, "umpan_balik", penilaian_id):
        umpan.setdefault(b.penilaian_id, []).append(
            UmpanBalik(b.id, b.indikator_id, b.positif, b.teks, Sumber(b.sumber), b.pmm_id)
        )
    return {
        p: LampiranPenilaian(tuple(bukti.get(p, ())), tuple(realisasi.get(p, ())), tuple(umpan.get(p, ())))
        for p in penilaian_id
    }


async def _lampiran(conn: AsyncConnection, tabel: str, penilaian_id: Sequence[UUID]) -> Sequence[Row[Any]]:
    sql = f"SELECT * FROM {tabel} WHERE penilaian_id = ANY(:id) AND dihapus_pada IS NULL ORDER BY penilaian_id, id"  # noqa: S608  # a table of ours
    return (await conn.execute(text(sql), {"id": list(penilaian_id)})).all()


async def muat_terikat(conn: AsyncConnection, skp_id: Sequence[UUID]) -> frozenset[UUID]:
    """The ids of the live indikator of these SKPs that carry bukti dukung, realisasi or umpan balik, and of the RHK
    they are under: these may not be removed when PMM no longer has them. LIMIT instead of EXISTS: looked up by index
    for each, never by reading the whole table."""
    if not skp_id:
        return frozenset()
    baris = await conn.execute(
        text(
            """
            SELECT i.id, i.rhk_id FROM unnest(CAST(:skp AS uuid[])) AS n (skp_id)
            CROSS JOIN LATERAL (
                SELECT r.id FROM rhk r WHERE r.skp_id = n.skp_id AND r.dihapus_pada IS NULL OFFSET 0) r
            CROSS JOIN LATERAL (
                SELECT i.id, i.rhk_id FROM indikator i WHERE i.rhk_id = r.id AND i.dihapus_pada IS NULL OFFSET 0) i
            WHERE (
                (SELECT 1 FROM bukti_dukung x WHERE x.indikator_id = i.id AND x.dihapus_pada IS NULL LIMIT 1) = 1
                OR (SELECT 1 FROM realisasi x WHERE x.indikator_id = i.id AND x.dihapus_pada IS NULL LIMIT 1) = 1
                OR (SELECT 1 FROM umpan_balik x WHERE x.indikator_id = i.id AND x.dihapus_pada IS NULL LIMIT 1) = 1)
            """
        ),
        {"skp": list(skp_id)},
    )
    return frozenset(satu for b in baris for satu in (b.id, b.rhk_id))
