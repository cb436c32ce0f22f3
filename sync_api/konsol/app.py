"""The console as a sub-application: its screens, its layer, and how the process mounts it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount
from starlette.types import Scope

from services.identitas.masuk import buat_alur_masuk
from services.identitas.verifikasi import Verifikator
from services.konteks import Konteks
from services.settings import Settings
from sync_api.batas.penjaga import Penjaga
from sync_api.konsol.galat import halaman_ditolak, pasang_penangan_halaman
from sync_api.konsol.keadaan import JALUR_KONSOL, Perangkat
from sync_api.konsol.lapisan import LapisanKonsol
from sync_api.konsol.layar.daftar import LAYAR
from sync_api.konsol.segel import segel_dari_pengaturan
from sync_api.konsol.tampilan import Menu

_log = structlog.get_logger("sinkro.konsol")


def buat_konsol(perangkat: Perangkat) -> FastAPI:
    """The console, to be mounted at JALUR_KONSOL."""
    app = FastAPI(title="Konsol Sinkro", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    menu: list[Menu] = []
    for layar in LAYAR:
        app.include_router(layar.router)
        menu += layar.MENU
    app.state.menu = tuple(menu)
    app.state.perangkat = perangkat
    pasang_penangan_halaman(app)
    app.add_middleware(LapisanKonsol, perangkat=perangkat, jawab_galat=halaman_ditolak)
    return app


def pasang_konsol(
    app: FastAPI,
    settings: Settings,
    verifikator: Verifikator,
    *,
    jam: Callable[[], float] = time.time,
) -> FastAPI | None:
    """Mounts the console in the application; None, and no console, when there is no secret for its sessions."""
    segel = segel_dari_pengaturan(settings)
    if segel is None:
        _log.info("konsol_tidak_dipasang", alasan="SINKRO_KONSOL_RAHASIA kosong")
        return None

    def konteks() -> Konteks:
        hasil: Konteks = app.state.konteks
        return hasil

    def penjaga() -> Penjaga | None:
        return getattr(app.state, "penjaga", None)

    alur = buat_alur_masuk(settings, verifikator, penerbit_lokal=getattr(app.state, "penerbit_lokal", None))
    konsol = buat_konsol(Perangkat(settings, segel, verifikator, alur, konteks, penjaga, jam))
    app.add_route(JALUR_KONSOL, _ke_depan, include_in_schema=False)
    app.router.routes.append(_bingkai(konsol))
    return konsol


def _bingkai(konsol: FastAPI) -> Mount:
    """The mount, also for paths with a line end in them: they too are answered within the console's fence."""
    mount = Mount(JALUR_KONSOL, konsol, name="konsol")
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def milik_konsol(app: FastAPI, scope: Scope) -> bool:
    """Whether the request goes to the console of this application, whose layer counts it."""
    return app.state.konsol is not None and str(scope["path"]).startswith(f"{JALUR_KONSOL}/")


def rute_konsol(konsol: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route of the console with its path below /konsol."""
    for konteks in iter_route_contexts(konsol.routes):
        if isinstance(konteks.original_route, APIRoute):
            yield str(konteks.path), konteks.original_route


async def _ke_depan(_request: Request) -> Response:
    return RedirectResponse(f"{JALUR_KONSOL}/", 308)
