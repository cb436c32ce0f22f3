"""Kinds of input that several routes share, each parsed once at the door."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

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


TeksPendek = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_tanpa_nul)]
TeksCari = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_tanpa_nul)]
NipIn = Annotated[
    str,
    AfterValidator(_nip),
    Field(description="NIP 18 angka (atau NI PPPK)", examples=["198501012010011001"]),
]
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
    kursor: Annotated[str, StringConstraints(max_length=2000)] | None = None
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


def contoh(isi: dict[str, Any]) -> ConfigDict:
    """Model configuration with one example for the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [isi]})
