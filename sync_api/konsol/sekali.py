"""A form that makes something takes effect once, however often it is sent: by a double click, the back button, or a
reload. Its one-time key is this console's Idempotency-Key.

Invariant: what a form caused and the answer to it are committed together (services.idempotensi); the same form sent
again within 24 hours is led to that answer and causes nothing.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from services.db.penyewa import penyewa_kini
from services.db.transaksi import TransaksiPermintaan, dalam_permintaan
from services.idempotensi import JawabanPertama, Kunci, MasihBerjalan, SudahDijawab
from services.konteks import Konteks
from sync_api.konsol.isian import teks_isian
from sync_api.konsol.keamanan import BIDANG_CSRF, BIDANG_KUNCI, Akses
from sync_api.problems import PermintaanDitolak

# How long the second of two clicks waits for what the first has begun.
TUNGGU_DETIK: Final = 20.0
_JEDA_DETIK: Final = 0.2
_SAH = re.compile(r"[A-Za-z0-9_-]{16,64}")
_DITANDAI: Final = "sekali"
PESAN_DIULANG = (
    "Formulir ini sudah dikirim dan sudah diproses, jadi tidak diulang. Untuk melakukannya lagi, mulailah dari "
    "formulir yang baru."
)
PESAN_BERJALAN = (
    "Formulir ini sudah dikirim dan masih diproses. Tunggu sebentar, lalu periksa hasilnya pada layarnya; tidak perlu "
    "mengirimnya lagi."
)

Jalankan = Callable[[], Awaitable[Response]]


def kunci_formulir(isian: FormData) -> str | None:
    """The one-time key the form was shown with; None for one that has none."""
    kunci = isian.get(BIDANG_KUNCI)
    return kunci if isinstance(kunci, str) and _SAH.fullmatch(kunci) else None


def sekali(rute: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A route with a parameter `akses` whose form takes effect once. What wrote nothing is not kept: a question, a
    refusal (4xx) and a form with faults are answered anew."""

    @functools.wraps(rute)
    async def jalankan(*, akses: Akses, **lain: Any) -> Response:
        formulir = kunci_formulir(akses.isian)
        satu = functools.partial(rute, akses=akses, **lain)
        return await (satu() if formulir is None else _layani(akses, _kunci(akses, formulir), satu))

    setattr(jalankan, _DITANDAI, True)
    return jalankan


def hanya_sekali(rute: Callable[..., Any]) -> bool:
    """Whether the route was made by `sekali`, for the test of all routes."""
    return getattr(rute, _DITANDAI, False)


def _kunci(akses: Akses, formulir: str) -> Kunci:
    """The key of this form with what was typed: changed and sent again, it is another request."""
    isi = [akses.request.url.path, formulir, [p for p in teks_isian(akses.isian) if p[0] != BIDANG_CSRF]]
    sidik = hashlib.sha256(json.dumps(isi, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return Kunci(penyewa_kini().pemanggil, f"konsol:{sidik.hexdigest()}", sidik.digest())


async def _layani(akses: Akses, kunci: Kunci, jalankan: Jalankan) -> Response:
    tenggat = time.monotonic() + TUNGGU_DETIK
    while True:
        try:
            async with akses.konteks.baca() as conn:
                ada = await kunci.cari(conn)
            return _ulang(akses, ada) if ada is not None else await _jalankan(akses.konteks, kunci, jalankan)
        except SudahDijawab as sudah:
            return _ulang(akses, sudah.jawaban)
        except MasihBerjalan:
            try:
                await _tunggu(akses.konteks, kunci, tenggat)
            except SudahDijawab as sudah:
                return _ulang(akses, sudah.jawaban)


async def _jalankan(konteks: Konteks, kunci: Kunci, jalankan: Jalankan) -> Response:
    transaksi = TransaksiPermintaan(konteks.engine, kunci.pegang)
    with dalam_permintaan(transaksi):
        try:
            jawaban = await jalankan()
            if transaksi.terbuka and jawaban.status_code < 400:
                await kunci.simpan(await transaksi.koneksi(), _amplop(jawaban))
                await transaksi.sahkan()
            else:
                await transaksi.batalkan()
        except BaseException:
            await transaksi.batalkan()
            raise
    return jawaban


async def _tunggu(konteks: Konteks, kunci: Kunci, tenggat: float) -> None:
    """Returns when the first request has ended without an answer to keep. Raises SudahDijawab, or PermintaanDitolak
    (409) when it takes too long."""
    while time.monotonic() < tenggat:
        await asyncio.sleep(_JEDA_DETIK)
        try:
            async with konteks.transaksi() as conn:
                await kunci.pegang(conn)
        except MasihBerjalan:
            continue
        return
    raise PermintaanDitolak("PERMINTAAN_MASIH_BERJALAN", PESAN_BERJALAN)


def _amplop(jawaban: Response) -> JawabanPertama:
    """What the browser was told: where to go on, or the page. A redirect is a success too, which is all the
    table takes."""
    isi = [jawaban.status_code, jawaban.headers.get("location"), bytes(jawaban.body).decode()]
    return JawabanPertama(200, (), json.dumps(isi, ensure_ascii=False).encode())


def _ulang(akses: Akses, pertama: JawabanPertama) -> Response:
    status, ke, halaman = json.loads(pertama.badan)
    if ke is None:
        return Response(halaman, status, media_type="text/html")
    akses.keadaan.kilas("info", PESAN_DIULANG)
    return Response(status_code=status, headers={"location": ke})
