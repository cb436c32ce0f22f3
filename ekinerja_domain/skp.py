"""SKP, RHK and indikator: the year's performance plan (PermenPANRB 6/2022; screens of document 000)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ekinerja_domain.pegawai import JenisPegawai
from ekinerja_domain.unit_kerja import Atasan


class Pendekatan(StrEnum):
    KUANTITATIF = "KUANTITATIF"
    KUALITATIF = "KUALITATIF"


class StatusPegawai(StrEnum):
    DEFINITIF = "DEFINITIF"
    PLT = "PLT"


class JenisSkp(StrEnum):
    GURU_JAJF = "GURU_JAJF"
    KEPALA_SEKOLAH = "KEPALA_SEKOLAH"
    PENGAWAS = "PENGAWAS"


class StatusSkp(StrEnum):
    DRAF = "DRAF"
    PENGAJUAN = "PENGAJUAN"
    PERSETUJUAN = "PERSETUJUAN"


class Sumber(StrEnum):
    EKINERJA = "EKINERJA"
    PMM = "PMM"


class LingkupRhk(StrEnum):
    INDIVIDU = "INDIVIDU"
    ORGANISASI = "ORGANISASI"


class JenisRhk(StrEnum):
    UTAMA = "UTAMA"
    TAMBAHAN = "TAMBAHAN"


class AspekIndikator(StrEnum):
    KUANTITAS = "KUANTITAS"
    KUALITAS = "KUALITAS"
    WAKTU = "WAKTU"
    BIAYA = "BIAYA"


class PerspektifIndikator(StrEnum):
    PENERIMA_LAYANAN = "PENERIMA_LAYANAN"
    PROSES_BISNIS = "PROSES_BISNIS"
    PENGUATAN_INTERNAL = "PENGUATAN_INTERNAL"
    ANGGARAN = "ANGGARAN"


@dataclass(frozen=True, slots=True)
class IsiIndikator:
    """What an indikator says, apart from where it is kept."""

    indikator: str
    aspek: AspekIndikator | None
    target: str | None
    satuan: str | None
    perspektif: PerspektifIndikator | None


@dataclass(frozen=True, slots=True)
class Indikator:
    """An indikator as it stands in e-Kinerja. `terikat`: something hangs on it (bukti dukung, realisasi, umpan balik, a
    subordinate's RHK), so it may not be removed."""

    id: UUID
    isi: IsiIndikator
    urutan: int
    sumber: Sumber
    pmm_id: str | None
    terikat: bool = False


@dataclass(frozen=True, slots=True)
class IsiRhk:
    """What an RHK says. `rhk_atasan_id` and `indikator_atasan_id` point into the rater's SKP in e-Kinerja."""

    lingkup: LingkupRhk
    jenis: JenisRhk
    rencana_hasil_kerja: str
    penugasan_dari: str | None
    rhk_atasan_id: UUID | None
    indikator_atasan_id: UUID | None


@dataclass(frozen=True, slots=True)
class Rhk:
    """An RHK as it stands in e-Kinerja, with its live indikator in order. `terikat` as for Indikator."""

    id: UUID
    isi: IsiRhk
    urutan: int
    sumber: Sumber
    pmm_id: str | None
    indikator: tuple[Indikator, ...]
    terikat: bool = False


@dataclass(frozen=True, slots=True)
class KepalaSkp:
    """The header of an SKP, without its identity: what a sync writes. Atasan is a snapshot; a guru who leads the own
    unit may have none."""

    periode_awal: date
    periode_akhir: date
    pendekatan: Pendekatan
    unit_kerja_id: str
    jabatan: str
    status_pegawai: StatusPegawai
    jenis_pegawai: JenisPegawai
    jenis_skp: JenisSkp
    status: StatusSkp
    atasan: Atasan | None


@dataclass(frozen=True, slots=True)
class Skp:
    """An SKP of the person as it stands in e-Kinerja. `rhk` is None while only the header was loaded; `bernilai`: a
    rating hangs on it."""

    id: UUID
    nip: str
    kepala: KepalaSkp
    sumber: Sumber
    pmm_skp_id: str | None
    pmm_versi: int | None
    sidik_isi: bytes | None
    mendarat_pada: datetime | None
    bernilai: bool
    rhk: tuple[Rhk, ...] | None = None

    @property
    def definitif(self) -> bool:
        return self.kepala.status_pegawai is StatusPegawai.DEFINITIF

    def bertumpukan(self, awal: date, akhir: date) -> bool:
        """Both ranges share a day (both ends inclusive)."""
        return self.kepala.periode_awal <= akhir and awal <= self.kepala.periode_akhir
