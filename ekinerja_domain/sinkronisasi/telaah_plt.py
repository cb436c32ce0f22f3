"""The study of acting posts: each PLT SKP is judged at the unit that is PMM's school and at which the person acts."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.fakta import FaktaPegawai, JawabanPMM, SkpPMM
from ekinerja_domain.sinkronisasi.padanan import temukan_semua
from ekinerja_domain.sinkronisasi.telaah import Penempatan, Telaah
from ekinerja_domain.skp import StatusPegawai
from ekinerja_domain.unit_kerja import JenisPimpinan

PELAKSANA = frozenset({JenisPimpinan.PLT, JenisPimpinan.PLH})


class TelaahPlt(Telaah):
    """As Telaah, for PMM SKPs with penugasan PLT (spec: domain 4.2). Several acting posts are normal."""

    def __init__(self, fakta: FaktaPegawai, jawaban: JawabanPMM, *, harus_dikonfirmasi: bool = False) -> None:
        super().__init__(fakta, jawaban, penugasan=StatusPegawai.PLT, harus_dikonfirmasi=harus_dikonfirmasi)

    def _penempatan(self, skp: SkpPMM) -> Penempatan:
        ditemukan = temukan_semua(self.fakta.buku, skp.sekolah, harus_dikonfirmasi=self._harus_dikonfirmasi)
        for d in ditemukan:
            catatan = self.fakta.pohon.pimpinan.get(d.unit.id, ())
            if any(
                p.nip == self.fakta.nip and p.jenis in PELAKSANA and p.bertumpukan(skp.periode_awal, skp.periode_akhir)
                for p in catatan
            ):
                return Penempatan(d.unit.id, (d,), plt=True)
        return Penempatan(None, ditemukan, plt=True)
