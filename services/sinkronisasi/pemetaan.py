"""PMM's words to ours: the only file that knows both."""

from __future__ import annotations

from datetime import timedelta

from ekinerja_domain.penilaian import Predikat, Rating
from ekinerja_domain.periode import TipePeriodik
from ekinerja_domain.sinkronisasi.fakta import (
    AtasanPMM,
    IndikatorPMM,
    PenggunaPMM,
    RhkAtasanPMM,
    RhkPMM,
    SkpPMM,
)
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.padanan import SekolahPMM
from ekinerja_domain.sinkronisasi.penilaian_bersama import fakta_penilaian_pmm
from ekinerja_domain.sinkronisasi.penilaian_final import (
    BuktiDukungPMM,
    PenilaianFinalPMM,
    RealisasiPMM,
    RincianPMM,
    UmpanBalikPMM,
)
from ekinerja_domain.sinkronisasi.penilaian_periodik import PenilaianPMM
from ekinerja_domain.sinkronisasi.pesan_pmm import kenali_pesan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan, buat_temuan
from ekinerja_domain.skp import (
    AspekIndikator,
    IsiIndikator,
    JenisRhk,
    LingkupRhk,
    Pendekatan,
    PerspektifIndikator,
    StatusPegawai,
)
from pmm_client.errors import (
    PMMAksesDitolak,
    PMMCobaLagi,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
)
from pmm_client.models import (
    PMMIndikator,
    PMMPengguna,
    PMMPenilaianFinal,
    PMMPenilaianPeriodik,
    PMMRhk,
    PMMRincian,
    PMMSatuanPendidikan,
    PMMSkp,
    PMMUnor,
)

# Several times cheaper than calling the enumeration; PMM's members are equal to ours as texts. A word that is missing
# here raises KeyError, as a call would ValueError.
_ASPEK: dict[str | None, AspekIndikator | None] = {None: None, **{n: n for n in AspekIndikator}}
_PERSPEKTIF: dict[str | None, PerspektifIndikator | None] = {None: None, **{n: n for n in PerspektifIndikator}}
_LINGKUP: dict[str, LingkupRhk] = {n: n for n in LingkupRhk}
_JENIS_RHK: dict[str, JenisRhk] = {n: n for n in JenisRhk}
_PENUGASAN: dict[str, StatusPegawai] = {n: n for n in StatusPegawai}
_PENDEKATAN: dict[str, Pendekatan] = {n: n for n in Pendekatan}


def sekolah(satuan: PMMSatuanPendidikan, unor: PMMUnor) -> SekolahPMM:
    return SekolahPMM(satuan.npsn, satuan.nama, unor.id, unor.nama)


def pengguna(p: PMMPengguna) -> PenggunaPMM:
    return PenggunaPMM(p.nip, p.nama, p.jenis, p.terdaftar, sekolah(p.satuan_pendidikan, p.unor))


def skp(s: PMMSkp) -> SkpPMM:
    return SkpPMM(
        id=s.id,
        versi=s.versi,
        status=str(s.status),
        disepakati_pada=s.disepakati_pada,
        penugasan=_PENUGASAN[s.penugasan],
        jenis=s.jenis,
        pendekatan=_PENDEKATAN[s.pendekatan],
        periode_awal=s.periode_awal,
        periode_akhir=s.periode_akhir,
        sekolah=sekolah(s.satuan_pendidikan, s.unor),
        atasan=AtasanPMM(s.atasan.nip, s.atasan.nama, s.atasan.unor.nama if s.atasan.unor else None),
        rhk=tuple([_rhk(r) for r in s.rhk]),
    )


def _rhk(r: PMMRhk) -> RhkPMM:
    atasan = r.rhk_atasan
    return RhkPMM(
        r.id,
        _LINGKUP[r.lingkup],
        _JENIS_RHK[r.jenis],
        r.rencana_hasil_kerja,
        r.penugasan_dari,
        RhkAtasanPMM(atasan.rencana_hasil_kerja, atasan.indikator) if atasan else None,
        tuple([_indikator(i) for i in r.indikator]),
    )


def _indikator(i: PMMIndikator) -> IndikatorPMM:
    return IndikatorPMM(
        i.id,
        IsiIndikator(i.indikator, _ASPEK[i.aspek], i.target, i.satuan, _PERSPEKTIF[i.perspektif]),
    )


def penilaian_periodik(n: PMMPenilaianPeriodik) -> PenilaianPMM:
    return PenilaianPMM(
        skp_id=n.skp_id,
        tipe=TipePeriodik(n.tipe_periodik),
        angka=n.angka_periodik,
        hasil_kerja=Rating(n.hasil_kerja),
        perilaku_kerja=Rating(n.perilaku_kerja),
        predikat=Predikat(n.predikat),
        dinilai_pada=n.dinilai_pada,
        versi=n.versi,
    )


def penilaian_final(n: PMMPenilaianFinal) -> PenilaianFinalPMM:
    return PenilaianFinalPMM(
        skp_id=n.skp_id,
        lengkap=n.lengkap,
        hasil_kerja=Rating(n.hasil_kerja) if n.hasil_kerja else None,
        perilaku_kerja=Rating(n.perilaku_kerja) if n.perilaku_kerja else None,
        predikat=Predikat(n.predikat) if n.predikat else None,
        dinilai_pada=n.dinilai_pada,
        versi=n.versi,
        rincian=tuple(_rincian(r) for r in n.rincian),
    )


def _rincian(r: PMMRincian) -> RincianPMM:
    return RincianPMM(
        rhk_id=r.rhk_id,
        indikator_id=r.indikator_id,
        bukti_dukung=tuple(BuktiDukungPMM(b.id, b.nama, b.tautan) for b in r.bukti_dukung),
        realisasi=RealisasiPMM(r.realisasi.teks, r.realisasi.sumber_data) if r.realisasi else None,
        umpan_balik=tuple(UmpanBalikPMM(u.id, u.positif, u.teks) for u in r.umpan_balik),
    )


def temuan_dari_galat(galat: PMMError, *, nip: str, tahun: int, sumber: str) -> Temuan:
    """What a call that gave no data means for the person: PMM's illness, its own words, or an answer we cannot use."""
    pmm = Objek(JenisObjek.PMM, None, None)
    if isinstance(galat, PMMGagal):
        return _temuan_dari_pesan(galat, nip=nip, tahun=tahun, sumber=sumber)
    if isinstance(galat, PMMMembatasi):
        return buat_temuan(Kode.PMM_MEMBATASI, objek=pmm, sumber=sumber)
    if isinstance(galat, PMMAksesDitolak):
        return buat_temuan(Kode.PMM_AKSES_DITOLAK, objek=pmm, sumber=sumber)
    if isinstance(galat, PMMJawabanTidakSah):
        rincian = {"jalur": galat.jalur, "status": galat.status, "request_id": galat.request_id, "sebab": galat.sebab}
        fakta = _fakta_ditanya(galat, nip, tahun)
        return buat_temuan(Kode.PMM_JAWABAN_TIDAK_SAH, objek=pmm, fakta=fakta, rincian=rincian, sumber=sumber)
    return buat_temuan(Kode.PMM_TIDAK_TERJANGKAU, objek=pmm, sumber=sumber)


def _temuan_dari_pesan(galat: PMMGagal, *, nip: str, tahun: int, sumber: str) -> Temuan:
    dikenal = kenali_pesan(galat.kode, galat.pesan)
    pesan = (galat.pesan or galat.kode or "").strip()
    if dikenal is None:
        return buat_temuan(
            Kode.PMM_PESAN_TIDAK_DIKENAL,
            objek=Objek(JenisObjek.PMM, None, None),
            fakta=_fakta_ditanya(galat, nip, tahun),
            rincian={"kode_pmm": galat.kode, "pesan_pmm": galat.pesan},
            sumber=sumber,
            pesan_pmm=pesan or "-",
        )
    jenis = JenisFakta.PMM_PENGGUNA if dikenal.kode is Kode.NIP_TIDAK_DIKENAL_PMM else JenisFakta.PMM_SKP
    kunci = nip if jenis is JenisFakta.PMM_PENGGUNA else f"{nip}:{tahun}"
    return buat_temuan(
        dikenal.kode,
        objek=Objek(JenisObjek.PEGAWAI, nip, None),
        fakta=(Fakta(jenis, kunci),),
        rincian={"pesan_pmm": galat.pesan},
        sumber=sumber,
        **dikenal.parameter,
    )


def _fakta_ditanya(galat: PMMError, nip: str, tahun: int) -> tuple[Fakta, ...]:
    """What of PMM was asked for: when that changes there, the answer may be another one."""
    match galat.jalur.rpartition("/")[2]:
        case "skp":
            return (Fakta(JenisFakta.PMM_SKP, f"{nip}:{tahun}"),)
        case "penilaian-periodik":
            return (fakta_penilaian_pmm(nip, tahun, JenisSinkro.PENILAIAN_PERIODIK),)
        case "penilaian-final":
            return (fakta_penilaian_pmm(nip, tahun, JenisSinkro.PENILAIAN_FINAL),)
        case _:
            return (Fakta(JenisFakta.PMM_PENGGUNA, nip),)


def tunggu_menurut(galat: PMMError) -> timedelta | None:
    """How long PMM (or the open breaker) asks to wait; None when nobody said."""
    if isinstance(galat, PMMCobaLagi) and galat.retry_after is not None:
        return timedelta(seconds=galat.retry_after)
    return None
