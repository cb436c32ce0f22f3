"""The ranking of repairs as a value: who is freed for certain, who perhaps, who not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.perbaikan import (
    Halangan,
    KunciPerbaikan,
    Terhalang,
    susun_perbaikan,
    tuntas_diperiksa,
)
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta

UNIT = "A" * 32
PIMPINAN = Fakta(JenisFakta.PIMPINAN_UNIT, UNIT)
SKP_ATASAN = Fakta(JenisFakta.SKP_ATASAN, f"{UNIT}:2026")


def kunci(kode: str, objek_id: str, objek_jenis: str = "UNIT_KERJA", kelas: str = "PERBAIKAN") -> KunciPerbaikan:
    return KunciPerbaikan(kode, kelas, objek_jenis, objek_id)


KLAIM = Halangan(kunci("KS_BELUM_KLAIM_PIMPINAN", UNIT), frozenset({PIMPINAN}))
TANPA_ATASAN = Halangan(kunci("ATASAN_BELUM_ADA", UNIT), frozenset({PIMPINAN}))
MENUNGGU_KS = Halangan(
    kunci("SKP_ORGANISASI_ATASAN_BELUM_ADA", "ks", "ATASAN", "BERGANTUNG"), frozenset({SKP_ATASAN, PIMPINAN})
)
BUKAN_USER = Halangan(kunci("BUKAN_USER_PMM", "g2", "PEGAWAI"), frozenset({Fakta(JenisFakta.USER_PMM, "g2")}))


def orang(nip: str, *halangan: Halangan, tuntas: bool = False, dampak: frozenset[Fakta] = frozenset()) -> Terhalang:
    return Terhalang(nip, halangan, dampak, tuntas)


def angka(terhalang: list[Terhalang], kode: str) -> tuple[int, int, int]:
    (p,) = (p for p in susun_perbaikan(terhalang) if p.kunci.kode == kode)
    return p.langsung, p.terlepas, p.belum_diperiksa


def test_kepala_sekolah_melepaskan_gurunya() -> None:
    sekolah = [
        orang("ks", KLAIM, tuntas=True, dampak=frozenset({SKP_ATASAN})),
        orang("g1", MENUNGGU_KS),
        orang("g2", MENUNGGU_KS, BUKAN_USER),
    ]
    assert angka(sekolah, "KS_BELUM_KLAIM_PIMPINAN") == (1, 2, 1)
    assert angka(sekolah, "SKP_ORGANISASI_ATASAN_BELUM_ADA") == (2, 1, 1)
    # Who waits for the head as well is not freed by becoming a user.
    assert angka(sekolah, "BUKAN_USER_PMM") == (1, 0, 0)


def test_satu_perbaikan_dua_temuan() -> None:
    """The head claims the unit: that is also what the guru without a rater wait for."""
    sekolah = [orang("ks", KLAIM, tuntas=True, dampak=frozenset({SKP_ATASAN})), orang("g1", TANPA_ATASAN)]
    assert angka(sekolah, "KS_BELUM_KLAIM_PIMPINAN") == (1, 2, 1)


def test_kepala_sekolah_pindah_unit() -> None:
    """A head who chooses the school again makes the own claim count again."""
    pindah = Halangan(kunci("UNIT_KERJA_BUKAN_SEKOLAH", "ks", "PEGAWAI"), frozenset({Fakta(JenisFakta.PEGAWAI, "ks")}))
    ks = Terhalang("ks", (pindah,), frozenset({SKP_ATASAN}), tuntas=False, klaim=frozenset({PIMPINAN}))
    assert angka([ks, orang("g1", TANPA_ATASAN), orang("g2", BUKAN_USER)], "UNIT_KERJA_BUKAN_SEKOLAH") == (1, 2, 2)


def test_skp_kepala_sekolah_yang_ditunggu_penilaiannya() -> None:
    """The SKP a head's ratings wait for is what the guru wait for too; only what is asked about is counted."""
    skp_ks = Fakta(JenisFakta.SKP_PEGAWAI, "ks:2026")
    belum = Halangan(kunci("SKP_BELUM_SINKRO", "ks", "PEGAWAI", "BERGANTUNG"), frozenset({skp_ks}))
    skp_g1 = Fakta(JenisFakta.SKP_PEGAWAI, "g1:2026")
    menunggu = Halangan(kunci("SKP_BELUM_SINKRO", "g1", "PEGAWAI", "BERGANTUNG"), frozenset({skp_g1}))
    ks = Terhalang("ks", (belum,), frozenset(), tuntas=False, skp=frozenset({skp_ks, SKP_ATASAN}))
    skp_guru = Terhalang("g1", (MENUNGGU_KS,), frozenset({skp_g1}), tuntas=False, dihitung=False)
    semua = [ks, skp_guru, orang("g1", menunggu)]
    hitungan = {p.kunci.objek_id: (p.langsung, p.terlepas, p.belum_diperiksa) for p in susun_perbaikan(semua)}
    assert hitungan == {"ks": (1, 2, 2), "g1": (1, 1, 1)}, "no row asked about waits for the head's SKP itself"


def test_orang_dihitung_sekali() -> None:
    """Two syncs of one person are one person."""
    fakta = frozenset({Fakta(JenisFakta.PERIODE_TAHUN, "i:2026")})
    periode = Halangan(kunci("PERIODE_DUA_TIPE", "i:2026", "PERIODE"), fakta)
    assert angka([orang("g1", periode), orang("g1", periode)], "PERIODE_DUA_TIPE") == (1, 1, 1)


def test_yang_terbanyak_dahulu() -> None:
    banyak = [orang(f"g{n}", TANPA_ATASAN) for n in range(3)]
    urut = susun_perbaikan([orang("x", BUKAN_USER, tuntas=True), *banyak])
    assert [p.kunci.kode for p in urut] == ["ATASAN_BELUM_ADA", "BUKAN_USER_PMM"]


def test_tuntas_menurut_temuan() -> None:
    assert tuntas_diperiksa("SKP", "GURU", [{"kode": "BUKAN_USER_PMM"}])
    assert not tuntas_diperiksa("SKP", "GURU", [{"kode": "ATASAN_BELUM_ADA"}])
    assert tuntas_diperiksa("SKP", "KEPALA_SEKOLAH", [{"kode": "KS_BELUM_KLAIM_PIMPINAN"}])
    tidak_aktif, tidak_ada = {"rincian": {"aktif": False}}, {"rincian": {"aktif": None}}
    assert tuntas_diperiksa("SKP", "GURU", [{"kode": "UNIT_KERJA_TIDAK_TERDAFTAR"} | tidak_aktif])
    assert not tuntas_diperiksa("SKP", "GURU", [{"kode": "UNIT_KERJA_TIDAK_TERDAFTAR"} | tidak_ada])


SEMUA_HALANGAN = (KLAIM, TANPA_ATASAN, MENUNGGU_KS, BUKAN_USER)
DUNIA = st.lists(
    st.builds(
        lambda nip, h, tuntas, dampak: Terhalang(f"n{nip}", tuple(h), frozenset(dampak), tuntas),
        st.integers(0, 6),
        st.lists(st.sampled_from(SEMUA_HALANGAN), min_size=1, unique=True),
        st.booleans(),
        st.lists(st.sampled_from([SKP_ATASAN, PIMPINAN]), unique=True),
    ),
    max_size=8,
)


@given(DUNIA)
def test_batas_hitungan(dunia: list[Terhalang]) -> None:
    """Nobody is freed for less than everything that holds them back; order of the input does not matter."""
    hasil = susun_perbaikan(dunia)
    assert hasil == susun_perbaikan(dunia[::-1])
    for p in hasil:
        assert p.langsung > 0
        assert 0 <= p.belum_diperiksa <= p.terlepas <= len({t.nip for t in dunia})
        sendiri = {t.nip for t in dunia if {h.kunci for h in t.halangan} == {p.kunci} and t.tuntas}
        assert p.terlepas - p.belum_diperiksa == len(sendiri)
