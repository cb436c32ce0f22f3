"""The study of a rotation: PMM holds one SKP per assignment, each judged at the unit that is its school."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ekinerja_domain.kernel.hitung_sekali import hitung_sekali
from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.sinkronisasi.padanan import UnitDitemukan, temukan, temukan_semua
from ekinerja_domain.sinkronisasi.telaah import Penempatan, Telaah, TelaahSkp
from ekinerja_domain.skp import Skp


class TelaahRotasi(Telaah):
    """As Telaah, for a person who moved in the year (spec: domain 4.3)."""

    def _penempatan(self, skp: SkpPMM) -> Penempatan:
        # By all assignments, agreed or not: one that still waits for agreement may be the last.
        terakhir = skp.id == self.skp_pmm[-1].id
        ditemukan = temukan_semua(self.fakta.buku, skp.sekolah, harus_dikonfirmasi=self._harus_dikonfirmasi)
        dipilih = self._pilih(skp, ditemukan, terakhir=terakhir)
        if dipilih is not None:
            return Penempatan(dipilih.unit.id, (dipilih,), lampau=not terakhir)
        luar = self.fakta.unit_luar_skp.get(skp.id)
        return Penempatan(luar, ditemukan, lampau=not terakhir)

    def _pilih(self, skp: SkpPMM, ditemukan: Sequence[UnitDitemukan], *, terakhir: bool) -> UnitDitemukan | None:
        """The one active unit; of several confirmed ones the person's own for the last assignment."""
        pegawai = self.fakta.pegawai
        if terakhir and pegawai is not None:
            sendiri = next((d for d in ditemukan if d.unit.id == pegawai.unit_kerja_id), None)
            if sendiri is not None:
                return sendiri
        unit = temukan(self.fakta.buku, skp.sekolah, harus_dikonfirmasi=self._harus_dikonfirmasi)
        return next((d for d in ditemukan if unit is not None and d.unit.id == unit.id), None)

    @hitung_sekali
    def belum_padan(self) -> tuple[TelaahSkp, ...]:
        """Assignments whose school is no active unit we know."""
        return tuple(s for s in self.per_skp if s.skp is not None and s.penempatan is not None and s.unit is None)

    @hitung_sekali
    def terputus(self) -> tuple[tuple[SkpPMM, SkpPMM], ...]:
        """Neighbours with days between them; allowed, but noted."""
        return tuple((a, b) for a, b in pairwise(self.disepakati) if (b.periode_awal - a.periode_akhir).days > 1)

    def _yang_diambil_alih(self, telaah: TelaahSkp, bebas: Sequence[Skp]) -> Skp | None:
        """Beside an SKP of the same period one of the same unit that covers more: it is shortened to its assignment."""
        sama = super()._yang_diambil_alih(telaah, bebas)
        if sama is not None:
            return sama
        return next(
            (
                s
                for s in bebas
                if s.kepala.unit_kerja_id == telaah.pegawai.unit_kerja_id
                and s.bertumpukan(telaah.rentang.awal, telaah.rentang.akhir)
            ),
            None,
        )
