"""Pemadanan Unor: schools that wait for their link, each beside the units that may be it, and every link there is.

A unit that cannot be a school is never offered (spec: domain 5).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode
from services.identitas.pemanggil import Jangkauan
from services.padanan.layanan import daftar_padanan, putuskan_padanan
from services.padanan.usulan import CalonUnit, SekolahBerusul, calon_unit, sekolah_berusul
from services.sinkronisasi.perbaikan import daftar_perbaikan
from services.unit_kerja.queries import SaringUnitKerja, daftar_unit_kerja
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import Npsn, TahunIn, TeksCari

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "Pemadanan Unor", "/padanan", "padanan:baca"),)

BARIS = 50
SEKOLAH_PER_HALAMAN = 20
PERBAIKAN_TERBANYAK = 2_000
UNIT_DICARI = 100
_KODE_PADANAN = frozenset({Kode.NAMA_UNOR_TIDAK_SAMA, Kode.UNOR_PMM_BELUM_PADAN})
PUTUSAN = {"konfirmasi": StatusPadanan.DIKONFIRMASI, "tolak": StatusPadanan.DITOLAK}


class SaringPadananIn(IsianIn):
    """`objek`: one school, as a repair names it; `mulai`: how many waiting schools stand on earlier pages."""

    objek: Npsn | None = None
    npsn: Npsn | None = None
    status: StatusPadanan | None = None
    tahun: TahunIn | None = None
    mulai: Annotated[int, Field(ge=0, le=PERBAIKAN_TERBANYAK)] = 0
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class CariUnitIn(IsianIn):
    nama: TeksCari | None = None


@router.get("/padanan")
async def daftar(akses: Annotated[Akses, butuh_layar("padanan:baca")]) -> Response:
    """Who waits first, most people first; then every link, by NPSN."""
    instansi_id = akses.satu_instansi()
    mentah = dict(akses.request.query_params)
    try:
        kueri, galat = urai(SaringPadananIn, mentah.items()), {}
    except IsianSalah as salah:
        kueri, galat = SaringPadananIn(), salah.pesan
    tertentu = kueri.objek or kueri.npsn
    menunggu = await _menunggu(akses, instansi_id, kueri.tahun)
    if tertentu is not None:
        dipilih = [tertentu.upper()]
    else:
        dipilih = list(menunggu)[kueri.mulai : kueri.mulai + SEKOLAH_PER_HALAMAN]
    async with akses.konteks.baca() as conn:
        sekolah = await sekolah_berusul(conn, instansi_id=instansi_id, npsn=dipilih)
        data, berikut = await daftar_padanan(
            conn,
            status=[kueri.status.value] if kueri.status else [],
            npsn=[tertentu] if tertentu else [],
            instansi=akses.jangkauan.instansi,
            kursor=kueri.kursor,
            jumlah_baris=BARIS,
        )
    tampil = [_kartu(sekolah[n], menunggu.get(n)) for n in dipilih]
    sisa = 0 if tertentu else len(menunggu) - kueri.mulai - len(dipilih)
    isi = {"status": kueri.status, "npsn": kueri.npsn, "objek": kueri.objek, "tahun": kueri.tahun}
    return await halaman(
        akses,
        "padanan.html",
        status=422 if galat else 200,
        sekolah=[k for k in tampil if k["sekolah"].calon or k["menunggu"]],
        tertentu=tertentu,
        jumlah_menunggu=len(menunggu),
        berikut_menunggu=sisa > 0 and alamat("/padanan", **isi, mulai=kueri.mulai + len(dipilih)),
        awal_menunggu=kueri.mulai and alamat("/padanan", **isi),
        data=data,
        berikut=berikut and alamat("/padanan", **isi, kursor=berikut),
        awal=kueri.kursor and alamat("/padanan", **isi),
        kueri=kueri,
        mentah=mentah,
        galat=galat,
        pilihan_status=[(s.value, kata.sebut(s, kata.STATUS_PADANAN)) for s in StatusPadanan],
        boleh_putus=akses.boleh("padanan:tulis"),
    )


@router.get("/padanan/{npsn}/cari")
async def cari(akses: Annotated[Akses, butuh_layar("padanan:tulis")], npsn: str) -> Response:
    """Another unit than the suggested ones, by its name."""
    instansi_id = akses.satu_instansi()
    kueri = urai(CariUnitIn, akses.request.query_params.multi_items())
    sekolah = await _sekolah(akses, instansi_id, npsn)
    nama = kueri.nama or sekolah.unor or sekolah.nama
    calon: list[CalonUnit] = []
    if nama is not None:
        async with akses.konteks.baca() as conn:
            saring = SaringUnitKerja(nama=(nama,), aktif=True, instansi=frozenset({instansi_id}))
            unit, _ = await daftar_unit_kerja(conn, saring, kursor=None, jumlah_baris=UNIT_DICARI)
            dikenal = await calon_unit(conn, instansi_id=instansi_id, npsn=npsn, unit_id=[u["id"] for u in unit])
        calon = sorted((c for c in dikenal.values() if c.layak), key=lambda c: (-(c.kemiripan or 0), c.nama, c.id))
    return await halaman(akses, "padanan_cari.html", sekolah=sekolah, nama=nama, calon=calon, batas=UNIT_DICARI)


@router.get("/padanan/{npsn}/{unit_id}/{putusan}")
async def tanya(
    akses: Annotated[Akses, butuh_layar("padanan:tulis")], npsn: str, unit_id: str, putusan: str
) -> Response:
    """Asks before a link is confirmed or rejected, with both names side by side."""
    instansi_id = akses.satu_instansi()
    sekolah, unit = await _diputuskan(akses, instansi_id, npsn, unit_id, putusan)
    if putusan == "konfirmasi" and not unit.layak:
        return _bukan_sekolah(akses, sekolah, unit)
    menunggu = (await _menunggu(akses, instansi_id, None)).get(sekolah.npsn)
    return await halaman(akses, "padanan_tanya.html", sekolah=sekolah, unit=unit, putusan=putusan, menunggu=menunggu)


@router.post("/padanan/{npsn}/{unit_id}/{putusan}")
async def putuskan(
    akses: Annotated[Akses, butuh_layar("padanan:tulis")], npsn: str, unit_id: str, putusan: str
) -> Response:
    instansi_id = akses.satu_instansi()
    sekolah, unit = await _diputuskan(akses, instansi_id, npsn, unit_id, putusan)
    if putusan == "konfirmasi" and not unit.layak:
        return _bukan_sekolah(akses, sekolah, unit)
    await putuskan_padanan(
        akses.konteks,
        npsn=sekolah.npsn,
        unit_kerja_id=unit.id,
        status=PUTUSAN[putusan],
        instansi=frozenset({instansi_id}),
        oleh=akses.pemanggil.sub,
        peran=akses.pemanggil.peran_teks,
        request_id=akses.request_id,
    )
    if putusan == "konfirmasi":
        teks = (
            f"NPSN {sekolah.npsn} dipadankan dengan {unit.nama}. Sinkro yang menunggunya diproses kembali. "
            "Bila keliru, tekan Tolak pada baris ini."
        )
    else:
        teks = (
            f"Padanan NPSN {sekolah.npsn} dengan {unit.nama} ditolak dan tidak diusulkan lagi. "
            "Bila keliru, tekan Konfirmasi pada baris ini."
        )
    akses.keadaan.kilas("berhasil", teks)
    return pindah("/padanan", objek=sekolah.npsn)


async def _menunggu(akses: Akses, instansi_id: str, tahun: int | None) -> dict[str, dict[str, Any]]:
    """The repair of every school that waits for its link, by NPSN, the one that frees most people first."""
    if akses.jangkauan_untuk("sinkro:baca") is None:
        return {}
    async with akses.konteks.baca() as conn:
        perbaikan, _ = await daftar_perbaikan(
            conn,
            Jangkauan(frozenset({instansi_id})),
            tahun=[tahun] if tahun else [],
            jumlah_baris=PERBAIKAN_TERBANYAK,
        )
    hasil: dict[str, dict[str, Any]] = {}
    for satu in perbaikan:
        objek = satu["objek"]
        if satu["kode"] in _KODE_PADANAN and objek["jenis"] == JenisObjek.PADANAN_UNOR and objek["id"]:
            hasil.setdefault(objek["id"].upper(), satu)
    return hasil


def _kartu(sekolah: SekolahBerusul, menunggu: dict[str, Any] | None) -> dict[str, Any]:
    """A school with its repair and the list of the people it is about."""
    orang = None
    if menunggu is not None:
        objek = f"{menunggu['objek']['jenis']}:{menunggu['objek']['id']}"
        orang = alamat("/log", kode=menunggu["kode"], objek=objek)
    nama = sekolah.unor or sekolah.nama or (menunggu["objek"]["nama"] if menunggu else None)
    return {"sekolah": sekolah, "nama": nama, "menunggu": menunggu, "orang": orang}


async def _sekolah(akses: Akses, instansi_id: str, npsn: str) -> SekolahBerusul:
    if len(npsn) != 8 or not npsn.isascii() or not npsn.isalnum():
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    async with akses.konteks.baca() as conn:
        return (await sekolah_berusul(conn, instansi_id=instansi_id, npsn=[npsn]))[npsn.upper()]


async def _diputuskan(
    akses: Akses, instansi_id: str, npsn: str, unit_id: str, putusan: str
) -> tuple[SekolahBerusul, CalonUnit]:
    """The school and the unit of the instansi, else 404; also for what is no decision."""
    if putusan not in PUTUSAN:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    sekolah = await _sekolah(akses, instansi_id, npsn)
    async with akses.konteks.baca() as conn:
        calon = await calon_unit(conn, instansi_id=instansi_id, npsn=npsn, unit_id=[unit_id[:32]])
    if unit_id.upper() not in calon:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return sekolah, calon[unit_id.upper()]


def _bukan_sekolah(akses: Akses, sekolah: SekolahBerusul, unit: CalonUnit) -> Response:
    """Back to choose another unit, told why this one cannot be the school."""
    sebab = "memiliki unit di bawahnya atau berdiri mandiri, sehingga bukan sekolah" if unit.aktif else "tidak aktif"
    akses.keadaan.kilas("gagal", f"{unit.nama} {sebab}. Pilih unit kerja sekolahnya.")
    return pindah(f"/padanan/{sekolah.npsn}/cari")
