"""The one place that lists the kinds of synchronisation: how each is asked for, judged and planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ekinerja_domain.sinkronisasi import rencana
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.rencana import Rencana
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import StatusPegawai


@dataclass(frozen=True, slots=True)
class Pendaftaran:
    """One jenis. `jalur`: its path in the API; `penugasan`: which of PMM's SKPs it takes; `periksa` judges;
    `rencanakan` gives the exact changes of what passed; `perlu_isi` names the SKPs it needs in full for that."""

    jenis: JenisSinkro
    jalur: str
    penugasan: StatusPegawai
    periksa: Callable[[Telaah], Sequence[Temuan]]
    perlu_isi: Callable[[Telaah], Sequence[UUID]]
    rencanakan: Callable[[Telaah, Callable[[], UUID]], Rencana]


def _rencanakan_skp(telaah: Telaah, id_baru: Callable[[], UUID]) -> Rencana:
    return rencana.rencanakan(telaah, id_baru=id_baru)


JENIS_TERDAFTAR: Mapping[JenisSinkro, Pendaftaran] = {
    p.jenis: p
    for p in (
        Pendaftaran(
            jenis=JenisSinkro.SKP,
            jalur="skp",
            penugasan=StatusPegawai.DEFINITIF,
            periksa=periksa_skp,
            perlu_isi=rencana.perlu_isi,
            rencanakan=_rencanakan_skp,
        ),
    )
}
