"""What somebody had typed when their session ended: kept sealed in the page itself, and shown again after sign-in.

Nothing is written by it: it only fills a form that the person sends again. It opens for the same person only.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sync_api.konsol.keamanan import BIDANG_CSRF
from sync_api.konsol.segel import Segel

TUJUAN_TITIPAN = "titipan"
BIDANG_TITIPAN = "titipan"
TITIPAN_TERLAMA_DETIK = 12 * 3600


@dataclass(frozen=True, slots=True)
class Titipan:
    """The path the form went to, and its fields but for those of the page itself."""

    jalur: str
    isian: tuple[tuple[str, str], ...]


def titipkan(segel: Segel, *, sub: str, jalur: str, isian: Sequence[tuple[str, str]], kini: float) -> str:
    """The sealed text for the page."""
    isi = [sub, jalur, int(kini), [[n, v] for n, v in isian if n != BIDANG_CSRF]]
    return segel.tutup(TUJUAN_TITIPAN, zlib.compress(json.dumps(isi, ensure_ascii=False).encode()))


def buka_titipan(segel: Segel, teks: str, *, sub: str, kini: float) -> Titipan | None:
    """What was kept for this person; None when it is not theirs, too old, or not ours."""
    mentah = segel.buka(TUJUAN_TITIPAN, teks)
    if mentah is None:
        return None
    pemilik, jalur, pada, isian = json.loads(zlib.decompress(mentah))
    if pemilik != sub or not 0 <= kini - pada < TITIPAN_TERLAMA_DETIK:
        return None
    return Titipan(jalur, tuple((n, v) for n, v in isian))
