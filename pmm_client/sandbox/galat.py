"""Fault switches of the simulated PMM: rules per endpoint and NIP, with a probability, a count or a time to live.

Form on the command line: `titik:kunci=nilai:kunci:...`, e.g. `skp:status=503:peluang=0.1`, `*:tunda=200`,
`skp:badai=10:retry-after=2`, `token:tolak:kali=3`. `pesan=` takes the rest of the text. The first rule that fires
decides; a seeded generator makes a run repeatable.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TITIK = ("token", "pengguna", "skp", "penilaian-periodik", "penilaian-final", "perubahan")
BADAN = ("html", "json-rusak", "skema", "kosong")
BATAS_BESAR = 64 * 1024 * 1024
BATAS_TUNDA_MS = 600_000
BATAS_SELAMA = 86_400.0


class Efek(StrEnum):
    """What a fault does to the answer."""

    STATUS = "status"
    PUTUS = "putus"
    SEPARUH = "separuh"
    BADAN = "badan"
    BESAR = "besar"
    GAGAL = "gagal"
    KEDALUWARSA = "kedaluwarsa"
    TOLAK = "tolak"
    MATI = "mati"
    TUNDA = "tunda"


@dataclass(frozen=True, slots=True)
class AturanGalat:
    """One switch. `kali` is how many calls it still hits (None: no limit), `selama` seconds from when it was set.

    `retry_after` is in seconds; `retry_tanggal` sends it as an HTTP date. `tunda` (seconds) precedes any effect.
    """

    titik: str
    efek: Efek
    status: int = 503
    badan: str = "html"
    besar: int = 2 * 1024 * 1024
    kode: str | None = None
    pesan: str | None = None
    retry_after: int | None = None
    retry_tanggal: bool = False
    tunda: float = 0.0
    peluang: float = 1.0
    kali: int | None = None
    selama: float | None = None
    nip: frozenset[str] = field(default_factory=frozenset)


_KUNCI_EFEK = {
    "status": Efek.STATUS,
    "badai": Efek.STATUS,
    "reset": Efek.PUTUS,
    "putus": Efek.PUTUS,
    "separuh": Efek.SEPARUH,
    "badan": Efek.BADAN,
    "besar": Efek.BESAR,
    "gagal": Efek.GAGAL,
    "kedaluwarsa": Efek.KEDALUWARSA,
    "tolak": Efek.TOLAK,
    "mati": Efek.MATI,
}


def _angka(kunci: str, nilai: str, bawah: float, atas: float) -> float:
    try:
        angka = float(nilai)
    except ValueError:
        raise ValueError(f"{kunci}={nilai!r} bukan angka") from None
    if not bawah <= angka <= atas:
        raise ValueError(f"{kunci}={nilai} harus antara {bawah:g} dan {atas:g}")
    return angka


def _bulat(kunci: str, nilai: str, bawah: int, atas: int) -> int:
    angka = _angka(kunci, nilai, bawah, atas)
    if angka != int(angka):
        raise ValueError(f"{kunci}={nilai} harus bilangan bulat")
    return int(angka)


def _daftar_nip(nilai: str) -> frozenset[str]:
    daftar = frozenset(n.strip() for n in nilai.split(",") if n.strip())
    for nip in daftar:
        if len(nip) != 18 or not (nip.isascii() and nip.isdigit()):
            raise ValueError("nip= berisi NIP yang bukan 18 angka")
    return daftar


def _badan(nilai: str) -> str:
    if nilai not in BADAN:
        raise ValueError(f"badan={nilai!r} tidak dikenal; pilih dari {', '.join(BADAN)}")
    return nilai


# kunci -> (field of the rule, how its value is read); a key of an effect may come without a value.
_PEMBACA: dict[str, tuple[str, Callable[[str], Any]]] = {
    "status": ("status", lambda v: _bulat("status", v, 200, 599)),
    "badai": ("selama", lambda v: _angka("badai", v, 0, BATAS_SELAMA)),
    "mati": ("selama", lambda v: _angka("mati", v, 0, BATAS_SELAMA)),
    "selama": ("selama", lambda v: _angka("selama", v, 0, BATAS_SELAMA)),
    "badan": ("badan", _badan),
    "besar": ("besar", lambda v: _bulat("besar", v, 1, BATAS_BESAR)),
    "gagal": ("kode", str),
    "kode": ("kode", str),
    "pesan": ("pesan", str),
    "retry-after": ("retry_after", lambda v: _bulat("retry-after", v, 0, 86_400)),
    "retry-tanggal": ("retry_after", lambda v: _bulat("retry-tanggal", v, 0, 86_400)),
    "tunda": ("tunda", lambda v: _angka("tunda", v, 0, BATAS_TUNDA_MS) / 1000),
    "peluang": ("peluang", lambda v: _angka("peluang", v, 0, 1)),
    "kali": ("kali", lambda v: _bulat("kali", v, 1, 1_000_000_000)),
    "nip": ("nip", _daftar_nip),
}


def _efek(kunci: Mapping[str, str]) -> Efek:
    efek = {_KUNCI_EFEK[k] for k in kunci if k in _KUNCI_EFEK}
    if "pesan" in kunci or "kode" in kunci:
        efek.add(Efek.GAGAL)
    if len(efek) > 1:
        raise ValueError(f"hanya satu akibat per galat, diberi {', '.join(sorted(efek))}")
    if not efek and "tunda" not in kunci:
        raise ValueError("galat tanpa akibat; beri misalnya status=503, reset, badan=html atau tunda=200")
    return next(iter(efek), Efek.TUNDA)


def aturan_dari_kunci(titik: str, kunci: Mapping[str, str]) -> AturanGalat:
    """A rule from its keys, as command line and control plane give them; ValueError says in Indonesian why not."""
    if titik != "*" and titik not in TITIK:
        raise ValueError(f"titik {titik!r} tidak dikenal; pilih * atau salah satu dari {', '.join(TITIK)}")
    dikenal = set(_KUNCI_EFEK) | set(_PEMBACA)
    asing = sorted(set(kunci) - dikenal)
    if asing:
        raise ValueError(f"kunci {asing[0]!r} tidak dikenal; pilih dari {', '.join(sorted(dikenal))}")
    pilihan: dict[str, Any] = {}
    for nama, nilai in kunci.items():
        if nama in _PEMBACA and not (nilai == "" and nama in _KUNCI_EFEK):
            ruas, baca = _PEMBACA[nama]
            pilihan[ruas] = baca(nilai)
    if "badai" in kunci:
        pilihan.setdefault("status", 429)
    if "retry-tanggal" in kunci:
        pilihan["retry_tanggal"] = True
    return AturanGalat(titik=titik, efek=_efek(kunci), **pilihan)


def urai_galat(teks: str) -> AturanGalat:
    """A rule from its command-line form; ValueError names the form and what is wrong with it."""
    titik, _, sisa = teks.partition(":")
    kunci: dict[str, str] = {}
    try:
        while sisa:
            if sisa.startswith("pesan="):
                bagian, sisa = sisa, ""
            else:
                bagian, _, sisa = sisa.partition(":")
            nama, _, nilai = bagian.partition("=")
            if nama in kunci:
                raise ValueError(f"kunci {nama!r} diberi dua kali")
            kunci[nama] = nilai
        return aturan_dari_kunci(titik.strip(), kunci)
    except ValueError as e:
        raise ValueError(f"galat {teks!r}: {e}") from None


@dataclass(slots=True)
class _Terpasang:
    aturan: AturanGalat
    sisa: int | None
    berakhir: float | None
    terpicu: int = 0


class PapanGalat:
    """The switches that are set. Times are monotonic seconds given by the caller."""

    def __init__(self, benih: int = 0) -> None:
        self._acak = random.Random(benih)
        self._nomor = itertools.count(1)
        self._terpasang: dict[str, _Terpasang] = {}

    def pasang(self, aturan: AturanGalat, kini: float) -> str:
        """Sets a switch and returns its id."""
        ident = f"g{next(self._nomor)}"
        berakhir = None if aturan.selama is None else kini + aturan.selama
        self._terpasang[ident] = _Terpasang(aturan, aturan.kali, berakhir)
        return ident

    def cabut(self, ident: str | None = None) -> bool:
        """Clears one switch, or all; False when there is none of that id."""
        if ident is None:
            self._terpasang.clear()
            return True
        return self._terpasang.pop(ident, None) is not None

    def pilih(self, titik: str, nip: str | None, kini: float) -> AturanGalat | None:
        """The fault that hits this call, counted down; None when the call is served as usual."""
        if not self._terpasang:
            return None
        for ident, pasangan in list(self._terpasang.items()):
            aturan = pasangan.aturan
            if pasangan.berakhir is not None and kini >= pasangan.berakhir:
                del self._terpasang[ident]
                continue
            if aturan.titik not in ("*", titik) or (aturan.nip and nip not in aturan.nip):
                continue
            if aturan.peluang < 1.0 and self._acak.random() >= aturan.peluang:
                continue
            pasangan.terpicu += 1
            if pasangan.sisa is not None:
                pasangan.sisa -= 1
                if pasangan.sisa <= 0:
                    del self._terpasang[ident]
            return aturan
        return None

    def ke_json(self, kini: float) -> list[dict[str, Any]]:
        """The switches that are still set, as served by `GET /sandbox/galat`."""
        return [
            {
                "id": ident,
                "titik": p.aturan.titik,
                "efek": p.aturan.efek.value,
                "peluang": p.aturan.peluang,
                "sisa": p.sisa,
                "sisa_detik": None if p.berakhir is None else max(0.0, p.berakhir - kini),
                "terpicu": p.terpicu,
                "nip": sorted(p.aturan.nip),
            }
            for ident, p in self._terpasang.items()
        ]
