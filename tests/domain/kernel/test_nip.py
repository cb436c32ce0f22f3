"""NIP: what is let in, what is refused, and that it never shows itself in an error or a repr."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.kernel.nip import Nip, NipTidakSah

# An invented person: born 1990-02-28, appointed in March 2015.
SAH = "199002282015031007"


@st.composite
def nip_sah(draw: st.DrawFn) -> tuple[str, date, str]:
    lahir = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
    tahun = draw(st.integers(1, 9999))
    bulan = draw(st.one_of(st.integers(1, 12), st.integers(21, 99)))
    jenis_kelamin = draw(st.sampled_from("12"))
    urut = draw(st.integers(0, 999))
    return f"{lahir:%Y%m%d}{tahun:04d}{bulan:02d}{jenis_kelamin}{urut:03d}", lahir, "PNS" if bulan <= 12 else "PPPK"


@given(nip_sah())
def test_setiap_nip_yang_memenuhi_aturan_diterima_dan_terbaca(contoh: tuple[str, date, str]) -> None:
    teks, lahir, jenis = contoh
    nip = Nip.parse(teks)
    assert (nip, nip.tanggal_lahir, nip.jenis_asn) == (teks, lahir, jenis)


@pytest.mark.parametrize(
    ("teks", "kata"),
    [
        ("", "18 angka"),
        (SAH[:17], "18 angka"),
        (SAH + "1", "18 angka"),
        (f" {SAH}", "18 angka"),
        (f"{SAH}\n", "18 angka"),
        (SAH[:8] + " " + SAH[9:], "18 angka"),
        ("١" + SAH[1:], "18 angka"),
        ("199002302015031007", "tanggal lahir"),
        ("199013012015031007", "tanggal lahir"),
        ("000001012015031007", "tanggal lahir"),
        ("199102292015031007", "tanggal lahir"),
        ("199002280000031007", "tahun"),
        ("199002282015001007", "13-14"),
        ("199002282015131007", "13-14"),
        ("199002282015201007", "13-14"),
        ("199002282015030007", "Angka 15"),
        ("199002282015033007", "Angka 15"),
    ],
)
def test_yang_lain_ditolak_dengan_alasan_tanpa_menyebut_nip(teks: str, kata: str) -> None:
    with pytest.raises(NipTidakSah) as galat:
        Nip.parse(teks)
    assert kata in galat.value.alasan
    assert len(teks) < 4 or teks not in str(galat.value)


def test_hanya_empat_angka_pertama_yang_tampil() -> None:
    nip = Nip.parse(SAH)
    assert nip.samar == "1990" + "*" * 14
    assert SAH not in repr(nip)
    assert json.dumps({"nip": nip}) == f'{{"nip": "{SAH}"}}'
    assert f"{nip}" == SAH


def test_konstruktor_juga_memeriksa() -> None:
    with pytest.raises(NipTidakSah):
        Nip("123")
