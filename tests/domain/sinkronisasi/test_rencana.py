"""The planner: applying a plan makes both sides equal, planning again finds nothing, and nothing that carries something
is lost, for any two states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.pegawai import JenisPegawai
from ekinerja_domain.sinkronisasi.fakta import IndikatorPMM, RhkAtasanPMM, RhkPMM, SkpPMM
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.rencana import RencanaSkp, TindakanSkp, perlu_isi, rencanakan, terapkan
from ekinerja_domain.sinkronisasi.temuan import Kode
from ekinerja_domain.skp import (
    Indikator,
    IsiIndikator,
    IsiRhk,
    JenisRhk,
    JenisSkp,
    KepalaSkp,
    LingkupRhk,
    Pendekatan,
    Rhk,
    Skp,
    StatusPegawai,
    StatusSkp,
    Sumber,
)
from tests.domain.dunia import DINAS, NIP_GURU, SEKOLAH, SEKOLAH_LAIN, Dunia, PembuatId, id_ke, pegawai, rhk, skp_pmm

# A small alphabet, so that equal texts, taken ids and near misses really occur.
TEKS = st.sampled_from(["Alfa", "alfa!", "Beta", "Gama", "Delta"])
ID_PMM = st.sampled_from(["p1", "p2", "p3", "p4"])


@st.composite
def isi_pmm(draw: st.DrawFn) -> list[RhkPMM]:
    ids = draw(st.lists(ID_PMM, unique=True, max_size=4))
    return [
        RhkPMM(
            id=i,
            lingkup=draw(st.sampled_from(LingkupRhk)),
            jenis=draw(st.sampled_from(JenisRhk)),
            rencana_hasil_kerja=draw(TEKS),
            penugasan_dari=draw(st.none() | TEKS),
            rhk_atasan=None,
            indikator=tuple(
                IndikatorPMM(n, IsiIndikator(draw(TEKS), None, draw(st.none() | TEKS), None, None))
                for n in draw(st.lists(ID_PMM, unique=True, max_size=3))
            ),
        )
        for i in ids
    ]


@st.composite
def isi_milik(draw: st.DrawFn) -> tuple[Rhk, ...]:
    pakai_pmm = draw(st.lists(ID_PMM, unique=True, max_size=4))
    hasil = []
    for n in range(draw(st.integers(0, 4))):
        dari_pmm = n < len(pakai_pmm) and draw(st.booleans())
        indikator = []
        for m in range(draw(st.integers(0, 3))):
            ind_pmm = draw(st.booleans())
            indikator.append(
                Indikator(
                    id=id_ke(f"lama-{n}-{m}"),
                    isi=IsiIndikator(draw(TEKS), None, draw(st.none() | TEKS), None, None),
                    urutan=m,
                    sumber=Sumber.PMM if ind_pmm else Sumber.EKINERJA,
                    pmm_id=["p1", "p2", "p3"][m] if ind_pmm else None,
                    terikat=draw(st.booleans()),
                )
            )
        hasil.append(
            Rhk(
                id=id_ke(f"lama-{n}"),
                isi=IsiRhk(draw(st.sampled_from(LingkupRhk)), JenisRhk.UTAMA, draw(TEKS), None, None, None),
                urutan=n,
                sumber=Sumber.PMM if dari_pmm else Sumber.EKINERJA,
                pmm_id=pakai_pmm[n] if dari_pmm else None,
                indikator=tuple(indikator),
                terikat=draw(st.booleans()),
            )
        )
    return tuple(hasil)


def milik(isi: tuple[Rhk, ...] | None = (), *, pmm_id: str | None = "skp-1", **ubah: object) -> Skp:
    kepala = KepalaSkp(
        periode_awal=date(2026, 1, 1),
        periode_akhir=date(2026, 12, 31),
        pendekatan=Pendekatan.KUANTITATIF,
        unit_kerja_id=SEKOLAH,
        jabatan="Guru Ahli Muda",
        status_pegawai=StatusPegawai.DEFINITIF,
        jenis_pegawai=JenisPegawai.PEGAWAI,
        jenis_skp=JenisSkp.GURU_JAJF,
        status=StatusSkp.DRAF,
        atasan=None,
    )
    skp = Skp(
        id=id_ke("skp"),
        nip=NIP_GURU,
        kepala=kepala,
        sumber=Sumber.PMM if pmm_id else Sumber.EKINERJA,
        pmm_skp_id=pmm_id,
        pmm_versi=1 if pmm_id else None,
        sidik_isi=None,
        mendarat_pada=datetime(2026, 1, 30, tzinfo=UTC),
        bernilai=False,
        rhk=isi,
    )
    return replace(skp, **ubah)  # type: ignore[arg-type]  # a test's own shorthand


def satu_rencana(dunia: Dunia, id_baru: PembuatId | None = None) -> RencanaSkp:
    telaah = dunia.telaah()
    assert all(t.tingkat == "CATATAN" for t in periksa_skp(telaah))
    (rencana,) = rencanakan(telaah, id_baru=id_baru or PembuatId()).skp
    return rencana


def dilihat(skp: Skp) -> list[tuple[object, ...]]:
    """What a reader sees of the SKP's PMM part."""
    return [
        (r.pmm_id, r.isi.lingkup, r.isi.rencana_hasil_kerja, [(i.pmm_id, i.isi) for i in r.indikator if i.pmm_id])
        for r in skp.rhk or ()
        if r.pmm_id
    ]


def diminta(pmm: SkpPMM) -> list[tuple[object, ...]]:
    return [(r.id, r.lingkup, r.rencana_hasil_kerja, [(i.id, i.isi) for i in r.indikator]) for r in pmm.rhk]


def _tanpa_sisa(skp: Skp, pmm: SkpPMM) -> Skp:
    """Without what stays since PMM does not have it and something hangs on it."""
    ada = {r.id: {i.id for i in r.indikator} for r in pmm.rhk}
    return replace(
        skp,
        rhk=tuple(
            replace(r, indikator=tuple(i for i in r.indikator if i.pmm_id in ada[r.pmm_id]))
            for r in skp.rhk or ()
            if r.pmm_id in ada
        ),
    )


@given(isi_milik(), isi_pmm())
def test_menerapkan_rencana_membuat_kedua_sisi_sama(lama: tuple[Rhk, ...], isi: list[RhkPMM]) -> None:
    pmm = skp_pmm(isi=isi)
    rencana = satu_rencana(Dunia(skp=[milik(lama)], skp_pmm=[pmm]))
    assert dilihat(_tanpa_sisa(terapkan(rencana), pmm)) == diminta(pmm)


@given(isi_milik(), isi_pmm())
def test_merencanakan_lagi_tidak_menemukan_apa_pun(lama: tuple[Rhk, ...], isi: list[RhkPMM]) -> None:
    pmm = skp_pmm(isi=isi)
    sesudah = terapkan(satu_rencana(Dunia(skp=[milik(lama)], skp_pmm=[pmm])))
    kedua = satu_rencana(Dunia(skp=[sesudah], skp_pmm=[pmm]))
    assert kedua.tindakan is TindakanSkp.TIDAK_BERUBAH
    assert kedua.isi.kosong()
    assert not any(n for hitungan in kedua.ringkasan.values() for n in hitungan.values())


@given(isi_milik(), isi_pmm())
def test_yang_membawa_sesuatu_atau_dibuat_di_ekinerja_tidak_pernah_dihapus(
    lama: tuple[Rhk, ...], isi: list[RhkPMM]
) -> None:
    rencana = satu_rencana(Dunia(skp=[milik(lama)], skp_pmm=[skp_pmm(isi=isi)]))
    tersisa = {r.id for r in terapkan(rencana).rhk or ()}
    for r in lama:
        if r.terikat or any(i.terikat for i in r.indikator) or r.sumber is Sumber.EKINERJA:
            assert r.id in tersisa
    indikator = {i.id for r in terapkan(rencana).rhk or () for i in r.indikator}
    assert {i.id for r in lama for i in r.indikator if i.terikat} <= indikator


@given(isi_milik(), isi_pmm())
def test_baris_yang_berpasangan_tetap_memakai_id_nya(lama: tuple[Rhk, ...], isi: list[RhkPMM]) -> None:
    sesudah = {
        r.pmm_id: r.id for r in terapkan(satu_rencana(Dunia(skp=[milik(lama)], skp_pmm=[skp_pmm(isi=isi)]))).rhk or ()
    }
    di_pmm = {r.id for r in isi}
    for r in lama:
        if r.pmm_id in di_pmm:
            assert sesudah[r.pmm_id] == r.id


@given(isi_pmm(), isi_pmm())
def test_penghitung_menyebut_setiap_baris_sekali(pertama: list[RhkPMM], kedua: list[RhkPMM]) -> None:
    awal = terapkan(satu_rencana(Dunia(skp_pmm=[skp_pmm(isi=pertama)])))
    awal = replace(awal, nip=NIP_GURU)
    rencana = satu_rencana(Dunia(skp=[awal], skp_pmm=[skp_pmm(isi=kedua)]), PembuatId(1000))
    jumlah = {k: sum(h[k] for h in rencana.ringkasan.values()) for k in rencana.ringkasan["individu"]}
    assert jumlah["rhk_masuk"] - jumlah["rhk_dihapus"] == len(kedua) - len(pertama)
    assert jumlah["indikator_masuk"] - jumlah["indikator_dihapus"] == sum(len(r.indikator) for r in kedua) - sum(
        len(r.indikator) for r in pertama
    )


def test_skp_baru_dihitung_menurut_lingkup() -> None:
    isi = [rhk("a", indikator=["x", "y"]), rhk("b", lingkup=LingkupRhk.ORGANISASI)]
    rencana = satu_rencana(Dunia(skp_pmm=[skp_pmm(isi=isi)]))
    assert rencana.tindakan is TindakanSkp.DIBUAT
    assert rencana.ringkasan["individu"]["rhk_masuk"] == 1
    assert rencana.ringkasan["individu"]["indikator_masuk"] == 2
    assert rencana.ringkasan["organisasi"]["rhk_masuk"] == 1


def test_versi_yang_naik_tanpa_perubahan_isi_bukan_data_baru() -> None:
    dunia = Dunia()
    sesudah = replace(terapkan(satu_rencana(dunia)), nip=NIP_GURU, rhk=None)
    dunia.skp, dunia.skp_pmm = [sesudah], [replace(skp_pmm(), versi=9)]
    assert perlu_isi(dunia.telaah()) == []
    assert satu_rencana(dunia).tindakan is TindakanSkp.TIDAK_BERUBAH


@pytest.mark.parametrize(
    "ubah",
    [
        {"jabatan": "Guru Ahli Madya"},
        {"nama": "Nama Lain"},
    ],
)
def test_muat_ulang_memperbarui_jabatan_tetapi_bukan_nama(ubah: dict[str, str]) -> None:
    dunia = Dunia()
    dunia.skp = [replace(terapkan(satu_rencana(dunia)), nip=NIP_GURU)]
    dunia.pegawai = replace(pegawai(), **ubah)  # type: ignore[arg-type]  # a test's own shorthand
    tindakan = satu_rencana(dunia).tindakan
    assert tindakan is (TindakanSkp.DIPERBARUI if "jabatan" in ubah else TindakanSkp.TIDAK_BERUBAH)


def test_skp_draf_dengan_periode_dan_unit_sama_diambil_alih_bersama_rhk_kembarnya() -> None:
    kembar = Rhk(
        id_ke("kembar"),
        IsiRhk(LingkupRhk.INDIVIDU, JenisRhk.UTAMA, "TERLAKSANANYA pekerjaan r1.", None, None, None),
        0,
        Sumber.EKINERJA,
        None,
        (),
    )
    rencana = satu_rencana(Dunia(skp=[milik((kembar,), pmm_id=None)]))
    assert rencana.tindakan is TindakanSkp.DIPERBARUI
    assert rencana.kepala.status is StatusSkp.PERSETUJUAN
    assert {r.id for r in rencana.isi.rhk_diubah} == {id_ke("kembar")}
    assert len(rencana.isi.rhk_baru) == 1


def test_rhk_ekinerja_tanpa_kembar_tetap_dan_dicatat() -> None:
    sendiri = Rhk(
        id_ke("sendiri"),
        IsiRhk(LingkupRhk.INDIVIDU, JenisRhk.UTAMA, "Hanya di e-Kinerja", None, None, None),
        0,
        Sumber.EKINERJA,
        None,
        (),
    )
    dunia = Dunia(skp=[milik((sendiri,), pmm_id=None)])
    rencana = rencanakan(dunia.telaah(), id_baru=PembuatId())
    assert [t.kode for t in rencana.catatan] == [Kode.RHK_TIDAK_ADA_DI_PMM]
    assert rencana.skp[0].sidik_isi is None
    # The note is still there when nothing is new.
    dunia.skp = [replace(terapkan(rencana.skp[0]), nip=NIP_GURU)]
    kedua = rencanakan(dunia.telaah(), id_baru=PembuatId())
    assert not kedua.menulis
    assert [t.kode for t in kedua.catatan] == [Kode.RHK_TIDAK_ADA_DI_PMM]


def test_skp_dengan_id_pmm_sama_memindahkan_periodenya() -> None:
    dunia = Dunia()
    dunia.skp = [replace(terapkan(satu_rencana(dunia)), nip=NIP_GURU)]
    dunia.skp_pmm = [skp_pmm(akhir=date(2026, 7, 15))]
    assert satu_rencana(dunia).tindakan is TindakanSkp.PERIODE_DIUBAH


def _lain(**ubah: object) -> Skp:
    skp = milik((), pmm_id="hilang", id=id_ke("lain"))
    kepala = replace(skp.kepala, periode_awal=date(2026, 3, 1))
    return replace(skp, kepala=kepala, **ubah)  # type: ignore[arg-type]  # a test's own shorthand


def test_skp_pmm_yang_hilang_di_pmm_dan_tanpa_nilai_ke_riwayat() -> None:
    dunia = Dunia(skp=[_lain()])
    assert periksa_skp(dunia.telaah()) == []
    assert [s.id for s in rencanakan(dunia.telaah(), id_baru=PembuatId()).arsip] == [id_ke("lain")]


@pytest.mark.parametrize("skp", [_lain(bernilai=True), _lain(sumber=Sumber.EKINERJA, pmm_skp_id=None)])
def test_skp_lain_yang_bertumpukan_adalah_temuan(skp: Skp) -> None:
    assert [t.kode for t in periksa_skp(Dunia(skp=[skp]).telaah())] == [Kode.SKP_TUMPANG_TINDIH]


def test_skp_pmm_yang_kembali_ke_draf_tidak_dihapus() -> None:
    draf = skp_pmm("hilang", status="DRAF", awal=date(2026, 3, 1))
    dunia = Dunia(skp=[_lain()], skp_pmm=[skp_pmm(), draf])
    assert Kode.SKP_TUMPANG_TINDIH in [t.kode for t in periksa_skp(dunia.telaah())]
    assert dunia.telaah().akan_diarsipkan == ()


def test_skp_periode_sama_di_unit_lain_tidak_diambil_alih() -> None:
    skp = milik((), pmm_id=None)
    dunia = Dunia(skp=[replace(skp, kepala=replace(skp.kepala, unit_kerja_id=SEKOLAH_LAIN))])
    assert [t.kode for t in periksa_skp(dunia.telaah())] == [Kode.SKP_TUMPANG_TINDIH]


def test_skp_plt_boleh_bertumpukan() -> None:
    skp = milik((), pmm_id=None)
    plt = replace(skp, kepala=replace(skp.kepala, status_pegawai=StatusPegawai.PLT, unit_kerja_id=DINAS))
    assert periksa_skp(Dunia(skp=[plt]).telaah()) == []


def test_tautan_rhk_atasan_ikut_dalam_sidik() -> None:
    isi = [rhk("r1", atasan=RhkAtasanPMM("Terwujudnya sekolah yang baik", None))]
    dunia = Dunia(skp_pmm=[skp_pmm(isi=isi)])
    rencana = satu_rencana(dunia)
    assert rencana.isi.rhk_baru[0].isi.rhk_atasan_id == id_ke("Terwujudnya sekolah yang baik")
    dunia.skp = [replace(terapkan(rencana), nip=NIP_GURU)]
    baru = replace(dunia.skp_atasan[0].rhk[0], id=id_ke("baris baru"))
    dunia.skp_atasan = [replace(dunia.skp_atasan[0], rhk=(baru,))]
    kedua = satu_rencana(dunia)
    assert kedua.tindakan is TindakanSkp.DIPERBARUI
    assert kedua.ringkasan["individu"]["rhk_diubah"] == 1


@given(st.lists(TEKS, max_size=4), st.permutations(["p1", "p2", "p3", "p4"]))
def test_urutan_yang_berubah_bukan_perubahan_isi(teks: Sequence[str], urutan: Sequence[str]) -> None:
    isi = [rhk(f"p{n + 1}", t) for n, t in enumerate(teks)]
    dunia = Dunia(skp_pmm=[skp_pmm(isi=isi)])
    dunia.skp = [replace(terapkan(satu_rencana(dunia)), nip=NIP_GURU)]
    dunia.skp_pmm = [skp_pmm(isi=[r for i in urutan for r in isi if r.id == i])]
    rencana = satu_rencana(dunia)
    assert not any(n for h in rencana.ringkasan.values() for n in h.values())
    assert [lipat(r.isi.rencana_hasil_kerja) for r in terapkan(rencana).rhk or ()] == [
        lipat(r.rencana_hasil_kerja) for r in dunia.skp_pmm[0].rhk
    ]
