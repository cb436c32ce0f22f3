"""What goes into and comes out of the routes of units and of who leads them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from ekinerja_domain.unit_kerja import JenisPimpinan
from sync_api.v1.common_shapes import (
    BATAS_NILAI_SARING,
    BadanIn,
    HalamanKueri,
    NipIn,
    Npsn,
    TeksCari,
    TeksPendek,
    UnitKerjaId,
    contoh,
)

BANYAK = Field(default=(), max_length=BATAS_NILAI_SARING)

# Something visible, on one line.
_SEBARIS = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
NamaUnit = Annotated[str, StringConstraints(max_length=300, pattern=_SEBARIS)]
Eselon = Annotated[str, StringConstraints(max_length=50, pattern=_SEBARIS)]
Hari = Annotated[date, Field(ge=date(1945, 8, 17), le=date(2200, 12, 31), examples=["2024-01-01"])]


def _tidak_kosong(nilai: Any) -> Any:
    if nilai is None:
        raise ValueError("tidak boleh kosong")
    return nilai


# A field that may be left out, which leaves it as it is, but not emptied.
class _BilaDikirim:
    @classmethod
    def __get_pydantic_core_schema__(cls, sumber: Any, penangan: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(_tidak_kosong, penangan(sumber))

    @classmethod
    def __get_pydantic_json_schema__(cls, inti: CoreSchema, penangan: GetJsonSchemaHandler) -> dict[str, Any]:
        skema = penangan(inti)
        pilihan = [satu for satu in skema.get("anyOf", ()) if satu.get("type") != "null"]
        return pilihan[0] if len(pilihan) == 1 else skema


BILA_DIKIRIM = _BilaDikirim()


class UnitKerjaKueri(HalamanKueri):
    """`nama`: a part of the name; a repeated key means "or"."""

    nama: Annotated[tuple[TeksCari, ...], BANYAK]
    npsn: Annotated[tuple[Npsn, ...], BANYAK]
    induk_id: Annotated[tuple[UnitKerjaId, ...], BANYAK]
    aktif: bool | None = None


class UnitKerjaIn(BadanIn):
    """What is to be of the unit; a field that is not sent stays as it is. `id`, if sent, is that of the address."""

    model_config = contoh({"nama": "SD NEGERI 1 CONTOH", "aktif": True, "npsn": "20100001"})

    id: UnitKerjaId | None = None
    nama: Annotated[NamaUnit | None, BILA_DIKIRIM] = None
    induk_id: UnitKerjaId | None = None
    eselon: Eselon | None = None
    mandiri: Annotated[bool | None, BILA_DIKIRIM] = None
    aktif: Annotated[bool | None, BILA_DIKIRIM] = None
    npsn: Npsn | None = None
    instansi_id: TeksPendek | None = None


class UnitKerjaOut(BaseModel):
    id: str
    instansi_id: str
    nama: str
    induk_id: str | None
    eselon: str | None
    mandiri: bool
    aktif: bool
    npsn: str | None


class HalamanUnitKerjaOut(BaseModel):
    data: list[UnitKerjaOut]
    kursor_berikutnya: str | None


class PimpinanIn(BadanIn):
    """Who leads from `mulai` to `selesai`, both inclusive; without `selesai` until further notice."""

    model_config = contoh({"nip": "198501012010011001", "jenis": "PLT", "mulai": "2024-07-01", "selesai": None})

    nip: NipIn
    jenis: JenisPimpinan
    mulai: Hari
    selesai: Hari | None = None
    instansi_id: TeksPendek | None = None


class PimpinanUbahIn(BadanIn):
    """What is to be of the record; a field that is not sent stays as it is. `selesai` null takes the last day away."""

    model_config = contoh({"selesai": "2024-12-31"})

    nip: Annotated[NipIn | None, BILA_DIKIRIM] = None
    jenis: Annotated[JenisPimpinan | None, BILA_DIKIRIM] = None
    mulai: Annotated[Hari | None, BILA_DIKIRIM] = None
    selesai: Hari | None = None
    instansi_id: TeksPendek | None = None


class PimpinanOut(BaseModel):
    """`berlaku`: leads the unit today; a DEFINITIF does so only while active and in that unit."""

    id: str
    unit_kerja_id: str
    instansi_id: str
    nip: str
    nama: str
    jenis: JenisPimpinan
    mulai: date
    selesai: date | None
    berlaku: bool


class HalamanPimpinanOut(BaseModel):
    data: list[PimpinanOut]
    kursor_berikutnya: str | None
