"""The attachments of the final rating made equal to PMM's: bukti dukung, realisasi, umpan balik per indikator.

A row is known by its indikator and PMM's id (a realisasi by its indikator alone). What was made in e-Kinerja is never
touched; what came from PMM and is gone there goes to history (keputusan).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from ekinerja_domain.penilaian import BuktiDukung, LampiranPenilaian, Realisasi, UmpanBalik
from ekinerja_domain.sinkronisasi.penilaian_final.fakta import RincianPMM
from ekinerja_domain.sinkronisasi.temuan import Json
from ekinerja_domain.skp import Sumber

T = TypeVar("T", BuktiDukung, Realisasi, UmpanBalik)


@dataclass(frozen=True, slots=True)
class Selisih(Generic[T]):
    """The rows of one kind to write. A changed row keeps its id; `dihapus` goes to history."""

    baru: tuple[T, ...] = ()
    diubah: tuple[T, ...] = ()
    dihapus: tuple[T, ...] = ()

    @property
    def kosong(self) -> bool:
        return not (self.baru or self.diubah or self.dihapus)

    @property
    def masuk(self) -> tuple[T, ...]:
        """What flows in: new and changed rows."""
        return self.baru + self.diubah


@dataclass(frozen=True, slots=True)
class PerubahanLampiran:
    """Everything that changes among the attachments of one rating."""

    bukti_dukung: Selisih[BuktiDukung] = field(default_factory=Selisih)
    realisasi: Selisih[Realisasi] = field(default_factory=Selisih)
    umpan_balik: Selisih[UmpanBalik] = field(default_factory=Selisih)

    @property
    def kosong(self) -> bool:
        return self.bukti_dukung.kosong and self.realisasi.kosong and self.umpan_balik.kosong


def samakan_lampiran(
    lama: LampiranPenilaian,
    rincian: Sequence[RincianPMM],
    indikator: Mapping[tuple[str, str], UUID],
    *,
    dipertahankan: AbstractSet[UUID],
    id_baru: Callable[[], UUID],
) -> PerubahanLampiran:
    """The changes that make the attachments equal to PMM's. `indikator`: our indikator by PMM's (rhk, indikator); a
    rincian that names another one is left out. Nothing is removed from the indikator in `dipertahankan`."""
    ada_bukti = {(b.indikator_id, b.pmm_id): b for b in lama.bukti_dukung if b.sumber is Sumber.PMM}
    ada_realisasi = {r.indikator_id: r for r in lama.realisasi if r.sumber is Sumber.PMM}
    ada_umpan = {(u.indikator_id, u.pmm_id): u for u in lama.umpan_balik if u.sumber is Sumber.PMM}
    bukti: dict[tuple[UUID, str | None], BuktiDukung] = {}
    realisasi: dict[UUID, Realisasi] = {}
    umpan: dict[tuple[UUID, str | None], UmpanBalik] = {}
    # Should PMM name an indikator or an id twice, the first counts.
    for r in rincian:
        milik = indikator.get((r.rhk_id, r.indikator_id))
        if milik is None:
            continue
        for b in r.bukti_dukung:
            if (milik, b.id) not in bukti:
                id_bukti = ada_bukti[milik, b.id].id if (milik, b.id) in ada_bukti else id_baru()
                bukti[milik, b.id] = BuktiDukung(id_bukti, milik, b.nama, b.tautan, Sumber.PMM, b.id)
        if r.realisasi is not None and milik not in realisasi:
            id_realisasi = ada_realisasi[milik].id if milik in ada_realisasi else id_baru()
            realisasi[milik] = Realisasi(id_realisasi, milik, r.realisasi.teks, r.realisasi.sumber_data, Sumber.PMM)
        for u in r.umpan_balik:
            if (milik, u.id) not in umpan:
                id_umpan = ada_umpan[milik, u.id].id if (milik, u.id) in ada_umpan else id_baru()
                umpan[milik, u.id] = UmpanBalik(id_umpan, milik, u.positif, u.teks, Sumber.PMM, u.id)
    return PerubahanLampiran(
        _selisih(ada_bukti.values(), bukti.values(), dipertahankan),
        _selisih(ada_realisasi.values(), realisasi.values(), dipertahankan),
        _selisih(ada_umpan.values(), umpan.values(), dipertahankan),
    )


def _selisih(lama: Iterable[T], diminta: Iterable[T], dipertahankan: AbstractSet[UUID]) -> Selisih[T]:
    semula, menjadi = {x.id: x for x in lama}, {x.id: x for x in diminta}
    return Selisih(
        baru=tuple(x for x in menjadi.values() if x.id not in semula),
        diubah=tuple(x for x in menjadi.values() if x.id in semula and x != semula[x.id]),
        dihapus=tuple(x for x in semula.values() if x.id not in menjadi and x.indikator_id not in dipertahankan),
    )


def terapkan_lampiran(lama: LampiranPenilaian, perubahan: PerubahanLampiran) -> LampiranPenilaian:
    """The attachments as they stand after the change was written, as a value."""
    return LampiranPenilaian(
        _terapkan(lama.bukti_dukung, perubahan.bukti_dukung),
        _terapkan(lama.realisasi, perubahan.realisasi),
        _terapkan(lama.umpan_balik, perubahan.umpan_balik),
    )


def _terapkan(lama: Iterable[T], selisih: Selisih[T]) -> tuple[T, ...]:
    hapus = {x.id for x in selisih.dihapus}
    ubah = {x.id: x for x in selisih.diubah}
    return tuple(ubah.get(x.id, x) for x in lama if x.id not in hapus) + selisih.baru


def uraian_lampiran(perubahan: PerubahanLampiran) -> dict[str, Json]:
    """The exact changes for a preview, per kind: what comes in, what changes and into what, what goes to history."""
    bukti, realisasi, umpan = perubahan.bukti_dukung, perubahan.realisasi, perubahan.umpan_balik
    return {
        "bukti_dukung": _uraian(bukti, lambda b: {"nama": b.nama, "tautan": b.tautan}),
        "realisasi": _uraian(realisasi, lambda r: {"teks": r.teks, "sumber_data": r.sumber_data}),
        "umpan_balik": _uraian(umpan, lambda u: {"positif": u.positif, "teks": u.teks}),
    }


def _uraian(selisih: Selisih[T], isi: Callable[[T], dict[str, Json]]) -> dict[str, Json]:
    def baris(semua: Iterable[T]) -> list[Json]:
        return [{"id": str(x.id), "indikator_id": str(x.indikator_id), **isi(x)} for x in semua]

    return {"masuk": baris(selisih.baru), "diubah": baris(selisih.diubah), "dihapus": baris(selisih.dihapus)}
