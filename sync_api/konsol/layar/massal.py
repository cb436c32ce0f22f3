"""Sinkro massal: what runs with its rate and end, the history, and pause, resume and cancel of one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import MASSAL_BERAKHIR, PeristiwaMassal, StatusMassal, TransisiTidakSah
from services.sinkronisasi.massal_baca import SaringMassal, daftar_massal, massal
from services.sinkronisasi.massal_kendali import MassalTidakDitemukan, ubah_massal
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from sync_api.dependencies import id_dari_jalur
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah, potongan
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import TahunIn
from sync_api.v1.jenis_shapes import NamaJenis

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Sinkronisasi", "Sinkro massal", "/massal", "massal:baca"),)

BARIS = 25
BERJALAN_TERBANYAK = 10
DITOLAK_PER_HALAMAN = 100
_TERBUKA = SaringMassal(status=(StatusMassal.BERJALAN, StatusMassal.DIJEDA))
_BERAKHIR = SaringMassal(status=(StatusMassal.SELESAI, StatusMassal.DIBATALKAN))
PERISTIWA = {
    "jeda": PeristiwaMassal.DIJEDA,
    "lanjut": PeristiwaMassal.DILANJUTKAN,
    "batal": PeristiwaMassal.DIBATALKAN,
}
HASIL = {
    "jeda": "Sinkro massal dijeda. Yang sedang diproses diselesaikan, yang lain menunggu. "
    "Tekan Lanjutkan untuk meneruskan.",
    "lanjut": "Sinkro massal dilanjutkan. Tekan Jeda bila perlu menghentikannya sementara.",
    "batal": "Sinkro massal dibatalkan. Yang belum mulai tidak diproses, yang sudah masuk tetap ada. "
    "Untuk meneruskan, buat sinkro massal baru.",
}


class RiwayatIn(IsianIn):
    status: StatusMassal | None = None
    jenis: NamaJenis | None = None
    tahun: TahunIn | None = None
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None

    def kueri(self, **ganti: Any) -> dict[str, Any]:
        return {"status": self.status and str(self.status), "jenis": self.jenis, "tahun": self.tahun} | ganti

    def sebagai_saring(self) -> SaringMassal:
        if not any((self.status, self.jenis, self.tahun)):
            return _BERAKHIR
        return SaringMassal(
            (self.status,) if self.status else (),
            (self.jenis,) if self.jenis else (),
            (self.tahun,) if self.tahun else (),
        )


class DitolakIn(IsianIn):
    ditolak: Annotated[int, Field(ge=0, le=10_000_000)] = 0


@router.get("/massal")
async def riwayat(akses: Annotated[Akses, butuh_layar("massal:baca")]) -> Response:
    """What runs and what has ended; a filter looks through both."""
    pasangan = akses.request.query_params.multi_items()
    try:
        kueri, galat = urai(RiwayatIn, pasangan), {}
    except IsianSalah as salah:
        kueri, galat = RiwayatIn(), salah.pesan
    bersaring = kueri.sebagai_saring() is not _BERAKHIR
    async with akses.konteks.baca() as conn:
        data, berikut = await daftar_massal(
            conn,
            instansi=akses.jangkauan.instansi,
            kursor=kueri.kursor,
            jumlah_baris=BARIS,
            saring=kueri.sebagai_saring(),
        )
    return await halaman(
        akses,
        "massal.html",
        status=422 if galat else 200,
        data=[] if galat else data,
        berjalan=[] if bersaring or kueri.kursor else await _berjalan(akses),
        mentah=dict(pasangan),
        kueri=kueri,
        galat=galat,
        bersaring=bersaring,
        awal=kueri.kursor and alamat("/massal", **kueri.kueri()),
        berikut=berikut and alamat("/massal", **kueri.kueri(kursor=berikut)),
        boleh_tulis=akses.boleh("massal:tulis"),
        pilihan_status=[(str(s), kata.sebut(s, kata.STATUS_MASSAL)) for s in StatusMassal],
        pilihan_jenis=[(j, kata.sebut(j, kata.JENIS)) for j, p in JENIS_TERDAFTAR.items() if p.massal],
    )


@router.get("/massal/berjalan")
async def yang_berjalan(akses: Annotated[Akses, butuh_layar("massal:baca")]) -> Response:
    """The bulks that run or rest now, for live refresh."""
    return await potongan(akses, "potongan/massal_berjalan.html", massal=await _berjalan(akses))


@router.get("/massal/{massal_id}")
async def satu(akses: Annotated[Akses, butuh_layar("massal:baca")], massal_id: str) -> Response:
    kueri = urai(DitolakIn, akses.request.query_params.multi_items())
    m = await _massal(akses, massal_id, dengan_ditolak=True)
    ditolak = m.pop("ditolak")
    dari = kueri.ditolak
    lagi = dari + DITOLAK_PER_HALAMAN < len(ditolak)
    return await halaman(
        akses,
        "massal_satu.html",
        **_tampilan(akses, m),
        ditolak=ditolak[dari : dari + DITOLAK_PER_HALAMAN],
        jumlah_ditolak=len(ditolak),
        dari=dari,
        awal=alamat(f"/massal/{m['id']}") if dari else None,
        berikut=alamat(f"/massal/{m['id']}", ditolak=dari + DITOLAK_PER_HALAMAN) if lagi else None,
    )


@router.get("/massal/{massal_id}/kemajuan")
async def kemajuan(akses: Annotated[Akses, butuh_layar("massal:baca")], massal_id: str) -> Response:
    """What changes of the page while the bulk runs."""
    m = await _massal(akses, massal_id)
    return await potongan(akses, "potongan/massal_kemajuan.html", **_tampilan(akses, m))


@router.get("/massal/{massal_id}/{tindakan}")
async def tanya(akses: Annotated[Akses, butuh_layar("massal:tulis")], massal_id: str, tindakan: str) -> Response:
    """Asks before a bulk is paused, resumed or cancelled."""
    _peristiwa(tindakan)
    m = await _massal(akses, massal_id)
    if StatusMassal(m["status"]) in MASSAL_BERAKHIR:
        return _sudah_berakhir(akses, m["id"])
    return await halaman(akses, "massal_tanya.html", **_tampilan(akses, m), tindakan=tindakan)


@router.post("/massal/{massal_id}/{tindakan}")
async def ubah(akses: Annotated[Akses, butuh_layar("massal:tulis")], massal_id: str, tindakan: str) -> Response:
    peristiwa = _peristiwa(tindakan)
    dicari = id_dari_jalur(massal_id)
    try:
        await ubah_massal(
            akses.konteks,
            dicari,
            peristiwa,
            instansi=akses.jangkauan.instansi,
            oleh=akses.pemanggil.sub,
            peran=akses.pemanggil.peran_teks,
            request_id=akses.request_id,
        )
    except MassalTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    except TransisiTidakSah:
        return _sudah_berakhir(akses, str(dicari))
    akses.keadaan.kilas("berhasil", HASIL[tindakan])
    return pindah(f"/massal/{dicari}")


async def _berjalan(akses: Akses) -> list[dict[str, Any]]:
    async with akses.konteks.baca() as conn:
        data, _ = await daftar_massal(
            conn,
            instansi=akses.jangkauan.instansi,
            kursor=None,
            jumlah_baris=BERJALAN_TERBANYAK,
            saring=_TERBUKA,
        )
    return [m | {"ke": alamat(f"/massal/{m['id']}")} for m in data]


async def _massal(akses: Akses, massal_id: str, *, dengan_ditolak: bool = False) -> dict[str, Any]:
    async with akses.konteks.baca() as conn:
        hasil = await massal(conn, id_dari_jalur(massal_id), akses.jangkauan.instansi, dengan_ditolak=dengan_ditolak)
    if hasil is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return hasil


def _tampilan(akses: Akses, m: dict[str, Any]) -> dict[str, Any]:
    """The bulk with the bar of its outcomes, which together with what is still open are the whole."""
    tulis = akses.jangkauan_untuk("massal:tulis")
    sisa = m["jumlah"] - m["selesai"] - m["dibatalkan"]
    bagian = (
        ("Berhasil", "BERHASIL", "berhasil", m["berhasil"]),
        ("Menunggu sinkro lain", "TERTAHAN", "peringatan", m["tertahan"]),
        ("Gagal", "GAGAL", "gagal", m["gagal"]),
        ("Dibatalkan", "DIBATALKAN", "netral", m["dibatalkan"]),
        ("Belum selesai", "", "belum", sisa),
    )
    batang, mulai = [], 0.0
    for judul, status, nada, jumlah in bagian:
        lebar = 100 * jumlah / m["jumlah"] if m["jumlah"] else 0.0
        ke = alamat("/log", massal_id=m["id"], status=status) if status and jumlah else ""
        batang.append(
            {
                "judul": judul,
                "nada": nada,
                "jumlah": jumlah,
                "mulai": round(mulai, 3),
                "lebar": round(lebar, 3),
                "ke": ke,
            }
        )
        mulai += lebar
    return {
        "x": m,
        "sisa": sisa,
        "batang": batang,
        "selesai": StatusMassal(m["status"]) in MASSAL_BERAKHIR,
        "boleh_tulis": tulis is not None and tulis.memuat_instansi(m["instansi_id"]),
    }


def _peristiwa(tindakan: str) -> PeristiwaMassal:
    if tindakan not in PERISTIWA:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return PERISTIWA[tindakan]


def _sudah_berakhir(akses: Akses, massal_id: str) -> Response:
    akses.keadaan.kilas("peringatan", "Sinkro massal ini sudah berakhir, jadi tidak ada yang diubah.")
    return pindah(f"/massal/{massal_id}")
