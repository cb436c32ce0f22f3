"""HTTP metrics by route template, and the page that Prometheus scrapes. No label ever holds what a caller sent."""

from __future__ import annotations

from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from sync_api.problems import PermintaanDitolak

PERMINTAAN = Counter("sinkro_http_requests_total", "HTTP requests answered", ("method", "route", "status"))
LAMA = Histogram(
    "sinkro_http_request_duration_seconds",
    "Time from the head of a request to the end of its answer",
    ("method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
BERJALAN = Gauge("sinkro_http_requests_in_progress", "HTTP requests under way, streams included")
LEWAT_JATAH = Counter("sinkro_http_rate_limited_total", "HTTP requests refused with 429", ("policy",))
TOLAK_BEBAN = Counter("sinkro_http_shed_total", "HTTP requests refused with 503 because too much runs", ("reason",))
_METODE = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


def catat_permintaan(metode: str, rute: str, status: int, detik: float) -> None:
    """Counts one answered request. `rute` is a template like `/v1/pegawai/{nip}`."""
    metode = metode if metode in _METODE else "OTHER"
    PERMINTAAN.labels(metode, rute, str(status)).inc()
    LAMA.labels(metode, rute).observe(detik)


def catat_lewat_jatah(anggaran: str) -> None:
    """Counts one request beyond its budget."""
    LEWAT_JATAH.labels(anggaran).inc()


def catat_tolak_beban(sebab: str) -> None:
    """Counts one request for which there was no room: `requests`, `large_bodies` or `deadline`."""
    TOLAK_BEBAN.labels(sebab).inc()


def dari_mesin_sendiri(request: Request) -> bool:
    """Whether the client is on this machine and speaks to us directly, not through a proxy on it."""
    if request.client is None or "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def halaman_metrik(request: Request) -> Response:
    """The metrics, for clients on loopback; anybody else is told that there is nothing here."""
    if not dari_mesin_sendiri(request):
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
