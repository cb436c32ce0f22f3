"""Which exception becomes which problem: the one map of the errors of domain and services to HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex

import structlog
from asyncpg import InternalClientError
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
    ditangani = (PermintaanDitolak, TokenDitolak, RequestValidationError, ImporDitolak, KursorTidakSah)
    for kelas in (*ditangani, *KODE_MENURUT_GALAT):
        app.add_exception_handler(kelas, _jawab)
    app.add_exception_handler(HTTPException, _http)


def jawab_tak_terduga(request: Request, galat: Exception) -> Response:
    """The answer to an exception that no handler took."""
    return _jawaban(request, penolakan(galat))


def penolakan(galat: Exception) -> PermintaanDitolak:
    """Any exception as a refusal, for every edge the same: what its class says, else 503 when the database is away or
    busy, else 500 with an error id (`galat_id`); what happened is in the log only."""
    if isinstance(galat, PermintaanDitolak):
        return galat
    if isinstance(galat, TokenDitolak):
        tantangan = 'Bearer realm="sinkro"'
        if galat.kode is not KodeToken.TOKEN_TIDAK_ADA:
            tantangan += ', error="invalid_token"'
        return PermintaanDitolak(galat.kode, header={"WWW-Authenticate": tantangan})
    if isinstance(galat, RequestValidationError):
        return PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat_dari_pydantic(galat.errors()))
    if isinstance(galat, HTTPException):
        kode = KODE_MENURUT_STATUS.get(galat.status_code, "PERMINTAAN_TIDAK_SAH")
        return PermintaanDitolak(kode, header=galat.headers)
    if isinstance(galat, ImporDitolak):
        daftar = [Galat(f"body.{g.lokasi}" if g.lokasi else "body", g.pesan) for g in galat.galat]
        return PermintaanDitolak("IMPOR_DITOLAK", galat=daftar)
    if isinstance(galat, KursorTidakSah):
        return PermintaanDitolak("KURSOR_TIDAK_SAH", galat=[Galat("query.kursor", "tidak sah untuk daftar ini")])
    for kelas in type(galat).__mro__:
        if kelas in KODE_MENURUT_GALAT:
            return PermintaanDitolak(KODE_MENURUT_GALAT[kelas])
    return _tak_terduga(galat)


def _tak_terduga(galat: Exception) -> PermintaanDitolak:
    if basis_data_terganggu(galat):
        _log.warning("basis_data_terganggu", **ringkas_galat(galat))
        return PermintaanDitolak("LAYANAN_TIDAK_TERSEDIA")
    nomor = token_hex(8)
    _log.error("galat_internal", galat_id=nomor, **ringkas_galat(galat))
    pesan = f"Terjadi kesalahan pada layanan (nomor galat {nomor})."
    return PermintaanDitolak("GALAT_INTERNAL", pesan, tambahan={"galat_id": nomor})


def basis_data_terganggu(galat: BaseException) -> bool:
    """Whether the exception says that PostgreSQL is down, starting, full or busy, not that our statement is wrong."""
    # InternalClientError: what asyncpg says of a connection that breaks in the middle of a message.
    if isinstance(galat, (PoolPenuh, ConnectionError, InternalClientError, TimeoutError)):
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


def _jawaban(request: Request, ditolak: PermintaanDitolak) -> Response:
    return jawaban_masalah(
        ditolak.masalah.kode,
        request_id=request_id(request.scope),
        detail=ditolak.detail,
        galat=ditolak.galat,
        header=ditolak.header,
        tambahan=ditolak.tambahan,
    )


async def _jawab(request: Request, galat: Exception) -> Response:
    return _jawaban(request, penolakan(galat))


async def _http(request: Request, galat: Exception) -> Response:
    ditolak = penolakan(galat)
    if ditolak.masalah.status == 405:
        ditolak.header["Allow"] = ", ".join(sorted(_metode_dilayani(request)))
    return _jawaban(request, ditolak)


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
