"""Date ranges: both ends belong to them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.kernel.rentang import RentangTanggal

HARI = st.dates(min_value=date(2024, 1, 1), max_value=date(2024, 3, 31))
RENTANG = st.tuples(HARI, HARI).map(lambda d: RentangTanggal(min(d), max(d)))


def _hari_di(r: RentangTanggal) -> set[date]:
    return {r.awal + timedelta(days=i) for i in range(r.hari)}


@given(RENTANG, RENTANG)
def test_bertumpukan_berarti_ada_hari_yang_sama(a: RentangTanggal, b: RentangTanggal) -> None:
    assert a.bertumpukan(b) is bool(_hari_di(a) & _hari_di(b))
    assert a.bertumpukan(b) is b.bertumpukan(a)


@given(RENTANG, HARI)
def test_memuat_dan_jepit(r: RentangTanggal, hari: date) -> None:
    assert r.memuat(hari) is (hari in _hari_di(r))
    assert r.jepit(hari) == min(_hari_di(r), key=lambda d: abs(d - hari))


def test_rentang_terbalik_ditolak() -> None:
    with pytest.raises(ValueError, match="sebelum mulai"):
        RentangTanggal(date(2024, 2, 2), date(2024, 2, 1))
