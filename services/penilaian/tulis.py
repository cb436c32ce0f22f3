"""Writes what the planners decided about ratings, set-wise: one statement per table and kind of change. The caller's
transaction is the landing; the SKPs the ratings belong to are written before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.penilaian import BuktiDukung, Penilaian, Realisasi, UmpanBalik
from ekinerja_domain.sinkronisasi.penilaian_bersama import PerubahanPenilaian
from ekinerja_domain.sinkronisasi.penilaian_final import PerubahanLampiran, Selisih
from services.db.setwise import Tabel, perbarui, sisipkan
from services.db.tables import BuktiDukungRow, PenilaianRow, RealisasiRow, UmpanBalikRow

_DIUBAH = (("diubah_pada", "now()"),)
_L = TypeVar("_L", BuktiDukung, Realisasi, UmpanBalik)


@dataclass(frozen=True, slots=True)
class TulisanPenilaian:
    """What one person's landing writes. `penilaian_id`: the rating on which `lampiran` hangs, needed only with it."""

    instansi_id: str
    perubahan: Sequence[PerubahanPenilaian] = ()
    penilaian_id: UUID | None = None
    lampiran: PerubahanLampiran = field(default_factory=PerubahanLampiran)


_KE_RIWAYAT = text(
    """
    INSERT INTO penilaian_riwayat
        (instansi_id, penilaian_id, hasil_kerja, perilaku_kerja, predikat, sumber, dinilai_pada)
    SELECT instansi_id, id, hasil_kerja, perilaku_kerja, predikat, sumber, dinilai_pada
    FROM penilaian WHERE id = ANY(:id) ORDER BY id
    """
)

_BERNILAI = text(
    "SELECT n.nip FROM unnest(CAST(:nip AS text[])) AS n (nip) "
    "WHERE (SELECT 1 FROM penilaian p WHERE p.nip = n.nip LIMIT 1) = 1"
)
# The ratings first and apart: planned as one join, the table of SKPs would be read whole.
_PINDAHKAN = text(
    """
    WITH milik AS MATERIALIZED (
        SELECT p.id, p.nip, p.periode_id, p.tahun, p.skp_id, p.berakhir FROM penilaian p
        WHERE p.nip = ANY(:nip) AND (p.definitif OR p.sumber = 'PMM' AND (
            SELECT 1 FROM penilaian d
            WHERE d.nip = p.nip AND d.periode_id = p.periode_id AND d.tahun = p.tahun AND d.definitif LIMIT 1) IS NULL)
    ), sasaran AS (
        SELECT DISTINCT ON (p.nip, p.periode_id, p.tahun) p.id, s.id AS skp_id
        FROM milik p CROSS JOIN LATERAL (
            SELECT s.id FROM skp s
            WHERE s.nip = p.nip AND s.status_pegawai = 'DEFINITIF' AND s.status = 'PERSETUJUAN'
              AND s.diarsipkan_pada IS NULL AND p.berakhir BETWEEN s.periode_awal AND s.periode_akhir
            LIMIT 1) s
        WHERE s.id <> p.skp_id
        ORDER BY p.nip, p.periode_id, p.tahun, p.id
    )
    UPDATE penilaian p SET skp_id = t.skp_id, diubah_pada = now() FROM sasaran t WHERE p.id = t.id
    """
)


async def pindahkan_penilaian(conn: AsyncConnection, nip: Sequence[str]) -> None:
    """Moves the ratings of these people to the live, agreed definitive SKP that covers the end of their period; to be
    called after SKPs of theirs landed. A PLT SKP's rating moves only while the period has no definitive one."""
    if not nip:
        return
    bernilai = list((await conn.execute(_BERNILAI, {"nip": sorted(set(nip))})).scalars())
    if bernilai:
        await conn.execute(_PINDAHKAN, {"nip": bernilai})


async def tulis_penilaian(conn: AsyncConnection, tulisan: Sequence[TulisanPenilaian]) -> None:
    """Replaced values go to history first, then ratings are changed and added, then what hangs on them.

    Raises ValueError for attachments without a rating; IntegrityError when the database knows better.
    """
    perubahan = [(t.instansi_id, p) for t in tulisan for p in t.perubahan]
    diganti = [p.penilaian.id for _, p in perubahan if p.nilai_diganti]
    if diganti:
        await conn.execute(_KE_RIWAYAT, {"id": diganti})
    lama = [_baris(instansi, p.penilaian) for instansi, p in perubahan if p.lama is not None]
    await perbarui(conn, PenilaianRow, lama, ("id",), tambahan=_DIUBAH)
    await sisipkan(conn, PenilaianRow, [_baris(instansi, p.penilaian) for instansi, p in perubahan if p.lama is None])
    berlampiran = [t for t in tulisan if not t.lampiran.kosong]
    if any(t.penilaian_id is None for t in berlampiran):
        raise ValueError("lampiran tanpa penilaian")
    await _tulis(conn, BuktiDukungRow, [(t, t.lampiran.bukti_dukung) for t in berlampiran], _baris_bukti)
    await _tulis(conn, RealisasiRow, [(t, t.lampiran.realisasi) for t in berlampiran], _baris_realisasi)
    await _tulis(conn, UmpanBalikRow, [(t, t.lampiran.umpan_balik) for t in berlampiran], _baris_umpan)


async def _tulis(
    conn: AsyncConnection,
    tabel: Tabel,
    selisih: Sequence[tuple[TulisanPenilaian, Selisih[_L]]],
    baris: Callable[[_L], dict[str, Any]],
) -> None:
    """Removals first, so that no unique key meets a row that is about to go."""

    def isi(t: TulisanPenilaian, satu: _L) -> dict[str, Any]:
        tetap = {"id": satu.id, "instansi_id": t.instansi_id, "penilaian_id": t.penilaian_id}
        return tetap | {"indikator_id": satu.indikator_id, "sumber": str(satu.sumber)} | baris(satu)

    hapus = [{"id": satu.id} for _, s in selisih for satu in s.dihapus]
    await perbarui(conn, tabel, hapus, ("id",), tambahan=(("dihapus_pada", "now()"),), selalu=True)
    await perbarui(conn, tabel, [isi(t, satu) for t, s in selisih for satu in s.diubah], ("id",), tambahan=_DIUBAH)
    await sisipkan(conn, tabel, [isi(t, satu) for t, s in selisih for satu in s.baru])


def _baris(instansi_id: str, p: Penilaian) -> dict[str, Any]:
    # nip, definitif and berakhir are the database's to fill, from SKP and period.
    return {
        "id": p.id,
        "instansi_id": instansi_id,
        "skp_id": p.skp_id,
        "periode_id": UUID(p.periode_id),
        "tahun": p.tahun,
        "hasil_kerja": str(p.hasil_kerja),
        "perilaku_kerja": str(p.perilaku_kerja),
        "predikat": str(p.predikat),
        "sumber": str(p.sumber),
        "dinilai_pada": p.dinilai_pada,
        "pmm_versi": p.pmm_versi,
    }


def _baris_bukti(b: BuktiDukung) -> dict[str, Any]:
    return {"nama": b.nama, "tautan": b.tautan, "pmm_id": b.pmm_id}


def _baris_realisasi(r: Realisasi) -> dict[str, Any]:
    return {"teks": r.teks, "sumber_data": r.sumber_data}


def _baris_umpan(u: UmpanBalik) -> dict[str, Any]:
    return {"positif": u.positif, "teks": u.teks, "pmm_id": u.pmm_id}
