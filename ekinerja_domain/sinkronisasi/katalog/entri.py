"""What an entry of the catalogue is: the vocabulary of findings and the shape of one entry.

An entry knows from its own texts which parameters a finding must bring along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

# The first official list of messages came with the release of 27 May 2024 (document 000).
RILIS_PERTAMA = date(2024, 5, 27)

_TEMPAT_ISI = re.compile(r"\{(\w+)\}")
_SELALU_ADA = frozenset({"sumber", "objek"})


class Tingkat(StrEnum):
    GAGAL = "GAGAL"
    CATATAN = "CATATAN"


class Kelas(StrEnum):
    """What has to happen before another try makes sense: time, another sync, or somebody's repair."""

    TRANSIEN = "TRANSIEN"
    BERGANTUNG = "BERGANTUNG"
    PERBAIKAN = "PERBAIKAN"


class Cakupan(StrEnum):
    """Whom one repair frees."""

    PEGAWAI = "PEGAWAI"
    SEKOLAH = "SEKOLAH"
    INSTANSI = "INSTANSI"


class Pelaku(StrEnum):
    PEGAWAI = "PEGAWAI"
    ATASAN = "ATASAN"
    ADMIN_INSTANSI = "ADMIN_INSTANSI"
    OPERATOR_SEKOLAH = "OPERATOR_SEKOLAH"
    DINAS_PENDIDIKAN = "DINAS_PENDIDIKAN"
    PUSAT_BANTUAN = "PUSAT_BANTUAN"
    PENGELOLA_LAYANAN = "PENGELOLA_LAYANAN"


class JenisObjek(StrEnum):
    """What one repair is about."""

    PEGAWAI = "PEGAWAI"
    UNIT_KERJA = "UNIT_KERJA"
    ATASAN = "ATASAN"
    PADANAN_UNOR = "PADANAN_UNOR"
    PERIODE = "PERIODE"
    PMM = "PMM"
    LAYANAN = "LAYANAN"


class JenisFakta(StrEnum):
    """What a finding rests on: a change there may release it."""

    PEGAWAI = "PEGAWAI"
    USER_PMM = "USER_PMM"
    UNIT_KERJA = "UNIT_KERJA"
    PIMPINAN_UNIT = "PIMPINAN_UNIT"
    PADANAN_NPSN = "PADANAN_NPSN"
    PERIODE_TAHUN = "PERIODE_TAHUN"
    SKP_ATASAN = "SKP_ATASAN"
    SKP_PEGAWAI = "SKP_PEGAWAI"
    PMM_PENGGUNA = "PMM_PENGGUNA"
    PMM_SKP = "PMM_SKP"
    PMM_PENILAIAN = "PMM_PENILAIAN"
    LAYANAN = "LAYANAN"


class Kode(StrEnum):
    PEGAWAI_TIDAK_TERDAFTAR = "PEGAWAI_TIDAK_TERDAFTAR"
    PEGAWAI_TIDAK_AKTIF = "PEGAWAI_TIDAK_AKTIF"
    BUKAN_USER_PMM = "BUKAN_USER_PMM"
    NIP_TIDAK_DIKENAL_PMM = "NIP_TIDAK_DIKENAL_PMM"
    SKP_PMM_BELUM_ADA = "SKP_PMM_BELUM_ADA"
    SKP_PMM_BELUM_DISEPAKATI = "SKP_PMM_BELUM_DISEPAKATI"
    UNIT_KERJA_TIDAK_TERDAFTAR = "UNIT_KERJA_TIDAK_TERDAFTAR"
    NAMA_UNOR_TIDAK_SAMA = "NAMA_UNOR_TIDAK_SAMA"
    UNIT_KERJA_BUKAN_SEKOLAH = "UNIT_KERJA_BUKAN_SEKOLAH"
    ATASAN_BELUM_ADA = "ATASAN_BELUM_ADA"
    KS_BELUM_KLAIM_PIMPINAN = "KS_BELUM_KLAIM_PIMPINAN"
    ATASAN_TIDAK_SAMA = "ATASAN_TIDAK_SAMA"
    SKP_ORGANISASI_ATASAN_BELUM_ADA = "SKP_ORGANISASI_ATASAN_BELUM_ADA"
    RHK_ATASAN_TIDAK_DITEMUKAN = "RHK_ATASAN_TIDAK_DITEMUKAN"
    SKP_TUMPANG_TINDIH = "SKP_TUMPANG_TINDIH"
    TERDAPAT_ROTASI = "TERDAPAT_ROTASI"
    TIDAK_ADA_ROTASI = "TIDAK_ADA_ROTASI"
    PLT_TIDAK_TERDAFTAR = "PLT_TIDAK_TERDAFTAR"
    UNOR_PMM_BELUM_PADAN = "UNOR_PMM_BELUM_PADAN"
    PRATINJAU_KEDALUWARSA = "PRATINJAU_KEDALUWARSA"
    UNOR_TERAKHIR_TIDAK_SAMA = "UNOR_TERAKHIR_TIDAK_SAMA"
    RANTAI_ROTASI_TIDAK_VALID = "RANTAI_ROTASI_TIDAK_VALID"
    SKP_BELUM_SINKRO = "SKP_BELUM_SINKRO"
    PERIODE_DUA_TIPE = "PERIODE_DUA_TIPE"
    PERIODE_ANGKA_DUPLIKAT = "PERIODE_ANGKA_DUPLIKAT"
    PERIODE_BELUM_DIATUR = "PERIODE_BELUM_DIATUR"
    PERIODE_FINAL_BELUM_DIATUR = "PERIODE_FINAL_BELUM_DIATUR"
    PERIODE_FINAL_GANDA = "PERIODE_FINAL_GANDA"
    JENIS_PENGGUNA_BELUM_DIDUKUNG = "JENIS_PENGGUNA_BELUM_DIDUKUNG"
    FORMULIR_PMM_BELUM_LENGKAP = "FORMULIR_PMM_BELUM_LENGKAP"
    PENILAIAN_FINAL_BELUM_ADA = "PENILAIAN_FINAL_BELUM_ADA"
    PREDIKAT_TIDAK_SESUAI = "PREDIKAT_TIDAK_SESUAI"
    PADAN_MENURUT_NAMA = "PADAN_MENURUT_NAMA"
    NAMA_SEKOLAH_BERBEDA = "NAMA_SEKOLAH_BERBEDA"
    ATASAN_BERGANTI = "ATASAN_BERGANTI"
    RHK_TIDAK_ADA_DI_PMM = "RHK_TIDAK_ADA_DI_PMM"
    PERIODE_TERPUTUS = "PERIODE_TERPUTUS"
    PERIODE_DI_LUAR_SKP = "PERIODE_DI_LUAR_SKP"
    PERIODE_TIDAK_ADA = "PERIODE_TIDAK_ADA"
    INDIKATOR_TIDAK_ADA = "INDIKATOR_TIDAK_ADA"
    SUDAH_USER_PMM = "SUDAH_USER_PMM"
    MASIH_TERDAFTAR_DI_PMM = "MASIH_TERDAFTAR_DI_PMM"
    PMM_TIDAK_TERJANGKAU = "PMM_TIDAK_TERJANGKAU"
    PMM_MEMBATASI = "PMM_MEMBATASI"
    PMM_AKSES_DITOLAK = "PMM_AKSES_DITOLAK"
    PMM_JAWABAN_TIDAK_SAH = "PMM_JAWABAN_TIDAK_SAH"
    PMM_PESAN_TIDAK_DIKENAL = "PMM_PESAN_TIDAK_DIKENAL"
    GALAT_INTERNAL = "GALAT_INTERNAL"


def tempat_isi(teks: str) -> tuple[str, ...]:
    """The names of the {parameters} of a template, in the order in which they stand."""
    return tuple(_TEMPAT_ISI.findall(teks))


def isi_templat(teks: str, nilai: Mapping[str, str]) -> str:
    """The template with its {parameters} filled in; raises KeyError when one is missing.

    One pass over the template only, so that braces inside the data are never taken for a parameter.
    """
    return _TEMPAT_ISI.sub(lambda cocok: nilai[cocok[1]], teks)


@dataclass(frozen=True, slots=True)
class Varian:
    """How the repair differs when the same finding has another tingkat or kelas than the entry's own."""

    tingkat: Tingkat
    kelas: Kelas | None
    pelaku: tuple[Pelaku, ...]
    sistem: tuple[str, ...]
    langkah: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntriKatalog:
    """One entry: what users are told, who repairs it where and how, and which facts it rests on.

    All texts are templates. {sumber} is the product name of PMM and may stand anywhere; in `langkah` {objek} is the
    name of what the repair is about; every other {name} is a parameter that the finding must bring (`parameter` lists
    them). A note has no kelas and cakupan.
    """

    kode: Kode
    judul: str
    penyebab: str
    pesan: str
    langkah: tuple[str, ...]
    objek: JenisObjek
    fakta: tuple[JenisFakta, ...]
    pelaku: tuple[Pelaku, ...] = ()
    sistem: tuple[str, ...] = ()
    tingkat: Tingkat = Tingkat.GAGAL
    kelas: Kelas | None = Kelas.PERBAIKAN
    cakupan: Cakupan | None = None
    varian: tuple[Varian, ...] = ()
    berlaku_sejak: date = RILIS_PERTAMA
    parameter: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.langkah or not all(v.langkah for v in self.varian):
            raise ValueError(f"{self.kode}: tanpa langkah")
        if "objek" in tempat_isi(self.pesan):
            raise ValueError(f"{self.kode}: {{objek}} hanya untuk langkah")
        templat = (self.pesan, *self.langkah, *(baris for v in self.varian for baris in v.langkah))
        nama = dict.fromkeys(n for t in templat for n in tempat_isi(t) if n not in _SELALU_ADA)
        object.__setattr__(self, "parameter", tuple(nama))

    def varian_untuk(self, tingkat: Tingkat, kelas: Kelas | None) -> Varian | None:
        """The differing repair for this tingkat and kelas, if the entry has one."""
        return next((v for v in self.varian if v.tingkat is tingkat and v.kelas is kelas), None)
