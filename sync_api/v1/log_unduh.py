"""Log Sinkronisasi as a file: every row of the filter, as .xlsx or, when asked for, .csv."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import lru_cache
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from services.identitas.pemanggil import Jangkauan
from services.konteks import Konteks
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.log_unduhan import baris_unduhan
from sync_api.dependencies import Izin, KonteksProses, butuh, jangkauan_instansi
from sync_api.konsol import kata
from sync_api.problems import PermintaanDitolak
from sync_api.unduhan.alir import alirkan
from sync_api.unduhan.buku import isi_buku
from sync_api.unduhan.csv import MEDIA_CSV, BukuCsv
from sync_api.unduhan.xlsx import MEDIA_XLSX, BukuXlsx
from sync_api.v1.documented import masalah
from sync_api.v1.log_kueri import saring_log
from sync_api.v1.sync_shapes import SaringKueri

router = APIRouter(prefix="/v1", tags=["Log Sinkronisasi"])

# Each holds a connection and a thread while it is written.
BERSAMAAN = 4
KOLOM = (
    ("NIP", 22),
    ("Nama", 36),
    ("Unit Kerja", 40),
    ("Tipe SKP", 16),
    ("Jenis", 24),
    ("Tahun", 8),
    ("Status", 28),
    ("Keterangan", 50),
    ("Catatan", 60),
    ("Tindak lanjut", 60),
    ("Pelaku", 30),
    ("Dibuat Pada", 20),
    ("Selesai Pada", 20),
)
WAKTU = 2


@router.get(
    "/log-sinkro/unduh",
    operation_id="unduh_log_sinkro",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Seluruh baris menurut saringan; baris terakhir menyebut jumlahnya",
            "content": {
                MEDIA_XLSX: {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        },
        404: masalah(404),
    },
)
async def unduh_log_sinkro(
    request: Request,
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("sinkro:baca")],
    kueri: Annotated[SaringKueri, Query()],
) -> Response:
    """Unduh Excel, atau CSV dengan `Accept: text/csv`: seluruh baris menurut saringan, yang terbaru dahulu."""
    saring = saring_log(kueri)
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    return await jawab_unduhan(request, konteks, saring, jangkauan)


async def jawab_unduhan(request: Request, konteks: Konteks, saring: SaringLog, jangkauan: Jangkauan) -> Response:
    """The file of these rows, as the request's Accept would have it. Raises DiLuarJangkauan and PermintaanDitolak."""
    async with konteks.baca() as conn:
        await periksa_saringan(conn, saring, jangkauan)
    tempat = _tempat(request)
    if tempat.locked():
        raise PermintaanDitolak(
            "LAYANAN_TIDAK_TERSEDIA",
            "Terlalu banyak unduhan sedang berjalan. Ulangi sesaat lagi.",
            header={"Retry-After": "10"},
        )
    csv = ingin_csv(request.headers.get("accept", ""))
    nama = "log-sinkronisasi." + ("csv" if csv else "xlsx")
    return StreamingResponse(
        _isi(konteks, saring, jangkauan, BukuCsv if csv else BukuXlsx, tempat),
        media_type=MEDIA_CSV if csv else MEDIA_XLSX,
        headers={"Content-Disposition": f'attachment; filename="{nama}"', "Vary": "Accept"},
    )


async def _isi(
    konteks: Konteks,
    saring: SaringLog,
    jangkauan: Jangkauan,
    bentuk: Callable[..., BukuXlsx | BukuCsv],
    tempat: asyncio.Semaphore,
) -> AsyncGenerator[bytes, None]:
    async def tulis(berkas: IO[bytes]) -> None:
        buku = await asyncio.to_thread(bentuk, berkas, KOLOM, waktu=WAKTU)
        await isi_buku(
            konteks,
            buku,
            lambda conn: baris_unduhan(conn, saring, jangkauan),
            _nilai,
            akhir=lambda jumlah: (f"Jumlah baris: {jumlah}",),
        )

    # Taken here and not before: an answer that is never begun must not keep a place.
    async with tempat, aclosing(alirkan(tulis)) as aliran:
        async for isi in aliran:
            yield isi


def _nilai(b: Any) -> tuple[str | float | None, ...]:
    """The columns of KOLOM in the words users know."""
    return (
        b.nip,
        b.nama,
        b.unit_kerja,
        kata.sebut(b.tipe_skp, kata.TIPE_SKP) if b.tipe_skp else None,
        kata.sebut(b.jenis, kata.JENIS),
        b.tahun,
        kata.status_terbaca(b.status, b.kode),
        b.keterangan,
        b.catatan,
        _langkah(b.langkah) if b.langkah else None,
        _pelaku(b.pelaku) if b.pelaku else None,
        float(b.dibuat_hari),
        None if b.selesai_hari is None else float(b.selesai_hari),
    )


# The steps of a finding are the catalogue's, so the same few lists come again and again.
@lru_cache(maxsize=4096)
def _langkah(isi: str) -> str:
    return "\n".join(dict.fromkeys(json.loads(isi)))


@lru_cache(maxsize=256)
def _pelaku(isi: str) -> str:
    return ", ".join(dict.fromkeys(kata.sebut(p, kata.PELAKU) for p in json.loads(isi)))


def ingin_csv(accept: str) -> bool:
    """Whether the caller would rather have text/csv than a workbook (RFC 9110 12.5.1); no word means a workbook."""
    bobot = {"text/csv": 0.0, MEDIA_XLSX: 0.0}
    for satu in accept.lower().split(","):
        media, *parameter = (b.strip() for b in satu.split(";"))
        q = next((p[2:] for p in parameter if p.startswith("q=")), "1")
        if media in bobot:
            bobot[media] = float(q) if q.replace(".", "", 1).isdigit() else 0.0
    return bobot["text/csv"] > bobot[MEDIA_XLSX]


def _tempat(request: Request) -> asyncio.Semaphore:
    keadaan = request.app.state
    if not hasattr(keadaan, "unduhan_log"):
        keadaan.unduhan_log = asyncio.Semaphore(BERSAMAAN)
    tempat: asyncio.Semaphore = keadaan.unduhan_log
    return tempat
