"""The column NIP of uploaded files: every way it is saved, and nothing guessed."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.sinkronisasi import berkas_xlsx
from services.sinkronisasi.massal_berkas import (
    KETERANGAN_ANGKA,
    KETERANGAN_BENTUK,
    BerkasTidakSah,
    baca_nip_berkas,
)
from tests.services.konteks_tiruan import nip

SATU, DUA, TIGA = (nip(n) for n in (1, 2, 3))
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(*lembar: str, teks: str = "", awalan: str = "", buku: str | None = None) -> io.BytesIO:
    """A workbook of sheets given as the XML of their rows; `awalan` stands before the first sheet's root."""
    isi = io.BytesIO()
    daftar = "".join(f'<sheet name="L{n}" sheetId="{n}" r:id="rId{n}"/>' for n, _ in enumerate(lembar, 1))
    hubungan = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(lembar, 1)
    )
    with zipfile.ZipFile(isi, "w", zipfile.ZIP_DEFLATED) as arsip:
        arsip.writestr(
            "xl/workbook.xml", buku or f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>{daftar}</sheets></workbook>'
        )
        arsip.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{hubungan}</Relationships>")
        arsip.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_NS}">{teks}</sst>')
        for n, satu in enumerate(lembar, 1):
            arsip.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'{awalan}<worksheet xmlns="{_NS}"><sheetData>{satu}</sheetData></worksheet>',
            )
    isi.seek(0)
    return isi


@pytest.mark.parametrize("sandi", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("pemisah", [",", ";", "\t"])
@pytest.mark.parametrize("akhir", ["\n", "\r\n", "\r"])
def test_csv(sandi: str, pemisah: str, akhir: str) -> None:
    baris = [
        ["Nama", " nip ", "Jabatan"],
        [f'"Jos\u00e9{pemisah} S.Pd"', SATU, "Guru"],
        ["Kosong", "", ""],
        ["pendek"],
        ["Spasi", f"{DUA[:8]} {DUA[8:14]} {DUA[14]} {DUA[15:]}", "Guru"],
        ["Rumus", f'"=""{TIGA}"""', "Guru"],
        ["Sama", f"'{SATU}", "Guru"],
    ]
    isi = akhir.join(pemisah.join(satu) for satu in baris).encode(sandi)
    terbaca = baca_nip_berkas(io.BytesIO(isi))
    assert terbaca.baris == {SATU: 2, DUA: 5, TIGA: 6}
    assert terbaca.ditolak == []


@pytest.mark.parametrize(
    "awal", ["Daftar guru, SD, SMP, SMA\n\n", "Daftar guru, SD;;\n", "sep=;\n", '"Guru ""PNS"", 1, 2, 3, 4";;\n']
)
def test_the_heading_tells_what_parts_the_cells(awal: str) -> None:
    isi = f'{awal}No;"NIP";Nama\n1;{SATU};Budi, S.Pd, M.Pd\n2;{DUA};Ani, S.Pd, M.Pd\n'.encode()
    terbaca = baca_nip_berkas(io.BytesIO(isi))
    assert list(terbaca.baris) == [SATU, DUA]


def test_a_csv_that_breaks_names_the_row() -> None:
    for rusak in (f'"{DUA}\n{TIGA}\n', f"{'9' * 200_000}\n{DUA}\n"):
        with pytest.raises(BerkasTidakSah, match="mulai baris 4"):
            baca_nip_berkas(io.BytesIO(f"NIP\n{SATU}\n\n{rusak}".encode()))


def test_a_formula_that_was_never_reckoned_is_not_passed_over() -> None:
    baris = "".join(
        f'<row r="{n}"><c r="A{n}"{isi}</c></row>'
        for n, isi in enumerate(
            (
                ' t="inlineStr"><is><t>NIP</t></is>',
                f'><f>"{SATU}"</f>',
                "><f>B3&amp;C3</f><v></v>",
                f' t="str"><f>B4</f><v>{DUA}</v>',
                '><f t="shared" si="0"/>',
                f"><f>B6</f><v>{TIGA}</v>",
            ),
            1,
        )
    )
    terbaca = baca_nip_berkas(xlsx(baris))
    assert terbaca.baris == {SATU: 2, DUA: 4}
    assert [(d.nip, d.baris, d.keterangan) for d in terbaca.ditolak] == [
        ("=B3&C3", 3, KETERANGAN_BENTUK),
        ("=", 5, KETERANGAN_BENTUK),
        (TIGA, 6, KETERANGAN_ANGKA),
    ]


def test_what_excel_made_a_number_of_is_refused_with_its_row() -> None:
    isi = f"NIP;X\n1.98501E+17\n1,98501012010011E+17\nbukan nip\n{SATU}\n12345\n".encode()
    terbaca = baca_nip_berkas(io.BytesIO(isi))
    assert terbaca.baris == {SATU: 5}
    assert [(d.nip, d.baris, d.keterangan) for d in terbaca.ditolak] == [
        ("1.98501E+17", 2, KETERANGAN_ANGKA),
        ("1,98501012010011E+17", 3, KETERANGAN_ANGKA),
        ("bukannip", 4, KETERANGAN_BENTUK),
        ("12345", 6, KETERANGAN_BENTUK),
    ]


def test_xlsx_with_every_kind_of_cell() -> None:
    teks = f"<si><t>NIP</t></si><si><r><t>{SATU[:9]}</t></r><r><t>{SATU[9:]}</t></r><rPh><t>x</t></rPh></si>"
    baris = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Daftar guru</t></is></c></row>'
        '<row r="3"><c r="B3" t="inlineStr"><is><t>Nama</t></is></c><c r="C3" t="s"><v>0</v></c></row>'
        '<row r="4"><c r="C4" t="s"><v>1</v></c></row>'
        f'<row r="5"><c r="A5"><v>5</v></c><c r="C5" t="str"><f>X</f><v>{DUA}</v></c></row>'
        f'<row r="6"><c r="C6"><v>{TIGA}</v></c></row>'
        '<row r="7"><c r="C7"><v>1.98501012010011E+17</v></c></row>'
        '<row r="8"><c r="C8" t="s"><v>99</v></c></row>'
    )
    terbaca = baca_nip_berkas(xlsx("<row><c><v>1</v></c></row>", baris, teks=teks))
    assert terbaca.baris == {SATU: 4, DUA: 5}
    assert [(d.baris, d.keterangan) for d in terbaca.ditolak] == [(6, KETERANGAN_ANGKA), (7, KETERANGAN_ANGKA)]


def test_cells_without_references_count_for_themselves() -> None:
    sel = '<c t="inlineStr"><is><t>{}</t></is></c>'
    baris = f"<row>{sel.format('Nama')}{sel.format('NIP')}</row><row>{sel.format('A')}{sel.format(SATU)}</row>"
    assert baca_nip_berkas(xlsx(baris)).baris == {SATU: 2}


def test_two_cells_in_opposite_corners_cost_two_cells() -> None:
    baris = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>NIP</t></is></c></row>'
        f'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>{SATU}</t></is></c><c r="XFD1048576"><v>1</v></c></row>'
    )
    assert baca_nip_berkas(xlsx(baris)).baris == {SATU: 1_048_576}


@pytest.mark.parametrize(
    ("isi", "pesan"),
    [
        (io.BytesIO(b""), "kolom NIP tidak ditemukan"),
        (io.BytesIO(b"nama,nomor\nA,1\n"), "kolom NIP tidak ditemukan"),
        (io.BytesIO(b"x\n" * 30 + b"NIP\n"), "kolom NIP tidak ditemukan"),
        (io.BytesIO(b"nip\n\n"), "tidak berisi"),
        (io.BytesIO(b'nip\n"19'), "tidak dapat dibaca"),
        (io.BytesIO(b"\x89PNG\r\n\x1a\n\0\0\0"), "bukan .csv atau .xlsx"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0" + b"x" * 20), ".xls lama"),
        (io.BytesIO(b"PK\x03\x04rusak"), "rusak"),
        (xlsx("<row/>", buku="<x/>"), "kolom NIP tidak ditemukan"),
        (xlsx("<row><c"), "rusak"),
        (xlsx("<row/>", awalan='<!DOCTYPE x [<!ENTITY a "b">]>'), "deklarasi"),
    ],
)
def test_what_cannot_be_used_says_why(isi: io.BytesIO, pesan: str) -> None:
    with pytest.raises(BerkasTidakSah, match=pesan):
        baca_nip_berkas(isi)


def test_a_bomb_is_counted_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(berkas_xlsx, "TERURAI_TERBESAR", 1 << 20)
    bom = xlsx("<row>" + " " * (4 << 20) + "</row>")
    assert len(bom.getvalue()) < 20_000
    with pytest.raises(BerkasTidakSah, match="terlalu besar"):
        baca_nip_berkas(bom)


def test_a_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(berkas_xlsx, "BAGIAN_TERBANYAK", 10)
    with pytest.raises(BerkasTidakSah, match="terlalu panjang"):
        baca_nip_berkas(xlsx(f'<row><c t="inlineStr"><is><t>{"x" * 1_000_000}</t></is></c></row>'))
