"""Manajemen User PMM: who may sync; added one by one or as a list with a result for each, removed with a reason."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ekinerja_domain.kernel.nip import Nip, NipTidakSah
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.user_pmm import AlasanTidakBerlaku, alasan_berlaku
from services.pegawai.queries import pegawai
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.user_pmm.penambahan import HasilTambah, tambah_banyak, tambah_satu
from services.user_pmm.penghapusan import hapus_user_pmm, hari_aturan
from services.user_pmm.penolakan import BukanUserPMM, UserPMMDitolak
from services.user_pmm.queries import SaringUserPMM, daftar_user_pmm
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.nip_daftar import TEKS_TERPANJANG, dari_tempelan
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.unduhan.user_pmm import unduhan_user_pmm
from sync_api.v1.common_shapes import NipAwalan, TeksCari
from sync_api.v1.user_pmm_shapes import NIP_TERBANYAK

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "User PMM", "/user-pmm", "user-pmm:baca"),)

TULIS = "user-pmm:tulis"
JUMLAH_BARIS = (25, 50, 100, 200)


class SaringUserIn(IsianIn):
    """`nip`: the first digits; `nama`: a part of the name; `objek`: a person, as a repair names them."""

    nip: NipAwalan | None = None
    nama: TeksCari | None = None
    jumlah_baris: Annotated[int, Field(ge=1, le=200)] = 25
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    no: Annotated[int, Field(ge=1, le=10_000_000)] = 1
    objek: NipAwalan | None = None


class TambahIn(IsianIn):
    daftar: Annotated[str, StringConstraints(min_length=1, max_length=TEKS_TERPANJANG)]


class HapusIn(IsianIn):
    alasan: Annotated[str, StringConstraints(min_length=1, max_length=64)]


@router.get("/user-pmm")
async def daftar(akses: Annotated[Akses, butuh_layar("user-pmm:baca")]) -> Response:
    mentah = dict(akses.request.query_params)
    try:
        kueri, galat = urai(SaringUserIn, mentah.items()), {}
    except IsianSalah as salah:
        kueri, galat = SaringUserIn(), salah.pesan
    if kueri.objek is not None:
        ke = "/user-pmm/tambah" if akses.boleh(TULIS) else "/user-pmm"
        return pindah(ke, **({"daftar": kueri.objek} if akses.boleh(TULIS) else {"nip": kueri.objek}))
    data: list[dict[str, Any]] = []
    berikut = None
    if not galat:
        async with akses.konteks.baca() as conn:
            data, berikut = await daftar_user_pmm(
                conn, _saring(akses, kueri), kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris
            )
    isi = {
        "nip": kueri.nip,
        "nama": kueri.nama,
        "jumlah_baris": kueri.jumlah_baris if kueri.jumlah_baris != JUMLAH_BARIS[0] else None,
    }
    tulis = akses.jangkauan_untuk(TULIS)
    return await halaman(
        akses,
        "user_pmm.html",
        status=422 if galat else 200,
        data=data,
        no=kueri.no,
        mentah=mentah,
        galat=galat,
        kueri=kueri,
        bersaring=bool(kueri.nip or kueri.nama),
        unduhan=alamat("/user-pmm/unduh", nip=kueri.nip, nama=kueri.nama),
        awal=kueri.kursor and alamat("/user-pmm", **isi),
        berikut=berikut and alamat("/user-pmm", **isi, kursor=berikut, no=kueri.no + len(data)),
        pilihan_jumlah=[(str(n), str(n)) for n in JUMLAH_BARIS],
        boleh_tambah=tulis is not None,
        boleh_hapus=[u["nip"] for u in data if tulis is not None and tulis.memuat_instansi(u["instansi_id"])],
    )


@router.get("/user-pmm/unduh")
async def unduh(akses: Annotated[Akses, butuh_layar("user-pmm:baca")]) -> Response:
    """Unduh Excel: every row of the filter."""
    kueri = urai(SaringUserIn, akses.request.query_params.multi_items())
    return unduhan_user_pmm(akses.konteks, _saring(akses, kueri))


@router.get("/user-pmm/tambah")
async def tambah(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    return await _formulir(akses, akses.request.query_params.get("daftar", "")[:TEKS_TERPANJANG], {})


@router.post("/user-pmm/periksa")
async def periksa(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    """Who or how many it would be, and what of the list is no NIP."""
    try:
        nip, ditolak = _baca_daftar(akses)
    except IsianSalah as salah:
        return await _formulir(akses, str(akses.isian.get("daftar") or ""), salah.pesan)
    orang = None
    if len(nip) == 1:
        async with akses.konteks.baca() as conn:
            orang = await pegawai(conn, nip[0], akses.jangkauan.instansi)
    return await halaman(akses, "user_pmm_tanya.html", nip=nip, ditolak=ditolak, orang=orang)


@router.post("/user-pmm/tambah")
@sekali
async def simpan(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    """Adds who can be added. One that was added is told on the list, else there is a page with a result for each."""
    siapa: dict[str, Any] = {
        "instansi": akses.jangkauan.instansi,
        "oleh": akses.pemanggil.sub,
        "peran": akses.pemanggil.peran_teks,
        "request_id": akses.request_id,
    }
    nip: list[str] = []
    try:
        nip, _ = _baca_daftar(akses)
        if len(nip) == 1:
            baris = await tambah_satu(akses.konteks, nip[0], **siapa)
            akses.keadaan.kilas(
                "berhasil",
                f"{baris['nama']} ditambahkan. Sinkro yang menunggunya diproses kembali. "
                "Bila keliru, tekan Hapus pada barisnya.",
            )
            return pindah("/user-pmm", nip=nip[0])
        hasil = await tambah_banyak(akses.konteks, nip, **siapa)
    except IsianSalah as salah:
        return await _formulir(akses, str(akses.isian.get("daftar") or ""), salah.pesan)
    except PegawaiTidakTerdaftar:
        pesan = {
            "daftar": "NIP tidak terdaftar atau bukan pegawai instansi ini. Bila NIP benar, jalankan Sinkro SIASN."
        }
        return await _formulir(akses, "\n".join(nip), pesan)
    except UserPMMDitolak as ditolak:
        return await _formulir(akses, "\n".join(nip), {"daftar": ditolak.temuan.pesan}, ditolak.temuan)
    return await halaman(akses, "user_pmm_hasil.html", hasil=[_baris_hasil(h) for h in hasil])


@router.get("/user-pmm/{nip}/hapus")
async def tanya_hapus(akses: Annotated[Akses, butuh_layar(TULIS)], nip: str) -> Response:
    return await _tanya_hapus(akses, await _pengguna(akses, nip), "", {}, None)


@router.post("/user-pmm/{nip}/hapus")
async def hapus(akses: Annotated[Akses, butuh_layar(TULIS)], nip: str) -> Response:
    orang = await _pengguna(akses, nip)
    alasan = str(akses.isian.get("alasan") or "")
    try:
        await hapus_user_pmm(
            akses.konteks,
            orang["nip"],
            alasan=urai(HapusIn, akses.isian.multi_items()).alasan,
            instansi=akses.jangkauan.instansi,
            oleh=akses.pemanggil.sub,
            peran=akses.pemanggil.peran_teks,
            request_id=akses.request_id,
        )
    except IsianSalah:
        return await _tanya_hapus(akses, orang, alasan, {"alasan": "pilih salah satu alasan"}, None)
    except AlasanTidakBerlaku as galat:
        return await _tanya_hapus(akses, orang, alasan, {"alasan": str(galat)}, None)
    except BukanUserPMM:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except UserPMMDitolak as ditolak:
        return await _tanya_hapus(akses, orang, alasan, {"": ditolak.temuan.pesan}, ditolak.temuan)
    akses.keadaan.kilas(
        "berhasil",
        f"{orang['nama']} dihapus dari daftar dan sinkronya yang menunggu dibatalkan; SKP-nya tetap ada. "
        "Bila keliru, masukkan kembali NIP-nya dengan Tambah.",
    )
    return pindah("/user-pmm")


async def _formulir(akses: Akses, isi: str, galat: dict[str, str], temuan: Temuan | None = None) -> Response:
    return await halaman(
        akses,
        "user_pmm_tambah.html",
        status=422 if galat else 200,
        isi=isi,
        galat=galat,
        temuan=temuan.ke_json() if temuan is not None else None,
        batas=NIP_TERBANYAK,
    )


async def _tanya_hapus(
    akses: Akses, orang: dict[str, Any], alasan: str, galat: dict[str, str], temuan: Temuan | None
) -> Response:
    return await halaman(
        akses,
        "user_pmm_hapus.html",
        status=422 if galat else 200,
        orang=orang,
        alasan=alasan,
        galat=galat,
        temuan=temuan.ke_json() if temuan is not None else None,
        pilihan_alasan=[(a.kode, a.nama) for a in alasan_berlaku(hari_aturan(akses.konteks.jam()))],
    )


def _baca_daftar(akses: Akses) -> tuple[list[str], list[str]]:
    """The NIPs of the form, each once, and what in it is none. Raises IsianSalah."""
    terbaca = dari_tempelan(urai(TambahIn, akses.isian.multi_items()).daftar)
    if not terbaca.nip:
        raise IsianSalah({"daftar": "tidak ada NIP yang benar di dalamnya; NIP terdiri atas 18 angka"})
    if len(terbaca.nip) > NIP_TERBANYAK:
        raise IsianSalah({"daftar": f"paling banyak {NIP_TERBANYAK} NIP sekaligus"})
    return list(terbaca.nip), [satu.nip for satu in terbaca.tidak_terbaca]


def _baris_hasil(h: HasilTambah) -> dict[str, Any]:
    temuan = h.temuan.ke_json() if h.temuan is not None else None
    nama = temuan["objek"]["nama"] if temuan is not None else None
    return {"nip": h.nip, "nama": nama, "temuan": temuan}


async def _pengguna(akses: Akses, nip: str) -> dict[str, Any]:
    """The person within the reach of the screen's scope who is a user PMM now, else 404."""
    try:
        dicari = Nip.parse(nip)
    except NipTidakSah:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    async with akses.konteks.baca() as conn:
        orang = await pegawai(conn, dicari, akses.jangkauan.instansi)
    if orang is None or not orang["user_pmm"]:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return orang


def _saring(akses: Akses, kueri: SaringUserIn) -> SaringUserPMM:
    return SaringUserPMM(
        (kueri.nip,) if kueri.nip else (), (kueri.nama,) if kueri.nama else (), akses.jangkauan.instansi
    )
