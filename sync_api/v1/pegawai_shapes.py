"""What comes out of the routes on people and their SKP, and what goes into the list of a person's SKP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from ekinerja_domain.penilaian import Predikat, Rating
from ekinerja_domain.periode import JenisPeriode, TipePeriodik
from ekinerja_domain.skp import Sumber
from sync_api.v1.common_shapes import KueriIn, RujukanUnitOut, TahunIn


class TahunKueri(KueriIn):
    tahun: TahunIn | None = None


class UnitPegawaiOut(RujukanUnitOut):
    aktif: bool | None


class PegawaiOut(BaseModel):
    nip: str
    nama: str
    instansi_id: str
    unit_kerja: UnitPegawaiOut | None
    jabatan: str
    golongan: str | None
    jenis_pegawai: str
    jenis_asn: str
    aktif: bool
    nonaktif_sejak: date | None
    user_pmm: bool


class RhkAtasanOut(BaseModel):
    id: str
    rencana_hasil_kerja: str


class IndikatorAtasanOut(BaseModel):
    id: str
    indikator: str


class IndikatorOut(BaseModel):
    id: str
    indikator: str
    aspek: str | None
    target: str | None
    satuan: str | None
    perspektif: str | None


class RhkOut(BaseModel):
    id: str
    lingkup: str
    jenis: str
    rencana_hasil_kerja: str
    penugasan_dari: str | None
    rhk_atasan: RhkAtasanOut | None
    indikator_atasan: IndikatorAtasanOut | None
    sumber: str
    indikator: list[IndikatorOut]


class AtasanOut(BaseModel):
    nip: str
    nama: str | None
    unit_kerja: RujukanUnitOut | None


class SkpOut(BaseModel):
    id: str
    nip: str
    periode_awal: date
    periode_akhir: date
    pendekatan: str
    status: str
    status_pegawai: str
    jenis_pegawai: str
    jenis_skp: str
    sumber: str
    unit_kerja: RujukanUnitOut
    jabatan: str
    atasan: AtasanOut | None
    rhk: list[RhkOut]


class DaftarSkpOut(BaseModel):
    data: list[SkpOut]


class NilaiOut(BaseModel):
    hasil_kerja: Rating
    perilaku_kerja: Rating
    predikat: Predikat
    sumber: Sumber
    dinilai_pada: datetime | None


class NilaiLamaOut(NilaiOut):
    """A value that was replaced."""

    diganti_pada: datetime


class PeriodeNilaiOut(BaseModel):
    id: str
    nama: str
    jenis: JenisPeriode
    tipe: TipePeriodik | None
    angka: int | None
    awal: date
    akhir: date


class RincianNilaiOut(BaseModel):
    """What hangs on one indikator in the final rating."""

    rhk: dict[str, Any]
    indikator: dict[str, Any]
    bukti_dukung: list[dict[str, Any]]
    realisasi: list[dict[str, Any]]
    umpan_balik: list[dict[str, Any]]


class PenilaianOut(NilaiOut):
    id: str
    periode: PeriodeNilaiOut
    tahun: int
    riwayat: list[NilaiLamaOut]
    rincian: list[RincianNilaiOut]


class DaftarPenilaianOut(BaseModel):
    data: list[PenilaianOut]
