"""HTTP/1.1 of uvicorn with what it lacks against slow and endless clients: a time for the head of a request, a bound on
its bytes, and an end for a body that nobody reads any more. What is refused here is a problem answer too.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import uuid4

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from sync_api.problems import jawaban_masalah

KEPALA_DETIK: Final = 10.0
KEPALA_BYTE: Final = 64 * 1024
SISA_BADAN_DETIK: Final = 5.0


class ProtokolBerbatas(HttpToolsProtocol):
    """One connection. `kepala_detik` and `sisa_badan_detik` are class attributes for tests with little time."""

    kepala_detik = KEPALA_DETIK
    sisa_badan_detik = SISA_BADAN_DETIK

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._di_kepala = True
        self._di_pesan = False
        self._byte_kepala = 0
        self._byte_header = 0
        self._menjawab = 0
        self._tenggat: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._beri_tenggat(self.kepala_detik)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lepas_tenggat()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._di_kepala:
            self._byte_kepala += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._di_kepala and self._byte_kepala > KEPALA_BYTE:
            self._tolak("HEADER_TERLALU_BESAR")
        elif self._tenggat is None and not self._di_pesan and not self._menjawab:
            # Empty lines between two requests: uvicorn has just taken away the time of the idle connection.
            self._beri_tenggat(self.kepala_detik)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._di_kepala = self._di_pesan = True
        self._byte_kepala = self._byte_header = 0
        if self._tenggat is None:
            self._beri_tenggat(self.kepala_detik)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers come here too, after the head.
        self._byte_header += len(name) + len(value)
        if self._byte_header > KEPALA_BYTE:
            raise httptools.HttpParserError("header terlalu besar")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._lepas_tenggat()
        self._di_kepala = False
        self._menjawab += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._lepas_tenggat()
        self._di_pesan = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._menjawab -= 1
        super().on_response_complete()
        if self._di_pesan and not self._di_kepala and not self.transport.is_closing():
            # Answered before the body was whole: the client may finish, but not for ever.
            self._beri_tenggat(self.sisa_badan_detik)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words, not for callers
        self._tolak("HEADER_TERLALU_BESAR" if self._byte_header > KEPALA_BYTE else "HTTP_TIDAK_SAH")

    def _beri_tenggat(self, detik: float) -> None:
        self._lepas_tenggat()
        self._tenggat = self.loop.call_later(detik, self._lewat_tenggat)

    def _lepas_tenggat(self) -> None:
        if self._tenggat is not None:
            self._tenggat.cancel()
            self._tenggat = None

    def _lewat_tenggat(self) -> None:
        self._tenggat = None
        if self.transport.is_closing():
            return
        if self._menjawab:
            # The next request's head is late while the answer to this one is still being made.
            self._beri_tenggat(self.kepala_detik)
        elif self._di_kepala and self._byte_kepala:
            self._tolak("PERMINTAAN_TERLALU_LAMBAT")
        else:
            self.transport.close()

    def _tolak(self, kode: str) -> None:
        """Answers and closes; after an answer has begun only the second is left."""
        self._lepas_tenggat()
        if not self._menjawab:
            nomor = uuid4().hex
            jawaban = jawaban_masalah(kode, request_id=nomor)
            kepala = [*jawaban.raw_headers, (b"x-request-id", nomor.encode()), (b"connection", b"close")]
            baris = [nama + b": " + isi + b"\r\n" for nama, isi in kepala]
            self.transport.write(b"".join([STATUS_LINE[jawaban.status_code], *baris, b"\r\n", bytes(jawaban.body)]))
        self.transport.close()
