"""What a sync of SKP is judged by: what e-Kinerja knows (facts) and what PMM answered, both in our own words.

`None` in an answer means "could not be learnt": what rests on it is "belum diperiksa", never failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.sinkronisasi.padanan import BukuUnit, SekolahPMM
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import IsiIndikator, JenisRhk, LingkupRhk, Pendekatan, Skp, StatusPegawai, Sumber
from ekinerja_domain.unit_kerja import PohonUnit, UnitKerja

STATUS_DISEPAKATI = "DISEPAKATI"


@dataclass(frozen=True, slots=True)
class PenggunaPMM:
    nip: str
    nama: str
    jenis: str
    terdaftar: bool
    sekolah: SekolahPMM


@dataclass(frozen=True, slots=True)
class AtasanPMM:
    """The rater PMM names; `nip` is None when the head of a private school is no ASN."""

    nip: str | None
    nama: str
    nama_unor: str | None


@dataclass(frozen=True, slots=True)
class RhkAtasanPMM:
    rencana_hasil_kerja: str
    indikator: str | None


@dataclass(frozen=True, slots=True)
class IndikatorPMM:
    id: str
    isi: IsiIndikator


@dataclass(frozen=True, slots=True)
class RhkPMM:
    id: str
    lingkup: LingkupRhk
    jenis: JenisRhk
    rencana_hasil_kerja: str
    penugasan_dari: str | None
    rhk_atasan: RhkAtasanPMM | None
    indikator: tuple[IndikatorPMM, ...]


@dataclass(frozen=True, slots=True)
class SkpPMM:
    """An SKP as PMM holds it. `jenis` is PMM's own word: kinds we do not know must reach the checks."""

    id: str
    versi: int
    status: str
    disepakati_pada: datetime | None
    penugasan: StatusPegawai
    jenis: str
    pendekatan: Pendekatan
    periode_awal: date
    periode_akhir: date
    sekolah: SekolahPMM
    atasan: AtasanPMM
    rhk: tuple[RhkPMM, ...]

    @property
    def disepakati(self) -> bool:
        return self.status == STATUS_DISEPAKATI


@dataclass(frozen=True, slots=True)
class JawabanPMM:
    """What PMM answered for one person and year. `gangguan` are the findings of calls that did not answer."""

    pengguna: PenggunaPMM | None
    skp: tuple[SkpPMM, ...] | None
    gangguan: tuple[Temuan, ...] = ()


@dataclass(frozen=True, slots=True)
class RhkAtasan:
    """An RHK of a possible rater: its folded text, and its indikator by folded text."""

    id: UUID
    teks: str
    indikator: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class SkpAtasan:
    """An agreed SKP of a unit, of somebody who leads or led that unit, on which subordinates' RHK may intervene."""

    id: UUID
    nip: str
    unit_kerja_id: str
    periode_awal: date
    periode_akhir: date
    sumber: Sumber
    mendarat_pada: datetime | None
    rhk: tuple[RhkAtasan, ...]


@dataclass(frozen=True, slots=True)
class FaktaPegawai:
    """What e-Kinerja knows about one person for one year. `pegawai` None: not in e-Kinerja. `skp`: all live SKPs of the
    person; `skp_atasan`: of the own unit and of the units above that lead it; `unit_luar`: units of other instansi at
    which PMM places the person, of which only the name is known here, and by PMM's SKP id which of them it is."""

    nip: str
    tahun: int
    hari_ini: date
    pegawai: Pegawai | None
    user_pmm: bool
    pohon: PohonUnit
    buku: BukuUnit
    skp: tuple[Skp, ...]
    skp_atasan: tuple[SkpAtasan, ...] = ()
    unit_luar: Mapping[str, UnitKerja] = field(default_factory=dict)
    unit_luar_skp: Mapping[str, str] = field(default_factory=dict)
    nama_sumber: str = "PMM"

    @property
    def tahun_lampau(self) -> bool:
        return self.tahun < self.hari_ini.year
