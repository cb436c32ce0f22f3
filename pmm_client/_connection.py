"""One HTTP/1.1 connection: one question at a time, its answer parsed as it arrives and cut at a limit.

Nothing is ever sent twice, and a connection about whose state there is any doubt is never used again. Written below
the level of an HTTP library because such a library takes five times the CPU time of everything else in a call.
"""

import asyncio
from typing import Final, cast

import httptools

from pmm_client._exchange import Jawaban, KoneksiGagal

BATAS_KEPALA: Final = 64 * 1024
# Only what decides something is kept of the headers.
_DIPAKAI: Final = frozenset({b"retry-after", b"content-encoding", b"etag"})
_PEMBATAS: Final = frozenset({b"content-length", b"transfer-encoding"})
_TANPA_BADAN: Final = frozenset({204, 304})


class Sambungan(asyncio.Protocol):
    """Made by the loop when it connects. `batas_badan` is in bytes, `batas_diam` the longest silence in seconds."""

    def __init__(self, batas_badan: int, batas_diam: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._batas_badan = batas_badan
        self._batas_diam = batas_diam
        self._pengurai = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._jawaban: asyncio.Future[Jawaban] | None = None
        self._jam: asyncio.TimerHandle | None = None
        self._tenggat = 0.0
        self._terakhir = 0.0
        self._mulai_pesan()

    @property
    def siap(self) -> bool:
        """Whether a question may be sent on it."""
        return self._transport is not None and self._jawaban is None and not self._transport.is_closing()

    async def tanya(self, pesan: bytes, batas_detik: float) -> Jawaban:
        """Send the bytes of one request and wait for its answer, at most `batas_detik`. Raises KoneksiGagal."""
        if self._transport is None or not self.siap:
            raise KoneksiGagal("sambungan putus")
        jawaban: asyncio.Future[Jawaban] = self._loop.create_future()
        self._jawaban = jawaban
        self._terakhir = self._loop.time()
        self._tenggat = self._terakhir + batas_detik
        self._jam = self._loop.call_at(min(self._tenggat, self._terakhir + self._batas_diam), self._periksa_waktu)
        self._transport.write(pesan)
        try:
            return await jawaban
        except asyncio.CancelledError:
            # An answer nobody waits for would be taken for the next one.
            self.putus()
            raise
        finally:
            self._jam.cancel()
            self._jawaban = None

    def putus(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the interface without being registered for it.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is None and self._kepala_lengkap and not self._berbatas:
            # Without a length the end of the connection is the end of the body.
            self._selesai(self._pengurai.get_status_code(), terpotong=False)
        else:
            self._gagal("sambungan putus")

    def data_received(self, data: bytes) -> None:
        if self._jawaban is None:
            self.putus()
            return
        self._terakhir = self._loop.time()
        if not self._kepala_lengkap:
            self._besar_kepala += len(data)
        try:
            self._pengurai.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._gagal("jawaban bukan HTTP")
            self.putus()
            return
        if not self._kepala_lengkap and self._besar_kepala > BATAS_KEPALA:
            self._gagal("kepala jawaban terlalu besar")
            self.putus()

    def on_message_begin(self) -> None:
        if self._jawaban is None or self._jawaban.done():
            self.putus()
        self._mulai_pesan()

    def on_header(self, name: bytes, value: bytes) -> None:
        nama = name.lower()
        if nama in _DIPAKAI:
            self._headers[nama.decode("ascii")] = value.decode("latin-1")
        elif nama in _PEMBATAS:
            self._berbatas = True

    def on_headers_complete(self) -> None:
        self._kepala_lengkap = True
        if self._pengurai.get_status_code() in _TANPA_BADAN:
            self._berbatas = True

    def on_body(self, body: bytes) -> None:
        self._badan.append(body)
        self._panjang += len(body)
        if self._panjang > self._batas_badan:
            self._selesai(self._pengurai.get_status_code(), terpotong=True)
            self.putus()

    def on_message_complete(self) -> None:
        status = self._pengurai.get_status_code()
        if status < 200:
            # An interim answer (100, 103); the real one follows.
            self._mulai_pesan()
            return
        if not self._pengurai.should_keep_alive() and self._transport is not None:
            self._transport.close()
        self._selesai(status, terpotong=False)

    def _mulai_pesan(self) -> None:
        self._headers: dict[str, str] = {}
        self._badan: list[bytes] = []
        self._panjang = 0
        self._besar_kepala = 0
        self._kepala_lengkap = False
        self._berbatas = False

    def _selesai(self, status: int, *, terpotong: bool) -> None:
        if self._jawaban is None or self._jawaban.done():
            return
        badan = self._badan[0] if len(self._badan) == 1 else b"".join(self._badan)
        if terpotong:
            badan = badan[: self._batas_badan]
        self._jawaban.set_result(Jawaban(status, self._headers, badan, terpotong))

    def _gagal(self, sebab: str) -> None:
        if self._jawaban is not None and not self._jawaban.done():
            self._jawaban.set_exception(KoneksiGagal(sebab))

    def _periksa_waktu(self) -> None:
        kini, diam_sampai = self._loop.time(), self._terakhir + self._batas_diam
        if kini >= self._tenggat:
            self._gagal("batas waktu panggilan habis")
        elif kini >= diam_sampai:
            self._gagal("batas waktu baca habis")
        else:
            self._jam = self._loop.call_at(min(self._tenggat, diam_sampai), self._periksa_waktu)
            return
        self.putus()
