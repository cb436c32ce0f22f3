"""Fields of a form or a query as the browser sent them: read within limits, and told by field what is wrong.

An empty field counts as not given, since that is how a browser sends what was left open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from sync_api.jenis_media import FORMULIR, jenis_media
from sync_api.problem_shapes import galat_dari_pydantic
from sync_api.problems import PermintaanDitolak

BATAS_ISIAN = 256 * 1024
BATAS_UNGGAHAN = 64 * 1024 * 1024
BIDANG_TERBANYAK = 2_000
_JENIS_MEDIA = ("application/x-www-form-urlencoded", FORMULIR)


class IsianIn(BaseModel):
    """The fields of one form. Other fields than these are left alone: a page has some of its own."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True)


class IsianSalah(Exception):
    """What is wrong, by the name of the field ("" for the form as a whole); the form is shown again with it."""

    def __init__(self, pesan: dict[str, str]) -> None:
        super().__init__("isian")
        self.pesan = pesan


ModelT = TypeVar("ModelT", bound=BaseModel)


def urai(model: type[ModelT], pasangan: Iterable[tuple[str, object]]) -> ModelT:
    """The fields as `model`: the last value of a name, or all of them where the model has a list or a tuple.

    Raises IsianSalah.
    """
    nilai: dict[str, list[str]] = {}
    for nama, satu in pasangan:
        if isinstance(satu, str) and satu.strip():
            if _ber_nul(nama, satu):
                raise IsianSalah({nama.replace("\0", ""): "memuat karakter yang tidak dapat disimpan"})
            nilai.setdefault(nama, []).append(satu)
    isi = {
        nama: nilai[nama] if get_origin(bidang.annotation) in (list, tuple) else nilai[nama][-1]
        for nama, bidang in model.model_fields.items()
        if nama in nilai
    }
    try:
        return model.model_validate(isi)
    except ValidationError as galat:
        daftar = galat_dari_pydantic(galat.errors(include_url=False, include_input=False))
        raise IsianSalah({g.lokasi.partition("[")[0]: g.pesan for g in reversed(daftar)}) from None


async def baca_isian(request: Request, batas: int) -> FormData:
    """The form of a POST, at most `batas` bytes, one file at most. Raises PermintaanDitolak."""
    if jenis_media(request) not in _JENIS_MEDIA:
        raise PermintaanDitolak("JENIS_MEDIA_TIDAK_DIDUKUNG", "Kirim isian melalui formulir pada layar.")
    dibaca = 0

    async def terima() -> Message:
        nonlocal dibaca
        pesan = await request.receive()
        dibaca += len(pesan.get("body", b""))
        if dibaca > batas:
            raise PermintaanDitolak("BADAN_TERLALU_BESAR", f"Isian paling besar {batas // 1024} KiB.")
        return pesan

    try:
        isian = await Request(request.scope, terima).form(
            max_files=1, max_fields=BIDANG_TERBANYAK, max_part_size=BATAS_ISIAN
        )
    except HTTPException:
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", "Isian formulir tidak dapat dibaca.") from None
    if len(isian.multi_items()) > BIDANG_TERBANYAK or any(_ber_nul(n, v) for n, v in isian.multi_items()):
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", "Isian formulir tidak sah.")
    return isian


def teks_isian(isian: FormData) -> list[tuple[str, str]]:
    """The fields that are text, in their order."""
    return [(nama, nilai) for nama, nilai in isian.multi_items() if isinstance(nilai, str)]


def berkas_isian(isian: FormData, nama: str) -> UploadFile | None:
    """The file of that field, if one was chosen."""
    nilai = isian.get(nama)
    return nilai if isinstance(nilai, UploadFile) and nilai.filename else None


def _ber_nul(nama: str, nilai: object) -> bool:
    # PostgreSQL cannot store NUL.
    return "\0" in nama or (isinstance(nilai, str) and "\0" in nilai)
