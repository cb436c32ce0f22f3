"""NIP (and NI PPPK, of the same length): once a `Nip` exists it is valid, nobody downstream checks again.

A NIP is personal data, so neither an error nor `repr` ever shows it whole.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, Self

JenisAsnNip = Literal["PNS", "PPPK"]

PANJANG = 18
_SEMUA_ANGKA = re.compile(r"[0-9]{18}")
_BULAN_PPPK_TERKECIL = 21


class NipTidakSah(ValueError):
    """The text is no NIP; `alasan` says why in Indonesian and never repeats the text."""

    def __init__(self, alasan: str) -> None:
        super().__init__(alasan)
        self.alasan = alasan


def _tanggal(teks: str) -> date:
    return date(int(teks[0:4]), int(teks[4:6]), int(teks[6:8]))


def _periksa(teks: str) -> None:
    if _SEMUA_ANGKA.fullmatch(teks) is None:
        raise NipTidakSah(f"NIP harus tepat {PANJANG} angka")
    try:
        _tanggal(teks)
    except ValueError:
        raise NipTidakSah("Angka 1-8 NIP bukan tanggal lahir yang sah (tahun, bulan, tanggal)") from None
    if teks[8:12] == "0000":
        raise NipTidakSah("Angka 9-12 NIP bukan tahun yang sah")
    bulan = int(teks[12:14])
    if not (1 <= bulan <= 12 or bulan >= _BULAN_PPPK_TERKECIL):
        raise NipTidakSah("Angka 13-14 NIP harus bulan 01-12 (PNS) atau 21 ke atas (PPPK)")
    if teks[14] not in "12":
        raise NipTidakSah("Angka 15 NIP harus 1 atau 2")


class Nip(str):
    """A valid NIP that is also a plain string, so that it goes straight into JSON and SQL.

    Digits 1-8 are a birth date, 9-12 a year, 13-14 a month (PNS) or 21 and more (PPPK), 15 is 1 or 2 (keputusan).
    Raises NipTidakSah for anything else; only ASCII digits count.
    """

    __slots__ = ()

    def __new__(cls, teks: str) -> Self:
        _periksa(teks)
        return super().__new__(cls, teks)

    @classmethod
    def parse(cls, teks: str) -> Nip:
        """The NIP in `teks`, as it stands (white space is not forgiven). Raises NipTidakSah."""
        return cls(teks)

    @property
    def tanggal_lahir(self) -> date:
        """The birth date of digits 1-8."""
        return _tanggal(self)

    @property
    def jenis_asn(self) -> JenisAsnNip:
        """PNS when digits 13-14 are a month, else PPPK."""
        return "PNS" if int(self[12:14]) <= 12 else "PPPK"

    @property
    def samar(self) -> str:
        """For logs: the first four digits (the birth year), the rest hidden."""
        return self[:4] + "*" * (PANJANG - 4)

    def __repr__(self) -> str:
        return f"Nip({self.samar})"
