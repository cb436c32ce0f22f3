"""The Sinkro dialogs as pages: choose, look at the preview where one wants or must, then "Lakukan Sinkro?"."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from services.pegawai.queries import pegawai
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar, minta_sinkro
from services.sinkronisasi.pratinjau import fakta_pratinjau_masih_sama, pratinjau
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.skp.queries import skp_pegawai
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.v1.common_shapes import NipIn, TahunIn
from sync_api.v1.jenis_shapes import NamaJenis
from sync_api.v1.sinkro import pemicu

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Sinkronisasi", "Sinkro satu pegawai", "/sinkro/mulai", "sinkro:tulis"),)

_AKHIR_ROTASI = "Data telah berubah sejak pratinjau. Periksa pratinjau yang baru, lalu putuskan kembali."
URAIAN: dict[str, str] = {
    JenisSinkro.SKP: "Mengambil SKP definitif yang sudah disepakati beserta RHK dan indikatornya.",
    JenisSinkro.SKP_PLT: "Mengambil SKP sebagai PLT atau PLH; sesudah masuk, guru di sekolah itu dapat melanjutkan.",
    JenisSinkro.SKP_ROTASI: "Untuk pegawai yang pindah tugas dalam tahun itu; selalu dengan pratinjau.",
    JenisSinkro.PENILAIAN_PERIODIK: "Mengambil penilaian bulanan atau triwulanan untuk SKP yang sudah masuk.",
    JenisSinkro.PENILAIAN_FINAL: "Mengambil penilaian akhir tahun beserta eviden, realisasi dan feedback.",
}


class PermintaanIn(IsianIn):
    jenis: NamaJenis
    nip: NipIn
    tahun: TahunIn


class RotasiIn(IsianIn):
    nip: NipIn
    tahun: TahunIn
    token_pratinjau: Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9_-]+$")] | None = None


@router.get("/sinkro/mulai")
async def pilih(akses: Annotated[Akses, butuh_layar("sinkro:tulis")]) -> Response:
    """The form, and once it is complete the question."""
    mentah = {n: v for n, v in akses.request.query_params.multi_items() if v.strip()}
    if set(mentah) >= {"jenis", "nip", "tahun"}:
        try:
            diminta = urai(PermintaanIn, mentah.items())
            return await _tanyakan(akses, diminta)
        except IsianSalah as salah:
            return await _formulir(akses, mentah, salah.pesan)
        except PegawaiTidakTerdaftar:
            return await _formulir(akses, mentah, {"nip": "Data pegawai tidak ditemukan pada instansi Anda"})
    return await _formulir(akses, mentah, {})


@router.post("/sinkro/mulai")
@sekali
async def mulai(akses: Annotated[Akses, butuh_layar("sinkro:tulis")]) -> Response:
    """Asks for the sync and goes on to where its result will stand."""
    try:
        diminta = urai(PermintaanIn, akses.isian.multi_items())
    except IsianSalah as salah:
        return await _formulir(akses, {n: str(v) for n, v in akses.isian.multi_items()}, salah.pesan)
    if JENIS_TERDAFTAR[diminta.jenis].butuh_token:
        return pindah("/sinkro/rotasi", nip=diminta.nip, tahun=diminta.tahun)
    return await _minta(akses, diminta.jenis, diminta.nip, diminta.tahun, None)


@router.get("/sinkro/pratinjau")
async def lihat_pratinjau(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """What a sync would find and change now; nothing is written."""
    diminta = urai(PermintaanIn, akses.request.query_params.multi_items())
    if JENIS_TERDAFTAR[diminta.jenis].butuh_token:
        return pindah("/sinkro/rotasi", nip=diminta.nip, tahun=diminta.tahun)
    isi = await _pratinjau(akses, diminta.jenis, diminta.nip, diminta.tahun)
    return await halaman(akses, "pratinjau.html", s=isi, boleh_sinkro=akses.boleh("sinkro:tulis"))


@router.get("/sinkro/rotasi")
async def lihat_rotasi(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """Data SKP #1..#n of a person who moved, with "Lakukan Sinkro?" where it can be done."""
    diminta = urai(RotasiIn, akses.request.query_params.multi_items())
    isi = await _pratinjau(akses, JenisSinkro.SKP_ROTASI, diminta.nip, diminta.tahun)
    return await halaman(akses, "rotasi.html", s=isi, boleh_sinkro=akses.boleh("sinkro:tulis"))


@router.post("/sinkro/rotasi")
@sekali
async def terapkan_rotasi(akses: Annotated[Akses, butuh_layar("sinkro:tulis")]) -> Response:
    """Applies what the preview of the token showed, and only that."""
    diminta = urai(RotasiIn, akses.isian.multi_items())
    async with akses.konteks.baca() as conn:
        if await pegawai(conn, diminta.nip, _instansi_untuk(akses, diminta.nip)) is None:
            raise PegawaiTidakTerdaftar
    token = diminta.token_pratinjau
    sama = token is not None and await fakta_pratinjau_masih_sama(
        akses.konteks, nip=diminta.nip, tahun=diminta.tahun, token=token
    )
    if not sama:
        akses.keadaan.kilas("peringatan", _AKHIR_ROTASI)
        return pindah("/sinkro/rotasi", nip=diminta.nip, tahun=diminta.tahun)
    return await _minta(akses, JenisSinkro.SKP_ROTASI, diminta.nip, diminta.tahun, token)


async def _minta(akses: Akses, jenis: str, nip: str, tahun: int, token: str | None) -> Response:
    sinkro_id = await minta_sinkro(
        akses.konteks,
        jenis=jenis,
        nip=nip,
        tahun=tahun,
        pemicu=pemicu(akses.pemanggil, nip),
        oleh=akses.pemanggil.sub,
        peran=akses.pemanggil.peran_teks,
        instansi=_instansi_untuk(akses, nip),
        request_id=akses.request_id,
        token_pratinjau=token,
    )
    return pindah(f"/sinkro/{sinkro_id}")


async def _pratinjau(akses: Akses, jenis: str, nip: str, tahun: int) -> dict[str, Any]:
    return await pratinjau(
        akses.konteks,
        jenis=jenis,
        nip=nip,
        tahun=tahun,
        instansi=_instansi_untuk(akses, nip),
        request_id=akses.request_id,
    )


def _instansi_untuk(akses: Akses, nip: str) -> frozenset[str] | None:
    """Within which instansi the person may be looked for. A person out of reach is answered as an unknown one."""
    instansi = akses.jangkauan.untuk_nip(nip)
    if instansi == frozenset():
        raise PegawaiTidakTerdaftar
    return instansi


async def _tanyakan(akses: Akses, diminta: PermintaanIn) -> Response:
    if JENIS_TERDAFTAR[diminta.jenis].butuh_token:
        return pindah("/sinkro/rotasi", nip=diminta.nip, tahun=diminta.tahun)
    instansi = _instansi_untuk(akses, diminta.nip)
    async with akses.konteks.baca() as conn:
        orang = await pegawai(conn, diminta.nip, instansi)
        if orang is None:
            raise PegawaiTidakTerdaftar
        skp = await skp_pegawai(conn, diminta.nip, diminta.tahun, instansi) or []
    return await halaman(
        akses,
        "sinkro_tanya.html",
        orang=orang,
        skp=skp,
        diminta=diminta,
        uraian=URAIAN.get(diminta.jenis, ""),
        pratinjau=alamat("/sinkro/pratinjau", jenis=diminta.jenis, nip=diminta.nip, tahun=diminta.tahun),
    )


async def _formulir(akses: Akses, mentah: dict[str, str], galat: dict[str, str]) -> Response:
    sendiri = akses.pemanggil.nip if akses.jangkauan.instansi == frozenset() else None
    return await halaman(
        akses,
        "sinkro_mulai.html",
        status=422 if galat else 200,
        jenis=[(j, kata.sebut(j, kata.JENIS)) for j in sorted(JENIS_TERDAFTAR, key=list(kata.JENIS).index)],
        uraian=[(kata.sebut(j, kata.JENIS), teks) for j, teks in URAIAN.items()],
        mentah={"nip": sendiri or "", **mentah},
        sendiri=sendiri is not None,
        galat=galat,
        tahun=akses.konteks.jam().year,
    )
