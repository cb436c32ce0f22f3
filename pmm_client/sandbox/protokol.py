"""HTTP/1.1 over an asyncio protocol with httptools as the parser: requests in, one `Jawaban` out.

Written below the level of a web framework for two reasons: a fault switch must be able to reset the connection or cut
an answer in half, and the simulated PMM must answer faster than any client under test asks.
Requests of one connection are answered in order; pipelined ones wait while a delayed answer is outstanding.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import cast
from urllib.parse import unquote

import httptools

BATAS_KEPALA = 32 * 1024
BATAS_BADAN = 64 * 1024 * 1024
# Enough for any polite client; a flood of pipelined requests ends the connection instead of growing the queue.
BATAS_ANTREAN = 256

_ALASAN = {s.value: s.phrase for s in HTTPStatus}
# A zero linger time turns close() into a TCP reset instead of an orderly end.
_LINGER_NOL = struct.pack("ii", 1, 0)


class Cara(Enum):
    """How an answer reaches the wire."""

    UTUH = auto()
    SEPARUH = auto()
    PUTUS = auto()


@dataclass(slots=True)
class Permintaan:
    """One parsed request; header names are lower case, `jalur` is decoded, `kueri` is the raw query string."""

    metode: str
    jalur: str
    kueri: str
    kepala: Mapping[str, str]
    badan: bytes
    loopback: bool


@dataclass(slots=True)
class Jawaban:
    """An answer. `tunda` is a delay in seconds before anything is sent."""

    status: int
    badan: bytes = b""
    kepala: tuple[tuple[str, str], ...] = ()
    tunda: float = 0.0
    cara: Cara = Cara.UTUH
    tipe: str = "application/json"


Penangan = Callable[[Permintaan], Jawaban]


@dataclass(slots=True)
class _Mentah:
    """What the parser has collected of the request being read."""

    url: bytearray = field(default_factory=bytearray)
    kepala: dict[str, str] = field(default_factory=dict)
    badan: bytearray = field(default_factory=bytearray)
    besar_kepala: int = 0


class SambunganPMM(asyncio.Protocol):
    """One client connection."""

    def __init__(self, tangani: Penangan, terbuka: set[SambunganPMM]) -> None:
        self._tangani = tangani
        self._terbuka = terbuka
        self._pengurai = httptools.HttpRequestParser(self)
        self._mentah = _Mentah()
        self._antre: deque[tuple[Permintaan, bool]] = deque()
        self._jam: asyncio.TimerHandle | None = None
        self._loopback = False
        self._tutup = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        alamat = transport.get_extra_info("peername")
        self._loopback = bool(alamat) and ipaddress.ip_address(alamat[0].partition("%")[0]).is_loopback
        self._terbuka.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._tutup = True
        self._terbuka.discard(self)
        if self._jam is not None:
            self._jam.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._pengurai.feed_data(data)
        except httptools.HttpParserError:
            self._kirim(Jawaban(400, b'{"status":"gagal","kode":"PERMINTAAN_TIDAK_SAH","pesan":null}'), hidup=False)
        else:
            self._lanjut()

    def on_message_begin(self) -> None:
        self._mentah = _Mentah()

    def on_url(self, url: bytes) -> None:
        self._mentah.url += url
        self._hitung_kepala(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._hitung_kepala(len(name) + len(value))
        self._mentah.kepala[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._mentah.kepala.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if len(self._mentah.badan) + len(body) > BATAS_BADAN:
            self._tolak_terlalu_besar(413)
            return
        self._mentah.badan += body

    def on_message_complete(self) -> None:
        if self._tutup:
            return
        mentah = self._mentah
        jalur, _, kueri = mentah.url.decode("latin-1").partition("?")
        self._antre.append(
            (
                Permintaan(
                    metode=self._pengurai.get_method().decode("ascii"),
                    jalur=unquote(jalur) if "%" in jalur else jalur,
                    kueri=kueri,
                    kepala=mentah.kepala,
                    badan=bytes(mentah.badan),
                    loopback=self._loopback,
                ),
                self._pengurai.should_keep_alive(),
            )
        )
        if len(self._antre) > BATAS_ANTREAN:
            self.putus()

    def putus(self) -> None:
        """Ends the connection with a TCP reset, as a crashed server or a firewall would."""
        self._tutup = True
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        soket = transport.get_extra_info("socket")
        if soket is not None:
            soket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOL)
        transport.abort()

    def _hitung_kepala(self, n: int) -> None:
        self._mentah.besar_kepala += n
        if self._mentah.besar_kepala > BATAS_KEPALA:
            self._tolak_terlalu_besar(431)

    def _tolak_terlalu_besar(self, status: int) -> None:
        if not self._tutup:
            self._kirim(Jawaban(status, b'{"status":"gagal","kode":"TERLALU_BESAR","pesan":null}'), hidup=False)

    def _lanjut(self) -> None:
        while self._antre and self._jam is None and not self._tutup:
            permintaan, hidup = self._antre.popleft()
            jawaban = self._tangani(permintaan)
            if jawaban.tunda > 0:
                loop = asyncio.get_running_loop()
                self._jam = loop.call_later(jawaban.tunda, self._setelah_tunda, jawaban, hidup)
            else:
                self._kirim(jawaban, hidup=hidup)

    def _setelah_tunda(self, jawaban: Jawaban, hidup: bool) -> None:
        self._jam = None
        self._kirim(jawaban, hidup=hidup)
        self._lanjut()

    def _kirim(self, jawaban: Jawaban, *, hidup: bool) -> None:
        transport = self._transport
        if transport is None or self._tutup:
            return
        if jawaban.cara is Cara.PUTUS:
            self.putus()
            return
        baris = [f"HTTP/1.1 {jawaban.status} {_ALASAN.get(jawaban.status, 'Status')}"]
        if jawaban.status != 304:
            baris.append(f"content-type: {jawaban.tipe}\r\ncontent-length: {len(jawaban.badan)}")
        baris.extend(f"{nama}: {nilai}" for nama, nilai in jawaban.kepala)
        if not hidup:
            baris.append("connection: close")
        kepala = ("\r\n".join(baris) + "\r\n\r\n").encode("latin-1")
        if jawaban.cara is Cara.SEPARUH:
            transport.write(kepala + jawaban.badan[: len(jawaban.badan) // 2])
            hidup = False
        else:
            transport.write(kepala + jawaban.badan)
        if not hidup:
            self._tutup = True
            transport.close()
