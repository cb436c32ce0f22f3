"""Which SKP of ours an agreed SKP of PMM meets, and which of ours stand in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.skp import Skp, StatusPegawai


@dataclass(frozen=True, slots=True)
class Pasangan:
    """One agreed PMM SKP and the SKP of ours that it meets; None: a new one will be made."""

    pmm: SkpPMM
    milik: Skp | None


def yang_bertumpukan(pasangan: Iterable[Pasangan], skp: Iterable[Skp]) -> Iterable[tuple[SkpPMM, Skp]]:
    """Our definitive SKPs that meet none of PMM's and overlap one of them, each with the first such."""
    pasangan = list(pasangan)
    bertemu = {p.milik.id for p in pasangan if p.milik is not None}
    for milik in skp:
        if not milik.definitif or milik.id in bertemu:
            continue
        for p in pasangan:
            if p.pmm.penugasan is StatusPegawai.DEFINITIF and milik.bertumpukan(
                p.pmm.periode_awal, p.pmm.periode_akhir
            ):
                yield p.pmm, milik
                break
