"""The list of user PMM as Excel, row by row through a temporary file: the memory does not grow with the list.

Invariant: every value is text or a time, never a formula, a link or a number, whatever a name begins with.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.user_pmm.queries import SaringUserPMM, semua_user_pmm

JENIS_MEDIA_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet ends at 1,048,576 rows; the list of all instansi is longer than that.
BARIS_PER_LEMBAR = 1_000_000

_KOLOM = (
    ("No", 8),
    ("NIP", 22),
    ("Nama", 40),
    ("Jabatan", 40),
    ("Unit Kerja", 50),
    ("Ditambahkan Pada", 20),
    ("Ditambahkan Oleh", 30),
)


class BukuUserPMM:
    """The workbook while it is written; its methods block and belong in a thread, one call at a time."""

    def __init__(self, berkas: IO[bytes], *, baris_per_lembar: int = BARIS_PER_LEMBAR) -> None:
        pilihan = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._buku = Workbook(berkas, pilihan)
        self._teks = self._buku.add_format({"num_format": "@"})
        self._waktu = self._buku.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._kepala = self._buku.add_format({"bold": True})
        self._batas = baris_per_lembar
        self._jumlah = 0
        self._lembar = self._lembar_baru()

    def tulis(self, baris: Sequence[Row[Any]]) -> None:
        """Adds the rows behind those that are there."""
        for satu in baris:
            if self._jumlah and self._jumlah % self._batas == 0:
                self._lembar = self._lembar_baru()
            letak = self._jumlah % self._batas + 1
            self._jumlah += 1
            self._lembar.write_number(letak, 0, self._jumlah)
            teks = (satu.nip, satu.nama, satu.jabatan, satu.unit_kerja_nama or satu.unit_kerja_id or "")
            for kolom, isi in enumerate(teks, 1):
                self._lembar.write_string(letak, kolom, isi, self._teks)
            setempat = satu.ditambahkan_pada.astimezone(ZoneInfo(satu.zona_waktu))
            self._lembar.write_datetime(letak, 5, setempat.replace(tzinfo=None), self._waktu)
            self._lembar.write_string(letak, 6, satu.ditambahkan_oleh, self._teks)

    def tutup(self) -> None:
        """Completes the file."""
        self._buku.close()

    def _lembar_baru(self) -> Worksheet:
        lembar: Worksheet = self._buku.add_worksheet()
        for kolom, (judul, lebar) in enumerate(_KOLOM):
            lembar.set_column(kolom, kolom, lebar)
            lembar.write_string(0, kolom, judul, self._kepala)
        return lembar


async def unduh_user_pmm(conn: AsyncConnection, saring: SaringUserPMM) -> IO[bytes]:
    """The filtered list as an .xlsx file that is complete, stands at its beginning and vanishes when it is closed,
    which is the caller's to do."""
    berkas = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    try:
        buku = await asyncio.to_thread(BukuUserPMM, berkas)
        async for potongan in semua_user_pmm(conn, saring):
            await asyncio.to_thread(buku.tulis, potongan)
        await asyncio.to_thread(buku.tutup)
        berkas.seek(0)
    except BaseException:
        berkas.close()
        raise
    return berkas
