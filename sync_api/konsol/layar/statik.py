"""Style sheet, script and pictures, from memory, under addresses that change with their content."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sync_api.konsol.tampilan import STATIK, Menu
from sync_api.problems import PermintaanDitolak

router = APIRouter()
MENU: tuple[Menu, ...] = ()


@router.get("/statik/{sidik}/{nama}")
async def statik(sidik: str, nama: str) -> Response:
    berkas = STATIK.get(nama)
    if berkas is None or berkas.sidik != sidik:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    header = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(berkas.isi, media_type=berkas.jenis_media, headers=header)
