"""Periodic ratings: the faults of the periods, which SKP a rating belongs to, the matrix, and that writing twice is
writing once. The tables are those of document 000 with synthetic people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.pegawai import JenisPegawai
from ekinerja_domain.penilaian import MATRIKS, Penilaian, Predikat, Rating, predikat
from ekinerja_domain.periode import HariBulan, JenisPeriode, Periode, TipePeriodik
from ekinerja_domain.sinkronisasi.fakta import PenggunaPMM
from ekinerja_domain.sinkronisasi.padanan import SekolahPMM
from ekinerja_domain.sinkronisasi.penilaian_bersama import baris_penilaian, terapkan_penilaian, uraian_perubahan
from ekinerja_domain.sinkronisasi.penilaian_periodik import (
    FaktaPenilaianPeriodik,
    JawabanPenilaianPeriodik,
    PenilaianPMM,
    RencanaPenilaian,
    TelaahPeriodik,
    periksa,
    rencanakan,
    tipe_ditanyakan,
)
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode, Tingkat, buat_temuan
from ekinerja_domain.skp import (
    JenisSkp,
    KepalaSkp,
    Pendekatan,
    Skp,
    StatusPegawai,
    StatusSkp,
    Sumber,
)
from tests.domain.dunia import HARI_INI, NIP_GURU, SEKOLAH, TAHUN, PembuatId, id_ke, pegawai

BULAN = (
    "JANUARI",
    "FEBRUARI",
    "MARET",
    "APRIL",
    "MEI",
    "JUNI",
    "JULI",
    "AGUSTUS",
    "SEPTEMBER",
    "OKTOBER",
    "NOVEMBER",
    "DESEMBER",
)
HARI_TERAKHIR = (
    "01-31",
    "02-29",
    "03-31",
    "04-30",
    "05-31",
    "06-30",
    "07-31",
    "08-31",
    "09-30",
    "10-31",
    "11-30",
    "12-31",
)
D, S, B = Rating.DIATAS, Rating.SESUAI, Rating.DIBAWAH


def bulan(angka: int, *, tipe: TipePeriodik | None = TipePeriodik.BULANAN, nama: str | None = None) -> Periode:
    akhir = HARI_TERAKHIR[angka - 1]
    return Periode(
        nama=nama or BULAN[angka - 1],
        jenis=JenisPeriode.PERIODIK,
        tipe_periodik=tipe,
        angka_periodik=angka,
        periode_awal=HariBulan.parse(f"{akhir[:2]}-01"),
        periode_akhir=HariBulan.parse(akhir),
        batas_pengisian=HariBulan.parse(akhir),
        id=str(id_ke(f"bulan-{angka}-{nama}")),
        instansi_id="i",
    )


def triwulan(urut: int, angka: int, tipe: TipePeriodik = TipePeriodik.TRIWULANAN) -> Periode:
    awal, akhir = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))[urut - 1]
    return Periode(
        f"TRIWULAN {urut}",
        JenisPeriode.PERIODIK,
        tipe,
        angka,
        HariBulan.parse(awal),
        HariBulan.parse(akhir),
        HariBulan.parse("01-23"),
        id=str(id_ke(f"triwulan-{urut}")),
        instansi_id="i",
    )


def skp(
    pmm_id: str | None = "skp-1",
    awal: date = date(TAHUN, 1, 1),
    akhir: date = date(TAHUN, 12, 31),
    *,
    jenis: StatusPegawai = StatusPegawai.DEFINITIF,
    status: StatusSkp = StatusSkp.PERSETUJUAN,
) -> Skp:
    return Skp(
        id=id_ke(f"skp-{pmm_id}-{awal}-{jenis}"),
        nip=NIP_GURU,
        kepala=KepalaSkp(
            periode_awal=awal,
            periode_akhir=akhir,
            pendekatan=Pendekatan.KUANTITATIF,
            unit_kerja_id=SEKOLAH,
            jabatan="Guru Ahli Muda",
            status_pegawai=jenis,
            jenis_pegawai=JenisPegawai.PEGAWAI,
            jenis_skp=JenisSkp.GURU_JAJF,
            status=status,
            atasan=None,
        ),
        sumber=Sumber.PMM if pmm_id else Sumber.EKINERJA,
        pmm_skp_id=pmm_id,
        pmm_versi=1,
        sidik_isi=None,
        mendarat_pada=None,
        bernilai=False,
    )


def nilai(
    angka: int,
    hasil: Rating = D,
    perilaku: Rating = D,
    *,
    skp_id: str = "skp-1",
    kata: Predikat | None = None,
    versi: int = 1,
    tipe: TipePeriodik = TipePeriodik.BULANAN,
) -> PenilaianPMM:
    dinilai = datetime(TAHUN, 6, 1, tzinfo=UTC)
    return PenilaianPMM(skp_id, tipe, angka, hasil, perilaku, kata or predikat(hasil, perilaku), dinilai, versi)


def telaah(
    penilaian_pmm: Sequence[PenilaianPMM] | None = (),
    *,
    periode: Sequence[Periode] | None = None,
    skp_milik: Sequence[Skp] | None = None,
    penilaian: Sequence[Penilaian] = (),
    terdaftar: bool = True,
    user_pmm: bool = True,
    **fakta: object,
) -> TelaahPeriodik:
    dasar = FaktaPenilaianPeriodik(
        nip=NIP_GURU,
        tahun=TAHUN,
        hari_ini=HARI_INI,
        pegawai=pegawai(),
        user_pmm=user_pmm,
        instansi_id="i",
        nama_instansi="Pemerintah Kab. Melati",
        periode=tuple(periode if periode is not None else map(bulan, range(1, 13))),
        skp=tuple(skp_milik if skp_milik is not None else [skp()]),
        penilaian=tuple(penilaian),
    )
    sekolah = SekolahPMM(None, "SD NEGERI 1 MELATI", None, "SD NEGERI 1 MELATI")
    pengguna = PenggunaPMM(NIP_GURU, "Orang 2003", "GURU", terdaftar, sekolah)
    jawaban = JawabanPenilaianPeriodik(pengguna, None if penilaian_pmm is None else tuple(penilaian_pmm))
    return TelaahPeriodik(replace(dasar, **fakta), jawaban)  # type: ignore[arg-type]  # a test's own shorthand


def kode(t: TelaahPeriodik) -> list[str]:
    return [str(x.kode) for x in periksa(t)]


def rencana(t: TelaahPeriodik) -> RencanaPenilaian:
    return rencanakan(t, id_baru=PembuatId())


def sesudah(t: TelaahPeriodik) -> tuple[Penilaian, ...]:
    return terapkan_penilaian(rencana(t).perubahan, t.fakta.penilaian)


# The screen of document 000: months may be missing, and a period is known by its angka, whatever its name is.
def test_bulan_1_4_5_6_7_8_mendarat_menurut_angka() -> None:
    pmm = [nilai(1), nilai(4), nilai(5), nilai(6, S, S), nilai(7), nilai(8)]
    t = telaah(pmm)
    assert kode(t) == []
    assert baris_penilaian(rencana(t).perubahan) == [
        {
            "angka_periodik": angka,
            "nama": nama,
            "hasil_kerja": str(r),
            "perilaku_kerja": str(r),
            "predikat": "BAIK" if r is S else "SANGAT_BAIK",
        }
        for angka, nama, r in (
            (1, "JANUARI", D),
            (4, "APRIL", D),
            (5, "MEI", D),
            (6, "JUNI", S),
            (7, "JULI", D),
            (8, "AGUSTUS", D),
        )
    ]
    assert {p.penilaian.berakhir for p in rencana(t).perubahan} >= {date(TAHUN, 1, 31), date(TAHUN, 8, 31)}


def test_nama_periode_tidak_berarti_apa_pun() -> None:
    t = telaah([nilai(2)], periode=[bulan(2, nama="Periode XII")])
    (satu,) = rencana(t).perubahan
    assert satu.penilaian.periode_id == t.fakta.periode[0].id
    assert satu.penilaian.berakhir == date(TAHUN, 2, 28)


def test_hanya_yang_baru_atau_berubah_ditampilkan() -> None:
    pertama = telaah([nilai(1), nilai(2)])
    ada = sesudah(pertama)
    kedua = telaah([nilai(1, versi=9), nilai(2, S, S, versi=9), nilai(3)], penilaian=ada)
    assert [(b["angka_periodik"], b["predikat"]) for b in baris_penilaian(rencana(kedua).perubahan)] == [
        (2, "BAIK"),
        (3, "SANGAT_BAIK"),
    ]
    diganti, baru = rencana(kedua).perubahan
    assert diganti.nilai_diganti
    assert diganti.lama is not None
    assert diganti.lama.predikat is Predikat.SANGAT_BAIK
    assert diganti.penilaian.id == diganti.lama.id
    assert not baru.nilai_diganti
    semula, tanpa_semula = uraian_perubahan(rencana(kedua).perubahan)
    assert semula["semula"] == {
        "skp_id": str(diganti.penilaian.skp_id),
        "hasil_kerja": "DIATAS",
        "perilaku_kerja": "DIATAS",
        "predikat": "SANGAT_BAIK",
        "sumber": "PMM",
    }
    assert tanpa_semula["semula"] is None


def test_nilai_lokal_yang_berbeda_diganti_dan_yang_sama_dibiarkan() -> None:
    (lokal,) = sesudah(telaah([nilai(1)]))
    lokal = replace(lokal, sumber=Sumber.EKINERJA)
    assert not rencana(telaah([nilai(1)], penilaian=[lokal])).menulis
    (satu,) = rencana(telaah([nilai(1, B, S)], penilaian=[lokal])).perubahan
    assert (satu.penilaian.sumber, satu.nilai_diganti) == (Sumber.PMM, True)


def test_yang_ditarik_di_pmm_tetap_ada() -> None:
    ada = sesudah(telaah([nilai(1), nilai(2)]))
    t = telaah([nilai(2)], penilaian=ada)
    assert not rencana(t).menulis
    assert sesudah(t) == ada


# Faults of the periods: one repair for the whole instansi, and PMM is not asked.
@pytest.mark.parametrize(
    ("periode", "diharapkan"),
    [
        (
            [triwulan(1, 1), triwulan(2, 2), triwulan(3, 3, TipePeriodik.BULANAN), triwulan(4, 4)],
            Kode.PERIODE_DUA_TIPE,
        ),
        ([triwulan(1, 1), triwulan(2, 2), triwulan(3, 3), triwulan(4, 3)], Kode.PERIODE_ANGKA_DUPLIKAT),
        ([replace(bulan(1), tipe_periodik=None, angka_periodik=None)], Kode.PERIODE_BELUM_DIATUR),
        ([], Kode.PERIODE_BELUM_DIATUR),
    ],
)
def test_kesalahan_periode(periode: list[Periode], diharapkan: Kode) -> None:
    t = telaah(None, periode=periode)
    assert tipe_ditanyakan(t.fakta.periode, t.fakta.tahun) is None
    (satu,) = periksa(t)
    assert (satu.kode, satu.tingkat) == (diharapkan, Tingkat.GAGAL)
    assert satu.fakta == (Fakta(JenisFakta.PERIODE_TAHUN, f"i:{TAHUN}"),)
    assert satu.objek.id == f"i:{TAHUN}"
    tabel = satu.rincian["periode"]
    assert isinstance(tabel, list)
    assert len(tabel) == len(periode)
    if periode:
        assert tabel[0]["periode_awal"] == f"{TAHUN}-01-01"


def test_tipe_instansi_yang_ditanyakan() -> None:
    assert tipe_ditanyakan(telaah().fakta.periode, telaah().fakta.tahun) is TipePeriodik.BULANAN
    triwulanan = telaah(periode=[triwulan(1, 1)]).fakta
    assert tipe_ditanyakan(triwulanan.periode, triwulanan.tahun) is TipePeriodik.TRIWULANAN


def test_semua_kendala_sekaligus() -> None:
    t = telaah(None, periode=[], skp_milik=[], user_pmm=False, terdaftar=False)
    assert kode(t) == ["BUKAN_USER_PMM", "NIP_TIDAK_DIKENAL_PMM", "SKP_BELUM_SINKRO", "PERIODE_BELUM_DIATUR"]


def test_pegawai_tidak_dikenal_tidak_dinilai_lebih_jauh() -> None:
    assert kode(telaah(None, periode=[], skp_milik=[], pegawai=None)) == ["PEGAWAI_TIDAK_TERDAFTAR"]


def test_gangguan_pmm_dilaporkan_bersama_yang_lain() -> None:
    t = telaah(None, skp_milik=[])
    t = TelaahPeriodik(t.fakta, replace(t.jawaban, gangguan=(buat_temuan(Kode.PMM_TIDAK_TERJANGKAU),)))
    assert kode(t) == ["PMM_TIDAK_TERJANGKAU", "SKP_BELUM_SINKRO"]
    assert putuskan(periksa(t)) is Peristiwa.DITUNDA


def test_aktif_untuk_tahun_lampau_ditanyakan_pada_hari_terakhir_skp() -> None:
    pensiun = replace(pegawai(), aktif=False, nonaktif_sejak=date(TAHUN, 9, 1))
    sampai_juni = [skp(akhir=date(TAHUN, 6, 30))]
    nanti = date(TAHUN + 1, 2, 1)
    assert kode(telaah(pegawai=pensiun, skp_milik=sampai_juni, hari_ini=nanti)) == []
    assert kode(telaah(pegawai=pensiun, hari_ini=nanti)) == ["PEGAWAI_TIDAK_AKTIF"]
    assert kode(telaah(pegawai=pensiun, skp_milik=sampai_juni, hari_ini=date(TAHUN, 10, 1))) == ["PEGAWAI_TIDAK_AKTIF"]


# Which SKP a rating belongs to.
@pytest.mark.parametrize(
    "milik",
    [
        [],
        [skp(status=StatusSkp.DRAF)],
        [skp(jenis=StatusPegawai.PLT)],
        [skp(awal=date(TAHUN - 1, 1, 1), akhir=date(TAHUN - 1, 12, 31))],
    ],
)
def test_skp_definitif_yang_disetujui_harus_ada(milik: list[Skp]) -> None:
    t = telaah(skp_milik=milik)
    assert kode(t) == ["SKP_BELUM_SINKRO"]
    assert putuskan(periksa(t)) is Peristiwa.TERTAHAN


def test_penilaian_milik_skp_yang_mencakup_akhir_periode() -> None:
    a, b = skp("a", akhir=date(TAHUN, 7, 15)), skp("b", awal=date(TAHUN, 7, 16))
    # July ends in the second SKP, though PMM rated it in the first.
    t = telaah([nilai(6, skp_id="a"), nilai(7, skp_id="a")], skp_milik=[a, b])
    assert kode(t) == []
    assert [p.penilaian.skp_id for p in rencana(t).perubahan] == [a.id, b.id]


def test_tanpa_skp_yang_mencakup_berlaku_yang_disebut_pmm() -> None:
    b = skp("b", awal=date(TAHUN, 7, 16))
    t = telaah([nilai(3, skp_id="b")], skp_milik=[b])
    assert kode(t) == ["PERIODE_DI_LUAR_SKP"]
    assert "MARET" in periksa(t)[0].pesan
    assert [p.penilaian.skp_id for p in rencana(t).perubahan] == [b.id]


def test_skp_yang_disebut_pmm_belum_ada() -> None:
    t = telaah([nilai(3, skp_id="a"), nilai(8, skp_id="b")], skp_milik=[skp("b", awal=date(TAHUN, 7, 16))])
    (satu,) = periksa(t)
    assert satu.kode is Kode.SKP_BELUM_SINKRO
    assert satu.rincian["periode"] == ["MARET"]


def test_penilaian_pindah_ke_skp_yang_mencakup() -> None:
    b = skp("b", awal=date(TAHUN, 7, 16))
    ada = sesudah(telaah([nilai(3, skp_id="b")], skp_milik=[b]))
    a = skp("a", akhir=date(TAHUN, 7, 15))
    t = telaah([nilai(3, skp_id="b")], skp_milik=[a, b], penilaian=ada)
    (satu,) = rencana(t).perubahan
    assert (satu.penilaian.skp_id, satu.penilaian.id, satu.nilai_diganti) == (a.id, ada[0].id, False)
    assert kode(t) == []


def test_nilai_plt_adalah_nilai_skp_definitif() -> None:
    plt = skp("plt", jenis=StatusPegawai.PLT)
    definitif = skp("def")
    t = telaah([nilai(1, skp_id="plt")], skp_milik=[definitif, plt])
    assert [(p.penilaian.skp_id, p.penilaian.definitif) for p in rencana(t).perubahan] == [(definitif.id, True)]


def test_dua_nilai_untuk_satu_periode_definitif_menang_dan_plt_tetap_milik_plt() -> None:
    plt, definitif = skp("plt", jenis=StatusPegawai.PLT), skp("def")
    pmm = [nilai(1, skp_id="plt", versi=9), nilai(1, S, S, skp_id="def")]
    for urutan in (pmm, pmm[::-1]):
        t = telaah(urutan, skp_milik=[definitif, plt])
        hasil = {p.penilaian.skp_id: p.penilaian.predikat for p in rencana(t).perubahan}
        assert hasil == {definitif.id: Predikat.BAIK, plt.id: Predikat.SANGAT_BAIK}
        assert not rencana(telaah(urutan, skp_milik=[definitif, plt], penilaian=sesudah(t))).menulis


def test_nilai_plt_tidak_menggantikan_nilai_definitif_yang_melawan_matriks() -> None:
    plt, definitif = skp("plt", jenis=StatusPegawai.PLT), skp("def")
    salah = [nilai(1, skp_id="plt"), nilai(1, S, S, skp_id="def", kata=Predikat.KURANG)]
    t = telaah(salah, skp_milik=[definitif, plt])
    assert kode(t) == ["PREDIKAT_TIDAK_SESUAI"]
    (milik_plt,) = sesudah(t)
    assert milik_plt.skp_id == plt.id
    benar = telaah([salah[0], nilai(1, S, S, skp_id="def")], skp_milik=[definitif, plt], penilaian=[milik_plt])
    (baru,) = rencana(benar).perubahan
    assert (baru.lama, baru.penilaian.skp_id) == (None, definitif.id)


def test_tanpa_skp_yang_mencakup_nilai_definitif_mendahului_plt() -> None:
    plt, b = skp("plt", jenis=StatusPegawai.PLT), skp("b", awal=date(TAHUN, 7, 16))
    t = telaah([nilai(3, skp_id="plt", versi=9), nilai(3, S, S, skp_id="b")], skp_milik=[plt, b])
    hasil = {p.penilaian.skp_id: p.penilaian.predikat for p in rencana(t).perubahan}
    assert hasil == {b.id: Predikat.BAIK, plt.id: Predikat.SANGAT_BAIK}
    assert kode(t) == ["PERIODE_DI_LUAR_SKP"]


def test_dari_dua_nilai_satu_skp_yang_sah_dan_terbaru_berlaku() -> None:
    t = telaah([nilai(1, S, S, versi=1), nilai(1, versi=2), nilai(1, B, B, versi=3, kata=Predikat.BAIK)])
    assert [p.penilaian.predikat for p in rencana(t).perubahan] == [Predikat.SANGAT_BAIK]


def test_skp_draf_tidak_mencakup() -> None:
    a, b = skp("a", akhir=date(TAHUN, 7, 15), status=StatusSkp.DRAF), skp("b", awal=date(TAHUN, 7, 16))
    assert kode(telaah([nilai(3, skp_id="a")], skp_milik=[a, b])) == ["SKP_BELUM_SINKRO"]


def test_nilai_di_skp_plt_pindah_setelah_skp_definitif_mendarat() -> None:
    plt = skp("plt", jenis=StatusPegawai.PLT, akhir=date(TAHUN, 6, 30))
    b = skp("b", awal=date(TAHUN, 7, 1))
    ada = sesudah(telaah([nilai(3, skp_id="plt")], skp_milik=[plt, b]))
    assert [(n.skp_id, n.definitif) for n in ada] == [(plt.id, False)]
    a = skp("a", akhir=date(TAHUN, 6, 30))
    kini = sesudah(telaah([nilai(3, skp_id="plt")], skp_milik=[a, plt, b], penilaian=ada))
    assert [(n.id, n.skp_id, n.definitif) for n in kini] == [(ada[0].id, a.id, True)]


# Notes.
def test_angka_tanpa_periode_dicatat_dan_yang_lain_mendarat() -> None:
    t = telaah([nilai(1), nilai(9), nilai(9, skp_id="lain")], periode=[bulan(1)])
    (satu,) = periksa(t)
    assert (satu.kode, satu.tingkat, satu.rincian["angka_periodik"]) == (Kode.PERIODE_TIDAK_ADA, Tingkat.CATATAN, 9)
    assert [b["angka_periodik"] for b in baris_penilaian(rencana(t).perubahan)] == [1]


def test_predikat_melawan_matriks_dicatat_dan_yang_lain_mendarat() -> None:
    t = telaah([nilai(1), nilai(2, S, S, kata=Predikat.SANGAT_BAIK), nilai(3)])
    (satu,) = periksa(t)
    assert (satu.kode, satu.tingkat, satu.kelas) == (Kode.PREDIKAT_TIDAK_SESUAI, Tingkat.CATATAN, None)
    assert putuskan(periksa(t)) is Peristiwa.BERHASIL
    assert [b["angka_periodik"] for b in baris_penilaian(rencana(t).perubahan)] == [1, 3]


@pytest.mark.parametrize("kata", list(Predikat))
@pytest.mark.parametrize(("hasil", "perilaku"), list(MATRIKS))
def test_setiap_sel_matriks_dengan_setiap_predikat(hasil: Rating, perilaku: Rating, kata: Predikat) -> None:
    t = telaah([nilai(1, hasil, perilaku, kata=kata)])
    if kata is MATRIKS[hasil, perilaku]:
        assert [(p.penilaian.hasil_kerja, p.penilaian.predikat) for p in rencana(t).perubahan] == [(hasil, kata)]
        assert kode(t) == []
    else:
        assert not rencana(t).menulis
        assert kode(t) == ["PREDIKAT_TIDAK_SESUAI"]


# Algebra.
RENTANG = st.sampled_from(
    [
        (skp("a"),),
        (skp("a", akhir=date(TAHUN, 7, 15)), skp("b", awal=date(TAHUN, 7, 16))),
        (skp("b", awal=date(TAHUN, 7, 16)),),
        (skp("a", akhir=date(TAHUN, 6, 30)), skp("c", jenis=StatusPegawai.PLT)),
        (skp("a"), skp("c", jenis=StatusPegawai.PLT), skp("d", jenis=StatusPegawai.PLT)),
    ]
)


@st.composite
def jawaban_pmm(draw: st.DrawFn) -> list[PenilaianPMM]:
    return [
        nilai(
            draw(st.integers(1, 12)),
            draw(st.sampled_from(Rating)),
            draw(st.sampled_from(Rating)),
            skp_id=draw(st.sampled_from(["a", "b", "c", "d", "x"])),
            kata=draw(st.none() | st.sampled_from(Predikat)),
            versi=draw(st.integers(1, 3)),
        )
        for _ in range(draw(st.integers(0, 14)))
    ]


@given(RENTANG, RENTANG, jawaban_pmm(), jawaban_pmm(), st.randoms(use_true_random=False))
def test_menerapkan_dua_kali_sama_dengan_sekali(
    dulu: tuple[Skp, ...], kini: tuple[Skp, ...], awal: list[PenilaianPMM], pmm: list[PenilaianPMM], acak: Random
) -> None:
    pertama = telaah(awal, skp_milik=dulu)
    ada = sesudah(pertama) if putuskan(periksa(pertama)) is Peristiwa.BERHASIL else ()
    t = telaah(pmm, skp_milik=kini, penilaian=ada)
    if putuskan(periksa(t)) is not Peristiwa.BERHASIL:
        return
    sekali = terapkan_penilaian(rencanakan(t, id_baru=PembuatId(1000)).perubahan, ada)
    definitif = [(n.periode_id, n.tahun) for n in sekali if n.definitif]
    assert len(definitif) == len(set(definitif))
    assert len({(n.skp_id, n.periode_id, n.tahun) for n in sekali}) == len(sekali)
    acak.shuffle(pmm)
    assert not rencana(telaah(pmm, skp_milik=kini, penilaian=sekali)).menulis


@given(RENTANG, jawaban_pmm())
def test_setiap_angka_yang_sah_mendarat_tepat_sekali_pada_skp_yang_mencakup(
    milik: tuple[Skp, ...], pmm: list[PenilaianPMM]
) -> None:
    t = telaah(pmm, skp_milik=milik)
    if putuskan(periksa(t)) is not Peristiwa.BERHASIL:
        return
    hasil = rencana(t).perubahan
    sah = {p.angka for p in pmm if p.predikat is MATRIKS[p.hasil_kerja, p.perilaku_kerja]}
    assert {p.periode.periode.angka_periodik for p in hasil} == sah
    menurut_id = {s.id: s for s in milik}
    for p in hasil:
        mencakup = [
            s for s in milik if s.definitif and s.kepala.periode_awal <= p.periode.akhir <= s.kepala.periode_akhir
        ]
        if p.penilaian.definitif and mencakup:
            assert menurut_id[p.penilaian.skp_id] == mencakup[0]
        assert (p.penilaian.hasil_kerja, p.penilaian.perilaku_kerja) in {
            (q.hasil_kerja, q.perilaku_kerja) for q in pmm if q.angka == p.periode.periode.angka_periodik
        }
