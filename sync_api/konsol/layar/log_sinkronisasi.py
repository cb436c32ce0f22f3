"""Log Sinkronisasi: the list users know, live, with its filter in the address and a bulk of what is chosen."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, entri_ke_json
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log import halaman_log
from services.sinkronisasi.log_pilihan import KelompokLog, kelompok_log, nip_log
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.massal import DaftarNip, buat_massal
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.unit_kerja.queries import SaringUnitKerja, daftar_unit_kerja
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, ada_layar, alamat, halaman, pindah, potongan
from sync_api.v1.common_shapes import NipAwalan, TahunIn, TeksCari, UnitKerjaId
from sync_api.v1.jenis_shapes import NamaJenis
from sync_api.v1.log_unduh import jawab_unduhan

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Sinkronisasi", "Log Sinkronisasi", "/log", "sinkro:baca"),)

JUMLAH_BARIS = (25, 50, 100, 200)
UNIT_TERBANYAK = 50
_BANYAK = Field(max_length=50)
_AKHIR_SKP = frozenset({JenisSinkro.SKP, JenisSinkro.SKP_PLT, JenisSinkro.SKP_ROTASI})


class SaringLogIn(IsianIn):
    """The filter as it stands in the address. `unit`: a part of the unit's name; `no`: the number of the first row."""

    nip: NipAwalan | None = None
    nama: TeksCari | None = None
    status: Annotated[tuple[StatusSinkro, ...], _BANYAK] = ()
    tipe_skp: Annotated[tuple[TipeSkp, ...], _BANYAK] = ()
    jenis: Annotated[tuple[NamaJenis, ...], _BANYAK] = ()
    kode: Annotated[tuple[Kode, ...], _BANYAK] = ()
    tahun: Annotated[tuple[TahunIn, ...], _BANYAK] = ()
    unit: TeksCari | None = None
    unit_kerja_id: Annotated[tuple[UnitKerjaId, ...], _BANYAK] = ()
    massal_id: UUID | None = None
    objek: Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Z_]{1,30}:")] | None = None
    jumlah_baris: Annotated[int, Field(ge=1, le=200)] = 25
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    no: Annotated[int, Field(ge=1, le=10_000_000)] = 1

    def kueri(self, **ganti: Any) -> dict[str, Any]:
        """The filter as query parameters, without the page."""
        isi = {
            "nip": self.nip,
            "nama": self.nama,
            "status": [str(s) for s in self.status],
            "tipe_skp": [str(t) for t in self.tipe_skp],
            "jenis": [str(j) for j in self.jenis],
            "kode": [str(k) for k in self.kode],
            "tahun": list(self.tahun),
            "unit": self.unit,
            "unit_kerja_id": list(self.unit_kerja_id),
            "massal_id": str(self.massal_id) if self.massal_id else None,
            "objek": self.objek,
            "jumlah_baris": self.jumlah_baris if self.jumlah_baris != JUMLAH_BARIS[0] else None,
        }
        return isi | ganti


class BarisIn(IsianIn):
    id: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    awal: UUID | None = None


class PilihanIn(SaringLogIn):
    """Rows that were ticked (`id`), or with `seluruh` every row of the filter."""

    id: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    seluruh: bool = False


@router.get("/log")
async def log(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """The list. A filter that is not understood is shown again with what is wrong, beside an empty list."""
    pasangan = akses.request.query_params.multi_items()
    try:
        kueri, galat = urai(SaringLogIn, pasangan), {}
    except IsianSalah as salah:
        kueri, galat = SaringLogIn(), salah.pesan
    baris: list[dict[str, Any]] = []
    berikut = None
    if not galat:
        saring = await _saring(akses, kueri)
        if saring is not None:
            async with akses.konteks.baca() as conn:
                await periksa_saringan(conn, saring, akses.jangkauan)
                satu = await halaman_log(
                    conn, saring, akses.jangkauan, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris
                )
            baris, berikut = [json.loads(isi) for isi in satu.baris], satu.kursor_berikutnya
    return await halaman(
        akses,
        "log.html",
        status=422 if galat else 200,
        baris=[tampilkan_baris(b, kueri.no + n) for n, b in enumerate(baris)],
        kueri=kueri,
        mentah=dict(pasangan),
        galat=galat,
        segar=_alamat_segar(kueri, baris),
        berikut=berikut and alamat("/log", **kueri.kueri(kursor=berikut, no=kueri.no + len(baris))),
        awal=kueri.kursor and alamat("/log", **kueri.kueri()),
        pilihan=pilihan_saring(),
        boleh_massal=akses.boleh("massal:tulis"),
        boleh_sinkro=akses.boleh("sinkro:tulis"),
        bersaring=any(v for k, v in kueri.kueri().items() if k != "jumlah_baris"),
    )


@router.get("/log/baris")
async def baris_segar(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """The rows that are on the page, as they are now, and whether newer requests have come."""
    pasangan = akses.request.query_params.multi_items()
    diminta, kueri = urai(BarisIn, pasangan), urai(SaringLogIn, pasangan)
    saring = await _saring(akses, kueri)
    baris: list[dict[str, Any]] = []
    ada_baru = False
    async with akses.konteks.baca() as conn:
        if diminta.id:
            satu = await halaman_log(
                conn, SaringLog(id=diminta.id), akses.jangkauan, kursor=None, jumlah_baris=len(diminta.id)
            )
            baris = [json.loads(isi) for isi in satu.baris]
        if saring is not None and kueri.kursor is None:
            await periksa_saringan(conn, saring, akses.jangkauan)
            pertama = await halaman_log(conn, saring, akses.jangkauan, kursor=None, jumlah_baris=1)
            kini = UUID(json.loads(pertama.baris[0])["id"]) if pertama.baris else None
            ada_baru = kini is not None and kini != diminta.awal
    letak = {i: n for n, i in enumerate(diminta.id)}
    return await potongan(
        akses,
        "potongan/baris_log.html",
        baris=[tampilkan_baris(b, kueri.no + letak[UUID(b["id"])]) for b in baris],
        ada_baru=ada_baru,
        muat_ulang=alamat("/log", **kueri.kueri()),
        boleh_massal=akses.boleh("massal:tulis"),
        boleh_sinkro=akses.boleh("sinkro:tulis"),
    )


@router.get("/log/unduh")
async def unduh(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """Unduh Excel: every row of the filter."""
    kueri = urai(SaringLogIn, akses.request.query_params.multi_items())
    saring = await _saring(akses, kueri)
    if saring is None:
        akses.keadaan.kilas("peringatan", "Tidak ada baris yang cocok untuk diunduh.")
        return pindah("/log", **kueri.kueri())
    return await jawab_unduhan(akses.request, akses.konteks, saring, akses.jangkauan)


@router.post("/log/massal")
async def periksa_massal(akses: Annotated[Akses, butuh_layar("massal:tulis")]) -> Response:
    """How many a bulk of the chosen rows would be, before it starts."""
    isian = urai(PilihanIn, akses.isian.multi_items())
    jangkauan, saring = await _terpilih(akses, isian)
    kelompok: list[KelompokLog] = []
    if saring is not None:
        async with akses.konteks.baca() as conn:
            kelompok = await kelompok_log(conn, saring, jangkauan)
    kembali = alamat("/log", **isian.kueri())
    if not kelompok:
        akses.keadaan.kilas("peringatan", "Belum ada baris yang dipilih. Centang baris pada tabel dahulu.")
        return pindah("/log", **isian.kueri())
    return await halaman(
        akses,
        "log_massal.html",
        kelompok=kelompok,
        jumlah=sum(k.jumlah for k in kelompok if k.massal),
        kembali=kembali,
        tersembunyi=_sebagai_isian(isian),
    )


@router.post("/log/massal/mulai")
@sekali
async def mulai_massal(akses: Annotated[Akses, butuh_layar("massal:tulis")]) -> Response:
    """One bulk for each jenis and year among the chosen rows."""
    isian = urai(PilihanIn, akses.isian.multi_items())
    jangkauan, saring = await _terpilih(akses, isian)
    dibuat: list[dict[str, Any]] = []
    jumlah = 0
    if saring is not None:
        async with akses.konteks.baca() as conn:
            kelompok = [k for k in await kelompok_log(conn, saring, jangkauan) if k.massal]
            nip = [await nip_log(conn, saring, jangkauan, k) for k in kelompok]
        for satu, daftar in zip(kelompok, nip, strict=True):
            hasil = await buat_massal(
                akses.konteks,
                instansi_id=satu.instansi_id,
                jenis=[satu.jenis],
                tahun=satu.tahun,
                pilihan=DaftarNip(daftar),
                oleh=akses.pemanggil.sub,
                peran=akses.pemanggil.peran_teks,
                request_id=akses.request_id,
            )
            dibuat.append(hasil)
            jumlah += len(daftar)
    if not dibuat:
        akses.keadaan.kilas("gagal", "Tidak ada baris yang dapat disinkronkan secara massal.")
        return pindah("/log", **isian.kueri())
    akses.keadaan.kilas(
        "berhasil",
        f"Sinkro massal dimulai untuk {jumlah} baris. Selama berjalan dapat dijeda atau dibatalkan dari layar Massal.",
    )
    if ada_layar(akses, "/massal"):
        return pindah(f"/massal/{dibuat[-1]['id']}" if len(dibuat) == 1 else "/massal")
    return pindah("/log", massal_id=dibuat[-1]["id"])


def tampilkan_baris(baris: dict[str, Any], no: int) -> dict[str, Any]:
    """A log row with what the list adds: its number, its codes, a text that changes when the row does, and which
    buttons apply: Sinkro again, and Sinkro Penilaian once the SKP has landed (document 000)."""
    mendarat = baris["terakhir_berhasil_pada"] is not None
    return baris | {
        "no": no,
        "kode": [t["kode"] for t in baris["temuan"]],
        "versi": f"{baris['status']}-{baris['percobaan_ke']}-{baris['selesai_pada']}-{baris['coba_lagi_pada']}",
        "jenis_sinkro": baris["jenis"] if baris["jenis"] in JENIS_TERDAFTAR else None,
        "sinkro_penilaian": mendarat and baris["jenis"] in _AKHIR_SKP,
    }


def pilihan_saring() -> dict[str, list[tuple[str, str]]]:
    """What the filter offers, in the words of the users."""
    return {
        "status": [(str(s), kata.sebut(s, kata.STATUS)) for s in StatusSinkro],
        "tipe_skp": [(str(t), kata.sebut(t, kata.TIPE_SKP)) for t in TipeSkp],
        "jenis": [(j, kata.sebut(j, kata.JENIS)) for j in JENIS_TERDAFTAR],
        "kode": sorted(((str(k), entri_ke_json(e)["judul"]) for k, e in KATALOG.items()), key=lambda p: p[1]),
        "jumlah_baris": [(str(n), str(n)) for n in JUMLAH_BARIS],
    }


async def _saring(akses: Akses, kueri: SaringLogIn) -> SaringLog | None:
    """The filter for the services; None when it names a unit that nobody has."""
    unit = tuple(kueri.unit_kerja_id)
    if kueri.unit is not None:
        cari = SaringUnitKerja(nama=(kueri.unit,), instansi=akses.jangkauan.instansi)
        async with akses.konteks.baca() as conn:
            ditemukan, _ = await daftar_unit_kerja(conn, cari, kursor=None, jumlah_baris=UNIT_TERBANYAK)
        unit += tuple(u["id"] for u in ditemukan)
        if not unit:
            return None
    return SaringLog(
        nip=(kueri.nip,) if kueri.nip else (),
        nama=(kueri.nama,) if kueri.nama else (),
        status=kueri.status,
        kode=tuple(str(k) for k in kueri.kode),
        jenis=tuple(str(j) for j in kueri.jenis),
        tipe_skp=kueri.tipe_skp,
        tahun=kueri.tahun,
        unit_kerja_id=unit,
        massal_id=(kueri.massal_id,) if kueri.massal_id else (),
        objek=(kueri.objek,) if kueri.objek else (),
    )


async def _terpilih(akses: Akses, isian: PilihanIn) -> tuple[Jangkauan, SaringLog | None]:
    """Whose rows were chosen; None: nobody's. A bulk reaches the tenants of its own scope only."""
    jangkauan = Jangkauan(akses.jangkauan.instansi)
    if not isian.seluruh:
        return jangkauan, SaringLog(id=isian.id) if isian.id else None
    saring = await _saring(akses, isian)
    if saring is not None:
        async with akses.konteks.baca() as conn:
            await periksa_saringan(conn, saring, jangkauan)
    return jangkauan, saring


def _sebagai_isian(isian: PilihanIn) -> list[tuple[str, str]]:
    """The choice as hidden fields, to be sent once more."""
    pasangan: list[tuple[str, str]] = [("id", str(i)) for i in isian.id]
    for nama, nilai in isian.kueri().items():
        pasangan += [(nama, str(n)) for n in (nilai if isinstance(nilai, list) else [nilai]) if n is not None]
    return [*pasangan, ("seluruh", "true")] if isian.seluruh else pasangan


def _alamat_segar(kueri: SaringLogIn, baris: list[dict[str, Any]]) -> str:
    ids = [b["id"] for b in baris]
    return alamat("/log/baris", **kueri.kueri(kursor=kueri.kursor, no=kueri.no, id=ids, awal=ids[0] if ids else None))
