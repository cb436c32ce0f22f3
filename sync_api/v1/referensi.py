"""Reference import: e-Kinerja's own data in one file, all or nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, RootModel
from starlette.responses import Response

from services.referensi.impor import impor_referensi
from sync_api.answers import jawaban_json
from sync_api.dependencies import BATAS_BADAN_BESAR, Izin, KonteksProses, badan_mentah, butuh
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.v1.documented import jawaban

router = APIRouter(prefix="/v1", tags=["Data admin"], route_class=RuteIdempoten)


class HitunganOut(BaseModel):
    baru: int
    diubah: int


class HasilImporOut(RootModel[dict[str, HitunganOut]]):
    """Per kind of record how many rows are new and how many changed."""


# The service checks the body row by row and reports all faults at once; this is its outline for the document.
SKEMA_BADAN = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        nama: {"type": "array", "items": {"type": "object"}}
        for nama in ("instansi", "unit_kerja", "pegawai", "pimpinan", "periode", "padanan_unor", "user_pmm", "skp")
    },
    "examples": [{"user_pmm": [{"nip": "198501012010011001"}]}],
}


@router.post(
    "/referensi/impor",
    operation_id="impor_referensi",
    responses=jawaban(HasilImporOut, 404, 413, 415, 422),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": SKEMA_BADAN}}}},
)
async def impor(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("referensi:tulis")],
    isi: Annotated[bytes, badan_mentah(BATAS_BADAN_BESAR)],
) -> Response:
    """Mengimpor data acuan e-Kinerja; semua baris disimpan atau tidak satu pun."""
    hasil = await impor_referensi(
        konteks,
        isi,
        instansi=izin.jangkauan.instansi,
        oleh=izin.pemanggil.sub,
        peran=izin.pemanggil.peran_teks,
        request_id=request_id(request.scope),
    )
    return jawaban_json(hasil)
