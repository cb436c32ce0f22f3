"""From the bytes of an import to rows, one row at a time: the payload is never held as a tree of objects, so memory
stays in proportion to the rows, and other threads get their turn between two rows. Every bad row is reported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from ekinerja_domain.periode import Periode, urai_periode
from services.referensi.bentuk import (
    BENTUK,
    ID_INSTANSI,
    InstansiImpor,
    PadananImpor,
    PegawaiImpor,
    PimpinanImpor,
    SkpImpor,
    UnitKerjaImpor,
    UserPMMImpor,
    pesan_galat,
)
from services.referensi.galat import KumpulanGalat

KUNCI = ("instansi", "unit_kerja", "pegawai", "pimpinan", "periode", "padanan_unor", "user_pmm", "skp")
_KUNCI_DIKENAL_RUSAK = {"instansi": "id", "unit_kerja": "id", "pegawai": "nip"}
_PANJANG_NAMA_KUNCI = 64


@dataclass(slots=True)
class Muatan:
    """The good rows with their place in the payload. `rusak`: the keys of bad rows, so that who refers to one of these
    is not reported as well."""

    instansi: list[tuple[int, InstansiImpor]] = field(default_factory=list)
    unit_kerja: list[tuple[int, UnitKerjaImpor]] = field(default_factory=list)
    pegawai: list[tuple[int, PegawaiImpor]] = field(default_factory=list)
    pimpinan: list[tuple[int, PimpinanImpor]] = field(default_factory=list)
    periode: list[tuple[int, Periode]] = field(default_factory=list)
    padanan_unor: list[tuple[int, PadananImpor]] = field(default_factory=list)
    user_pmm: list[tuple[int, UserPMMImpor]] = field(default_factory=list)
    skp: list[tuple[int, SkpImpor]] = field(default_factory=list)
    rusak: dict[str, set[str]] = field(default_factory=lambda: {kunci: set() for kunci in _KUNCI_DIKENAL_RUSAK})


class BukanJson(ValueError):
    """The bytes are no JSON object of lists; the text says in Indonesian what was met."""


def urai_muatan(data: bytes, galat: KumpulanGalat) -> Muatan:
    """The payload's good rows; every fault of shape goes into `galat`. Never raises for what a caller may send."""
    muatan = Muatan()
    try:
        for kunci, indeks, nilai in _telusuri(data.decode("utf-8")):
            if kunci not in KUNCI:
                galat.tambah(kunci, "tidak dikenal")
            elif indeks is None:
                galat.tambah(kunci, "harus daftar")
            elif kunci == "periode":
                _urai_periode(nilai, indeks, muatan, galat)
            else:
                _urai_baris(kunci, nilai, indeks, muatan, galat)
    except UnicodeDecodeError:
        galat.tambah("", "badan bukan UTF-8 yang sah")
    except RecursionError:
        galat.tambah("", "JSON bersarang terlalu dalam")
    except BukanJson as salah:
        galat.tambah("", str(salah))
    return muatan


def _urai_baris(kunci: str, nilai: Any, indeks: int, muatan: Muatan, galat: KumpulanGalat) -> None:
    if not isinstance(nilai, dict):
        galat.tambah(f"{kunci}[{indeks}]", "harus objek")
        return
    try:
        baris = BENTUK[kunci].validate_python(nilai)
    except ValidationError as salah:
        for satu in salah.errors(include_url=False, include_input=False):
            galat.tambah(_lokasi(kunci, indeks, satu["loc"]), pesan_galat(satu))
        if kunci in _KUNCI_DIKENAL_RUSAK:
            nama = str(nilai.get(_KUNCI_DIKENAL_RUSAK[kunci]))
            muatan.rusak[kunci] |= {nama, nama.upper()}
        return
    getattr(muatan, kunci).append((indeks, baris))


def _urai_periode(nilai: Any, indeks: int, muatan: Muatan, galat: KumpulanGalat) -> None:
    if not isinstance(nilai, dict):
        galat.tambah(f"periode[{indeks}]", "harus objek")
        return
    salah = [("id", "tidak dikenal")] if "id" in nilai else []
    try:
        ID_INSTANSI.validate_python(nilai.get("instansi_id"))
    except ValidationError:
        salah.append(("instansi_id", "wajib diisi: 1-64 karakter tanpa spasi"))
    hasil = urai_periode({k: v for k, v in nilai.items() if k not in ("id", "instansi_id")})
    if not isinstance(hasil, Periode):
        salah += [(satu.lokasi, satu.pesan) for satu in hasil]
    elif not salah:
        muatan.periode.append((indeks, replace(hasil, instansi_id=nilai["instansi_id"])))
    for lokasi, pesan in salah:
        galat.tambah(f"periode[{indeks}].{_aman(lokasi)}", pesan)


def _aman(nama: str) -> str:
    """A name that the caller made up, fit for a message."""
    return "".join(
        huruf if huruf.isprintable() and not huruf.isdigit() else "?" for huruf in nama[:_PANJANG_NAMA_KUNCI]
    )


def _lokasi(kunci: str, indeks: int, jalur: tuple[int | str, ...]) -> str:
    langkah = "".join(f"[{satu}]" if isinstance(satu, int) else f".{_aman(satu)}" for satu in jalur)
    return f"{kunci}[{indeks}]{langkah}"


_SPASI = re.compile(r"[ \t\n\r]*")


def _tolak_tetapan(_: str) -> Any:
    raise ValueError("NaN dan Infinity bukan JSON")


_PEMBACA = json.JSONDecoder(parse_constant=_tolak_tetapan)


class _Penelusur:
    """A position in the text of a JSON object of arrays."""

    __slots__ = ("teks", "tempat")

    def __init__(self, teks: str) -> None:
        self.teks = teks
        self.tempat = 0
        self._lewati_spasi()

    def _lewati_spasi(self) -> None:
        cocok = _SPASI.match(self.teks, self.tempat)
        if cocok is not None:
            self.tempat = cocok.end()

    def huruf(self) -> str:
        return self.teks[self.tempat : self.tempat + 1]

    def maju(self, harus: str) -> str:
        """Takes one of the characters of `harus` and gives which."""
        huruf = self.huruf()
        if not huruf or huruf not in harus:
            raise BukanJson(f"JSON tidak sah pada karakter ke-{self.tempat + 1}")
        self.tempat += 1
        self._lewati_spasi()
        return huruf

    def nilai(self) -> Any:
        try:
            nilai, self.tempat = _PEMBACA.raw_decode(self.teks, self.tempat)
        except ValueError:
            raise BukanJson(f"JSON tidak sah mulai karakter ke-{self.tempat + 1}") from None
        self._lewati_spasi()
        return nilai


def _telusuri(teks: str) -> Iterator[tuple[str, int | None, Any]]:
    """(key, index, row) of every row; index None for a key whose value is no array. Raises BukanJson."""
    penelusur = _Penelusur(teks)
    if penelusur.huruf() != "{":
        raise BukanJson("badan harus objek JSON")
    penelusur.maju("{")
    sudah: set[str] = set()
    akhir = penelusur.maju("}") if penelusur.huruf() == "}" else ","
    while akhir == ",":
        if penelusur.huruf() != '"':
            raise BukanJson(f"JSON tidak sah pada karakter ke-{penelusur.tempat + 1}")
        kunci = _aman(penelusur.nilai())
        if kunci in sudah:
            raise BukanJson(f"kunci {kunci} ada dua kali")
        sudah.add(kunci)
        penelusur.maju(":")
        if kunci in KUNCI and penelusur.huruf() == "[":
            for indeks, nilai in enumerate(_unsur(penelusur)):
                yield kunci, indeks, nilai
        else:
            penelusur.nilai()
            yield kunci, None, None
        akhir = penelusur.maju(",}")
    if penelusur.huruf():
        raise BukanJson(f"ada isi setelah akhir JSON, karakter ke-{penelusur.tempat + 1}")


def _unsur(penelusur: _Penelusur) -> Iterator[Any]:
    penelusur.maju("[")
    if penelusur.huruf() == "]":
        penelusur.maju("]")
        return
    while True:
        yield penelusur.nilai()
        if penelusur.maju(",]") == "]":
            return
