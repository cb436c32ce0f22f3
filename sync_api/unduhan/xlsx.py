"""An .xlsx file written row by row into anything that takes bytes: no cell is kept, so the memory does not grow.

Invariant: every value but the running number and times is text, never a formula, a link or a number, whatever it
begins with; what XML cannot hold is left out.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO
from xml.sax.saxutils import escape

MEDIA_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet ends at 1,048,576 rows, a cell at 32,767 characters.
BARIS_PER_LEMBAR = 1_000_000
HURUF_PER_SEL = 32_767

_RUANG = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HUBUNGAN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAKET = "http://schemas.openxmlformats.org/package/2006"
_KEPALA_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Whatever is not named otherwise is a sheet, so that their number need not be known before them.
_ISI_PAKET = (
    f'{_KEPALA_XML}<Types xmlns="{_PAKET}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{MEDIA_XLSX}.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
_AKAR = (
    f'{_KEPALA_XML}<Relationships xmlns="{_PAKET}/relationships">'
    f'<Relationship Id="rId1" Type="{_HUBUNGAN}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
# Styles by number: 0 plain, 1 text (49 is "@", so that an edited cell stays text), 2 time, 3 heading.
_GAYA = (
    f'{_KEPALA_XML}<styleSheet xmlns="{_RUANG}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# The heading stays in sight.
_BEKU = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView>'
    "</sheetViews>"
)

# What must not stand in XML as it is: markup, what XML 1.0 forbids, a carriage return (which it turns into a line
# feed), and what a spreadsheet reads as an escape of its own.
_BERMASALAH = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_TERLARANG = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MIRIP_LOLOS = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SEL = '<c r="{huruf}%d" t="inlineStr" s="1"><is><t xml:space="preserve">%s</t></is></c>'
_SEL_WAKTU = '<c r="{huruf}%d" s="2">%s</c>'

Nilai = str | None


class BukuXlsx:
    """The workbook while it is written; its methods block and belong in a thread, one call at a time.

    `kolom`: heading and width of each column beside the running number, which comes first. `waktu`: how many of the
    last columns are times, given as days since 1899-12-30 (`hari_lembar`) or None.
    """

    def __init__(
        self,
        berkas: IO[bytes],
        kolom: Sequence[tuple[str, int]],
        *,
        waktu: int = 0,
        nama_lembar: str = "Data",
        baris_per_lembar: int = BARIS_PER_LEMBAR,
    ) -> None:
        self._zip = zipfile.ZipFile(berkas, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._kolom, self._nama, self._batas = [("No", 8), *kolom], nama_lembar, baris_per_lembar
        self._teks = len(kolom) - waktu
        self._pola = self._pola_baris()
        self._lembar: IO[bytes] | None = None
        self._jumlah_lembar = self.jumlah = 0
        for nama, isi in (("[Content_Types].xml", _ISI_PAKET), ("_rels/.rels", _AKAR), ("xl/styles.xml", _GAYA)):
            self._zip.writestr(nama, isi)
        self._lembar_baru()

    def tulis(self, baris: Iterable[Sequence[Nilai | float]]) -> None:
        """Adds the rows behind those that are there; each has the values of `kolom`."""
        potongan: list[str] = []
        for satu in baris:
            letak = self.jumlah % self._batas
            if letak == 0 and self.jumlah:
                self._kirim(potongan)
                potongan = []
                self._lembar_baru()
            self.jumlah += 1
            potongan.append(self._baris(letak + 2, satu))
        self._kirim(potongan)

    def tutup(self, *akhir: str) -> None:
        """Adds `akhir` as a last line of text and completes the file."""
        letak = (self.jumlah - 1) % self._batas + 3 if self.jumlah else 2
        sel = "".join(_SEL.format(huruf=_huruf(n)) % (letak, _teks_xml(isi)) for n, isi in enumerate(akhir))
        self._kirim([f'<row r="{letak}">{sel}</row>'] if akhir else [])
        self._akhiri_lembar()
        lembar = range(1, self._jumlah_lembar + 1)
        nama = [self._nama if n == 1 else f"{self._nama} {n}" for n in lembar]
        isi = "".join(
            f'<sheet name="{escape(s)}" sheetId="{n}" r:id="rId{n}"/>' for n, s in zip(lembar, nama, strict=True)
        )
        self._zip.writestr(
            "xl/workbook.xml",
            f'{_KEPALA_XML}<workbook xmlns="{_RUANG}" xmlns:r="{_HUBUNGAN}"><sheets>{isi}</sheets></workbook>',
        )
        tujuan = [(n, "worksheet", f"worksheets/sheet{n}.xml") for n in lembar]
        tujuan.append((self._jumlah_lembar + 1, "styles", "styles.xml"))
        self._zip.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{_KEPALA_XML}<Relationships xmlns="{_PAKET}/relationships">'
            + "".join(f'<Relationship Id="rId{n}" Type="{_HUBUNGAN}/{j}" Target="{t}"/>' for n, j, t in tujuan)
            + "</Relationships>",
        )
        self._zip.close()

    def buang(self) -> None:
        """Leaves the file as it is, unfinished."""
        self._zip.fp = None

    def _pola_baris(self) -> str:
        sel = [_SEL.format(huruf=_huruf(n + 1)) for n in range(self._teks)]
        sel += [_SEL_WAKTU.format(huruf=_huruf(n + 1)) for n in range(self._teks, len(self._kolom) - 1)]
        return '<row r="%d"><c r="A%d"><v>%d</v></c>' + "".join(sel) + "</row>"

    def _baris(self, letak: int, satu: Sequence[Nilai | float]) -> str:
        nilai: list[object] = [letak, letak, self.jumlah]
        for n, isi in enumerate(satu):
            nilai.append(letak)
            if n >= self._teks:
                nilai.append("" if isi is None else f"<v>{isi}</v>")
            elif not isi:
                nilai.append("")
            else:
                teks = str(isi)
                aman = len(teks) <= HURUF_PER_SEL and _BERMASALAH.search(teks) is None
                nilai.append(teks if aman else _teks_xml(teks))
        return self._pola % tuple(nilai)

    def _lembar_baru(self) -> None:
        self._akhiri_lembar()
        self._jumlah_lembar += 1
        self._lembar = self._zip.open(f"xl/worksheets/sheet{self._jumlah_lembar}.xml", "w", force_zip64=True)
        lebar = "".join(
            f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, (_, w) in enumerate(self._kolom, 1)
        )
        kepala = "".join(
            f'<c r="{_huruf(n)}1" t="inlineStr" s="3"><is><t>{_teks_xml(judul)}</t></is></c>'
            for n, (judul, _) in enumerate(self._kolom)
        )
        self._kirim(
            [
                f'{_KEPALA_XML}<worksheet xmlns="{_RUANG}">{_BEKU}<cols>{lebar}</cols><sheetData>',
                f'<row r="1">{kepala}</row>',
            ]
        )

    def _akhiri_lembar(self) -> None:
        if self._lembar is not None:
            self._lembar.write(b"</sheetData></worksheet>")
            self._lembar.close()

    def _kirim(self, potongan: list[str]) -> None:
        if potongan and self._lembar is not None:
            self._lembar.write("".join(potongan).encode())


def hari_lembar(setempat: datetime) -> float:
    """A local time as spreadsheets count it: days since 1899-12-30."""
    return (setempat.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - has no zone


def _teks_xml(teks: str) -> str:
    teks = _MIRIP_LOLOS.sub("_x005F_", teks[:HURUF_PER_SEL])
    return escape(_TERLARANG.sub("", teks)).replace("\r", "_x000D_")


def _huruf(nomor: int) -> str:
    """The column's letters; 0 is A."""
    teks = ""
    nomor += 1
    while nomor:
        nomor, sisa = divmod(nomor - 1, 26)
        teks = chr(65 + sisa) + teks
    return teks
