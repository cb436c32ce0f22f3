"""Bulk requests: making one, listing them, and the progress of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.massal import buat_massal, daftar_massal, massal
from sync_api.answers import jawaban_json
from sync_api.dependencies import (
    BATAS_BADAN_BESAR,
    Izin,
    KonteksProses,
    badan,
    butuh,
    id_dari_jalur,
    jangkauan_instansi,
    satu_instansi,
)
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak
from sync_api.v1.bulk_shapes import HalamanMassalOut, MassalIn, MassalLengkapOut
from sync_api.v1.common_shapes import HalamanKueri
from sync_api.v1.documented import jawaban

router = APIRouter(prefix="/v1", tags=["Sinkro massal"])


@router.post(
    "/sinkro-massal",
    operation_id="buat_sinkro_massal",
    status_code=202,
    responses=jawaban(MassalLengkapOut, 404, status=202, arti="Diterima", header={"Location": "Alamat massal"}),
)
async def buat_sinkro_massal(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("massal:tulis")],
    isi: Annotated[MassalIn, badan(MassalIn, BATAS_BADAN_BESAR)],
) -> Response:
    """Meminta sinkro untuk banyak pegawai sekaligus; pilihan dibekukan saat dibuat."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, isi.instansi_id)
    if isi.saring is not None and isi.saring.unit_kerja_id:
        unit = SaringLog(unit_kerja_id=tuple(isi.saring.unit_kerja_id))
        async with konteks.baca() as conn:
            await periksa_saringan(conn, unit, Jangkauan(frozenset({instansi_id})))
    hasil = await buat_massal(
        konteks,
        instansi_id=instansi_id,
        jenis=isi.daftar_jenis(),
        tahun=isi.tahun,
        pilihan=isi.pilihan(),
        oleh=izin.pemanggil.sub,
        peran=izin.pemanggil.peran_teks,
        request_id=request_id(request.scope),
    )
    return jawaban_json(hasil, 202, {"Location": f"/v1/sinkro-massal/{hasil['id']}"})


@router.get("/sinkro-massal", operation_id="daftar_sinkro_massal", responses=jawaban(HalamanMassalOut, 404))
async def daftar_sinkro_massal(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:baca")], kueri: Annotated[HalamanKueri, Query()]
) -> Response:
    """Sinkro massal, yang terbaru dahulu."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_massal(
            conn, instansi=jangkauan.instansi, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.get("/sinkro-massal/{massal_id}", operation_id="baca_sinkro_massal", responses=jawaban(MassalLengkapOut, 404))
async def baca_sinkro_massal(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:baca")], massal_id: str
) -> Response:
    """Kemajuan satu sinkro massal."""
    async with konteks.baca() as conn:
        isi = await massal(conn, id_dari_jalur(massal_id), izin.jangkauan.instansi)
    if isi is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(isi)
