"""The ratings of one SKP in the shape of the API, built by PostgreSQL in one statement; live rows only, except for the
history of replaced values."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

_RINCIAN = """
SELECT jsonb_agg(jsonb_build_object(
    'rhk', jsonb_build_object('id', h.id, 'lingkup', h.lingkup, 'rencana_hasil_kerja', h.rencana_hasil_kerja),
    'indikator', jsonb_build_object('id', i.id, 'indikator', i.indikator),
    'bukti_dukung', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', b.id, 'nama', b.nama, 'tautan', b.tautan, 'sumber', b.sumber)
        ORDER BY b.id)
      FROM bukti_dukung b
      WHERE b.penilaian_id = n.id AND b.indikator_id = i.id AND b.dihapus_pada IS NULL), '[]'::jsonb),
    'realisasi', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', r.id, 'teks', r.teks, 'sumber_data', r.sumber_data,
        'sumber', r.sumber) ORDER BY r.id)
      FROM realisasi r
      WHERE r.penilaian_id = n.id AND r.indikator_id = i.id AND r.dihapus_pada IS NULL), '[]'::jsonb),
    'umpan_balik', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', u.id, 'positif', u.positif, 'teks', u.teks, 'sumber', u.sumber)
        ORDER BY u.id)
      FROM umpan_balik u
      WHERE u.penilaian_id = n.id AND u.indikator_id = i.id AND u.dihapus_pada IS NULL), '[]'::jsonb)
  ) ORDER BY h.lingkup, h.urutan, i.urutan, i.id)
FROM (
  SELECT indikator_id FROM bukti_dukung WHERE penilaian_id = n.id AND dihapus_pada IS NULL
  UNION SELECT indikator_id FROM realisasi WHERE penilaian_id = n.id AND dihapus_pada IS NULL
  UNION SELECT indikator_id FROM umpan_balik WHERE penilaian_id = n.id AND dihapus_pada IS NULL
) d JOIN indikator i ON i.id = d.indikator_id JOIN rhk h ON h.id = i.rhk_id
"""

_RIWAYAT = """
SELECT jsonb_agg(jsonb_build_object(
    'hasil_kerja', w.hasil_kerja, 'perilaku_kerja', w.perilaku_kerja, 'predikat', w.predikat, 'sumber', w.sumber,
    'dinilai_pada', w.dinilai_pada, 'diganti_pada', w.diganti_pada) ORDER BY w.diganti_pada DESC, w.id DESC)
FROM penilaian_riwayat w WHERE w.penilaian_id = n.id
"""

_PENILAIAN_SKP = (
    text(
        f"""
SELECT coalesce((
  SELECT jsonb_agg(jsonb_build_object(
      'id', n.id,
      'periode', jsonb_build_object(
        'id', p.id, 'nama', p.nama, 'jenis', p.jenis, 'tipe', p.tipe_periodik, 'angka', p.angka_periodik,
        'awal', hari_pada_tahun(p.periode_awal, n.tahun), 'akhir', n.berakhir),
      'tahun', n.tahun, 'hasil_kerja', n.hasil_kerja, 'perilaku_kerja', n.perilaku_kerja, 'predikat', n.predikat,
      'sumber', n.sumber, 'dinilai_pada', n.dinilai_pada,
      'riwayat', coalesce(({_RIWAYAT}), '[]'::jsonb),
      'rincian', coalesce(({_RINCIAN}), '[]'::jsonb)
    ) ORDER BY n.tahun, n.berakhir, p.jenis DESC, n.id)
  FROM penilaian n JOIN periode p ON p.id = n.periode_id WHERE n.skp_id = s.id
), '[]'::jsonb) AS isi
FROM skp s JOIN pegawai g ON g.nip = s.nip
WHERE s.id = :skp_id AND s.diarsipkan_pada IS NULL
  AND (CAST(:instansi AS text[]) IS NULL OR g.instansi_id = ANY(CAST(:instansi AS text[])))
"""  # noqa: S608  # only constants of this file
    )
    .bindparams(bindparam("instansi", type_=ARRAY(Text)))
    .columns(isi=JSONB)
)


async def penilaian_skp(
    conn: AsyncConnection, skp_id: UUID, instansi: frozenset[str] | None
) -> list[dict[str, Any]] | None:
    """The ratings of a live SKP in the order of their periods (the final one last), each with its replaced values,
    newest first, and per indikator what hangs on it. None when the SKP is unknown, in history or outside `instansi`
    (None: every instansi may be seen)."""
    isi: list[dict[str, Any]] | None = await conn.scalar(
        _PENILAIAN_SKP, {"skp_id": skp_id, "instansi": None if instansi is None else sorted(instansi)}
    )
    return isi
