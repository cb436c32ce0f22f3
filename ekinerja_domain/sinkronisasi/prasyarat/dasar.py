"""What a check is, how a list of them is run, and how findings name people, units and facts.

Every check that can be judged is judged, so that one attempt reports everything; a check whose need does not hold is
"belum diperiksa" and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import (
    Fakta,
    JenisFakta,
    JenisObjek,
    Kode,
    Objek,
    Temuan,
    Tingkat,
    buat_temuan,
)


@dataclass(frozen=True, slots=True)
class Prasyarat:
    """A named check of the whole person; `periksa` yields its findings."""

    nama: str
    periksa: Callable[[Telaah], Iterable[Temuan]]


@dataclass(frozen=True, slots=True)
class PrasyaratSkp:
    """A named check of one SKP. `butuh`: the names of the checks that must hold for that SKP before this one can be
    judged. `dengan_pengguna`: it can also be judged by PMM's Pengguna while no SKP is agreed. `butuh_unit`,
    `butuh_jenis`: only for a unit that exists and a kind of user that is supported."""

    nama: str
    periksa: Callable[[TelaahSkp], Iterable[Temuan]]
    butuh: tuple[str, ...] = ()
    dengan_pengguna: bool = False
    butuh_unit: bool = True
    butuh_jenis: bool = True


# What these say is unmet also where it only is a note, so what needs the check cannot be judged.
_BELUM_TERPENUHI = frozenset({Kode.ATASAN_BELUM_ADA, Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA})


def jalankan(prasyarat: Sequence[Prasyarat], telaah: Telaah) -> list[Temuan]:
    """The findings of the person's checks, in order."""
    return [t for p in prasyarat for t in p.periksa(telaah)]


def jalankan_per_skp(prasyarat: Sequence[PrasyaratSkp], s: TelaahSkp) -> list[Temuan]:
    """The findings of one SKP's checks, in order, without those that cannot be judged."""
    hasil: list[Temuan] = []
    terpenuhi: set[str] = set()
    for p in prasyarat:
        if _dapat_dinilai(p, s) and terpenuhi.issuperset(p.butuh):
            temuan = list(p.periksa(s))
            if all(map(_hanya_dicatat, temuan)):
                terpenuhi.add(p.nama)
            hasil += temuan
    return hasil


def _hanya_dicatat(t: Temuan) -> bool:
    return t.tingkat is Tingkat.CATATAN and t.kode not in _BELUM_TERPENUHI


def _dapat_dinilai(p: PrasyaratSkp, s: TelaahSkp) -> bool:
    if not p.butuh_unit:
        return True
    if s.unit is None or (s.skp is None and not p.dengan_pengguna):
        return False
    # Whom an unknown kind of user is rated by is not known either.
    return s.jenis_skp is not None or not p.butuh_jenis


def sekali(temuan: Iterable[Temuan]) -> list[Temuan]:
    """Each finding once, in the order of the first."""
    return list({(t.kode, t.tingkat, t.pesan): t for t in temuan}.values())


def buat(t: Telaah | TelaahSkp, kode: Kode, **isi: Any) -> Temuan:
    """A finding in the words of the configured source."""
    return buat_temuan(kode, sumber=t.fakta.nama_sumber, **isi)


def objek_pegawai(t: Telaah | TelaahSkp) -> Objek:
    pegawai = t.fakta.pegawai
    return Objek(JenisObjek.PEGAWAI, t.fakta.nip, pegawai.nama if pegawai else None)


def fakta_skp_pmm(t: Telaah | TelaahSkp) -> Fakta:
    """PMM's SKPs of the person and year."""
    return Fakta(JenisFakta.PMM_SKP, f"{t.fakta.nip}:{t.fakta.tahun}")
