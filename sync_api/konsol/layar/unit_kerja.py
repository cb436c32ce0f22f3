"""Unit kerja: the tree to walk through or to search, and what an admin may correct of a unit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import StringConstraints
from starlette.responses import Response

from services.unit_kerja.galat import IsianTidakSah, UnitKerjaTidakDitemukan
from services.unit_kerja.layanan import UbahanUnit, ubah_unit_kerja
from services.unit_kerja.perubahan import Pengubah
from services.unit_kerja.pohon import isi_unit, jalur_unit
from services.unit_kerja.queries import SaringUnitKerja, daftar_unit_kerja, pimpinan_berlaku, unit_kerja
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import Npsn, TeksCari
from sync_api.v1.unit_kerja_shapes import NamaUnit

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "Unit Kerja", "/unit-kerja", "unit-kerja:baca"),)

BARIS = 50
TULIS = "unit-kerja:tulis"
_KOLOM = ("nama", "npsn", "aktif", "mandiri")
_JUDUL = {"nama": "Nama", "npsn": "NPSN", "aktif": "Aktif", "mandiri": "JPT/Mandiri"}


class SaringUnitIn(IsianIn):
    """`objek`: one unit, as a repair names it."""

    nama: TeksCari | None = None
    npsn: Npsn | None = None
    aktif: bool | None = None
    objek: Annotated[str, StringConstraints(max_length=64)] | None = None
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class UnitIsianIn(IsianIn):
    """What is to be of the unit; a box that is not ticked is not sent."""

    nama: NamaUnit
    npsn: Npsn | None = None
    aktif: bool = False
    mandiri: bool = False


class AnakIn(IsianIn):
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


@router.get("/unit-kerja")
async def daftar(akses: Annotated[Akses, butuh_layar("unit-kerja:baca")]) -> Response:
    """What was searched for; without a search the roots of the tree."""
    instansi_id = akses.satu_instansi()
    mentah = dict(akses.request.query_params)
    try:
        kueri, galat = urai(SaringUnitIn, mentah.items()), {}
    except IsianSalah as salah:
        kueri, galat = SaringUnitIn(), salah.pesan
    if kueri.objek is not None:
        return pindah(f"/unit-kerja/{(await _unit(akses, kueri.objek))['id']}")
    isi = {"nama": kueri.nama, "npsn": kueri.npsn, "aktif": _teks(kueri.aktif)}
    mencari = any(isi.values())
    async with akses.konteks.baca() as conn:
        saring = SaringUnitKerja(
            nama=(kueri.nama,) if kueri.nama else (),
            npsn=(kueri.npsn,) if kueri.npsn else (),
            aktif=kueri.aktif,
            instansi=frozenset({instansi_id}),
            akar=not mencari,
        )
        data, berikut = await daftar_unit_kerja(conn, saring, kursor=kueri.kursor, jumlah_baris=BARIS)
        di_bawah = await isi_unit(conn, [u["id"] for u in data])
    return await halaman(
        akses,
        "unit_kerja.html",
        status=422 if galat else 200,
        data=data,
        isi=di_bawah,
        mencari=mencari,
        mentah=mentah,
        galat=galat,
        awal=kueri.kursor and alamat("/unit-kerja", **isi),
        berikut=berikut and alamat("/unit-kerja", **isi, kursor=berikut),
    )


@router.get("/unit-kerja/{unit_id}")
async def satu(akses: Annotated[Akses, butuh_layar("unit-kerja:baca")], unit_id: str) -> Response:
    """One unit: where it stands, who leads it, what stands below it."""
    unit = await _unit(akses, unit_id)
    kueri = urai(AnakIn, akses.request.query_params.multi_items())
    async with akses.konteks.baca() as conn:
        saring = SaringUnitKerja(induk_id=(unit["id"],), instansi=frozenset({unit["instansi_id"]}))
        anak, berikut = await daftar_unit_kerja(conn, saring, kursor=kueri.kursor, jumlah_baris=BARIS)
        jalur = await jalur_unit(conn, unit["id"])
        di_bawah = await isi_unit(conn, [unit["id"], *(a["id"] for a in anak)])
        memimpin = (await pimpinan_berlaku(conn, [unit["id"]], kini=akses.konteks.jam()))[unit["id"]]
    return await halaman(
        akses,
        "unit_kerja_satu.html",
        unit=unit,
        anak=anak,
        jalur=jalur,
        isi=di_bawah,
        memimpin=memimpin,
        awal=kueri.kursor and alamat(f"/unit-kerja/{unit['id']}"),
        berikut=berikut and alamat(f"/unit-kerja/{unit['id']}", kursor=berikut),
        boleh_ubah=_boleh_ubah(akses, unit),
    )


@router.get("/unit-kerja/{unit_id}/ubah")
async def ubah(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    unit = await _unit(akses, unit_id)
    return await _formulir(akses, unit, {k: unit[k] for k in _KOLOM}, {})


@router.post("/unit-kerja/{unit_id}/periksa")
async def periksa(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    """What will be another way, and the question."""
    unit = await _unit(akses, unit_id)
    try:
        isi = urai(UnitIsianIn, akses.isian.multi_items())
    except IsianSalah as salah:
        return await _formulir(akses, unit, _dari_isian(akses), salah.pesan)
    baru = _ubahan(isi)
    berubah = [k for k in _KOLOM if unit[k] != baru.get(k)]
    if not berubah:
        akses.keadaan.kilas("info", "Tidak ada yang berubah, jadi tidak ada yang disimpan.")
        return pindah(f"/unit-kerja/{unit['id']}")
    akibat = []
    if "aktif" in berubah:
        akibat.append(
            "Pegawai yang menunggu unit kerja ini diproses kembali."
            if isi.aktif
            else "Sinkro SKP pegawai unit ini akan gagal selama unit kerjanya tidak aktif."
        )
    if not {"nama", "npsn"}.isdisjoint(berubah):
        akibat.append(
            "Nama dan NPSN menentukan sekolah mana unit ini. Sinkro yang menunggunya diproses kembali. "
            "Samakan juga di SIASN, agar tidak kembali seperti semula pada Sinkro SIASN berikutnya."
        )
    return await halaman(
        akses,
        "tanya.html",
        judul="Ubah unit kerja",
        rincian=[("Unit kerja", unit["nama"])]
        + [(_JUDUL[k], f"{_sebut(unit[k])} menjadi {_sebut(baru.get(k))}") for k in berubah],
        akibat=akibat,
        pertanyaan="Simpan perubahan ini?",
        ke=alamat(f"/unit-kerja/{unit['id']}/simpan"),
        ya="Ya, simpan",
        batal=alamat(f"/unit-kerja/{unit['id']}"),
        tersembunyi=[(k, _kirim(baru.get(k))) for k in _KOLOM if baru.get(k)],
        nada="utama",
    )


@router.post("/unit-kerja/{unit_id}/simpan")
async def simpan(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    unit = await _unit(akses, unit_id)
    try:
        isi = urai(UnitIsianIn, akses.isian.multi_items())
        pengubah = Pengubah(akses.jangkauan.instansi, akses.pemanggil.sub, akses.pemanggil.peran_teks, akses.request_id)
        await ubah_unit_kerja(akses.konteks, unit["id"], _ubahan(isi), pengubah)
    except IsianSalah as salah:
        return await _formulir(akses, unit, _dari_isian(akses), salah.pesan)
    except IsianTidakSah as galat:
        return await _formulir(akses, unit, _dari_isian(akses), {galat.kolom: galat.pesan})
    except UnitKerjaTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    semula = ", ".join(f"{_JUDUL[k]} {_sebut(unit[k])}" for k in _KOLOM if unit[k] != _ubahan(isi).get(k))
    akses.keadaan.kilas(
        "berhasil",
        f"Unit kerja {isi.nama} disimpan. Sinkro yang menunggunya diproses kembali."
        + (f" Bila keliru, tekan Ubah dan kembalikan: {semula}." if semula else ""),
    )
    return pindah(f"/unit-kerja/{unit['id']}")


async def _unit(akses: Akses, unit_id: str) -> dict[str, Any]:
    """The unit within the reach of the screen's scope, else 404."""
    try:
        async with akses.konteks.baca() as conn:
            return await unit_kerja(conn, unit_id, akses.jangkauan.instansi)
    except UnitKerjaTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None


async def _formulir(akses: Akses, unit: dict[str, Any], mentah: dict[str, Any], galat: dict[str, str]) -> Response:
    return await halaman(
        akses, "unit_kerja_isi.html", status=422 if galat else 200, unit=unit, mentah=mentah, galat=galat
    )


def _boleh_ubah(akses: Akses, unit: dict[str, Any]) -> bool:
    tulis = akses.jangkauan_untuk(TULIS)
    return tulis is not None and tulis.memuat_instansi(unit["instansi_id"])


def _ubahan(isi: UnitIsianIn) -> UbahanUnit:
    npsn = isi.npsn.upper() if isi.npsn else None
    return {"nama": isi.nama, "npsn": npsn, "aktif": isi.aktif, "mandiri": isi.mandiri}


def _dari_isian(akses: Akses) -> dict[str, Any]:
    return {k: akses.isian.get(k) for k in _KOLOM}


def _teks(nilai: bool | None) -> str | None:
    return None if nilai is None else "true" if nilai else "false"


def _kirim(nilai: object) -> str:
    return "true" if nilai is True else str(nilai)


def _sebut(nilai: object) -> str:
    if isinstance(nilai, bool):
        return "ya" if nilai else "tidak"
    return "kosong" if nilai is None else str(nilai)
