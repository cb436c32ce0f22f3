"""The header `Prefer: wait=N` (RFC 7240)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

TUNGGU_TERLAMA_DETIK = 30
_PANJANG_HEADER = 1000
_ANGKA = re.compile(r"[0-9]{1,9}", re.ASCII)


def detik_tunggu(header: Iterable[str]) -> int | None:
    """How many seconds the caller wants to wait, 1 to 30; None for no such preference or one that is not valid.

    The first `wait` counts, over all headers; other preferences and parameters are ignored, as the RFC asks.
    """
    for baris in header:
        for preferensi in _pisah(baris[:_PANJANG_HEADER], ","):
            nama, _, nilai = next(_pisah(preferensi, ";")).partition("=")
            if nama.strip().lower() != "wait":
                continue
            nilai = nilai.strip().removeprefix('"').removesuffix('"')
            detik = int(nilai) if _ANGKA.fullmatch(nilai) else 0
            return detik if 1 <= detik <= TUNGGU_TERLAMA_DETIK else None
    return None


def _pisah(teks: str, pemisah: str) -> Iterator[str]:
    """The parts between separators that are not within a quoted string."""
    awal, dalam_kutip, lolos = 0, False, False
    for letak, huruf in enumerate(teks):
        if lolos:
            lolos = False
        elif huruf == "\\" and dalam_kutip:
            lolos = True
        elif huruf == '"':
            dalam_kutip = not dalam_kutip
        elif huruf == pemisah and not dalam_kutip:
            yield teks[awal:letak]
            awal = letak + 1
    yield teks[awal:]
