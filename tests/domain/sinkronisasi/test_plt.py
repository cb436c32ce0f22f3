"""Sinkro SKP PLT: the acting post decides, not the person's own unit; each post lands or fails alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ekinerja_domain.sinkronisasi.fakta import AtasanPMM
from ekinerja_domain.sinkronisasi.padanan import SekolahPMM
from ekinerja_domain.sinkronisasi.prasyarat.plt import periksa_plt, pos_yang_lolos
from ekinerja_domain.sinkronisasi.rencana import TindakanSkp, rencanakan
from ekinerja_domain.sinkronisasi.telaah_plt import TelaahPlt
from ekinerja_domain.sinkronisasi.temuan import Kode, Tingkat
from ekinerja_domain.skp import StatusPegawai
from ekinerja_domain.unit_kerja import JenisPimpinan
from tests.domain.dunia import (
    DINAS,
    NIP_GURU,
    NIP_KADIS,
    NIP_KS,
    NPSN_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    Dunia,
    PembuatId,
    pimpinan,
    skp_pmm,
)

SD_2 = SekolahPMM(NPSN_LAIN, "SD NEGERI 2 MELATI", SEKOLAH_LAIN, "SD NEGERI 2 MELATI")
KADIS = AtasanPMM(NIP_KADIS, "Orang 1001", "DINAS PENDIDIKAN")


def dunia_plt() -> Dunia:
    """A guru of school 1 who acts as head of school 2 from March."""
    dunia = Dunia(
        skp_pmm=[
            skp_pmm(
                "plt",
                jenis="KEPALA_SEKOLAH",
                sekolah=SD_2,
                atasan=KADIS,
                awal=date(2026, 3, 1),
                penugasan=StatusPegawai.PLT,
            )
        ]
    )
    dunia.pimpinan.append(pimpinan(NIP_GURU, SEKOLAH_LAIN, JenisPimpinan.PLT, date(2026, 3, 1)))
    return dunia


def telaah(dunia: Dunia) -> TelaahPlt:
    umum = dunia.telaah()
    return TelaahPlt(umum.fakta, umum.jawaban)


def kode(dunia: Dunia, tingkat: Tingkat) -> list[Kode]:
    return [t.kode for t in periksa_plt(telaah(dunia)) if t.tingkat is tingkat]


def test_mendarat_di_unit_plt_dengan_atasan_di_atasnya() -> None:
    t = telaah(dunia_plt())
    assert periksa_plt(t) == []
    (rencana,) = rencanakan(t, id_baru=PembuatId(), lolos=pos_yang_lolos(t)).skp
    assert rencana.tindakan is TindakanSkp.DIBUAT
    assert rencana.kepala.status_pegawai is StatusPegawai.PLT
    assert rencana.kepala.unit_kerja_id == SEKOLAH_LAIN
    assert rencana.kepala.atasan is not None
    assert rencana.kepala.atasan.nip == NIP_KADIS


def test_tidak_terdaftar_sebagai_plt() -> None:
    dunia = dunia_plt()
    dunia.pimpinan.pop()
    assert kode(dunia, Tingkat.GAGAL) == [Kode.PLT_TIDAK_TERDAFTAR]


def test_catatan_plt_di_luar_periode_skp_tidak_dihitung() -> None:
    dunia = dunia_plt()
    dunia.pimpinan[-1] = replace(dunia.pimpinan[-1], mulai=date(2025, 1, 1), selesai=date(2026, 2, 28))
    assert kode(dunia, Tingkat.GAGAL) == [Kode.PLT_TIDAK_TERDAFTAR]
    dunia.pimpinan[-1] = replace(dunia.pimpinan[-1], selesai=date(2026, 3, 1))
    assert kode(dunia, Tingkat.GAGAL) == []


def test_klaim_definitif_bukan_plt() -> None:
    dunia = dunia_plt()
    dunia.pimpinan[-1] = replace(dunia.pimpinan[-1], jenis=JenisPimpinan.DEFINITIF)
    assert kode(dunia, Tingkat.GAGAL) == [Kode.PLT_TIDAK_TERDAFTAR]


def test_sekolah_yang_tidak_dikenal_belum_padan() -> None:
    dunia = dunia_plt()
    dunia.skp_pmm = [
        replace((dunia.skp_pmm or [])[0], sekolah=SekolahPMM("77777777", "SDN 9 MAWAR", None, "SDN 9 MAWAR"))
    ]
    assert kode(dunia, Tingkat.GAGAL) == [Kode.UNOR_PMM_BELUM_PADAN]


def test_atasan_pmm_yang_berbeda_hanya_catatan() -> None:
    dunia = dunia_plt()
    dunia.skp_pmm = [replace((dunia.skp_pmm or [])[0], atasan=AtasanPMM(NIP_KS, "Orang 1002", None))]
    assert kode(dunia, Tingkat.GAGAL) == []
    assert kode(dunia, Tingkat.CATATAN) == [Kode.ATASAN_TIDAK_SAMA]


def test_tanpa_pimpinan_di_atas_tidak_ada_yang_menilai() -> None:
    dunia = dunia_plt()
    dunia.pimpinan = [p for p in dunia.pimpinan if p.unit_kerja_id != DINAS]
    assert kode(dunia, Tingkat.GAGAL) == [Kode.ATASAN_BELUM_ADA]


def test_dua_pos_masing_masing_mendarat_atau_gagal_sendiri() -> None:
    dunia = dunia_plt()
    gagal = skp_pmm("plt-1", jenis="KEPALA_SEKOLAH", atasan=KADIS, penugasan=StatusPegawai.PLT)
    dunia.skp_pmm = [*(dunia.skp_pmm or []), gagal]
    t = telaah(dunia)
    assert [x.kode for x in periksa_plt(t)] == [Kode.PLT_TIDAK_TERDAFTAR]
    assert pos_yang_lolos(t) == {"plt"}
    assert [r.pmm.id for r in rencanakan(t, id_baru=PembuatId(), lolos=pos_yang_lolos(t)).skp] == ["plt"]


def test_kesalahan_orangnya_menahan_semua_pos() -> None:
    dunia = dunia_plt()
    dunia.user_pmm = False
    t = telaah(dunia)
    assert pos_yang_lolos(t) == frozenset()
    assert [x.kode for x in periksa_plt(t)] == [Kode.BUKAN_USER_PMM]


def test_unit_sendiri_tidak_ditanya() -> None:
    dunia = dunia_plt()
    del dunia.unit[SEKOLAH]
    assert kode(dunia, Tingkat.GAGAL) == []
