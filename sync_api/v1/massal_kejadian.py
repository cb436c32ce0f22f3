"""Progress of a bulk as server-sent events: `kemajuan` at every change, `selesai` at the end, a comment as heartbeat.

A stream ends when the bulk has ended, when the token of its caller expires, when the caller goes, and at shutdown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.identitas.verifikasi import TokenDitolak
from services.sinkronisasi.massal_baca import massal
from services.sinkronisasi.massal_pantau import PantauanMassal, PendengarTerlaluBanyak, berakhir
from sync_api.answers import json_bytes
from sync_api.dependencies import ButuhScope, Izin, KonteksProses, butuh, id_dari_jalur
from sync_api.problems import PermintaanDitolak
from sync_api.v1.documented import SKEMA_MASALAH, masalah

router = APIRouter(prefix="/v1", tags=["Sinkro massal"])

DETAK_DETIK = 15.0
COBA_LAGI_MILIDETIK = 2000
_JENIS = "text/event-stream"
# Asked again for every event: what the caller may not see any more ends the stream.
_IZIN = ButuhScope("massal:baca")
_ALIRAN = {
    "description": "Aliran kejadian: `kemajuan` dan `selesai`, masing-masing dengan sinkro massal sebagai data",
    "content": {_JENIS: {"schema": {"type": "string"}}},
}


@router.get(
    "/sinkro-massal/{massal_id}/kejadian",
    operation_id="ikuti_sinkro_massal",
    response_class=StreamingResponse,
    responses={
        200: _ALIRAN,
        404: masalah(404),
        429: {
            "description": "Terlalu banyak aliran terbuka",
            "content": {"application/problem+json": {"schema": SKEMA_MASALAH}},
        },
    },
)
async def ikuti_sinkro_massal(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:baca")], massal_id: str
) -> Response:
    """Kemajuan satu sinkro massal sebagai aliran kejadian (server-sent events)."""
    nomor = id_dari_jalur(massal_id)
    async with konteks.baca() as conn:
        if await massal(conn, nomor, izin.jangkauan.instansi, dengan_ditolak=False) is None:
            raise PermintaanDitolak("TIDAK_DITEMUKAN")
    pantauan: PantauanMassal = request.app.state.pantauan_massal
    pemanggil = f"{izin.pemanggil.penerbit} {izin.pemanggil.sub}"
    try:
        pantauan.daftar(pemanggil)
    except PendengarTerlaluBanyak:
        raise PermintaanDitolak(
            "TERLALU_BANYAK_PERMINTAAN", "Terlalu banyak aliran kejadian yang terbuka.", header={"Retry-After": "5"}
        ) from None
    return _Aliran(_kejadian(request, pantauan, nomor), lambda: pantauan.lepas(pemanggil))


async def _kejadian(request: Request, pantauan: PantauanMassal, massal_id: UUID) -> AsyncIterator[bytes]:
    # The number goes on from what a caller that comes back has seen; the state is always the present one.
    awal = _angka(request.headers.get("last-event-id", ""))
    yield b"retry: %d\n\n" % COBA_LAGI_MILIDETIK
    async with aclosing(pantauan.ikuti(massal_id, DETAK_DETIK)) as kejadian:
        async for ke, keadaan in kejadian:
            try:
                await _IZIN(request)
            except (PermintaanDitolak, TokenDitolak):
                return
            if keadaan is None:
                yield b": detak\n\n"
                continue
            yield _baris("kemajuan", awal + ke, keadaan)
            if berakhir(keadaan):
                yield _baris("selesai", awal + ke + 1, keadaan)


class _Aliran(StreamingResponse):
    """Calls `lepas` at the end, however it comes, also when the caller went before the first byte."""

    def __init__(self, isi: AsyncIterator[bytes], lepas: Callable[[], None]) -> None:
        super().__init__(isi, media_type=_JENIS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._lepas = lepas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._lepas()


def _angka(teks: str) -> int:
    return int(teks) if teks.isascii() and teks.isdigit() and len(teks) <= 12 else 0


def _baris(nama: str, ke: int, isi: dict[str, object]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (ke, nama.encode(), json_bytes(isi))
