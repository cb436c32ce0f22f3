"""Is this unit that school: the five rules, in their order, and what overrules them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.padanan import (
    BukuUnit,
    Dasar,
    HasilPadanan,
    Keputusan,
    PadananUnor,
    SekolahPMM,
    StatusPadanan,
    UnitReferensi,
    cocokkan,
    temukan,
    temukan_semua,
)
from ekinerja_domain.sinkronisasi.temuan import Kode

INSTANSI = "Pemerintah Kab. Buleleng"
NPSN = "20100001"
DINAS, SDN_1, SDN_2, SDN_1_LAIN = "D" * 32, "A" * 32, "B" * 32, "C" * 32
OTOMATIS, USULAN, DIKONFIRMASI, DITOLAK = (
    StatusPadanan.OTOMATIS,
    StatusPadanan.USULAN,
    StatusPadanan.DIKONFIRMASI,
    StatusPadanan.DITOLAK,
)


def _unit(
    unit_id: str, nama: str, *, aktif: bool = True, npsn: str | None = None, mandiri: bool = False, anak: bool = False
) -> UnitReferensi:
    return UnitReferensi(unit_id, nama, None if mandiri else DINAS, mandiri, aktif, npsn, anak)


DINAS_UNIT = _unit(DINAS, "DINAS PENDIDIKAN KAB. BULELENG", mandiri=True, anak=True)


def _buku(*units: UnitReferensi, padanan: tuple[tuple[str, StatusPadanan], ...] = ()) -> BukuUnit:
    return BukuUnit(INSTANSI, [DINAS_UNIT, *units], [PadananUnor(NPSN, u, s) for u, s in padanan])


def _sekolah(nama: str = "SD NEGERI 1 TASIK", *, npsn: str | None = NPSN, unor: str | None = None) -> SekolahPMM:
    return SekolahPMM(npsn, nama, unor, nama)


def _tanya(buku: BukuUnit, sekolah: SekolahPMM, unit: str = SDN_1, *, harus_dikonfirmasi: bool = False) -> HasilPadanan:
    return cocokkan(buku, sekolah, unit, harus_dikonfirmasi=harus_dikonfirmasi)


SATU, DUA = _unit(SDN_1, "SDN 1 TASIK"), _unit(SDN_2, "SDN 2 TASIK")


def test_1_padanan_dikonfirmasi_menentukan_di_atas_unor_dan_nama() -> None:
    buku = _buku(SATU, DUA, padanan=((SDN_1, DIKONFIRMASI),))
    hasil = _tanya(buku, _sekolah("SDN 2 TASIK", unor=SDN_2))
    assert (hasil.keputusan, hasil.dasar, hasil.catatan) == (
        Keputusan.PADAN,
        Dasar.DIKONFIRMASI,
        (Kode.NAMA_SEKOLAH_BERBEDA,),
    )
    assert not hasil.simpan_otomatis


def test_1_nama_sama_tanpa_catatan() -> None:
    hasil = _tanya(_buku(SATU, padanan=((SDN_1.lower(), DIKONFIRMASI),)), _sekolah())
    assert (hasil.keputusan, hasil.catatan) == (Keputusan.PADAN, ())


def test_1_npsn_milik_unit_adalah_padanan_dikonfirmasi() -> None:
    buku = _buku(_unit(SDN_1, "SDN 1 TASIK", npsn=NPSN), padanan=((SDN_1, OTOMATIS),))
    assert _tanya(buku, _sekolah()).dasar is Dasar.DIKONFIRMASI


def test_1_beberapa_unit_untuk_satu_npsn_semuanya_cocok() -> None:
    buku = _buku(SATU, DUA, padanan=((SDN_1, DIKONFIRMASI), (SDN_2, DIKONFIRMASI)))
    assert _tanya(buku, _sekolah(), SDN_1).keputusan is Keputusan.PADAN
    assert _tanya(buku, _sekolah(), SDN_2).keputusan is Keputusan.PADAN


def test_1_terhubung_dengan_unit_aktif_lain() -> None:
    buku = _buku(SATU, padanan=((SDN_1, DIKONFIRMASI),))
    hasil = _tanya(buku, _sekolah(), DINAS)
    assert (hasil.keputusan, hasil.unit) == (Keputusan.BUKAN_SEKOLAH, SATU)


def test_1_unit_lain_yang_tidak_aktif_tidak_menentukan() -> None:
    buku = _buku(SATU, _unit(SDN_2, "SDN 9 LAMA", aktif=False), padanan=((SDN_2, DIKONFIRMASI),))
    assert _tanya(buku, _sekolah()).dasar is Dasar.NAMA


def test_unit_sendiri_yang_tidak_aktif_tetap_dapat_padan() -> None:
    for status in (DIKONFIRMASI, OTOMATIS):
        buku = _buku(_unit(SDN_1, "SDN 7 LAMA", aktif=False), padanan=((SDN_1, status),))
        assert _tanya(buku, _sekolah()).keputusan is Keputusan.PADAN
    assert _tanya(_buku(_unit(SDN_1, "SDN 7", aktif=False)), _sekolah(unor=SDN_1)).dasar is Dasar.UNOR_PMM


def test_2_unor_pmm_tanpa_memandang_besar_kecil_huruf() -> None:
    buku = _buku(SATU, DUA, padanan=((SDN_2, OTOMATIS),))
    hasil = _tanya(buku, _sekolah("SDN 7 LAIN", unor=SDN_1.lower()))
    assert (hasil.keputusan, hasil.dasar, hasil.catatan) == (
        Keputusan.PADAN,
        Dasar.UNOR_PMM,
        (Kode.NAMA_SEKOLAH_BERBEDA,),
    )
    assert _tanya(buku, _sekolah(unor=SDN_1), DINAS).keputusan is Keputusan.BUKAN_SEKOLAH


def test_2_unor_di_luar_instansi_diabaikan() -> None:
    assert _tanya(_buku(SATU), _sekolah(unor="F" * 32)).dasar is Dasar.NAMA


def test_3_otomatis_menentukan_dengan_catatan_saja() -> None:
    buku = _buku(SATU, DUA, padanan=((SDN_1, OTOMATIS),))
    hasil = _tanya(buku, _sekolah("SDN 2 TASIK"), harus_dikonfirmasi=True)
    assert (hasil.keputusan, hasil.dasar, hasil.catatan, hasil.simpan_otomatis) == (
        Keputusan.PADAN,
        Dasar.OTOMATIS,
        (Kode.PADAN_MENURUT_NAMA,),
        False,
    )
    assert _tanya(buku, _sekolah("SDN 2 TASIK"), SDN_2).keputusan is Keputusan.TIDAK_SAMA


@pytest.mark.parametrize("npsn", [NPSN, None])
def test_4_nama_yang_hanya_milik_unit_ini(npsn: str | None) -> None:
    hasil = _tanya(_buku(SATU, DUA), _sekolah(npsn=npsn))
    assert (hasil.keputusan, hasil.catatan) == (Keputusan.PADAN, (Kode.PADAN_MENURUT_NAMA,))
    assert hasil.simpan_otomatis is (npsn is not None)


def test_4_salah_satu_dari_dua_nama_pmm_cukup() -> None:
    sekolah = SekolahPMM(NPSN, "SD Negeri 1 Tasik", None, "SDN TASIK LAMA")
    assert _tanya(_buku(SATU), sekolah).keputusan is Keputusan.PADAN


def test_4_tidak_bila_unit_aktif_lain_bernama_sama() -> None:
    kembar = _unit(SDN_1_LAIN, "SD NEGERI 01 TASIK KEC. SAWAN")
    hasil = _tanya(_buku(SATU, kembar), _sekolah())
    assert hasil.keputusan is Keputusan.TIDAK_SAMA
    assert {s.id for s in hasil.saran} == {SDN_1, SDN_1_LAIN}
    tak_aktif = _unit(SDN_1_LAIN, "SD NEGERI 01 TASIK", aktif=False)
    assert _tanya(_buku(SATU, tak_aktif), _sekolah()).keputusan is Keputusan.PADAN


def test_4_kembar_yang_ditolak_tidak_menghalangi() -> None:
    kembar = _unit(SDN_1_LAIN, "SD NEGERI 01 TASIK")
    assert _tanya(_buku(SATU, kembar, padanan=((SDN_1_LAIN, DITOLAK),)), _sekolah()).keputusan is Keputusan.PADAN


def test_4_dimatikan_oleh_setelan() -> None:
    hasil = _tanya(_buku(SATU), _sekolah(), harus_dikonfirmasi=True)
    assert (hasil.keputusan, hasil.usulan_baru) == (Keputusan.TIDAK_SAMA, (SDN_1,))


@pytest.mark.parametrize("unor", [None, SDN_1])
@pytest.mark.parametrize("npsn_unit", [None, NPSN])
def test_pasangan_yang_ditolak_tidak_pernah_padan(unor: str | None, npsn_unit: str | None) -> None:
    buku = _buku(_unit(SDN_1, "SDN 1 TASIK", npsn=npsn_unit), padanan=((SDN_1, DITOLAK),))
    hasil = _tanya(buku, _sekolah(unor=unor))
    assert hasil.keputusan is Keputusan.TIDAK_SAMA
    assert SDN_1 not in {s.id for s in hasil.saran}
    assert temukan(buku, _sekolah(unor=unor), harus_dikonfirmasi=False) is None


def test_5_saran_berangka_sama_lebih_dahulu_dan_bukan_induk() -> None:
    buku = _buku(
        _unit(SDN_1, "SDN KARYASARI 1"),
        _unit(SDN_2, "SDN KARYASARI 3 CIKEDAL"),
        _unit(SDN_1_LAIN, "SDN KARYASARI 1 CIKEDAL BARU", anak=True),
        _unit("1" * 32, "SDN KARYASARI 1", mandiri=True),
        _unit("2" * 32, "SDN 1 SUKAMAJU"),
        _unit("3" * 32, "SDN KARYASARI 1", aktif=False),
        padanan=((SDN_2, USULAN),),
    )
    hasil = _tanya(buku, _sekolah("SDN KARYASARI 1 CIKEDAL"), DINAS)
    assert hasil.keputusan is Keputusan.TIDAK_SAMA
    assert [s.id for s in hasil.saran] == [SDN_1, SDN_2]
    assert hasil.usulan_baru == (SDN_1,)


def test_5_paling_banyak_tiga_saran_dan_tanpa_usulan_bila_tanpa_npsn() -> None:
    buku = _buku(*(_unit(f"{i:032X}", f"SDN {i} TASIK JAYA") for i in range(1, 9)))
    hasil = _tanya(buku, _sekolah("SDN 5 TASIK", npsn=None), DINAS)
    assert hasil.saran[0].nama == "SDN 5 TASIK JAYA"
    assert (len(hasil.saran), hasil.usulan_baru) == (3, ())


def test_temukan_menurut_aturan_yang_sama() -> None:
    kembar = _unit(SDN_1_LAIN, "SDN 1 TASIK")
    assert temukan(_buku(SATU, DUA), _sekolah(), harus_dikonfirmasi=False) == SATU
    assert temukan(_buku(SATU, DUA), _sekolah(), harus_dikonfirmasi=True) is None
    assert temukan(_buku(SATU, kembar), _sekolah(), harus_dikonfirmasi=False) is None
    tak_aktif = _unit(SDN_1, "SDN 1 TASIK", aktif=False, npsn=NPSN)
    assert temukan(_buku(tak_aktif), _sekolah(unor=SDN_1), harus_dikonfirmasi=False) is None


def test_temukan_satu_dari_beberapa_yang_dikonfirmasi() -> None:
    buku = _buku(SATU, DUA, padanan=((SDN_1, DIKONFIRMASI), (SDN_2, DIKONFIRMASI)))
    assert temukan(buku, _sekolah("SDN 9 LAIN", unor=SDN_2), harus_dikonfirmasi=False) == DUA
    assert temukan(buku, _sekolah("SDN 1 TASIK"), harus_dikonfirmasi=False) == SATU
    assert temukan(buku, _sekolah("SDN 9 LAIN"), harus_dikonfirmasi=False) is None
    semua = temukan_semua(buku, _sekolah("SDN 9 LAIN"), harus_dikonfirmasi=False)
    assert {d.unit.id for d in semua} == {SDN_1, SDN_2}


NAMA = st.sampled_from(["SDN 1 TASIK", "SD NEGERI 01 TASIK", "SDN 2 TASIK", "SDN 1", "SMPN 1 TASIK", "DINAS"])
STATUS = st.sampled_from(StatusPadanan)


@given(
    st.lists(st.tuples(NAMA, st.booleans(), st.sampled_from([None, NPSN])), min_size=1, max_size=4),
    st.dictionaries(st.integers(0, 3), STATUS),
    NAMA,
    st.sampled_from([None, NPSN]),
    st.one_of(st.none(), st.integers(0, 4)),
    st.booleans(),
)
def test_sifat_padanan(
    isi: list[tuple[str, bool, str | None]],
    padanan: dict[int, StatusPadanan],
    nama: str,
    npsn: str | None,
    unor: int | None,
    harus_dikonfirmasi: bool,
) -> None:
    units = [_unit(f"{i:032X}", n, aktif=aktif, npsn=punya) for i, (n, aktif, punya) in enumerate(isi)]
    buku = _buku(*units, padanan=tuple((f"{i:032X}", s) for i, s in padanan.items()))
    sekolah = _sekolah(nama, npsn=npsn, unor=None if unor is None else f"{unor:032X}")
    padan = []
    for unit in units:
        hasil = _tanya(buku, sekolah, unit.id, harus_dikonfirmasi=harus_dikonfirmasi)
        if buku.status(npsn, unit.id) is DITOLAK:
            assert hasil.keputusan is not Keputusan.PADAN
        if hasil.keputusan is Keputusan.PADAN and unit.aktif:
            padan.append(unit)
        if hasil.keputusan is Keputusan.BUKAN_SEKOLAH:
            assert hasil.unit is not None
            assert hasil.unit.aktif
            assert hasil.unit != unit
        assert len(hasil.saran) <= 3
        assert set(hasil.usulan_baru) <= {s.id for s in hasil.saran}
    # The active units that answer yes are exactly those the school is found to be.
    ditemukan = temukan_semua(buku, sekolah, harus_dikonfirmasi=harus_dikonfirmasi)
    assert {u.id for u in padan} == {d.unit.id for d in ditemukan}
