"""What goes into and comes out of the routes of schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.sinkronisasi.jadwal_waktu import PANJANG_CRON
from services.sinkronisasi.massal import Saring, Semua
from sync_api.v1.bulk_shapes import SaringMassalIn
from sync_api.v1.common_shapes import BadanIn, TahunIn, TeksCari, TeksPendek, contoh, tepat_satu
from sync_api.v1.jenis_shapes import JenisMassalSatuAtauDaftar, NamaJenis

_CONTOH = {
    "nama": "Sinkro malam",
    "jenis": ["SKP_PLT", "SKP"],
    "tahun": 2024,
    "semua": True,
    "cron": "0 1 * * *",
    "zona_waktu": "Asia/Makassar",
    "aktif": True,
}


class JadwalIn(BadanIn):
    """A bulk and when it recurs: `cron` has five fields (menit jam tanggal bulan hari) on the clock of `zona_waktu`
    (default: that of the instansi), at most every five minutes."""

    model_config = contoh(_CONTOH, allOf=tepat_satu(saring="object", semua="boolean"))

    nama: TeksCari
    jenis: JenisMassalSatuAtauDaftar
    tahun: TahunIn
    saring: SaringMassalIn | None = None
    semua: Literal[True] | None = None
    cron: Annotated[str, StringConstraints(min_length=1, max_length=PANJANG_CRON), Field(examples=["0 1 * * *"])]
    zona_waktu: TeksPendek | None = None
    aktif: bool = True
    instansi_id: TeksPendek | None = None

    @model_validator(mode="after")
    def _satu_pilihan(self) -> Self:
        if (self.saring is None) == (self.semua is None):
            raise ValueError("isi tepat satu dari saring, semua")
        return self

    def pilihan(self) -> Semua | Saring:
        return Semua() if self.saring is None else self.saring.sebagai_pilihan()


class JadwalUbahIn(JadwalIn):
    """As JadwalIn; `aktif` must be said, since leaving it out would wake a schedule that was put to rest."""

    aktif: bool


class JadwalOut(BaseModel):
    """`terakhir_pada`: when it last ran; `terlewati_pada`: when a run was last left out since its bulk had not ended;
    `menanti_perbaikan`: how many syncs the last run left alone, since only a repair or another sync frees them."""

    id: str
    instansi_id: str
    nama: str
    jenis: list[NamaJenis]
    tahun: int
    saring: dict[str, Any] | None
    semua: bool | None
    cron: str
    zona_waktu: str
    aktif: bool
    berikutnya_pada: datetime | None
    terakhir_pada: datetime | None
    terlewati_pada: datetime | None
    massal_terakhir_id: str | None
    menanti_perbaikan: int | None
    oleh: str
    dibuat_pada: datetime
    diubah_pada: datetime


class HalamanJadwalOut(BaseModel):
    data: list[JadwalOut]
    kursor_berikutnya: str | None
