"""Folding of text, so that two writings of the same words compare equal.

Case, white space, punctuation and symbols do not count; letters with accents and digits do. `lipat` is idempotent.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, normalize

# Longer texts are folded without being remembered, so that hostile input cannot fill the memory.
_PANJANG_DIINGAT = 2_000
_PEMISAH_ASCII = {kode: " " for kode in range(128) if not chr(kode).isalnum()}


def _pengganti(huruf: str) -> str:
    jenis = category(huruf)
    # Format characters (soft hyphen, zero width space) stand inside words that were copied from a PDF.
    if jenis == "Cf":
        return ""
    return " " if jenis[0] in "ZPSC" else huruf


def _tanpa_tanda_baca(teks: str) -> str:
    return " ".join("".join(map(_pengganti, teks)).split())


def _lipat(teks: str) -> str:
    if teks.isascii():
        return " ".join(teks.lower().translate(_PEMISAH_ASCII).split())
    # Folding case can undo the normal form and dropping a character can join a letter with a mark behind it, which
    # is why the steps repeat until nothing changes; ordinary text needs one round and the one that confirms it.
    while (berikutnya := _tanpa_tanda_baca(normalize("NFKC", normalize("NFKC", teks).casefold()))) != teks:
        teks = berikutnya
    return teks


_lipat_diingat = lru_cache(maxsize=8_192)(_lipat)


def lipat(teks: str) -> str:
    """The text in NFKC, case folded, every run of white space, punctuation or symbols as one space, trimmed.

    RHK texts and names are equal when this is equal (keputusan). Never raises.
    """
    return _lipat_diingat(teks) if len(teks) <= _PANJANG_DIINGAT else _lipat(teks)
