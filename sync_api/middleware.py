"""What surrounds every request: its id, its log line and metrics, headers of every answer, and the last resort for
exceptions nobody handled. Pure ASGI, one layer, no task of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.audit import Asal, berasal
from services.db.penyewa import TANPA_PEMANGGIL, sebagai_penyewa
from sync_api.alamat import Jaringan, alamat_klien
from sync_api.batas.penjaga import KUNCI_ALAMAT, jatah_permintaan
from sync_api.metrics import catat_permintaan

_log = structlog.get_logger("sinkro.akses")
_SAH = re.compile(r"[\x21-\x7e]{1,128}")
_KUNCI = "sinkro.request_id"
TANPA_RUTE = "(tanpa rute)"


class PembacaLambat(Exception):
    """The client takes no bytes of an answer any more: the connection is broken off."""


def request_id(scope: Scope) -> str:
    """The id of the request, as it is returned, logged and passed on."""
    nilai = scope.get(_KUNCI)
    return nilai if isinstance(nilai, str) else "-"


class LapisanPermintaan:
    """The outermost layer. `jawab_galat` makes the answer for an exception that nobody handled; `proxy_tepercaya` may
    say for whom they ask."""

    def __init__(
        self,
        app: ASGIApp,
        jawab_galat: Callable[[Request, Exception], Response],
        proxy_tepercaya: Sequence[Jaringan] = (),
    ) -> None:
        self._app, self._jawab_galat, self._proxy = app, jawab_galat, tuple(proxy_tepercaya)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        diterima = Headers(scope=scope).get("x-request-id", "")
        nomor = diterima if _SAH.fullmatch(diterima) else uuid4().hex
        scope[_KUNCI] = nomor
        mulai, status = time.perf_counter(), 0

        async def kirim(pesan: Message) -> None:
            nonlocal status
            if pesan["type"] == "http.response.start":
                status = pesan["status"]
                kepala = MutableHeaders(raw=pesan.setdefault("headers", []))
                kepala["X-Request-ID"] = nomor
                if (jatah := jatah_permintaan(scope)) is not None:
                    kepala.update(jatah.header())
                kepala.setdefault("X-Content-Type-Options", "nosniff")
                # Answers hold personal data: no cache on the way may keep them.
                kepala.setdefault("Cache-Control", "private, no-cache")
            await send(pesan)

        alamat = scope[KUNCI_ALAMAT] = alamat_klien(scope, self._proxy)
        asal = Asal(nomor, alamat)
        with (
            structlog.contextvars.bound_contextvars(request_id=nomor),
            sebagai_penyewa(TANPA_PEMANGGIL),
            berasal(asal),
        ):
            try:
                await self._app(scope, receive, kirim)
            except PembacaLambat:
                raise
            except Exception as galat:
                jawaban = self._jawab_galat(Request(scope), galat)
                if status:
                    # The answer had begun: only breaking the connection tells the caller that it is not whole.
                    raise
                await jawaban(scope, receive, kirim)
            finally:
                rute = _rute(scope)
                lama = time.perf_counter() - mulai
                catat_permintaan(scope["method"], rute, status, lama)
                _log.info(
                    "permintaan", metode=scope["method"], rute=rute, status=status, milidetik=round(lama * 1000, 1)
                )


def _rute(scope: Scope) -> str:
    """The template of the path, with that of a mounted application before it."""
    jalur = getattr(scope.get("route"), "path", None)
    return TANPA_RUTE if jalur is None else f"{scope.get('root_path', '')}{jalur}"
