"""The SKP of a person with RHK and indikator in the shape of the API, built by PostgreSQL in one statement.

Live rows only; an RHK atasan is shown also when it went to history, since the link to it holds.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TextualSelect
from sqlalchemy.types import Text

_SKP_JSON = """
jsonb_build_object(
  'id', s.id, 'nip', s.nip,
  'periode_awal', s.periode_awal, 'periode_akhir', s.periode_akhir,
  'pendekatan', s.pendekatan, 'status', s.status, 'status_pegawai', s.status_pegawai,
  'jenis_pegawai', s.jenis_pegawai, 'jenis_skp', s.jenis_skp, 'sumber', s.sumber,
  'unit_kerja', jsonb_build_object('id', s.unit_kerja_id, 'nama', u.nama),
  'jabatan', s.jabatan,
  'atasan', CASE WHEN s.atasan_nip IS NOT NULL THEN jsonb_build_object(
    'nip', s.atasan_nip, 'nama', s.atasan_nama,
    'unit_kerja', CASE WHEN s.atasan_unit_kerja_id IS NOT NULL THEN
      jsonb_build_object('id', s.atasan_unit_kerja_id, 'nama', s.atasan_unit_kerja_nama) END) END,
  'rhk', coalesce(r.rhk, '[]'::jsonb))
"""

_DARI = """
FROM skp s
LEFT JOIN unit_kerja u ON u.id = s.unit_kerja_id
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object(
      'id', h.id, 'lingkup', h.lingkup, 'jenis', h.jenis, 'rencana_hasil_kerja', h.rencana_hasil_kerja,
      'penugasan_dari', h.penugasan_dari,
      'rhk_atasan', CASE WHEN ha.id IS NOT NULL THEN
        jsonb_build_object('id', ha.id, 'rencana_hasil_kerja', ha.rencana_hasil_kerja) END,
      'indikator_atasan', CASE WHEN ia.id IS NOT NULL THEN
        jsonb_build_object('id', ia.id, 'indikator', ia.indikator) END,
      'sumber', h.sumber,
      'indikator', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'id', i.id, 'indikator', i.indikator, 'aspek', i.aspek, 'target', i.target, 'satuan', i.satuan,
            'perspektif', i.perspektif) ORDER BY i.urutan, i.id)
        FROM indikator i WHERE i.rhk_id = h.id AND i.dihapus_pada IS NULL), '[]'::jsonb)
    ) ORDER BY h.urutan, h.id) AS rhk
  FROM rhk h
  LEFT JOIN rhk ha ON ha.id = h.rhk_atasan_id
  LEFT JOIN indikator ia ON ia.id = h.indikator_atasan_id
  WHERE h.skp_id = s.id AND h.dihapus_pada IS NULL
) r ON true
"""


def _perintah(sql: str) -> TextualSelect:
    return text(sql).bindparams(bindparam("instansi", type_=ARRAY(Text))).columns(isi=JSONB)


_SKP_PEGAWAI = _perintah(
    f"""
SELECT coalesce((
  SELECT jsonb_agg({_SKP_JSON} ORDER BY s.periode_awal, s.status_pegawai, s.id)
  {_DARI}
  WHERE s.nip = p.nip AND s.diarsipkan_pada IS NULL
    AND (CAST(:awal AS date) IS NULL
      OR (s.periode_awal <= CAST(:akhir AS date) AND s.periode_akhir >= CAST(:awal AS date)))
), '[]'::jsonb) AS isi
FROM pegawai p
WHERE p.nip = :nip AND (CAST(:instansi AS text[]) IS NULL OR p.instansi_id = ANY(CAST(:instansi AS text[])))
"""  # noqa: S608  # only constants of this file
)

_SATU_SKP = _perintah(
    f"""
SELECT {_SKP_JSON} AS isi
{_DARI}
JOIN pegawai p ON p.nip = s.nip
WHERE s.id = :skp_id AND s.diarsipkan_pada IS NULL
  AND (CAST(:instansi AS text[]) IS NULL OR p.instansi_id = ANY(CAST(:instansi AS text[])))
"""
)


async def skp_pegawai(
    conn: AsyncConnection, nip: str, tahun: int | None, instansi: frozenset[str] | None
) -> list[dict[str, Any]] | None:
    """The person's SKPs that have a day in `tahun` (None: of every year), by periode_awal; RHK and indikator in their
    order. None when the person is unknown or outside `instansi` (None: every instansi may be seen)."""
    isi: list[dict[str, Any]] | None = await conn.scalar(
        _SKP_PEGAWAI,
        {
            "nip": nip,
            "awal": _tanggal(tahun, 1, 1),
            "akhir": _tanggal(tahun, 12, 31),
            "instansi": _larik(instansi),
        },
    )
    return isi


async def skp(conn: AsyncConnection, skp_id: UUID, instansi: frozenset[str] | None) -> dict[str, Any] | None:
    """One live SKP with RHK and indikator; None when unknown, in history or outside `instansi`."""
    isi: dict[str, Any] | None = await conn.scalar(_SATU_SKP, {"skp_id": skp_id, "instansi": _larik(instansi)})
    return isi


def _tanggal(tahun: int | None, bulan: int, hari: int) -> date | None:
    return None if tahun is None else date(tahun, bulan, hari)


def _larik(instansi: frozenset[str] | None) -> list[str] | None:
    return None if instansi is None else sorted(instansi)
