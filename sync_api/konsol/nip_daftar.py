"""A list of NIP on its way through the console: as it was pasted, and as hidden fields of the page that asks.

Nothing is guessed and nothing is lost: what is no NIP travels along and is refused with its row when the bulk is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ekinerja_domain.kernel.nip import Nip, NipTidakSah
from services.sinkronisasi.massal import DaftarNip
from services.sinkronisasi.massal_berkas import (
    KETERANGAN_ANGKA,
    KETERANGAN_BENTUK,
    PANJANG_DITOLAK,
    BarisDitolak,
    NipBerkas,
)
from sync_api.konsol.isian import IsianSalah

# What a page can carry; who has more chooses by filter, or sends the file to the API.
NIP_TERBANYAK = 50_000
DITOLAK_TERBANYAK = 1_000
# A field of a form holds at most 256 KiB.
TEKS_TERPANJANG = 200_000
_SATU_BIDANG = 8_000
_PEMISAH = re.compile(r"[,;\t|]+")
_SPASI = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_TANDA = {KETERANGAN_ANGKA: "angka", KETERANGAN_BENTUK: "bentuk"}
_KETERANGAN = {tanda: teks for teks, tanda in _TANDA.items()}


def dari_tempelan(teks: str) -> DaftarNip:
    """The NIPs of a pasted text, several in a line too, written with or without spaces; the number of the line counts
    as the row. Words without a digit (a heading, a name beside the NIP) are passed over. Raises IsianSalah."""
    baris: dict[str, int] = {}
    ditolak: list[BarisDitolak] = []
    for nomor, satu_baris in enumerate(teks.splitlines(), 1):
        for bagian in _PEMISAH.split(satu_baris):
            rapat = _SPASI.sub("", bagian)
            for calon in [rapat] if _nip(rapat) else _SPASI.split(bagian):
                if not any(huruf.isdigit() for huruf in calon):
                    continue
                if _nip(calon):
                    baris.setdefault(calon, nomor)
                else:
                    terbaca = "".join(h for h in calon[:PANJANG_DITOLAK] if h.isprintable())
                    ditolak.append(BarisDitolak(terbaca, nomor, KETERANGAN_BENTUK))
    return dari_terbaca(NipBerkas(baris, ditolak), "daftar")


def dari_terbaca(terbaca: NipBerkas, bidang: str) -> DaftarNip:
    """The list as a bulk takes it, within what a page can carry. Raises IsianSalah for the field `bidang`."""
    if not terbaca.baris and not terbaca.ditolak:
        raise IsianSalah({bidang: "tidak ada NIP di dalamnya"})
    if len(terbaca.baris) > NIP_TERBANYAK:
        raise IsianSalah({bidang: f"paling banyak {NIP_TERBANYAK:,} NIP; pilih dengan saringan".replace(",", ".")})
    if len(terbaca.ditolak) > DITOLAK_TERBANYAK:
        contoh = terbaca.ditolak[0]
        raise IsianSalah({bidang: f"terlalu banyak yang bukan NIP, mulai baris {contoh.baris}; periksa kolomnya"})
    return DaftarNip(list(terbaca.baris), terbaca.baris, terbaca.ditolak)


def sebagai_bidang(daftar: DaftarNip) -> list[tuple[str, str]]:
    """The list as hidden fields: `isi` with row and NIP, `tolak` one by one."""
    butir = [f"{daftar.baris[nip]}-{nip}" for nip in daftar.nip]
    potongan = [".".join(butir[i : i + _SATU_BIDANG]) for i in range(0, len(butir), _SATU_BIDANG)]
    tolak = [f"{satu.baris}-{_TANDA.get(satu.keterangan, 'bentuk')}-{satu.nip}" for satu in daftar.tidak_terbaca]
    return [*(("isi", p) for p in potongan), *(("tolak", t) for t in tolak)]


def dari_bidang(isi: Iterable[str], tolak: Sequence[str]) -> DaftarNip:
    """The list that `sebagai_bidang` wrote. Raises IsianSalah for anything else."""
    baris: dict[str, int] = {}
    for butir in (satu for potongan in isi for satu in potongan.split(".")):
        nomor, _, nip = butir.partition("-")
        if not _nomor(nomor) or not _nip(nip):
            raise IsianSalah({"daftar": "daftar NIP tidak utuh; isi kembali"})
        baris.setdefault(nip, int(nomor))
    ditolak = []
    for satu in tolak:
        nomor, _, sisa = satu.partition("-")
        tanda, _, teks = sisa.partition("-")
        if not _nomor(nomor) or tanda not in _KETERANGAN:
            raise IsianSalah({"daftar": "daftar NIP tidak utuh; isi kembali"})
        ditolak.append(BarisDitolak(teks[:PANJANG_DITOLAK], int(nomor), _KETERANGAN[tanda]))
    return dari_terbaca(NipBerkas(baris, ditolak), "daftar")


def sebagai_teks(isi: Sequence[str], tolak: Sequence[str]) -> str:
    """The hidden fields as a text to be corrected, in the order of the rows; empty when it is too long for that."""
    butir = [satu.partition("-") for potongan in isi for satu in potongan.split(".")]
    baris = [(int(nomor), teks) for nomor, _, teks in butir if _nomor(nomor)]
    for satu in tolak:
        nomor, _, sisa = satu.partition("-")
        if _nomor(nomor):
            baris.append((int(nomor), sisa.partition("-")[2]))
    teks = "\n".join(satu for _, satu in sorted(baris))
    return teks if len(teks) <= TEKS_TERPANJANG else ""


def _nomor(teks: str) -> bool:
    return teks.isascii() and teks.isdecimal() and len(teks) <= 8


def _nip(teks: str) -> bool:
    try:
        return Nip.parse(teks) == teks
    except NipTidakSah:
        return False
