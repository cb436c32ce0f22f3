"""Time-ordered ids (UUID version 7, RFC 9562), so that new rows lie beside each other in every index."""

from __future__ import annotations

import os
import time
from uuid import UUID


def id_baru() -> UUID:
    """48 bits of milliseconds, then 74 random bits. `id_baru()` in the database makes the same kind."""
    acak = int.from_bytes(os.urandom(10), "big")
    milidetik = time.time_ns() // 1_000_000
    nilai = (milidetik & 0xFFFF_FFFF_FFFF) << 80 | acak
    nilai = nilai & ~(0xF << 76) | 0x7 << 76
    return UUID(int=nilai & ~(0x3 << 62) | 0x2 << 62)
