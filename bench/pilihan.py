"""Numbers given on the command line, as in `./dev bench massal --jumlah 156000`."""

from __future__ import annotations

from collections.abc import Sequence

_DIBERIKAN: dict[str, int] = {}


def pisahkan(argumen: Sequence[str]) -> list[str]:
    """The names of the benchmarks; `--NAMA BILANGAN` is kept for `pilihan`. Raises ValueError for a name alone."""
    nama: list[str] = []
    sisa = list(argumen)
    while sisa:
        satu = sisa.pop(0)
        if not satu.startswith("--"):
            nama.append(satu)
        elif sisa and sisa[0].isdecimal():
            _DIBERIKAN[satu.removeprefix("--")] = int(sisa.pop(0))
        else:
            raise ValueError(f"{satu} memerlukan sebuah bilangan")
    return nama


def pilihan(nama: str, bawaan: int) -> int:
    """The number given as `--nama`, else `bawaan`."""
    return _DIBERIKAN.get(nama, bawaan)
