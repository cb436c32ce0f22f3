"""The two ways to PMM: aiohttp, and any transport of httpx (mocks, proxies, somebody's own).

Neither follows redirects or reads proxies from the environment. aiohttp is asked directly since it takes half the CPU
time that it takes below an httpx client, and httpx's own pool collapses under concurrency (ADR 0007).
"""

import asyncio
import ssl

import aiohttp
import httpx
from yarl import URL

from pmm_client._exchange import AGEN, Jawaban, KoneksiGagal, Pengangkut, Permintaan
from pmm_client.config import PMMConfig

_MENGANGGUR_TERLAMA = 15.0
_TETAP = (("Accept", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", AGEN))


def buat_pengangkut(config: PMMConfig, transport: httpx.AsyncBaseTransport | None) -> Pengangkut:
    """The way that `transport` gives, or aiohttp. Call it inside the event loop that will use it."""
    return LewatAiohttp(config) if transport is None else LewatHttpx(config, transport)


class LewatAiohttp:
    """The kept connections of aiohttp: as many as there are questions at once, closed after 15 idle seconds."""

    def __init__(self, config: PMMConfig) -> None:
        url = URL(config.url)
        self._alamat = str(url).rstrip("/")
        self._batas_badan = config.batas_badan
        self._sesi = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=_MENGANGGUR_TERLAMA,
                ssl=_konteks_ssl(config) if url.scheme == "https" else True,
            ),
            headers=dict(_TETAP),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=config.connect, sock_read=config.read),
        )
        # aiohttp would send a GET once more by itself when the connection breaks: a call that nobody counted towards
        # PMM's limit. There is no public switch; aiohttp's own test client uses this one.
        self._sesi._retry_connection = False

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        try:
            async with asyncio.timeout(batas_detik):
                return await self._kirim(permintaan)
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
        await self._sesi.close()

    async def _kirim(self, permintaan: Permintaan) -> Jawaban:
        # The address is encoded already: whoever made it has checked that.
        async with self._sesi.request(
            permintaan.metode,
            URL(self._alamat + permintaan.alamat, encoded=True),
            headers=permintaan.kepala,
            data=permintaan.isi or None,
            allow_redirects=False,
        ) as jawaban:
            potongan: list[bytes] = []
            panjang = 0
            async for bagian in jawaban.content.iter_any():
                potongan.append(bagian)
                panjang += len(bagian)
                if panjang > self._batas_badan:
                    jawaban.close()
                    break
            badan = potongan[0] if len(potongan) == 1 else b"".join(potongan)
            terpotong = panjang > self._batas_badan
            return Jawaban(
                jawaban.status, jawaban.headers, badan[: self._batas_badan] if terpotong else badan, terpotong
            )


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
            async with asyncio.timeout(batas_detik):
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
