"""What a route asks for in its signature: the process, the caller with a scope, the body.

Deny by default: a route without `butuh(...)` that is not in RUTE_TERBUKA fails a test. The body is read after the
caller is known, so nobody without a token makes us parse anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from services.db.penyewa import Penyewa, tetapkan_penyewa
from services.idempotensi import tanda_pemanggil
from services.identitas.pemanggil import SEMUA_SCOPE, Jangkauan, Pemanggil
from services.identitas.verifikasi import KodeToken, TokenDitolak, Verifikator
from services.konteks import Konteks
from services.sinkronisasi.log_saring import persempit
from sync_api.batas.penjaga import Penjaga
from sync_api.jenis_media import jenis_media
from sync_api.problem_shapes import galat_dari_pydantic
from sync_api.problems import Galat, PermintaanDitolak

BATAS_BADAN = 64 * 1024
BATAS_BADAN_BESAR = 64 * 1024 * 1024
_BATAS_URAI_LANGSUNG = 256 * 1024

RUTE_TERBUKA = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/v1/temuan",
        "/v1/temuan/{kode}",
        "/masalah/{kode}",
    }
)

IsiT = TypeVar("IsiT", bound=BaseModel)


async def _konteks(request: Request) -> Konteks:
    # A plain function would be run in a thread, for every request.
    konteks: Konteks = request.app.state.konteks
    return konteks


KonteksProses = Annotated[Konteks, Depends(_konteks)]


@dataclass(frozen=True, slots=True)
class Izin:
    """The caller of this request and what the route's scope reaches for them."""

    pemanggil: Pemanggil
    jangkauan: Jangkauan


class ButuhScope:
    """The dependency behind `butuh`; tests and the OpenAPI document find a route's scope by it."""

    def __init__(self, scope: str) -> None:
        if scope not in SEMUA_SCOPE:
            raise ValueError(f"scope {scope} tidak dikenal")
        self.scope = scope

    async def __call__(self, request: Request) -> Izin:
        verifikator: Verifikator = request.app.state.verifikator
        penjaga: Penjaga = request.app.state.penjaga
        try:
            pemanggil = await verifikator.verifikasi(_token(request))
        except TokenDitolak:
            await penjaga.hitung_tanpa_token(request.scope)
            raise
        await penjaga.hitung_pemanggil(request.scope, pemanggil)
        jangkauan = pemanggil.jangkauan(self.scope)
        if jangkauan is None:
            raise PermintaanDitolak(
                "SCOPE_TIDAK_CUKUP",
                f"Permintaan ini memerlukan scope {self.scope}.",
                header={"WWW-Authenticate": f'Bearer realm="sinkro", error="insufficient_scope", scope="{self.scope}"'},
            )
        layani_sebagai(pemanggil, jangkauan)
        return Izin(pemanggil, jangkauan)


def layani_sebagai(pemanggil: Pemanggil, jangkauan: Jangkauan) -> None:
    """From here on the database answers the rest of this request for this caller and reach only. Must be called in the
    request's own task, as async dependencies are."""
    tanda = tanda_pemanggil(pemanggil.penerbit, pemanggil.sub)
    tetapkan_penyewa(Penyewa(jangkauan.instansi, jangkauan.nip, tanda))


def butuh(scope: str) -> Any:
    """A route's parameter `izin: Annotated[Izin, butuh("sinkro:baca")]`: 401 without a token, 403 without the scope."""
    return Depends(ButuhScope(scope))


def _token(request: Request) -> str:
    header = request.headers.getlist("authorization")
    if not header:
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_ADA)
    skema, _, token = header[0].partition(" ")
    if len(header) > 1 or skema.lower() != "bearer" or not token.strip():
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    return token.strip()


class BacaBadan(Generic[IsiT]):
    """The dependency behind `badan`: one JSON object of a model, within a limit."""

    def __init__(self, model: type[IsiT], batas: int) -> None:
        self.model, self.batas = model, batas

    async def __call__(self, request: Request) -> IsiT:
        mentah = await baca_json_mentah(request, self.batas)
        try:
            if len(mentah) > _BATAS_URAI_LANGSUNG:
                return await asyncio.to_thread(self.model.model_validate_json, mentah)
            return self.model.model_validate_json(mentah)
        except ValidationError as galat:
            daftar = galat.errors(include_url=False, include_input=False)
            raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat_dari_pydantic(daftar, ("body",))) from None


def badan(model: type[BaseModel], batas: int = BATAS_BADAN) -> Any:
    """A route's parameter `isi: Annotated[XIn, badan(XIn)]`; stands behind `izin` in the signature."""
    return Depends(BacaBadan(model, batas))


class BacaBadanMentah:
    """The dependency behind `badan_mentah`."""

    def __init__(self, batas: int) -> None:
        self.batas = batas

    async def __call__(self, request: Request) -> bytes:
        return await baca_json_mentah(request, self.batas)


def badan_mentah(batas: int = BATAS_BADAN) -> Any:
    """A route's parameter `isi: Annotated[bytes, badan_mentah()]`: a JSON body that the service reads by itself."""
    return Depends(BacaBadanMentah(batas))


async def baca_json_mentah(request: Request, batas: int) -> bytes:
    """The body's bytes. Counts while they arrive, so a body without a length is bounded too."""
    _periksa_jenis_media(request)
    panjang = request.headers.get("content-length", "")
    if panjang.isascii() and panjang.isdigit() and int(panjang[:20]) > batas:
        raise _terlalu_besar(batas)
    isi = bytearray()
    try:
        async for potongan in request.stream():
            if len(isi) + len(potongan) > batas:
                raise _terlalu_besar(batas)
            isi += potongan
    except ClientDisconnect:
        # Nobody hears the answer; the log shall not call it a fault of ours.
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", "Isi permintaan tidak lengkap.") from None
    return bytes(isi)


def _periksa_jenis_media(request: Request) -> None:
    if jenis_media(request) != "application/json":
        raise PermintaanDitolak("JENIS_MEDIA_TIDAK_DIDUKUNG")


def _terlalu_besar(batas: int) -> PermintaanDitolak:
    ukuran = f"{batas // 1024} KiB" if batas < 1024 * 1024 else f"{batas // (1024 * 1024)} MiB"
    return PermintaanDitolak("BADAN_TERLALU_BESAR", f"Isi permintaan paling besar {ukuran}.")


async def jangkauan_instansi(konteks: Konteks, jangkauan: Jangkauan, instansi_id: str | None) -> Jangkauan:
    """The reach narrowed to the instansi that was asked for, if one was. A foreign or unknown one is 404."""
    if instansi_id is None:
        return jangkauan
    async with konteks.baca() as conn:
        return await persempit(conn, jangkauan, instansi_id)


async def satu_instansi(
    konteks: Konteks, jangkauan: Jangkauan, instansi_id: str | None, *, lokasi: str = "body.instansi_id"
) -> str:
    """The one instansi a request is about: the given one, else the only one of the token, else 422."""
    if instansi_id is not None:
        await jangkauan_instansi(konteks, jangkauan, instansi_id)
        return instansi_id
    if jangkauan.instansi is not None and len(jangkauan.instansi) == 1:
        return next(iter(jangkauan.instansi))
    raise PermintaanDitolak(
        "INSTANSI_WAJIB_DISEBUT", galat=[Galat(lokasi, "wajib diisi karena token tidak menyebut tepat satu instansi")]
    )


def id_dari_jalur(teks: str) -> UUID:
    """An opaque id of the path; what cannot be one is not found."""
    try:
        return UUID(teks)
    except ValueError:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
