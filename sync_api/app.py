"""The API process: one FastAPI application over one process context.

It refuses to start without a way to verify tokens and on another schema than its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.catatan_log import pasang_catatan_log
from services.db.penyewa import pagari
from services.db.skema import periksa_skema
from services.factory import buka_konteks
from services.identitas.jwks import AmbilJwks
from services.identitas.penerbit_lokal import JALUR_PENERBIT_LOKAL
from services.identitas.verifikasi import buat_verifikator
from services.metrik import metrik_terbuka, versi_layanan
from services.settings import Settings, load_settings
from services.sinkronisasi.massal_pantau import PantauanMassal
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from sync_api import health, problem_pages
from sync_api.answers import MEDIA_JSON, JawabanBeretag, json_bytes
from sync_api.batas.jatah import PenghitungJatah
from sync_api.batas.lapisan import LapisanBatas
from sync_api.batas.penjaga import Penjaga, akan_diperiksa_tokennya
from sync_api.konsol.app import milik_konsol, pasang_konsol
from sync_api.middleware import LapisanPermintaan
from sync_api.openapi import dokumen_openapi
from sync_api.penerbit_lokal.app import buat_penerbit_lokal
from sync_api.problem_handlers import jawab_tak_terduga, pasang_penangan_galat
from sync_api.v1 import (
    audit,
    jadwal,
    log_sinkro,
    log_unduh,
    massal_kejadian,
    padanan_unor,
    pegawai,
    perbaikan,
    periode,
    referensi,
    sinkro,
    sinkro_massal,
    temuan,
    unit_kerja,
    user_pmm,
)

PENJELASAN = """Sinkronisasi kinerja guru, kepala sekolah dan pengawas dari PMM (Ruang GTK) ke e-Kinerja BKN.

Galat dijawab sebagai `application/problem+json` (RFC 9457); `type` menunjuk halaman penjelasannya."""

JALUR_DOKUMEN = "/openapi.json"

RUTER = (
    log_sinkro.router,
    log_unduh.router,
    perbaikan.router,
    sinkro_massal.router,
    massal_kejadian.router,
    jadwal.router,
    pegawai.router,
    padanan_unor.router,
    user_pmm.router,
    unit_kerja.router,
    periode.router,
    referensi.router,
    audit.router,
    temuan.router,
    problem_pages.router,
    health.router,
)


class AplikasiSinkro(FastAPI):
    """FastAPI with our OpenAPI document."""

    _dokumen: bytes | None = None

    def setup(self) -> None:
        # The first route of a path answers: FastAPI's own makes the document anew each time and has no ETag.
        self.add_route(JALUR_DOKUMEN, self._jawab_dokumen, include_in_schema=False)
        super().setup()

    async def _jawab_dokumen(self, _request: Request) -> Response:
        if self._dokumen is None:
            self._dokumen = json_bytes(self.openapi())
        return JawabanBeretag(self._dokumen, media_type=MEDIA_JSON)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = dokumen_openapi(self)
        return self.openapi_schema


def create_app(settings: Settings | None = None, *, ambil_jwks: AmbilJwks | None = None) -> FastAPI:
    """The application, not yet started. `settings` default: the environment; `ambil_jwks` default: over HTTP from the
    issuer's JWKS URL, or the local issuer's file.

    Raises KesalahanPengaturan or IdentitasBelumDiatur. Starting it raises SkemaTidakSesuai on another schema.
    """
    pengaturan = settings if settings is not None else load_settings(perlu_auth=True)
    verifikator = buat_verifikator(pengaturan, ambil_jwks=ambil_jwks)

    @asynccontextmanager
    async def masa_hidup(app: FastAPI) -> AsyncIterator[None]:
        pasang_catatan_log(pengaturan)
        konteks = await buka_konteks(pengaturan, nama="sinkro-api")
        pagari(konteks.engine)
        try:
            await periksa_skema(konteks.engine)
            app.state.konteks = konteks
            app.state.pantauan_massal = PantauanMassal(konteks)
            app.state.penjaga = penjaga = Penjaga(pengaturan, PenghitungJatah(pengaturan.redis_url))
            try:
                with metrik_terbuka(pengaturan, konteks, proses="api"):
                    yield
            finally:
                await penjaga.tutup()
        finally:
            await konteks.tutup()

    app = AplikasiSinkro(
        title="Sinkro",
        version=versi_layanan(),
        description=PENJELASAN,
        lifespan=masa_hidup,
        openapi_url=JALUR_DOKUMEN,
        redirect_slashes=False,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.verifikator = verifikator
    pasang_penangan_galat(app)
    app.add_middleware(
        LapisanBatas,
        penjaga=lambda: getattr(app.state, "penjaga", None),
        bersamaan=pengaturan.permintaan_bersamaan,
        dihitung_kemudian=lambda scope: akan_diperiksa_tokennya(scope) or milik_konsol(app, scope),
    )
    app.add_middleware(LapisanPermintaan, jawab_galat=jawab_tak_terduga, proxy_tepercaya=pengaturan.proxy_tepercaya)
    for ruter in (sinkro.buat_router(JENIS_TERDAFTAR.values()), *RUTER):
        app.include_router(ruter)
    if pengaturan.penerbit_lokal:
        app.state.penerbit_lokal = buat_penerbit_lokal(pengaturan, lambda: app.state.konteks)
        app.mount(JALUR_PENERBIT_LOKAL, app.state.penerbit_lokal)
    app.state.konsol = pasang_konsol(app, pengaturan, verifikator)
    return app
