"""Who a person is in e-Kinerja. e-Kinerja's own truth: a sync never changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class JenisPegawai(StrEnum):
    PEGAWAI = "PEGAWAI"
    PIMPINAN = "PIMPINAN"


class JenisAsn(StrEnum):
    PNS = "PNS"
    PPPK = "PPPK"


@dataclass(frozen=True, slots=True)
class Pegawai:
    """A civil servant. `unit_kerja_id` is upper-case hex and may name a unit the reference lacks."""

    nip: str
    nama: str
    instansi_id: str
    unit_kerja_id: str | None
    jabatan: str
    jenis_pegawai: JenisPegawai
    aktif: bool
    nonaktif_sejak: date | None

    def aktif_pada(self, hari: date) -> bool:
        """Whether the person is active on the day. Callers give today, or for a past year the last day of the SKP
        (spec: domain 4)."""
        return aktif_pada(self.aktif, self.nonaktif_sejak, hari)


def aktif_pada(aktif: bool, nonaktif_sejak: date | None, hari: date) -> bool:
    """Today's flag, except for a day before the date on which the person left."""
    return aktif or (nonaktif_sejak is not None and hari < nonaktif_sejak)
