"""Bulk requests: making one, listing them, and the progress of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import PeristiwaMassal, TransisiTidakSah
from services.identitas.pemanggil import Jangkauan
from services.konteks import Konteks
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.massal import buat_massal, daftar_massal, massal
from services.sinkronisasi.massal_kendali import MassalTidakDitemukan, ubah_massal
from sync_api.answers import jawaban_json
from sync_api.dependencies import (
    Izin,
    KonteksProses,
    butuh,
    id_dari_jalur,
    jangkauan_instansi,
    satu_instansi,
)
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak
from sync_api.v1.bulk_shapes import HalamanMassalOut, MassalKueri, MassalLengkapOut
from sync_api.v1.documented import jawaban
from sync_api.v1.massal_badan import FORMULIR_OPENAPI, MassalDiminta, badan_massal

router = APIRouter(prefix="/v1", tags=["Sinkro massal"], route_class=RuteIdempoten)


@router.post(
    "/sinkro-massal",
    operation_id="buat_sinkro_massal",
    status_code=202,
    responses=jawaban(MassalLengkapOut, 404, status=202, arti="Diterima", header={"Location": "Alamat massal"}),
    openapi_extra=FORMULIR_OPENAPI,
)
async def buat_sinkro_massal(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("massal:tulis")],
    isi: Annotated[MassalDiminta, badan_massal()],
) -> Response:
    """Meminta sinkro untuk banyak pegawai sekaligus; pilihan dibekukan saat dibuat. Daftar NIP dapat juga diunggah."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, isi.instansi_id)
    if isi.unit_kerja_id:
        unit = SaringLog(unit_kerja_id=isi.unit_kerja_id)
        async with konteks.baca() as conn:
            await periksa_saringan(conn, unit, Jangkauan(frozenset({instansi_id})))
    hasil = await buat_massal(
        konteks,
        instansi_id=instansi_id,
        jenis=isi.jenis,
        tahun=isi.tahun,
        pilihan=isi.pilihan,
        oleh=izin.pemanggil.sub,
        peran=izin.pemanggil.peran_teks,
        request_id=request_id(request.scope),
    )
    return jawaban_json(hasil, 202, {"Location": f"/v1/sinkro-massal/{hasil['id']}"})


@router.get("/sinkro-massal", operation_id="daftar_sinkro_massal", responses=jawaban(HalamanMassalOut, 404))
async def daftar_sinkro_massal(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:baca")], kueri: Annotated[MassalKueri, Query()]
) -> Response:
    """Sinkro massal, yang terbaru dahulu."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_massal(
            conn,
            instansi=jangkauan.instansi,
            kursor=kueri.kursor,
            jumlah_baris=kueri.jumlah_baris,
            saring=kueri.sebagai_saring(),
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


_KENDALI = jawaban(MassalLengkapOut, 404, 409)


@router.post("/sinkro-massal/{massal_id}/jeda", operation_id="jeda_sinkro_massal", responses=_KENDALI)
async def jeda_sinkro_massal(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:tulis")], massal_id: str
) -> Response:
    """Menjeda: tidak ada yang mulai setelah jawaban ini, yang sedang berjalan diselesaikan."""
    return await _ubah(request, konteks, izin, massal_id, PeristiwaMassal.DIJEDA)


@router.post("/sinkro-massal/{massal_id}/lanjut", operation_id="lanjut_sinkro_massal", responses=_KENDALI)
async def lanjut_sinkro_massal(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:tulis")], massal_id: str
) -> Response:
    """Melanjutkan yang dijeda."""
    return await _ubah(request, konteks, izin, massal_id, PeristiwaMassal.DILANJUTKAN)


@router.post("/sinkro-massal/{massal_id}/batal", operation_id="batal_sinkro_massal", responses=_KENDALI)
async def batal_sinkro_massal(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("massal:tulis")], massal_id: str
) -> Response:
    """Membatalkan: yang belum mulai tidak akan mulai, yang sedang berjalan diselesaikan dan dihitung."""
    return await _ubah(request, konteks, izin, massal_id, PeristiwaMassal.DIBATALKAN)


async def _ubah(request: Request, konteks: Konteks, izin: Izin, massal_id: str, peristiwa: PeristiwaMassal) -> Response:
    try:
        hasil = await ubah_massal(
            konteks,
            id_dari_jalur(massal_id),
            peristiwa,
            instansi=izin.jangkauan.instansi,
            oleh=izin.pemanggil.sub,
            peran=izin.pemanggil.peran_teks,
            request_id=request_id(request.scope),
        )
    except MassalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except TransisiTidakSah:
        raise PermintaanDitolak("MASSAL_SUDAH_BERAKHIR") from None
    return jawaban_json(hasil)
