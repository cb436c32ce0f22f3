"""One period made, changed or removed: looked at with its dates first, then written."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ekinerja_domain.periode import JenisPeriode, Periode, TipePeriodik, urai_periode
from services.periode.layanan import PeriodeBerpenilaian, PeriodeSudahAda, buat_periode, hapus_periode, ubah_periode
from services.periode.queries import PeriodeTidakDitemukan, periode_json, satu_periode
from sync_api.dependencies import id_dari_jalur
from sync_api.konsol import kata, waktu
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.layar.periode import TULIS, pengubah
from sync_api.konsol.sekali import sekali
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.v1.periode_shapes import RuasPeriode

router = APIRouter()
MENU: tuple[Menu, ...] = ()

_TANGGAL = ("periode_awal", "periode_akhir", "batas_pengisian")
_BIDANG = tuple(RuasPeriode.model_fields)


class PeriodeIsianIn(RuasPeriode, IsianIn):
    """A period as the form sends it, each date as day and month; `periode_id`: the one that is changed."""

    periode_id: UUID | None = None

    def sebagai_periode(self) -> Periode:
        """The domain's value. Raises IsianSalah with every fault it finds."""
        hasil = urai_periode(self.model_dump(mode="json", exclude={"periode_id"}))
        if isinstance(hasil, Periode):
            return hasil
        raise IsianSalah({g.lokasi: g.pesan for g in reversed(hasil)})


@router.get("/periode/tambah")
async def tambah(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    akses.satu_instansi()
    mentah = {"jenis": "PERIODIK", **dict(akses.request.query_params)}
    return await _formulir(akses, mentah, {})


@router.get("/periode/{periode_id}/ubah")
async def ubah(akses: Annotated[Akses, butuh_layar(TULIS)], periode_id: str) -> Response:
    lama = await _periode(akses, id_dari_jalur(periode_id))
    return await _formulir(akses, _ke_formulir(lama) | {"periode_id": lama["id"]}, {})


@router.post("/periode/periksa")
async def periksa(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    """The period in words, and the question."""
    akses.satu_instansi()
    pasangan = _dengan_tanggal(akses)
    try:
        isian = urai(PeriodeIsianIn, pasangan)
        isi = isian.sebagai_periode()
    except IsianSalah as salah:
        return await _formulir(akses, dict(pasangan), salah.pesan)
    lama = await _periode(akses, isian.periode_id) if isian.periode_id is not None else None
    kirim = dict(pasangan)
    return await halaman(
        akses,
        "tanya.html",
        judul="Ubah periode" if lama else "Tambah periode",
        rincian=rincian_periode(periode_json(isi)),
        akibat=["Sinkro penilaian instansi ini yang menunggu perbaikan periode diproses kembali sesudah disimpan."],
        pertanyaan="Simpan periode ini?",
        ke=alamat("/periode/simpan"),
        ya="Ya, simpan",
        batal=alamat("/periode", tahun=isi.tahun),
        tersembunyi=[(n, kirim[n]) for n in (*_BIDANG, "periode_id") if kirim.get(n)],
        nada="utama",
    )


@router.post("/periode/simpan")
@sekali
async def simpan(akses: Annotated[Akses, butuh_layar(TULIS)]) -> Response:
    instansi_id = akses.satu_instansi()
    pasangan = _dengan_tanggal(akses)
    try:
        isian = urai(PeriodeIsianIn, pasangan)
        isi = isian.sebagai_periode()
        if isian.periode_id is None:
            await buat_periode(akses.konteks, pengubah(akses), instansi_id=instansi_id, isi=isi)
        else:
            await ubah_periode(
                akses.konteks,
                pengubah(akses),
                periode_id=isian.periode_id,
                instansi=frozenset({instansi_id}),
                isi=isi,
            )
    except IsianSalah as salah:
        return await _formulir(akses, dict(pasangan), salah.pesan)
    except PeriodeSudahAda:
        pesan = {"nama": "sudah ada periode dengan jenis, nama dan tahun yang sama; ubah periode itu atau ganti nama"}
        return await _formulir(akses, dict(pasangan), pesan)
    except PeriodeBerpenilaian as galat:
        pesan = dict.fromkeys(galat.bidang, f"tidak dapat diubah karena sudah ada {galat.jumlah} penilaian")
        return await _formulir(akses, dict(pasangan), pesan)
    except PeriodeTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    akses.keadaan.kilas(
        "berhasil",
        f"Periode {isi.nama} disimpan. Sinkro penilaian yang menunggunya diproses kembali. "
        "Bila keliru, tekan Ubah atau Hapus pada barisnya.",
    )
    return pindah("/periode", tahun=isi.tahun)


@router.get("/periode/{periode_id}/hapus")
async def tanya_hapus(akses: Annotated[Akses, butuh_layar(TULIS)], periode_id: str) -> Response:
    lama = await _periode(akses, id_dari_jalur(periode_id))
    return await halaman(
        akses,
        "tanya.html",
        judul="Hapus periode",
        rincian=rincian_periode(lama),
        akibat=["Periode yang sudah memiliki penilaian tidak dapat dihapus. Yang dihapus dapat dibuat kembali."],
        pertanyaan="Hapus periode ini?",
        ke=alamat(f"/periode/{lama['id']}/hapus"),
        ya="Ya, hapus",
        batal=alamat("/periode", tahun=lama["tahun"]),
        tersembunyi=[],
        nada="bahaya",
    )


@router.post("/periode/{periode_id}/hapus")
async def hapus(akses: Annotated[Akses, butuh_layar(TULIS)], periode_id: str) -> Response:
    lama = await _periode(akses, id_dari_jalur(periode_id))
    try:
        await hapus_periode(
            akses.konteks, pengubah(akses), periode_id=UUID(lama["id"]), instansi=akses.jangkauan.instansi
        )
    except PeriodeTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except PeriodeBerpenilaian as galat:
        akses.keadaan.kilas(
            "gagal",
            f"Periode {lama['nama']} tidak dihapus: sudah ada {galat.jumlah} penilaian padanya. "
            "Nama, tipe dan angkanya masih dapat diubah dengan Ubah.",
        )
    else:
        akses.keadaan.kilas(
            "berhasil", f"Periode {lama['nama']} dihapus. Bila keliru, buat kembali dengan Tambah periode."
        )
    return pindah("/periode", tahun=lama["tahun"])


def rincian_periode(p: dict[str, Any]) -> list[tuple[str, object]]:
    """A period in words, for the page that asks."""
    hasil: list[tuple[str, object]] = [("Nama", p["nama"]), ("Jenis", kata.sebut(p["jenis"], kata.JENIS_PERIODE))]
    if p["jenis"] == JenisPeriode.PERIODIK:
        tipe = p["tipe_periodik"]
        hasil += [
            ("Tipe periodik", kata.sebut(tipe, kata.TIPE_PERIODIK) if tipe else None),
            ("Angka periodik", p["angka_periodik"]),
        ]
    hasil += [
        ("Awal", waktu.hari_bulan(p["periode_awal"])),
        ("Akhir", waktu.hari_bulan(p["periode_akhir"])),
        ("Batas pengisian", waktu.hari_bulan(p["batas_pengisian"])),
        ("Tahun", p["tahun"] or "semua tahun"),
    ]
    return hasil


async def _formulir(akses: Akses, mentah: dict[str, Any], galat: dict[str, str]) -> Response:
    return await halaman(
        akses,
        "periode_isi.html",
        status=422 if galat else 200,
        mentah=_ke_formulir(mentah) | {"periode_id": mentah.get("periode_id")},
        galat=galat,
        pilihan_jenis=[(j.value, kata.sebut(j, kata.JENIS_PERIODE)) for j in JenisPeriode],
        pilihan_tipe=[(t.value, kata.sebut(t, kata.TIPE_PERIODIK)) for t in TipePeriodik],
        pilihan_bulan=[(f"{n:02d}", nama) for n, nama in enumerate(waktu.BULAN, 1)],
    )


def _ke_formulir(isi: dict[str, Any]) -> dict[str, Any]:
    """The fields with each date in its two parts."""
    hasil = {nama: isi.get(nama) for nama in _BIDANG}
    for nama in _TANGGAL:
        bulan, _, hari = str(isi.get(nama) or "").partition("-")
        hasil |= {f"{nama}_bulan": bulan, f"{nama}_hari": hari}
    return hasil


def _dengan_tanggal(akses: Akses) -> list[tuple[str, str]]:
    """The fields of the form, with every date put together as `mm-dd` from its day and month."""
    isi = {nama: nilai.strip() for nama, nilai in akses.isian.multi_items() if isinstance(nilai, str)}
    for nama in _TANGGAL:
        bulan, hari = isi.pop(f"{nama}_bulan", ""), isi.pop(f"{nama}_hari", "")
        if bulan or hari:
            isi[nama] = f"{bulan.zfill(2)}-{hari.zfill(2)}"
    return list(isi.items())


async def _periode(akses: Akses, periode_id: UUID) -> dict[str, Any]:
    """The period within the reach of the screen's scope, else 404."""
    async with akses.konteks.baca() as conn:
        periode = await satu_periode(conn, periode_id, akses.jangkauan.instansi)
    if periode is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return periode_json(periode)
