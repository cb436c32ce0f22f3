"""Pemadanan Unor: the links NPSN - unit kerja, and confirming or rejecting one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from services.padanan.layanan import daftar_padanan, putuskan_padanan
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, jangkauan_instansi
from sync_api.middleware import request_id
from sync_api.v1.common_shapes import BadanIn, HalamanKueri, Npsn, RujukanUnitOut, TeksPendek, UnitKerjaId, contoh
from sync_api.v1.documented import jawaban
from sync_api.v1.sync_shapes import BANYAK

router = APIRouter(prefix="/v1", tags=["Pemadanan Unor"])


class PadananKueri(HalamanKueri):
    status: Annotated[tuple[StatusPadanan, ...], BANYAK]
    npsn: Annotated[tuple[Npsn, ...], BANYAK]


class PutusanPadananIn(BadanIn):
    model_config = contoh({"unit_kerja_id": "8AE483A5641E3A1E01641E8DA7DB3F51", "status": "DIKONFIRMASI"})

    unit_kerja_id: UnitKerjaId
    status: Literal["DIKONFIRMASI", "DITOLAK"]
    instansi_id: TeksPendek | None = None


class PadananOut(BaseModel):
    """A unit's own NPSN is a DIKONFIRMASI link whose `oleh` and `pada` are null."""

    npsn: str
    unit_kerja: RujukanUnitOut
    status: StatusPadanan
    oleh: str | None
    pada: datetime | None
    instansi_id: str


class HalamanPadananOut(BaseModel):
    data: list[PadananOut]
    kursor_berikutnya: str | None


@router.get("/padanan-unor", operation_id="daftar_padanan_unor", responses=jawaban(HalamanPadananOut, 404))
async def daftar_padanan_unor(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("padanan:baca")], kueri: Annotated[PadananKueri, Query()]
) -> Response:
    """Padanan menurut NPSN dan unit kerja."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_padanan(
            conn,
            status=[s.value for s in kueri.status],
            npsn=kueri.npsn,
            instansi=jangkauan.instansi,
            kursor=kueri.kursor,
            jumlah_baris=kueri.jumlah_baris,
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.put("/padanan-unor/{npsn}", operation_id="putuskan_padanan_unor", responses=jawaban(PadananOut, 404))
async def putuskan_padanan_unor(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("padanan:tulis")],
    isi: Annotated[PutusanPadananIn, badan(PutusanPadananIn)],
    npsn: Annotated[Npsn, Path()],
) -> Response:
    """Mengonfirmasi atau menolak satu padanan; sinkro yang menunggunya berjalan kembali."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    hasil = await putuskan_padanan(
        konteks,
        npsn=npsn,
        unit_kerja_id=isi.unit_kerja_id,
        status=StatusPadanan(isi.status),
        instansi=jangkauan.instansi,
        oleh=izin.pemanggil.sub,
        peran=izin.pemanggil.peran_teks,
        request_id=request_id(request.scope),
    )
    return jawaban_json(hasil)
