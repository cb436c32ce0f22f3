"""The cursor of the list of links: the key (npsn, unit id) of the last row. It says where to go on, never what may be
seen, so a forged one only moves the window."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64encode

from services.db.kursor import KursorTidakSah

_ISI = re.compile(r"([0-9A-Z]{8})([0-9A-F]{32})")
_PANJANG_KURSOR = 64


def tulis_kursor(npsn: str, unit_kerja_id: str) -> str:
    """The cursor behind the row of this link."""
    return urlsafe_b64encode(f"{npsn}{unit_kerja_id}".encode()).decode().rstrip("=")


def baca_kursor(kursor: str) -> tuple[str, str]:
    """(npsn, unit id) of what `tulis_kursor` gave. Raises KursorTidakSah."""
    if len(kursor) > _PANJANG_KURSOR or not kursor.isascii():
        raise KursorTidakSah("kursor tidak sah")
    try:
        teks = b64decode(kursor + "=" * (-len(kursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        raise KursorTidakSah("kursor tidak sah") from None
    cocok = _ISI.fullmatch(teks)
    if cocok is None:
        raise KursorTidakSah("kursor tidak sah")
    return cocok[1], cocok[2]
