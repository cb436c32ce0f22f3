"""What surrounds every request of the console: its state, its budget, the headers of every answer, and a page for what
nobody handled. Pure ASGI, inside the layer of the whole application.

Invariant: no answer but a static file may be stored by anybody, none may be framed, and none may load or run anything
that this process does not serve itself.
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.identitas.masuk import AlamatKonsolBelumDiatur, alamat_konsol
from sync_api.konsol.keadaan import KeadaanKonsol, Perangkat, pasang_keadaan
from sync_api.konsol.sesi import sesi_dari_kue

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADER_AMAN = {
    "Content-Security-Policy": CSP,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# The prefix makes a browser refuse the cookie from another host, without TLS, or for a part of the paths.
AWALAN_HOST, AWALAN_AMAN = "__Host-", "__Secure-"


class LapisanKonsol:
    """The layer. `jawab_galat` makes the page for an exception that no handler took."""

    def __init__(
        self, app: ASGIApp, perangkat: Perangkat, jawab_galat: Callable[[Request, Exception], Response]
    ) -> None:
        self._app, self._perangkat, self._jawab_galat = app, perangkat, jawab_galat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            alamat = alamat_konsol(self._perangkat.settings, str(request.url))
        except AlamatKonsolBelumDiatur:
            pesan = "Alamat konsol belum diatur: pengelola layanan perlu mengisi SINKRO_KONSOL_ALAMAT."
            await PlainTextResponse(pesan, 421, HEADER_AMAN)(scope, receive, send)
            return
        kue = _kue(request, alamat.startswith("https://"))
        keadaan = KeadaanKonsol(self._perangkat, alamat, sesi_dari_kue(self._perangkat.segel, kue), kue)
        pasang_keadaan(scope, keadaan)
        dimulai = False

        async def kirim(pesan: Message) -> None:
            nonlocal dimulai
            if pesan["type"] == "http.response.start":
                dimulai = True
                kepala = MutableHeaders(raw=pesan.setdefault("headers", []))
                for nama, nilai in HEADER_AMAN.items():
                    kepala.setdefault(nama, nilai)
                kepala.setdefault("Cache-Control", "no-store")
                for baris in _baris_kue(keadaan):
                    kepala.append("Set-Cookie", baris)
            await send(pesan)

        try:
            await self._hitung(scope, keadaan)
            await self._app(scope, receive, kirim)
        except Exception as galat:
            if dimulai:
                raise
            await self._jawab_galat(request, galat)(scope, receive, kirim)

    async def _hitung(self, scope: Scope, keadaan: KeadaanKonsol) -> None:
        """Counts the request by the session's person, whose seal proves them; by address without a session. Raises
        PermintaanDitolak (429)."""
        penjaga = self._perangkat.penjaga()
        if penjaga is None:
            return
        if keadaan.sesi is None:
            await penjaga.hitung_tanpa_token(scope)
        else:
            await penjaga.hitung_sesi(scope, self._perangkat.alur.penerbit, keadaan.sesi.sub)


def _kue(request: Request, aman: bool) -> dict[str, str]:
    """The request's cookies by their names without prefix; on TLS only those that carry one count."""
    hasil: dict[str, str] = {}
    for nama, nilai in request.cookies.items():
        for awalan in (AWALAN_HOST, AWALAN_AMAN) if aman else ("",):
            if nama.startswith(awalan):
                hasil[nama.removeprefix(awalan)] = nilai
    return hasil


def _baris_kue(keadaan: KeadaanKonsol) -> list[str]:
    hasil = []
    for nama, (nilai, detik, jalur) in keadaan.kue.items():
        awalan = "" if not keadaan.aman else AWALAN_HOST if jalur == "/" else AWALAN_AMAN
        wadah: SimpleCookie = SimpleCookie()
        try:
            wadah[awalan + nama] = nilai
        except CookieError:
            raise ValueError(f"nama kue {nama} tidak sah") from None
        satu = wadah[awalan + nama]
        satu["path"], satu["httponly"], satu["samesite"], satu["secure"] = jalur, True, "Lax", keadaan.aman
        if detik is not None:
            satu["max-age"] = detik
        hasil.append(satu.OutputString())
    return hasil
