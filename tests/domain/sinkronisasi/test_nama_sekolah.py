"""Names of schools: two writings of one school match, two schools never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.nama_sekolah import NamaSekolah, kemiripan, nama_cocok, urai_nama

INSTANSI = "Pemerintah Kab. Buleleng"


def _cocok(a: str, b: str, instansi: str = INSTANSI) -> bool:
    return nama_cocok(urai_nama(a, instansi), urai_nama(b, instansi))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("SMP NEGERI 2 CIRACAP KEC. CIRACAP", "SMP NEGERI 2 CIRACAP"),
        ("SD N 3 KARYASARI", "SDN KARYASARI 3"),
        ("SD NEGERI 3 KARYASARI", "S.D.N. 3 Karyasari"),
        ("SD NEG. 03 KARYASARI", "SDN3 KARYASARI"),
        ("SEKOLAH DASAR NEGERI 3 KARYASARI", "SDN KARYASARI III"),
        ("SMPN IV TASIK", "SMP NEGERI 4 TASIK"),
        ("SMA N XX TASIK", "SMA NEGERI 20 TASIK"),
        ("SMKN 1 TASIK", "SMK NEGERI 1 TASIK"),
        ("TKN PEMBINA TASIK", "TK NEGERI PEMBINA TASIK"),
        ("TAMAN KANAK-KANAK NEGERI PEMBINA TASIK", "TK NEGERI PEMBINA TASIK"),
        ("SLBN 1 TASIK", "SLB NEGERI 1 TASIK"),
        ("SMP NEGERI SATU ATAP 4", "SMPN SATAP 4"),
        ("SMP NEGERI SATU ATAP 4 TASIK", "SMPN 4 SATAP TASIK"),
        ("SMP SATAP NEGERI 4 TASIK", "SMPN SATU ATAP 4 TASIK"),
        ("UPTD SDN 1 TASIK", "SDN 1 TASIK"),
        ("UPT. SMP NEGERI 1 TASIK", "SMPN 1 TASIK"),
        ("UPT SPF SDN 1 TASIK", "SDN 1 TASIK"),
        ("UPTD SATUAN PENDIDIKAN SDN 1 TASIK", "SDN 1 TASIK"),
        ("SDN 1 TASIK KECAMATAN CIKEDAL", "SDN 1 TASIK KEC. MENES"),
        ("SDN 1 TASIK KEC. IV KOTO", "SDN 1 TASIK"),
        ("SDN 1 TASIK KEC. 2 X 11 KAYU TANAM", "SDN 1 TASIK"),
        ("SDN TASIK KEC. CIKEDAL 1", "SDN 1 TASIK"),
        ("SDN 1 TASIK - DINAS PENDIDIKAN", "SDN 1 TASIK"),
        ("SDN 1 TASIK - DINAS PENDIDIKAN KAB. BULELENG", "SDN 1 TASIK"),
        ("SDN 1 TASIK KAB. BULELENG", "SDN 1 TASIK"),
        ("SDN 1 TASIK KABUPATEN BULELENG KEC. SAWAN", "SDN 1 TASIK"),
        ("SDN 1 TASIK KEC. SAWAN KABUPATEN BULELENG", "SDN 1 TASIK"),
        ("SMA NEGERI 1 KAB. BULELENG", "SMAN 1"),
        ("SDN 1", "SD NEGERI 01"),
        ("SDN 1 KEC. CIKEDAL", "SDN 1 KECAMATAN CIKEDAL"),
        ("DINAS PENDIDIKAN KABUPATEN BULELENG", "DINAS PENDIDIKAN"),
        ("SD SWASTA HARAPAN", "SDS HARAPAN"),
        ("SD ISLAM TERPADU HARAPAN", "SDIT HARAPAN"),
    ],
)
def test_dua_tulisan_satu_sekolah(a: str, b: str) -> None:
    assert _cocok(a, b)
    assert _cocok(b, a)
    assert kemiripan(urai_nama(a, INSTANSI), urai_nama(b, INSTANSI)) == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("SDN KARYASARI 1", "SDN KARYASARI 3"),
        ("SDN 1", "SDN KARYASARI"),
        ("SDN 1 KARYASARI", "SDN 1"),
        ("SDN 1 KARYASARI", "SDN KARYASARI"),
        ("SDN 1 KARYASARI", "SD 1 KARYASARI"),
        ("SD KARYASARI", "SDIT KARYASARI"),
        ("SMPN 4 TASIK", "SMPN SATAP 4 TASIK"),
        ("SDN 1 TASIK", "SMPN 1 TASIK"),
        ("SDN KARYASARI 1 CIKEDAL", "SDN KARYASARI 1"),
        ("SDN 1 KEC. CIKEDAL", "SDN 1 KEC. MENES"),
        ("SDN 1 KEC. CIKEDAL", "SDN 1"),
        ("SDN TASIK KEC. CIKEDAL 1", "SDN TASIK KEC. CIKEDAL 2"),
        ("SDN TASIK KEC. CIKEDAL 1", "SDN TASIK"),
        ("SDN 1 TASIK KAB. TABANAN", "SDN 1 TASIK"),
        ("SDN 1 TASIK KOTA BULELENG", "SDN 1 TASIK"),
        ("SDN XXI TASIK", "SDN 21 TASIK"),
        ("SDN IVAN", "SDN 4 AN"),
        ("SD S. PARMAN", "SD PARMAN"),
        ("UPT DINAS PENDIDIKAN KEC. SAWAN", "UPT DINAS PENDIDIKAN KEC. SUKASADA"),
        ("UPT DINAS PENDIDIKAN KEC. SAWAN", "DINAS PENDIDIKAN"),
        ("BIDANG SD DINAS PENDIDIKAN", "BIDANG SD DINAS KESEHATAN"),
        ("", ""),
        ("1", "1"),
    ],
)
def test_dua_sekolah_tidak_pernah_cocok(a: str, b: str) -> None:
    assert not _cocok(a, b)
    assert not _cocok(b, a)


@pytest.mark.parametrize(
    ("instansi", "nama", "cocok"),
    [
        ("Pemerintah Kota Bogor", "SDN 1 TASIK KOTA BOGOR", True),
        ("PEMERINTAH KABUPATEN BOGOR", "SDN 1 TASIK KAB BOGOR", True),
        ("Pemerintah Kab. Bogor", "SDN 1 TASIK KOTA BOGOR", False),
        ("Pemerintah Kab. Kota Baru", "SDN 1 TASIK KAB. KOTA BARU", True),
        ("Bogor", "SDN 1 TASIK KOTA BOGOR", True),
        ("", "SDN 1 TASIK KOTA BOGOR", False),
    ],
)
def test_hanya_nama_instansi_sendiri_yang_dibuang(instansi: str, nama: str, cocok: bool) -> None:
    assert _cocok(nama, "SDN 1 TASIK", instansi) is cocok


def test_uraian() -> None:
    assert urai_nama("UPTD SD NEGERI 03 Karya Sari II, KEC. CIKEDAL", INSTANSI) == NamaSekolah(
        "SDN", frozenset({2, 3}), "karya sari"
    )


def test_kemiripan_lebih_rendah_untuk_angka_atau_jenis_lain() -> None:
    a, angka_lain, jenis_lain, nama_lain = (
        urai_nama(n, INSTANSI) for n in ("SDN 1 TASIK", "SDN 2 TASIK", "SMPN 1 TASIK", "SDN 1 MENES")
    )
    assert kemiripan(a, nama_lain) < kemiripan(a, jenis_lain) < kemiripan(a, angka_lain) < 1.0


KATA = st.sampled_from(
    ["SD", "SDN", "SMP", "N", "NEGERI", "SATAP", "SATU", "ATAP", "UPTD", "KEC", "KAB", "KOTA", "BULELENG", "DINAS", "I",
     "IV", "XX", "1", "01", "2", "17", "KARYASARI", "TASIK", "SPF", "UPT", "SATUAN", "PENDIDIKAN", "MENES"]
)  # fmt: skip
DAFTAR_KATA = st.lists(KATA, min_size=1, max_size=8)


@given(DAFTAR_KATA, DAFTAR_KATA)
def test_simetris_dan_angka_berbeda_tidak_pernah_cocok(a: list[str], b: list[str]) -> None:
    x, y = urai_nama(" ".join(a), INSTANSI), urai_nama(" ".join(b), INSTANSI)
    assert nama_cocok(x, y) is nama_cocok(y, x)
    assert kemiripan(x, y) == kemiripan(y, x)
    assert 0.0 <= kemiripan(x, y) <= 1.0
    if x.angka != y.angka:
        assert not nama_cocok(x, y)


@given(DAFTAR_KATA)
def test_setiap_nama_yang_bermakna_cocok_dengan_dirinya(kata: list[str]) -> None:
    nama = urai_nama(" ".join(kata), INSTANSI)
    assert nama_cocok(nama, nama) is bool(nama.inti or nama.jenis)
    assert kemiripan(nama, nama) == 1.0


@given(DAFTAR_KATA, st.data())
def test_besar_kecil_tanda_baca_dan_spasi_tidak_berarti(kata: list[str], data: st.DataObject) -> None:
    pemisah = st.text(" .,-/()\t", min_size=1, max_size=3)
    hiasan = data.draw(pemisah) + "".join(
        data.draw(st.sampled_from([k, k.lower(), k.title()])) + data.draw(pemisah) for k in kata
    )
    assert urai_nama(hiasan, INSTANSI) == urai_nama(" ".join(kata), INSTANSI)


@given(st.sampled_from(["SDN", "SMP NEGERI", "TK"]), st.integers(0, 99), st.integers(0, 99), st.data())
def test_angka_sekolah_tidak_hilang_di_belakang_tempat(jenis: str, m: int, n: int, data: st.DataObject) -> None:
    ekor = data.draw(
        st.sampled_from(["", "KEC. CIKEDAL", "- DINAS PENDIDIKAN", "KAB. BULELENG", "KEC. A KAB. BULELENG"])
    )
    a, b = (f"{jenis} KARYASARI {ekor} {angka}" for angka in (m, n))
    assert _cocok(a, b) is (m == n)


@given(st.text())
def test_nama_apa_pun_terurai(nama: str) -> None:
    urai_nama(nama, INSTANSI)
    urai_nama("SDN 1", nama)
