"""Recognising a business failure of PMM: by its own code, else by its text, read against the catalogue's messages.

The text is cut before it is looked at, and matching is linear in it: hostile input costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any

from ekinerja_domain.sinkronisasi.temuan import KATALOG, EntriKatalog, Kode, Tingkat

PANJANG_PESAN = 4_000
PANJANG_KODE = 64

# What a parameter shows when PMM's words do not tell it.
TIDAK_DISEBUT = "-"

_KODE_PMM: Mapping[str, Kode] = MappingProxyType(
    {"PENGGUNA_TIDAK_DITEMUKAN": Kode.NIP_TIDAK_DIKENAL_PMM, "SKP_TIDAK_DITEMUKAN": Kode.SKP_PMM_BELUM_ADA}
)
# What PMM cannot say about a person's data: our own notes, and our words for an answer that was none.
_BUKAN_KATA_PMM = frozenset(
    {
        Kode.PMM_TIDAK_TERJANGKAU,
        Kode.PMM_MEMBATASI,
        Kode.PMM_AKSES_DITOLAK,
        Kode.PMM_JAWABAN_TIDAK_SAH,
        Kode.PMM_PESAN_TIDAK_DIKENAL,
        Kode.GALAT_INTERNAL,
    }
)
_DAPAT_DIKENALI: tuple[EntriKatalog, ...] = tuple(
    e for e in KATALOG.values() if e.tingkat is Tingkat.GAGAL and e.kode not in _BUKAN_KATA_PMM
)
# Other wordings of the same message, as seen in document 000 and its captions.
_UNGKAPAN_LAIN: tuple[tuple[str, Kode], ...] = (
    ("Data SKP pegawai tidak ditemukan", Kode.SKP_PMM_BELUM_ADA),
    ("Perencanaan di {sumber} belum disepakati", Kode.SKP_PMM_BELUM_DISEPAKATI),
    ("Nama Sekolah atau Nama Instansi tidak sama dengan data {sumber}", Kode.NAMA_UNOR_TIDAK_SAMA),
)
_NAMA_SUMBER = ("PMM", "Ruang GTK", "Platform Merdeka Mengajar")

# "Cagal" is a known typo of the screens (document 000).
_AWALAN = re.compile(r"error\s?:\s?200\b|[gc]agal sinkro\s?:|catatan sinkro\s?:", re.IGNORECASE)
_TEMPAT_ISI = re.compile(r"\{(\w+)\}")
_TANDA_KUTIP = str.maketrans("“”„«»‘’‚`´", "\"\"\"\"\"'''''")
_HURUF_KECIL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_TEPI = " .\"'"


@dataclass(frozen=True, slots=True)
class PesanDikenal:
    """What PMM meant. `parameter` has every parameter of the catalogue's entry as text, "-" where PMM did not say; its
    values are Any so that it can be handed on as **parameter to buat_temuan."""

    kode: Kode
    parameter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Pola:
    """A message as its fixed pieces, lower case, and the parameter that stands behind each but the last."""

    kode: Kode
    potongan: tuple[str, ...]
    nama: tuple[str, ...]

    def tangkap(self, asli: str) -> dict[str, str] | None:
        """The parameters when the text is this message, else None. Same length before and after folding."""
        lipatan = asli.translate(_HURUF_KECIL)
        awal, *tengah = self.potongan
        if not lipatan.startswith(awal):
            return None
        hasil: dict[str, str] = {}
        posisi = len(awal)
        for urutan, (nama, potongan) in enumerate(zip(self.nama, tengah, strict=True), start=1):
            if urutan < len(tengah):
                ketemu = lipatan.find(potongan, posisi)
            else:
                ketemu = len(asli) - len(potongan) if lipatan.endswith(potongan) else -1
            if ketemu < posisi:
                return None
            hasil[nama] = asli[posisi:ketemu].strip(_TEPI) or TIDAK_DISEBUT
            posisi = ketemu + len(potongan)
        return hasil if posisi == len(asli) else None


def kenali_pesan(kode: str | None, pesan: str | None) -> PesanDikenal | None:
    """What a business failure of PMM means in our catalogue; None when it is not known.

    PMM's own code counts first: its two documented ones, then one that is spelled like ours. Else the text: prefixes
    ("Error: 200", "Gagal Sinkro:", also repeated) and quotes are dropped, case does not count, "PMM" and "Ruang GTK"
    are one word. Only the first 4,000 characters are read.
    """
    kode_dikenal = _menurut_kode(kode)
    menurut_teks = _menurut_teks(pesan) if pesan else None
    if kode_dikenal is None:
        return menurut_teks
    if menurut_teks is not None and menurut_teks.kode is kode_dikenal:
        return menurut_teks
    return _lengkapi(kode_dikenal, {})


def _menurut_kode(kode: str | None) -> Kode | None:
    if kode is None or len(kode) > PANJANG_KODE:
        return None
    rapi = kode.strip().upper()
    return _KODE_PMM.get(rapi) or next((e.kode for e in _DAPAT_DIKENALI if e.kode == rapi), None)


def _menurut_teks(pesan: str) -> PesanDikenal | None:
    rapi = " ".join(pesan[:PANJANG_PESAN].translate(_TANDA_KUTIP).split())
    for bagian in _AWALAN.split(rapi):
        isi = bagian.strip(_TEPI)
        for pola in _semua_pola() if isi else ():
            tangkapan = pola.tangkap(isi)
            if tangkapan is not None:
                return _lengkapi(pola.kode, tangkapan)
    return None


def _lengkapi(kode: Kode, tangkapan: Mapping[str, str]) -> PesanDikenal:
    return PesanDikenal(kode, {n: tangkapan.get(n, TIDAK_DISEBUT) for n in KATALOG[kode].parameter})


@cache
def _semua_pola() -> tuple[_Pola, ...]:
    ungkapan = (*_UNGKAPAN_LAIN, *((e.pesan, e.kode) for e in _DAPAT_DIKENALI))
    pola = [p for templat, kode in ungkapan for p in _pola_dari(templat, kode)]
    # Messages without parameters are exact, so they go first.
    return tuple(sorted(pola, key=lambda p: len(p.nama)))


def _pola_dari(templat: str, kode: Kode) -> Iterator[_Pola]:
    bagian = templat.split("{sumber}")
    for sumber in product(_NAMA_SUMBER, repeat=len(bagian) - 1):
        teks = bagian[0] + "".join(s + b for s, b in zip(sumber, bagian[1:], strict=True))
        pecahan = _TEMPAT_ISI.split(teks.strip(_TEPI))
        yield _Pola(kode, tuple(p.translate(_HURUF_KECIL) for p in pecahan[::2]), tuple(pecahan[1::2]))
