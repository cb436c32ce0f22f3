"""The composition root: makes what a process holds open, the same for API, worker, CLI and tests."""

from __future__ import annotations

from pmm_client.client import PMMClient
from pmm_client.config import PMMConfig
from services.db.engine import buat_engine
from services.konteks import Konteks
from services.metrik import amati_pmm
from services.pmm_laju import buka_pacer
from services.queue.kabar import PapanKabar
from services.queue.lonceng import Lonceng
from services.settings import Settings


async def buka_konteks(settings: Settings, *, nama: str = "sinkro", ukuran_pool: int = 10) -> Konteks:
    """Opens what the settings name. Neither PostgreSQL nor Redis nor PMM has to be up yet."""
    pacer = buka_pacer(settings.redis_url, settings.pmm_batas_per_detik, proses=settings.pmm_proses)
    pmm = PMMClient(konfigurasi_pmm(settings), pacer=pacer, amati=amati_pmm)
    await pmm.__aenter__()
    engine = buat_engine(settings.database_url, nama=nama, ukuran_pool=ukuran_pool)
    return Konteks(settings, engine, Lonceng(settings.redis_url), pmm, PapanKabar(settings.redis_url))


def konfigurasi_pmm(settings: Settings) -> PMMConfig:
    """How PMM is reached; a missing part is an empty text, which PMMConfig refuses by name."""
    secret = settings.pmm_client_secret
    return PMMConfig(
        url=settings.pmm_url or "",
        client_id=settings.pmm_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        ca_bundle=str(settings.pmm_ca_bundle) if settings.pmm_ca_bundle else None,
        # The limit is kept over all processes, by the pacer.
        batas_per_detik=None,
        konkurensi=settings.pmm_konkurensi,
    )
