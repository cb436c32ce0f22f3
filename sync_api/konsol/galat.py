"""Which exception becomes which page: every refusal says in Indonesian what happened and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.catatan_log import ringkas_galat
from services.db.kursor import KursorTidakSah
from services.identitas.penerbit_http import PenerbitTidakTersedia
from sync_api.konsol.isian import IsianSalah, teks_isian
from sync_api.konsol.keadaan import keadaan_konsol
from sync_api.konsol.keamanan import (
    BIDANG_CSRF,
    BIDANG_KUNCI,
    METODE_BACA,
    PESAN_ASAL,
    BelumMasuk,
    FormulirUsang,
    PilihInstansi,
    token_csrf,
)
from sync_api.konsol.sekali import kunci_formulir
from sync_api.konsol.sesi import Sesi
from sync_api.konsol.tampilan import alamat, halaman_terbuka, kunci_baru
from sync_api.konsol.titipan import Titipan, titipkan
from sync_api.middleware import request_id
from sync_api.problem_handlers import KODE_MENURUT_GALAT, penolakan
from sync_api.problems import COBA_LAGI_DETIK, MASALAH, PermintaanDitolak

_log = structlog.get_logger("sinkro.konsol")


# What users read where the API's words speak of headers and keys.
PESAN_LAYAR: Mapping[str, str] = {
    "KURSOR_TIDAK_SAH": "Halaman daftar ini sudah tidak berlaku. Buka layarnya kembali dari awal.",
    "LAYANAN_TIDAK_TERSEDIA": "Layanan sedang sibuk atau dalam perbaikan. Tunggu sebentar, lalu muat ulang halaman "
    "ini; yang sudah tersimpan tidak hilang.",
    "METODE_TIDAK_DIIZINKAN": "Layar ini tidak dapat dibuka dengan cara itu. Buka kembali dari menu.",
    "PERMINTAAN_TIDAK_SAH": "Alamat layar atau isiannya tidak sesuai bentuknya. Buka kembali layarnya dari menu.",
    "SCOPE_TIDAK_CUKUP": "Peran Anda tidak mencakup layar ini. Bila seharusnya mencakup, hubungi admin instansi Anda.",
    "TIDAK_DITEMUKAN": "Layar atau data ini tidak ada, atau bukan milik instansi Anda. Periksa alamatnya, atau cari "
    "dari menu.",
}


def pasang_penangan_halaman(app: FastAPI) -> None:
    """Registers every handler; the rest reaches the layer, which asks `halaman_ditolak`."""
    app.add_exception_handler(BelumMasuk, _belum_masuk)
    app.add_exception_handler(FormulirUsang, _formulir_usang)
    app.add_exception_handler(PilihInstansi, _pilih_instansi)
    app.add_exception_handler(IsianSalah, _isian_salah)
    app.add_exception_handler(PenerbitTidakTersedia, _penerbit)
    ditangani: tuple[type[Exception], ...] = (PermintaanDitolak, RequestValidationError, HTTPException, KursorTidakSah)
    for kelas in (*ditangani, *KODE_MENURUT_GALAT):
        app.add_exception_handler(kelas, _ditolak)


def halaman_ditolak(request: Request, galat: Exception) -> Response:
    """The page of any exception, by the one map of the service (`problem_handlers.penolakan`)."""
    ditolak = penolakan(galat)
    detail = ditolak.detail or PESAN_LAYAR.get(ditolak.masalah.kode)
    if nomor := ditolak.tambahan.get("galat_id"):
        detail = f"Terjadi kesalahan pada layanan. Sampaikan nomor galat {nomor} kepada pengelola."
    elif ditolak.masalah.status == 429:
        detik = ditolak.header.get("Retry-After", "60")
        detail = f"Terlalu banyak permintaan dalam satu menit. Tunggu {detik} detik, lalu muat ulang halaman ini."
    daftar = [(g.lokasi.partition(".")[2], g.pesan) for g in ditolak.galat if g.lokasi.startswith("body.")]
    jawaban = halaman_masalah(request, ditolak.masalah.kode, detail, daftar)
    jawaban.headers.update(ditolak.header)
    return jawaban


def halaman_masalah(
    request: Request, kode: str, detail: str | None = None, daftar: list[tuple[str, str]] | None = None
) -> Response:
    """The page of a problem of MASALAH; `daftar`: faults by field."""
    masalah = MASALAH[kode]
    jawaban = halaman_terbuka(
        request,
        "masalah.html",
        status=masalah.status,
        judul=masalah.judul,
        detail=detail or PESAN_LAYAR.get(kode) or masalah.penjelasan,
        daftar=daftar or [],
        nomor=request_id(request.scope),
    )
    if masalah.status == 503:
        jawaban.headers["Retry-After"] = str(COBA_LAGI_DETIK)
    return jawaban


async def _belum_masuk(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, BelumMasuk)  # noqa: S101 - narrows the type, registered for this class only
    keadaan = keadaan_konsol(request)
    jalur = request.url.path
    if request.method in METODE_BACA:
        if request.headers.get("sec-fetch-dest") == "empty":
            # Live refresh: the script says so on the page instead of showing a sign-in page within it.
            return Response(status_code=401)
        kueri = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(alamat("/masuk", ke=jalur + kueri), 303)
    titipan = None
    if galat.isian is not None and galat.sesi is not None:
        titipan = titipkan(
            keadaan.perangkat.segel,
            sub=galat.sesi.sub,
            jalur=jalur,
            isian=teks_isian(galat.isian),
            kini=keadaan.perangkat.jam(),
        )
    return halaman_terbuka(request, "sesi_berakhir.html", status=401, titipan=titipan)


async def _formulir_usang(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, FormulirUsang)  # noqa: S101 - narrows the type, registered for this class only
    keadaan = keadaan_konsol(request)
    if keadaan.sesi is None or request.headers.get("origin") != keadaan.alamat:
        # Without a word on where it comes from, not even its content is repeated.
        return halaman_masalah(request, "SCOPE_TIDAK_CUKUP", PESAN_ASAL)
    return halaman_isian_kembali(request, keadaan.sesi, Titipan(request.url.path, tuple(teks_isian(galat.isian))))


def halaman_isian_kembali(request: Request, sesi: Sesi, titipan: Titipan) -> Response:
    """What was typed in another session, to be looked at and sent again; nothing has been done with it."""
    return halaman_terbuka(
        request,
        "isian_kembali.html",
        titipan=titipan,
        token=token_csrf(keadaan_konsol(request), sesi),
        kunci=kunci_formulir(FormData(list(titipan.isian))) or kunci_baru(),
        daftar=[(n, v) for n, v in titipan.isian if n not in (BIDANG_CSRF, BIDANG_KUNCI)],
    )


async def _pilih_instansi(request: Request, _galat: Exception) -> Response:
    kueri = f"?{request.url.query}" if request.url.query else ""
    ke = request.url.path + kueri if request.method in METODE_BACA else None
    return RedirectResponse(alamat("/instansi", ke=ke), 303)


async def _ditolak(request: Request, galat: Exception) -> Response:
    return halaman_ditolak(request, galat)


async def _isian_salah(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, IsianSalah)  # noqa: S101 - narrows the type, registered for this class only
    return halaman_masalah(request, "PERMINTAAN_TIDAK_SAH", "Isian belum sesuai.", list(galat.pesan.items()))


async def _penerbit(request: Request, galat: Exception) -> Response:
    _log.warning("penerbit_tidak_tersedia", **ringkas_galat(galat))
    return halaman_masalah(
        request, "LAYANAN_TIDAK_TERSEDIA", "Layanan masuk (SSO) sedang tidak dapat dihubungi. Coba lagi sebentar lagi."
    )
