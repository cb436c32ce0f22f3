"""Log Sinkronisasi: pages of rows, what changed since a cursor, and the recapitulation with the ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.db.kursor import KursorTidakSah
from services.identitas.pemanggil import Jangkauan
from services.konteks import Konteks
from services.sinkronisasi.log import halaman_log, halaman_log_sekali, nama_daftar, sekali_cukup
from services.sinkronisasi.log_perubahan import perubahan_log
from services.sinkronisasi.log_rekap import rekap_log, rekap_log_sekali, rekap_terhitung
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.log_versi import VersiLog, berversi
from sync_api.answers import etag_isi, jawaban_halaman, jawaban_json, sudah_dimiliki, tidak_berubah
from sync_api.dependencies import Izin, KonteksProses, butuh, jangkauan_instansi
from sync_api.problems import Galat, PermintaanDitolak, tidak_sah
from sync_api.v1.documented import jawaban
from sync_api.v1.log_kueri import saring_log
from sync_api.v1.sync_shapes import HalamanLogOut, LogKueri, RekapOut, SaringKueri

# Of so many instansi the version is read with the rows; of more it is read once for all who ask at the same time.
INSTANSI_BESERTA = 4

router = APIRouter(prefix="/v1", tags=["Log Sinkronisasi"])


@router.get("/log-sinkro", operation_id="daftar_log_sinkro", responses=jawaban(HalamanLogOut, 404))
async def daftar_log_sinkro(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("sinkro:baca")],
    kueri: Annotated[LogKueri, Query()],
) -> Response:
    """Permintaan sinkro, yang terbaru dahulu; kunci yang diulang berarti "atau". Dengan `diubah_sejak` (kosong: mulai
    sekarang) hanya baris yang berubah sejak kursor itu dan kini cocok dengan saringan, perubahan terlama dahulu;
    `kursor_perubahan` dipakai untuk panggilan berikutnya, dan baris sebanyak `jumlah_baris` berarti masih ada lagi."""
    saring = saring_log(kueri)
    if kueri.diubah_sejak is not None:
        return await _perubahan(konteks, izin, kueri, saring, kueri.diubah_sejak)
    bentuk = f"{kueri.kursor}|{kueri.jumlah_baris}"
    jangkauan = _jangkauan_tersebut(izin, kueri.instansi_id)
    sekali = jangkauan is not None and sekali_cukup(saring, jangkauan)
    beserta = sekali and jangkauan is not None and 0 < len(jangkauan.instansi or ()) <= INSTANSI_BESERTA
    etag: str | None = None
    # Who has nothing yet, and whose log is told with its version, need not ask for the version alone.
    if not beserta or "if-none-match" in request.headers:
        etag = await etag_log(request, konteks, izin, kueri, bentuk)
        if etag is not None and sudah_dimiliki(request, etag):
            return tidak_berubah(etag)
    if sekali and jangkauan is not None:
        satu = await halaman_log_sekali(
            konteks.engine,
            saring,
            jangkauan,
            kursor=kueri.kursor,
            jumlah_baris=kueri.jumlah_baris,
            dengan_versi=beserta,
        )
        if satu is not None:
            if beserta:
                etag = None if satu.versi is None else _etag_versi(request, satu.versi, saring, jangkauan, bentuk)
            return jawaban_halaman(satu.baris, satu.kursor_berikutnya, etag=etag)
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
        halaman = await halaman_log(conn, saring, jangkauan, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris)
    return jawaban_halaman(halaman.baris, halaman.kursor_berikutnya, etag=etag)


async def _perubahan(konteks: Konteks, izin: Izin, kueri: LogKueri, saring: SaringLog, sejak: str) -> Response:
    if kueri.kursor is not None:
        raise tidak_sah("query.kursor", "tidak dapat dipakai bersama diubah_sejak")
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
        try:
            halaman = await perubahan_log(conn, saring, jangkauan, sejak=sejak, jumlah_baris=kueri.jumlah_baris)
        except KursorTidakSah:
            galat = [Galat("query.diubah_sejak", "tidak sah untuk daftar ini; mulai lagi dengan nilai kosong")]
            raise PermintaanDitolak("KURSOR_TIDAK_SAH", galat=galat) from None
    return jawaban_halaman(halaman.baris, None, tambahan={"kursor_perubahan": halaman.kursor_perubahan})


async def etag_log(request: Request, konteks: Konteks, izin: Izin, kueri: SaringKueri, bentuk: str) -> str | None:
    """The ETag of an answer made from the filtered log, from the version of what is within reach and without the rows;
    None when only they can tell. Read before the rows: who holds it never misses a change. `bentuk`: what else the
    answer depends on."""
    jangkauan, saring = _jangkauan_tersebut(izin, kueri.instansi_id), saring_log(kueri)
    if jangkauan is None or not berversi(saring, jangkauan):
        return None
    versi = await _versi_proses(request).baca(konteks, jangkauan)
    return None if versi is None else _etag_versi(request, versi, saring, jangkauan, bentuk)


def _etag_versi(request: Request, versi: str, saring: SaringLog, jangkauan: Jangkauan, bentuk: str) -> str:
    asal = (request.app.version, versi, request.scope["path"], nama_daftar(saring, jangkauan), bentuk)
    return etag_isi("\n".join(asal).encode())


def _jangkauan_tersebut(izin: Izin, instansi_id: str | None) -> Jangkauan | None:
    """The reach narrowed to the instansi that was asked for, which may not exist; None when only its rows tell."""
    if instansi_id is None:
        return izin.jangkauan
    return Jangkauan(frozenset({instansi_id})) if izin.jangkauan.memuat_instansi(instansi_id) else None


def _versi_proses(request: Request) -> VersiLog:
    keadaan = request.app.state
    if not hasattr(keadaan, "versi_log"):
        keadaan.versi_log = VersiLog()
    versi: VersiLog = keadaan.versi_log
    return versi


@router.get("/log-sinkro/rekap", operation_id="rekap_log_sinkro", responses=jawaban(RekapOut, 404))
async def rekap_log_sinkro(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], kueri: Annotated[SaringKueri, Query()]
) -> Response:
    """Jumlah menurut status, kode dan tipe SKP; dengan satu jenis dan satu tahun juga buku besar user PMM."""
    saring = saring_log(kueri)
    if kueri.instansi_id is None and rekap_terhitung(saring, izin.jangkauan):
        return jawaban_json(await rekap_log_sekali(konteks.engine, saring, izin.jangkauan))
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
        return jawaban_json(await rekap_log(conn, saring, jangkauan))
