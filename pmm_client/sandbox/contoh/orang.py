"""Synthetic people: names from pools, NIPs valid by the rule (18 digits, a real birth date, PNS month or PPPK code).

Every serial number (digits 16-18) lies in 900-999, where the civil service hands out none, so no NIP can be a real one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from pmm_client.sandbox.contoh.kebenaran import Cacat, Catatan
from pmm_client.sandbox.contoh.penilaian import PENILAIAN_BIASA, RencanaPenilaian
from pmm_client.sandbox.contoh.pmm import RencanaSkp, Sekolah

_DEPAN: Final = (
    "ADHINATA",
    "BESTARI",
    "CENDANA",
    "DHARMESTI",
    "ELOKSARI",
    "GANTARI",
    "HANDARU",
    "ILANURI",
    "JENARWATI",
    "KALUNA",
    "LINTANG",
    "MAHISWARA",
    "NARESWARI",
    "ORLANDITO",
    "PANDUWINATA",
    "RANUPATMA",
    "SAMUDRANI",
    "TIRTAWANA",
    "UTARINI",
    "WIRASENA",
    "YUDHAPATI",
    "ZAMHARIR",
    "ARKANANTA",
    "BRAMESWARA",
    "DANASTRI",
    "KENANGASARI",
    "MELATINA",
    "PRAMESTHI",
    "SEKARNINGRUM",
    "BAGASKORO",
)
_TENGAH: Final = (
    "",
    "",
    "ADI",
    "AYU",
    "CAHYA",
    "DWI",
    "EKA",
    "GUNA",
    "INDRA",
    "JAYA",
    "KUSUMA",
    "LARAS",
    "MUKTI",
    "NUR",
    "PURNA",
    "RAHAYU",
    "SURYA",
    "TRI",
    "WANGI",
    "YASA",
)
_BELAKANG: Final = (
    "ADISURYA",
    "BANYUASRI",
    "CANDRAKIRANA",
    "DWIPANGGA",
    "ERAWATI",
    "GUMILANG",
    "HARDJASATYA",
    "JATMIKA",
    "KERTANEGARI",
    "LAKSITAWATI",
    "MANGGALA",
    "NAWASENA",
    "PAMUNGKAS",
    "RATNADUHITA",
    "SASTRADIPURA",
    "TUNGGADEWI",
    "UMBARA",
    "WICAKSENA",
    "YOGASWARA",
    "ANGGARAKSA",
    "BUDIASTAWA",
    "DANURWENDA",
    "KARTADIREJA",
    "MAHARDHIKA",
    "PRAWIRASTRI",
    "SUMARWANTO",
)


@dataclass(slots=True)
class Orang:
    """A person in e-Kinerja and, when `di_pmm`, in PMM; `unit_id` is the unit kerja in e-Kinerja.

    `gagal_plt` and `gagal_rotasi` are what was planted for those syncs; None: the sync makes no sense for the person.
    """

    nip: str
    nama: str
    unit_id: str
    jabatan: str
    golongan: str
    asn: str
    pimpinan: bool = False
    aktif: bool = True
    nonaktif_sejak: str | None = None
    user_pmm: bool = True
    di_pmm: bool = True
    terdaftar: bool = True
    jenis: str = "GURU"
    sekolah: Sekolah | None = None
    skp: list[RencanaSkp] = field(default_factory=list)
    khusus: bytes | None = None
    cacat: list[Cacat] = field(default_factory=list)
    catatan: list[Catatan] = field(default_factory=list)
    penilaian: RencanaPenilaian = PENILAIAN_BIASA
    gagal_plt: frozenset[str] | None = None
    gagal_rotasi: frozenset[str] | None = None


class PabrikOrang:
    """Makes people; never the same NIP twice. `tahun` is the year of the sample: everybody serves before it began."""

    def __init__(self, acak: random.Random, tahun: int) -> None:
        self._acak = acak
        self._tahun = tahun
        self._nip: set[str] = set()

    def nama(self) -> str:
        """A synthetic name in capitals, as the civil service writes it."""
        acak = self._acak.random
        tengah = _TENGAH[int(acak() * len(_TENGAH))]
        depan, belakang = _DEPAN[int(acak() * len(_DEPAN))], _BELAKANG[int(acak() * len(_BELAKANG))]
        return f"{depan} {tengah} {belakang}" if tengah else f"{depan} {belakang}"

    def nip(self, *, pppk: bool = False, senior: bool = False) -> str:
        """A new NIP (PNS) or NI PPPK; of somebody past forty-four when `senior`."""
        acak = self._acak.random
        while True:
            lahir = self._tahun - (45 + int(acak() * 13) if senior else 26 + int(acak() * 32))
            tanggal = f"{lahir}{1 + int(acak() * 12):02d}{1 + int(acak() * 28):02d}"
            if pppk:
                angkat = f"{self._tahun - 1 - int(acak() * 4)}{21 + int(acak() * 2)}"
            else:
                angkat = f"{min(lahir + 22 + int(acak() * 10), self._tahun - 1)}{1 + int(acak() * 12):02d}"
            nip = f"{tanggal}{angkat}{1 + int(acak() * 2)}{900 + int(acak() * 100)}"
            if nip not in self._nip:
                self._nip.add(nip)
                return nip

    def orang(self, unit_id: str, jabatan: str, golongan: str, *, pppk: bool = False, senior: bool = False) -> Orang:
        """A new person of the unit."""
        return Orang(
            self.nip(pppk=pppk, senior=senior),
            self.nama(),
            unit_id,
            jabatan,
            "IX" if pppk else golongan,
            "PPPK" if pppk else "PNS",
        )
