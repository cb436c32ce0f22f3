"""A .csv file written row by row: RFC 4180, UTF-8 with a byte order mark, by which spreadsheets recognise it.

Invariant: no cell begins with what a spreadsheet would take for a formula; such a text gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO

MEDIA_CSV = "text/csv; charset=utf-8"
_BERBAHAYA = ("=", "+", "-", "@", "\t", "\r")
_AWAL = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zone


class BukuCsv:
    """As BukuXlsx: the same columns, rows and last line."""

    def __init__(self, berkas: IO[bytes], kolom: Sequence[tuple[str, int]], *, waktu: int = 0) -> None:
        self._berkas, self._teks, self.jumlah = berkas, len(kolom) - waktu, 0
        self._berkas.write(b"\xef\xbb\xbf")
        self._kirim([["No", *(judul for judul, _ in kolom)]])

    def tulis(self, baris: Iterable[Sequence[str | float | None]]) -> None:
        """Adds the rows behind those that are there."""
        keluar: list[list[str | int]] = []
        for satu in baris:
            self.jumlah += 1
            teks = [_aman(str(isi)) if isi else "" for isi in satu[: self._teks]]
            keluar.append([self.jumlah, *teks, *map(_waktu, satu[self._teks :])])
        self._kirim(keluar)

    def tutup(self, *akhir: str) -> None:
        """Adds `akhir` as a last line."""
        self._kirim([[_aman(isi) for isi in akhir]] if akhir else [])

    def buang(self) -> None:
        """Nothing is held."""

    def _kirim(self, baris: Iterable[Sequence[str | int]]) -> None:
        teks = io.StringIO(newline="")
        csv.writer(teks).writerows(baris)
        self._berkas.write(teks.getvalue().encode("utf-8", "replace"))


def _aman(teks: str) -> str:
    return "'" + teks if teks.startswith(_BERBAHAYA) else teks


def _waktu(hari: str | float | None) -> str:
    if not isinstance(hari, float):
        return ""
    return (_AWAL + timedelta(seconds=round(hari * 86_400))).isoformat(" ")
