"""A record of leadership entered, corrected, ended or removed: looked at with names first, then written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ekinerja_domain.unit_kerja import JenisPimpinan
from services.pegawai.queries import pegawai
from services.unit_kerja.galat import (
    IsianTidakSah,
    PemegangTidakDitemukan,
    PimpinanDefinitifGanda,
    PimpinanSudahAda,
    PimpinanTidakDitemukan,
    UnitKerjaTidakDitemukan,
)
from services.unit_kerja.perubahan import Pengubah
from services.unit_kerja.pimpinan import hapus_pimpinan, tambah_pimpinan, ubah_pimpinan
from sync_api.dependencies import id_dari_jalur
from sync_api.konsol import kata, waktu
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.layar.pimpinan import riwayat_unit
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import NipIn
from sync_api.v1.unit_kerja_shapes import Hari

router = APIRouter()
MENU: tuple[Menu, ...] = ()

TULIS = "unit-kerja:tulis"


class PimpinanIsianIn(IsianIn):
    """A whole record; `catatan_id`: the one that is corrected."""

    nip: NipIn
    jenis: JenisPimpinan
    mulai: Hari
    selesai: Hari | None = None
    catatan_id: UUID | None = None


class AkhiriIn(IsianIn):
    selesai: Hari


@router.get("/pimpinan/{unit_id}/tambah")
async def tambah(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    unit, _ = await riwayat_unit(akses, unit_id)
    return await _formulir(akses, unit, {"jenis": "PLT", **dict(akses.request.query_params)}, {})


@router.get("/pimpinan/{unit_id}/{catatan_id}/ubah")
async def ubah(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str, catatan_id: str) -> Response:
    unit, catatan = await _catatan(akses, unit_id, catatan_id)
    mentah = {nama: catatan[nama] for nama in ("nip", "jenis", "mulai", "selesai")} | {"catatan_id": catatan["id"]}
    return await _formulir(akses, unit, mentah, {})


@router.post("/pimpinan/{unit_id}/periksa")
async def periksa(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    """The record in words, with the person's name, and the question."""
    unit, riwayat = await riwayat_unit(akses, unit_id)
    mentah = {nama: str(nilai) for nama, nilai in akses.isian.multi_items() if isinstance(nilai, str)}
    try:
        isi = urai(PimpinanIsianIn, akses.isian.multi_items())
        orang = await _pemegang(akses, isi.nip, unit["instansi_id"])
        if isi.selesai is not None and isi.selesai < isi.mulai:
            raise IsianSalah({"selesai": "mendahului tanggal mulai"})
    except IsianSalah as salah:
        return await _formulir(akses, unit, mentah, salah.pesan)
    lama = _cari(riwayat, str(isi.catatan_id)) if isi.catatan_id is not None else None
    jenis = kata.sebut(isi.jenis, kata.JENIS_PIMPINAN)
    asal = orang["unit_kerja"]
    akibat = ["Pegawai unit ini yang menunggu pimpinan atau SKP-nya diproses kembali sesudah disimpan."]
    if isi.jenis is JenisPimpinan.DEFINITIF and (asal is None or asal["id"] != unit["id"]):
        akibat.insert(
            0,
            "Perhatian: unit kerja pegawai ini bukan unit tersebut, sehingga sebagai pimpinan definitif ia belum "
            "berlaku. Untuk yang menjabat sementara, pilih PLT atau PLH.",
        )
    return await halaman(
        akses,
        "tanya.html",
        judul="Koreksi pimpinan" if lama else "Tambah pimpinan",
        rincian=[
            ("Unit kerja", unit["nama"]),
            ("Nama", orang["nama"]),
            ("NIP", isi.nip),
            ("Unit kerja pegawai", (asal or {}).get("nama")),
            ("Sebagai", jenis),
            ("Mulai", waktu.tanggal(isi.mulai)),
            ("Selesai", waktu.tanggal(isi.selesai) if isi.selesai else "sampai ada perubahan"),
        ],
        akibat=akibat,
        pertanyaan="Simpan catatan ini?",
        ke=alamat(f"/pimpinan/{unit['id']}/simpan"),
        ya="Ya, simpan",
        batal=alamat(f"/pimpinan/{unit['id']}"),
        tersembunyi=[(n, mentah[n]) for n in PimpinanIsianIn.model_fields if mentah.get(n)],
        nada="utama",
    )


@router.post("/pimpinan/{unit_id}/simpan")
@sekali
async def simpan(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str) -> Response:
    unit, riwayat = await riwayat_unit(akses, unit_id)
    mentah = {nama: str(nilai) for nama, nilai in akses.isian.multi_items() if isinstance(nilai, str)}
    try:
        isi = urai(PimpinanIsianIn, akses.isian.multi_items())
        with _sebagai_isian():
            if isi.catatan_id is None:
                hasil = await tambah_pimpinan(
                    akses.konteks,
                    unit["id"],
                    {"nip": isi.nip, "jenis": isi.jenis, "mulai": isi.mulai, "selesai": isi.selesai},
                    _pengubah(akses),
                )
            else:
                hasil = await ubah_pimpinan(
                    akses.konteks,
                    UUID(_cari(riwayat, str(isi.catatan_id))["id"]),
                    {"nip": isi.nip, "jenis": isi.jenis, "mulai": isi.mulai, "selesai": isi.selesai},
                    _pengubah(akses),
                )
    except IsianSalah as salah:
        return await _formulir(akses, unit, mentah, salah.pesan)
    jenis = kata.sebut(hasil["jenis"], kata.JENIS_PIMPINAN)
    akses.keadaan.kilas(
        "berhasil",
        f"{hasil['nama']} dicatat sebagai {jenis} pada {unit['nama']} mulai {waktu.tanggal(hasil['mulai'])}. "
        "Sinkro yang menunggunya diproses kembali. Bila keliru, tekan Koreksi atau Hapus pada riwayat.",
    )
    return pindah(f"/pimpinan/{unit['id']}")


@router.get("/pimpinan/{unit_id}/{catatan_id}/akhiri")
async def tanya_akhiri(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str, catatan_id: str) -> Response:
    unit, catatan = await _catatan(akses, unit_id, catatan_id)
    return await _akhiri(akses, unit, catatan, catatan["selesai"] or "", {})


@router.post("/pimpinan/{unit_id}/{catatan_id}/akhiri")
async def akhiri(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str, catatan_id: str) -> Response:
    unit, catatan = await _catatan(akses, unit_id, catatan_id)
    try:
        selesai = urai(AkhiriIn, akses.isian.multi_items()).selesai
        with _sebagai_isian():
            await ubah_pimpinan(akses.konteks, UUID(catatan["id"]), {"selesai": selesai}, _pengubah(akses))
    except IsianSalah as salah:
        return await _akhiri(akses, unit, catatan, str(akses.isian.get("selesai") or ""), salah.pesan)
    akses.keadaan.kilas(
        "berhasil",
        f"{catatan['nama']} memimpin {unit['nama']} sampai dengan {waktu.tanggal(selesai)}. "
        "Bila keliru, tekan Koreksi lalu ubah atau kosongkan tanggal selesainya.",
    )
    return pindah(f"/pimpinan/{unit['id']}")


@router.get("/pimpinan/{unit_id}/{catatan_id}/hapus")
async def tanya_hapus(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str, catatan_id: str) -> Response:
    unit, catatan = await _catatan(akses, unit_id, catatan_id)
    return await halaman(
        akses,
        "tanya.html",
        judul="Hapus catatan pimpinan",
        rincian=_rincian(unit, catatan),
        akibat=[
            "Hapus hanya catatan yang keliru. Masa jabatan yang berakhir cukup diberi tanggal selesai dengan Akhiri.",
        ],
        pertanyaan="Hapus catatan ini?",
        ke=alamat(f"/pimpinan/{unit['id']}/{catatan['id']}/hapus"),
        ya="Ya, hapus",
        batal=alamat(f"/pimpinan/{unit['id']}"),
        tersembunyi=[],
        nada="bahaya",
    )


@router.post("/pimpinan/{unit_id}/{catatan_id}/hapus")
async def hapus(akses: Annotated[Akses, butuh_layar(TULIS)], unit_id: str, catatan_id: str) -> Response:
    unit, catatan = await _catatan(akses, unit_id, catatan_id)
    with _sebagai_isian():
        await hapus_pimpinan(akses.konteks, UUID(catatan["id"]), _pengubah(akses))
    jenis = kata.sebut(catatan["jenis"], kata.JENIS_PIMPINAN)
    akses.keadaan.kilas(
        "berhasil",
        f"Catatan {catatan['nama']} sebagai {jenis} mulai {waktu.tanggal(catatan['mulai'])} dihapus. "
        "Bila keliru, masukkan kembali dengan Tambah pimpinan.",
    )
    return pindah(f"/pimpinan/{unit['id']}")


async def _formulir(akses: Akses, unit: dict[str, Any], mentah: dict[str, Any], galat: dict[str, str]) -> Response:
    return await halaman(
        akses,
        "pimpinan_isi.html",
        status=422 if galat else 200,
        unit=unit,
        mentah=mentah,
        galat=galat,
        pilihan_jenis=[(j.value, kata.sebut(j, kata.JENIS_PIMPINAN)) for j in JenisPimpinan],
    )


async def _akhiri(
    akses: Akses, unit: dict[str, Any], catatan: dict[str, Any], selesai: str, galat: dict[str, str]
) -> Response:
    return await halaman(
        akses,
        "pimpinan_akhiri.html",
        status=422 if galat else 200,
        unit=unit,
        catatan=catatan,
        rincian=_rincian(unit, catatan),
        selesai=selesai,
        galat=galat,
    )


def _rincian(unit: dict[str, Any], catatan: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Unit kerja", unit["nama"]),
        ("Nama", catatan["nama"]),
        ("NIP", catatan["nip"]),
        ("Sebagai", kata.sebut(catatan["jenis"], kata.JENIS_PIMPINAN)),
        ("Mulai", waktu.tanggal(catatan["mulai"])),
        ("Selesai", waktu.tanggal(catatan["selesai"]) if catatan["selesai"] else "sampai ada perubahan"),
    ]


async def _catatan(akses: Akses, unit_id: str, catatan_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    unit, riwayat = await riwayat_unit(akses, unit_id)
    return unit, _cari(riwayat, str(id_dari_jalur(catatan_id)))


def _cari(riwayat: list[dict[str, Any]], catatan_id: str) -> dict[str, Any]:
    """The record of this unit, else 404."""
    for satu in riwayat:
        if satu["id"] == catatan_id:
            return satu
    raise PermintaanDitolak("TIDAK_DITEMUKAN")


async def _pemegang(akses: Akses, nip: str, instansi_id: str) -> dict[str, Any]:
    async with akses.konteks.baca() as conn:
        orang = await pegawai(conn, nip, frozenset({instansi_id}))
    if orang is None:
        raise IsianSalah({"nip": _BUKAN_PEGAWAI})
    return orang


def _pengubah(akses: Akses) -> Pengubah:
    return Pengubah(akses.jangkauan.instansi, akses.pemanggil.sub, akses.pemanggil.peran_teks, akses.request_id)


_BUKAN_PEGAWAI = "bukan pegawai instansi ini; periksa NIP, atau jalankan Sinkro SIASN bila baru pindah"


@contextmanager
def _sebagai_isian() -> Iterator[None]:
    """The refusals of the service at the field where they are repaired."""
    try:
        yield
    except (UnitKerjaTidakDitemukan, PimpinanTidakDitemukan):
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except PemegangTidakDitemukan:
        raise IsianSalah({"nip": _BUKAN_PEGAWAI}) from None
    except IsianTidakSah as galat:
        raise IsianSalah({galat.kolom: galat.pesan}) from None
    except PimpinanSudahAda:
        raise IsianSalah({"mulai": "sudah ada catatan orang, jenis dan tanggal mulai yang sama; koreksi itu"}) from None
    except PimpinanDefinitifGanda:
        raise IsianSalah(
            {"jenis": "unit ini sudah memiliki pimpinan definitif pada hari yang sama; akhiri dahulu yang lama"}
        ) from None
