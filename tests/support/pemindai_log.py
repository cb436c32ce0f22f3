"""Looks through log files for what must never stand in them: people, tokens, secrets. Masked forms are allowed.

Gives file, line number and kind, never the line itself: what was found must not be betrayed again by a test's output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

_ANGKA_PANJANG = re.compile(r"\d{18,}")
# The header's scheme with what would follow it, and the beginning of every JWT (`{"` in base64).
_TOKEN = re.compile(r"authorization\W{1,4}\w|bearer\s+[\w.-]{8}|eyJ[\w-]{8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PemindaiLog:
    """What is sought besides every number of 18 digits and everything that looks like a token: these names of people,
    in any letters and also as part of an address, and these secrets."""

    nama: frozenset[str]
    rahasia: frozenset[str]

    def pindai(self, berkas: Iterable[Path]) -> list[str]:
        """`file:line kind` of every find; kind is NIP, token, sandi or nama."""
        bentuk = {b.casefold() for satu in self.nama for b in (satu, quote(satu), quote_plus(satu))}
        # One expression for all of them: a line is read once, however many people there are.
        pola = re.compile("|".join(map(re.escape, sorted(bentuk)))) if bentuk else None
        hasil = []
        for satu in berkas:
            for nomor, baris in enumerate(satu.read_text(errors="replace").splitlines(), 1):
                jenis = {
                    "NIP": _ANGKA_PANJANG.search(baris) is not None,
                    "token": _TOKEN.search(baris) is not None,
                    "sandi": any(r in baris for r in self.rahasia),
                    "nama": pola is not None and pola.search(baris.casefold()) is not None,
                }
                hasil += [f"{satu.name}:{nomor} {nama}" for nama, ada in jenis.items() if ada]
        return hasil
