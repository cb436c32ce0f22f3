"""The screens of the console, in the order of the navigation."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter

from sync_api.konsol.layar import (
    audit,
    beranda,
    detail_sinkro,
    dialog_sinkro,
    jadwal,
    jadwal_isi,
    log_sinkronisasi,
    massal,
    massal_baru,
    masuk,
    padanan,
    periode,
    periode_isi,
    pimpinan,
    pimpinan_isi,
    skp_saya,
    statik,
    unit_kerja,
    user_pmm,
)
from sync_api.konsol.tampilan import Menu


class Layar(Protocol):
    """A module of a screen."""

    router: APIRouter
    MENU: tuple[Menu, ...]


# Where two have a path of the same shape, the one with the fixed word stands first.
LAYAR: tuple[Layar, ...] = (
    skp_saya,
    beranda,
    log_sinkronisasi,
    dialog_sinkro,
    detail_sinkro,
    massal_baru,
    massal,
    jadwal_isi,
    jadwal,
    user_pmm,
    padanan,
    pimpinan_isi,
    pimpinan,
    unit_kerja,
    periode,
    periode_isi,
    audit,
    masuk,
    statik,
)
