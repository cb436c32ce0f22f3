"""What an operator may alert on: counters of this process, and figures read from it when Prometheus asks.

Invariant: no label holds a NIP, a name or an id; scraping never waits for PostgreSQL, Redis or PMM. Figures about all
processes together come from `services.metrik_keadaan`.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import structlog
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool

from pmm_client import Lajur, StatusSirkuit
from services.konteks import Konteks
from services.settings import Settings

_log = structlog.get_logger("sinkro.metrik")

PMM_PERMINTAAN = Counter("sinkro_pmm_requests_total", "Requests sent to PMM", ("endpoint", "outcome"))
PMM_LAMA = Histogram(
    "sinkro_pmm_request_duration_seconds",
    "Time PMM took to answer, without the wait for a turn",
    ("endpoint",),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30),
)
PERCOBAAN = Counter("sinkro_attempts_total", "Attempts of syncs that ended", ("jenis", "outcome"))
TEMUAN = Counter("sinkro_findings_total", "Findings of attempts that ended", ("jenis", "kode"))
SEWA_HILANG = Counter("sinkro_leases_lost_total", "Syncs whose worker was gone and that were queued again")
HITUNGAN_SALAH = Gauge("sinkro_ledger_wrong_counters", "Counters found wrong at the last full count, at most 100")
TUGAS_GAGAL = Counter("sinkro_duty_failures_total", "Runs of a shared duty that failed", ("duty",))


def amati_pmm(jalur: str, hasil: str, detik: float) -> None:
    """The observer of a PMMClient. `jalur` is a path template."""
    permintaan, lama = _pmm(jalur, hasil)
    permintaan.inc()
    lama.observe(detik)


@lru_cache(maxsize=128)
def _pmm(jalur: str, hasil: str) -> tuple[Counter, Histogram]:
    """To look for a series costs several times what counting does, and this is done for every call."""
    return PMM_PERMINTAAN.labels(jalur, hasil), PMM_LAMA.labels(jalur)


def catat_percobaan(jenis: str, hasil: str, kode: Iterable[str]) -> None:
    """Counts one attempt whose end is committed: `hasil` is the outcome (BERHASIL, TIDAK_ADA_DATA_BARU, GAGAL,
    TERTAHAN, DITUNDA), `kode` the findings of the catalogue, each once."""
    PERCOBAAN.labels(jenis, hasil).inc()
    for satu in kode:
        TEMUAN.labels(jenis, satu).inc()


def versi_layanan() -> str:
    """The version of the installed package, 0 when it runs from a checkout."""
    try:
        return version("sinkro")
    except PackageNotFoundError:
        return "0"


class KeadaanProses(Collector):
    """The pool of connections, the breaker and the turns toward PMM, as they are when asked."""

    def __init__(self, konteks: Konteks, *, proses: str) -> None:
        self._konteks, self._proses = konteks, proses

    def collect(self) -> Iterable[Metric]:
        info = InfoMetricFamily("sinkro_build", "What runs")
        info.add_metric((), {"version": versi_layanan(), "python": platform.python_version(), "process": self._proses})
        yield info
        kolam = self._konteks.engine.sync_engine.pool
        if isinstance(kolam, QueuePool):
            koneksi = GaugeMetricFamily("sinkro_db_pool_connections", "Connections to PostgreSQL", labels=("state",))
            koneksi.add_metric(("in_use",), kolam.checkedout())
            koneksi.add_metric(("idle",), kolam.checkedin())
            yield koneksi
            # `buat_engine` lets as many come on top as there are places.
            yield GaugeMetricFamily("sinkro_db_pool_limit", "Connections it may open", value=2.0 * kolam.size())
        pmm = self._konteks.pmm
        buka = GaugeMetricFamily("sinkro_pmm_breaker_open", "1 while PMM is left alone", labels=("reason",))
        keadaan = pmm.keadaan
        if keadaan.status is StatusSirkuit.TERTUTUP:
            buka.add_metric(("none",), 0)
        else:
            buka.add_metric((str(keadaan.sebab or "none"),), 1)
        yield buka
        menunggu = GaugeMetricFamily("sinkro_pmm_turn_waiting", "Calls that wait for a turn", labels=("lane",))
        for lajur in Lajur:
            menunggu.add_metric((lajur.value,), pmm.menunggu_giliran(lajur))
        yield menunggu


@contextmanager
def metrik_terbuka(settings: Settings, konteks: Konteks, *, proses: str) -> Iterator[None]:
    """Registers the figures of this process and, with SINKRO_METRICS_PORT, serves them on SINKRO_METRICS_HOST. A port
    that is taken is a warning: metrics are no reason not to work."""
    keadaan = KeadaanProses(konteks, proses=proses)
    REGISTRY.register(keadaan)
    server = None
    if settings.metrics_port is not None:
        try:
            server = start_http_server(settings.metrics_port, settings.metrics_host)
        except OSError as galat:
            _log.warning("porta metrik tidak dapat dipakai", porta=settings.metrics_port, galat=galat.strerror)
    try:
        yield
    finally:
        if server is not None:
            server[0].shutdown()
            server[0].server_close()
        REGISTRY.unregister(keadaan)
