"""The dated list of reasons for removing a user PMM."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ekinerja_domain.user_pmm import ALASAN_HAPUS, AlasanHapus, AlasanTidakBerlaku, alasan_berlaku, pilih_alasan

AWAL, AKHIR = date(2025, 1, 1), date(2025, 12, 31)
SEHARI = timedelta(days=1)
DAFTAR = (AlasanHapus("LAMA", "Lama", AWAL, AKHIR), AlasanHapus("BARU", "Baru", AKHIR + SEHARI))


def test_the_reasons_of_the_screen() -> None:
    assert {satu.kode for satu in alasan_berlaku(date(2026, 1, 1))} == {
        "GURU_KEMENAG",
        "BUKAN_GURU",
        "PERUBAHAN_JABATAN_NON_GURU",
        "SILN",
        "TUGAS_BELAJAR",
        "DIPERBANTUKAN_SWASTA",
    }
    assert len({satu.kode for satu in ALASAN_HAPUS}) == len(ALASAN_HAPUS)
    assert alasan_berlaku(date(2020, 1, 1)) == ()


@pytest.mark.parametrize(
    ("hari", "berlaku"),
    [
        (AWAL - SEHARI, []),
        (AWAL, ["LAMA"]),
        (AKHIR, ["LAMA"]),
        (AKHIR + SEHARI, ["BARU"]),
        (date(2199, 1, 1), ["BARU"]),
    ],
)
def test_a_reason_holds_on_its_first_and_last_day(hari: date, berlaku: list[str]) -> None:
    assert [satu.kode for satu in alasan_berlaku(hari, DAFTAR)] == berlaku
    for satu in DAFTAR:
        if satu.kode in berlaku:
            assert pilih_alasan(satu.kode, hari, DAFTAR) is satu
        else:
            with pytest.raises(AlasanTidakBerlaku):
                pilih_alasan(satu.kode, hari, DAFTAR)


def test_an_unknown_reason() -> None:
    for kode in ("", "bukan_guru", "MALAS"):
        with pytest.raises(AlasanTidakBerlaku):
            pilih_alasan(kode, date(2026, 1, 1))
