"""What can be wrong with an import. A message names the place and the rule, never the value: that may be a NIP."""

from __future__ import annotations

from dataclasses import dataclass, field

BATAS_DAFTAR_GALAT = 1_000


@dataclass(frozen=True, slots=True)
class Galat:
    """One fault of the payload: where it is (`pegawai[3].nip`) and what is wrong, in Indonesian."""

    lokasi: str
    pesan: str


@dataclass(slots=True)
class KumpulanGalat:
    """Collects faults; keeps the first thousand and counts the others."""

    daftar: list[Galat] = field(default_factory=list)
    jumlah: int = 0

    def tambah(self, lokasi: str, pesan: str) -> None:
        self.jumlah += 1
        if len(self.daftar) < BATAS_DAFTAR_GALAT:
            self.daftar.append(Galat(lokasi, pesan))

    def tolak_bila_ada(self) -> None:
        """Raises ImporDitolak unless there is no fault."""
        if self.jumlah:
            lebih = self.jumlah - len(self.daftar)
            sisa = [Galat("", f"dan {lebih} galat lain yang tidak ditampilkan")] if lebih else []
            raise ImporDitolak([*self.daftar, *sisa])


class ImporDitolak(Exception):
    """Nothing was imported; `galat` lists every bad row (at most 1,000, then how many more)."""

    def __init__(self, galat: list[Galat]) -> None:
        super().__init__(f"impor ditolak: {len(galat)} galat")
        self.galat = galat


class DiLuarInstansi(Exception):
    """The payload reaches into an instansi that the caller does not have: as a whole it is not found."""


class ImporTerlaluBesar(Exception):
    """The payload is above 64 MiB."""
