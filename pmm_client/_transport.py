"""The two ways to PMM: aiohttp, and any transport of httpx (mocks, proxies, somebody's own).

Neither follows redirects or reads proxies from the environment. aiohttp is asked directly since it takes half the CPU
time that it takes below an httpx client, and httpx's own pool collapses under concurrency (ADR 0007).
"""

import asyncio
import ssl

import aiohttp
import httpx
from yarl import URL

from pmm_client._deadline import Tenggat
from pmm_client._exchange import AGEN, Jawaban, KoneksiGagal, Pengangkut, Permintaan
from pmm_client.config import PMMConfig

_MENGANGGUR_TERLAMA = 15.0
_TETAP = (("Accept", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", AGEN))


def buat_pengangkut(config: PMMConfig, transport: httpx.AsyncBaseTransport | None) -> Pengangkut:
    """The way that `transport` gives, or aiohttp. Call it inside the event loop that will use it."""
    return LewatAiohttp(config) if transport is None else LewatHttpx(config, transport)


class LewatAiohttp:
    """The kept connections of aiohttp: as many as there are questions at once, closed after 15 idle seconds.

    Its connector, request and response are used without its session. A session would send a GET once more by itself
    when a kept connection breaks, a call that nobody counted towards PMM's limit, and takes a seventh of a call's CPU
    time for what is not wanted here: redirects, cookies, proxies, traces.
    """

    def __init__(self, config: PMMConfig) -> None:
        self._dasar = URL(config.url)
        self._jalur_dasar = self._dasar.raw_path.rstrip("/")
        self._batas_badan = config.batas_badan
        self._batas = aiohttp.ClientTimeout(total=None, sock_connect=config.connect, sock_read=config.read)
        self._kolam = aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=_MENGANGGUR_TERLAMA,
            ssl=_konteks_ssl(config) if self._dasar.scheme == "https" else True,
        )
        self._loop = asyncio.get_running_loop()

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        try:
            with Tenggat(batas_detik):
                jawaban = await self._kirim(permintaan)
                try:
                    return await self._baca(jawaban)
                finally:
                    # An answer read to its end is closed by itself, and its connection kept; any other ends with it.
                    if not jawaban.closed:
                        jawaban.close()
        except aiohttp.ConnectionTimeoutError:
            sebab = "batas waktu sambung habis"
        except aiohttp.SocketTimeoutError:
            sebab = "batas waktu baca habis"
        except TimeoutError:
            sebab = "batas waktu panggilan habis"
        except aiohttp.ClientConnectorError as galat:
            sebab = f"sambungan gagal: {type(galat.os_error).__name__}"
        except (aiohttp.ClientError, OSError, ValueError) as galat:
            sebab = type(galat).__name__
        raise KoneksiGagal(sebab)

    async def tutup(self) -> None:
        await self._kolam.close()

    async def _kirim(self, permintaan: Permintaan) -> aiohttp.ClientResponse:
        """Send it on a kept or a new connection; the answer without its body."""
        if self._kolam.closed:
            raise RuntimeError("PMMClient dipakai sesudah ditutup")
        asli = aiohttp.ClientRequest(
            permintaan.metode,
            self._url(permintaan.alamat),
            headers=(*_TETAP, *permintaan.kepala),
            data=permintaan.isi or None,
            loop=self._loop,
        )
        try:
            sambungan = await self._kolam.connect(asli, traces=[], timeout=self._batas)
        except TimeoutError as habis:
            raise aiohttp.ConnectionTimeoutError from habis
        try:
            if sambungan.protocol is None:
                raise aiohttp.ClientConnectionError
            sambungan.protocol.set_response_params(
                read_until_eof=True, auto_decompress=False, read_timeout=self._batas.sock_read
            )
            jawaban = await asli.send(sambungan)
        except BaseException:
            sambungan.close()
            raise
        try:
            return await jawaban.start(sambungan)
        except BaseException:
            jawaban.close()
            raise

    def _url(self, alamat: str) -> URL:
        # From its parts and without encoding it once more (whoever made it has done that): to parse each new address
        # would cost more than anything else done here for a call.
        jalur, _, kueri = alamat.partition("?")
        return URL.build(
            scheme=self._dasar.scheme,
            authority=self._dasar.raw_authority,
            path=self._jalur_dasar + jalur,
            query_string=kueri,
            encoded=True,
        )

    async def _baca(self, jawaban: aiohttp.ClientResponse) -> Jawaban:
        potongan: list[bytes] = []
        panjang = 0
        while not jawaban.content.at_eof():
            bagian = await jawaban.content.readany()
            potongan.append(bagian)
            panjang += len(bagian)
            if panjang > self._batas_badan:
                return Jawaban(jawaban.status, jawaban.headers, b"".join(potongan)[: self._batas_badan], terpotong=True)
        badan = potongan[0] if len(potongan) == 1 else b"".join(potongan)
        return Jawaban(jawaban.status, jawaban.headers, badan, terpotong=False)


class LewatHttpx:
    """A transport of httpx as the way, for each question anew."""

    def __init__(self, config: PMMConfig, transport: httpx.AsyncBaseTransport) -> None:
        self._url = config.url
        self._batas_badan = config.batas_badan
        self._transport = transport
        self._extensions = {
            "timeout": {"connect": config.connect, "read": config.read, "write": config.read, "pool": None}
        }

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        asli = httpx.Request(
            permintaan.metode,
            self._url + permintaan.alamat,
            headers=[*_TETAP, *permintaan.kepala],
            content=permintaan.isi,
            extensions=self._extensions,
        )
        try:
            with Tenggat(batas_detik):
                return await self._kirim(asli)
        except TimeoutError:
            sebab = "batas waktu panggilan habis"
        raise KoneksiGagal(sebab)

    async def tutup(self) -> None:
        await self._transport.aclose()

    async def _kirim(self, permintaan: httpx.Request) -> Jawaban:
        try:
            jawaban = await self._transport.handle_async_request(permintaan)
            try:
                return await self._baca(jawaban)
            finally:
                await jawaban.aclose()
        except Exception as galat:  # noqa: BLE001 - transports let errors of the library below through unmapped
            sebab = type(galat).__name__
        raise KoneksiGagal(sebab)

    async def _baca(self, jawaban: httpx.Response) -> Jawaban:
        status, headers, aliran = jawaban.status_code, jawaban.headers, jawaban.stream
        headers.encoding = "latin-1"
        if not isinstance(aliran, httpx.AsyncByteStream):
            raise TypeError("transport tanpa aliran asinkron")
        potongan: list[bytes] = []
        panjang = 0
        async for bagian in aliran:
            potongan.append(bagian)
            panjang += len(bagian)
            if panjang > self._batas_badan:
                return Jawaban(status, headers, b"".join(potongan)[: self._batas_badan], terpotong=True)
        return Jawaban(status, headers, b"".join(potongan), terpotong=False)


def _konteks_ssl(config: PMMConfig) -> ssl.SSLContext:
    konteks = ssl.create_default_context(cafile=config.ca_bundle) if config.ca_bundle else httpx.create_ssl_context()
    konteks.set_alpn_protocols(["http/1.1"])
    return konteks
