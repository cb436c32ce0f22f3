"""What the sync of the final rating is judged by: what e-Kinerja knows and what PMM answered, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ekinerja_domain.penilaian import LampiranPenilaian, Penilaian, Predikat, Rating
from ekinerja_domain.periode import Periode
from ekinerja_domain.sinkronisasi.fakta import FaktaPegawai, JawabanPMM


@dataclass(frozen=True, slots=True)
class BuktiDukungPMM:
    id: str
    nama: str
    tautan: str | None


@dataclass(frozen=True, slots=True)
class RealisasiPMM:
    teks: str
    sumber_data: str | None


@dataclass(frozen=True, slots=True)
class UmpanBalikPMM:
    id: str
    positif: bool
    teks: str | None


@dataclass(frozen=True, slots=True)
class RincianPMM:
    """What PMM attaches to one indikator, named by PMM's ids of RHK and indikator."""

    rhk_id: str
    indikator_id: str
    bukti_dukung: tuple[BuktiDukungPMM, ...] = ()
    realisasi: RealisasiPMM | None = None
    umpan_balik: tuple[UmpanBalikPMM, ...] = ()


@dataclass(frozen=True, slots=True)
class PenilaianFinalPMM:
    """The year's final rating as PMM holds it; the ratings are None while the rater has not given them."""

    skp_id: str
    lengkap: bool
    hasil_kerja: Rating | None
    perilaku_kerja: Rating | None
    predikat: Predikat | None
    dinilai_pada: datetime | None
    versi: int
    rincian: tuple[RincianPMM, ...] = ()


@dataclass(frozen=True, slots=True)
class FaktaPenilaianFinal:
    """What e-Kinerja knows about one person for one year: all that Sinkro SKP is judged by (`dasar`), the periods of
    the instansi, the person's ratings of the year, and what hangs on the final one (None while it was not loaded)."""

    dasar: FaktaPegawai
    instansi_id: str
    nama_instansi: str
    periode: tuple[Periode, ...]
    penilaian: tuple[Penilaian, ...]
    lampiran: LampiranPenilaian | None = None


@dataclass(frozen=True, slots=True)
class JawabanPenilaianFinal:
    """What PMM answered: Pengguna and SKPs (`dasar`, with the findings of every call that gave no data, also of the
    one for the rating) and the final rating. `final` None counts as "PMM has none" only when `final_dijawab`."""

    dasar: JawabanPMM
    final: PenilaianFinalPMM | None
    final_dijawab: bool
