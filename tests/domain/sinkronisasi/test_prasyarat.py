"""Each prerequisite alone, several at once, and what is not judged since something before it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ekinerja_domain.sinkronisasi.fakta import AtasanPMM, RhkAtasanPMM
from ekinerja_domain.sinkronisasi.padanan import PadananUnor, SekolahPMM, StatusPadanan
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import JenisFakta, Kelas, Kode, Pelaku, Temuan, Tingkat
from ekinerja_domain.skp import StatusPegawai, Sumber
from ekinerja_domain.unit_kerja import JenisPimpinan, UnitKerja
from tests.domain.dunia import (
    DINAS,
    NIP_GURU,
    NIP_KADIS,
    NIP_KS,
    NIP_KS_LAMA,
    NPSN,
    NPSN_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    Dunia,
    dunia_ks,
    pegawai,
    pimpinan,
    rhk,
    skp_atasan,
    skp_pmm,
)


def gagal(dunia: Dunia) -> list[Kode]:
    return [t.kode for t in periksa_skp(dunia.telaah()) if t.tingkat is Tingkat.GAGAL]


def catatan(dunia: Dunia) -> list[Kode]:
    return [t.kode for t in periksa_skp(dunia.telaah()) if t.tingkat is Tingkat.CATATAN]


def satu(dunia: Dunia, kode: Kode) -> Temuan:
    (temuan,) = [t for t in periksa_skp(dunia.telaah()) if t.kode is kode]
    return temuan


def test_dunia_bersih_tidak_menemukan_apa_pun() -> None:
    assert periksa_skp(Dunia().telaah()) == []
    assert periksa_skp(dunia_ks().telaah()) == []


def test_pegawai_tidak_aktif() -> None:
    assert gagal(Dunia(pegawai=pegawai(aktif=False))) == [Kode.PEGAWAI_TIDAK_AKTIF]


def test_aktif_tahun_lampau_ditanya_pada_hari_terakhir_skp() -> None:
    keluar = replace(pegawai(aktif=False), nonaktif_sejak=date(2027, 2, 1))
    dunia = Dunia(pegawai=keluar, hari_ini=date(2027, 6, 1))
    assert gagal(dunia) == []
    dunia.pegawai = replace(keluar, nonaktif_sejak=date(2026, 12, 31))
    assert gagal(dunia) == [Kode.PEGAWAI_TIDAK_AKTIF]


def test_bukan_user_pmm_dan_tidak_terdaftar_sekaligus() -> None:
    dunia = Dunia(user_pmm=False)
    assert dunia.pengguna is not None
    dunia.pengguna = replace(dunia.pengguna, terdaftar=False)
    assert gagal(dunia) == [Kode.BUKAN_USER_PMM, Kode.NIP_TIDAK_DIKENAL_PMM]


def test_skp_belum_ada_dan_belum_disepakati() -> None:
    assert gagal(Dunia(skp_pmm=[])) == [Kode.SKP_PMM_BELUM_ADA]
    dunia = Dunia(skp_pmm=[skp_pmm(status="DIAJUKAN")])
    assert gagal(dunia) == [Kode.SKP_PMM_BELUM_DISEPAKATI]
    assert "DIAJUKAN" in satu(dunia, Kode.SKP_PMM_BELUM_DISEPAKATI).pesan


def test_hanya_skp_plt_berarti_belum_ada_skp_definitif() -> None:
    assert gagal(Dunia(skp_pmm=[skp_pmm(penugasan=StatusPegawai.PLT)])) == [Kode.SKP_PMM_BELUM_ADA]


def test_skp_kedua_yang_masih_draf_hanya_catatan() -> None:
    dunia = Dunia(
        skp_pmm=[
            skp_pmm("a", akhir=date(2026, 6, 30)),
            skp_pmm("b", awal=date(2026, 7, 1), status="DRAF"),
        ]
    )
    assert gagal(dunia) == []
    assert catatan(dunia) == [Kode.SKP_PMM_BELUM_DISEPAKATI]


@pytest.mark.parametrize("hilang", [True, False])
def test_unit_kerja_tidak_terdaftar(hilang: bool) -> None:
    dunia = Dunia()
    if hilang:
        del dunia.unit[SEKOLAH]
    else:
        dunia.unit[SEKOLAH] = replace(dunia.unit[SEKOLAH], aktif=False)
    assert gagal(dunia) == [Kode.UNIT_KERJA_TIDAK_TERDAFTAR]


def test_unit_tidak_aktif_tetap_dinilai_lebih_lanjut() -> None:
    """Checks 4 and 5 need a unit that exists, active or not."""
    dunia = Dunia(pimpinan=[pimpinan(NIP_KADIS, DINAS)])
    dunia.unit[SEKOLAH] = replace(dunia.unit[SEKOLAH], aktif=False)
    assert gagal(dunia) == [Kode.UNIT_KERJA_TIDAK_TERDAFTAR, Kode.ATASAN_BELUM_ADA]


def test_unit_kerja_bukan_sekolah() -> None:
    dunia = Dunia(pegawai=pegawai(unit=DINAS))
    temuan = satu(dunia, Kode.UNIT_KERJA_BUKAN_SEKOLAH)
    assert gagal(dunia) == [Kode.UNIT_KERJA_BUKAN_SEKOLAH]
    assert "DINAS PENDIDIKAN" in temuan.pesan
    assert "SD NEGERI 1 MELATI" in temuan.pesan


def test_nama_tidak_sama_memberi_saran_dan_menutup_pemeriksaan_sesudahnya() -> None:
    dunia = Dunia(pimpinan=[], skp_pmm=[skp_pmm(sekolah=SekolahPMM("99999999", "SDN 3 MELATI", None, "SDN 3 MELATI"))])
    assert gagal(dunia) == [Kode.NAMA_UNOR_TIDAK_SAMA]
    saran = satu(dunia, Kode.NAMA_UNOR_TIDAK_SAMA).rincian["saran"]
    assert isinstance(saran, list)
    assert {s["id"] for s in saran if isinstance(s, dict)} == {SEKOLAH, SEKOLAH_LAIN}


def test_padanan_ditolak_tidak_pernah_cocok() -> None:
    dunia = Dunia(padanan=[PadananUnor(NPSN, SEKOLAH, StatusPadanan.DITOLAK)])
    assert gagal(dunia) == [Kode.NAMA_UNOR_TIDAK_SAMA]


def test_atasan_belum_ada() -> None:
    assert gagal(Dunia(pimpinan=[pimpinan(NIP_KADIS, DINAS)])) == [Kode.ATASAN_BELUM_ADA]


def test_klaim_berakhir_ketika_pemegang_pindah_unit() -> None:
    dunia = Dunia(pimpinan=[pimpinan(NIP_KS, SEKOLAH, unit_pemegang=SEKOLAH_LAIN)])
    assert gagal(dunia) == [Kode.ATASAN_BELUM_ADA]


def test_atasan_tidak_sama_menyebut_keduanya() -> None:
    dunia = Dunia(skp_pmm=[skp_pmm(atasan=AtasanPMM(NIP_KS_LAMA, "Kepala Lama", None))])
    temuan = satu(dunia, Kode.ATASAN_TIDAK_SAMA)
    assert gagal(dunia) == [Kode.ATASAN_TIDAK_SAMA]
    assert "Kepala Lama" in temuan.pesan
    assert temuan.rincian["ekinerja"] == {"nip": NIP_KS, "nama": "Orang 1002", "unor": "SD NEGERI 1 MELATI"}


def test_pimpinan_lain_yang_juga_aktif_menjadi_atasan() -> None:
    dunia = Dunia()
    dunia.pimpinan.append(pimpinan(NIP_KS_LAMA, SEKOLAH, JenisPimpinan.PLT, date(2026, 2, 1)))
    assert gagal(dunia) == []
    atasan = dunia.telaah().per_skp[0].atasan
    assert atasan is not None
    assert atasan.nip == NIP_KS


def test_atasan_yang_memimpin_pada_hari_lain_hanya_catatan() -> None:
    dunia = Dunia(skp_pmm=[skp_pmm(atasan=AtasanPMM(NIP_KS_LAMA, "Kepala Lama", None))])
    dunia.pimpinan.append(pimpinan(NIP_KS_LAMA, SEKOLAH, selesai=date(2026, 2, 28), unit_pemegang=SEKOLAH_LAIN))
    assert gagal(dunia) == []
    assert catatan(dunia) == [Kode.ATASAN_BERGANTI]
    atasan = dunia.telaah().per_skp[0].atasan
    assert atasan is not None
    assert atasan.nip == NIP_KS


def test_ks_belum_klaim_pimpinan() -> None:
    dunia = dunia_ks()
    dunia.pimpinan = [pimpinan(NIP_KADIS, DINAS)]
    assert gagal(dunia) == [Kode.KS_BELUM_KLAIM_PIMPINAN]


def test_atasan_ks_yang_berbeda_hanya_catatan_dan_milik_ekinerja_tetap() -> None:
    dunia = dunia_ks()
    dunia.skp_pmm = [skp_pmm(jenis="KEPALA_SEKOLAH", atasan=AtasanPMM(NIP_KS_LAMA, "Pejabat Lain", None))]
    assert gagal(dunia) == []
    assert catatan(dunia) == [Kode.ATASAN_TIDAK_SAMA]
    atasan = dunia.telaah().per_skp[0].atasan
    assert atasan is not None
    assert atasan.nip == NIP_KADIS


def test_guru_sebelum_ks_tertahan_dan_menyebut_yang_ditunggu() -> None:
    dunia = Dunia(skp_atasan=[])
    temuan = periksa_skp(dunia.telaah())
    assert [t.kode for t in temuan] == [Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA]
    assert putuskan(temuan) is Peristiwa.TERTAHAN
    assert [(f.jenis, f.kunci) for f in temuan[0].fakta] == [
        (JenisFakta.SKP_ATASAN, f"{SEKOLAH}:2026"),
        (JenisFakta.PIMPINAN_UNIT, SEKOLAH),
        (JenisFakta.PEGAWAI, NIP_GURU),
    ]


def test_skp_atasan_di_luar_periode_tidak_dihitung() -> None:
    dunia = Dunia(skp_atasan=[skp_atasan({}, awal=date(2025, 1, 1), akhir=date(2025, 12, 31))])
    assert gagal(dunia) == [Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA]


def _berintervensi(teks: str, indikator: str | None = None) -> Dunia:
    return Dunia(skp_pmm=[skp_pmm(isi=[rhk("r1", "RHK saya", atasan=RhkAtasanPMM(teks, indikator))])])


def test_rhk_atasan_dicari_tanpa_huruf_besar_spasi_dan_tanda_baca() -> None:
    dunia = _berintervensi("TERWUJUDNYA  sekolah, yang baik.", "tingkat MUTU")
    assert gagal(dunia) == []
    (tautan,) = dunia.telaah().per_skp[0].tautan.values()
    assert tautan is not None
    assert tautan.indikator_id is not None


def test_rhk_atasan_tidak_ditemukan_memuat_kedua_teks() -> None:
    dunia = _berintervensi("Rencana yang lain", "Indikator yang lain")
    temuan = satu(dunia, Kode.RHK_ATASAN_TIDAK_DITEMUKAN)
    assert "'Indikator yang lain'" in temuan.pesan
    assert "'Rencana yang lain'" in temuan.pesan
    assert temuan.kelas is Kelas.BERGANTUNG


def test_rhk_ada_tetapi_indikatornya_tidak() -> None:
    assert gagal(_berintervensi("Terwujudnya sekolah yang baik", "Indikator lain")) == [Kode.RHK_ATASAN_TIDAK_DITEMUKAN]


def test_menunggu_sia_sia_bila_skp_atasan_mendarat_sesudah_disepakati() -> None:
    dunia = _berintervensi("Rencana yang lain")
    dunia.skp_atasan = [skp_atasan({"X": []}, mendarat_pada=datetime(2026, 2, 1, tzinfo=UTC))]
    temuan = satu(dunia, Kode.RHK_ATASAN_TIDAK_DITEMUKAN)
    assert temuan.kelas is Kelas.PERBAIKAN
    assert temuan.pelaku == (Pelaku.PEGAWAI,)
    assert putuskan([temuan]) is Peristiwa.GAGAL
    # e-Kinerja's own SKP of the rater may still be corrected there.
    dunia.skp_atasan = [replace(dunia.skp_atasan[0], sumber=Sumber.EKINERJA)]
    assert satu(dunia, Kode.RHK_ATASAN_TIDAK_DITEMUKAN).kelas is Kelas.BERGANTUNG


def test_guru_yang_memimpin_sekolahnya_sendiri_hanya_dicatat() -> None:
    dunia = Dunia(pimpinan=[pimpinan(NIP_KADIS, DINAS), pimpinan(NIP_GURU, SEKOLAH, JenisPimpinan.PLT)], skp_atasan=[])
    assert gagal(dunia) == []
    assert set(catatan(dunia)) == {Kode.ATASAN_TIDAK_SAMA, Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA}


def test_rotasi_dilaporkan_sampai_semua_penugasan_ada() -> None:
    lain = SekolahPMM(NPSN_LAIN, "SD NEGERI 2 MELATI", SEKOLAH_LAIN, "SD NEGERI 2 MELATI")
    dunia = Dunia(skp_pmm=[skp_pmm("a", akhir=date(2026, 6, 30), sekolah=lain), skp_pmm("b", awal=date(2026, 7, 1))])
    assert gagal(dunia) == [Kode.TERDAPAT_ROTASI]


def test_dua_semester_di_satu_sekolah_bukan_rotasi() -> None:
    dunia = Dunia(skp_pmm=[skp_pmm("a", akhir=date(2026, 6, 30)), skp_pmm("b", awal=date(2026, 7, 1))])
    assert gagal(dunia) == []


def test_jenis_yang_belum_didukung() -> None:
    assert gagal(Dunia(skp_pmm=[skp_pmm(jenis="TENDIK")])) == [Kode.JENIS_PENGGUNA_BELUM_DIDUKUNG]


def test_pengawas_dibandingkan_dengan_unit_induk() -> None:
    bidang = "C" * 32
    dunia = Dunia(pegawai=pegawai(unit=bidang), skp_atasan=[])
    dunia.unit[bidang] = UnitKerja(bidang, "BIDANG SD", DINAS, False, True, None)
    dunia.pimpinan = [pimpinan(NIP_KADIS, bidang, JenisPimpinan.PLT)]
    dinas = SekolahPMM(None, "DINAS PENDIDIKAN", DINAS, "DINAS PENDIDIKAN")
    dunia.skp_pmm = [skp_pmm(jenis="PENGAWAS", sekolah=dinas, atasan=AtasanPMM(NIP_KADIS, "Orang 1001", None))]
    assert gagal(dunia) == []


def test_tiga_kesalahan_dilaporkan_sekaligus() -> None:
    dunia = Dunia(user_pmm=False, pegawai=pegawai(unit=DINAS, aktif=False))
    assert gagal(dunia) == [Kode.PEGAWAI_TIDAK_AKTIF, Kode.BUKAN_USER_PMM, Kode.UNIT_KERJA_BUKAN_SEKOLAH]


def test_tanpa_skp_disepakati_unit_dan_atasan_dinilai_menurut_pengguna() -> None:
    dunia = Dunia(skp_pmm=[], pimpinan=[])
    assert gagal(dunia) == [Kode.SKP_PMM_BELUM_ADA, Kode.ATASAN_BELUM_ADA]


def test_yang_tidak_terjawab_tidak_dinilai() -> None:
    assert periksa_skp(Dunia(skp_pmm=None, pengguna=None, pimpinan=[]).telaah()) == []


def test_setiap_temuan_gagal_bersandar_pada_fakta_dan_tahu_pelakunya() -> None:
    dunia = Dunia(user_pmm=False, pegawai=pegawai(unit=DINAS, aktif=False))
    for temuan in periksa_skp(dunia.telaah()):
        assert temuan.fakta
        assert temuan.pelaku
        assert temuan.langkah
        assert NIP_GURU not in temuan.pesan
        assert NIP_KS not in temuan.pesan
