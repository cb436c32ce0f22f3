"""Keyset cursors: where a page ended, opaque to callers and bound to the list they came from.

The cursor carries a check sum over the position and the filter, so one that was cut, changed or taken from another list
is refused. It is no secret and no permission: what a caller may see is asked again for every page.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

_PANJANG_UJI = 8
_KURSOR_TERPANJANG = 1024
_AWAL = datetime(2000, 1, 1, tzinfo=UTC)
_MIKRO = timedelta(microseconds=1)
_ISI = struct.Struct(">q16s")


class KursorTidakSah(ValueError):
    """The text is no cursor of this list."""


@dataclass(frozen=True, slots=True)
class Kursor:
    """The last row of a page ordered by (waktu, id)."""

    waktu: datetime
    id: UUID

    def ke_teks(self, daftar: str) -> str:
        """The cursor for callers. `daftar` names the list and its filter; the same must be given to `dari_teks`."""
        isi = _ISI.pack((self.waktu - _AWAL) // _MIKRO, self.id.bytes)
        return base64.urlsafe_b64encode(isi + _uji(isi, daftar)).rstrip(b"=").decode("ascii")

    @classmethod
    def dari_teks(cls, teks: str, daftar: str) -> Kursor:
        """Raises KursorTidakSah for anything `ke_teks` did not give for this list."""
        if len(teks) > 64 or not teks.isascii():
            raise KursorTidakSah("kursor tidak sah")
        try:
            mentah = base64.b64decode(teks + "=" * (-len(teks) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise KursorTidakSah("kursor tidak sah") from None
        isi, uji = mentah[: _ISI.size], mentah[_ISI.size :]
        if len(isi) != _ISI.size or uji != _uji(isi, daftar):
            raise KursorTidakSah("kursor tidak sah")
        mikro, byte = _ISI.unpack(isi)
        try:
            return cls(_AWAL + mikro * _MIKRO, UUID(bytes=byte))
        except OverflowError:
            raise KursorTidakSah("kursor tidak sah") from None


def _uji(isi: bytes, daftar: str) -> bytes:
    return hashlib.blake2b(isi + daftar.encode(), digest_size=_PANJANG_UJI, person=b"sinkro-kursor").digest()


def urutan_ke_teks(urutan: Sequence[str | int], daftar: str) -> str:
    """A cursor of a list that is ordered by something else than time: the sort key of the last row, for callers."""
    isi = json.dumps(list(urutan), ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(isi + _uji(isi, daftar)).rstrip(b"=").decode("ascii")


def urutan_dari_teks(teks: str, daftar: str) -> tuple[str | int, ...]:
    """The sort key again. Raises KursorTidakSah for anything `urutan_ke_teks` did not give for this list."""
    if len(teks) > _KURSOR_TERPANJANG or not teks.isascii():
        raise KursorTidakSah("kursor tidak sah")
    try:
        mentah = base64.b64decode(teks + "=" * (-len(teks) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise KursorTidakSah("kursor tidak sah") from None
    isi, uji = mentah[:-_PANJANG_UJI], mentah[-_PANJANG_UJI:]
    if uji != _uji(isi, daftar):
        raise KursorTidakSah("kursor tidak sah")
    return tuple(json.loads(isi))
