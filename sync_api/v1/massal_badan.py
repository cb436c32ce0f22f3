"""The body of a bulk request: JSON, or a form with a file. Both become one `MassalDiminta`.

A file is counted while it arrives and lies on disk, not in memory; it is read in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from pydantic import Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from services.sinkronisasi.massal import DaftarNip, Pilihan
from services.sinkronisasi.massal_berkas import BerkasTidakSah, baca_nip_berkas
from sync_api.dependencies import BATAS_BADAN_BESAR, BacaBadan
from sync_api.jenis_media import FORMULIR, jenis_media
from sync_api.problem_shapes import galat_dari_pydantic
from sync_api.problems import PermintaanDitolak, tidak_sah
from sync_api.v1.bulk_shapes import MassalIn
from sync_api.v1.common_shapes import BadanIn, TahunIn, TeksPendek
from sync_api.v1.jenis_shapes import JENIS_TERBANYAK, JenisMassal

_BIDANG_TERBESAR = 4 * 1024
# What a form needs around a file of the largest size.
_TAMBAHAN_FORMULIR = 64 * 1024


@dataclass(frozen=True, slots=True)
class MassalDiminta:
    """What was asked for, however it came. `unit_kerja_id` are those the filter names."""

    jenis: list[str]
    tahun: int
    instansi_id: str | None
    pilihan: Pilihan
    unit_kerja_id: tuple[str, ...] = ()


class MassalFormulirIn(BadanIn):
    """The fields of the form beside the file."""

    jenis: Annotated[list[JenisMassal], Field(min_length=1, max_length=JENIS_TERBANYAK)]
    tahun: TahunIn
    instansi_id: TeksPendek | None = None


class BacaMassal(BacaBadan[MassalIn]):
    """The dependency behind `badan_massal`."""

    def __init__(self) -> None:
        super().__init__(MassalIn, BATAS_BADAN_BESAR)

    async def __call__(self, request: Request) -> MassalDiminta:  # type: ignore[override]  # the JSON body is one way
        if jenis_media(request) == FORMULIR:
            return await _dari_formulir(request)
        isi = await super().__call__(request)
        unit = isi.saring.unit_kerja_id if isi.saring is not None else None
        return MassalDiminta(isi.jenis, isi.tahun, isi.instansi_id, isi.pilihan(), tuple(unit or ()))


def badan_massal() -> Any:
    """A route's parameter `isi: Annotated[MassalDiminta, badan_massal()]`."""
    return Depends(BacaMassal())


FORMULIR_OPENAPI = {
    "requestBody": {
        "required": True,
        "content": {
            FORMULIR: {
                "schema": {
                    "type": "object",
                    "required": ["berkas", "jenis", "tahun"],
                    "additionalProperties": False,
                    "properties": {
                        "berkas": {
                            "type": "string",
                            "format": "binary",
                            "description": ".csv (UTF-8 atau Windows-1252) atau .xlsx dengan kolom NIP",
                        },
                        "jenis": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        "tahun": {"type": "integer"},
                        "instansi_id": {"type": "string"},
                    },
                }
            }
        },
    }
}


async def _dari_formulir(request: Request) -> MassalDiminta:
    terhitung = Request(request.scope, _berbatas(request))
    try:
        async with terhitung.form(max_files=1, max_fields=JENIS_TERBANYAK + 2, max_part_size=_BIDANG_TERBESAR) as isi:
            return await _urai(isi)
    except ClientDisconnect:
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", "Isi permintaan tidak lengkap.") from None
    except HTTPException:
        raise tidak_sah("body", "bukan formulir multipart/form-data yang sah") from None


def _berbatas(request: Request) -> Any:
    jumlah = 0

    async def terima() -> Message:
        nonlocal jumlah
        pesan = await request.receive()
        jumlah += len(pesan.get("body", b""))
        if jumlah > BATAS_BADAN_BESAR + _TAMBAHAN_FORMULIR:
            raise PermintaanDitolak("BADAN_TERLALU_BESAR")
        return pesan

    return terima


async def _urai(isi: FormData) -> MassalDiminta:
    berkas = isi.get("berkas")
    if not isinstance(berkas, UploadFile):
        raise tidak_sah("body.berkas", "wajib diisi dengan berkas .csv atau .xlsx")
    if not (berkas.filename or "").lower().endswith((".csv", ".xlsx")):
        raise tidak_sah("body.berkas", "harus berkas .csv atau .xlsx")
    if (berkas.size or 0) > BATAS_BADAN_BESAR:
        raise PermintaanDitolak("BADAN_TERLALU_BESAR")
    try:
        bidang = MassalFormulirIn.model_validate(_bidang(isi))
    except ValidationError as galat:
        daftar = galat.errors(include_url=False, include_input=False)
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat_dari_pydantic(daftar, ("body",))) from None
    try:
        terbaca = await asyncio.to_thread(baca_nip_berkas, cast("Any", berkas.file))
    except BerkasTidakSah as galat:
        raise tidak_sah("body.berkas", str(galat)) from None
    pilihan = DaftarNip(list(terbaca.baris), terbaca.baris, terbaca.ditolak)
    return MassalDiminta(list(bidang.jenis), bidang.tahun, bidang.instansi_id, pilihan)


def _bidang(isi: FormData) -> Mapping[str, Any]:
    hasil: dict[str, Any] = {"jenis": [], **{nama: nilai for nama, nilai in isi.items() if nama != "berkas"}}
    hasil["jenis"] = isi.getlist("jenis")
    for nama in ("tahun", "instansi_id"):
        # The last of two values would win without a word.
        if len(isi.getlist(nama)) > 1:
            raise tidak_sah(f"body.{nama}", "hanya boleh satu kali")
    tahun = hasil.get("tahun")
    if isinstance(tahun, str) and tahun.isascii() and tahun.isdigit() and len(tahun) == 4:
        hasil["tahun"] = int(tahun)
    return hasil
