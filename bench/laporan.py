"""How figures are printed, and on what machine they were measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median


@dataclass(frozen=True, slots=True)
class Angka:
    """One figure: the samples of interleaved rounds, their unit, and for a ratio the goal."""

    nama: str
    sampel: Sequence[float]
    satuan: str
    tujuan: str = ""


def mesin() -> str:
    """Processor count, Python and the libraries that matter."""
    pustaka = ", ".join(
        f"{p} {version(p)}" for p in ("sqlalchemy", "asyncpg", "httpx", "aiohttp", "pydantic", "uvloop")
    )
    return f"{platform.machine()}, {os.cpu_count()} inti, Python {platform.python_version()}, {pustaka}"


def cetak(angka: Sequence[Angka]) -> None:
    """A table: median, smallest and largest of the rounds."""
    lebar = max(len(a.nama) for a in angka)
    for a in angka:
        tengah = f"{median(a.sampel):10.2f}  ({min(a.sampel):.2f} .. {max(a.sampel):.2f})"
        print(f"  {a.nama:{lebar}}  {tengah:32} {a.satuan:10} {a.tujuan}")
