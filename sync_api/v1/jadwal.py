"""Schedules: bulks that recur by a cron."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.jadwal import (
    IsiJadwal,
    JadwalTerlaluBanyak,
    JadwalTidakDitemukan,
    Pengubah,
    buat_jadwal,
    daftar_jadwal,
    hapus_jadwal,
    satu_jadwal,
    ubah_jadwal,
    zona_instansi,
)
from services.sinkronisasi.jadwal_waktu import (
    CronTidakSah,
    PolaJadwal,
    ZonaTidakDikenal,
    periksa_cron,
    periksa_zona,
)
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, id_dari_jalur, jangkauan_instansi, satu_instansi
from sync_api.idempotensi import RuteIdempoten
from sync_api.middleware import request_id
from sync_api.problems import Galat, PermintaanDitolak
from sync_api.v1.common_shapes import HalamanKueri
from sync_api.v1.documented import jawaban, masalah
from sync_api.v1.jadwal_shapes import HalamanJadwalOut, JadwalIn, JadwalOut, JadwalUbahIn

router = APIRouter(prefix="/v1", tags=["Jadwal"], route_class=RuteIdempoten)


@router.get("/jadwal", operation_id="daftar_jadwal", responses=jawaban(HalamanJadwalOut, 404))
async def daftar(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("jadwal:baca")], kueri: Annotated[HalamanKueri, Query()]
) -> Response:
    """Jadwal sinkro massal, yang terbaru dahulu."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_jadwal(
            conn, instansi=jangkauan.instansi, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


@router.post(
    "/jadwal",
    operation_id="buat_jadwal",
    status_code=201,
    responses=jawaban(JadwalOut, 404, 409, status=201, arti="Dibuat", header={"Location": "Alamat jadwal"}),
)
async def buat(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("jadwal:tulis")],
    isi: Annotated[JadwalIn, badan(JadwalIn)],
) -> Response:
    """Menjadwalkan sinkro massal berulang; siapa yang dicakup dipilih kembali setiap kali berjalan."""
    instansi_id = await satu_instansi(konteks, izin.jangkauan, isi.instansi_id)
    periksa = await _isi(konteks, isi, instansi_id)
    try:
        hasil = await buat_jadwal(konteks, _pengubah(request, izin), instansi_id=instansi_id, isi=periksa)
    except JadwalTerlaluBanyak:
        raise PermintaanDitolak("JADWAL_TERLALU_BANYAK") from None
    return jawaban_json(hasil, 201, {"Location": f"/v1/jadwal/{hasil['id']}"})


@router.get("/jadwal/{jadwal_id}", operation_id="baca_jadwal", responses=jawaban(JadwalOut, 404))
async def baca(konteks: KonteksProses, izin: Annotated[Izin, butuh("jadwal:baca")], jadwal_id: str) -> Response:
    """Satu jadwal: kapan terakhir berjalan, kapan berikutnya, dan sinkro massal terakhirnya."""
    async with konteks.baca() as conn:
        hasil = await satu_jadwal(conn, id_dari_jalur(jadwal_id), izin.jangkauan.instansi)
    if hasil is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(hasil)


@router.put("/jadwal/{jadwal_id}", operation_id="ubah_jadwal", responses=jawaban(JadwalOut, 404))
async def ubah(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("jadwal:tulis")],
    isi: Annotated[JadwalUbahIn, badan(JadwalUbahIn)],
    jadwal_id: str,
) -> Response:
    """Mengganti isi jadwal. `aktif` false mengistirahatkannya; saat diaktifkan lagi, berjalan pada waktu berikutnya."""
    dicari = id_dari_jalur(jadwal_id)
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
    async with konteks.baca() as conn:
        lama = await satu_jadwal(conn, dicari, jangkauan.instansi)
    if lama is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    periksa = await _isi(konteks, isi, lama["instansi_id"])
    try:
        hasil = await ubah_jadwal(
            konteks, _pengubah(request, izin), jadwal_id=dicari, instansi=jangkauan.instansi, isi=periksa
        )
    except JadwalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    return jawaban_json(hasil)


@router.delete(
    "/jadwal/{jadwal_id}",
    operation_id="hapus_jadwal",
    status_code=204,
    responses={204: {"description": "Dihapus"}, 404: masalah(404)},
)
async def hapus(
    request: Request, konteks: KonteksProses, izin: Annotated[Izin, butuh("jadwal:tulis")], jadwal_id: str
) -> Response:
    """Menghapus jadwal; sinkro massal yang sudah dimintanya tetap berjalan."""
    dicari = id_dari_jalur(jadwal_id)
    try:
        await hapus_jadwal(konteks, _pengubah(request, izin), jadwal_id=dicari, instansi=izin.jangkauan.instansi)
    except JadwalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    return Response(status_code=204)


async def _isi(konteks: KonteksProses, isi: JadwalIn, instansi_id: str) -> IsiJadwal:
    """The body as the service takes it: units of the instansi only, every fault of cron and zone named at once."""
    async with konteks.baca() as conn:
        if isi.saring is not None and isi.saring.unit_kerja_id:
            unit = SaringLog(unit_kerja_id=tuple(isi.saring.unit_kerja_id))
            await periksa_saringan(conn, unit, Jangkauan(frozenset({instansi_id})))
        nama_zona = isi.zona_waktu or await zona_instansi(conn, instansi_id)
    galat: list[Galat] = []
    cron = zona = None
    try:
        cron = periksa_cron(isi.cron)
    except CronTidakSah as salah:
        galat.append(Galat("body.cron", str(salah)))
    try:
        zona = periksa_zona(nama_zona)
    except ZonaTidakDikenal as salah:
        galat.append(Galat("body.zona_waktu", str(salah)))
    if cron is None or zona is None:
        raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat)
    return IsiJadwal(
        nama=isi.nama,
        jenis=isi.jenis,
        tahun=isi.tahun,
        pilihan=isi.pilihan(),
        pola=PolaJadwal(cron, zona),
        aktif=isi.aktif,
    )


def _pengubah(request: Request, izin: Izin) -> Pengubah:
    return Pengubah(izin.pemanggil.sub, izin.pemanggil.peran_teks, request_id(request.scope))
