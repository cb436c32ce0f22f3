"""Manajemen Periode: the assessment periods of an instansi, "Check Periode yang Dapat Di Sinkro", and the official
table of a year in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from services.periode.layanan import PeriodeBerpenilaian, PeriodeSudahAda, buat_periode, hapus_periode, ubah_periode
from services.periode.penyusunan import Penghalang, TidakDapatDisusun, susun_periode
from services.periode.perubahan import Pengubah
from services.periode.queries import (
    PeriodeTidakDitemukan,
    daftar_periode,
    pemeriksaan_periode,
    periode_json,
    satu_periode,
)
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, id_dari_jalur, jangkauan_instansi, satu_instansi
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak, tidak_sah
from sync_api.v1.documented import jawaban, masalah
from sync_api.v1.periode_shapes import (
    BacaPeriode,
    HalamanPeriodeOut,
    PemeriksaanKueri,
    PemeriksaanOut,
    PeriodeIn,
    PeriodeKueri,
    PeriodeOut,
    PeriodeUbahIn,
    SusunPeriodeIn,
    SusunPeriodeOut,
)

router = APIRouter(prefix="/v1", tags=["Manajemen Periode"], route_class=RuteIdempoten)

_PENGHALANG_DISEBUT = 5


@router.get("/periode", operation_id="daftar_periode", responses=jawaban(HalamanPeriodeOut, 404))
async def daftar(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("periode:baca")], kueri: Annotated[PeriodeKueri, Query()]
) -> Response:
    """Periode instansi: yang berlaku untuk semua tahun dahulu, lalu menurut tahun dan tanggal."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_periode(
            conn,
            tahun=kueri.tahun,
            jenis=[j.value for j in kueri.jenis],
            instansi=jangkauan.instansi,
            kursor=kueri.kursor,
            jumlah_baris=kueri.jumlah_baris,
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.get("/periode/pemeriksaan", operation_id="periksa_periode", responses=jawaban(PemeriksaanOut, 404))
async def pemeriksaan(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("periode:baca")], kueri: Annotated[PemeriksaanKueri, Query()]
) -> Response:
    """Check Periode yang Dapat Di Sinkro."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, kueri.instansi_id, lokasi="query.instansi_id")
    with _sebagai_masalah():
        async with konteks.baca() as conn:
            hasil = await pemeriksaan_periode(
                conn, instansi_id=instansi_id, tahun=kueri.tahun, nama_sumber=konteks.settings.nama_sumber
            )
    return jawaban_json(hasil)


@router.post(
    "/periode",
    operation_id="buat_periode",
    status_code=201,
    responses=jawaban(PeriodeOut, 404, 409, status=201, arti="Dibuat", header={"Location": "Alamat periode"}),
)
async def buat(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("periode:tulis")],
    isi: Annotated[PeriodeIn, Depends(BacaPeriode(PeriodeIn))],
) -> Response:
    """Menambah satu periode."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, isi.instansi_id)
    with _sebagai_masalah():
        hasil = await buat_periode(
            konteks, _pengubah(request, izin), instansi_id=instansi_id, isi=isi.sebagai_periode()
        )
    return jawaban_json(hasil, 201, {"Location": f"/v1/periode/{hasil['id']}"})


@router.post("/periode/susun", operation_id="susun_periode", responses=jawaban(SusunPeriodeOut, 404, 409))
async def susun(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("periode:tulis")],
    isi: Annotated[SusunPeriodeIn, badan(SusunPeriodeIn)],
) -> Response:
    """Menyusun tabel periode resmi satu tahun sekaligus; diulang tidak mengubah apa pun."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, isi.instansi_id)
    with _sebagai_masalah():
        hasil = await susun_periode(
            konteks, _pengubah(request, izin), instansi_id=instansi_id, tipe=isi.tipe, tahun=isi.tahun
        )
    return jawaban_json(hasil)


@router.get("/periode/{periode_id}", operation_id="baca_periode", responses=jawaban(PeriodeOut, 404))
async def baca(konteks: KonteksProses, izin: Annotated[Izin, butuh("periode:baca")], periode_id: str) -> Response:
    """Satu periode."""
    async with konteks.baca() as conn:
        periode = await satu_periode(conn, id_dari_jalur(periode_id), izin.jangkauan.instansi)
    if periode is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(periode_json(periode))


@router.put("/periode/{periode_id}", operation_id="ubah_periode", responses=jawaban(PeriodeOut, 404, 409))
async def ubah(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("periode:tulis")],
    isi: Annotated[PeriodeUbahIn, Depends(BacaPeriode(PeriodeUbahIn))],
    periode_id: str,
) -> Response:
    """Mengganti isi periode. Setelah ada penilaian, hanya nama, tipe, angka dan batas yang dapat berubah."""
    dicari = id_dari_jalur(periode_id)
    if isi.id is not None and isi.id.lower() != str(dicari):
        raise tidak_sah("body.id", "harus sama dengan id pada alamat")
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    with _sebagai_masalah():
        hasil = await ubah_periode(
            konteks,
            _pengubah(request, izin),
            periode_id=dicari,
            instansi=jangkauan.instansi,
            isi=isi.sebagai_periode(),
        )
    return jawaban_json(hasil)


@router.delete(
    "/periode/{periode_id}",
    operation_id="hapus_periode",
    status_code=204,
    responses={204: {"description": "Dihapus"}, 404: masalah(404), 409: masalah(409)},
)
async def hapus(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("periode:tulis")], periode_id: str
) -> Response:
    """Menghapus periode yang belum memiliki penilaian."""
    dicari = id_dari_jalur(periode_id)
    with _sebagai_masalah():
        await hapus_periode(konteks, _pengubah(request, izin), periode_id=dicari, instansi=izin.jangkauan.instansi)
    return Response(status_code=204)


def _pengubah(request: Request, izin: Izin) -> Pengubah:
    return Pengubah(izin.pemanggil.sub, izin.pemanggil.peran_teks, request_id(request.scope))


@contextmanager
def _sebagai_masalah() -> Iterator[None]:
    """The refusals of the service as problems that name what stands in the way."""
    try:
        yield
    except PeriodeTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except PeriodeSudahAda:
        raise PermintaanDitolak("PERIODE_SUDAH_ADA") from None
    except PeriodeBerpenilaian as galat:
        akibat = f"{', '.join(galat.bidang)} tidak dapat diubah" if galat.bidang else "periode tidak dapat dihapus"
        raise PermintaanDitolak(
            "PERIODE_BERPENILAIAN",
            f"Sudah ada {galat.jumlah} penilaian pada periode ini, sehingga {akibat}.",
            tambahan={"jumlah_penilaian": galat.jumlah, "bidang": list(galat.bidang)},
        ) from None
    except TidakDapatDisusun as galat:
        raise PermintaanDitolak(
            "PERIODE_TIDAK_DAPAT_DISUSUN",
            _sebut(galat.penghalang),
            tambahan={
                "penghalang": [
                    {**periode_json(s.periode), "jumlah_penilaian": s.jumlah_penilaian} for s in galat.penghalang
                ]
            },
        ) from None


def _sebut(penghalang: tuple[Penghalang, ...]) -> str:
    disebut = [
        f'"{s.periode.nama}" ({s.periode.periode_awal} s.d. {s.periode.periode_akhir}, {s.jumlah_penilaian} penilaian)'
        for s in penghalang[:_PENGHALANG_DISEBUT]
    ]
    if len(penghalang) > _PENGHALANG_DISEBUT:
        disebut.append(f"dan {len(penghalang) - _PENGHALANG_DISEBUT} lainnya")
    return (
        "Periode berikut sudah memiliki penilaian tetapi tidak cocok dengan tabel resmi menurut tanggal maupun tipe "
        f"dan angka periodik: {', '.join(disebut)}. Perbaiki tipe dan angka periodiknya, lalu susun kembali."
    )
