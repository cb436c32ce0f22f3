"""The screens of the console, in the order of the navigation."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter

from sync_api.konsol.layar import beranda, detail_sinkro, dialog_sinkro, log_sinkronisasi, masuk, statik
from sync_api.konsol.tampilan import Menu


class Layar(Protocol):
    """A module of a screen."""

    router: APIRouter
    MENU: tuple[Menu, ...]


LAYAR: tuple[Layar, ...] = (beranda, log_sinkronisasi, dialog_sinkro, detail_sinkro, masuk, statik)
