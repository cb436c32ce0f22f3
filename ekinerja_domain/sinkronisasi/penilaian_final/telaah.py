"""What follows from the facts and PMM's answer before anybody judges it: the period, the SKP the final rating belongs
to, which of PMM's SKPs that one is, and whose school it is. Checks and planner read it, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ekinerja_domain.kernel.hitung_sekali import hitung_sekali
from ekinerja_domain.penilaian import Penilaian
from ekinerja_domain.periode import HasilPemeriksaan, PeriodeTahun, periksa_final
from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.sinkronisasi.jenis import JENIS_SKP_MENURUT_TIPE
from ekinerja_domain.sinkronisasi.padanan import HasilPadanan, SekolahPMM, StatusPadanan, cocokkan
from ekinerja_domain.sinkronisasi.penilaian_bersama import disetujui, hari_aktif, id_periode, skp_definitif_tahun
from ekinerja_domain.sinkronisasi.penilaian_final.fakta import FaktaPenilaianFinal, JawabanPenilaianFinal
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.skp import JenisSkp, Skp
from ekinerja_domain.unit_kerja import UnitKerja


class TelaahFinal:
    """One person and year."""

    def __init__(
        self, fakta: FaktaPenilaianFinal, jawaban: JawabanPenilaianFinal, *, harus_dikonfirmasi: bool = False
    ) -> None:
        self.fakta = fakta
        self.jawaban = jawaban
        self._harus_dikonfirmasi = harus_dikonfirmasi
        self._telaah = Telaah(fakta.dasar, jawaban.dasar, harus_dikonfirmasi=harus_dikonfirmasi)

    @hitung_sekali
    def hari_aktif(self) -> date:
        """The day on which "aktif" is asked: today, for a past year the last day of its SKP (keputusan)."""
        dasar = self.fakta.dasar
        return hari_aktif(dasar.tahun, dasar.hari_ini, dasar.skp)

    @hitung_sekali
    def pemeriksaan(self) -> HasilPemeriksaan:
        return periksa_final(self.fakta.periode, self.fakta.dasar.tahun)

    @property
    def periode(self) -> PeriodeTahun | None:
        """The FINAL period of the year; None unless there is exactly one."""
        return self.pemeriksaan.periode[0] if self.pemeriksaan.kode is None else None

    @hitung_sekali
    def skp_terakhir(self) -> Skp | None:
        """The last definitive SKP of the year here, to which the final rating belongs, whatever its status."""
        return next(reversed(skp_definitif_tahun(self.fakta.dasar.skp, self.fakta.dasar.tahun)), None)

    @property
    def skp(self) -> Skp | None:
        """The same, once it is agreed."""
        return self.skp_terakhir if self.skp_terakhir is not None and disetujui(self.skp_terakhir) else None

    @hitung_sekali
    def skp_pmm(self) -> SkpPMM | None:
        """PMM's last agreed definitive SKP of the year."""
        return self._telaah.disepakati[-1] if self._telaah.disepakati else None

    @hitung_sekali
    def penyetaraan(self) -> Telaah | None:
        """The study in which our last SKP meets PMM's last one, by which RHK and indikator are made equal; None when
        they are not the same SKP. The person is judged where that SKP is, not where they may be since."""
        skp, pmm, dasar = self.skp, self.skp_pmm, self.fakta.dasar
        if skp is None or pmm is None or dasar.pegawai is None:
            return None
        if skp.pmm_skp_id != pmm.id and skp.pmm_skp_id in {s.id for s in self.jawaban.dasar.skp or ()}:
            return None
        fakta = replace(dasar, pegawai=replace(dasar.pegawai, unit_kerja_id=skp.kepala.unit_kerja_id), skp=(skp,))
        sempit = Telaah(fakta, replace(self.jawaban.dasar, skp=(pmm,)), harus_dikonfirmasi=self._harus_dikonfirmasi)
        return sempit if any(p.milik is not None for p in sempit.pasangan) else None

    @property
    def skp_sinkro(self) -> bool:
        """The last definitive SKP is here and agreed, and so is PMM's last agreed one."""
        if self.skp is None:
            return False
        if self.skp_pmm is None or self.penyetaraan is not None:
            return True
        return any(s.definitif and s.pmm_skp_id == self.skp_pmm.id for s in self.fakta.dasar.skp)

    @hitung_sekali
    def sekolah(self) -> SekolahPMM | None:
        """The last school in PMM: of the last agreed definitive SKP, else of the last one, else of the Pengguna."""
        semua = self._telaah.disepakati or self._telaah.skp_pmm
        if semua:
            return semua[-1].sekolah
        return self.jawaban.dasar.pengguna.sekolah if self.jawaban.dasar.pengguna is not None else None

    @hitung_sekali
    def _jenis_skp(self) -> JenisSkp | None:
        if self.skp_pmm is not None:
            return JENIS_SKP_MENURUT_TIPE.get(self.skp_pmm.jenis)
        pengguna = self.jawaban.dasar.pengguna
        return None if pengguna is None else JENIS_SKP_MENURUT_TIPE.get(pengguna.jenis)

    @hitung_sekali
    def unit_id(self) -> str | None:
        """The unit that must be that school: the person's own; for a past year that of the last definitive SKP here; of
        a pengawas the unit kerja induk."""
        dasar = self.fakta.dasar
        unit_id = dasar.pegawai.unit_kerja_id if dasar.pegawai is not None else None
        if dasar.tahun_lampau and self.skp_terakhir is not None:
            unit_id = self.skp_terakhir.kepala.unit_kerja_id
        if unit_id is not None and self._jenis_skp is JenisSkp.PENGAWAS:
            induk = dasar.pohon.induk(unit_id)
            return induk.id if induk is not None else unit_id
        return unit_id

    @property
    def unit(self) -> UnitKerja | None:
        """That unit in the reference, active or not."""
        return None if self.unit_id is None else self.fakta.dasar.pohon.unit.get(self.unit_id)

    @hitung_sekali
    def padanan(self) -> HasilPadanan | None:
        """Whether that unit is PMM's last school; None while PMM's school is not known."""
        if self.sekolah is None:
            return None
        return cocokkan(
            self.fakta.dasar.buku, self.sekolah, self.unit_id or "", harus_dikonfirmasi=self._harus_dikonfirmasi
        )

    @property
    def padanan_baru(self) -> Iterable[tuple[str, StatusPadanan]]:
        """Units that the names told for the school's NPSN, to be remembered."""
        if self.padanan is not None:
            if self.padanan.simpan_otomatis and self.padanan.unit is not None:
                yield self.padanan.unit.id, StatusPadanan.OTOMATIS
            yield from ((unit_id, StatusPadanan.USULAN) for unit_id in self.padanan.usulan_baru)

    @hitung_sekali
    def penilaian_lama(self) -> Penilaian | None:
        """The person's definitive rating of the FINAL period, on whichever SKP it stands."""
        if self.periode is None:
            return None
        kunci = (id_periode(self.periode), self.fakta.dasar.tahun)
        return next((p for p in self.fakta.penilaian if p.definitif and (p.periode_id, p.tahun) == kunci), None)
