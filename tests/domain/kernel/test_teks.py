"""Folding of text: what counts and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.kernel.teks import lipat


@pytest.mark.parametrize(
    ("teks", "lipatan"),
    [
        ("  Tersusunnya  KOSP, \n sebagai acuan. ", "tersusunnya kosp sebagai acuan"),
        ("RHK-1 (utama)/2", "rhk 1 utama 2"),
        ("pelak\u00adsa\u200bnaan", "pelaksanaan"),
        ("\uff33\uff24\uff2e\u3000\uff11", "sdn 1"),
        ("caf\u00e9 \u2013 CAFE\u0301", "caf\u00e9 caf\u00e9"),
        ("\u201ckutip\u201d \u2026 100%", "kutip 100"),
        ("...", ""),
        ("", ""),
    ],
)
def test_contoh(teks: str, lipatan: str) -> None:
    assert lipat(teks) == lipatan


@given(st.text())
def test_melipat_dua_kali_sama_dengan_sekali(teks: str) -> None:
    assert lipat(lipat(teks)) == lipat(teks)


@given(st.lists(st.text("abcDEF\u00e9\u011e123", min_size=1), min_size=1), st.data())
def test_tanda_baca_spasi_dan_besar_kecil_tidak_berarti(kata: list[str], data: st.DataObject) -> None:
    pemisah = st.text(" \t\n.,;:-_/()\u2013\u2026%", min_size=1)
    hiasan = data.draw(pemisah) + "".join(k.upper() + data.draw(pemisah) for k in kata)
    assert lipat(hiasan) == lipat(" ".join(kata))


def test_teks_panjang_dilipat_seperti_yang_pendek() -> None:
    panjang = "Kata, " * 1_000
    assert lipat(panjang) == " ".join(["kata"] * 1_000)
