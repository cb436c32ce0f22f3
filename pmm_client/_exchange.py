"""What goes out and what comes back: the values that every way to PMM shares."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

AGEN = "pmm-client/1"


class Permintaan(NamedTuple):
    """One request: path and query below the base address, and the headers that differ from call to call. Every text
    must be ASCII fit for a request line or a header; whoever makes one has checked that."""

    metode: str
    alamat: str
    kepala: tuple[tuple[str, str], ...]
    isi: bytes = b""


class Jawaban(NamedTuple):
    """`headers` are looked up by lower-case names. `terpotong` says that the body went on beyond the limit; `badan` is
    then what was read of it."""

    status: int
    headers: Mapping[str, str]
    badan: bytes
    terpotong: bool


class KoneksiGagal(Exception):
    """No whole answer came. The text is the kind of failure; the library's own words may hold the URL with a NIP."""


class Pengangkut(Protocol):
    """A way to PMM."""

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        """Connect if need be, send, and read the answer, all within `batas_detik`. Raises KoneksiGagal."""

    async def tutup(self) -> None:
        """Close everything."""
