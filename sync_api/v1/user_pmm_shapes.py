"""What goes into and comes out of the routes of the user PMM."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from ekinerja_domain.kernel.nip import Nip
from ekinerja_domain.user_pmm import ALASAN_HAPUS
from sync_api.v1.common_shapes import (
    BATAS_NILAI_SARING,
    POLA_NIP,
    BadanIn,
    HalamanKueri,
    InstansiKueri,
    NipAwalan,
    NipIn,
    RujukanUnitOut,
    TeksCari,
    TeksPendek,
    contoh,
)

BANYAK = Field(default=(), max_length=BATAS_NILAI_SARING)
# What a body of 64 KiB can hold.
NIP_TERBANYAK = 3_000


def _satu_atau_daftar(nilai: Any, daftar: ValidatorFunctionWrapHandler) -> Any:
    # A union would report the faults of both of its sides.
    return Nip.parse(nilai) if isinstance(nilai, str) else daftar(nilai)


_SKEMA_NIP: dict[str, Any] = {
    "type": "string",
    "minLength": 18,
    "maxLength": 18,
    "pattern": POLA_NIP,
    "description": "NIP 18 angka (atau NI PPPK)",
    "examples": ["198501012010011001"],
}
NipSatuAtauDaftar = Annotated[
    list[NipIn],
    Field(min_length=1, max_length=NIP_TERBANYAK),
    WrapValidator(_satu_atau_daftar),
    WithJsonSchema(
        {"anyOf": [_SKEMA_NIP, {"type": "array", "items": _SKEMA_NIP, "minItems": 1, "maxItems": NIP_TERBANYAK}]}
    ),
]


class TambahUserPMMIn(BadanIn):
    """One NIP, or a list of them; `instansi_id` narrows where the people are looked for."""

    model_config = contoh({"nip": "198501012010011001"})

    nip: NipSatuAtauDaftar
    instansi_id: TeksPendek | None = None

    def satu(self) -> str | None:
        """The NIP when one was given, not a list of one."""
        nip: object = self.nip
        return nip if isinstance(nip, str) else None


class SaringUserPMMKueri(InstansiKueri):
    """`nip`: the first digits; `nama`: a part of the name; a repeated key means "or"."""

    nip: Annotated[tuple[NipAwalan, ...], BANYAK]
    nama: Annotated[tuple[TeksCari, ...], BANYAK]


class UserPMMKueri(SaringUserPMMKueri, HalamanKueri):
    """The filters and the page."""


class HapusUserPMMKueri(InstansiKueri):
    alasan: Annotated[
        str,
        StringConstraints(min_length=1, max_length=64),
        Field(json_schema_extra={"enum": [satu.kode for satu in ALASAN_HAPUS]}),
    ]


class UserPMMOut(BaseModel):
    nip: str
    nama: str
    jabatan: str
    unit_kerja: RujukanUnitOut | None
    instansi_id: str
    ditambahkan_pada: datetime
    ditambahkan_oleh: str


class HalamanUserPMMOut(BaseModel):
    data: list[UserPMMOut]
    kursor_berikutnya: str | None


class HasilTambahOut(BaseModel):
    nip: str
    hasil: Literal["DITAMBAHKAN", "DITOLAK"]
    kode: str | None
    pesan: str | None


class DaftarHasilTambahOut(BaseModel):
    """One result for each different NIP, in the order in which they were given."""

    data: list[HasilTambahOut]
    ditambahkan: int
    ditolak: int


class AlasanOut(BaseModel):
    kode: str
    nama: str
    berlaku_sejak: date
    berlaku_sampai: date | None


class DaftarAlasanOut(BaseModel):
    data: list[AlasanOut]
