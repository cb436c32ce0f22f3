"""What the sync of periodic ratings is judged by: what e-Kinerja knows and what PMM answered, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.penilaian import Penilaian, Predikat, Rating, predikat
from ekinerja_domain.periode import Periode, TipePeriodik
from ekinerja_domain.sinkronisasi.fakta import PenggunaPMM
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import Skp


@dataclass(frozen=True, slots=True)
class PenilaianPMM:
    """A periodic rating as PMM holds it, with the predikat PMM gives it."""

    skp_id: str
    tipe: TipePeriodik
    angka: int
    hasil_kerja: Rating
    perilaku_kerja: Rating
    predikat: Predikat
    dinilai_pada: datetime | None
    versi: int

    @property
    def menurut_matriks(self) -> bool:
        return self.predikat is predikat(self.hasil_kerja, self.perilaku_kerja)


@dataclass(frozen=True, slots=True)
class FaktaPenilaianPeriodik:
    """What e-Kinerja knows about one person for one year. `periode`: all periods of the instansi; `skp`: the live
    headers of the person, definitive and PLT; `penilaian`: the person's ratings of the year."""

    nip: str
    tahun: int
    hari_ini: date
    pegawai: Pegawai | None
    user_pmm: bool
    instansi_id: str
    nama_instansi: str
    periode: tuple[Periode, ...]
    skp: tuple[Skp, ...]
    penilaian: tuple[Penilaian, ...]
    nama_sumber: str = "PMM"


@dataclass(frozen=True, slots=True)
class JawabanPenilaianPeriodik:
    """What PMM answered; None: could not be learnt or was not asked. `gangguan` are findings of calls without data."""

    pengguna: PenggunaPMM | None
    penilaian: tuple[PenilaianPMM, ...] | None
    gangguan: tuple[Temuan, ...] = ()
