"""What goes into and comes out of the routes of periods. A body is judged by the domain as well as by its shape, and
all its faults are told at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from ekinerja_domain.periode import (
    PANJANG_NAMA,
    TAHUN_TERBESAR,
    TAHUN_TERKECIL,
    JenisPeriode,
    Periode,
    TipePeriodik,
    urai_periode,
)
from sync_api.dependencies import BATAS_BADAN, BacaBadan, IsiT, baca_json_mentah
from sync_api.problem_shapes import galat_dari_pydantic
from sync_api.problems import Galat, PermintaanDitolak
from sync_api.v1.common_shapes import (
    BATAS_NILAI_SARING,
    BULAN_TANGGAL,
    BadanIn,
    HalamanKueri,
    InstansiKueri,
    TeksPendek,
    contoh,
)
from sync_api.v1.sync_shapes import TemuanOut

TahunPeriode = Annotated[int, Field(ge=TAHUN_TERKECIL, le=TAHUN_TERBESAR, examples=[2024])]
HariBulanIn = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$"),
    Field(
        description="mm-dd, misalnya 31 Desember menjadi 12-31",
        examples=["12-31"],
        json_schema_extra={"pattern": f"^{BULAN_TANGGAL.format('-')}$"},
    ),
]
_CONTOH = {
    "nama": "Triwulan I",
    "jenis": "PERIODIK",
    "tipe_periodik": "TRIWULANAN",
    "angka_periodik": 1,
    "periode_awal": "01-01",
    "periode_akhir": "03-31",
    "batas_pengisian": "04-10",
    "tahun": None,
}


class RuasPeriode(BaseModel):
    """What a period is made of, in a body and in a form."""

    nama: Annotated[str, StringConstraints(min_length=1), Field(json_schema_extra={"maxLength": PANJANG_NAMA})]
    jenis: JenisPeriode
    tipe_periodik: TipePeriodik | None = None
    angka_periodik: Annotated[int, Field(ge=1, le=12)] | None = None
    periode_awal: HariBulanIn
    periode_akhir: HariBulanIn
    batas_pengisian: HariBulanIn
    tahun: TahunPeriode | None = None


class PeriodeIn(RuasPeriode, BadanIn):
    """`tahun` null: for every year. A FINAL has neither tipe_periodik nor angka_periodik; a batas_pengisian before
    periode_akhir falls in the next year."""

    model_config = contoh(_CONTOH)

    instansi_id: TeksPendek | None = None

    def sebagai_periode(self) -> Periode:
        """The domain's value. Raises ValueError for a body that `BacaPeriode` would have refused."""
        hasil = urai_periode(self.model_dump(mode="json", exclude={"id"}))
        if isinstance(hasil, list):
            raise ValueError("; ".join(g.lokasi for g in hasil))
        return hasil


class PeriodeUbahIn(PeriodeIn):
    """As PeriodeIn; what GET gave may be sent back, its `id` included."""

    id: TeksPendek | None = None


class BacaPeriode(BacaBadan[IsiT]):
    """Reads the body of a period and refuses it with all its faults: those of the shape, which are found per field, and
    those that only show between fields, which a model looks for only when every field is in order."""

    def __init__(self, model: type[IsiT]) -> None:
        super().__init__(model, BATAS_BADAN)

    async def __call__(self, request: Request) -> IsiT:
        mentah = await baca_json_mentah(request, self.batas)
        isi: IsiT | None = None
        galat: list[Galat] = []
        try:
            isi = self.model.model_validate_json(mentah)
        except ValidationError as salah:
            daftar = salah.errors(include_url=False, include_input=False)
            galat = galat_dari_pydantic(daftar, ("body",))
            if any(not satu["loc"] for satu in daftar):
                raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat) from None
        galat = _gabungkan(_galat_domain(mentah, self.model), galat)
        if isi is None or galat:
            raise PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=galat)
        return isi


def _galat_domain(mentah: bytes, model: type[BaseModel]) -> list[Galat]:
    hasil = urai_periode(from_json(mentah))
    if isinstance(hasil, Periode):
        return []
    # Unknown fields are named by the model's own faults, with long numbers masked.
    return [Galat(f"body.{g.lokasi}", g.pesan) for g in hasil if g.lokasi in model.model_fields]


def _gabungkan(utama: list[Galat], lain: list[Galat]) -> list[Galat]:
    sudah = {g.lokasi for g in utama}
    return [*utama, *(g for g in lain if g.lokasi not in sudah)]


class SusunPeriodeIn(BadanIn):
    """Which table for which year."""

    model_config = contoh({"tipe": "TRIWULANAN", "tahun": 2024})

    tipe: TipePeriodik
    tahun: TahunPeriode
    instansi_id: TeksPendek | None = None


class PeriodeKueri(HalamanKueri):
    """`tahun`: periods made for that year, so no templates; a repeated key means "or"."""

    tahun: Annotated[tuple[TahunPeriode, ...], Field(default=(), max_length=BATAS_NILAI_SARING)]
    jenis: Annotated[tuple[JenisPeriode, ...], Field(default=(), max_length=BATAS_NILAI_SARING)]


class PemeriksaanKueri(InstansiKueri):
    tahun: TahunPeriode


class PeriodeOut(BaseModel):
    """A period; dates as `mm-dd`, `tahun` null for every year."""

    model_config = contoh({"id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d10", "instansi_id": "pemkab-contoh", **_CONTOH})

    id: str
    instansi_id: str
    nama: str
    jenis: JenisPeriode
    tipe_periodik: TipePeriodik | None
    angka_periodik: int | None
    periode_awal: str
    periode_akhir: str
    batas_pengisian: str
    tahun: int | None


class HalamanPeriodeOut(BaseModel):
    data: list[PeriodeOut]
    kursor_berikutnya: str | None


class SusunPeriodeOut(BaseModel):
    """The year's table as it is now, and what was done for it; all zero when it was in order."""

    instansi_id: str
    tahun: int
    tipe_periodik: TipePeriodik
    dibuat: int
    diubah: int
    dihapus: int
    penilaian_dipindah: int
    data: list[PeriodeOut]


class PeriodeTahunOut(BaseModel):
    """A period in force in a year, with its dates of that year."""

    id: str
    instansi_id: str
    nama: str
    jenis: JenisPeriode
    tipe_periodik: TipePeriodik | None
    angka_periodik: int | None
    periode_awal: date
    periode_akhir: date
    batas_pengisian: date
    tahun: int
    untuk_semua_tahun: bool


class PemeriksaanOut(BaseModel):
    """`dapat_sinkro`, `tipe_periodik` and `temuan` are about PERIODIK only; `tipe_periodik` is null when there is none
    or more than one."""

    instansi_id: str
    tahun: int
    dapat_sinkro: bool
    tipe_periodik: TipePeriodik | None
    temuan: list[TemuanOut]
    periode: list[PeriodeTahunOut]
    periode_final: list[PeriodeTahunOut]
