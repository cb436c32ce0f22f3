"""Log Sinkronisasi: pages of rows, and their recapitulation with the ledger."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.sinkronisasi.log import halaman_log
from services.sinkronisasi.log_rekap import rekap_log
from services.sinkronisasi.log_saring import DiLuarJangkauan, SaringLog, periksa_saringan
from sync_api.answers import jawaban_halaman, jawaban_json
from sync_api.dependencies import Izin, KonteksProses, butuh, jangkauan_instansi
from sync_api.v1.documented import jawaban
from sync_api.v1.sync_shapes import HalamanLogOut, LogKueri, RekapOut, SaringKueri

router = APIRouter(prefix="/v1", tags=["Log Sinkronisasi"])


def _saring(kueri: SaringKueri) -> SaringLog:
    try:
        massal_id = tuple(UUID(m) for m in kueri.massal_id)
    except ValueError:
        raise DiLuarJangkauan("massal_id") from None
    return SaringLog(
        nip=kueri.nip,
        nama=kueri.nama,
        status=kueri.status,
        kode=kueri.kode,
        jenis=kueri.jenis,
        tipe_skp=kueri.tipe_skp,
        tahun=kueri.tahun,
        unit_kerja_id=kueri.unit_kerja_id,
        massal_id=massal_id,
    )


@router.get("/log-sinkro", operation_id="daftar_log_sinkro", responses=jawaban(HalamanLogOut, 404))
async def daftar_log_sinkro(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], kueri: Annotated[LogKueri, Query()]
) -> Response:
    """Permintaan sinkro, yang terbaru dahulu; kunci yang diulang berarti "atau"."""
    saring = _saring(kueri)
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
        halaman = await halaman_log(conn, saring, jangkauan, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris)
    return jawaban_halaman(halaman.baris, halaman.kursor_berikutnya)


@router.get("/log-sinkro/rekap", operation_id="rekap_log_sinkro", responses=jawaban(RekapOut, 404))
async def rekap_log_sinkro(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], kueri: Annotated[SaringKueri, Query()]
) -> Response:
    """Jumlah menurut status, kode dan tipe SKP; dengan satu jenis dan satu tahun juga buku besar user PMM."""
    saring = _saring(kueri)
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
        return jawaban_json(await rekap_log(conn, saring, jangkauan))
