"""Beranda: where an instansi stands this year, what frees most people, what runs now and what changed since yesterday.

Who is here only for themselves is led on to their own sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import StatusMassal
from ekinerja_domain.sinkronisasi.temuan import KATALOG, JenisObjek, Kode, Pelaku, Tingkat, entri_ke_json
from services.sinkronisasi.log_rekap import rekap_log
from services.sinkronisasi.log_saring import SaringLog
from services.sinkronisasi.massal_baca import SaringMassal, daftar_massal
from services.sinkronisasi.perbaikan import daftar_perbaikan
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.sekilas import berakhir_sejak, tahun_berisi
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, urai
from sync_api.konsol.keamanan import Akses, PilihInstansi, butuh_layar
from sync_api.konsol.tampilan import Menu, ada_layar, alamat, bingkai, halaman, pindah, potongan
from sync_api.v1.common_shapes import TahunIn
from sync_api.v1.jenis_shapes import NamaJenis

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Sinkronisasi", "Beranda", "/", "massal:baca"),)

PERBAIKAN_DITAMPILKAN = 8
MASSAL_DITAMPILKAN = 5
_BERJALAN = SaringMassal(status=(StatusMassal.BERJALAN, StatusMassal.DIJEDA))

# The parts of the ledger in the order of the bar, each with its word and tone.
BAGIAN_BUKU = (
    ("berhasil", "BERHASIL", "berhasil"),
    ("berjalan", "BERJALAN", "info"),
    ("menunggu", "MENUNGGU", "ungu"),
    ("tertahan", "TERTAHAN", "peringatan"),
    ("gagal", "GAGAL", "gagal"),
    ("dibatalkan", "DIBATALKAN", "netral"),
    ("belum_pernah", None, "belum"),
)
# Where a repair of the admin is done in this console, by what it is about.
LAYAR_PERBAIKAN: Mapping[str, tuple[str, str]] = {
    JenisObjek.PADANAN_UNOR: ("Buka Pemadanan Unor", "/padanan"),
    JenisObjek.UNIT_KERJA: ("Buka Unit Kerja", "/unit-kerja"),
    JenisObjek.ATASAN: ("Buka Pimpinan dan PLT", "/pimpinan"),
    JenisObjek.PERIODE: ("Buka Manajemen Periode", "/periode"),
}
LAYAR_MENURUT_KODE: Mapping[str, tuple[str, str]] = {
    Kode.BUKAN_USER_PMM: ("Buka User PMM", "/user-pmm"),
    Kode.ATASAN_BELUM_ADA: ("Buka Pimpinan dan PLT", "/pimpinan"),
    Kode.PLT_TIDAK_TERDAFTAR: ("Buka Pimpinan dan PLT", "/pimpinan"),
}


class BerandaIn(IsianIn):
    jenis: NamaJenis = str(JenisSinkro.SKP)
    tahun: TahunIn | None = None


@router.get("/")
async def beranda(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """The front page of one instansi."""
    if not akses.boleh("massal:baca"):
        return pindah("/skp-saya" if ada_layar(akses, "/skp-saya") else "/log")
    kueri = urai(BerandaIn, akses.request.query_params.multi_items())
    siapa = await bingkai(akses)
    if siapa.instansi is None:
        raise PilihInstansi
    tahun_ini = akses.konteks.jam().astimezone(ZoneInfo(siapa.zona)).year
    async with akses.konteks.baca() as conn:
        tersedia = await tahun_berisi(conn, akses.jangkauan, jenis=kueri.jenis, sampai=tahun_ini + 1)
        tahun = kueri.tahun or (tersedia[0] if tersedia else tahun_ini)
        saring = SaringLog(jenis=(kueri.jenis,), tahun=(tahun,))
        rekap = await rekap_log(conn, saring, akses.jangkauan)
        sejak = akses.konteks.jam() - timedelta(days=1)
        perubahan = await berakhir_sejak(conn, akses.jangkauan, jenis=kueri.jenis, tahun=tahun, sejak=sejak)
        perbaikan, _ = await daftar_perbaikan(
            conn, akses.jangkauan, jenis=[kueri.jenis], tahun=[tahun], jumlah_baris=PERBAIKAN_DITAMPILKAN
        )
    return await halaman(
        akses,
        "beranda.html",
        bingkai=siapa,
        rekap=rekap,
        batang=batang_buku(rekap["buku_besar"]),
        penyebab=penyebab_menurut_pelaku(rekap["kode"]),
        perbaikan=[_dengan_layar(akses, p, kueri.jenis, tahun) for p in perbaikan],
        perubahan=perubahan,
        tahun=tahun,
        jenis=kueri.jenis,
        pilihan_jenis=[(j, kata.sebut(j, kata.JENIS)) for j in JENIS_TERDAFTAR],
        pilihan_tahun=[(t, str(t)) for t in sorted({*tersedia, tahun, tahun_ini}, reverse=True)],
        massal=await _massal_berjalan(akses),
    )


@router.get("/beranda/massal")
async def massal_berjalan(akses: Annotated[Akses, butuh_layar("massal:baca")]) -> Response:
    """The bulks that run now, for live refresh."""
    massal = await _massal_berjalan(akses)
    return await potongan(akses, "potongan/massal_berjalan.html", massal=massal)


async def _massal_berjalan(akses: Akses) -> list[dict[str, Any]]:
    async with akses.konteks.baca() as conn:
        data, _ = await daftar_massal(
            conn,
            instansi=akses.jangkauan.instansi,
            kursor=None,
            jumlah_baris=MASSAL_DITAMPILKAN,
            saring=_BERJALAN,
        )
    rinci = ada_layar(akses, "/massal")
    return [m | {"ke": alamat(f"/massal/{m['id']}") if rinci else alamat("/log", massal_id=m["id"])} for m in data]


def batang_buku(buku: Mapping[str, int]) -> list[dict[str, Any]]:
    """The parts of the ledger as parts of one bar: where each begins and how long it is, in percent of the user PMM;
    together they are the whole."""
    hasil, mulai = [], 0.0
    seluruhnya = buku["user_pmm"]
    for nama, status, nada in BAGIAN_BUKU:
        lebar = 100 * buku[nama] / seluruhnya if seluruhnya else 0.0
        hasil.append(
            {
                "nama": nama,
                "judul": kata.sebut(status, kata.STATUS) if status else "Belum pernah sinkro",
                "status": status,
                "nada": nada,
                "jumlah": buku[nama],
                "mulai": round(mulai, 3),
                "lebar": round(lebar, 3),
            }
        )
        mulai += lebar
    return hasil


def penyebab_menurut_pelaku(kode: Mapping[str, int]) -> list[dict[str, Any]]:
    """The blocking findings, grouped by who acts first, the largest group first. A person with several findings counts
    under each of them."""
    kelompok: dict[str, list[dict[str, Any]]] = {}
    for nama, jumlah in kode.items():
        if nama not in Kode.__members__ or KATALOG[Kode(nama)].tingkat is not Tingkat.GAGAL:
            continue
        entri = entri_ke_json(KATALOG[Kode(nama)])
        pelaku = str(entri["pelaku"][0]) if entri["pelaku"] else str(Pelaku.PENGELOLA_LAYANAN)
        kelompok.setdefault(pelaku, []).append({"kode": nama, "judul": entri["judul"], "jumlah": jumlah})
    terbanyak = max((p["jumlah"] for daftar in kelompok.values() for p in daftar), default=0)
    hasil = []
    for pelaku, daftar in kelompok.items():
        for satu in daftar:
            satu["lebar"] = round(100 * satu["jumlah"] / terbanyak, 2)
        daftar.sort(key=lambda p: (-p["jumlah"], p["kode"]))
        hasil.append({"pelaku": pelaku, "jumlah": sum(p["jumlah"] for p in daftar), "daftar": daftar})
    return sorted(hasil, key=lambda k: (-k["jumlah"], k["pelaku"]))


def _dengan_layar(akses: Akses, p: dict[str, Any], jenis: str, tahun: int) -> dict[str, Any]:
    """A repair with the screen where the admin does it and the list of the people it is about."""
    layar = LAYAR_MENURUT_KODE.get(p["kode"]) or LAYAR_PERBAIKAN.get(p["objek"]["jenis"])
    if layar is not None and (Pelaku.ADMIN_INSTANSI not in p["pelaku"] or not ada_layar(akses, layar[1])):
        layar = None
    objek = f"{p['objek']['jenis']}:{p['objek']['id'] or ''}"
    return p | {
        "layar": layar and layar[0],
        "ke": layar and alamat(layar[1], objek=p["objek"]["id"], tahun=tahun),
        "orang": alamat("/log", kode=p["kode"], objek=objek, jenis=jenis, tahun=tahun),
    }
