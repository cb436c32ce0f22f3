"""A schedule made or changed: days and hours become a cron, the page that asks says it in words and counts, then it is
saved."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import Pemicu
from services.sinkronisasi.jadwal import (
    IsiJadwal,
    JadwalTerlaluBanyak,
    JadwalTidakDitemukan,
    buat_jadwal,
    ubah_jadwal,
)
from services.sinkronisasi.jadwal_waktu import (
    PANJANG_CRON,
    CronTidakSah,
    PolaJadwal,
    ZonaTidakDikenal,
    periksa_cron,
    periksa_zona,
)
from services.sinkronisasi.massal import Saring, Semua
from services.sinkronisasi.massal_taksiran import Taksiran, taksir_massal
from sync_api.konsol.cron_kata import HARI, PilihanWaktu, Pola, cron_dalam_kata, cron_dari_pilihan, pilihan_dari_cron
from sync_api.konsol.isian import IsianSalah
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.layar.jadwal import jadwal_milik, pengubah
from sync_api.konsol.pilihan_massal import (
    Cara,
    PilihanMassalIn,
    Terpilih,
    bidang_berlaku,
    isian_mentah,
    pilihan_formulir,
    terpilih,
    urai_pilihan,
)
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, alamat, bingkai, halaman, pindah
from sync_api.konsol.waktu import singkatan_zona
from sync_api.problems import MASALAH, PermintaanDitolak
from sync_api.v1.common_shapes import TeksCari, TeksPendek

router = APIRouter()
MENU: tuple[Menu, ...] = ()

ZONA_INDONESIA = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
WAKTU_CONTOH = 3
JUDUL_POLA = (
    (Pola.HARIAN, "Setiap hari"),
    (Pola.HARI_KERJA, "Setiap hari kerja (Senin sampai Jumat)"),
    (Pola.MINGGUAN, "Pada hari tertentu setiap minggu"),
    (Pola.BULANAN, "Pada satu tanggal setiap bulan"),
    (Pola.CRON, "Pola cron (untuk yang ahli)"),
)
# What belongs to one pattern only.
_MILIK_POLA = {
    str(Pola.MINGGUAN): frozenset({"hari"}),
    str(Pola.BULANAN): frozenset({"tanggal"}),
    str(Pola.CRON): frozenset({"cron"}),
}


def _jam(teks: str) -> str:
    """HH:MM; users also write it with a full stop."""
    jam, _, menit = teks.replace(".", ":").partition(":")
    if not (jam.isdecimal() and menit.isdecimal() and len(menit) == 2 and int(jam) < 24 and int(menit) < 60):
        raise ValueError("tulis jam seperti 01:00 atau 13:30")
    return f"{int(jam):02d}:{menit}"


class JadwalIsianIn(PilihanMassalIn):
    """`jadwal_id`: the schedule that is changed; none for a new one."""

    cara: Literal[Cara.SEMUA, Cara.SARING]
    nama: TeksCari
    pola: Pola
    jam: Annotated[str, StringConstraints(max_length=5), AfterValidator(_jam)] = "01:00"
    hari: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(max_length=7)] = ()
    tanggal: Annotated[int, Field(ge=1, le=31)] = 1
    cron: Annotated[str, StringConstraints(max_length=PANJANG_CRON)] = ""
    zona_waktu: TeksPendek
    jadwal_id: UUID | None = None

    def sebagai_pola(self) -> PolaJadwal:
        """Raises IsianSalah, with every fault at its field."""
        galat: dict[str, str] = {}
        cron, zona = "", None
        if self.pola is Pola.MINGGUAN and not self.hari:
            galat["hari"] = "Pilih sedikitnya satu hari."
        else:
            dipilih = PilihanWaktu(self.pola, self.jam, self.hari, self.tanggal, self.cron)
            try:
                cron = periksa_cron(cron_dari_pilihan(dipilih))
            except CronTidakSah as salah:
                galat["cron"] = str(salah)
        try:
            zona = periksa_zona(self.zona_waktu)
        except ZonaTidakDikenal as salah:
            galat["zona_waktu"] = str(salah)
        if galat or zona is None:
            raise IsianSalah(galat)
        return PolaJadwal(cron, zona)


@router.get("/jadwal/baru")
async def baru(akses: Annotated[Akses, butuh_layar("jadwal:tulis")]) -> Response:
    akses.satu_instansi()
    return await _formulir(akses, akses.request.query_params.multi_items(), {})


@router.get("/jadwal/{jadwal_id}/ubah")
async def ubah(akses: Annotated[Akses, butuh_layar("jadwal:tulis")], jadwal_id: str) -> Response:
    return await _formulir(akses, _sebagai_isian(await jadwal_milik(akses, jadwal_id)), {})


@router.post("/jadwal/periksa")
async def periksa(akses: Annotated[Akses, butuh_layar("jadwal:tulis")]) -> Response:
    """The schedule in words, when it will run and for how many, and the question."""
    pasangan = akses.isian.multi_items()
    if "ubah" in akses.isian:
        return await _formulir(akses, pasangan, {})
    try:
        isian = urai_pilihan(JadwalIsianIn, bidang_berlaku(pasangan, "pola", _MILIK_POLA))
        isi, pilihan, taksiran = await _isi(akses, isian)
    except IsianSalah as salah:
        return await _formulir(akses, pasangan, salah.pesan)
    zona = isi.pola.zona.key
    return await halaman(
        akses,
        "jadwal_periksa.html",
        isi=isi,
        terpilih=pilihan,
        taksiran=taksiran,
        kapan=cron_dalam_kata(isi.pola.cron, zona),
        zona_jadwal=zona,
        berikutnya=_berikutnya(isi.pola, akses.konteks.jam()),
        bidang=[*pilihan.bidang, *_bidang_waktu(isian, isi)],
        jadwal_id=isian.jadwal_id,
    )


@router.post("/jadwal/simpan")
@sekali
async def simpan(akses: Annotated[Akses, butuh_layar("jadwal:tulis")]) -> Response:
    pasangan = akses.isian.multi_items()
    try:
        isian = urai_pilihan(JadwalIsianIn, bidang_berlaku(pasangan, "pola", _MILIK_POLA))
        isi, _, _ = await _isi(akses, isian)
        if isian.jadwal_id is None:
            await buat_jadwal(akses.konteks, pengubah(akses), instansi_id=akses.satu_instansi(), isi=isi)
        else:
            await ubah_jadwal(
                akses.konteks, pengubah(akses), jadwal_id=isian.jadwal_id, instansi=akses.jangkauan.instansi, isi=isi
            )
    except IsianSalah as salah:
        return await _formulir(akses, pasangan, salah.pesan)
    except JadwalTerlaluBanyak:
        return await _formulir(akses, pasangan, {"": MASALAH["JADWAL_TERLALU_BANYAK"].penjelasan})
    except JadwalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    akses.keadaan.kilas("berhasil", f"Jadwal {isi.nama} disimpan. Anda dapat menjeda, mengubah, atau menghapusnya.")
    return pindah("/jadwal")


async def _isi(akses: Akses, isian: JadwalIsianIn) -> tuple[IsiJadwal, Terpilih, Taksiran]:
    """What the service takes. A schedule that is changed keeps its instansi, and rests on if it does."""
    if isian.jadwal_id is None:
        instansi_id, aktif = akses.satu_instansi(), True
    else:
        lama = await jadwal_milik(akses, str(isian.jadwal_id))
        instansi_id, aktif = lama["instansi_id"], lama["aktif"]
    pola = isian.sebagai_pola()
    async with akses.konteks.baca() as conn:
        pilihan = await terpilih(conn, isian, instansi_id, nama_sumber=akses.konteks.settings.nama_sumber)
        if not isinstance(pilihan.pilihan, (Semua, Saring)):
            raise IsianSalah({"cara": "jadwal tidak dapat memakai daftar NIP"})
        taksiran = await taksir_massal(
            conn,
            instansi_id=instansi_id,
            jenis=isian.jenis,
            tahun=isian.tahun,
            pilihan=pilihan.pilihan,
            pemicu=Pemicu.JADWAL,
        )
    isi = IsiJadwal(
        nama=isian.nama, jenis=isian.jenis, tahun=isian.tahun, pilihan=pilihan.pilihan, pola=pola, aktif=aktif
    )
    return isi, pilihan, taksiran


def _berikutnya(pola: PolaJadwal, kini: datetime) -> list[datetime]:
    hasil = []
    for _ in range(WAKTU_CONTOH):
        kini = pola.sesudah(kini)
        hasil.append(kini)
    return hasil


def _bidang_waktu(isian: JadwalIsianIn, isi: IsiJadwal) -> list[tuple[str, str]]:
    bidang = [
        ("nama", isi.nama),
        ("pola", str(isian.pola)),
        ("jam", isian.jam),
        *(("hari", str(h)) for h in isian.hari),
        ("tanggal", str(isian.tanggal)),
        ("cron", isi.pola.cron),
        ("zona_waktu", isi.pola.zona.key),
    ]
    return bidang if isian.jadwal_id is None else [*bidang, ("jadwal_id", str(isian.jadwal_id))]


def _sebagai_isian(j: dict[str, Any]) -> list[tuple[str, object]]:
    """A schedule as the fields of the form that make it."""
    waktu = pilihan_dari_cron(j["cron"])
    bidang: list[tuple[str, object]] = [
        ("jadwal_id", j["id"]),
        ("nama", j["nama"]),
        ("tahun", str(j["tahun"])),
        ("pola", str(waktu.pola)),
        ("jam", waktu.jam),
        *(("hari", str(h)) for h in waktu.hari),
        ("tanggal", str(waktu.tanggal)),
        ("cron", j["cron"]),
        ("zona_waktu", j["zona_waktu"]),
        *(("jenis", jenis) for jenis in j["jenis"]),
        ("cara", str(Cara.SEMUA if j["saring"] is None else Cara.SARING)),
    ]
    for nama, nilai in (j["saring"] or {}).items():
        bidang += [(nama, str(satu)) for satu in nilai] if isinstance(nilai, list) else [(nama, str(nilai).lower())]
    return bidang


async def _formulir(akses: Akses, pasangan: Any, galat: dict[str, str]) -> Response:
    siapa = await bingkai(akses)
    tahun = akses.konteks.jam().astimezone(ZoneInfo(siapa.zona)).year
    mentah = isian_mentah(pasangan, tahun)
    zona = mentah.get("zona_waktu", [siapa.zona])[-1]
    return await halaman(
        akses,
        "jadwal_isi.html",
        status=422 if galat else 200,
        bingkai=siapa,
        mentah=mentah,
        galat=galat,
        pilihan=pilihan_formulir(),
        pilihan_pola=[(str(p), judul) for p, judul in JUDUL_POLA],
        pilihan_hari=[(str(n), HARI[n]) for n in (1, 2, 3, 4, 5, 6, 0)],
        pilihan_zona=[(z, f"{singkatan_zona(z)} ({z})") for z in dict.fromkeys((*ZONA_INDONESIA, zona))],
        zona_terpilih=zona,
        mengubah=mentah.get("jadwal_id", [""])[-1],
        kembali=alamat("/jadwal"),
    )
