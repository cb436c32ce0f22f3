"""What can be wrong with a change of a unit or of who leads it. No text repeats a value: that may be a NIP."""

from __future__ import annotations


class UnitKerjaTidakDitemukan(Exception):
    """The unit, or the one named as its parent, is unknown or belongs to another instansi."""


class PimpinanTidakDitemukan(Exception):
    """The record is unknown or belongs to another instansi."""


class PemegangTidakDitemukan(Exception):
    """The person who is to lead is no pegawai of the unit's instansi."""


class IsianTidakSah(ValueError):
    """A field cannot have this value beside the others; `kolom` names it."""

    def __init__(self, kolom: str, pesan: str) -> None:
        super().__init__(pesan)
        self.kolom, self.pesan = kolom, pesan


class PimpinanSudahAda(Exception):
    """The unit has a record of the same person, jenis and first day."""


class PimpinanDefinitifGanda(Exception):
    """The unit would have more than one DEFINITIF in force on a day (spec: domain 3)."""
