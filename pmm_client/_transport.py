"""The two ways to PMM: our own kept connections, and any transport of httpx (mocks, proxies, somebody's own).

One question here is one request on the wire: nothing retries, follows redirects or reads proxies from the environment.
"""

import asyncio
import ssl
from collections import deque

import httpx

from pmm_client._connection import Sambungan
from pmm_client._exchange import AGEN, Jawaban, KoneksiGagal, Pengangkut, Permintaan
from pmm_client.config import PMMConfig

_MENGANGGUR_TERLAMA = 15.0


def buat_pengangkut(config: PMMConfig, transport: httpx.AsyncBaseTransport | None) -> Pengangkut:
    """The way that `transport` gives, or our own. Call it inside the event loop that will use it."""
    return Kawat(config) if transport is None else LewatHttpx(config, transport)


class Kawat:
    """Kept connections, the last used first. There are never more than questions at once: a new one is opened only
    when none is idle. Those idle for 15 seconds are closed."""

    def __init__(self, config: PMMConfig) -> None:
        url = httpx.URL(config.url)
        aman = url.scheme == "https"
        self._config = config
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or (443 if aman else 80)
        self._ssl = _konteks_ssl(config) if aman else None
        self._jalur = url.raw_path.decode("ascii").rstrip("/")
        self._tetap = (
            f"Host: {url.netloc.decode('ascii')}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
            f"User-Agent: {AGEN}\r\n"
        )
        self._menganggur: deque[tuple[Sambungan, float]] = deque()
        self._loop = asyncio.get_running_loop()
        self._sapuan: asyncio.TimerHandle | None = None

    async def sambungkan(self, batas_detik: float) -> "SaluranKawat":
        return SaluranKawat(self, await self.ambil(batas_detik))

    async def ambil(self, batas_detik: float) -> Sambungan:
        """A connection that is ready. Raises KoneksiGagal."""
        while self._menganggur:
            sambungan, _ = self._menganggur.pop()
            if sambungan.siap:
                return sambungan
        sebab = "batas waktu sambung habis"
        try:
            async with asyncio.timeout(min(batas_detik, self._config.connect)):
                _, sambungan = await self._loop.create_connection(
                    lambda: Sambungan(self._config.batas_badan, self._config.read),
                    self._host,
                    self._port,
                    ssl=self._ssl,
                )
            return sambungan
        except TimeoutError:
            pass
        except (OSError, ValueError) as galat:
            sebab = f"sambungan gagal: {type(galat).__name__}"
        raise KoneksiGagal(sebab)

    def kembalikan(self, sambungan: Sambungan) -> None:
        """Take a connection back; one that is not ready is ended."""
        if not sambungan.siap:
            sambungan.putus()
            return
        self._menganggur.append((sambungan, self._loop.time()))
        if self._sapuan is None:
            self._sapuan = self._loop.call_later(_MENGANGGUR_TERLAMA, self._sapu)

    def pesan(self, permintaan: Permintaan) -> bytes:
        """The bytes of a request."""
        baris = [f"{permintaan.metode} {self._jalur}{permintaan.alamat} HTTP/1.1\r\n{self._tetap}"]
        baris += [f"{nama}: {nilai}\r\n" for nama, nilai in permintaan.kepala]
        if permintaan.isi:
            baris.append(f"Content-Length: {len(permintaan.isi)}\r\n")
        baris.append("\r\n")
        return "".join(baris).encode("ascii") + permintaan.isi

    async def tutup(self) -> None:
        if self._sapuan is not None:
            self._sapuan.cancel()
        while self._menganggur:
            self._menganggur.pop()[0].putus()

    def _sapu(self) -> None:
        self._sapuan = None
        terlama = self._loop.time() - _MENGANGGUR_TERLAMA
        while self._menganggur and self._menganggur[0][1] <= terlama:
            self._menganggur.popleft()[0].putus()
        if self._menganggur:
            sisa = self._menganggur[0][1] - terlama
            self._sapuan = self._loop.call_later(sisa, self._sapu)


class SaluranKawat:
    """One connection of `Kawat` in the hands of one call."""

    __slots__ = ("_kawat", "_sambungan")

    def __init__(self, kawat: Kawat, sambungan: Sambungan) -> None:
        self._kawat = kawat
        self._sambungan = sambungan

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        if not self._sambungan.siap:
            # PMM closed it while the call waited for its turn; nothing was sent on it.
            self._sambungan = await self._kawat.ambil(batas_detik)
        return await self._sambungan.tanya(self._kawat.pesan(permintaan), batas_detik)

    def lepas(self) -> None:
        self._kawat.kembalikan(self._sambungan)


class LewatHttpx:
    """A transport of httpx as the way, for each question anew."""

    def __init__(self, config: PMMConfig, transport: httpx.AsyncBaseTransport) -> None:
        self._url = config.url
        self._batas_badan = config.batas_badan
        self._transport = transport
        self._tetap = [("Accept", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", AGEN)]
        self._extensions = {
            "timeout": {"connect": config.connect, "read": config.read, "write": config.read, "pool": None}
        }

    async def sambungkan(self, batas_detik: float) -> "LewatHttpx":  # noqa: ARG002 - the transport connects by itself
        return self

    async def tanya(self, permintaan: Permintaan, batas_detik: float) -> Jawaban:
        asli = httpx.Request(
            permintaan.metode,
            self._url + permintaan.alamat,
            headers=[*self._tetap, *permintaan.kepala],
            content=permintaan.isi,
            extensions=self._extensions,
        )
        try:
            async with asyncio.timeout(batas_detik):
                return await self._kirim(asli)
        except TimeoutError:
            sebab = "batas waktu panggilan habis"
        raise KoneksiGagal(sebab)

    def lepas(self) -> None:
        return None

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
