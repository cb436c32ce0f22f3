"""The contract of PMM as strict models, written from the contract itself and not from the client's models.

Unknown fields are refused here: the sandbox should serve nothing the contract does not name.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")
Rating = Literal["DIATAS", "SESUAI", "DIBAWAH"]
Predikat = Literal["SANGAT_BAIK", "BAIK", "BUTUH_PERBAIKAN", "KURANG", "SANGAT_KURANG"]


class Ketat(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SatuanPendidikan(Ketat):
    npsn: Annotated[str, Field(pattern=r"^[0-9A-Z]{8}$")] | None
    nama: str


class Unor(Ketat):
    id: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{32}$")] | None
    nama: str


class Pengguna(Ketat):
    nip: Annotated[str, Field(pattern=r"^\d{18}$")]
    nama: str
    jenis: str
    terdaftar: bool
    satuan_pendidikan: SatuanPendidikan
    unor: Unor
    diperbarui_pada: datetime


class Atasan(Ketat):
    nip: str | None
    nama: str
    unor: Unor


class Indikator(Ketat):
    id: str
    indikator: str
    aspek: Literal["KUANTITAS", "KUALITAS", "WAKTU", "BIAYA"] | None
    target: str | None
    satuan: str | None
    perspektif: Literal["PENERIMA_LAYANAN", "PROSES_BISNIS", "PENGUATAN_INTERNAL", "ANGGARAN"] | None


class RhkAtasan(Ketat):
    rencana_hasil_kerja: str
    indikator: str | None


class Rhk(Ketat):
    id: str
    lingkup: Literal["INDIVIDU", "ORGANISASI"]
    jenis: Literal["UTAMA", "TAMBAHAN"]
    rencana_hasil_kerja: str
    penugasan_dari: str | None
    rhk_atasan: RhkAtasan | None
    indikator: list[Indikator]


class Skp(Ketat):
    id: str
    versi: Annotated[int, Field(ge=1)]
    status: Literal["DRAF", "DIAJUKAN", "DISETUJUI", "DISEPAKATI"]
    disepakati_pada: datetime | None
    penugasan: Literal["DEFINITIF", "PLT"]
    jenis: str
    pendekatan: Literal["KUANTITATIF", "KUALITATIF"]
    periode_awal: date
    periode_akhir: date
    satuan_pendidikan: SatuanPendidikan
    unor: Unor
    jabatan: str
    atasan: Atasan
    rhk: list[Rhk]


class PenilaianPeriodik(Ketat):
    skp_id: str
    tahun: int
    tipe_periodik: Literal["BULANAN", "TRIWULANAN"]
    angka_periodik: Annotated[int, Field(ge=1, le=12)]
    hasil_kerja: Rating
    perilaku_kerja: Rating
    predikat: Predikat
    dinilai_pada: datetime
    versi: int


class BuktiDukung(Ketat):
    id: str
    nama: str
    tautan: str | None


class Realisasi(Ketat):
    teks: str
    sumber_data: str | None


class UmpanBalik(Ketat):
    id: str
    positif: bool
    teks: str | None


class Rincian(Ketat):
    rhk_id: str
    indikator_id: str
    bukti_dukung: list[BuktiDukung]
    realisasi: Realisasi | None
    umpan_balik: list[UmpanBalik]


class PenilaianFinal(Ketat):
    skp_id: str
    tahun: int
    lengkap: bool
    hasil_kerja: Rating | None
    perilaku_kerja: Rating | None
    predikat: Predikat | None
    dinilai_pada: datetime | None
    versi: int
    rincian: list[Rincian]


class Perubahan(Ketat):
    kursor: str
    nip: str
    jenis: Literal["PENGGUNA", "SKP", "PENILAIAN_PERIODIK", "PENILAIAN_FINAL"]
    tahun: int | None
    skp_id: str | None
    pada: datetime


class Amplop(Ketat, Generic[T]):
    status: Literal["sukses", "gagal"]
    kode: str | None
    pesan: str | None
    data: T
