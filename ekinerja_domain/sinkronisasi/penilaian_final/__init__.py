"""Sinkro penilaian final: the year's rating with its bukti dukung, realisasi and umpan balik (document 000, part D).

Pure. `TelaahFinal` studies facts and answer, `periksa` judges, `rencanakan` gives the exact changes; writing a plan
makes e-Kinerja equal to PMM, and planning again then finds nothing.
"""

from ekinerja_domain.sinkronisasi.penilaian_final.fakta import (
    BuktiDukungPMM,
    FaktaPenilaianFinal,
    JawabanPenilaianFinal,
    PenilaianFinalPMM,
    RealisasiPMM,
    RincianPMM,
    UmpanBalikPMM,
)
from ekinerja_domain.sinkronisasi.penilaian_final.prasyarat import periksa
from ekinerja_domain.sinkronisasi.penilaian_final.rencana import (
    PENGHITUNG,
    RencanaFinal,
    perlu_isi,
    perlu_lampiran,
    rencanakan,
    ringkasan_final,
)
from ekinerja_domain.sinkronisasi.penilaian_final.rincian import (
    PerubahanLampiran,
    Selisih,
    terapkan_lampiran,
    uraian_lampiran,
)
from ekinerja_domain.sinkronisasi.penilaian_final.telaah import TelaahFinal

__all__ = [
    "PENGHITUNG",
    "BuktiDukungPMM",
    "FaktaPenilaianFinal",
    "JawabanPenilaianFinal",
    "PenilaianFinalPMM",
    "PerubahanLampiran",
    "RealisasiPMM",
    "RencanaFinal",
    "RincianPMM",
    "Selisih",
    "TelaahFinal",
    "UmpanBalikPMM",
    "periksa",
    "perlu_isi",
    "perlu_lampiran",
    "rencanakan",
    "ringkasan_final",
    "terapkan_lampiran",
    "uraian_lampiran",
]
