"""The rows of a reference import, as they may look. Strict: no other field, no other type, a limit on every text.

Fields that may be null may be missing. Unit ids and NPSN are taken in any case and kept in upper case.
"""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, TypeAdapter
from pydantic.dataclasses import dataclass

from ekinerja_domain.kernel.nip import Nip
from ekinerja_domain.pegawai import JenisAsn, JenisPegawai
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.skp import (
    AspekIndikator,
    JenisRhk,
    JenisSkp,
    LingkupRhk,
    Pendekatan,
    PerspektifIndikator,
    StatusPegawai,
    StatusSkp,
)
from ekinerja_domain.unit_kerja import JenisPimpinan

RHK_TERBANYAK, INDIKATOR_TERBANYAK = 500, 100

# Something visible, and no NUL, which PostgreSQL cannot keep; a longer text may have line breaks.
_SEBARIS = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_BERBARIS = r"^[^\x00]*[^\s\x00][^\x00]*$"
_POLA_TANGGAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _tanggal(nilai: Any) -> date:
    if not isinstance(nilai, str) or _POLA_TANGGAL.fullmatch(nilai) is None:
        raise ValueError("harus tanggal berbentuk YYYY-MM-DD")
    try:
        return date.fromisoformat(nilai)
    except ValueError:
        raise ValueError("bukan tanggal yang sah") from None


Bendera = Annotated[bool, Field(strict=True)]
IdInstansi = Annotated[str, Field(strict=True, pattern=r"^[^\s\x00-\x1f\x7f]{1,64}$")]
IdUnit = Annotated[str, Field(strict=True, pattern=r"^[0-9A-Fa-f]{32}$"), AfterValidator(str.upper)]
TeksNip = Annotated[str, Field(strict=True), AfterValidator(Nip.parse)]
Npsn = Annotated[str, Field(strict=True, pattern=r"^[0-9A-Za-z]{8}$"), AfterValidator(str.upper)]
Tanggal = Annotated[date, PlainValidator(_tanggal)]
Singkat = Annotated[str, Field(strict=True, max_length=50, pattern=_SEBARIS)]
Nama = Annotated[str, Field(strict=True, max_length=300, pattern=_SEBARIS)]
Panjang = Annotated[str, Field(strict=True, max_length=4_000, pattern=_BERBARIS)]

_KETAT = ConfigDict(extra="forbid")


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class InstansiImpor:
    id: IdInstansi
    nama: Nama
    zona_waktu: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class UnitKerjaImpor:
    id: IdUnit
    instansi_id: IdInstansi
    nama: Nama
    induk_id: IdUnit | None = None
    eselon: Singkat | None = None
    mandiri: Bendera = False
    aktif: Bendera = True
    npsn: Npsn | None = None


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class PegawaiImpor:
    nip: TeksNip
    nama: Nama
    instansi_id: IdInstansi
    unit_kerja_id: IdUnit | None = None
    jabatan: Nama
    golongan: Singkat | None = None
    jenis_pegawai: JenisPegawai
    jenis_asn: JenisAsn
    aktif: Bendera = True
    nonaktif_sejak: Tanggal | None = None


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class PimpinanImpor:
    unit_kerja_id: IdUnit
    nip: TeksNip
    jenis: JenisPimpinan
    mulai: Tanggal
    selesai: Tanggal | None = None


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class PadananImpor:
    npsn: Npsn
    unit_kerja_id: IdUnit
    status: StatusPadanan


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class UserPMMImpor:
    nip: TeksNip


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class IndikatorImpor:
    indikator: Panjang
    aspek: AspekIndikator | None = None
    target: Nama | None = None
    satuan: Nama | None = None
    perspektif: PerspektifIndikator | None = None


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class RhkImpor:
    lingkup: LingkupRhk
    jenis: JenisRhk
    rencana_hasil_kerja: Panjang
    indikator: Annotated[list[IndikatorImpor], Field(max_length=INDIKATOR_TERBANYAK)] = field(default_factory=list)


@dataclass(slots=True, frozen=True, kw_only=True, config=_KETAT)
class SkpImpor:
    nip: TeksNip
    periode_awal: Tanggal
    periode_akhir: Tanggal
    pendekatan: Pendekatan
    unit_kerja_id: IdUnit
    jabatan: Nama
    status_pegawai: StatusPegawai
    jenis_skp: JenisSkp
    status: StatusSkp
    atasan_nip: TeksNip | None = None
    rhk: Annotated[list[RhkImpor], Field(max_length=RHK_TERBANYAK)] = field(default_factory=list)

    @property
    def kunci(self) -> tuple[str, StatusPegawai, date]:
        """Under which an SKP is found again."""
        return (self.nip, self.status_pegawai, self.periode_awal)


BENTUK: dict[str, TypeAdapter[Any]] = {
    "instansi": TypeAdapter(InstansiImpor),
    "unit_kerja": TypeAdapter(UnitKerjaImpor),
    "pegawai": TypeAdapter(PegawaiImpor),
    "pimpinan": TypeAdapter(PimpinanImpor),
    "padanan_unor": TypeAdapter(PadananImpor),
    "user_pmm": TypeAdapter(UserPMMImpor),
    "skp": TypeAdapter(SkpImpor),
}
ID_INSTANSI: TypeAdapter[str] = TypeAdapter(IdInstansi)

_PESAN = {
    "missing": "wajib diisi",
    "unexpected_keyword_argument": "tidak dikenal",
    "extra_forbidden": "tidak dikenal",
    "string_type": "harus teks",
    "string_unicode": "bukan teks Unicode yang sah",
    "bool_type": "harus true atau false",
    "list_type": "harus daftar",
    "dataclass_type": "harus objek",
}


def pesan_galat(galat: Any) -> str:
    """An error of pydantic in Indonesian, without the value it is about."""
    jenis, isi = galat["type"], galat.get("ctx", {})
    if jenis in _PESAN:
        return _PESAN[jenis]
    if jenis == "value_error":
        return str(isi["error"])
    if jenis in ("enum", "literal_error"):
        return f"harus salah satu dari {isi['expected'].replace(' or ', ', ')}"
    if jenis == "string_too_long":
        return f"paling panjang {isi['max_length']} huruf"
    if jenis == "too_long":
        return f"paling banyak {isi['max_length']} baris"
    if jenis == "string_pattern_mismatch":
        return _PESAN_POLA.get(isi["pattern"], "bentuknya tidak sah")
    return "isinya tidak sah"


_PESAN_POLA = {
    _SEBARIS: "tidak boleh kosong atau memuat karakter kendali",
    _BERBARIS: "tidak boleh kosong atau memuat karakter NUL",
    r"^[^\s\x00-\x1f\x7f]{1,64}$": "harus 1-64 karakter tanpa spasi",
    r"^[0-9A-Fa-f]{32}$": "harus 32 angka heksadesimal",
    r"^[0-9A-Za-z]{8}$": "harus 8 huruf atau angka",
}
