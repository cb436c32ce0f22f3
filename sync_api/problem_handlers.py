"""Which exception becomes which problem: the one map of the errors of domain and services to HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolPenuh
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from services.catatan_log import ringkas_galat
from services.db.kursor import KursorTidakSah
from services.identitas.jwks import KunciTidakTersedia
from services.identitas.verifikasi import KodeToken, TokenDitolak
from services.padanan.layanan import PadananTidakDitemukan
from services.referensi.impor import DiLuarInstansi, ImporDitolak, ImporTerlaluBesar
from services.sinkronisasi.log_saring import DiLuarJangkauan
from services.sinkronisasi.massal import InstansiTidakDitemukan
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from sync_api.middleware import request_id
from sync_api.problem_shapes import galat_dari_pydantic
from sync_api.problems import KODE_MENURUT_STATUS, Galat, PermintaanDitolak, jawaban_masalah

_log = structlog.get_logger("sinkro.api")

KODE_MENURUT_GALAT: Mapping[type[Exception], str] = {
    PegawaiTidakTerdaftar: "PEGAWAI_TIDAK_TERDAFTAR",
    PadananTidakDitemukan: "TIDAK_DITEMUKAN",
    DiLuarJangkauan: "TIDAK_DITEMUKAN",
    DiLuarInstansi: "TIDAK_DITEMUKAN",
    InstansiTidakDitemukan: "TIDAK_DITEMUKAN",
    ImporTerlaluBesar: "BADAN_TERLALU_BESAR",
    KunciTidakTersedia: "LAYANAN_TIDAK_TERSEDIA",
}

# SQLSTATE classes and codes after which the same request may simply be sent again: connection, resources, operator,
# lock and serialisation.
_KELAS_SEMENTARA = ("08", "53", "57", "58")
_KODE_SEMENTARA = frozenset({"40001", "40P01", "55P03"})


def pasang_penangan_galat(app: FastAPI) -> None:
    """Registers every handler; the rest reaches the outer middleware, which asks `jawab_tak_terduga`."""
    app.add_exception_handler(PermintaanDitolak, _ditolak)
    app.add_exception_handler(TokenDitolak, _token)
    app.add_exception_handler(RequestValidationError, _bentuk)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ImporDitolak, _impor)
    app.add_exception_handler(KursorTidakSah, _kursor)
    for kelas in KODE_MENURUT_GALAT:
        app.add_exception_handler(kelas, _menurut_kelas)


def jawab_tak_terduga(request: Request, galat: Exception) -> Response:
    """503 when the database is away or busy, else 500 with an error id; what happened is in the log only."""
    if basis_data_terganggu(galat):
        _log.warning("basis_data_terganggu", **ringkas_galat(galat))
        return jawaban_masalah("LAYANAN_TIDAK_TERSEDIA", request_id=request_id(request.scope))
    nomor = token_hex(8)
    _log.error("galat_internal", galat_id=nomor, **ringkas_galat(galat))
    return jawaban_masalah(
        "GALAT_INTERNAL",
        request_id=request_id(request.scope),
        detail=f"Terjadi kesalahan pada layanan (nomor galat {nomor}).",
        tambahan={"galat_id": nomor},
    )


def basis_data_terganggu(galat: BaseException) -> bool:
    """Whether the exception says that PostgreSQL is down, starting, full or busy, not that our statement is wrong."""
    if isinstance(galat, (PoolPenuh, ConnectionError, TimeoutError)):
        return True
    if isinstance(galat, DBAPIError):
        return (
            galat.connection_invalidated
            or _sementara(getattr(galat.orig, "sqlstate", None))
            or isinstance(galat, (InterfaceError, OperationalError))
        )
    if isinstance(galat, OSError) and galat.errno is None:
        # asyncpg and the resolver raise these while they connect.
        return type(galat).__module__ in ("socket", "asyncpg.exceptions")
    return _sementara(getattr(galat, "sqlstate", None))


def _sementara(sqlstate: object) -> bool:
    return isinstance(sqlstate, str) and (sqlstate[:2] in _KELAS_SEMENTARA or sqlstate in _KODE_SEMENTARA)


async def _ditolak(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, PermintaanDitolak)  # noqa: S101 - narrows the type, registered for this class only
    return jawaban_masalah(
        galat.masalah.kode,
        request_id=request_id(request.scope),
        detail=galat.detail,
        galat=galat.galat,
        header=galat.header,
        tambahan=galat.tambahan,
    )


async def _token(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, TokenDitolak)  # noqa: S101 - narrows the type, registered for this class only
    tantangan = 'Bearer realm="sinkro"'
    if galat.kode is not KodeToken.TOKEN_TIDAK_ADA:
        tantangan += ', error="invalid_token"'
    return jawaban_masalah(galat.kode, request_id=request_id(request.scope), header={"WWW-Authenticate": tantangan})


async def _bentuk(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, RequestValidationError)  # noqa: S101 - narrows the type, registered for this class only
    return jawaban_masalah(
        "PERMINTAAN_TIDAK_SAH",
        request_id=request_id(request.scope),
        galat=galat_dari_pydantic(galat.errors()),
    )


async def _http(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, HTTPException)  # noqa: S101 - narrows the type, registered for this class only
    kode = KODE_MENURUT_STATUS.get(galat.status_code, "PERMINTAAN_TIDAK_SAH")
    header = dict(galat.headers or {})
    if galat.status_code == 405:
        header["Allow"] = ", ".join(sorted(_metode_dilayani(request)))
    return jawaban_masalah(kode, request_id=request_id(request.scope), header=header)


def _metode_dilayani(request: Request) -> set[str]:
    """All methods of this path; the framework names only those of the first route that has it. A path that is spelt
    out goes before a template that it would also fit."""
    jalur, tepat, cocok = request.scope["path"], set(), set()
    for konteks in iter_route_contexts(request.app.routes):
        templat, metode = str(konteks.path), set(getattr(konteks.original_route, "methods", None) or ())
        if templat == jalur:
            tepat |= metode
        elif compile_path(templat)[0].match(jalur):
            cocok |= metode
    return tepat or cocok


async def _impor(request: Request, galat: Exception) -> Response:
    assert isinstance(galat, ImporDitolak)  # noqa: S101 - narrows the type, registered for this class only
    daftar = [Galat(f"body.{g.lokasi}" if g.lokasi else "body", g.pesan) for g in galat.galat]
    return jawaban_masalah("IMPOR_DITOLAK", request_id=request_id(request.scope), galat=daftar)


async def _kursor(request: Request, _galat: Exception) -> Response:
    return jawaban_masalah(
        "KURSOR_TIDAK_SAH",
        request_id=request_id(request.scope),
        galat=[Galat("query.kursor", "tidak sah untuk daftar ini")],
    )


async def _menurut_kelas(request: Request, galat: Exception) -> Response:
    kode = next(KODE_MENURUT_GALAT[k] for k in type(galat).__mro__ if k in KODE_MENURUT_GALAT)
    return jawaban_masalah(kode, request_id=request_id(request.scope))
