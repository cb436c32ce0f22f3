"""Ways in which the same school is written in the two systems, and names of made-up places.

`tulis` only makes names that are the same school by the name rule (spec: domain 5).
"""

from __future__ import annotations

import random
from typing import Final

_AWAL: Final = (
    "SUKA",
    "KARANG",
    "MEKAR",
    "BANYU",
    "TIRTA",
    "WANA",
    "GIRI",
    "SIDO",
    "PANCA",
    "RAWA",
    "SUMBER",
    "TEGAL",
    "MARGA",
    "JATI",
    "PURWA",
    "SARI",
    "ARGA",
    "BUANA",
    "CIPTA",
    "DANU",
    "ALAM",
    "GUNUNG ",
    "TANJUNG ",
    "MUARA ",
    "PADANG ",
    "LEMBAH ",
)
_AKHIR: Final = (
    "MUKTI",
    "LUHUR",
    "KENCANA",
    "RAHARJA",
    "WANGI",
    "ASRI",
    "DADI",
    "PURA",
    "HARUM",
    "BARAT",
    "INDAH",
    "JAYA",
    "AGUNG",
    "LESTARI",
    "BAKTI",
    "MULYA",
    "TENTRAM",
    "HARAPAN",
    "SENTOSA",
    "GEMILANG",
    "PERMAI",
    "WIBAWA",
    "UTAMA",
    "DAMAI",
)
ROMAWI: Final = (
    "",
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
    "XX",
)
NOMOR_TERTINGGI: Final = 15

GAYA_EKINERJA: Final = ("polos", "singkat", "uptd", "kecamatan", "upt", "uptd_satuan", "pisah")
GAYA_PMM: Final = ("polos", "singkat", "pisah", "romawi", "dinas", "judul")


def tempat_acak(acak: random.Random) -> str:
    """A made-up village or district, in capitals."""
    return acak.choice(_AWAL) + acak.choice(_AKHIR)


def tulis(
    jenjang: str, nomor: int, tempat: str, gaya: str, *, kecamatan: str, wilayah: str, satap: bool = False
) -> str:
    """The school's name in a style. `wilayah` is the instansi's own name as "KABUPATEN x" or "KOTA x"."""
    panjang = f"{jenjang} NEGERI SATU ATAP" if satap else f"{jenjang} NEGERI"
    pendek = f"{jenjang}N SATAP" if satap else f"{jenjang}N"
    match gaya:
        case "singkat":
            return f"{pendek} {nomor} {tempat}"
        case "pisah":
            return f"{jenjang} N {'SATAP ' if satap else ''}{tempat} {nomor}"
        case "uptd":
            return f"UPTD {pendek} {nomor:02d} {tempat}"
        case "upt":
            return f"UPT {panjang} {nomor} {tempat}"
        case "upt_spf":
            return f"UPT SPF {panjang} {nomor} {tempat}"
        case "uptd_satuan":
            return f"UPTD SATUAN PENDIDIKAN {pendek} {nomor} {tempat}"
        case "kecamatan":
            return f"{panjang} {nomor} {tempat} KEC. {kecamatan}"
        case "wilayah":
            return f"{pendek} {nomor} {tempat} {wilayah}"
        case "romawi":
            return f"{pendek} {tempat} {ROMAWI[nomor]}"
        case "dinas":
            return f"{panjang} {nomor} {tempat} - DINAS PENDIDIKAN"
        case "judul":
            return f"{jenjang} Negeri {'Satu Atap ' if satap else ''}{nomor} {tempat.title()}"
        case _:
            return f"{panjang} {nomor} {tempat}"
