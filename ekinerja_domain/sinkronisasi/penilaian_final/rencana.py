"""The exact changes of a final rating: RHK and indikator made equal first, then the rating, then what hangs on it.

Pure. The SKP's header is not touched: it is Sinkro SKP's, and for a past year the person may be elsewhere by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from ekinerja_domain.penilaian import LampiranPenilaian, Penilaian
from ekinerja_domain.periode import PeriodeTahun
from ekinerja_domain.sinkronisasi import rencana as rencana_skp
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.penilaian_bersama import (
    PerubahanPenilaian,
    fakta_penilaian_pmm,
    id_periode,
    objek_pegawai,
    samakan_penilaian,
)
from ekinerja_domain.sinkronisasi.penilaian_final.rincian import PerubahanLampiran, samakan_lampiran
from ekinerja_domain.sinkronisasi.penilaian_final.telaah import TelaahFinal
from ekinerja_domain.sinkronisasi.rencana import PerubahanIsi, RencanaSkp, TindakanSkp
from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Json, Kode, Temuan, buat_temuan
from ekinerja_domain.skp import JenisSkp, LingkupRhk, Rhk, Skp, Sumber

PENGHITUNG = ("rhk_masuk", "indikator_masuk", "eviden_masuk", "realisasi_masuk", "feedback_masuk")


@dataclass(frozen=True, slots=True)
class RencanaFinal:
    """Everything one landing writes. `skp` None: PMM has no agreed SKP to compare with now; `perubahan` None: the
    rating is equal already; `penilaian` is the rating as it stands afterwards, on which `lampiran` hangs."""

    milik: Skp
    periode: PeriodeTahun
    skp: RencanaSkp | None
    penilaian: Penilaian
    perubahan: PerubahanPenilaian | None
    lampiran: PerubahanLampiran
    ringkasan: dict[str, dict[str, int]]
    catatan: tuple[Temuan, ...]

    @property
    def menulis(self) -> bool:
        return (self.skp is not None and self.skp.menulis) or self.perubahan is not None or not self.lampiran.kosong


def perlu_isi(t: TelaahFinal) -> list[UUID]:
    """Ids of our SKPs whose RHK must be loaded before `rencanakan`."""
    return [t.skp.id] if t.skp is not None and t.skp.rhk is None else []


def perlu_lampiran(t: TelaahFinal) -> list[UUID]:
    """Ids of ratings whose attachments must be loaded before `rencanakan`."""
    return [t.penilaian_lama.id] if t.penilaian_lama is not None and t.fakta.lampiran is None else []


def rencanakan(t: TelaahFinal, *, id_baru: Callable[[], UUID]) -> RencanaFinal:
    """The exact changes of a person whose checks passed; `id_baru` gives the ids of new rows.

    Raises ValueError when a check did not pass, or when what `perlu_isi` or `perlu_lampiran` names was not loaded.
    """
    final, milik, periode = t.jawaban.final, t.skp, t.periode
    if final is None or final.hasil_kerja is None or final.perilaku_kerja is None or milik is None or periode is None:
        raise ValueError("prasyarat belum terpenuhi")
    if milik.rhk is None or perlu_lampiran(t):
        raise ValueError("RHK atau lampiran belum dimuat")
    skp = _setarakan(t.penyetaraan, milik, id_baru) if t.penyetaraan is not None else None
    lama = t.penilaian_lama
    diminta = Penilaian(
        id=lama.id if lama else id_baru(),
        skp_id=milik.id,
        periode_id=id_periode(periode),
        tahun=t.fakta.dasar.tahun,
        hasil_kerja=final.hasil_kerja,
        perilaku_kerja=final.perilaku_kerja,
        sumber=Sumber.PMM,
        dinilai_pada=final.dinilai_pada,
        pmm_versi=final.versi,
        definitif=True,
        berakhir=periode.akhir,
    )
    perubahan = samakan_penilaian(lama, diminta, periode)
    rhk = rencana_skp.terapkan(skp).rhk or () if skp is not None else milik.rhk
    indikator = {
        (r.pmm_id, i.pmm_id): i.id for r in rhk for i in r.indikator if r.pmm_id is not None and i.pmm_id is not None
    }
    lampiran = samakan_lampiran(
        t.fakta.lampiran or LampiranPenilaian(),
        final.rincian,
        indikator,
        dipertahankan=_tidak_di_pmm(t, rhk),
        id_baru=id_baru,
    )
    tidak_ada = [(r.rhk_id, r.indikator_id) for r in final.rincian if (r.rhk_id, r.indikator_id) not in indikator]
    return RencanaFinal(
        milik=milik,
        periode=periode,
        skp=skp,
        penilaian=perubahan.penilaian if perubahan is not None else lama or diminta,
        perubahan=perubahan,
        lampiran=lampiran,
        ringkasan=_hitung(skp, lampiran, rhk),
        catatan=tuple(_catatan(t, skp, list(dict.fromkeys(tidak_ada)))),
    )


def _setarakan(sempit: Telaah, lama: Skp, id_baru: Callable[[], UUID]) -> RencanaSkp:
    """The plan of Sinkro SKP for RHK and indikator alone. The content hash stays only where it is still true, so that
    the next Sinkro SKP compares whatever this plan left as it was."""
    asal = rencana_skp.rencanakan(sempit, id_baru=id_baru).skp[0]
    isi = _pertahankan_tautan(asal.isi, sempit.per_skp[0], lama)
    ringkasan = rencana_skp.hitung(isi, lama.rhk or ())
    sama = isi.kosong() and lama.pmm_skp_id == asal.pmm.id
    utuh = isi == asal.isi and asal.kepala == lama.kepala
    sidik = asal.sidik_isi if utuh else None
    return replace(
        asal,
        kepala=lama.kepala,
        tindakan=TindakanSkp.TIDAK_BERUBAH if sama else TindakanSkp.DIPERBARUI,
        isi=isi,
        sidik_isi=lama.sidik_isi if sama else sidik,
        ringkasan=ringkasan,
    )


def _pertahankan_tautan(isi: PerubahanIsi, studi: TelaahSkp, lama: Skp) -> PerubahanIsi:
    """Where PMM names an RHK atasan that is not found, the link that is here stays: a rating must not undo it."""
    semula = {r.id: r for r in lama.rhk or ()}
    diubah: list[Rhk] = []
    for r in isi.rhk_diubah:
        ada, satu = semula[r.id], r
        if r.pmm_id in studi.tautan and studi.tautan[r.pmm_id] is None:
            rhk_id, indikator_id = ada.isi.rhk_atasan_id, ada.isi.indikator_atasan_id
            satu = replace(r, isi=replace(r.isi, rhk_atasan_id=rhk_id, indikator_atasan_id=indikator_id))
        if satu != ada:
            diubah.append(satu)
    return replace(isi, rhk_diubah=tuple(diubah))


def _tidak_di_pmm(t: TelaahFinal, rhk: Iterable[Rhk]) -> set[UUID]:
    """The SKP's indikator that PMM's SKP does not have: what carries something stays with what it carries, so that the
    next sync finds it as this one left it."""
    if t.penyetaraan is None or t.skp_pmm is None:
        return set()
    di_pmm = {(r.id, i.id) for r in t.skp_pmm.rhk for i in r.indikator}
    return {i.id for r in rhk for i in r.indikator if (r.pmm_id, i.pmm_id) not in di_pmm}


def _hitung(skp: RencanaSkp | None, lampiran: PerubahanLampiran, rhk: Iterable[Rhk]) -> dict[str, dict[str, int]]:
    """Counters per lingkup as the screen shows them; a changed attachment flows in like a new one."""
    hasil = {str(lingkup).lower(): dict.fromkeys(PENGHITUNG, 0) for lingkup in LingkupRhk}
    if skp is not None:
        for lingkup, hitungan in skp.ringkasan.items():
            hasil[lingkup] |= {nama: hitungan[nama] for nama in ("rhk_masuk", "indikator_masuk")}
    lingkup_indikator = {i.id: str(r.isi.lingkup).lower() for r in rhk for i in r.indikator}
    masuk = {
        "eviden_masuk": [x.indikator_id for x in lampiran.bukti_dukung.masuk],
        "realisasi_masuk": [x.indikator_id for x in lampiran.realisasi.masuk],
        "feedback_masuk": [x.indikator_id for x in lampiran.umpan_balik.masuk],
    }
    for nama, indikator in masuk.items():
        for satu in indikator:
            hasil[lingkup_indikator[satu]][nama] += 1
    return hasil


def _catatan(t: TelaahFinal, skp: RencanaSkp | None, tidak_ada: list[tuple[str, str]]) -> Iterable[Temuan]:
    dasar = t.fakta.dasar
    objek = objek_pegawai(dasar.nip, dasar.pegawai)
    fakta_skp = Fakta(JenisFakta.PMM_SKP, f"{dasar.nip}:{dasar.tahun}")
    if skp is not None and skp.isi.tersisa:
        yield buat_temuan(
            Kode.RHK_TIDAK_ADA_DI_PMM,
            objek=objek,
            fakta=(fakta_skp,),
            rincian={"rhk": list(skp.isi.tersisa)},
            sumber=dasar.nama_sumber,
        )
    if tidak_ada:
        yield buat_temuan(
            Kode.INDIKATOR_TIDAK_ADA,
            objek=objek,
            fakta=(fakta_skp, fakta_penilaian_pmm(dasar.nip, dasar.tahun, JenisSinkro.PENILAIAN_FINAL)),
            rincian={"indikator": [{"rhk_id": rhk, "indikator_id": indikator} for rhk, indikator in tidak_ada]},
            sumber=dasar.nama_sumber,
        )


def ringkasan_final(rencana: RencanaFinal, *, nama_sumber: str) -> dict[str, Json]:
    """What the dialog "Sinkro Penilaian Final" shows (document 000): the rating, the counters per lingkup (a guru
    without RHK Organisasi has none there), and its note when no RHK or indikator came in."""
    organisasi = rencana.ringkasan["organisasi"]
    if rencana.milik.kepala.jenis_skp is JenisSkp.GURU_JAJF and not any(organisasi.values()):
        organisasi = {}
    hasil: dict[str, Json] = {
        "nama_periode": rencana.periode.periode.nama,
        "hasil_kerja": str(rencana.penilaian.hasil_kerja),
        "perilaku_kerja": str(rencana.penilaian.perilaku_kerja),
        "hasil_akhir": str(rencana.penilaian.predikat),
        "individu": rencana.ringkasan["individu"],
        "organisasi": organisasi,
    }
    if not any(h[nama] for h in rencana.ringkasan.values() for nama in ("rhk_masuk", "indikator_masuk")):
        hasil["catatan"] = (
            "Tidak ada RHK dan Indikator baru yang masuk. Silahkan mengecek detil SKP (RHK dan Indikator) jika sudah"
            f" sesuai dengan {nama_sumber}"
        )
    return hasil
