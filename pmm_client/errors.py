"""Everything that can go wrong with PMM, sorted by what to do next. No text or repr holds a NIP, a name or a secret.

PMMError
+-- PMMCobaLagi              later, by itself; `retry_after` seconds when PMM or the breaker said so
|   +-- PMMTidakTerjangkau   connect, reset, time-out, 5xx, an answer that is not JSON, an open breaker
|   +-- PMMMembatasi         429, or turns are held back after one
|   +-- PMMAksesDitolak      401/403 with a fresh token, or the client itself refused; bulks should pause
+-- PMMJawabanTidakSah       somebody must look: JSON against the schema, another 4xx, a body over the limit
+-- PMMGagal                 PMM itself says no: HTTP 200 with `status: gagal`; `kode` and `pesan` tell why
"""

from typing import Self

BATAS_MENTAH = 64 * 1024
"""Bytes kept of a raw answer for whoever must look at it."""


class PMMError(Exception):
    """A call that gave no data.

    `jalur` is the path template ("/v1/pengguna/{nip}"), `request_id` the X-Request-ID of the call, `status` the HTTP
    status if there was one, `sebab` a short cause without personal data. `mentah` is the body cut at 64 KiB: it is
    personal data, for the database only, and stays out of str() and repr().
    """

    def __init__(
        self, sebab: str, *, jalur: str, request_id: str, status: int | None = None, mentah: bytes = b""
    ) -> None:
        super().__init__(sebab)
        self.sebab = sebab
        self.jalur = jalur
        self.request_id = request_id
        self.status = status
        self.mentah = mentah[:BATAS_MENTAH]

    def __str__(self) -> str:
        status = "" if self.status is None else f", HTTP {self.status}"
        return f"{self.sebab} ({self.jalur}{status}, request {self.request_id})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    @property
    def mentah_teks(self) -> str:
        """The raw body as text a database can store: bad bytes and NUL become U+FFFD."""
        return self.mentah.decode("utf-8", "replace").replace("\x00", "\ufffd")

    def salin(self, request_id: str) -> Self:
        """The same error for another call that waited for the same thing (a token), under its own request id."""
        baru = type(self).__new__(type(self))
        baru.__dict__.update(self.__dict__)
        baru.args = self.args
        baru.request_id = request_id
        return baru


class PMMCobaLagi(PMMError):
    """PMM's illness: ask again later. `retry_after` is in seconds, None when nobody said how long."""

    def __init__(
        self,
        sebab: str,
        *,
        jalur: str,
        request_id: str,
        status: int | None = None,
        mentah: bytes = b"",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sebab, jalur=jalur, request_id=request_id, status=status, mentah=mentah)
        self.retry_after = retry_after


class PMMTidakTerjangkau(PMMCobaLagi):
    """No usable answer: connect, reset, time-out, 5xx, an answer that is not JSON, or the breaker is open."""


class PMMMembatasi(PMMCobaLagi):
    """PMM answered 429, or turns are held back after one and nothing was sent (`status` is then None)."""


class PMMAksesDitolak(PMMCobaLagi):
    """PMM answered 401 or 403 to a fresh token, refused the client's credentials, or the breaker is open for that."""


class PMMJawabanTidakSah(PMMError):
    """An answer outside the contract. `sebab` names the places (field names and indexes), never the values."""


class PMMGagal(PMMError):
    """A business failure. `kode` may be None: then only `pesan` tells; either is PMM's own text, unchanged."""

    def __init__(
        self, *, jalur: str, request_id: str, status: int, mentah: bytes, kode: str | None, pesan: str | None
    ) -> None:
        super().__init__("PMM menjawab gagal", jalur=jalur, request_id=request_id, status=status, mentah=mentah)
        self.kode = kode
        self.pesan = pesan
