"""Sinkro SKP rotasi: the screens of document 000 with synthetic people, and any chain of assignments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.fakta import AtasanPMM, SkpPMM
from ekinerja_domain.sinkronisasi.padanan import SekolahPMM
from ekinerja_domain.sinkronisasi.prasyarat.rotasi import periksa_rotasi
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.rencana import TindakanSkp, rencanakan, terapkan
from ekinerja_domain.sinkronisasi.telaah_rotasi import TelaahRotasi
from ekinerja_domain.sinkronisasi.temuan import Kode, Tingkat
from ekinerja_domain.skp import Skp, Sumber
from ekinerja_domain.unit_kerja import UnitKerja
from tests.domain.dunia import (
    DINAS,
    NIP_KADIS,
    NIP_KS,
    NPSN,
    NPSN_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    Dunia,
    PembuatId,
    id_ke,
    pegawai,
    pimpinan,
    skp_pmm,
)
from tests.domain.sinkronisasi.test_rencana import milik

KETIGA, NPSN_KETIGA = "E" * 32, "10000003"
SD = {
    1: (SEKOLAH, SekolahPMM(NPSN, "SD NEGERI 1 MELATI", SEKOLAH, "SD N 1 MELATI")),
    2: (SEKOLAH_LAIN, SekolahPMM(NPSN_LAIN, "SD NEGERI 2 MELATI", None, "SD N 2 MELATI")),
    3: (KETIGA, SekolahPMM(NPSN_KETIGA, "SD NEGERI 3 MELATI", None, "SD N 3 MELATI")),
}
BATAS = (
    (date(2026, 1, 1), date(2026, 7, 15)),
    (date(2026, 7, 16), date(2026, 8, 20)),
    (date(2026, 8, 21), date(2026, 12, 31)),
)
KADIS = AtasanPMM(NIP_KADIS, "Orang 1001", None)


def penugasan(nomor: int, sekolah: int, awal: date, akhir: date) -> SkpPMM:
    return skp_pmm(f"s{nomor}", jenis="KEPALA_SEKOLAH", sekolah=SD[sekolah][1], awal=awal, akhir=akhir, atasan=KADIS)


def dunia_rotasi() -> Dunia:
    """A head who moved from school 1 over school 2 to school 3, where they lead now."""
    dunia = Dunia(pegawai=pegawai(NIP_KS, KETIGA), skp_atasan=[], hari_ini=date(2026, 9, 1))
    dunia.unit[KETIGA] = UnitKerja(KETIGA, "SD NEGERI 3 MELATI", DINAS, False, True, NPSN_KETIGA)
    dunia.pimpinan = [pimpinan(NIP_KADIS, DINAS), pimpinan(NIP_KS, KETIGA, mulai=date(2026, 8, 21))]
    dunia.skp_pmm = [penugasan(i + 1, i + 1, *b) for i, b in enumerate(BATAS)]
    return dunia


def telaah(dunia: Dunia) -> TelaahRotasi:
    umum = dunia.telaah()
    return TelaahRotasi(umum.fakta, umum.jawaban)


def gagal(dunia: Dunia) -> list[Kode]:
    return [t.kode for t in periksa_rotasi(telaah(dunia)) if t.tingkat is Tingkat.GAGAL]


def satu_tahun(unit: str = SEKOLAH) -> Skp:
    skp = milik((), pmm_id=None)
    return replace(skp, nip=NIP_KS, kepala=replace(skp.kepala, unit_kerja_id=unit))


def test_tiga_penugasan_yang_pertama_memendekkan_skp_setahun() -> None:
    dunia = dunia_rotasi()
    dunia.skp = [satu_tahun()]
    t = telaah(dunia)
    assert gagal(dunia) == []
    rencana = rencanakan(t, id_baru=PembuatId())
    assert [
        (r.tindakan, r.kepala.unit_kerja_id, r.kepala.periode_awal, r.kepala.periode_akhir) for r in rencana.skp
    ] == [
        (TindakanSkp.PERIODE_DIUBAH, SEKOLAH, *BATAS[0]),
        (TindakanSkp.DIBUAT, SEKOLAH_LAIN, *BATAS[1]),
        (TindakanSkp.DIBUAT, KETIGA, *BATAS[2]),
    ]


def test_sesudah_mendarat_sinkro_skp_memelihara_setiap_penugasan() -> None:
    dunia = dunia_rotasi()
    rencana = rencanakan(telaah(dunia), id_baru=PembuatId())
    dunia.skp = [replace(terapkan(r), nip=NIP_KS) for r in rencana.skp]
    biasa = dunia.telaah()
    assert [t.kode for t in periksa_skp(biasa) if t.tingkat is Tingkat.GAGAL] == []
    assert not rencanakan(biasa, id_baru=PembuatId(100)).menulis


def test_tidak_ada_rotasi() -> None:
    dunia = dunia_rotasi()
    dunia.skp_pmm = [penugasan(1, 3, *BATAS[0]), penugasan(2, 3, *BATAS[2])]
    assert gagal(dunia) == [Kode.TIDAK_ADA_ROTASI]


def test_unor_belum_padan_menyebut_yang_mana() -> None:
    dunia = dunia_rotasi()
    del dunia.unit[SEKOLAH_LAIN]
    temuan = [t for t in periksa_rotasi(telaah(dunia)) if t.kode is Kode.UNOR_PMM_BELUM_PADAN]
    assert len(temuan) == 1
    assert "SD N 2 MELATI" in str(temuan[0].rincian)
    assert "SD N 1 MELATI" not in str(temuan[0].rincian)


def test_periode_bertumpukan_tidak_sah_dan_celah_hanya_dicatat() -> None:
    dunia = dunia_rotasi()
    assert dunia.skp_pmm is not None
    dunia.skp_pmm[1] = penugasan(2, 2, date(2026, 7, 10), BATAS[1][1])
    assert gagal(dunia) == [Kode.RANTAI_ROTASI_TIDAK_VALID]
    dunia.skp_pmm[1] = penugasan(2, 2, date(2026, 7, 20), BATAS[1][1])
    assert gagal(dunia) == []
    assert Kode.PERIODE_TERPUTUS in [t.kode for t in periksa_rotasi(telaah(dunia))]


def test_unor_pegawai_harus_yang_terakhir() -> None:
    dunia = dunia_rotasi()
    dunia.pegawai = pegawai(NIP_KS, SEKOLAH)
    assert gagal(dunia) == [Kode.UNOR_TERAKHIR_TIDAK_SAMA]


def test_satu_penugasan_yang_belum_disepakati_menahan_semuanya() -> None:
    dunia = dunia_rotasi()
    assert dunia.skp_pmm is not None
    dunia.skp_pmm[0] = replace(dunia.skp_pmm[0], status="DIAJUKAN")
    assert gagal(dunia) == [Kode.SKP_PMM_BELUM_DISEPAKATI]


def test_skp_lain_yang_menghalangi_adalah_temuan() -> None:
    dunia = dunia_rotasi()
    dunia.skp = [satu_tahun(DINAS)]
    assert gagal(dunia) == [Kode.SKP_TUMPANG_TINDIH]


def test_pos_di_instansi_lain_hanya_dikenal_namanya() -> None:
    dunia = dunia_rotasi()
    luar = UnitKerja("F" * 32, "SDN 1 DI KABUPATEN LAIN", None, False, True, None)
    assert dunia.skp_pmm is not None
    dunia.skp_pmm[0] = replace(
        dunia.skp_pmm[0], sekolah=SekolahPMM("55555555", "SDN 1 DI KABUPATEN LAIN", luar.id, "SDN 1 DI KABUPATEN LAIN")
    )
    assert gagal(dunia) == [Kode.UNOR_PMM_BELUM_PADAN]
    umum = dunia.telaah()
    fakta = replace(umum.fakta, unit_luar={luar.id: luar}, unit_luar_skp={"s1": luar.id})
    t = TelaahRotasi(fakta, umum.jawaban)
    assert [x.kode for x in periksa_rotasi(t) if x.tingkat is Tingkat.GAGAL] == []
    assert rencanakan(t, id_baru=PembuatId()).skp[0].kepala.unit_kerja_id == luar.id


@st.composite
def rantai(draw: st.DrawFn) -> list[SkpPMM]:
    hasil, hari = [], date(2026, 1, 1)
    for nomor in range(draw(st.integers(2, 4))):
        awal = hari + timedelta(days=draw(st.integers(0, 5)))
        akhir = awal + timedelta(days=draw(st.integers(0, 60)))
        hasil.append(penugasan(nomor, draw(st.sampled_from([1, 2, 3])), awal, akhir))
        hari = akhir + timedelta(days=1)
    hasil[-1] = replace(hasil[-1], sekolah=SD[3][1])
    return hasil


@st.composite
def skp_lama(draw: st.DrawFn) -> list[Skp]:
    """Definitive SKPs of the person that do not overlap each other."""
    hasil: list[Skp] = []
    hari = date(2026, 1, 1)
    for nomor in range(draw(st.integers(0, 3))):
        awal = hari + timedelta(days=draw(st.integers(0, 40)))
        akhir = awal + timedelta(days=draw(st.integers(0, 200)))
        dasar = satu_tahun(draw(st.sampled_from([SEKOLAH, SEKOLAH_LAIN, KETIGA, DINAS])))
        pmm_id = draw(st.sampled_from([None, f"s{nomor}", f"hilang-{nomor}"]))
        hasil.append(
            replace(
                dasar,
                id=id_ke(f"milik-{nomor}"),
                kepala=replace(dasar.kepala, periode_awal=awal, periode_akhir=akhir),
                sumber=Sumber.PMM if pmm_id else Sumber.EKINERJA,
                pmm_skp_id=pmm_id,
                bernilai=draw(st.booleans()),
            )
        )
        hari = akhir + timedelta(days=1)
    return hasil


@given(rantai(), skp_lama())
def test_yang_mendarat_tidak_pernah_bertumpukan_dan_mendarat_seluruhnya(pmm: list[SkpPMM], lama: list[Skp]) -> None:
    dunia = dunia_rotasi()
    dunia.skp_pmm, dunia.skp = pmm, lama
    t = telaah(dunia)
    temuan = [x.kode for x in periksa_rotasi(t) if x.tingkat is Tingkat.GAGAL]
    if temuan:
        return
    rencana = rencanakan(t, id_baru=PembuatId())
    ditulis = {r.skp_id for r in rencana.skp} | {s.id for s in rencana.arsip}
    sesudah = [terapkan(r) for r in rencana.skp] + [s for s in lama if s.id not in ditulis]
    urut = sorted(sesudah, key=lambda s: s.kepala.periode_awal)
    for a, b in pairwise(urut):
        assert a.kepala.periode_akhir < b.kepala.periode_awal
    assert {r.pmm.id for r in rencana.skp} == {s.id for s in pmm}
    assert not {s.id for s in rencana.arsip} & {s.id for s in lama if s.bernilai or s.sumber is Sumber.EKINERJA}
