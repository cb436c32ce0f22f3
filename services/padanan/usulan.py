"""What an admin weighs before deciding on a link: the school as PMM names it, beside the units that may be it.

Invariant: a unit that cannot be a school (mandiri, or the parent of others) is never `layak` (spec: domain 5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.nama_sekolah import kemiripan, urai_nama
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.temuan import JenisFakta

_SEKOLAH = text(
    """
    SELECT DISTINCT ON (d.kunci) d.kunci AS npsn, n.nama, n.unor
    FROM sinkro_sandaran d
    JOIN sinkro s ON s.id = d.sinkro_id
    CROSS JOIN LATERAL jsonb_array_elements(s.temuan) t
    CROSS JOIN LATERAL (
        SELECT t->'rincian'->>'npsn', t->'rincian'->>'satuan_pendidikan', t->'rincian'->>'unor_pmm'
        UNION ALL
        SELECT o->>'npsn', o->>'satuan_pendidikan', o->>'unor_pmm'
        FROM jsonb_array_elements(
            CASE jsonb_typeof(t->'rincian'->'unor') WHEN 'array' THEN t->'rincian'->'unor' ELSE '[]'::jsonb END) o
    ) n (npsn, nama, unor)
    WHERE d.fakta = :fakta AND d.kunci = ANY(CAST(:npsn AS text[])) AND s.instansi_id = :instansi_id
      AND upper(n.npsn) = d.kunci
    ORDER BY d.kunci, s.mulai_pada DESC NULLS LAST, s.id
    """
)
_UNIT = """
    SELECT u.id, u.nama, k.nama AS induk, u.aktif, i.nama AS instansi,
           NOT u.mandiri AND NOT EXISTS (SELECT FROM unit_kerja a WHERE a.induk_id = u.id) AS sekolah
    FROM unit_kerja u
    JOIN instansi i ON i.id = u.instansi_id
    LEFT JOIN unit_kerja k ON k.id = u.induk_id AND k.instansi_id = u.instansi_id
    WHERE u.instansi_id = :instansi_id AND u.id = ANY(CAST(:unit AS text[]))
"""
_PASANGAN = text(
    f"""
    SELECT q.npsn, q.status, q.oleh, q.pada, u.*
    FROM (
        SELECT p.npsn, p.unit_kerja_id, p.oleh, p.pada,
               CASE WHEN v.npsn = p.npsn AND p.status <> '{StatusPadanan.DITOLAK}'
                    THEN '{StatusPadanan.DIKONFIRMASI}' ELSE p.status END AS status
        FROM padanan_unor p JOIN unit_kerja v ON v.id = p.unit_kerja_id
        WHERE v.instansi_id = :instansi_id AND p.npsn = ANY(CAST(:npsn AS text[]))
        UNION ALL
        SELECT v.npsn, v.id, NULL, NULL, '{StatusPadanan.DIKONFIRMASI}'
        FROM unit_kerja v
        WHERE v.instansi_id = :instansi_id AND v.npsn = ANY(CAST(:npsn AS text[]))
          AND NOT EXISTS (SELECT FROM padanan_unor p WHERE p.npsn = v.npsn AND p.unit_kerja_id = v.id)
    ) q
    CROSS JOIN LATERAL ({_UNIT.replace("= ANY(CAST(:unit AS text[]))", "= q.unit_kerja_id")}) u
    ORDER BY q.npsn, u.nama, u.id
    """  # noqa: S608 - put together from constants of this module
)


@dataclass(frozen=True, slots=True)
class CalonUnit:
    """A unit beside the school. `status` None: nobody has linked them; `kemiripan` 0 to 1, None while PMM's name is not
    known here; `nomor_berbeda`: neither of PMM's names has the unit's numbers; `layak`: an active unit that can be a
    school."""

    id: str
    nama: str
    induk: str | None
    aktif: bool
    layak: bool
    kemiripan: float | None
    nomor_berbeda: bool = False
    status: str | None = None
    oleh: str | None = None
    pada: datetime | None = None


@dataclass(frozen=True, slots=True)
class SekolahBerusul:
    """A school by its NPSN. `nama` of the satuan pendidikan and `unor` as PMM has them, None when no sync that waits
    for the link tells; `calon`: the units linked with it in any way, the likeliest first."""

    npsn: str
    nama: str | None
    unor: str | None
    calon: tuple[CalonUnit, ...]


async def sekolah_berusul(
    conn: AsyncConnection, *, instansi_id: str, npsn: Collection[str]
) -> dict[str, SekolahBerusul]:
    """These schools with the units that are suggested for them, confirmed or rejected, by NPSN in upper case."""
    dicari = sorted({n.upper() for n in npsn})
    nama = await _nama_sekolah(conn, instansi_id, dicari)
    calon: dict[str, list[CalonUnit]] = {n: [] for n in dicari}
    for b in await conn.execute(_PASANGAN, {"instansi_id": instansi_id, "npsn": dicari}):
        calon[b.npsn].append(_calon(b, nama.get(b.npsn, ()), status=b.status, oleh=b.oleh, pada=b.pada))
    return {n: _sekolah(n, nama.get(n, ()), isi) for n, isi in calon.items()}


async def calon_unit(
    conn: AsyncConnection, *, instansi_id: str, npsn: str, unit_id: Collection[str]
) -> dict[str, CalonUnit]:
    """These units of the instansi beside the school of the NPSN, by id in upper case; others are left out."""
    npsn = npsn.upper()
    nama = await _nama_sekolah(conn, instansi_id, [npsn])
    dicari = [u.upper() for u in unit_id]
    baris = await conn.execute(text(_UNIT), {"instansi_id": instansi_id, "unit": dicari})
    return {b.id: _calon(b, nama.get(npsn, ())) for b in baris}


async def _nama_sekolah(
    conn: AsyncConnection, instansi_id: str, npsn: Collection[str]
) -> dict[str, tuple[str | None, str | None]]:
    isi = {"instansi_id": instansi_id, "npsn": list(npsn), "fakta": str(JenisFakta.PADANAN_NPSN)}
    return {b.npsn: (b.nama, b.unor) for b in await conn.execute(_SEKOLAH, isi)}


def _calon(b: Any, nama: Iterable[str | None], **lain: Any) -> CalonUnit:
    unit = urai_nama(b.nama, b.instansi)
    sekolah = [urai_nama(n, b.instansi) for n in nama if n]
    mirip = max((kemiripan(n, unit) for n in sekolah), default=None)
    berbeda = bool(sekolah) and all(n.angka != unit.angka for n in sekolah)
    return CalonUnit(b.id, b.nama, b.induk, b.aktif, b.aktif and b.sekolah, mirip, berbeda, **lain)


def _sekolah(npsn: str, nama: tuple[str | None, ...], calon: list[CalonUnit]) -> SekolahBerusul:
    urut = sorted(calon, key=lambda c: (-(c.kemiripan or 0), c.nama, c.id))
    satuan, unor = nama if len(nama) == 2 else (None, None)
    return SekolahBerusul(npsn, satuan, unor, tuple(urut))
