"""The final rating: its prerequisites at once, RHK made equal first, what hangs on an indikator, and a second run that
writes nothing. The counters are those of document 000 with synthetic people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.penilaian import MATRIKS, BuktiDukung, LampiranPenilaian, Penilaian, Predikat, Rating
from ekinerja_domain.periode import HariBulan, JenisPeriode, Periode
from ekinerja_domain.sinkronisasi.fakta import RhkAtasanPMM, RhkPMM, SkpPMM
from ekinerja_domain.sinkronisasi.padanan import SekolahPMM
from ekinerja_domain.sinkronisasi.penilaian_bersama import terapkan_penilaian
from ekinerja_domain.sinkronisasi.penilaian_final import (
    BuktiDukungPMM,
    FaktaPenilaianFinal,
    JawabanPenilaianFinal,
    PenilaianFinalPMM,
    RealisasiPMM,
    RencanaFinal,
    RincianPMM,
    TelaahFinal,
    UmpanBalikPMM,
    periksa,
    perlu_isi,
    perlu_lampiran,
    rencanakan,
    ringkasan_final,
    terapkan_lampiran,
    uraian_lampiran,
)
from ekinerja_domain.sinkronisasi.rencana import TindakanSkp, terapkan
from ekinerja_domain.sinkronisasi.rencana import rencanakan as rencanakan_skp
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode, Tingkat, buat_temuan
from ekinerja_domain.skp import LingkupRhk, Skp, StatusSkp, Sumber
from tests.domain.dunia import (
    DINAS,
    NIP_GURU,
    NPSN_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    Dunia,
    PembuatId,
    dunia_ks,
    id_ke,
    pegawai,
    rhk,
    skp_pmm,
)

TAHUNAN = Periode(
    "Tahunan",
    JenisPeriode.FINAL,
    None,
    None,
    HariBulan.parse("01-01"),
    HariBulan.parse("12-31"),
    HariBulan.parse("01-31"),
    id=str(id_ke("tahunan")),
    instansi_id="i",
)
D, S, B = Rating.DIATAS, Rating.SESUAI, Rating.DIBAWAH


def rincian(rhk_id: str, indikator_id: str, teks: str = "Terlaksana") -> RincianPMM:
    kunci = f"{rhk_id}/{indikator_id}"
    return RincianPMM(
        rhk_id,
        indikator_id,
        (BuktiDukungPMM(f"bd-{kunci}", "Dokumen", "https://pmm.example.go.id/bukti"),),
        RealisasiPMM(teks, None),
        (UmpanBalikPMM(f"ub-{kunci}", True, "Pertahankan"),),
    )


def rincian_penuh(skp: SkpPMM) -> tuple[RincianPMM, ...]:
    return tuple(rincian(r.id, i.id) for r in skp.rhk for i in r.indikator)


def final(isi: Sequence[RincianPMM] = (), hasil: Rating | None = S, perilaku: Rating | None = S, **lain: Any) -> Any:
    predikat = MATRIKS[hasil, perilaku] if hasil is not None and perilaku is not None else None
    dasar = PenilaianFinalPMM(
        skp_id="skp-1",
        lengkap=True,
        hasil_kerja=hasil,
        perilaku_kerja=perilaku,
        predikat=predikat,
        dinilai_pada=datetime(TAHUN, 12, 20, tzinfo=UTC),
        versi=1,
        rincian=tuple(isi),
    )
    return replace(dasar, **lain)


def mendarat(dunia: Dunia) -> Skp:
    """The person's SKP as Sinkro SKP leaves it."""
    skp = terapkan(rencanakan_skp(dunia.telaah(), id_baru=PembuatId(500)).skp[-1])
    return replace(skp, nip=dunia.pegawai.nip if dunia.pegawai else NIP_GURU)


@dataclass
class DuniaFinal:
    """The small world with the person's SKP landed, the FINAL period, and PMM's rating."""

    dunia: Dunia = field(default_factory=Dunia)
    periode: Sequence[Periode] = (TAHUNAN,)
    penilaian: tuple[Penilaian, ...] = ()
    lampiran: LampiranPenilaian | None = None
    final: PenilaianFinalPMM | None = None
    final_dijawab: bool = True

    @classmethod
    def siap(cls, dunia: Dunia | None = None, **lain: Any) -> DuniaFinal:
        dunia = dunia or Dunia()
        dunia.skp = [mendarat(dunia)]
        assert dunia.skp_pmm
        return cls(dunia, **({"final": final(rincian_penuh(dunia.skp_pmm[-1]))} | lain))

    def telaah(self) -> TelaahFinal:
        dasar = self.dunia.telaah()
        fakta = FaktaPenilaianFinal(
            dasar.fakta, "i", "Pemerintah Kab. Melati", tuple(self.periode), self.penilaian, self.lampiran
        )
        return TelaahFinal(fakta, JawabanPenilaianFinal(dasar.jawaban, self.final, self.final_dijawab))

    def rencana(self, mulai: int = 0) -> RencanaFinal:
        assert putuskan(periksa(self.telaah())) is Peristiwa.BERHASIL
        return rencanakan(self.telaah(), id_baru=PembuatId(mulai))

    def terapkan(self, rencana: RencanaFinal) -> None:
        """Stands for the database after the landing, with `terikat` as it then is."""
        if rencana.perubahan is not None:
            self.penilaian = terapkan_penilaian([rencana.perubahan], self.penilaian)
        self.lampiran = terapkan_lampiran(self.lampiran or LampiranPenilaian(), rencana.lampiran)
        berisi = {b.indikator_id for b in self.lampiran.bukti_dukung}
        berisi |= {r.indikator_id for r in self.lampiran.realisasi}
        berisi |= {u.indikator_id for u in self.lampiran.umpan_balik}
        skp = self.dunia.skp[-1]
        if rencana.skp is not None:
            skp = replace(terapkan(rencana.skp), nip=skp.nip)
        isi = [
            replace(
                r,
                indikator=tuple(replace(i, terikat=i.id in berisi) for i in r.indikator),
                terikat=any(i.id in berisi for i in r.indikator),
            )
            for r in skp.rhk or ()
        ]
        self.dunia.skp[-1] = replace(skp, rhk=tuple(isi))


def kode(d: DuniaFinal) -> list[str]:
    return [str(t.kode) for t in periksa(d.telaah())]


def test_layar_6_6_6_dan_4_4_4() -> None:
    dunia = dunia_ks()
    assert dunia.skp_pmm
    isi = [rhk(f"r{n}") for n in range(6)] + [rhk(f"o{n}", lingkup=LingkupRhk.ORGANISASI) for n in range(4)]
    dunia.skp_pmm = [replace(dunia.skp_pmm[0], rhk=tuple(isi))]
    d = DuniaFinal.siap(dunia)
    assert kode(d) == []
    assert ringkasan_final(d.rencana(), nama_sumber="PMM") == {
        "nama_periode": "Tahunan",
        "hasil_kerja": "SESUAI",
        "perilaku_kerja": "SESUAI",
        "hasil_akhir": "BAIK",
        "individu": {
            "rhk_masuk": 0, "indikator_masuk": 0, "eviden_masuk": 6, "realisasi_masuk": 6, "feedback_masuk": 6,
        },
        "organisasi": {
            "rhk_masuk": 0, "indikator_masuk": 0, "eviden_masuk": 4, "realisasi_masuk": 4, "feedback_masuk": 4,
        },
        "catatan": "Tidak ada RHK dan Indikator baru yang masuk. Silahkan mengecek detil SKP (RHK dan Indikator) jika"
        " sudah sesuai dengan PMM",
    }  # fmt: skip
    penilaian = d.rencana().penilaian
    assert (penilaian.skp_id, penilaian.definitif) == (d.dunia.skp[0].id, True)
    assert penilaian.berakhir == date(TAHUN, 12, 31)


def test_kali_kedua_tidak_menulis_apa_pun() -> None:
    d = DuniaFinal.siap()
    pertama = d.rencana()
    assert pertama.menulis
    d.terapkan(pertama)
    kedua = d.rencana(1000)
    assert not kedua.menulis
    assert not any(n for h in kedua.ringkasan.values() for n in h.values())
    assert ringkasan_final(kedua, nama_sumber="PMM")["organisasi"] == {}
    assert kedua.penilaian == pertama.penilaian


def test_rhk_disamakan_lebih_dahulu_lalu_rinciannya_masuk() -> None:
    d = DuniaFinal.siap()
    pmm = skp_pmm(isi=[rhk("r1"), rhk("r2"), rhk("r3", indikator=("Satu", "Dua"))])
    d.dunia.skp_pmm = [pmm]
    d.final = final(rincian_penuh(pmm))
    rencana = d.rencana()
    assert rencana.ringkasan["individu"] == {
        "rhk_masuk": 1,
        "indikator_masuk": 2,
        "eviden_masuk": 4,
        "realisasi_masuk": 4,
        "feedback_masuk": 4,
    }
    assert "catatan" not in ringkasan_final(rencana, nama_sumber="PMM")
    assert rencana.skp is not None
    assert {x.indikator.id for x in rencana.skp.isi.indikator_baru} <= {
        x.indikator_id for x in rencana.lampiran.realisasi.baru
    }
    d.terapkan(rencana)
    assert not d.rencana(1000).menulis


def test_kepala_skp_tidak_disentuh() -> None:
    """Next year the person is elsewhere; the rating of this year must not move last year's SKP there."""
    d = DuniaFinal.siap()
    kepala = d.dunia.skp[0].kepala
    d.dunia.pegawai = replace(pegawai(unit=SEKOLAH_LAIN), jabatan="Guru Ahli Madya")
    d.dunia.hari_ini = date(TAHUN + 1, 1, 20)
    tautan = RhkAtasanPMM("Terwujudnya sekolah yang baik", None)
    pmm = skp_pmm(isi=[rhk("r1"), rhk("r2"), rhk("r3", atasan=tautan)])
    d.dunia.skp_pmm = [pmm]
    rencana = d.rencana()
    assert rencana.skp is not None
    assert (rencana.skp.kepala, rencana.skp.tindakan) == (kepala, TindakanSkp.DIPERBARUI)
    # The RHK atasan is looked for where that SKP is.
    assert [r.isi.rhk_atasan_id for r in rencana.skp.isi.rhk_baru] == [id_ke("Terwujudnya sekolah yang baik")]


def test_tautan_ke_rhk_atasan_yang_tidak_ditemukan_tetap() -> None:
    dunia = Dunia()
    tautan = RhkAtasanPMM("Terwujudnya sekolah yang baik", None)
    dunia.skp_pmm = [skp_pmm(isi=[rhk("r1", atasan=tautan), rhk("r2")])]
    d = DuniaFinal.siap(dunia)
    semula = (d.dunia.skp[0].rhk or ())[0].isi.rhk_atasan_id
    assert semula is not None
    d.dunia.skp_atasan = []
    tanpa_atasan = d.rencana().skp
    assert tanpa_atasan is not None
    assert not tanpa_atasan.menulis
    # With another text the row changes, and its link still holds; the hash is no longer what Sinkro SKP would write.
    d.dunia.skp_pmm = [skp_pmm(isi=[rhk("r1", "Teks baru", atasan=tautan), rhk("r2")])]
    rencana = d.rencana()
    assert rencana.skp is not None
    (satu,) = rencana.skp.isi.rhk_diubah
    assert (satu.isi.rencana_hasil_kerja, satu.isi.rhk_atasan_id) == ("Teks baru", semula)
    assert rencana.skp.sidik_isi is None
    d.terapkan(rencana)
    assert not d.rencana(1000).menulis


# Prerequisites.
@pytest.mark.parametrize(
    ("periode", "diharapkan"),
    [([], "PERIODE_FINAL_BELUM_DIATUR"), ([TAHUNAN, replace(TAHUNAN, nama="Tahun 2026")], "PERIODE_FINAL_GANDA")],
)
def test_tepat_satu_periode_final(periode: list[Periode], diharapkan: str) -> None:
    d = DuniaFinal.siap(periode=periode)
    assert kode(d) == [diharapkan]
    (satu,) = periksa(d.telaah())
    assert satu.fakta == (Fakta(JenisFakta.PERIODE_TAHUN, f"i:{TAHUN}"),)


def test_periode_final_tahun_itu_menggantikan_templat() -> None:
    khusus = replace(TAHUNAN, nama=f"Tahun {TAHUN}", tahun=TAHUN, id=str(id_ke("khusus")))
    d = DuniaFinal.siap(periode=[TAHUNAN, khusus])
    assert kode(d) == []
    assert d.rencana().penilaian.periode_id == khusus.id


def test_semua_kendala_sekaligus_menurut_urutan() -> None:
    d = DuniaFinal.siap(periode=[], final=final(hasil=None, lengkap=False))
    d.dunia.skp = []
    d.dunia.pegawai = pegawai(unit=SEKOLAH_LAIN)
    d.dunia.user_pmm = False
    assert kode(d) == [
        "BUKAN_USER_PMM",
        "PERIODE_FINAL_BELUM_DIATUR",
        "SKP_BELUM_SINKRO",
        "UNOR_TERAKHIR_TIDAK_SAMA",
        "FORMULIR_PMM_BELUM_LENGKAP",
        "PENILAIAN_FINAL_BELUM_ADA",
    ]


def test_formulir_penilaian_dan_predikat() -> None:
    assert kode(DuniaFinal.siap(final=None)) == ["PENILAIAN_FINAL_BELUM_ADA"]
    assert kode(DuniaFinal.siap(final=final(lengkap=False))) == ["FORMULIR_PMM_BELUM_LENGKAP"]
    assert kode(DuniaFinal.siap(final=None, final_dijawab=False)) == []
    d = DuniaFinal.siap(final=final(predikat=Predikat.SANGAT_BAIK))
    (satu,) = periksa(d.telaah())
    assert (satu.kode, satu.tingkat) == (Kode.PREDIKAT_TIDAK_SESUAI, Tingkat.GAGAL)
    with pytest.raises(ValueError, match="prasyarat"):
        rencanakan(DuniaFinal.siap(final=None).telaah(), id_baru=PembuatId())


@pytest.mark.parametrize(("hasil", "perilaku"), list(MATRIKS))
def test_setiap_sel_matriks(hasil: Rating, perilaku: Rating) -> None:
    for kata in Predikat:
        d = DuniaFinal.siap(final=final(hasil=hasil, perilaku=perilaku, predikat=kata))
        assert kode(d) == ([] if kata is MATRIKS[hasil, perilaku] else ["PREDIKAT_TIDAK_SESUAI"])
    assert DuniaFinal.siap(final=final((), hasil, perilaku)).rencana().penilaian.predikat is MATRIKS[hasil, perilaku]


def test_skp_harus_sudah_mengalir() -> None:
    d = DuniaFinal.siap()
    d.dunia.skp = [replace(d.dunia.skp[0], kepala=replace(d.dunia.skp[0].kepala, status=StatusSkp.PENGAJUAN))]
    assert kode(d) == ["SKP_BELUM_SINKRO"]
    assert putuskan(periksa(d.telaah())) is Peristiwa.TERTAHAN
    # PMM's last assignment is another one, which is not here yet.
    d = DuniaFinal.siap()
    d.dunia.skp_pmm = [skp_pmm(akhir=date(TAHUN, 7, 15)), skp_pmm("skp-2", awal=date(TAHUN, 7, 16))]
    assert kode(d) == ["SKP_BELUM_SINKRO"]


def test_pmm_kembali_ke_draf_tidak_menghalangi() -> None:
    d = DuniaFinal.siap()
    d.dunia.skp_pmm = [skp_pmm(status="DRAF", isi=[])]
    rencana = d.rencana()
    assert rencana.skp is None
    assert len(rencana.lampiran.realisasi.baru) == 2


def test_unit_sekarang_adalah_sekolah_terakhir_di_pmm() -> None:
    d = DuniaFinal.siap()
    d.dunia.pegawai = pegawai(unit=SEKOLAH_LAIN)
    (satu,) = periksa(d.telaah())
    assert satu.kode is Kode.UNOR_TERAKHIR_TIDAK_SAMA
    assert Fakta(JenisFakta.PEGAWAI, NIP_GURU) in satu.fakta
    assert satu.rincian["unit_kerja_pmm"] == {"id": SEKOLAH, "nama": "SD NEGERI 1 MELATI"}
    # For a past year the unit is that of the last definitive SKP here.
    d.dunia.hari_ini = date(TAHUN + 1, 3, 1)
    assert kode(d) == []


def test_pengawas_dibandingkan_dengan_unit_induk() -> None:
    d = DuniaFinal.siap()
    dinas = SekolahPMM(None, "DINAS PENDIDIKAN", DINAS, "DINAS PENDIDIKAN")
    d.dunia.skp_pmm = [skp_pmm(jenis="PENGAWAS", sekolah=dinas)]
    assert kode(d) == []
    d.dunia.skp_pmm = [skp_pmm(jenis="GURU", sekolah=dinas)]
    assert kode(d) == ["UNOR_TERAKHIR_TIDAK_SAMA"]


def test_nilai_final_skp_plt_dibiarkan() -> None:
    d = DuniaFinal.siap()
    plt = replace(d.rencana().penilaian, id=id_ke("plt"), skp_id=id_ke("skp plt"), definitif=False)
    d.penilaian = (plt,)
    perubahan = d.rencana().perubahan
    assert perubahan is not None
    assert perubahan.lama is None


def test_rotasi_penilaian_milik_skp_definitif_terakhir() -> None:
    awal = skp_pmm(
        "skp-0",
        akhir=date(TAHUN, 7, 15),
        sekolah=SekolahPMM(NPSN_LAIN, "SD NEGERI 2 MELATI", SEKOLAH_LAIN, "SD NEGERI 2 MELATI"),
    )
    d = DuniaFinal.siap()
    dulu = replace(
        d.dunia.skp[0],
        id=id_ke("dulu"),
        pmm_skp_id="skp-0",
        kepala=replace(d.dunia.skp[0].kepala, periode_akhir=date(TAHUN, 7, 15), unit_kerja_id=SEKOLAH_LAIN),
    )
    kini = replace(d.dunia.skp[0], kepala=replace(d.dunia.skp[0].kepala, periode_awal=date(TAHUN, 7, 16)))
    d.dunia.skp = [dulu, kini]
    d.dunia.skp_pmm = [awal, skp_pmm(awal=date(TAHUN, 7, 16))]
    assert kode(d) == []
    assert d.rencana().penilaian.skp_id == kini.id
    # A rating that stands on the earlier one moves.
    lama = replace(d.rencana().penilaian, skp_id=dulu.id, id=id_ke("lama"))
    d.penilaian, d.lampiran = (lama,), LampiranPenilaian()
    perubahan = d.rencana().perubahan
    assert perubahan is not None
    assert (perubahan.penilaian.id, perubahan.penilaian.skp_id, perubahan.nilai_diganti) == (lama.id, kini.id, False)


def test_pegawai_tidak_dikenal_dan_gangguan() -> None:
    d = DuniaFinal.siap(final=None, final_dijawab=False)
    t = d.telaah()
    gangguan = replace(t.jawaban.dasar, pengguna=None, skp=None, gangguan=(buat_temuan(Kode.PMM_MEMBATASI),))
    t = TelaahFinal(replace(t.fakta, periode=()), replace(t.jawaban, dasar=gangguan))
    assert [str(x.kode) for x in periksa(t)] == ["PMM_MEMBATASI", "PERIODE_FINAL_BELUM_DIATUR"]
    d.dunia.pegawai, d.dunia.skp = None, []
    assert kode(d) == ["PEGAWAI_TIDAK_TERDAFTAR"]


def test_jenis_pengguna_yang_tidak_dikenal_adalah_kendala() -> None:
    d = DuniaFinal.siap()
    d.dunia.skp_pmm = [skp_pmm(jenis="KONSELOR")]
    assert kode(d) == ["JENIS_PENGGUNA_BELUM_DIDUKUNG"]


def test_yang_harus_dimuat_disebut() -> None:
    d = DuniaFinal.siap()
    skp = d.dunia.skp[0]
    d.dunia.skp = [replace(skp, rhk=None)]
    assert perlu_isi(d.telaah()) == [skp.id]
    with pytest.raises(ValueError, match="belum dimuat"):
        rencanakan(d.telaah(), id_baru=PembuatId())
    d.dunia.skp = [skp]
    assert (perlu_isi(d.telaah()), perlu_lampiran(d.telaah())) == ([], [])
    d.penilaian = (d.rencana().penilaian,)
    assert perlu_lampiran(d.telaah()) == [d.penilaian[0].id]
    with pytest.raises(ValueError, match="belum dimuat"):
        rencanakan(d.telaah(), id_baru=PembuatId())


# What hangs on an indikator.
def test_indikator_yang_tidak_ada_dicatat() -> None:
    d = DuniaFinal.siap(final=final([rincian("r1", "r1-i0"), rincian("r9", "r9-i0")]))
    rencana = d.rencana()
    (satu,) = rencana.catatan
    assert (satu.kode, satu.tingkat) == (Kode.INDIKATOR_TIDAK_ADA, Tingkat.CATATAN)
    assert satu.rincian["indikator"] == [{"rhk_id": "r9", "indikator_id": "r9-i0"}]
    assert len(rencana.lampiran.bukti_dukung.baru) == 1


def test_yang_berubah_dan_yang_hilang_di_pmm() -> None:
    d = DuniaFinal.siap()
    d.terapkan(d.rencana())
    assert d.lampiran is not None
    d.final = final([replace(rincian("r1", "r1-i0", "Melampaui"), umpan_balik=())])
    rencana = d.rencana(1000)
    (realisasi,) = rencana.lampiran.realisasi.diubah
    assert realisasi.teks == "Melampaui"
    assert realisasi.id in {r.id for r in d.lampiran.realisasi}
    assert [len(s.dihapus) for s in (rencana.lampiran.bukti_dukung, rencana.lampiran.umpan_balik)] == [1, 2]
    assert rencana.ringkasan["individu"]["realisasi_masuk"] == 1
    uraian: Any = uraian_lampiran(rencana.lampiran)
    assert uraian["realisasi"]["diubah"] == [
        {"id": str(realisasi.id), "indikator_id": str(realisasi.indikator_id), "teks": "Melampaui", "sumber_data": None}
    ]
    assert [u["teks"] for u in uraian["umpan_balik"]["dihapus"]] == ["Pertahankan", "Pertahankan"]
    d.terapkan(rencana)
    assert not d.rencana(2000).menulis


def test_yang_dibuat_di_ekinerja_tidak_pernah_hilang() -> None:
    d = DuniaFinal.siap()
    d.terapkan(d.rencana())
    assert d.lampiran is not None
    indikator = d.lampiran.bukti_dukung[0].indikator_id
    lokal = BuktiDukung(id_ke("lokal"), indikator, "Foto", None, Sumber.EKINERJA, None)
    d.lampiran = replace(d.lampiran, bukti_dukung=(*d.lampiran.bukti_dukung, lokal))
    d.final = final()
    rencana = d.rencana(1000)
    assert lokal not in rencana.lampiran.bukti_dukung.dihapus
    assert len(rencana.lampiran.bukti_dukung.dihapus) == 2


def test_indikator_yang_hilang_di_pmm_tetap_dengan_isinya() -> None:
    d = DuniaFinal.siap()
    d.terapkan(d.rencana())
    d.dunia.skp_pmm = [skp_pmm(isi=[rhk("r1")])]
    d.final = final([rincian("r1", "r1-i0")])
    rencana = d.rencana(1000)
    assert [t.kode for t in rencana.catatan] == [Kode.RHK_TIDAK_ADA_DI_PMM]
    assert rencana.lampiran.kosong
    d.terapkan(rencana)
    assert not d.rencana(2000).menulis


def test_yang_melekat_pada_skp_sebelumnya_ke_riwayat() -> None:
    d = DuniaFinal.siap()
    d.terapkan(d.rencana())
    assert d.lampiran is not None
    asing = BuktiDukung(id_ke("asing"), id_ke("indikator lama"), "Dokumen", None, Sumber.PMM, "bd-lama")
    d.lampiran = replace(d.lampiran, bukti_dukung=(*d.lampiran.bukti_dukung, asing))
    assert d.rencana(1000).lampiran.bukti_dukung.dihapus == (asing,)


def test_id_berulang_dan_rincian_berulang_dihitung_sekali() -> None:
    satu = rincian("r1", "r1-i0")
    lain = BuktiDukungPMM(satu.bukti_dukung[0].id, "Lain", None)
    kembar = replace(satu, bukti_dukung=(*satu.bukti_dukung, lain), umpan_balik=satu.umpan_balik * 2)
    d = DuniaFinal.siap(final=final([kembar, kembar]))
    rencana = d.rencana()
    assert [b.nama for b in rencana.lampiran.bukti_dukung.baru] == ["Dokumen"]
    assert rencana.ringkasan["individu"] == {
        "rhk_masuk": 0,
        "indikator_masuk": 0,
        "eviden_masuk": 1,
        "realisasi_masuk": 1,
        "feedback_masuk": 1,
    }


ID = st.sampled_from(["p1", "p2", "p3"])


@st.composite
def keadaan_pmm(draw: st.DrawFn) -> tuple[SkpPMM, PenilaianFinalPMM]:
    ids = draw(st.lists(ID, unique=True, max_size=3))
    isi: list[RhkPMM] = [
        rhk(
            i,
            draw(st.sampled_from(["Alfa", "Beta", "Gama"])),
            indikator=draw(st.lists(st.sampled_from(["x", "y", "z"]), max_size=2)),
            lingkup=draw(st.sampled_from(LingkupRhk)),
        )
        for i in ids
    ]
    daftar = [
        RincianPMM(
            draw(ID),
            f"{draw(ID)}-i{draw(st.integers(0, 1))}" if draw(st.booleans()) else "p1-i0",
            tuple(BuktiDukungPMM(b, draw(st.sampled_from("uv")), None) for b in draw(st.lists(ID, max_size=2))),
            draw(st.none() | st.builds(RealisasiPMM, st.sampled_from("uv"), st.none())),
            tuple(UmpanBalikPMM(u, draw(st.booleans()), None) for u in draw(st.lists(ID, max_size=2))),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    pmm = skp_pmm(isi=isi)
    return pmm, final([*daftar, *(rincian_penuh(pmm) if draw(st.booleans()) else ())], draw(st.sampled_from(Rating)), D)


def _dilihat(d: DuniaFinal) -> set[tuple[str, str | None, str | None, str]]:
    """What a reader sees of the realisasi, by PMM's ids."""
    assert d.lampiran is not None
    tempat: dict[UUID, tuple[str | None, str | None]] = {
        i.id: (r.pmm_id, i.pmm_id) for r in d.dunia.skp[-1].rhk or () for i in r.indikator
    }
    return {("realisasi", *tempat[x.indikator_id], x.teks) for x in d.lampiran.realisasi}


@given(keadaan_pmm(), keadaan_pmm())
def test_menerapkan_membuat_sama_dan_kali_kedua_kosong(
    awal: tuple[SkpPMM, PenilaianFinalPMM], kini: tuple[SkpPMM, PenilaianFinalPMM]
) -> None:
    dunia = Dunia(skp_pmm=[awal[0]])
    d = DuniaFinal.siap(dunia, final=awal[1])
    d.terapkan(d.rencana())
    d.dunia.skp_pmm, d.final = [kini[0]], kini[1]
    d.terapkan(d.rencana(1000))
    di_pmm = {(r.id, i.id) for r in kini[0].rhk for i in r.indikator}
    diminta: dict[tuple[str, str], str] = {}
    for r in kini[1].rincian:
        if r.realisasi is not None and (r.rhk_id, r.indikator_id) in di_pmm:
            diminta.setdefault((r.rhk_id, r.indikator_id), r.realisasi.teks)
    assert {x for x in _dilihat(d) if (x[1], x[2]) in di_pmm} == {("realisasi", *k, t) for k, t in diminta.items()}
    kedua = d.rencana(2000)
    assert not kedua.menulis
    assert not any(n for h in kedua.ringkasan.values() for n in h.values())
