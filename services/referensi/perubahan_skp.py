"""What an import changes in e-Kinerja's own SKPs. RHK and indikator are made equal: the same text is the same row, then
the same place is (its text changed), so that what hangs on a row keeps it; what is left goes to history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.sinkronisasi.temuan import JenisFakta
from ekinerja_domain.skp import Sumber
from services.db.tables import IndikatorRow, RhkRow, SkpRow
from services.referensi.bentuk import RhkImpor, SkpImpor
from services.referensi.keadaan import Baris, Keadaan
from services.referensi.pemeriksaan_skp import skp_dituju
from services.referensi.perubahan import Nilai, Perubahan, ambil, beda, instansi_pegawai
from services.referensi.uraian import Muatan

_KEPALA = ("periode_akhir", "pendekatan", "unit_kerja_id", "jabatan", "jenis_skp", "status")
_INDIKATOR = ("indikator", "aspek", "target", "satuan", "perspektif")
_Baru = TypeVar("_Baru")


def rencanakan_skp(muatan: Muatan, keadaan: Keadaan, id_baru: Callable[[], UUID], perubahan: Perubahan) -> None:
    """Adds to `perubahan` what the payload changes in SKPs. The payload was judged before."""
    if not muatan.skp:
        return
    pegawai: dict[str, Any] = {**keadaan.atasan, **keadaan.pegawai, **{b.nip: b for _, b in muatan.pegawai}}
    nama_unit = keadaan.nama_unit | {b.id: b.nama for b in keadaan.unit.values()}
    nama_unit |= {b.id: b.nama for _, b in muatan.unit_kerja}
    milik = instansi_pegawai(muatan, keadaan)
    for _, baris in muatan.skp:
        isi = ambil(baris, _KEPALA) | _potret_atasan(baris, pegawai, nama_unit)
        isi["jenis_pegawai"] = pegawai[baris.nip].jenis_pegawai
        lama = skp_dituju(baris, keadaan)
        berubah = lama is None or bool(beda(lama, isi))
        if lama is None:
            skp_id = id_baru()
            kunci = {"nip": baris.nip, "status_pegawai": baris.status_pegawai, "periode_awal": baris.periode_awal}
            kepala = {"id": skp_id, "instansi_id": milik[baris.nip], "sumber": Sumber.EKINERJA, **kunci, **isi}
            perubahan.sisip[SkpRow].append(kepala)
        else:
            skp_id = lama.id
        isi_berubah = _samakan_rhk(baris, skp_id, milik[baris.nip], keadaan, id_baru, perubahan)
        if not berubah and not isi_berubah:
            continue
        if lama is not None:
            perubahan.ubah[SkpRow].append({"id": skp_id, **isi})
        _tandai(baris, lama, keadaan, perubahan)
        perubahan.catat("skp", (milik[baris.nip],), baru=lama is None)


def _potret_atasan(baris: SkpImpor, pegawai: dict[str, Any], nama_unit: dict[str, str]) -> Nilai:
    """The rater as known now. Of somebody in another instansi only the NIP is kept, which the payload gave."""
    atasan = pegawai.get(baris.atasan_nip) if baris.atasan_nip is not None else None
    if atasan is not None and atasan.instansi_id != pegawai[baris.nip].instansi_id:
        atasan = None
    unit_id = atasan.unit_kerja_id if atasan is not None else None
    return {
        "atasan_nip": baris.atasan_nip,
        "atasan_nama": atasan.nama if atasan is not None else None,
        "atasan_unit_kerja_id": unit_id,
        "atasan_unit_kerja_nama": nama_unit.get(unit_id) if unit_id is not None else None,
    }


def _tandai(baris: SkpImpor, lama: Baris | None, keadaan: Keadaan, perubahan: Perubahan) -> None:
    """Who rests on this SKP: the subordinates of its unit in each of its years, and the person's own syncs."""
    unit = {baris.unit_kerja_id} | ({lama.unit_kerja_id} if lama is not None else set())
    akhir = max(baris.periode_akhir, lama.periode_akhir) if lama is not None else baris.periode_akhir
    perubahan.unit_skp |= unit
    for tahun in range(baris.periode_awal.year, akhir.year + 1):
        perubahan.tandai(JenisFakta.SKP_ATASAN, *(f"{satu}:{tahun}" for satu in unit))
        perubahan.tandai(JenisFakta.SKP_PEGAWAI, f"{baris.nip}:{tahun}")
    if baris.nip in keadaan.pegawai:
        perubahan.tandai(JenisFakta.PEGAWAI, baris.nip)


def _samakan_rhk(
    baris: SkpImpor, skp_id: UUID, instansi_id: str, keadaan: Keadaan, id_baru: Callable[[], UUID], perubahan: Perubahan
) -> bool:
    lama = keadaan.rhk.get(skp_id, ())
    berubah = False
    for baru, rhk_lama, urutan in pasangkan(
        baris.rhk, lama, lambda b: (b.lingkup, lipat(b.rencana_hasil_kerja)), lambda b: b.lingkup
    ):
        if baru is None:
            perubahan.hapus[RhkRow].append({"id": rhk_lama.id})
            perubahan.hapus[IndikatorRow] += [{"id": i.id} for i in keadaan.indikator.get(rhk_lama.id, ())]
            berubah = True
            continue
        isi: Nilai = ambil(baru, ("lingkup", "jenis", "rencana_hasil_kerja")) | {"urutan": urutan}
        if rhk_lama is None:
            rhk_id = id_baru()
            milik = {"id": rhk_id, "instansi_id": instansi_id, "skp_id": skp_id, "sumber": Sumber.EKINERJA}
            perubahan.sisip[RhkRow].append({**milik, **isi})
            berubah = True
        else:
            rhk_id = rhk_lama.id
            if beda(rhk_lama, isi):
                perubahan.ubah[RhkRow].append({"id": rhk_id, **isi})
                berubah = True
        berubah |= _samakan_indikator(baru, rhk_id, instansi_id, keadaan.indikator.get(rhk_id, ()), perubahan)
    return berubah


def _samakan_indikator(
    rhk: RhkImpor, rhk_id: UUID, instansi_id: str, lama: Sequence[Baris], perubahan: Perubahan
) -> bool:
    berubah = False
    for baru, indikator_lama, urutan in pasangkan(rhk.indikator, lama, lambda b: lipat(b.indikator), lambda _: None):
        if baru is None:
            perubahan.hapus[IndikatorRow].append({"id": indikator_lama.id})
            berubah = True
            continue
        isi: Nilai = ambil(baru, _INDIKATOR) | {"urutan": urutan}
        if indikator_lama is None:
            milik = {"instansi_id": instansi_id, "rhk_id": rhk_id, "sumber": Sumber.EKINERJA}
            perubahan.sisip[IndikatorRow].append({**milik, **isi})
            berubah = True
        elif beda(indikator_lama, isi):
            perubahan.ubah[IndikatorRow].append({"id": indikator_lama.id, **isi})
            berubah = True
    return berubah


def pasangkan(
    baru: Sequence[_Baru], lama: Sequence[Baris], teks: Callable[[Any], Any], kelompok: Callable[[Any], Any]
) -> list[tuple[_Baru | None, Any, int]]:
    """Pairs (given row, row of the database, place): equal by `teks` first, then in order within a `kelompok`; None on
    one side for what is new or gone. The place is that of the given row; what is gone comes last."""
    menurut_teks: dict[Any, list[Baris]] = {}
    for satu in lama:
        menurut_teks.setdefault(teks(satu), []).append(satu)
    pasangan: list[Baris | None] = []
    for rencana in baru:
        sama = menurut_teks.get(teks(rencana))
        pasangan.append(sama.pop(0) if sama else None)
    dipakai = {satu.id for satu in pasangan if satu is not None}
    sisa: dict[Any, list[Baris]] = {}
    for satu in lama:
        if satu.id not in dipakai:
            sisa.setdefault(kelompok(satu), []).append(satu)
    hasil: list[tuple[_Baru | None, Any, int]] = []
    for urutan, (rencana, cocok) in enumerate(zip(baru, pasangan, strict=True)):
        seurutan = sisa.get(kelompok(rencana)) if cocok is None else None
        hasil.append((rencana, seurutan.pop(0) if seurutan else cocok, urutan))
    return hasil + [(None, satu, 0) for daftar in sisa.values() for satu in daftar]
