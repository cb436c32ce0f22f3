"""The window of one second that pacing tests rely on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmm_client.sandbox.statistik import JendelaSedetik, Statistik


@given(st.lists(st.integers(0, 5000), max_size=200))
def test_maks_sama_dengan_hitungan_langsung(milidetik: list[int]) -> None:
    # Parts of 1024 are exact in binary, so the comparison below has no rounding of its own.
    waktu = sorted(m / 1024 for m in milidetik)
    jendela = JendelaSedetik()
    for t in waktu:
        jendela.catat(t)
    langsung = max((sum(1 for u in waktu if t - 1.0 < u <= t) for t in waktu), default=0)
    assert jendela.maks == langsung


def test_tepat_satu_detik_tidak_sejendela() -> None:
    jendela = JendelaSedetik()
    for t in (0.0, 1.0, 2.0):
        jendela.catat(t)
    assert jendela.maks == 1


def test_hitungan_per_titik_dan_request_id() -> None:
    statistik = Statistik()
    for t, titik, ident in ((0.0, "skp", "a"), (0.5, "skp", "a"), (2.6, "pengguna", None)):
        statistik.catat(titik, ident, t)
    hasil = statistik.ke_json()
    assert hasil["panggilan"] == {"skp": 2, "pengguna": 1}
    assert hasil["maks_per_detik"] == 2
    assert hasil["maks_per_detik_titik"] == {"skp": 2, "pengguna": 1}
    assert hasil["per_detik"] == {"0": 2, "2": 1}
    assert hasil["request_id"] == {"jumlah": 2, "unik": 1, "tanpa": 1, "terakhir": ["a", "a"]}
    statistik.kosongkan()
    assert statistik.ke_json()["jumlah_panggilan"] == 0
