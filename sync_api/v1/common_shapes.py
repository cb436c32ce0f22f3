"""Kinds of input that several routes share, each parsed once at the door."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from ekinerja_domain.kernel.nip import Nip

TAHUN_AWAL, TAHUN_AKHIR = 2022, 2100
BATAS_NILAI_SARING = 100


def _tanpa_nul(teks: str) -> str:
    # PostgreSQL cannot store NUL.
    if "\0" in teks:
        raise ValueError("memuat karakter yang tidak sah")
    return teks


def _nip(teks: str) -> str:
    return Nip.parse(teks)


def _rfc3339(nilai: Any) -> Any:
    # pydantic would also take a number as seconds since 1970.
    if isinstance(nilai, str) and _WAKTU.match(nilai) is None:
        raise ValueError("harus waktu RFC 3339 dengan zona, misalnya 2024-02-01T08:15:00+07:00")
    return nilai


# For the document only: what the validators beside them say, as far as a pattern can.
_TANPA_NUL = Field(json_schema_extra={"pattern": "^[^\\u0000]*$"})
_EMPAT = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
BULAN_TANGGAL = (
    "(?:(?:0[13578]|1[02]){0}(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11){0}(?:0[1-9]|[12][0-9]|30)"
    "|02{0}(?:0[1-9]|[12][0-9]))"
)
POLA_NIP = f"^{_EMPAT}{BULAN_TANGGAL.format('')}{_EMPAT}(?:0[1-9]|1[0-2]|2[1-9]|[3-9][0-9])[12][0-9]{{3}}$"
_WAKTU = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)

TeksPendek = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_tanpa_nul), _TANPA_NUL]
TeksCari = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_tanpa_nul), _TANPA_NUL]
NipIn = Annotated[
    str,
    AfterValidator(_nip),
    Field(
        description="NIP 18 angka (atau NI PPPK)",
        examples=["198501012010011001"],
        json_schema_extra={"minLength": 18, "maxLength": 18, "pattern": POLA_NIP},
    ),
]
KursorIn = Annotated[str, StringConstraints(max_length=2000), Field(json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"})]
WaktuIn = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]
NipAwalan = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
TahunIn = Annotated[int, Field(ge=TAHUN_AWAL, le=TAHUN_AKHIR, examples=[2024])]
Npsn = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{8}$")]
UnitKerjaId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{32}$")]
JumlahBaris = Annotated[int, Field(ge=1, le=200)]


class BadanIn(BaseModel):
    """A request body: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class KueriIn(BaseModel):
    """Query parameters: a misspelt one is refused, since leaving it out would silently widen the answer."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class InstansiKueri(KueriIn):
    instansi_id: TeksPendek | None = None


class HalamanKueri(InstansiKueri):
    kursor: KursorIn | None = None
    jumlah_baris: JumlahBaris = 50


class GalatOut(BaseModel):
    lokasi: str
    pesan: str


class MasalahOut(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/masalah/PERMINTAAN_TIDAK_SAH",
                    "title": "Permintaan tidak sah",
                    "status": 422,
                    "detail": "Bentuk permintaan tidak sesuai.",
                    "instance": "urn:sinkro:permintaan:9f0c6a",
                    "kode": "PERMINTAAN_TIDAK_SAH",
                    "galat": [{"lokasi": "body.tahun", "pesan": "paling kecil 2022"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    kode: str
    galat: list[GalatOut] | None = None
    galat_lainnya: int | None = None
    galat_id: str | None = None


class RujukanUnitOut(BaseModel):
    id: str
    nama: str | None


def contoh(isi: dict[str, Any], **syarat: Any) -> ConfigDict:
    """Model configuration with one example for the OpenAPI document, and what else a caller must keep to (`syarat`:
    further keywords of JSON Schema, for what a validator between fields asks)."""
    return ConfigDict(json_schema_extra={"examples": [isi], **syarat})


def tepat_satu(**jenis: str) -> list[dict[str, Any]]:
    """For `allOf`: exactly one of these fields, given with their JSON types, is there and not null."""
    return [{"oneOf": [_ada(nama, {"type": satu}) for nama, satu in jenis.items()]}]


def sedikitnya_satu(*daftar: str, lain: str) -> list[dict[str, Any]]:
    """For `allOf`: one of these lists is not empty, or the truth value `lain` is given."""
    isi = [_ada(nama, {"type": "array", "minItems": 1}) for nama in daftar]
    return [{"anyOf": [*isi, _ada(lain, {"type": "boolean"})]}]


def _ada(nama: str, skema: dict[str, Any]) -> dict[str, Any]:
    return {"required": [nama], "properties": {nama: skema}}
