"""When a passing fault is tried again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.pengulangan import (
    TUNGGU_TERLAMA_MENURUT_PMM,
    WAKTU_TUNGGU,
    Menyerah,
    Ulangi,
    putuskan_pengulangan,
)
from ekinerja_domain.sinkronisasi.temuan import Kode, buat_temuan

SAKIT = [buat_temuan(k) for k in (Kode.PMM_TIDAK_TERJANGKAU, Kode.PMM_MEMBATASI, Kode.PMM_AKSES_DITOLAK)]
GALAT = buat_temuan(Kode.GALAT_INTERNAL, id_galat="x")


@given(
    st.sampled_from(SAKIT),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.floats(0, 1),
)
def test_sakitnya_pmm_tidak_pernah_menyerah(temuan: object, ke: int, galat: int, acak: float) -> None:
    keputusan = putuskan_pengulangan(
        [temuan],  # type: ignore[list-item]  # drawn from SAKIT
        percobaan_transien=ke,
        percobaan_galat=galat,
        retry_after=None,
        acak=acak,
    )
    assert isinstance(keputusan, Ulangi)
    dasar = WAKTU_TUNGGU[min(ke, len(WAKTU_TUNGGU) - 1)]
    assert dasar * 0.8 <= keputusan.setelah <= dasar * 1.2


@given(st.floats(0, 100_000))
def test_retry_after_menang_tetapi_tidak_selamanya(detik: float) -> None:
    diminta = timedelta(seconds=detik)
    keputusan = putuskan_pengulangan(SAKIT[:1], percobaan_transien=4, percobaan_galat=0, retry_after=diminta, acak=0.5)
    assert keputusan == Ulangi(min(diminta, TUNGGU_TERLAMA_MENURUT_PMM))


def test_galat_internal_menyerah_pada_kali_ketiga() -> None:
    hasil = [
        putuskan_pengulangan([GALAT], percobaan_transien=n, percobaan_galat=n, retry_after=None, acak=0.5)
        for n in range(4)
    ]
    assert [isinstance(h, Menyerah) for h in hasil] == [False, False, True, True]
