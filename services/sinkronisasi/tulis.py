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
from services.db.setwise import Abaikan, perbarui, salin, sisipkan
from services.db.tables import IndikatorRow, PadananUnorRow, RhkRow, SkpRow
from services.penilaian.tulis import TulisanPenilaian, pindahkan_penilaian, tulis_penilaian
from services.sinkronisasi.kasus import Putusan

OLEH_LAYANAN = "sinkro"
_DIUBAH = (("diubah_pada", "now()"),)


class MuatanBerubah(Exception):
    """Something was attached meanwhile to a row that the plan removes: plan again."""


async def tulis_landing(conn: AsyncConnection, putusan: Sequence[Putusan], sekarang: datetime, *, dijaga: bool) -> None:
    """Carries out the plans at the time of the transaction: removals first, then changes, then additions, so that no
    unique key meets a row that is about to go; ratings last, since they hang on SKPs. `dijaga` as for `salin`.

    Raises MuatanBerubah when a row to remove got a subordinate meanwhile.
    """
    mendarat = [(p, p.tulisan) for p in putusan if p.tulisan is not None and p.tulisan.menulis]
    if not mendarat:
        return
    arsip = [s.id for _, t in mendarat for s in t.arsip]
    ditulis = [(p, r) for p, t in mendarat for r in t.skp if r.menulis]
    await _tulis_skp(conn, arsip, ditulis, sekarang, dijaga=dijaga)
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
    conn: AsyncConnection,
    arsip: Sequence[UUID],
    ditulis: Sequence[tuple[Putusan, RencanaSkp]],
    sekarang: datetime,
    *,
    dijaga: bool,
) -> None:
    await _ke_riwayat(conn, arsip, ditulis)
    lama = [_bernama(_KOLOM_SKP, _baris_skp(p, r, sekarang)) for p, r in ditulis if r.lama is not None]
    await perbarui(conn, SkpRow, lama, ("id",), tambahan=_DIUBAH, selalu=True)
    baru = [_baris_skp(p, r, sekarang) for p, r in ditulis if r.lama is None]
    await salin(conn, SkpRow, _KOLOM_SKP, baru, dijaga=dijaga)
    await _tulis_isi(conn, ditulis, dijaga=dijaga)


# Asked again under the unit's lock: a subordinate who landed since the plan was made keeps the row.
_HAPUS_INDIKATOR = text(
    """
    UPDATE indikator x SET dihapus_pada = now() WHERE x.id = ANY(:id) AND x.dihapus_pada IS NULL
    AND NOT EXISTS (SELECT 1 FROM rhk b WHERE b.rhk_atasan_id = x.rhk_id AND b.indikator_atasan_id = x.id
                    AND b.dihapus_pada IS NULL)
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


async def _tulis_isi(conn: AsyncConnection, ditulis: Sequence[tuple[Putusan, RencanaSkp]], *, dijaga: bool) -> None:
    rhk_lama: list[dict[str, Any]] = []
    indikator_lama: list[dict[str, Any]] = []
    rhk_baru: list[tuple[Any, ...]] = []
    indikator_baru: list[tuple[Any, ...]] = []
    for p, r in ditulis:
        instansi_id, isi = _instansi(p), r.isi
        rhk_lama += [_bernama(_KOLOM_RHK, _baris_rhk(instansi_id, r.skp_id, x)) for x in isi.rhk_diubah]
        indikator_lama += [_bernama(_KOLOM_INDIKATOR, _baris_indikator(instansi_id, d)) for d in isi.indikator_diubah]
        rhk_baru += [_baris_rhk(instansi_id, r.skp_id, x) for x in isi.rhk_baru]
        indikator_baru += [_baris_indikator(instansi_id, d) for d in isi.indikator_baru]
    await perbarui(conn, RhkRow, rhk_lama, ("id",), tambahan=_DIUBAH)
    await perbarui(conn, IndikatorRow, indikator_lama, ("id",), tambahan=_DIUBAH)
    await salin(conn, RhkRow, _KOLOM_RHK, rhk_baru, dijaga=dijaga)
    await salin(conn, IndikatorRow, _KOLOM_INDIKATOR, indikator_baru, dijaga=dijaga)


def _instansi(p: Putusan) -> str:
    if p.kasus.referensi is None:
        raise ValueError("rencana tanpa instansi")
    return p.kasus.referensi.instansi_id


def _bernama(kolom: tuple[str, ...], baris: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(kolom, baris, strict=True))


# A StrEnum goes to the driver as it is: it is a str.
_KOLOM_SKP = (
    "id",
    "instansi_id",
    "nip",
    "periode_awal",
    "periode_akhir",
    "pendekatan",
    "unit_kerja_id",
    "jabatan",
    "status_pegawai",
    "jenis_pegawai",
    "jenis_skp",
    "status",
    "atasan_nip",
    "atasan_nama",
    "atasan_unit_kerja_id",
    "atasan_unit_kerja_nama",
    "sumber",
    "pmm_skp_id",
    "pmm_versi",
    "sidik_isi",
    "mendarat_pada",
)


def _baris_skp(p: Putusan, r: RencanaSkp, sekarang: datetime) -> tuple[Any, ...]:
    k, atasan = r.kepala, r.kepala.atasan
    return (
        r.skp_id,
        _instansi(p),
        p.kasus.nip,
        k.periode_awal,
        k.periode_akhir,
        k.pendekatan,
        k.unit_kerja_id,
        k.jabatan,
        k.status_pegawai,
        k.jenis_pegawai,
        k.jenis_skp,
        k.status,
        atasan.nip if atasan else None,
        atasan.nama if atasan else None,
        atasan.unit_kerja_id if atasan else None,
        atasan.unit_kerja_nama if atasan else None,
        Sumber.PMM,
        r.pmm.id,
        r.pmm.versi,
        r.sidik_isi,
        sekarang,
    )


_KOLOM_RHK = (
    "id",
    "instansi_id",
    "skp_id",
    "lingkup",
    "jenis",
    "rencana_hasil_kerja",
    "penugasan_dari",
    "rhk_atasan_id",
    "indikator_atasan_id",
    "urutan",
    "sumber",
    "pmm_id",
)


def _baris_rhk(instansi_id: str, skp_id: UUID, r: Rhk) -> tuple[Any, ...]:
    isi = r.isi
    return (
        r.id,
        instansi_id,
        skp_id,
        isi.lingkup,
        isi.jenis,
        isi.rencana_hasil_kerja,
        isi.penugasan_dari,
        isi.rhk_atasan_id,
        isi.indikator_atasan_id,
        r.urutan,
        r.sumber,
        r.pmm_id,
    )


_KOLOM_INDIKATOR = (
    "id",
    "instansi_id",
    "rhk_id",
    "indikator",
    "aspek",
    "target",
    "satuan",
    "perspektif",
    "urutan",
    "sumber",
    "pmm_id",
)


def _baris_indikator(instansi_id: str, d: IndikatorDi) -> tuple[Any, ...]:
    i, isi = d.indikator, d.indikator.isi
    return (
        i.id,
        instansi_id,
        d.rhk_id,
        isi.indikator,
        isi.aspek,
        isi.target,
        isi.satuan,
        isi.perspektif,
        i.urutan,
        i.sumber,
        i.pmm_id,
    )


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
