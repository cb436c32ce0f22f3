"""What follows from the facts and PMM's ratings before anybody judges them: which period each is of, and which SKP it
belongs to. Checks and planner read it, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ekinerja_domain.kernel.hitung_sekali import hitung_sekali
from ekinerja_domain.periode import HasilPemeriksaan, Periode, PeriodeTahun, TipePeriodik, periksa_periodik
from ekinerja_domain.sinkronisasi.penilaian_bersama import disetujui, skp_definitif_tahun
from ekinerja_domain.sinkronisasi.penilaian_periodik.fakta import (
    FaktaPenilaianPeriodik,
    JawabanPenilaianPeriodik,
    PenilaianPMM,
)
from ekinerja_domain.skp import Skp

_AWAL_WAKTU = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PenempatanPenilaian:
    """A rating that agrees with the matrix, its period, and the SKP it belongs to. `tujuan` None: that SKP is not here
    yet; `di_luar`: it stands where PMM says, since no definitive SKP covers the period's end."""

    pmm: PenilaianPMM
    periode: PeriodeTahun
    tujuan: Skp | None
    di_luar: bool


def tipe_ditanyakan(periode: Sequence[Periode], tahun: int) -> TipePeriodik | None:
    """The tipe PMM is asked for: the one of the instansi, by all its periods. None while these are not in order: then
    PMM's ratings are not asked for at all."""
    hasil = periksa_periodik(periode, tahun)
    return hasil.tipe if hasil.kode is None else None


class TelaahPeriodik:
    """PMM's ratings of one person and year against the facts; checks and planner both read it."""

    def __init__(self, fakta: FaktaPenilaianPeriodik, jawaban: JawabanPenilaianPeriodik) -> None:
        self.fakta = fakta
        self.jawaban = jawaban

    @hitung_sekali
    def pemeriksaan(self) -> HasilPemeriksaan:
        return periksa_periodik(self.fakta.periode, self.fakta.tahun)

    @hitung_sekali
    def skp_sinkro(self) -> bool:
        """An agreed definitive SKP of the year is here."""
        return any(disetujui(s) for s in skp_definitif_tahun(self.fakta.skp, self.fakta.tahun))

    @hitung_sekali
    def _diterima(self) -> tuple[PenilaianPMM, ...]:
        """PMM's ratings; none while the periods they would be matched with are not in order."""
        return self.jawaban.penilaian or () if self.pemeriksaan.kode is None else ()

    @hitung_sekali
    def _periode(self) -> dict[tuple[TipePeriodik, int], PeriodeTahun]:
        return {p.kunci: p for p in self.pemeriksaan.periode if p.kunci is not None}

    @hitung_sekali
    def tanpa_periode(self) -> tuple[int, ...]:
        """The angka PMM rates for which the instansi has no period, ascending."""
        return tuple(sorted({p.angka for p in self._diterima if (p.tipe, p.angka) not in self._periode}))

    @hitung_sekali
    def melawan_matriks(self) -> tuple[PenilaianPMM, ...]:
        """Ratings whose predikat contradicts the matrix: never stored."""
        ada = (p for p in self._diterima if (p.tipe, p.angka) in self._periode and not p.menurut_matriks)
        return tuple(sorted(ada, key=lambda p: p.angka))

    @hitung_sekali
    def penempatan(self) -> tuple[PenempatanPenilaian, ...]:
        """Every rating that can be judged with its SKP, in the order of the periods."""
        per_periode: dict[tuple[TipePeriodik, int], list[PenilaianPMM]] = {}
        for p in self._diterima:
            if (p.tipe, p.angka) in self._periode:
                per_periode.setdefault((p.tipe, p.angka), []).append(p)
        return tuple(
            satu for kunci in sorted(per_periode) for satu in self._tempatkan(self._periode[kunci], per_periode[kunci])
        )

    @hitung_sekali
    def _skp_menurut_pmm(self) -> dict[str, Skp]:
        return {s.pmm_skp_id: s for s in self.fakta.skp if s.pmm_skp_id is not None and disetujui(s)}

    def _tempatkan(self, periode: PeriodeTahun, penilaian: Sequence[PenilaianPMM]) -> Iterable[PenempatanPenilaian]:
        """The one rating that counts, at the definitive SKP that covers the period's end, else at the SKP PMM names.

        The grade that counts for a PLT is the one of the definitive SKP, so a rating that names a PLT SKP here counts
        only where PMM gives no other for the period; besides another it stays with its PLT SKP.
        """
        plt = [p for p in penilaian if self._milik_plt(p)]
        calon = [p for p in penilaian if not self._milik_plt(p)] or plt
        mencakup = self._mencakup(periode)
        terisi: set[UUID] = set()
        if sah := [p for p in calon if p.menurut_matriks]:
            utama = max(sah, key=lambda p: self._bobot(p, mencakup))
            disebut = self._skp_menurut_pmm.get(utama.skp_id)
            tujuan = mencakup or disebut
            yield PenempatanPenilaian(utama, periode, tujuan, di_luar=mencakup is None and tujuan is not None)
            terisi |= {s.id for s in (tujuan, disebut) if s is not None}
        for p in sorted(plt, key=lambda p: self._bobot(p, mencakup), reverse=True):
            skp = self._skp_menurut_pmm[p.skp_id]
            if p.menurut_matriks and skp.id not in terisi:
                terisi.add(skp.id)
                yield PenempatanPenilaian(p, periode, skp, di_luar=False)

    def _milik_plt(self, p: PenilaianPMM) -> bool:
        skp = self._skp_menurut_pmm.get(p.skp_id)
        return skp is not None and not skp.definitif

    def _mencakup(self, periode: PeriodeTahun) -> Skp | None:
        """The agreed definitive SKP in which the period ends; definitive SKPs never overlap."""
        for s in self.fakta.skp:
            if s.definitif and disetujui(s) and s.kepala.periode_awal <= periode.akhir <= s.kepala.periode_akhir:
                return s
        return None

    def _bobot(self, p: PenilaianPMM, mencakup: Skp | None) -> tuple[bool, bool, int, datetime, str, str]:
        """Of several ratings of one period that of the covering SKP counts, then that of an SKP that is here, then the
        newest; total, so that PMM's order decides nothing."""
        disebut = self._skp_menurut_pmm.get(p.skp_id)
        return (
            disebut is not None and disebut is mencakup,
            disebut is not None,
            p.versi,
            p.dinilai_pada or _AWAL_WAKTU,
            str(p.hasil_kerja),
            str(p.perilaku_kerja),
        )
