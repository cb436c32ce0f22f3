"""A worker: the lane of button presses in this process, the lane of bulks in a child of it (ADR 0026)."""

from __future__ import annotations

import structlog

from services.settings import Settings
from services.sinkronisasi.antrean import Lajur
from services.worker.lajur_massal import lajur_massal_berjalan
from services.worker.pekerja import Pekerja
from services.worker.proses import kerjakan_sampai_diminta, proses_kerja

_log = structlog.get_logger(__name__)


async def run_worker(settings: Settings) -> None:
    """Works until SIGTERM or SIGINT. Raises SkemaTidakSesuai when the database is at another schema, and
    LajurMassalBerakhir when the child ended by itself: the two are started again together."""
    async with proses_kerja(settings, "worker") as konteks, lajur_massal_berjalan() as massal:

        async def siap() -> None:
            await massal.siap()
            _log.info("pekerja siap")
            _tandai_siap(settings)

        pekerja = Pekerja(konteks, lajur=(Lajur.INTERAKTIF,))
        await kerjakan_sampai_diminta(settings, pekerja, siap=siap, bersama=massal)


def _tandai_siap(settings: Settings) -> None:
    """Tells a probe (and `sinkro lokal`) that this worker works; not being able to is no reason not to."""
    if settings.berkas_siap is not None:
        try:
            settings.berkas_siap.touch()
        except OSError as galat:
            _log.warning("berkas kesiapan tidak dapat dibuat", galat=type(galat).__name__)
