"""The one place that lists the kinds of synchronisation."""

from __future__ import annotations

from typing import Any

from services.sinkronisasi.jenis.dasar import Pendaftaran
from services.sinkronisasi.jenis.penilaian import SinkroPenilaianFinal, SinkroPenilaianPeriodik
from services.sinkronisasi.jenis.rotasi import SinkroSkpRotasi
from services.sinkronisasi.jenis.skp import SinkroSkp, SinkroSkpPlt

JENIS_TERDAFTAR: dict[str, Pendaftaran[Any]] = {}


def daftarkan(pendaftaran: Pendaftaran[Any]) -> None:
    """Adds a jenis: from then on the engine, the API and bulks know it."""
    JENIS_TERDAFTAR[pendaftaran.jenis] = pendaftaran


# In the order in which a bulk of several works: what others wait for first.
for _satu in (
    SinkroSkpPlt(),
    SinkroSkp(),
    SinkroSkpRotasi(),
    SinkroPenilaianPeriodik(),
    SinkroPenilaianFinal(),
):
    daftarkan(_satu)
