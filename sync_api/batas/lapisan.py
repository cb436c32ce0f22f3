"""The layer that bounds one request: its address and headers, its body's speed, its time, and how many run at once.

Invariant: whatever a client does, a request ends within a known time and holds a bounded part of the memory. Pure
ASGI, below the layer that gives the request its id and above all routes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_api.batas.penjaga import TANPA_HITUNG, Penjaga, akan_diperiksa_tokennya
from sync_api.metrics import BERJALAN, catat_tolak_beban
from sync_api.middleware import PembacaLambat, request_id
from sync_api.problems import PermintaanDitolak, jawaban_masalah

ALAMAT_TERPANJANG: Final = 16 * 1024
HEADER_TERBESAR: Final = 32 * 1024
HEADER_TERBANYAK: Final = 100
# A body larger than this counts as large; so many of them may be held at once.
BADAN_BESAR: Final = 64 * 1024
BADAN_BESAR_BERSAMAAN: Final = 4
_COBA_LAGI_BEBAN: Final = "1"

_TANPA_BATAS_WAKTU: Final = ("/unduh", "/kejadian")
_LAMA: Final = frozenset({"/v1/sinkro-massal", "/v1/referensi/impor"})


@dataclass(frozen=True, slots=True)
class Tenggat:
    """Time-outs in seconds. A body that pauses for `badan_diam`, or that after `badan_kelonggaran` of waiting came
    slower than `badan_per_detik` bytes, ends with 408; a request above `permintaan` (`permintaan_lama` for bulks and
    imports) with 503; a reader that takes nothing for `kirim` is cut off."""

    badan_diam: float = 15.0
    badan_kelonggaran: float = 10.0
    badan_per_detik: int = 1024
    permintaan: float = 90.0
    permintaan_lama: float = 600.0
    kirim: float = 60.0


class LapisanBatas:
    """The layer. `penjaga` gives the budgets once the application has started; `bersamaan`: requests at once;
    `dihitung_kemudian`: whether a layer further in counts the request, by what it knows of the caller."""

    def __init__(
        self,
        app: ASGIApp,
        penjaga: Callable[[], Penjaga | None],
        bersamaan: int,
        tenggat: Tenggat | None = None,
        dihitung_kemudian: Callable[[Scope], bool] = akan_diperiksa_tokennya,
    ) -> None:
        self._app, self._penjaga, self._bersamaan = app, penjaga, bersamaan
        self._dihitung_kemudian = dihitung_kemudian
        self._tenggat = tenggat or Tenggat()
        self._berjalan = 0
        self._besar = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in TANPA_HITUNG:
            await self._app(scope, receive, send)
            return
        # A stream of events lasts for hours and costs next to nothing; how many there may be is its own limit.
        alir = scope["path"].endswith("/kejadian")
        if not alir and self._berjalan >= self._bersamaan:
            catat_tolak_beban("requests")
            jawaban = jawaban_masalah(
                "LAYANAN_TIDAK_TERSEDIA", request_id=request_id(scope), header={"Retry-After": _COBA_LAGI_BEBAN}
            )
            await jawaban(scope, receive, send)
            return
        self._berjalan += not alir
        BERJALAN.inc()
        try:
            await self._layani(scope, receive, send)
        finally:
            self._berjalan -= not alir
            BERJALAN.dec()

    async def _layani(self, scope: Scope, receive: Receive, send: Send) -> None:
        badan = _Badan(self, receive, self._tenggat)
        kiriman = _Kiriman(send, self._tenggat.kirim)
        try:
            _periksa_ukuran(scope)
            penjaga = self._penjaga()
            if penjaga is not None and not self._dihitung_kemudian(scope):
                await penjaga.hitung_tanpa_token(scope)
            await self._dalam_waktu(scope, badan.terima, kiriman)
        except PermintaanDitolak as ditolak:
            if kiriman.dimulai:
                raise
            await jawaban_ditolak(Request(scope), ditolak)(scope, receive, send)
        finally:
            badan.lepas()

    async def _dalam_waktu(self, scope: Scope, terima: Receive, kiriman: _Kiriman) -> None:
        waktu = asyncio.timeout(self._lama(scope["path"]))
        try:
            async with waktu:
                await self._app(scope, terima, kiriman.kirim)
        except TimeoutError:
            if not waktu.expired() or kiriman.dimulai:
                raise
            catat_tolak_beban("deadline")
            raise PermintaanDitolak("LAYANAN_TIDAK_TERSEDIA", "Permintaan tidak selesai pada waktunya.") from None

    def _lama(self, jalur: str) -> float | None:
        if jalur.endswith(_TANPA_BATAS_WAKTU):
            return None
        return self._tenggat.permintaan_lama if jalur in _LAMA else self._tenggat.permintaan

    def ambil_tempat_besar(self) -> bool:
        """One of the places for large bodies, if one is free."""
        if self._besar >= BADAN_BESAR_BERSAMAAN:
            catat_tolak_beban("large_bodies")
            return False
        self._besar += 1
        return True

    def lepas_tempat_besar(self) -> None:
        self._besar -= 1


def jawaban_ditolak(request: Request, ditolak: PermintaanDitolak) -> ASGIApp:
    """The answer to a request that was refused before any handler could."""
    return jawaban_masalah(
        ditolak.masalah.kode, request_id=request_id(request.scope), detail=ditolak.detail, header=ditolak.header
    )


def _periksa_ukuran(scope: Scope) -> None:
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > ALAMAT_TERPANJANG:
        raise PermintaanDitolak("ALAMAT_TERLALU_PANJANG")
    header = scope["headers"]
    if len(header) > HEADER_TERBANYAK or sum(len(n) + len(i) for n, i in header) > HEADER_TERBESAR:
        raise PermintaanDitolak("HEADER_TERLALU_BESAR")


class _Badan:
    """The body of one request, as it is read. Only time spent waiting for the client counts against it."""

    def __init__(self, lapisan: LapisanBatas, receive: Receive, tenggat: Tenggat) -> None:
        self._lapisan, self._receive, self._tenggat = lapisan, receive, tenggat
        self._jumlah, self._menunggu = 0, 0.0
        self._habis = self._besar = False

    async def terima(self) -> Message:
        if self._habis:
            return await self._receive()
        mulai = time.monotonic()
        try:
            async with asyncio.timeout(self._tenggat.badan_diam):
                pesan = await self._receive()
        except TimeoutError:
            raise _terlalu_lambat() from None
        self._menunggu += time.monotonic() - mulai
        self._jumlah += len(pesan.get("body", b""))
        self._habis = not pesan.get("more_body", False)
        dinilai = not self._habis and self._menunggu > self._tenggat.badan_kelonggaran
        if dinilai and self._jumlah < self._menunggu * self._tenggat.badan_per_detik:
            raise _terlalu_lambat()
        if self._jumlah > BADAN_BESAR and not self._besar:
            self._besar = self._lapisan.ambil_tempat_besar()
            if not self._besar:
                raise PermintaanDitolak("LAYANAN_TIDAK_TERSEDIA", header={"Connection": "close"})
        return pesan

    def lepas(self) -> None:
        if self._besar:
            self._lapisan.lepas_tempat_besar()
            self._besar = False


class _Kiriman:
    """The answer of one request, as it is sent."""

    def __init__(self, send: Send, detik: float) -> None:
        self._send, self._detik = send, detik
        self.dimulai = False

    async def kirim(self, pesan: Message) -> None:
        self.dimulai = True
        try:
            async with asyncio.timeout(self._detik):
                await self._send(pesan)
        except TimeoutError:
            raise PembacaLambat from None


def _terlalu_lambat() -> PermintaanDitolak:
    return PermintaanDitolak("PERMINTAAN_TERLALU_LAMBAT", header={"Connection": "close"})
