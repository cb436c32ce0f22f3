"""`Idempotency-Key` at the door: the route class of every POST, and what a route does that answers in two steps.

A request with a key runs in one transaction (services.db.transaksi) that is committed with its answer. The key stands
for method, path, query and the body's bytes as they came. Problems (4xx, 5xx) roll back and free the key.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Message, Receive

from services.db.penyewa import penyewa_kini
from services.db.transaksi import TransaksiPermintaan, dalam_permintaan
from services.idempotensi import JawabanPertama, Kunci, KunciDipakai, MasihBerjalan, SudahDijawab
from services.konteks import Konteks
from sync_api.problems import Galat, PermintaanDitolak

HEADER = "Idempotency-Key"
HEADER_DIULANG = "Idempotency-Replayed"
# What a body that no dependency asked for may hold.
BATAS_SISA = 64 * 1024
_SAH = re.compile(r"[\x21-\x7e]{1,128}")

Jalankan = Callable[[], Awaitable[Response]]


class RuteIdempoten(APIRoute):
    """A route whose POST honours `Idempotency-Key`. Other methods are what they are by HTTP and ignore it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **lain: Any) -> None:
        if "POST" in {metode.upper() for metode in lain.get("methods") or ()}:
            endpoint = _berkunci(endpoint)
        super().__init__(path, endpoint, **lain)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        asli = super().get_route_handler()

        async def tangani(request: Request) -> Response:
            if self.methods is None or "POST" not in self.methods or HEADER not in request.headers:
                return await asli(request)
            sidik = _Sidik(request)
            semula = _kini.set(_Permintaan(request, sidik))
            try:
                return await asli(Request(request.scope, sidik.terima))
            finally:
                _kini.reset(semula)

        return tangani


async def mantapkan(buat: Jalankan) -> None:
    """Before a route waits for what it has begun: commits its effect with the answer of `buat`, which counts until the
    route's own answer takes its place. Nothing without a key."""
    permintaan = _kini.get()
    if permintaan is not None and permintaan.transaksi is not None:
        await permintaan.sahkan(await buat())


class _Sidik:
    """The hash of a request, fed by whoever reads the body."""

    def __init__(self, request: Request) -> None:
        scope = request.scope
        asal = (scope["method"], scope["path"], scope.get("query_string", b"").decode("latin-1"))
        self._hash = hashlib.sha256(repr(asal).encode())
        self._terima: Receive = request.receive
        self._habis = False

    async def terima(self) -> Message:
        pesan = await self._terima()
        if pesan["type"] == "http.request":
            self._hash.update(pesan.get("body", b""))
            self._habis = not pesan.get("more_body", False)
        return pesan

    async def selesai(self) -> bytes:
        """The hash of the whole request; what nobody has read of the body is read now."""
        sisa = 0
        while not self._habis:
            pesan = await self.terima()
            sisa += len(pesan.get("body", b""))
            if pesan["type"] != "http.request" or sisa > BATAS_SISA:
                raise PermintaanDitolak("BADAN_TERLALU_BESAR" if sisa > BATAS_SISA else "PERMINTAAN_TIDAK_SAH")
        return self._hash.digest()


class _Permintaan:
    """One request with a key."""

    def __init__(self, request: Request, sidik: _Sidik) -> None:
        self.request, self._sidik = request, sidik
        self.konteks: Konteks = request.app.state.konteks
        self.transaksi: TransaksiPermintaan | None = None
        self._kunci = Kunci("", "", b"")
        self._tersimpan: JawabanPertama | None = None

    async def layani(self, jalankan: Jalankan) -> Response:
        """The answer to the request: the stored one, or what `jalankan` gives."""
        self._kunci = Kunci(penyewa_kini().pemanggil, _kunci(self.request), await self._sidik.selesai())
        try:
            async with self.konteks.baca() as conn:
                ada = await self._kunci.cari(conn)
            return _ulang(ada) if ada is not None else await self._sekali(jalankan)
        except SudahDijawab as sudah:
            return _ulang(sudah.jawaban)
        except KunciDipakai:
            raise PermintaanDitolak("KUNCI_IDEMPOTENSI_DIPAKAI") from None
        except MasihBerjalan:
            raise PermintaanDitolak("PERMINTAAN_MASIH_BERJALAN", header={"Retry-After": "1"}) from None

    async def sahkan(self, jawaban: Response) -> None:
        """Stores the answer and commits it together with everything the request has written."""
        if self.transaksi is None:
            raise RuntimeError("permintaan tidak sedang dilayani")
        self._tersimpan = _sebagai_pertama(jawaban)
        await self._kunci.simpan(await self.transaksi.koneksi(), self._tersimpan)
        await self.transaksi.sahkan()

    async def _sekali(self, jalankan: Jalankan) -> Response:
        self.transaksi = transaksi = TransaksiPermintaan(self.konteks.engine, self._kunci.pegang)
        with dalam_permintaan(transaksi):
            try:
                jawaban = await jalankan()
                if jawaban.status_code >= 400:
                    await transaksi.batalkan()
                elif not transaksi.disahkan:
                    await self.sahkan(jawaban)
                elif (akhir := _sebagai_pertama(jawaban)) != self._tersimpan:
                    await self._kunci.ganti(self.konteks, akhir)
            except BaseException:
                await transaksi.batalkan()
                raise
        return jawaban


_kini: ContextVar[_Permintaan | None] = ContextVar("sinkro_permintaan_berkunci", default=None)


def _berkunci(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """The endpoint, run at most once per key. Its dependencies are resolved before: caller and body are known."""

    @functools.wraps(endpoint)
    async def jalankan(*args: Any, **kwargs: Any) -> Response:
        sekali = functools.partial(endpoint, *args, **kwargs)
        permintaan = _kini.get()
        return await (sekali() if permintaan is None else permintaan.layani(sekali))

    return jalankan


def _kunci(request: Request) -> str:
    daftar = request.headers.getlist(HEADER)
    if len(daftar) != 1 or _SAH.fullmatch(daftar[0]) is None:
        raise PermintaanDitolak(
            "PERMINTAAN_TIDAK_SAH", galat=[Galat(f"header.{HEADER}", "harus satu, 1-128 karakter ASCII yang terlihat")]
        )
    return daftar[0]


def _sebagai_pertama(jawaban: Response) -> JawabanPertama:
    header = tuple(
        (nama.decode("latin-1"), nilai.decode("latin-1"))
        for nama, nilai in jawaban.raw_headers
        if nama != b"content-length"
    )
    return JawabanPertama(jawaban.status_code, header, bytes(jawaban.body))


def _ulang(pertama: JawabanPertama) -> Response:
    jawaban = Response(pertama.badan, pertama.status)
    for nama, nilai in (*pertama.header, (HEADER_DIULANG, "true")):
        jawaban.headers[nama] = nilai
    return jawaban
