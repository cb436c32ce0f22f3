"""Manajemen Periode: the year's periods with "Check Periode yang Dapat Di Sinkro", what is wrong and the repair."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import StringConstraints
from starlette.responses import Response

from ekinerja_domain.periode import TipePeriodik
from services.identitas.pemanggil import Jangkauan
from services.periode.penyusunan import TidakDapatDisusun, susun_periode
from services.periode.perubahan import Pengubah
from services.periode.queries import daftar_periode, pemeriksaan_periode
from services.sinkronisasi.perbaikan import daftar_perbaikan
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, alamat, bingkai, halaman, pindah
from sync_api.v1.periode_shapes import TahunPeriode

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "Manajemen Periode", "/periode", "periode:baca"),)

TULIS = "periode:tulis"
PERIODE_TERBANYAK = 200
TAHUN_MUNDUR, TAHUN_MAJU = 3, 1
PERBAIKAN_TERBANYAK = 2_000


class TahunKueriIn(IsianIn):
    """`objek`: what a repair names, as instansi and year; the year stands beside it."""

    tahun: TahunPeriode | None = None
    objek: Annotated[str, StringConstraints(max_length=100)] | None = None


class SusunIn(IsianIn):
    tipe: TipePeriodik
    tahun: TahunPeriode


@router.get("/periode")
async def daftar(akses: Annotated[Akses, butuh_layar("periode:baca")]) -> Response:
    """The periods in force in the year, whether they can be synchronised, and every period there is."""
    instansi_id = akses.satu_instansi()
    kueri = urai(TahunKueriIn, akses.request.query_params.multi_items())
    siapa = await bingkai(akses)
    tahun_ini = akses.konteks.jam().astimezone(ZoneInfo(siapa.zona)).year
    async with akses.konteks.baca() as conn:
        semua, _ = await daftar_periode(
            conn,
            tahun=[],
            jenis=[],
            instansi=frozenset({instansi_id}),
            kursor=None,
            jumlah_baris=PERIODE_TERBANYAK,
        )
        tersedia = {p["tahun"] for p in semua if p["tahun"]} | set(
            range(tahun_ini - TAHUN_MUNDUR, tahun_ini + TAHUN_MAJU + 1)
        )
        tahun = kueri.tahun or tahun_ini
        hasil = await pemeriksaan_periode(
            conn, instansi_id=instansi_id, tahun=tahun, nama_sumber=akses.konteks.settings.nama_sumber
        )
    berlaku = {p["id"] for p in hasil["periode"] + hasil["periode_final"]}
    return await halaman(
        akses,
        "periode.html",
        bingkai=siapa,
        hasil=hasil,
        tahun=tahun,
        lain=[p for p in semua if p["id"] not in berlaku and p["tahun"] in (None, tahun)],
        tahun_lain=sorted({p["tahun"] for p in semua if p["tahun"] and p["tahun"] != tahun}, reverse=True),
        menunggu=await _menunggu(akses, instansi_id, tahun),
        orang=alamat("/log", kode=[t["kode"] for t in hasil["temuan"]], tahun=tahun),
        pilihan_tahun=[(t, str(t)) for t in sorted({*tersedia, tahun}, reverse=True)],
        pilihan_tipe=_pilihan_tipe(),
        boleh_ubah=akses.boleh(TULIS),
    )


@router.get("/periode/susun")
async def tanya_susun(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    """Asks before the year's table becomes the official one."""
    akses.satu_instansi()
    return await _tanya_susun(akses, urai(SusunIn, akses.request.query_params.multi_items()), [])


@router.post("/periode/susun")
async def susun(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    instansi_id = akses.satu_instansi()
    isi = urai(SusunIn, akses.isian.multi_items())
    try:
        hasil = await susun_periode(
            akses.konteks, pengubah(akses), instansi_id=instansi_id, tipe=isi.tipe, tahun=isi.tahun
        )
    except TidakDapatDisusun as galat:
        return await _tanya_susun(akses, isi, [(s.periode, s.jumlah_penilaian) for s in galat.penghalang])
    tipe = kata.sebut(isi.tipe, kata.TIPE_PERIODIK).lower()
    if not (hasil["dibuat"] or hasil["diubah"] or hasil["dihapus"]):
        akses.keadaan.kilas(
            "info", f"Periode tahun {isi.tahun} sudah sesuai tabel {tipe} resmi; tidak ada yang diubah."
        )
        return pindah("/periode", tahun=isi.tahun)
    akses.keadaan.kilas(
        "berhasil",
        f"Periode tahun {isi.tahun} disusun {tipe}: {hasil['dibuat']} dibuat, {hasil['diubah']} diubah, "
        f"{hasil['dihapus']} dihapus. Sinkro penilaian yang menunggunya diproses kembali. "
        "Bila keliru, susun kembali dengan tipe yang lain.",
    )
    return pindah("/periode", tahun=isi.tahun)


async def _tanya_susun(akses: Akses, isi: SusunIn, penghalang: list[tuple[Any, int]]) -> Response:
    return await halaman(
        akses,
        "periode_susun.html",
        status=409 if penghalang else 200,
        isi=isi,
        tipe=kata.sebut(isi.tipe, kata.TIPE_PERIODIK),
        penghalang=penghalang,
    )


async def _menunggu(akses: Akses, instansi_id: str, tahun: int) -> int:
    """How many people the repair of the year's periods frees."""
    if akses.jangkauan_untuk("sinkro:baca") is None:
        return 0
    async with akses.konteks.baca() as conn:
        semua, _ = await daftar_perbaikan(
            conn, Jangkauan(frozenset({instansi_id})), tahun=[tahun], jumlah_baris=PERBAIKAN_TERBANYAK
        )
    return max((p["jumlah_terlepas"] for p in semua if p["kode"] in _KODE_PERIODE), default=0)


_KODE_PERIODE = frozenset({"PERIODE_DUA_TIPE", "PERIODE_ANGKA_DUPLIKAT", "PERIODE_BELUM_DIATUR"})


def _pilihan_tipe() -> list[tuple[str, str]]:
    return [(t.value, kata.sebut(t, kata.TIPE_PERIODIK)) for t in TipePeriodik]


def pengubah(akses: Akses) -> Pengubah:
    return Pengubah(akses.pemanggil.sub, akses.pemanggil.peran_teks, akses.request_id)
