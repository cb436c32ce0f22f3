"""The catalogue of findings, public: what each means, who acts, by which steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.temuan import (
    KATALOG,
    Cakupan,
    EntriKatalog,
    JenisFakta,
    JenisObjek,
    Kelas,
    Kode,
    Pelaku,
    Tingkat,
)
from sync_api.answers import jawaban_json
from sync_api.problems import PermintaanDitolak
from sync_api.v1.documented import jawaban

router = APIRouter(prefix="/v1", tags=["Katalog temuan"])


class VarianOut(BaseModel):
    tingkat: Tingkat
    kelas: Kelas | None
    pelaku: list[Pelaku]
    sistem: list[str]
    langkah: list[str]


class EntriOut(VarianOut):
    """One entry; names in braces stand for parameters of the finding."""

    kode: Kode
    judul: str
    penyebab: str
    pesan: str
    cakupan: Cakupan | None
    objek: JenisObjek
    fakta: list[JenisFakta]
    parameter: list[str]
    berlaku_sejak: date
    varian: list[VarianOut]


class KatalogOut(BaseModel):
    data: list[EntriOut]


def entri_json(e: EntriKatalog) -> dict[str, Any]:
    """The entry as the API gives it."""
    return {
        "kode": e.kode,
        "judul": e.judul,
        "penyebab": e.penyebab,
        "pesan": e.pesan,
        "tingkat": e.tingkat,
        "kelas": e.kelas,
        "cakupan": e.cakupan,
        "pelaku": e.pelaku,
        "sistem": e.sistem,
        "langkah": e.langkah,
        "objek": e.objek,
        "fakta": e.fakta,
        "parameter": e.parameter,
        "berlaku_sejak": e.berlaku_sejak,
        "varian": [
            {"tingkat": v.tingkat, "kelas": v.kelas, "pelaku": v.pelaku, "sistem": v.sistem, "langkah": v.langkah}
            for v in e.varian
        ],
    }


@router.get("/temuan", operation_id="daftar_temuan", responses=jawaban(KatalogOut))
async def daftar_temuan() -> Response:
    """Seluruh katalog kendala dan catatan."""
    return jawaban_json({"data": [entri_json(e) for e in KATALOG.values()]})


@router.get("/temuan/{kode}", operation_id="baca_temuan", responses=jawaban(EntriOut, 404))
async def baca_temuan(kode: str) -> Response:
    """Satu entri katalog."""
    entri = next((e for k, e in KATALOG.items() if k.value == kode), None)
    if entri is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(entri_json(entri))
