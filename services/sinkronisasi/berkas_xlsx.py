"""Reads the cells of an .xlsx one after another with expat, in constant memory but for the shared texts.

A reader that builds the sheet as a rectangle can be made to ask for terabytes by two cells in opposite corners; here a
cell costs what it is. What is unpacked is counted while it is unpacked, whatever the archive says about itself.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

TERURAI_TERBESAR = 512 * 1024 * 1024
TEKS_BERSAMA_TERBANYAK = 4_000_000
BAGIAN_TERBANYAK = 1_000
_POTONGAN = 1 << 16
_BUKU, _HUBUNGAN, _TEKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"


class BukanXlsx(ValueError):
    """Not a workbook that can be read; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Sel:
    """One filled cell. Rows and columns count from 1; `angka`: Excel keeps it as a number, which has 15 sure digits.
    A formula that was never reckoned is its own text, as a .csv has it."""

    baris: int
    kolom: int
    teks: str
    angka: bool


def sel_lembar(berkas: BinaryIO) -> Iterator[Iterator[Sel]]:
    """The sheets in the order of the workbook, each as its filled cells, row by row. Raises BukanXlsx, also while a
    sheet is read."""
    with _terjelaskan(), zipfile.ZipFile(berkas) as arsip:
        jatah = _Jatah()
        lembar = _letak_lembar(arsip, jatah)
        teks = _teks_bersama(arsip, jatah)
        for satu in lembar:
            yield _sel(arsip, satu, teks, jatah)


@contextmanager
def _terjelaskan() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError, NotImplementedError, RuntimeError) as galat:
        raise BukanXlsx("berkas .xlsx rusak, bersandi, atau bukan buku kerja Excel") from galat


class _Jatah:
    """How much may still be unpacked of one file."""

    def __init__(self) -> None:
        self.sisa = TERURAI_TERBESAR

    def pakai(self, jumlah: int) -> None:
        self.sisa -= jumlah
        if self.sisa < 0:
            raise BukanXlsx("isi berkas .xlsx terlalu besar setelah diurai")


def _urai(
    arsip: zipfile.ZipFile, nama: str, jatah: _Jatah, pasang: Callable[[expat.XMLParserType], None]
) -> Iterator[None]:
    """Feeds the member to a parser, bit by bit; whoever iterates may look at what it has found meanwhile."""
    pengurai = expat.ParserCreate(namespace_separator=" ")
    pengurai.buffer_text = True

    def tolak(*_: object) -> None:
        raise BukanXlsx("berkas .xlsx memuat deklarasi yang tidak diizinkan")

    pengurai.StartDoctypeDeclHandler = tolak
    pasang(pengurai)
    with arsip.open(nama) as isi:
        while potongan := isi.read(_POTONGAN):
            jatah.pakai(len(potongan))
            pengurai.Parse(potongan, False)
            yield
        pengurai.Parse(b"", True)
        yield


def _nama(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _letak_lembar(arsip: zipfile.ZipFile, jatah: _Jatah) -> list[str]:
    ada = set(arsip.namelist())
    if not {_BUKU, _HUBUNGAN} <= ada:
        raise BukanXlsx("berkas bukan buku kerja Excel (.xlsx)")
    nomor: list[str] = []
    letak: dict[str, str] = {}

    def lembar(tag: str, atribut: dict[str, str]) -> None:
        if _nama(tag) == "sheet":
            nomor.extend(nilai for nama, nilai in atribut.items() if _nama(nama) == "id" and " " in nama)

    def hubungan(tag: str, atribut: dict[str, str]) -> None:
        if _nama(tag) == "Relationship" and "Id" in atribut and atribut.get("Type", "").endswith("/worksheet"):
            letak[atribut["Id"]] = posixpath.normpath(posixpath.join("/xl", atribut.get("Target", ""))).lstrip("/")

    for nama, saat_mulai in ((_BUKU, lembar), (_HUBUNGAN, hubungan)):

        def pasang(pengurai: expat.XMLParserType, saat_mulai: Callable[..., None] = saat_mulai) -> None:
            pengurai.StartElementHandler = saat_mulai

        for _ in _urai(arsip, nama, jatah, pasang):
            pass
    return [letak[n] for n in nomor if letak.get(n) in ada]


class _PembacaTeks:
    """Collects the shared texts; how a text is pronounced (rPh) is no part of it."""

    def __init__(self) -> None:
        self.teks: list[str] = []
        self._bagian: list[str] = []
        self._merekam = False
        self._lafal = 0

    def pasang(self, pengurai: expat.XMLParserType) -> None:
        pengurai.StartElementHandler, pengurai.EndElementHandler = self._mulai, self._selesai
        pengurai.CharacterDataHandler = self._huruf

    def _mulai(self, tag: str, _atribut: dict[str, str]) -> None:
        nama = _nama(tag)
        if nama == "si":
            self._bagian.clear()
        elif nama == "rPh":
            self._lafal += 1
        self._merekam = nama == "t" and not self._lafal

    def _huruf(self, huruf: str) -> None:
        if self._merekam:
            _tambah(self._bagian, huruf)

    def _selesai(self, tag: str) -> None:
        self._merekam = False
        nama = _nama(tag)
        if nama == "rPh":
            self._lafal -= 1
        elif nama == "si":
            if len(self.teks) >= TEKS_BERSAMA_TERBANYAK:
                raise BukanXlsx("berkas .xlsx memuat terlalu banyak teks")
            self.teks.append("".join(self._bagian))


def _teks_bersama(arsip: zipfile.ZipFile, jatah: _Jatah) -> list[str]:
    pembaca = _PembacaTeks()
    if _TEKS in arsip.namelist():
        for _ in _urai(arsip, _TEKS, jatah, pembaca.pasang):
            pass
    return pembaca.teks


def _tambah(bagian: list[str], huruf: str) -> None:
    """What a cell may hold comes in a few pieces; more is no text of Excel's."""
    if len(bagian) >= BAGIAN_TERBANYAK:
        raise BukanXlsx("berkas .xlsx memuat teks yang terlalu panjang")
    bagian.append(huruf)


class _PembacaLembar:
    """Collects the cells of what was parsed so far."""

    def __init__(self, teks: list[str]) -> None:
        self.siap: list[Sel] = []
        self._teks = teks
        self._baris = self._kolom = 0
        self._jenis = ""
        self._merekam = False
        self._isi: list[str] = []
        self._rumus: list[str] = []
        self._sasaran = self._isi

    def pasang(self, pengurai: expat.XMLParserType) -> None:
        pengurai.StartElementHandler, pengurai.EndElementHandler = self._mulai, self._selesai
        pengurai.CharacterDataHandler = self._huruf

    def _mulai(self, tag: str, atribut: dict[str, str]) -> None:
        nama = _nama(tag)
        if nama == "row":
            self._baris = int(atribut["r"][:9]) if atribut.get("r", "")[:9].isdecimal() else self._baris + 1
            self._kolom = 0
        elif nama == "c":
            self._kolom = _kolom(atribut.get("r", "")) or self._kolom + 1
            self._jenis = atribut.get("t", "n")
            self._isi.clear()
            self._rumus.clear()
        elif nama == "f":
            self._rumus.append("=")
        self._sasaran = self._rumus if nama == "f" else self._isi
        self._merekam = nama in ("v", "f") or (nama == "t" and self._jenis == "inlineStr")

    def _huruf(self, huruf: str) -> None:
        if self._merekam:
            _tambah(self._sasaran, huruf)

    def _selesai(self, tag: str) -> None:
        self._merekam = False
        if _nama(tag) == "c" and (self._isi or self._rumus):
            isi = "".join(self._isi or self._rumus)
            if not self._isi:
                self._jenis = "str"
            elif self._jenis == "s":
                nomor = int(isi) if len(isi) < 10 and isi.isdecimal() else -1
                isi = self._teks[nomor] if 0 <= nomor < len(self._teks) else ""
            self.siap.append(Sel(self._baris, self._kolom, isi, self._jenis == "n"))


def _sel(arsip: zipfile.ZipFile, nama: str, teks: list[str], jatah: _Jatah) -> Iterator[Sel]:
    pembaca = _PembacaLembar(teks)
    with _terjelaskan():
        for _ in _urai(arsip, nama, jatah, pembaca.pasang):
            yield from pembaca.siap
            pembaca.siap.clear()


def _kolom(rujukan: str) -> int:
    """The column of a reference such as AB12, 0 without one."""
    nomor = 0
    for huruf in rujukan[:3]:
        if not "A" <= huruf <= "Z":
            break
        nomor = nomor * 26 + ord(huruf) - 64
    return nomor
