"""The exact ratings one landing writes. Pure: a preview shows the plan, the engine writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from ekinerja_domain.penilaian import Penilaian
from ekinerja_domain.sinkronisasi.penilaian_bersama import PerubahanPenilaian, id_periode, samakan_penilaian
from ekinerja_domain.sinkronisasi.penilaian_periodik.telaah import TelaahPeriodik
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import Sumber


@dataclass(frozen=True, slots=True)
class RencanaPenilaian:
    """The ratings one landing writes, in the order of the periods."""

    perubahan: tuple[PerubahanPenilaian, ...]
    catatan: tuple[Temuan, ...] = ()

    @property
    def menulis(self) -> bool:
        return bool(self.perubahan)


def rencanakan(t: TelaahPeriodik, *, id_baru: Callable[[], UUID]) -> RencanaPenilaian:
    """The exact ratings to write for a person whose checks passed: new, replaced and moved ones. What PMM no longer
    has stays as it is."""
    # A rating that PMM gives for a PLT SKP by itself is that SKP's own and never becomes the definitive one.
    milik_plt = {
        (id_periode(p.periode), p.tujuan.id)
        for p in t.penempatan
        if p.tujuan is not None and not p.tujuan.definitif and not p.di_luar
    }
    hasil: list[PerubahanPenilaian] = []
    for p in t.penempatan:
        if p.tujuan is None:
            raise ValueError("prasyarat belum terpenuhi")
        periode_id = id_periode(p.periode)
        seperiode = [n for n in t.fakta.penilaian if (n.periode_id, n.tahun) == (periode_id, t.fakta.tahun)]
        if p.tujuan.definitif:
            lama = next((n for n in seperiode if n.definitif), None) or next(
                (n for n in seperiode if n.sumber is Sumber.PMM and (periode_id, n.skp_id) not in milik_plt), None
            )
        else:
            lama = next((n for n in seperiode if n.skp_id == p.tujuan.id), None)
        diminta = Penilaian(
            id=lama.id if lama else id_baru(),
            skp_id=p.tujuan.id,
            periode_id=periode_id,
            tahun=t.fakta.tahun,
            hasil_kerja=p.pmm.hasil_kerja,
            perilaku_kerja=p.pmm.perilaku_kerja,
            sumber=Sumber.PMM,
            dinilai_pada=p.pmm.dinilai_pada,
            pmm_versi=p.pmm.versi,
            definitif=p.tujuan.definitif,
            berakhir=p.periode.akhir,
        )
        perubahan = samakan_penilaian(lama, diminta, p.periode)
        if perubahan is not None:
            hasil.append(perubahan)
    return RencanaPenilaian(tuple(hasil))


def pesan_tanpa_perubahan(nama_sumber: str) -> str:
    """What the dialog says of a landing that changed nothing (document 000, "Sukses - Kondisi 2")."""
    return f"Tidak terdapat penilaian baru dari {nama_sumber}"
