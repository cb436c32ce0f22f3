"""Worked out once per object, at the first question, and never shared between objects."""

from __future__ import annotations

import pytest

from ekinerja_domain.kernel.hitung_sekali import HitungSekali, hitung_sekali


class Contoh:
    def __init__(self, nilai: int) -> None:
        self.nilai = nilai
        self.dihitung = 0

    @hitung_sekali
    def ganda(self) -> int:
        """Twice the value."""
        self.dihitung += 1
        if self.nilai < 0:
            raise ValueError("negatif")
        return self.nilai * 2


def test_dihitung_sekali_per_objek() -> None:
    a, b = Contoh(1), Contoh(2)
    assert a.dihitung == 0
    assert (a.ganda, a.ganda, b.ganda) == (2, 2, 4)
    assert (a.dihitung, b.dihitung) == (1, 1)


def test_galat_tidak_diingat() -> None:
    a = Contoh(-1)
    for _ in range(2):
        with pytest.raises(ValueError, match="negatif"):
            _ = a.ganda
    a.nilai = 3
    assert (a.ganda, a.dihitung) == (6, 3)


def test_turunan_dapat_menggantinya() -> None:
    class Turunan(Contoh):
        @hitung_sekali
        def ganda(self) -> int:
            return super().ganda + 1

    # The value kept under the name is the subclass's own.
    assert [Turunan(5).ganda for _ in range(2)] == [11, 11]
    turunan = Turunan(5)
    assert (turunan.ganda, turunan.ganda) == (11, 11)


def test_pada_kelas_memberi_dirinya() -> None:
    assert isinstance(Contoh.ganda, HitungSekali)
    assert Contoh.ganda.__doc__ == "Twice the value."
