"""What goes into and comes out of the routes of a bulk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusMassal, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.sinkronisasi.massal import DaftarNip, Pilihan, Saring, Semua
from services.sinkronisasi.massal_baca import SaringMassal
from sync_api.v1.common_shapes import (
    BATAS_NILAI_SARING,
    BadanIn,
    HalamanKueri,
    NipIn,
    TahunIn,
    TeksPendek,
    contoh,
    sedikitnya_satu,
    tepat_satu,
)
from sync_api.v1.jenis_shapes import JenisMassalSatuAtauDaftar, NamaJenis


class SaringMassalIn(BadanIn):
    """Keys mean "and", the values of a key "or"; at least one condition."""

    model_config = contoh(
        {"status": ["GAGAL"], "tipe_skp": ["GURU"]},
        allOf=sedikitnya_satu("status", "kode", "unit_kerja_id", "tipe_skp", lain="belum_pernah"),
    )

    status: Annotated[list[StatusSinkro], Field(max_length=100)] | None = None
    kode: Annotated[list[Kode], Field(max_length=100)] | None = None
    unit_kerja_id: Annotated[list[TeksPendek], Field(max_length=10_000)] | None = None
    tipe_skp: Annotated[list[TipeSkp], Field(max_length=100)] | None = None
    belum_pernah: bool | None = None

    @model_validator(mode="after")
    def _tidak_kosong(self) -> Self:
        if self.sebagai_pilihan().kosong:
            raise ValueError("harus berisi sedikitnya satu syarat")
        return self

    def sebagai_pilihan(self) -> Saring:
        return Saring(self.status, self.kode, self.unit_kerja_id, self.tipe_skp, self.belum_pernah)


class MassalIn(BadanIn):
    """Which kinds, which year, and exactly one way to choose the people."""

    model_config = contoh(
        {"jenis": "SKP", "tahun": 2024, "semua": True}, allOf=tepat_satu(saring="object", nip="array", semua="boolean")
    )

    jenis: JenisMassalSatuAtauDaftar
    tahun: TahunIn
    saring: SaringMassalIn | None = None
    nip: Annotated[list[NipIn], Field(min_length=1)] | None = None
    semua: Literal[True] | None = None
    instansi_id: TeksPendek | None = None

    @model_validator(mode="after")
    def _satu_pilihan(self) -> Self:
        if sum(p is not None for p in (self.saring, self.nip, self.semua)) != 1:
            raise ValueError("isi tepat satu dari saring, nip, semua")
        return self

    def pilihan(self) -> Pilihan:
        if self.saring is not None:
            return self.saring.sebagai_pilihan()
        return DaftarNip(self.nip) if self.nip is not None else Semua()


class MassalKueri(HalamanKueri):
    """Repeated keys mean "or"."""

    status: Annotated[list[StatusMassal], Field(default_factory=list, max_length=BATAS_NILAI_SARING)]
    jenis: Annotated[list[NamaJenis], Field(default_factory=list, max_length=BATAS_NILAI_SARING)]
    tahun: Annotated[list[TahunIn], Field(default_factory=list, max_length=BATAS_NILAI_SARING)]

    def sebagai_saring(self) -> SaringMassal:
        return SaringMassal(tuple(self.status), tuple(self.jenis), tuple(self.tahun))


class HambatanOut(BaseModel):
    """Why a bulk that runs makes no progress: PMM cannot be reached, or refuses us. It goes on by itself."""

    kode: Kode
    sejak: datetime


class DitolakOut(BaseModel):
    """A NIP that is not of this instansi. From a file also its row, and why it could not be read."""

    nip: str
    kode: Kode
    baris: int | None = None
    keterangan: str | None = None


class MassalOut(BaseModel):
    """A bulk and its counters: selesai = berhasil + gagal + tertahan, berhasil includes tidak_ada_data_baru."""

    id: str
    instansi_id: str
    jenis: list[NamaJenis]
    tahun: int
    status: StatusMassal
    jumlah: int
    selesai: int
    berhasil: int
    tidak_ada_data_baru: int
    gagal: int
    tertahan: int
    dibatalkan: int
    laju_per_detik: float | None = Field(
        description="Yang berakhir per detik: 15 sampai 30 detik terakhir, atau rata-rata tanpa masa jeda bila selesai"
    )
    perkiraan_selesai: datetime | None
    terhambat: HambatanOut | None
    dijeda_pada: datetime | None
    dibuat_pada: datetime
    selesai_pada: datetime | None
    oleh: str


class MassalLengkapOut(MassalOut):
    ditolak: list[DitolakOut]


class HalamanMassalOut(BaseModel):
    data: list[MassalOut]
    kursor_berikutnya: str | None
