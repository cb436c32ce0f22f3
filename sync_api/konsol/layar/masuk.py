"""Masuk and Keluar: signing in with the issuer, choosing the instansi, and going on with what was typed before."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from services.identitas.masuk import JALUR_KEMBALI, JALUR_SETELAH_KELUAR, KeadaanMasuk, KodeMasuk, MasukDitolak
from services.identitas.penerbit_http import PenerbitTidakTersedia
from services.unit_kerja.instansi import daftar_instansi
from sync_api.dependencies import layani_sebagai
from sync_api.konsol.galat import halaman_isian_kembali
from sync_api.konsol.isian import IsianIn, baca_isian, urai
from sync_api.konsol.keadaan import KeadaanKonsol, keadaan_konsol
from sync_api.konsol.keamanan import PESAN_ASAL, Akses, asal_sendiri, butuh_layar, csrf_cocok, jalur_aman, siapa
from sync_api.konsol.sesi import Sesi
from sync_api.konsol.tampilan import Menu, alamat, halaman, halaman_terbuka
from sync_api.konsol.titipan import BIDANG_TITIPAN, buka_titipan
from sync_api.problems import PermintaanDitolak

router = APIRouter()
MENU: tuple[Menu, ...] = ()

NAMA_MASUK = "sinkro_masuk"
TUJUAN_MASUK = "masuk"
BATAS_MASUK_DETIK = 600
JALUR_MASUK = "/konsol/masuk"
BATAS_TITIPAN = 1024 * 1024
BATAS_PILIHAN = 100

PESAN_MASUK = {
    KodeMasuk.DIBATALKAN: "Masuk dibatalkan. Tekan Masuk untuk mencoba lagi.",
    KodeMasuk.KEDALUWARSA: "Waktu untuk masuk sudah habis. Tekan Masuk untuk mencoba lagi.",
    KodeMasuk.TIDAK_COCOK: "Jawaban layanan masuk tidak cocok dengan permintaan dari peramban ini. Coba masuk lagi.",
    KodeMasuk.DITOLAK_PENERBIT: "Layanan masuk menolak permintaan ini. Coba lagi, atau hubungi pengelola layanan.",
    KodeMasuk.TOKEN_TIDAK_SAH: "Identitas dari layanan masuk tidak dapat diterima. Hubungi pengelola layanan.",
}


class PilihInstansiIn(IsianIn):
    instansi_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    nama: Annotated[str, StringConstraints(max_length=100)] | None = None
    ke: Annotated[str, StringConstraints(max_length=2_000)] | None = None


@router.get("/masuk")
async def masuk(request: Request) -> Response:
    """The page before signing in; who is signed in already goes on."""
    keadaan = keadaan_konsol(request)
    ke = jalur_aman(request.query_params.get("ke"))
    if keadaan.sesi is not None and await siapa(keadaan, keadaan.sesi) is not None:
        return RedirectResponse(ke, 303)
    return halaman_terbuka(request, "masuk.html", ke=ke, pesan=None, tab=request.query_params.get("tab") == "1")


@router.get("/masuk/mulai")
async def mulai(request: Request) -> Response:
    """On to the issuer."""
    keadaan = keadaan_konsol(request)
    url, awal = await keadaan.perangkat.alur.mulai(keadaan.alamat + JALUR_KEMBALI)
    ke = alamat("/masuk/selesai") if request.query_params.get("tab") == "1" else request.query_params.get("ke")
    isi = json.dumps([awal.ke_json(), jalur_aman(ke)]).encode()
    keadaan.kue[NAMA_MASUK] = (keadaan.perangkat.segel.tutup(TUJUAN_MASUK, isi), BATAS_MASUK_DETIK, JALUR_MASUK)
    return RedirectResponse(url, 303)


@router.get("/masuk/kembali")
async def kembali(request: Request) -> Response:
    """Back from the issuer: the one answer that starts a session."""
    keadaan = keadaan_konsol(request)
    keadaan.kue[NAMA_MASUK] = ("", 0, JALUR_MASUK)
    ke = "/konsol/"
    try:
        mentah = keadaan.perangkat.segel.buka(TUJUAN_MASUK, keadaan.kue_masuk.get(NAMA_MASUK, ""))
        if mentah is None:
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK)
        awal, ke = json.loads(mentah)
        hasil = await keadaan.perangkat.alur.selesai(dict(request.query_params), KeadaanMasuk.dari_json(awal))
    except MasukDitolak as ditolak:
        return halaman_terbuka(request, "masuk.html", status=401, ke=ke, pesan=PESAN_MASUK[ditolak.kode], tab=False)
    keadaan.simpan_sesi(Sesi.baru(hasil, kini=int(keadaan.perangkat.jam())))
    return RedirectResponse(ke, 303)


@router.get("/masuk/selesai")
async def masuk_selesai(akses: Annotated[Akses, butuh_layar(None)]) -> Response:
    """In the tab that was opened beside a form whose session had ended."""
    return await halaman(akses, "masuk_selesai.html")


@router.post("/masuk/lanjutkan")
async def lanjutkan(akses: Annotated[Akses, butuh_layar(None, batas=BATAS_TITIPAN, csrf=False)]) -> Response:
    """The form that was typed in an ended session, shown again. Its seal proves it, and nothing is written."""
    perangkat = akses.keadaan.perangkat
    teks = akses.isian.get(BIDANG_TITIPAN)
    titipan = None
    if isinstance(teks, str):
        titipan = buka_titipan(perangkat.segel, teks, sub=akses.pemanggil.sub, kini=perangkat.jam())
    if titipan is None:
        akses.keadaan.kilas("peringatan", "Isian sebelumnya milik pengguna lain atau sudah terlalu lama.")
        return RedirectResponse("/konsol/", 303)
    return halaman_isian_kembali(akses.request, akses.sesi, titipan)


@router.post("/keluar")
async def keluar(request: Request) -> Response:
    """Ends the session here, and shows the way to end it at the issuer too. Works for a session that has ended."""
    keadaan = keadaan_konsol(request)
    sesi = keadaan.sesi
    if not asal_sendiri(request, keadaan.alamat):
        raise PermintaanDitolak("SCOPE_TIDAK_CUKUP", PESAN_ASAL)
    if sesi is not None and not csrf_cocok(keadaan, sesi, await baca_isian(request, BATAS_TITIPAN)):
        raise PermintaanDitolak("SCOPE_TIDAK_CUKUP", PESAN_ASAL)
    keadaan.simpan_sesi(None)
    return halaman_terbuka(request, "keluar.html", penerbit=await _alamat_keluar(keadaan, sesi))


async def _alamat_keluar(keadaan: KeadaanKonsol, sesi: Sesi | None) -> str | None:
    if sesi is None:
        return None
    try:
        return await keadaan.perangkat.alur.alamat_keluar(
            id_token=sesi.id_token, kembali_ke=keadaan.alamat + JALUR_SETELAH_KELUAR
        )
    except PenerbitTidakTersedia:
        # Signing out here must not depend on the issuer.
        return None


@router.get("/instansi")
async def pilih_instansi(akses: Annotated[Akses, butuh_layar(None)]) -> Response:
    """The instansi to choose from, for who reaches several."""
    kueri = urai(PilihInstansiIn, akses.request.query_params.multi_items())
    seluruhnya = akses.pemanggil.jangkauan("sinkro:baca") or akses.jangkauan
    layani_sebagai(akses.pemanggil, seluruhnya)
    async with akses.konteks.baca() as conn:
        daftar = await daftar_instansi(conn, seluruhnya, nama=kueri.nama, batas=BATAS_PILIHAN)
    return await halaman(
        akses, "instansi.html", daftar=daftar, kueri=kueri, ke=jalur_aman(kueri.ke), batas=BATAS_PILIHAN
    )


@router.post("/instansi")
async def simpan_instansi(akses: Annotated[Akses, butuh_layar(None)]) -> Response:
    """Chooses one, or all again. It only narrows what the token reaches."""
    isian = urai(PilihInstansiIn, akses.isian.multi_items())
    seluruhnya = akses.pemanggil.jangkauan("sinkro:baca")
    if isian.instansi_id is not None and (seluruhnya is None or not seluruhnya.memuat_instansi(isian.instansi_id)):
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    akses.keadaan.simpan_sesi((akses.keadaan.sesi or akses.sesi).dengan_instansi(isian.instansi_id))
    return RedirectResponse(jalur_aman(isian.ke), 303)
