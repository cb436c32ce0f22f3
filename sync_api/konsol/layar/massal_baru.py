"""A new bulk: choose, count, be asked once, start. Nothing is written before the last step."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from services.sinkronisasi.massal import buat_massal
from services.sinkronisasi.massal_taksiran import taksir_massal
from sync_api.konsol.isian import BATAS_UNGGAHAN, IsianSalah
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.nip_daftar import sebagai_teks
from sync_api.konsol.pilihan_massal import PilihanMassalIn, isian_mentah, pilihan_formulir, terpilih, urai_pilihan
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, bingkai, halaman, pindah

router = APIRouter()
MENU: tuple[Menu, ...] = ()

DITOLAK_DITAMPILKAN = 50
BATAS_MULAI = 4 * 1024 * 1024


@router.get("/massal/baru")
async def formulir(akses: Annotated[Akses, butuh_layar("massal:tulis")]) -> Response:
    """The form; a link may bring a choice in the address."""
    akses.satu_instansi()
    return await _formulir(akses, akses.request.query_params.multi_items(), {})


@router.post("/massal/hitung")
async def hitung(akses: Annotated[Akses, butuh_layar("massal:tulis", batas=BATAS_UNGGAHAN)]) -> Response:
    """How many it would be, and the question."""
    instansi_id = akses.satu_instansi()
    pasangan = akses.isian.multi_items()
    if "ubah" in akses.isian:
        return await _formulir(akses, pasangan, {})
    try:
        isian = urai_pilihan(PilihanMassalIn, pasangan)
        async with akses.konteks.baca() as conn:
            pilihan = await terpilih(
                conn, isian, instansi_id, nama_sumber=akses.konteks.settings.nama_sumber, formulir=akses.isian
            )
            taksiran = await taksir_massal(
                conn, instansi_id=instansi_id, jenis=isian.jenis, tahun=isian.tahun, pilihan=pilihan.pilihan
            )
    except IsianSalah as salah:
        return await _formulir(akses, pasangan, salah.pesan)
    return await halaman(
        akses,
        "massal_hitung.html",
        taksiran=taksiran,
        terpilih=pilihan,
        tahun=isian.tahun,
        ditolak=taksiran.ditolak[:DITOLAK_DITAMPILKAN],
    )


@router.post("/massal/mulai")
@sekali
async def mulai(akses: Annotated[Akses, butuh_layar("massal:tulis", batas=BATAS_MULAI)]) -> Response:
    """Starts what the page before asked about."""
    instansi_id = akses.satu_instansi()
    pasangan = akses.isian.multi_items()
    try:
        isian = urai_pilihan(PilihanMassalIn, pasangan)
        async with akses.konteks.baca() as conn:
            pilihan = await terpilih(conn, isian, instansi_id, nama_sumber=akses.konteks.settings.nama_sumber)
    except IsianSalah as salah:
        return await _formulir(akses, pasangan, salah.pesan)
    hasil = await buat_massal(
        akses.konteks,
        instansi_id=instansi_id,
        jenis=isian.jenis,
        tahun=isian.tahun,
        pilihan=pilihan.pilihan,
        oleh=akses.pemanggil.sub,
        peran=akses.pemanggil.peran_teks,
        request_id=akses.request_id,
    )
    if hasil["jumlah"]:
        akses.keadaan.kilas(
            "berhasil", "Sinkro massal dimulai. Selama berjalan dapat dijeda atau dibatalkan dari halaman ini."
        )
    else:
        akses.keadaan.kilas("peringatan", "Tidak ada pegawai yang cocok, jadi tidak ada yang disinkronkan.")
    return pindah(f"/massal/{hasil['id']}")


async def _formulir(akses: Akses, pasangan: Any, galat: dict[str, str]) -> Response:
    siapa = await bingkai(akses)
    tahun = akses.konteks.jam().astimezone(ZoneInfo(siapa.zona)).year
    mentah = isian_mentah(pasangan, tahun)
    if "isi" in mentah or "tolak" in mentah:
        mentah["daftar"] = [sebagai_teks(mentah.get("isi", []), mentah.get("tolak", []))]
    return await halaman(
        akses,
        "massal_baru.html",
        status=422 if galat else 200,
        bingkai=siapa,
        mentah=mentah,
        galat=galat,
        pilihan=pilihan_formulir(),
        dengan_nip=True,
    )
