"""One HTTP request and its answer, read up to a limit. The wire is aiohttp's under httpx's transport interface:
httpx's own pool loses its speed under concurrency, and its AsyncClient doubles the work per request.

One call here is one request on the wire: nothing below retries, follows redirects or reads proxies from the
environment.
"""

import ssl
from typing import NamedTuple

import httpx
from httpx_aiohttp import AiohttpTransport

from pmm_client.config import PMMConfig


class Jawaban(NamedTuple):
    """`terpotong` says that the body went on beyond the limit; `badan` is then what was read of it."""

    status: int
    headers: httpx.Headers
    badan: bytes
    terpotong: bool


class KoneksiGagal(Exception):
    """No whole answer came. The text is the kind of failure; the library's own words may hold the URL with a NIP."""


def buat_transport(config: PMMConfig) -> httpx.AsyncBaseTransport:
    """The transport of production. Call it inside the event loop that will use it."""
    konteks = ssl.create_default_context(cafile=config.ca_bundle) if config.ca_bundle else httpx.create_ssl_context()
    transport = AiohttpTransport(
        verify=konteks,
        trust_env=False,
        limits=httpx.Limits(max_connections=config.konkurensi, keepalive_expiry=15),
    )
    sesi = transport.get_client()
    # aiohttp sends a GET a second time when a kept connection drops, unseen by our pacing; it has no public switch.
    sesi._retry_connection = False
    transport.client = sesi
    return transport


class PembuatPermintaan:
    """Makes the requests of one client. What httpx would work out again for each (Host, an empty body, the encoding of
    the headers) is given to it: that is a fifth of the time of a call."""

    def __init__(self, config: PMMConfig) -> None:
        self._url = config.url
        self._tetap = [
            (b"Host", httpx.URL(config.url).netloc),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
            (b"User-Agent", b"pmm-client/1"),
        ]
        self._extensions = {
            "timeout": {"connect": config.connect, "read": config.read, "write": config.read, "pool": None}
        }

    def get(self, alamat: str, request_id: str, token: str) -> httpx.Request:
        """A GET of path and query `alamat`; both texts must be ASCII fit for a header."""
        return self._buat("GET", alamat, request_id, [(b"Authorization", b"Bearer " + token.encode("ascii"))], b"")

    def post_formulir(self, alamat: str, request_id: str, isi: bytes) -> httpx.Request:
        """A POST of a form already encoded."""
        headers = [
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Content-Length", str(len(isi)).encode("ascii")),
        ]
        return self._buat("POST", alamat, request_id, headers, isi)

    def _buat(
        self, metode: str, alamat: str, request_id: str, headers: list[tuple[bytes, bytes]], isi: bytes
    ) -> httpx.Request:
        permintaan = httpx.Request(
            metode,
            self._url + alamat,
            headers=[*self._tetap, (b"X-Request-ID", request_id.encode("ascii")), *headers],
            stream=httpx.ByteStream(isi),
            extensions=self._extensions,
        )
        permintaan.headers.encoding = "ascii"
        permintaan.read()
        return permintaan


async def kirim(transport: httpx.AsyncBaseTransport, permintaan: httpx.Request, batas_badan: int) -> Jawaban:
    """Send one request and read at most `batas_badan` bytes of the answer. Raises KoneksiGagal."""
    try:
        jawaban = await transport.handle_async_request(permintaan)
        try:
            return await _baca(jawaban, batas_badan)
        finally:
            await jawaban.aclose()
    except Exception as galat:  # noqa: BLE001 - the transport lets errors of the library below through unmapped
        # It calls a lost connection a ConnectTimeout; what that was mapped from is the truth.
        sebab = type(galat.__cause__ or galat).__name__
    raise KoneksiGagal(sebab)


async def _baca(jawaban: httpx.Response, batas_badan: int) -> Jawaban:
    status, headers, aliran = jawaban.status_code, jawaban.headers, jawaban.stream
    headers.encoding = "latin-1"
    if not isinstance(aliran, httpx.AsyncByteStream):
        raise TypeError("transport tanpa aliran asinkron")
    potongan: list[bytes] = []
    panjang = 0
    async for bagian in aliran:
        potongan.append(bagian)
        panjang += len(bagian)
        if panjang > batas_badan:
            return Jawaban(status, headers, b"".join(potongan)[:batas_badan], terpotong=True)
    return Jawaban(status, headers, b"".join(potongan), terpotong=False)
