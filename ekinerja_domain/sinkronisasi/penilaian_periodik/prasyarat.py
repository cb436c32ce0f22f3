"""The checks of periodic ratings (documents 000 and 001): all findings of one person in one go."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.penilaian import predikat
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.penilaian_bersama import (
    belum_sinkro,
    fakta_penilaian_pmm,
    hari_aktif,
    objek_pegawai,
    periksa_orang,
    temuan_periode,
)
from ekinerja_domain.sinkronisasi.penilaian_periodik.telaah import TelaahPeriodik
from ekinerja_domain.sinkronisasi.temuan import (
    Fakta,
    JenisFakta,
    JenisObjek,
    Kode,
    Objek,
    Temuan,
    Tingkat,
    buat_temuan,
)


def periksa(t: TelaahPeriodik) -> list[Temuan]:
    """All findings of one person and year, blocking ones and notes, those of PMM's answers first."""
    f = t.fakta
    hasil = list(t.jawaban.gangguan)
    hasil += periksa_orang(
        f.nip,
        f.pegawai,
        t.jawaban.pengguna,
        user_pmm=f.user_pmm,
        hari=hari_aktif(f.tahun, f.hari_ini, f.skp),
        sumber=f.nama_sumber,
    )
    if f.pegawai is None:
        return hasil
    hasil += _skp_belum_sinkro(t)
    periode = temuan_periode(
        t.pemeriksaan,
        instansi_id=f.instansi_id,
        nama_instansi=f.nama_instansi,
        tahun=f.tahun,
        sumber=f.nama_sumber,
    )
    return hasil + ([periode] if periode else []) + list(_catatan(t))


def _skp_belum_sinkro(t: TelaahPeriodik) -> list[Temuan]:
    f = t.fakta
    tanpa_skp = [p for p in t.penempatan if p.tujuan is None]
    if t.skp_sinkro and not tanpa_skp:
        return []
    rincian = {"periode": [p.periode.periode.nama for p in tanpa_skp]} if tanpa_skp else None
    return [belum_sinkro(f.nip, f.pegawai, tahun=f.tahun, sumber=f.nama_sumber, rincian=rincian)]


def _catatan(t: TelaahPeriodik) -> Iterable[Temuan]:
    f = t.fakta
    fakta_pmm = fakta_penilaian_pmm(f.nip, f.tahun, JenisSinkro.PENILAIAN_PERIODIK)
    kunci = f"{f.instansi_id}:{f.tahun}"
    fakta_periode = Fakta(JenisFakta.PERIODE_TAHUN, kunci)
    for angka in t.tanpa_periode:
        yield buat_temuan(
            Kode.PERIODE_TIDAK_ADA,
            objek=Objek(JenisObjek.PERIODE, kunci, f.nama_instansi),
            fakta=(fakta_periode,),
            rincian={"angka_periodik": angka},
            sumber=f.nama_sumber,
            angka=angka,
        )
    for p in t.penempatan:
        if p.di_luar and p.tujuan is not None:
            yield buat_temuan(
                Kode.PERIODE_DI_LUAR_SKP,
                objek=objek_pegawai(f.nip, f.pegawai),
                fakta=(fakta_periode, fakta_pmm),
                rincian={"angka_periodik": p.pmm.angka, "skp_id": str(p.tujuan.id)},
                sumber=f.nama_sumber,
                periode=p.periode.periode.nama,
            )
    if t.melawan_matriks:
        yield buat_temuan(
            Kode.PREDIKAT_TIDAK_SESUAI,
            tingkat=Tingkat.CATATAN,
            objek=objek_pegawai(f.nip, f.pegawai),
            fakta=(fakta_pmm,),
            rincian={
                "penilaian": [
                    {
                        "angka_periodik": p.angka,
                        "hasil_kerja": str(p.hasil_kerja),
                        "perilaku_kerja": str(p.perilaku_kerja),
                        "predikat": str(p.predikat),
                        "predikat_menurut_matriks": str(predikat(p.hasil_kerja, p.perilaku_kerja)),
                    }
                    for p in t.melawan_matriks
                ]
            },
            sumber=f.nama_sumber,
        )
