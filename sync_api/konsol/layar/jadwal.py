"""Jadwal: bulks that recur, in words beside their cron; to put to rest, to wake, to remove."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import StringConstraints
from starlette.responses import Response

from services.sinkronisasi.jadwal import (
    IsiJadwal,
    JadwalTidakDitemukan,
    Pengubah,
    daftar_jadwal,
    hapus_jadwal,
    pilihan_dari_json,
    satu_jadwal,
    ubah_jadwal,
)
from services.sinkronisasi.jadwal_waktu import urai_pola
from sync_api.dependencies import id_dari_jalur
from sync_api.konsol.cron_kata import cron_dalam_kata
from sync_api.konsol.isian import IsianIn, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.pilihan_massal import saring_dalam_kata
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Sinkronisasi", "Jadwal", "/jadwal", "jadwal:baca"),)

BARIS = 50


class HalamanIn(IsianIn):
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


@router.get("/jadwal")
async def daftar(akses: Annotated[Akses, butuh_layar("jadwal:baca")]) -> Response:
    kueri = urai(HalamanIn, akses.request.query_params.multi_items())
    async with akses.konteks.baca() as conn:
        data, berikut = await daftar_jadwal(
            conn, instansi=akses.jangkauan.instansi, kursor=kueri.kursor, jumlah_baris=BARIS
        )
    return await halaman(
        akses,
        "jadwal.html",
        data=[dengan_kata(akses, j) for j in data],
        awal=kueri.kursor and alamat("/jadwal"),
        berikut=berikut and alamat("/jadwal", kursor=berikut),
        boleh_buat=akses.boleh("jadwal:tulis"),
    )


@router.get("/jadwal/{jadwal_id}/{tindakan}")
async def tanya(akses: Annotated[Akses, butuh_layar("jadwal:tulis")], jadwal_id: str, tindakan: str) -> Response:
    """Asks before a schedule rests, wakes or goes."""
    if tindakan not in ("istirahat", "aktifkan", "hapus"):
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    j = await jadwal_milik(akses, jadwal_id)
    return await halaman(akses, "jadwal_tanya.html", j=dengan_kata(akses, j), tindakan=tindakan)


@router.post("/jadwal/{jadwal_id}/hapus")
async def hapus(akses: Annotated[Akses, butuh_layar("jadwal:tulis")], jadwal_id: str) -> Response:
    j = await jadwal_milik(akses, jadwal_id)
    try:
        await hapus_jadwal(
            akses.konteks, pengubah(akses), jadwal_id=id_dari_jalur(jadwal_id), instansi=akses.jangkauan.instansi
        )
    except JadwalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    akses.keadaan.kilas(
        "berhasil",
        f"Jadwal {j['nama']} dihapus. Sinkro massal yang sudah dimulainya tetap berjalan. "
        "Bila keliru, buat kembali dengan Jadwal baru.",
    )
    return pindah("/jadwal")


@router.post("/jadwal/{jadwal_id}/istirahat")
async def istirahat(akses: Annotated[Akses, butuh_layar("jadwal:tulis")], jadwal_id: str) -> Response:
    j = await _setel_aktif(akses, jadwal_id, aktif=False)
    akses.keadaan.kilas("berhasil", f"Jadwal {j['nama']} dijeda dan tidak berjalan sampai Anda mengaktifkannya.")
    return pindah("/jadwal")


@router.post("/jadwal/{jadwal_id}/aktifkan")
async def aktifkan(akses: Annotated[Akses, butuh_layar("jadwal:tulis")], jadwal_id: str) -> Response:
    j = await _setel_aktif(akses, jadwal_id, aktif=True)
    akses.keadaan.kilas("berhasil", f"Jadwal {j['nama']} aktif kembali. Tekan Jeda bila perlu menghentikannya.")
    return pindah("/jadwal")


async def _setel_aktif(akses: Akses, jadwal_id: str, *, aktif: bool) -> dict[str, Any]:
    """The schedule as it is, but for whether it runs."""
    j = await jadwal_milik(akses, jadwal_id)
    isi = IsiJadwal(
        nama=j["nama"],
        jenis=j["jenis"],
        tahun=j["tahun"],
        pilihan=pilihan_dari_json({"saring": j["saring"]}),
        pola=urai_pola(j["cron"], j["zona_waktu"]),
        aktif=aktif,
    )
    try:
        return await ubah_jadwal(
            akses.konteks,
            pengubah(akses),
            jadwal_id=id_dari_jalur(jadwal_id),
            instansi=akses.jangkauan.instansi,
            isi=isi,
        )
    except JadwalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None


async def jadwal_milik(akses: Akses, jadwal_id: str) -> dict[str, Any]:
    """The schedule within the reach of the screen's scope, else 404."""
    async with akses.konteks.baca() as conn:
        hasil = await satu_jadwal(conn, id_dari_jalur(jadwal_id), akses.jangkauan.instansi)
    if hasil is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return hasil


def pengubah(akses: Akses) -> Pengubah:
    return Pengubah(akses.pemanggil.sub, akses.pemanggil.peran_teks, akses.request_id)


def dengan_kata(akses: Akses, j: dict[str, Any]) -> dict[str, Any]:
    """The schedule with its time and people in words, and whether the caller may change it."""
    tulis = akses.jangkauan_untuk("jadwal:tulis")
    return j | {
        "kapan": cron_dalam_kata(j["cron"], j["zona_waktu"]),
        "siapa": saring_dalam_kata(j["saring"] or {}, akses.konteks.settings.nama_sumber),
        "boleh_ubah": tulis is not None and tulis.memuat_instansi(j["instansi_id"]),
    }
