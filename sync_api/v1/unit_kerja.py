"""Manajemen Unit Kerja and Manajemen PLT / PLH: the tree of units, and who leads them from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.identitas.pemanggil import Jangkauan
from services.unit_kerja.galat import (
    IsianTidakSah,
    PemegangTidakDitemukan,
    PimpinanDefinitifGanda,
    PimpinanSudahAda,
    PimpinanTidakDitemukan,
    UnitKerjaTidakDitemukan,
)
from services.unit_kerja.layanan import UbahanUnit, ubah_unit_kerja
from services.unit_kerja.perubahan import Pengubah
from services.unit_kerja.pimpinan import UbahanPimpinan, hapus_pimpinan, tambah_pimpinan, ubah_pimpinan
from services.unit_kerja.queries import SaringUnitKerja, daftar_pimpinan, daftar_unit_kerja, unit_kerja
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, id_dari_jalur, jangkauan_instansi
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak, tidak_sah
from sync_api.v1.common_shapes import BadanIn, HalamanKueri, TeksPendek
from sync_api.v1.documented import jawaban, masalah
from sync_api.v1.unit_kerja_shapes import (
    HalamanPimpinanOut,
    HalamanUnitKerjaOut,
    PimpinanIn,
    PimpinanOut,
    PimpinanUbahIn,
    UnitKerjaIn,
    UnitKerjaKueri,
    UnitKerjaOut,
)

router = APIRouter(prefix="/v1", tags=["Manajemen Unit Kerja"], route_class=RuteIdempoten)

# What is no id at all is not found, as an id that nobody has.
UnitDiJalur = Annotated[TeksPendek, Path()]


@router.get("/unit-kerja", operation_id="daftar_unit_kerja", responses=jawaban(HalamanUnitKerjaOut, 404))
async def daftar(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("unit-kerja:baca")], kueri: Annotated[UnitKerjaKueri, Query()]
) -> Response:
    """Unit kerja menurut nama."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    saring = SaringUnitKerja(kueri.nama, kueri.npsn, kueri.induk_id, kueri.aktif, jangkauan.instansi)
    async with konteks.baca() as conn:
        data, berikut = await daftar_unit_kerja(conn, saring, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris)
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.get("/unit-kerja/{unit_kerja_id}", operation_id="baca_unit_kerja", responses=jawaban(UnitKerjaOut, 404))
async def baca(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("unit-kerja:baca")], unit_kerja_id: UnitDiJalur
) -> Response:
    """Satu unit kerja."""
    with _sebagai_masalah():
        async with konteks.baca() as conn:
            return jawaban_json(await unit_kerja(conn, unit_kerja_id, izin.jangkauan.instansi))


@router.put("/unit-kerja/{unit_kerja_id}", operation_id="ubah_unit_kerja", responses=jawaban(UnitKerjaOut, 404))
async def ubah(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("unit-kerja:tulis")],
    isi: Annotated[UnitKerjaIn, badan(UnitKerjaIn)],
    unit_kerja_id: UnitDiJalur,
) -> Response:
    """Mengubah unit kerja; sinkro yang menunggunya berjalan kembali."""
    if isi.id is not None and isi.id.upper() != unit_kerja_id.upper():
        raise tidak_sah("body.id", "berbeda dari id pada alamat")
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    ubahan = cast("UbahanUnit", _yang_dikirim(isi))
    with _sebagai_masalah():
        hasil = await ubah_unit_kerja(konteks, unit_kerja_id, ubahan, _pengubah(request, izin, jangkauan))
    return jawaban_json(hasil)


@router.get(
    "/unit-kerja/{unit_kerja_id}/pimpinan", operation_id="daftar_pimpinan", responses=jawaban(HalamanPimpinanOut, 404)
)
async def daftar_pimpinan_unit(
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("unit-kerja:baca")],
    unit_kerja_id: UnitDiJalur,
    kueri: Annotated[HalamanKueri, Query()],
) -> Response:
    """Yang memimpin dan pernah memimpin unit kerja, yang terbaru dahulu."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    with _sebagai_masalah():
        async with konteks.baca() as conn:
            data, berikut = await daftar_pimpinan(
                conn,
                unit_kerja_id,
                instansi=jangkauan.instansi,
                kursor=kueri.kursor,
                jumlah_baris=kueri.jumlah_baris,
                kini=konteks.jam(),
            )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.post(
    "/unit-kerja/{unit_kerja_id}/pimpinan",
    operation_id="tambah_pimpinan",
    status_code=201,
    responses=jawaban(PimpinanOut, 404, 409, status=201, arti="Dicatat", header={"Location": "Alamat catatan"}),
)
async def tambah(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("unit-kerja:tulis")],
    isi: Annotated[PimpinanIn, badan(PimpinanIn)],
    unit_kerja_id: UnitDiJalur,
) -> Response:
    """Mencatat pimpinan definitif, PLT, PLH atau PJB."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    with _sebagai_masalah():
        hasil = await tambah_pimpinan(
            konteks,
            unit_kerja_id,
            {"nip": isi.nip, "jenis": isi.jenis, "mulai": isi.mulai, "selesai": isi.selesai},
            _pengubah(request, izin, jangkauan),
        )
    return jawaban_json(hasil, 201, {"Location": f"/v1/pimpinan/{hasil['id']}"})


@router.put("/pimpinan/{pimpinan_id}", operation_id="ubah_pimpinan", responses=jawaban(PimpinanOut, 404, 409))
async def ubah_catatan(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("unit-kerja:tulis")],
    isi: Annotated[PimpinanUbahIn, badan(PimpinanUbahIn)],
    pimpinan_id: str,
) -> Response:
    """Mengubah catatan pimpinan, misalnya mengakhirinya dengan tanggal selesai."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    dicari, ubahan = id_dari_jalur(pimpinan_id), cast("UbahanPimpinan", _yang_dikirim(isi))
    with _sebagai_masalah():
        hasil = await ubah_pimpinan(konteks, dicari, ubahan, _pengubah(request, izin, jangkauan))
    return jawaban_json(hasil)


@router.delete(
    "/pimpinan/{pimpinan_id}",
    operation_id="hapus_pimpinan",
    status_code=204,
    responses={204: {"description": "Dihapus"}, 404: masalah(404)},
)
async def hapus(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("unit-kerja:tulis")], pimpinan_id: str
) -> Response:
    """Menghapus catatan yang keliru; masa jabatan yang berakhir diberi tanggal selesai, tidak dihapus."""
    with _sebagai_masalah():
        await hapus_pimpinan(konteks, id_dari_jalur(pimpinan_id), _pengubah(request, izin, izin.jangkauan))
    return Response(status_code=204)


def _pengubah(request: Request, izin: Izin, jangkauan: Jangkauan) -> Pengubah:
    siapa = izin.pemanggil
    return Pengubah(jangkauan.instansi, siapa.sub, siapa.peran_teks, request_id(request.scope))


def _yang_dikirim(isi: BadanIn) -> dict[str, object]:
    """The fields of the body that were sent, without those that only say where to look."""
    return {kolom: getattr(isi, kolom) for kolom in isi.model_fields_set - {"id", "instansi_id"}}


@contextmanager
def _sebagai_masalah() -> Iterator[None]:
    """The errors of this room as problems."""
    try:
        yield
    except (UnitKerjaTidakDitemukan, PimpinanTidakDitemukan):
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except PemegangTidakDitemukan:
        raise PermintaanDitolak("PEGAWAI_TIDAK_TERDAFTAR") from None
    except IsianTidakSah as galat:
        raise tidak_sah(f"body.{galat.kolom}", galat.pesan) from None
    except PimpinanSudahAda:
        raise PermintaanDitolak("PIMPINAN_SUDAH_ADA") from None
    except PimpinanDefinitifGanda:
        raise PermintaanDitolak("PIMPINAN_DEFINITIF_SUDAH_ADA") from None
