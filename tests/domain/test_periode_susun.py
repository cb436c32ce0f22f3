"""The check of any table against a slow oracle, and the official table: what fits is kept, what carries ratings is
never lost, and doing it twice is doing it once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.periode import (
    HariBulan,
    JenisPeriode,
    Periode,
    RencanaSusun,
    TipePeriodik,
    pada_tahun,
    periksa_final,
    periksa_periodik,
    susun,
    tabel_resmi,
)
from ekinerja_domain.sinkronisasi.temuan import Kode

BULANAN, TRIWULANAN = TipePeriodik.BULANAN, TipePeriodik.TRIWULANAN
PERIODIK, FINAL = JenisPeriode.PERIODIK, JenisPeriode.FINAL
TAHUN = 2024

RENTANG = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("01-01", "01-31"), ("01-01", "12-31"),
           ("02-01", "02-29"), ("02-01", "02-28"), ("03-05", "03-06")]  # fmt: skip


def _buat(
    awal: str,
    akhir: str,
    tipe: TipePeriodik | None,
    angka: int | None,
    tahun: int | None,
    jenis: JenisPeriode = PERIODIK,
) -> Periode:
    a, b, c = (HariBulan.parse(t) for t in (awal, akhir, "08-20"))
    if jenis is FINAL:
        tipe = angka = None
    return Periode("X", jenis, tipe, angka, a, b, c, tahun)


@st.composite
def _tabel(draw: st.DrawFn) -> list[Periode]:
    isi = draw(
        st.lists(
            st.builds(
                lambda rentang, tipe, angka, tahun, jenis: _buat(rentang[0], rentang[1], tipe, angka, tahun, jenis),
                st.sampled_from(RENTANG),
                st.sampled_from([None, BULANAN, TRIWULANAN]),
                st.sampled_from([None, 1, 2, 3, 4]),
                st.sampled_from([None, TAHUN, TAHUN, TAHUN + 1]),
                st.sampled_from([PERIODIK, PERIODIK, FINAL]),
            ),
            max_size=9,
        )
    )
    return [replace(p, id=f"p{i}", nama=f"Nama {i}") for i, p in enumerate(isi)]


def _juri(semua: Sequence[Periode]) -> tuple[Kode | None, Kode | None]:
    """The rules read aloud, pair by pair (document 000)."""

    def berlaku(p: Periode) -> bool:
        if p.tahun is not None:
            return p.tahun == TAHUN
        return all(q.jenis is not p.jenis or q.tahun != TAHUN for q in semua)

    periodik = [p for p in semua if p.jenis is PERIODIK and berlaku(p)]
    final = [p for p in semua if p.jenis is FINAL and berlaku(p)]
    kode_final = None
    if len(final) != 1:
        kode_final = Kode.PERIODE_FINAL_GANDA if final else Kode.PERIODE_FINAL_BELUM_DIATUR
    for a in periodik:
        for b in periodik:
            if a.tipe_periodik is BULANAN and b.tipe_periodik is TRIWULANAN:
                return Kode.PERIODE_DUA_TIPE, kode_final
    lengkap = [p for p in periodik if p.tipe_periodik and p.angka_periodik]
    for a in lengkap:
        for b in lengkap:
            if a.id != b.id and a.angka_periodik == b.angka_periodik:
                return Kode.PERIODE_ANGKA_DUPLIKAT, kode_final
    return (None if lengkap else Kode.PERIODE_BELUM_DIATUR), kode_final


@given(_tabel())
def test_setiap_tabel_dinilai_seperti_juri(semua: list[Periode]) -> None:
    assert (periksa_periodik(semua, TAHUN).kode, periksa_final(semua, TAHUN).kode) == _juri(semua)


def _susun(semua: Sequence[Periode], bernilai: set[str], tipe: TipePeriodik) -> RencanaSusun:
    nomor = count()
    return susun(semua, bernilai, tipe, TAHUN, lambda: f"baru{next(nomor)}")


def _sesudah(semua: Sequence[Periode], rencana: RencanaSusun) -> list[Periode]:
    """The table after the plan, as a database would have it."""
    isi = {p.id: p for p in semua}
    for p in rencana.dihapus:
        del isi[p.id]
    isi |= {p.id: p for p in (*rencana.diubah, *rencana.baru)}
    return list(isi.values())


def _muat_semua(bernilai: Sequence[Periode], tipe: TipePeriodik) -> bool:
    """Whether every rated period can get a place of its own, tried in every way."""
    resmi = tabel_resmi(tipe, TAHUN)

    def cocok(p: Periode, r: Periode) -> bool:
        x, y = pada_tahun(p, TAHUN), pada_tahun(r, TAHUN)
        angka = (p.tipe_periodik, p.angka_periodik) == (r.tipe_periodik, r.angka_periodik)
        return p.jenis is r.jenis and ((x.awal, x.akhir) == (y.awal, y.akhir) or angka)

    layak = [r for r in resmi if any(cocok(p, r) for p in bernilai)]
    return any(all(map(cocok, bernilai, urutan)) for urutan in permutations(layak, len(bernilai)))


@given(_tabel(), st.sets(st.sampled_from([f"p{i}" for i in range(5)])), st.sampled_from(TipePeriodik))
def test_susun_menurut_hukumnya(semua: list[Periode], pilihan: set[str], tipe: TipePeriodik) -> None:
    bernilai = {p for p in pilihan if any(q.id == p for q in semua)}
    rencana = _susun(semua, bernilai, tipe)
    berbeban = [p for p in semua if p.id in bernilai and p.tahun == TAHUN]
    assert bool(rencana.penghalang) is not _muat_semua(berbeban, tipe)
    if rencana.penghalang:
        assert not rencana.menulis
        assert rencana.tabel == ()
        assert rencana.pindah == ()
        assert set(rencana.penghalang) <= set(berbeban)
        return
    sesudah = _sesudah(semua, rencana)
    assert [p for p in sesudah if p.tahun != TAHUN] == [p for p in semua if p.tahun != TAHUN]
    assert {p.id for p in sesudah if p.tahun == TAHUN} == {p.id for p in rencana.tabel}
    for p, r in zip(rencana.tabel, tabel_resmi(tipe, TAHUN), strict=True):
        kunci = (p.nama, p.jenis, p.tipe_periodik, p.angka_periodik, p.tahun)
        assert kunci == (r.nama, r.jenis, r.tipe_periodik, r.angka_periodik, r.tahun)
        if p.id not in bernilai:
            assert pada_tahun(p, TAHUN).akhir == pada_tahun(r, TAHUN).akhir
    for lama in berbeban:
        baru = next(p for p in sesudah if p.id == lama.id)
        assert (baru.jenis, baru.periode_awal, baru.periode_akhir) == (
            lama.jenis,
            lama.periode_awal,
            lama.periode_akhir,
        )
    assert periksa_periodik(sesudah, TAHUN).kode is None
    assert periksa_periodik(sesudah, TAHUN).tipe is tipe
    assert periksa_final(sesudah, TAHUN).kode is None
    ulang = _susun(sesudah, bernilai, tipe)
    assert not ulang.menulis
    assert ulang.tabel == rencana.tabel
    assert not ulang.pindah
    assert len({ke for _, ke in rencana.pindah}) == len({dari for dari, _ in rencana.pindah}) == len(rencana.pindah)


@pytest.mark.parametrize("tahun", [2023, 2024])
def test_tabel_resmi_menutup_setahun_penuh(tahun: int) -> None:
    for tipe, nama_akhir in ((BULANAN, "Periode XII"), (TRIWULANAN, "Triwulan IV")):
        *periodik, final = tabel_resmi(tipe, tahun)
        assert [p.angka_periodik for p in periodik] == list(range(1, tipe.angka_terbesar + 1))
        assert (periodik[-1].nama, final.nama, final.jenis) == (nama_akhir, f"Tahun {tahun}", FINAL)
        hari = [pada_tahun(p, tahun) for p in periodik]
        assert sum((h.akhir - h.awal).days + 1 for h in hari) == (date(tahun, 12, 31) - date(tahun - 1, 12, 31)).days
        assert all(0 < (h.batas - h.akhir).days <= 10 for h in hari)
        assert pada_tahun(final, tahun).batas == date(tahun + 1, 1, 31)


def _triwulan(nama: str, awal: str, akhir: str, angka: int, tipe: TipePeriodik = TRIWULANAN) -> Periode:
    return replace(_buat(awal, akhir, tipe, angka, TAHUN), nama=nama, id=nama)


def test_contoh_dokumen_dua_tipe_dan_angka_kembar() -> None:
    """Both tables of document 000, all of it rated: repaired in place, own deadlines kept."""
    awal = [_triwulan("TRIWULAN I", "01-01", "03-31", 1), _triwulan("TRIWULAN II", "04-01", "06-30", 2)]
    dua_tipe = [
        *awal,
        _triwulan("TRIWULAN III 2024", "07-01", "09-30", 3, BULANAN),
        _triwulan("TRIWULAN IV final", "10-01", "12-31", 4),
    ]
    kembar = [
        *awal,
        _triwulan("TRIWULAN III 2024", "07-01", "09-30", 3),
        _triwulan("TRIWULAN IV final", "10-01", "12-31", 3),
    ]
    for semua in (dua_tipe, kembar):
        rencana = _susun(semua, {str(p.id) for p in semua}, TRIWULANAN)
        assert [(p.id, p.angka_periodik) for p in rencana.tabel[:4]] == [(p.id, i + 1) for i, p in enumerate(semua)]
        assert [p.nama for p in rencana.tabel[:4]] == ["Triwulan I", "Triwulan II", "Triwulan III", "Triwulan IV"]
        assert {str(p.batas_pengisian) for p in rencana.tabel[:4]} == {"08-20"}
        assert [p.jenis for p in rencana.baru] == [FINAL]


def test_bulan_bernilai_menghalangi_tabel_triwulan() -> None:
    januari = replace(_buat("01-01", "01-31", BULANAN, 1, TAHUN), id="a")
    assert _susun([januari], {"a"}, TRIWULANAN).penghalang == (januari,)
    assert _susun([januari], set(), TRIWULANAN).dihapus == (januari,)


def test_penilaian_pada_templat_ikut_ke_periode_setanggal() -> None:
    templat = replace(_buat("01-01", "03-31", TRIWULANAN, 1, None), id="t")
    kembaran = replace(templat, id="u")
    rencana = _susun([templat, kembaran], {"t", "u"}, TRIWULANAN)
    assert rencana.pindah == (("t", "baru0"),)
    khusus = replace(_buat("04-01", "06-30", TRIWULANAN, 2, TAHUN), id="k")
    assert _susun([templat, khusus], {"t"}, TRIWULANAN).pindah == ()


def test_tanggal_lebih_kuat_daripada_angka() -> None:
    akhir_tahun = _triwulan("TRIWULAN IV final", "10-01", "12-31", 3)
    rencana = _susun([akhir_tahun], {"TRIWULAN IV final"}, TRIWULANAN)
    assert [(p.id, p.nama, p.angka_periodik) for p in rencana.diubah] == [("TRIWULAN IV final", "Triwulan IV", 4)]


def test_yang_punya_tempat_lain_mengalah() -> None:
    """Two rated periods of the same dates: the one that also fits by its angka leaves the place to the other."""
    luwes = _triwulan("a", "01-01", "03-31", 2)
    kaku = replace(_triwulan("b", "01-01", "03-31", 1), angka_periodik=None)
    rencana = _susun([luwes, kaku], {"a", "b"}, TRIWULANAN)
    assert [p.id for p in rencana.tabel[:2]] == ["b", "a"]
