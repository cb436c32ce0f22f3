"""The prerequisites of the final rating in the order in which they are shown (document 000, "Sinkro Penilaian Akhir"):
all that can be known is reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ekinerja_domain.penilaian import predikat
from ekinerja_domain.sinkronisasi.fakta_sekolah import fakta_sekolah
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.padanan import Keputusan
from ekinerja_domain.sinkronisasi.penilaian_bersama import (
    belum_sinkro,
    fakta_penilaian_pmm,
    objek_pegawai,
    periksa_orang,
    temuan_periode,
)
from ekinerja_domain.sinkronisasi.penilaian_final.telaah import TelaahFinal
from ekinerja_domain.sinkronisasi.prasyarat.pegawai import jenis_didukung
from ekinerja_domain.sinkronisasi.temuan import (
    Fakta,
    JenisFakta,
    JenisObjek,
    Json,
    Kode,
    Objek,
    Temuan,
    buat_temuan,
)


def periksa(t: TelaahFinal) -> list[Temuan]:
    """All findings of one person and year, those of PMM's answers first."""
    dasar = t.fakta.dasar
    hasil = list(t.jawaban.dasar.gangguan)
    hasil += periksa_orang(
        dasar.nip,
        dasar.pegawai,
        t.jawaban.dasar.pengguna,
        user_pmm=dasar.user_pmm,
        hari=t.hari_aktif,
        sumber=dasar.nama_sumber,
    )
    if dasar.pegawai is None:
        return hasil
    periode = temuan_periode(
        t.pemeriksaan,
        instansi_id=t.fakta.instansi_id,
        nama_instansi=t.fakta.nama_instansi,
        tahun=dasar.tahun,
        sumber=dasar.nama_sumber,
    )
    hasil += [periode] if periode else []
    if not t.skp_sinkro:
        hasil.append(belum_sinkro(dasar.nip, dasar.pegawai, tahun=dasar.tahun, sumber=dasar.nama_sumber))
    if t.penyetaraan is not None:
        hasil += jenis_didukung(t.penyetaraan)
    return [*hasil, *_unor_terakhir(t), *_penilaian_lengkap(t)]


def _unor_terakhir(t: TelaahFinal) -> Iterable[Temuan]:
    """The unit kerja is the last school in PMM (document 000, "Sinkro Penilaian Akhir", 2)."""
    hasil, sekolah, dasar = t.padanan, t.sekolah, t.fakta.dasar
    if hasil is None or sekolah is None:
        return
    nama_unit = t.unit.nama if t.unit else None
    nama_pmm = sekolah.nama_unor or sekolah.nama
    rincian: dict[str, Json] = {
        "npsn": sekolah.npsn,
        "satuan_pendidikan": sekolah.nama,
        "unor_pmm": sekolah.nama_unor,
        "unit_kerja": nama_unit,
    }
    if hasil.keputusan is Keputusan.PADAN:
        for kode in hasil.catatan:
            nama: dict[str, Any] = (
                {"unit": nama_unit or "-", "sekolah": nama_pmm} if kode is Kode.NAMA_SEKOLAH_BERBEDA else {}
            )
            objek = Objek(JenisObjek.UNIT_KERJA, t.unit_id, nama_unit)
            yield buat_temuan(kode, objek=objek, rincian=rincian, sumber=dasar.nama_sumber, **nama)
        return
    lain = hasil.unit
    yield buat_temuan(
        Kode.UNOR_TERAKHIR_TIDAK_SAMA,
        objek=objek_pegawai(dasar.nip, dasar.pegawai),
        fakta=(
            Fakta(JenisFakta.PEGAWAI, dasar.nip),
            *((Fakta(JenisFakta.UNIT_KERJA, t.unit_id),) if t.unit_id is not None else ()),
            *fakta_sekolah(dasar.buku, dasar.pegawai.instansi_id if dasar.pegawai else "", (sekolah,)),
            Fakta(JenisFakta.PMM_SKP, f"{dasar.nip}:{dasar.tahun}"),
        ),
        rincian=rincian
        | {
            "unit_kerja_pmm": {"id": lain.id, "nama": lain.nama} if lain is not None else None,
            "saran": [{"id": u.id, "nama": u.nama, "kemiripan": u.kemiripan} for u in hasil.saran],
        },
        sumber=dasar.nama_sumber,
    )


def _penilaian_lengkap(t: TelaahFinal) -> Iterable[Temuan]:
    """Forms complete, rating given, predikat by the matrix; nothing is said while PMM did not answer."""
    if not t.jawaban.final_dijawab:
        return
    dasar, final = t.fakta.dasar, t.jawaban.final
    objek = objek_pegawai(dasar.nip, dasar.pegawai)
    fakta = (fakta_penilaian_pmm(dasar.nip, dasar.tahun, JenisSinkro.PENILAIAN_FINAL),)
    sumber = dasar.nama_sumber
    if final is not None and not final.lengkap:
        yield buat_temuan(Kode.FORMULIR_PMM_BELUM_LENGKAP, objek=objek, fakta=fakta, sumber=sumber)
    if final is None or final.hasil_kerja is None or final.perilaku_kerja is None or final.predikat is None:
        yield buat_temuan(Kode.PENILAIAN_FINAL_BELUM_ADA, objek=objek, fakta=fakta, sumber=sumber)
        return
    seharusnya = predikat(final.hasil_kerja, final.perilaku_kerja)
    if final.predikat is not seharusnya:
        yield buat_temuan(
            Kode.PREDIKAT_TIDAK_SESUAI,
            objek=objek,
            fakta=fakta,
            rincian={
                "hasil_kerja": str(final.hasil_kerja),
                "perilaku_kerja": str(final.perilaku_kerja),
                "predikat": str(final.predikat),
                "predikat_menurut_matriks": str(seharusnya),
            },
            sumber=sumber,
        )
