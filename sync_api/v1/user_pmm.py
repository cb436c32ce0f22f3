"""Manajemen User PMM: who may sync; adding one or thousands, removing with a reason, the list as Excel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from ekinerja_domain.user_pmm import AlasanTidakBerlaku, alasan_berlaku
from services.identitas.pemanggil import Jangkauan
from services.user_pmm.penambahan import tambah_banyak, tambah_satu
from services.user_pmm.penghapusan import hapus_user_pmm, hari_aturan
from services.user_pmm.penolakan import BukanUserPMM, UserPMMDitolak
from services.user_pmm.queries import SaringUserPMM, daftar_user_pmm
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, jangkauan_instansi
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak, tidak_sah
from sync_api.unduhan.user_pmm import unduhan_user_pmm
from sync_api.unduhan.xlsx import MEDIA_XLSX
from sync_api.v1.common_shapes import NipIn
from sync_api.v1.documented import jawaban, masalah
from sync_api.v1.user_pmm_shapes import (
    DaftarAlasanOut,
    DaftarHasilTambahOut,
    HalamanUserPMMOut,
    HapusUserPMMKueri,
    SaringUserPMMKueri,
    TambahUserPMMIn,
    UserPMMKueri,
    UserPMMOut,
)

router = APIRouter(prefix="/v1", tags=["Manajemen User PMM"], route_class=RuteIdempoten)


@router.get("/user-pmm", operation_id="daftar_user_pmm", responses=jawaban(HalamanUserPMMOut, 404))
async def daftar(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("user-pmm:baca")], kueri: Annotated[UserPMMKueri, Query()]
) -> Response:
    """User PMM menurut NIP."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_user_pmm(
            conn, _saring(kueri, jangkauan), kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.post(
    "/user-pmm",
    operation_id="tambah_user_pmm",
    status_code=201,
    responses={
        **jawaban(UserPMMOut, 404, 409, status=201, arti="Ditambahkan (satu NIP)"),
        **jawaban(DaftarHasilTambahOut, arti="Hasil per NIP (daftar NIP)"),
    },
)
async def tambah(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("user-pmm:tulis")],
    isi: Annotated[TambahUserPMMIn, badan(TambahUserPMMIn)],
) -> Response:
    """Tambah User PMM; setiap orang harus tercatat sebagai pengguna di PMM."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    nip, oleh, peran, nomor = isi.satu(), izin.pemanggil.sub, izin.pemanggil.peran_teks, request_id(request.scope)
    with _sebagai_masalah():
        if nip is not None:
            baris = await tambah_satu(
                konteks, nip, instansi=jangkauan.instansi, oleh=oleh, peran=peran, request_id=nomor
            )
            return jawaban_json(baris, 201)
        hasil = await tambah_banyak(
            konteks, isi.nip, instansi=jangkauan.instansi, oleh=oleh, peran=peran, request_id=nomor
        )
    ditolak = sum(satu.temuan is not None for satu in hasil)
    data = [satu.ke_json() for satu in hasil]
    return jawaban_json({"data": data, "ditambahkan": len(data) - ditolak, "ditolak": ditolak})


@router.get(
    "/user-pmm/alasan",
    operation_id="daftar_alasan_hapus_user_pmm",
    dependencies=[butuh("user-pmm:baca")],
    responses=jawaban(DaftarAlasanOut),
)
async def alasan(konteks: KonteksProses) -> Response:
    """Alasan penghapusan yang berlaku hari ini."""
    return jawaban_json({"data": alasan_berlaku(hari_aturan(konteks.jam()))})


@router.get(
    "/user-pmm/unduh",
    operation_id="unduh_user_pmm",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Berkas Excel",
            "content": {MEDIA_XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        404: masalah(404),
    },
)
async def unduh(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("user-pmm:baca")], kueri: Annotated[SaringUserPMMKueri, Query()]
) -> Response:
    """Unduh Excel: seluruh daftar menurut saringan."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    return unduhan_user_pmm(konteks, _saring(kueri, jangkauan))


@router.delete(
    "/user-pmm/{nip}",
    operation_id="hapus_user_pmm",
    status_code=204,
    responses={204: {"description": "Dihapus"}, 404: masalah(404), 409: masalah(409)},
)
async def hapus(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("user-pmm:tulis")],
    nip: Annotated[NipIn, Path()],
    kueri: Annotated[HapusUserPMMKueri, Query()],
) -> Response:
    """Hapus User PMM di e-Kinerja saja, tidak di PMM dan Dapodik; ditolak selama PMM masih mencatatnya."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    with _sebagai_masalah():
        await hapus_user_pmm(
            konteks,
            nip,
            alasan=kueri.alasan,
            instansi=jangkauan.instansi,
            oleh=izin.pemanggil.sub,
            peran=izin.pemanggil.peran_teks,
            request_id=request_id(request.scope),
        )
    return Response(status_code=204)


def _saring(kueri: SaringUserPMMKueri, jangkauan: Jangkauan) -> SaringUserPMM:
    return SaringUserPMM(kueri.nip, kueri.nama, jangkauan.instansi)


@contextmanager
def _sebagai_masalah() -> Iterator[None]:
    """The errors of this room as problems."""
    try:
        yield
    except AlasanTidakBerlaku as galat:
        raise tidak_sah("query.alasan", str(galat)) from None
    except BukanUserPMM:
        raise PermintaanDitolak("TIDAK_DITEMUKAN", "Pegawai bukan user PMM.") from None
    except UserPMMDitolak as galat:
        header = {}
        if galat.sementara and galat.tunggu is not None:
            header["Retry-After"] = str(max(1, math.ceil(galat.tunggu.total_seconds())))
        temuan = galat.temuan
        raise PermintaanDitolak(
            temuan.kode.value, temuan.pesan, header=header, tambahan={"temuan": temuan.ke_json()}
        ) from None
