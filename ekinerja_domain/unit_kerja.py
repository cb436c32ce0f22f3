"""The tree of units, who leads them, and from that who rates whom (spec: domain 3.1, "atasan is derived")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ekinerja_domain.pegawai import Pegawai, aktif_pada


class JenisPimpinan(StrEnum):
    DEFINITIF = "DEFINITIF"
    PLT = "PLT"
    PLH = "PLH"
    PJB = "PJB"


@dataclass(frozen=True, slots=True)
class UnitKerja:
    id: str
    nama: str
    induk_id: str | None
    mandiri: bool
    aktif: bool
    npsn: str | None


@dataclass(frozen=True, slots=True)
class Pimpinan:
    """One record of leading a unit, `mulai` and `selesai` inclusive, with what the rules ask of its holder."""

    unit_kerja_id: str
    nip: str
    nama: str
    jenis: JenisPimpinan
    mulai: date
    selesai: date | None
    pemegang_aktif: bool
    pemegang_nonaktif_sejak: date | None
    pemegang_unit_kerja_id: str | None

    def tercatat_pada(self, hari: date) -> bool:
        """The record's dates cover the day, whatever became of its holder since."""
        return self.mulai <= hari and (self.selesai is None or hari <= self.selesai)

    def bertumpukan(self, awal: date, akhir: date) -> bool:
        return self.mulai <= akhir and (self.selesai is None or awal <= self.selesai)

    def berlaku_pada(self, hari: date) -> bool:
        """In force: a DEFINITIF only while its holder is active and still has that unit kerja, since changing the
        unit ends the claim (document 002, "Edit Profil")."""
        if not self.tercatat_pada(hari):
            return False
        if self.jenis is JenisPimpinan.DEFINITIF:
            aktif = aktif_pada(self.pemegang_aktif, self.pemegang_nonaktif_sejak, hari)
            return aktif and self.pemegang_unit_kerja_id == self.unit_kerja_id
        return True


@dataclass(frozen=True, slots=True)
class Atasan:
    """A rater and the unit they lead."""

    nip: str
    nama: str
    unit_kerja_id: str
    unit_kerja_nama: str


@dataclass(frozen=True, slots=True)
class PohonUnit:
    """The units of one instansi and their leaders; every question about raters is asked here."""

    unit: Mapping[str, UnitKerja]
    pimpinan: Mapping[str, Sequence[Pimpinan]] = field(default_factory=dict)

    def leluhur(self, unit_id: str) -> Iterator[UnitKerja]:
        """The ancestors above the unit, nearest first; ends at a root, at a gap in the reference, or at a cycle."""
        dilihat = {unit_id}
        unit = self.unit.get(unit_id)
        while unit is not None and unit.induk_id is not None and unit.induk_id not in dilihat:
            dilihat.add(unit.induk_id)
            unit = self.unit.get(unit.induk_id)
            if unit is not None:
                yield unit

    def induk(self, unit_id: str) -> UnitKerja | None:
        """Unit kerja induk: the nearest ancestor-or-self that is JPT/Mandiri; None when there is none."""
        unit = self.unit.get(unit_id)
        if unit is None or unit.mandiri:
            return unit
        return next((leluhur for leluhur in self.leluhur(unit_id) if leluhur.mandiri), None)

    def semua_pimpinan(self, unit_id: str, hari: date) -> list[Pimpinan]:
        """Everybody who leads the unit on the day, the one who counts first: PLT, PLH and PJB before DEFINITIF (it is
        the admin's dated act, while a claim is often not released), the latest `mulai` first."""
        berlaku = [p for p in self.pimpinan.get(unit_id, ()) if p.berlaku_pada(hari)]
        return sorted(berlaku, key=lambda p: (p.jenis is JenisPimpinan.DEFINITIF, -p.mulai.toordinal(), p.nip))

    def memimpin(self, nip: str, unit_id: str, hari: date) -> bool:
        """The person has any record of leading the unit in force on the day."""
        return any(p.nip == nip for p in self.semua_pimpinan(unit_id, hari))

    def _pimpinan_di_atas(self, nip: str, unit_id: str, hari: date) -> tuple[UnitKerja, list[Pimpinan]] | None:
        for unit in self.leluhur(unit_id):
            lain = [p for p in self.semua_pimpinan(unit.id, hari) if p.nip != nip]
            if lain:
                return unit, lain
        return None

    def calon_atasan(self, pegawai: Pegawai, hari: date, *, sebagai_pimpinan: bool) -> list[Atasan]:
        """Who may rate the person on the day, the derived atasan first; empty when there is nobody.

        The pimpinan of the person's unit; if the person leads that unit (or is to be judged as its leader,
        `sebagai_pimpinan`), those of the nearest ancestor that has one who is not the person.
        """
        if pegawai.unit_kerja_id is None or pegawai.unit_kerja_id not in self.unit:
            return []
        unit, pimpinan = self.unit[pegawai.unit_kerja_id], self.semua_pimpinan(pegawai.unit_kerja_id, hari)
        if sebagai_pimpinan or (pimpinan and pimpinan[0].nip == pegawai.nip):
            atas = self._pimpinan_di_atas(pegawai.nip, unit.id, hari)
            if atas is None:
                return []
            unit, pimpinan = atas
        return [Atasan(p.nip, p.nama, unit.id, unit.nama) for p in pimpinan if p.nip != pegawai.nip]

    def pernah_memimpin(self, nip: str, unit_id: str, awal: date, akhir: date) -> Pimpinan | None:
        """A record of the person leading the unit on some day of the range, whatever became of the claim."""
        return next((p for p in self.pimpinan.get(unit_id, ()) if p.nip == nip and p.bertumpukan(awal, akhir)), None)
