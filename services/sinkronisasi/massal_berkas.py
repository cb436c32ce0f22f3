"""The column NIP of an uploaded .csv or .xlsx, row by row, in memory that does not grow with the width of the file.

Nothing is guessed: what Excel has turned into a number lost its last digits and is refused with its row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ekinerja_domain.kernel.nip import Nip, NipTidakSah
from services.sinkronisasi.berkas_xlsx import BukanXlsx, sel_lembar

BARIS_JUDUL_TERAKHIR = 20
NIP_TERBANYAK = 2_000_000
PANJANG_DITOLAK = 64
_PEMISAH = ";,\t"
_SPASI = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_RUMUS_TEKS = re.compile(r'^="(.*)"$')
_PANGKAT = re.compile(r"^[+-]?\d+([.,]\d+)?[eE][+-]?\d+$")
KETERANGAN_ANGKA = (
    "NIP tersimpan sebagai bilangan sehingga angka terakhirnya hilang. Ubah kolom NIP menjadi teks, lalu isi kembali."
)
KETERANGAN_BENTUK = "Bukan NIP yang sah."


class BerkasTidakSah(ValueError):
    """The file cannot be used; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class BarisDitolak:
    """A row whose NIP cannot be used, as far as it can be shown."""

    nip: str
    baris: int
    keterangan: str


@dataclass(frozen=True, slots=True)
class NipBerkas:
    """`baris` says in which row of the file each NIP stands first; rows count from 1, the heading included."""

    baris: dict[str, int]
    ditolak: list[BarisDitolak]


def baca_nip_berkas(berkas: BinaryIO) -> NipBerkas:
    """The NIPs of the file, each once; empty cells are passed over. Takes long for a long file: call it in a thread.
    Raises BerkasTidakSah."""
    awal = berkas.read(8)
    berkas.seek(0)
    if awal.startswith(b"PK\x03\x04"):
        try:
            return _kumpulkan(_sel_nip_xlsx(berkas))
        except BukanXlsx as galat:
            raise BerkasTidakSah(str(galat)) from None
    if awal.startswith(b"\xd0\xcf\x11\xe0"):
        raise BerkasTidakSah("berkas .xls lama atau bersandi tidak dapat dibaca; simpan sebagai .xlsx tanpa sandi")
    return _kumpulkan(_sel_nip_csv(berkas))


def _kumpulkan(sel: Iterable[tuple[int, str, bool]]) -> NipBerkas:
    """From (row, text, whether it was a number) of the column."""
    hasil = NipBerkas({}, [])
    for baris, teks, angka in sel:
        # Nearly every cell is digits and nothing else; the patterns would cost as much as all the rest.
        hanya_angka = teks.isdecimal()
        polos = teks if hanya_angka else _SPASI.sub("", _RUMUS_TEKS.sub(r"\1", teks.strip())).lstrip("'")
        if not polos:
            continue
        if angka or (not hanya_angka and _PANGKAT.match(polos)):
            hasil.ditolak.append(_tolak(polos, baris, KETERANGAN_ANGKA))
        else:
            try:
                hasil.baris.setdefault(Nip.parse(polos), baris)
            except NipTidakSah:
                hasil.ditolak.append(_tolak(polos, baris, KETERANGAN_BENTUK))
        if len(hasil.baris) + len(hasil.ditolak) > NIP_TERBANYAK:
            raise BerkasTidakSah(f"paling banyak {NIP_TERBANYAK:,} baris".replace(",", "."))
    if not hasil.baris and not hasil.ditolak:
        raise BerkasTidakSah("kolom NIP tidak berisi")
    return hasil


def _tolak(teks: str, baris: int, keterangan: str) -> BarisDitolak:
    return BarisDitolak("".join(h for h in teks[:PANJANG_DITOLAK] if h.isprintable()), baris, keterangan)


def _judul_nip(teks: str) -> bool:
    return _SPASI.sub("", teks).casefold() == "nip"


def _sel_nip_csv(berkas: BinaryIO) -> Iterator[tuple[int, str, bool]]:
    teks = io.TextIOWrapper(berkas, encoding=_sandi(berkas), newline="")
    terbaca = 0
    try:
        pemisah = _pemisah(teks.read(64 * 1024))
        teks.seek(0)
        pembaca = csv.reader(teks, delimiter=pemisah, strict=True)
        kolom: int | None = None
        for nomor, isi in enumerate(pembaca, 1):
            terbaca = nomor
            if kolom is None:
                kolom = _cari_judul(isi, nomor)
            elif kolom < len(isi):
                yield nomor, isi[kolom], False
        if kolom is None:
            raise BerkasTidakSah("kolom NIP tidak ditemukan")
    except csv.Error as galat:
        raise BerkasTidakSah(
            f"isi .csv tidak dapat dibaca mulai baris {terbaca + 1}; periksa tanda kutip dan panjang isinya"
        ) from galat
    finally:
        teks.detach()


def _pemisah(awal: str) -> str:
    """What parts the cells: that under which the heading stands alone in its cell. Counting would be led astray by a
    title line, or by names with their degrees."""
    for baris in awal.splitlines()[:BARIS_JUDUL_TERAKHIR]:
        for pemisah in _PEMISAH:
            if any(_judul_nip(sel.strip().strip('"')) for sel in baris.split(pemisah)):
                # A heading alone in its line fits every separator.
                return pemisah if pemisah in baris else max(_PEMISAH, key=awal.count)
    return max(_PEMISAH, key=awal.count)


def _cari_judul(isi: Sequence[str], nomor: int) -> int | None:
    for letak, sel in enumerate(isi):
        if _judul_nip(sel):
            return letak
    if nomor >= BARIS_JUDUL_TERAKHIR:
        raise BerkasTidakSah("kolom NIP tidak ditemukan")
    return None


def _sandi(berkas: BinaryIO) -> str:
    """UTF-8 if the whole file is that, else Windows-1252, in which Excel saves without being asked."""
    urai = codecs.getincrementaldecoder("utf-8")()
    sah = True
    try:
        while potongan := berkas.read(1 << 20):
            if b"\0" in potongan:
                raise BerkasTidakSah("berkas bukan .csv atau .xlsx")
            urai.decode(potongan)
        urai.decode(b"", True)
    except UnicodeDecodeError:
        sah = False
    berkas.seek(0)
    return "utf-8-sig" if sah else "cp1252"


def _sel_nip_xlsx(berkas: BinaryIO) -> Iterator[tuple[int, str, bool]]:
    """From the first sheet that has the column."""
    for lembar in sel_lembar(berkas):
        kolom: int | None = None
        judul = 0
        for sel in lembar:
            if kolom is None:
                if sel.baris > BARIS_JUDUL_TERAKHIR:
                    break
                if _judul_nip(sel.teks):
                    kolom, judul = sel.kolom, sel.baris
            elif sel.kolom == kolom and sel.baris > judul:
                yield sel.baris, sel.teks, sel.angka
        if kolom is not None:
            return
    raise BerkasTidakSah("kolom NIP tidak ditemukan")
