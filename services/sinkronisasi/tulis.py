"""The data part of step 5: plans carried out set-wise, one statement per table and kind of change, never per person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.penilaian_final import PerubahanLampiran
from ekinerja_domain.sinkronisasi.rencana import IndikatorDi, RencanaSkp
from ekinerja_domain.skp import Rhk, Sumber
from services.db.setwise import Abaikan, perbarui, sisipkan
from services.db.tables import IndikatorRow, PadananUnorRow, RhkRow, SkpRow
from services.penilaian.tulis import TulisanPenilaian, pindahkan_penilaian, tulis_penilaian
from services.sinkronisasi.kasus import Putusan

OLEH_LAYANAN = "sinkro"
_DIUBAH = (("diubah_pada", "now()"),)


class MuatanBerubah(Exception):
    """Something was attached meanwhile to a row that the plan removes: plan again."""


async def tulis_landing(conn: AsyncConnection, putusan: Sequence[Putusan], sekarang: datetime) -> None:
    """Carries out the plans at the time of the transaction: removals first, then changes, then additions, so that no
    unique key meets a row that is about to go; ratings last, since they hang on SKPs.

    Raises MuatanBerubah when a row to remove got a subordinate meanwhile.
    """
    mendarat = [(p, p.tulisan) for p in putusan if p.tulisan is not None and p.tulisan.menulis]
    if not mendarat:
        return
    arsip = [s.id for _, t in mendarat for s in t.arsip]
    await _tulis_skp(conn, arsip, [(p, r) for p, t in mendarat for r in t.skp if r.menulis], sekarang)
    await pindahkan_penilaian(
        conn, sorted({p.kasus.nip for p, t in mendarat if t.arsip or any(r.menulis for r in t.skp)})
    )
    await tulis_penilaian(
        conn,
        [
            TulisanPenilaian(_instansi(p), t.penilaian, t.penilaian_id, t.lampiran or PerubahanLampiran())
            for p, t in mendarat
            if t.penilaian or t.lampiran is not None
        ],
    )


async def _tulis_skp(
    conn: AsyncConnection, arsip: Sequence[UUID], ditulis: Sequence[tuple[Putusan, RencanaSkp]], sekarang: datetime
) -> None:
    await _ke_riwayat(conn, arsip, ditulis)
    lama = [_baris_skp(p, r, sekarang) for p, r in ditulis if r.lama is not None]
    await perbarui(conn, SkpRow, lama, ("id",), tambahan=_DIUBAH, selalu=True)
    await sisipkan(conn, SkpRow, [_baris_skp(p, r, sekarang) for p, r in ditulis if r.lama is None])
    await _tulis_isi(conn, ditulis)


# Asked again under the unit's lock: a subordinate who landed since the plan was made keeps the row.
_HAPUS_INDIKATOR = text(
    """
    UPDATE indikator x SET dihapus_pada = now() WHERE x.id = ANY(:id) AND x.dihapus_pada IS NULL
    AND NOT EXISTS (SELECT 1 FROM rhk b WHERE b.indikator_atasan_id = x.id AND b.dihapus_pada IS NULL)
    """
)
_HAPUS_RHK = text(
    """
    UPDATE rhk x SET dihapus_pada = now() WHERE x.id = ANY(:id) AND x.dihapus_pada IS NULL
    AND NOT EXISTS (SELECT 1 FROM rhk b WHERE b.rhk_atasan_id = x.id AND b.dihapus_pada IS NULL)
    """
)


async def _ke_riwayat(
    conn: AsyncConnection, arsip: Sequence[UUID], ditulis: Iterable[tuple[Putusan, RencanaSkp]]
) -> None:
    if arsip:
        await conn.execute(text("UPDATE skp SET diarsipkan_pada = now() WHERE id = ANY(:id)"), {"id": list(arsip)})
    ditulis = list(ditulis)
    indikator = [d.indikator.id for _, r in ditulis for d in r.isi.indikator_dihapus]
    rhk = [x.id for _, r in ditulis for x in r.isi.rhk_dihapus]
    for pernyataan, ids in ((_HAPUS_INDIKATOR, indikator), (_HAPUS_RHK, rhk)):
        if ids and (await conn.execute(pernyataan, {"id": ids})).rowcount != len(ids):
            raise MuatanBerubah


async def _tulis_isi(conn: AsyncConnection, ditulis: Sequence[tuple[Putusan, RencanaSkp]]) -> None:
    def rhk(pilih: str) -> list[dict[str, Any]]:
        return [_baris_rhk(p, r.skp_id, x) for p, r in ditulis for x in getattr(r.isi, pilih)]

    def indikator(pilih: str) -> list[dict[str, Any]]:
        return [_baris_indikator(p, d) for p, r in ditulis for d in getattr(r.isi, pilih)]

    await perbarui(conn, RhkRow, rhk("rhk_diubah"), ("id",), tambahan=_DIUBAH)
    await perbarui(conn, IndikatorRow, indikator("indikator_diubah"), ("id",), tambahan=_DIUBAH)
    await sisipkan(conn, RhkRow, rhk("rhk_baru"))
    await sisipkan(conn, IndikatorRow, indikator("indikator_baru"))


def _instansi(p: Putusan) -> str:
    if p.kasus.referensi is None:
        raise ValueError("rencana tanpa instansi")
    return p.kasus.referensi.instansi_id


def _baris_skp(p: Putusan, r: RencanaSkp, sekarang: datetime) -> dict[str, Any]:
    k, atasan = r.kepala, r.kepala.atasan
    return {
        "id": r.skp_id,
        "instansi_id": _instansi(p),
        "nip": p.kasus.nip,
        "periode_awal": k.periode_awal,
        "periode_akhir": k.periode_akhir,
        "pendekatan": str(k.pendekatan),
        "unit_kerja_id": k.unit_kerja_id,
        "jabatan": k.jabatan,
        "status_pegawai": str(k.status_pegawai),
        "jenis_pegawai": str(k.jenis_pegawai),
        "jenis_skp": str(k.jenis_skp),
        "status": str(k.status),
        "atasan_nip": atasan.nip if atasan else None,
        "atasan_nama": atasan.nama if atasan else None,
        "atasan_unit_kerja_id": atasan.unit_kerja_id if atasan else None,
        "atasan_unit_kerja_nama": atasan.unit_kerja_nama if atasan else None,
        "sumber": str(Sumber.PMM),
        "pmm_skp_id": r.pmm.id,
        "pmm_versi": r.pmm.versi,
        "sidik_isi": r.sidik_isi,
        "mendarat_pada": sekarang,
    }


def _baris_rhk(p: Putusan, skp_id: UUID, r: Rhk) -> dict[str, Any]:
    return {
        "id": r.id,
        "instansi_id": _instansi(p),
        "skp_id": skp_id,
        "lingkup": str(r.isi.lingkup),
        "jenis": str(r.isi.jenis),
        "rencana_hasil_kerja": r.isi.rencana_hasil_kerja,
        "penugasan_dari": r.isi.penugasan_dari,
        "rhk_atasan_id": r.isi.rhk_atasan_id,
        "indikator_atasan_id": r.isi.indikator_atasan_id,
        "urutan": r.urutan,
        "sumber": str(r.sumber),
        "pmm_id": r.pmm_id,
    }


def _baris_indikator(p: Putusan, d: IndikatorDi) -> dict[str, Any]:
    i = d.indikator
    return {
        "id": i.id,
        "instansi_id": _instansi(p),
        "rhk_id": d.rhk_id,
        "indikator": i.isi.indikator,
        "aspek": str(i.isi.aspek) if i.isi.aspek else None,
        "target": i.isi.target,
        "satuan": i.isi.satuan,
        "perspektif": str(i.isi.perspektif) if i.isi.perspektif else None,
        "urutan": i.urutan,
        "sumber": str(i.sumber),
        "pmm_id": i.pmm_id,
    }


async def tulis_padanan(conn: AsyncConnection, putusan: Sequence[Putusan]) -> None:
    """Stores what the names told: OTOMATIS for a match, USULAN for the admin to look at. What an admin decided, and
    what is stored already, stays; an USULAN that turned out to match becomes OTOMATIS. `versi_fakta` does not grow,
    since the same names say the same without the row."""
    baris: dict[tuple[str, str], dict[str, Any]] = {}
    for p in putusan:
        for satu in p.padanan:
            kunci = (satu.npsn, satu.unit_kerja_id)
            if satu.status is StatusPadanan.OTOMATIS or kunci not in baris:
                baris[kunci] = _baris_padanan(p, *kunci, satu.status)
    otomatis = {k: b for k, b in baris.items() if b["status"] == StatusPadanan.OTOMATIS}
    # In one order for everybody, so that two batches of one school do not wait for each other.
    await sisipkan(
        conn, PadananUnorRow, [b for _, b in sorted(baris.items())], konflik=Abaikan(("npsn", "unit_kerja_id"))
    )
    if otomatis:
        await conn.execute(
            text(
                """
                UPDATE padanan_unor p SET status = 'OTOMATIS', oleh = :oleh, pada = now()
                FROM unnest(CAST(:npsn AS text[]), CAST(:unit AS text[])) AS m (npsn, unit)
                WHERE p.npsn = m.npsn AND p.unit_kerja_id = m.unit AND p.status = 'USULAN'
                """
            ),
            {"oleh": OLEH_LAYANAN, "npsn": [n for n, _ in otomatis], "unit": [u for _, u in otomatis]},
        )


def _baris_padanan(p: Putusan, npsn: str, unit_id: str, status: StatusPadanan) -> dict[str, Any]:
    return {
        "instansi_id": _instansi(p),
        "npsn": npsn,
        "unit_kerja_id": unit_id,
        "status": str(status),
        "oleh": OLEH_LAYANAN,
    }
