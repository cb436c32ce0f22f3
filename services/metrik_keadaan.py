"""The state of all work together, as gauges: read from PostgreSQL by one duty of the workers, shown from memory.

Invariant: a figure older than a minute is not shown, so a database that is away is a gap and never an old number.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from services.sinkronisasi.perubahan_pmm_simpan import keadaan_umpan

if TYPE_CHECKING:
    from services.konteks import Konteks

BACA_SETIAP_DETIK: Final = 15.0
TERTUA_DETIK: Final = 60.0
_BATAS_MS: Final = 10_000

# How long somebody waits counts from when they could first have been served.
_ANTREAN = text(
    """
    SELECT CASE s.lajur WHEN 0 THEN 'INTERAKTIF' ELSE 'MASSAL' END AS lajur,
           CASE WHEN s.coba_lagi_pada > now() THEN 'later'
                WHEN s.lajur = 1 AND m.status = 'DIJEDA' THEN 'paused'
                WHEN s.lajur = 1 AND EXISTS (SELECT FROM hambatan_pmm WHERE sampai > now()) THEN 'pmm'
                ELSE 'due' END AS sebab,
           count(*) AS n,
           COALESCE(extract(epoch FROM max(now() - GREATEST(s.diminta_pada, s.coba_lagi_pada))), 0) AS umur
    FROM sinkro_menunggu s LEFT JOIN massal m ON m.id = s.massal_id GROUP BY 1, 2
    """
)
_BERJALAN = text(
    """
    SELECT count(*) AS n, count(*) FILTER (WHERE s.sewa_sampai < now()) AS lewat
    FROM sinkro_berjalan r JOIN sinkro s ON s.id = r.sinkro_id
    """
)
_MASSAL = text(
    """
    SELECT status, count(*) AS n, COALESCE(sum(jumlah - berhasil - gagal - tertahan - dibatalkan), 0) AS terbuka,
           COALESCE(sum(berhasil + gagal + tertahan), 0) AS selesai
    FROM massal WHERE status IN ('BERJALAN', 'DIJEDA') GROUP BY status
    """
)
_HAMBATAN = text("SELECT kode, extract(epoch FROM now() - sejak) AS lama FROM hambatan_pmm WHERE sampai > now()")
_JADWAL = text(
    """
    SELECT count(*) AS n, COALESCE(extract(epoch FROM max(now() - berikutnya_pada)), 0) AS lambat
    FROM jadwal WHERE aktif AND berikutnya_pada <= now()
    """
)
# The figures of the whole country are a handful of rows, plus what was not summed up yet.
_BUKU_BESAR = text(
    """
    WITH semua AS MATERIALIZED (
        SELECT ukuran, jenis, tahun, pengguna, n FROM hitungan WHERE instansi_id = ''
        UNION ALL SELECT ukuran, jenis, tahun, pengguna, n FROM hitungan_ubahan)
    SELECT COALESCE(sum(abs(beda)), 0) FROM (
        SELECT COALESCE(sum(n) FILTER (WHERE ukuran = 'SINKRO' AND pengguna), 0)
             - COALESCE(sum(n) FILTER (WHERE ukuran = 'PERNAH'), 0) AS beda
        FROM semua WHERE ukuran IN ('SINKRO', 'PERNAH') GROUP BY jenis, tahun) buku
    """
)


class KeadaanMesin(Collector):
    """The last figures that were read. One per process, registered by importing this module."""

    def __init__(self) -> None:
        self._isi: tuple[Metric, ...] = ()
        self._dibaca = float("-inf")

    def tetapkan(self, isi: Iterable[Metric]) -> None:
        """These figures are from now."""
        self._isi, self._dibaca = tuple(isi), time.monotonic()

    def collect(self) -> Iterable[Metric]:
        umur = time.monotonic() - self._dibaca
        if umur <= TERTUA_DETIK:
            yield from self._isi
            yield _satu("sinkro_state_age_seconds", "Age of the figures about all work together", umur)


KEADAAN: Final = KeadaanMesin()
REGISTRY.register(KEADAAN)


async def baca_keadaan(konteks: Konteks) -> None:
    """A duty of the workers: reads the figures anew. Raises what the database raises; then they grow old."""
    async with konteks.baca() as conn:
        await conn.execute(text(f"SET LOCAL statement_timeout = {_BATAS_MS}"))
        antrean = (await conn.execute(_ANTREAN)).all()
        berjalan = (await conn.execute(_BERJALAN)).one()
        massal = {b.status: b for b in await conn.execute(_MASSAL)}
        hambatan = (await conn.execute(_HAMBATAN)).all()
        jadwal = (await conn.execute(_JADWAL)).one()
        selisih = await conn.scalar(_BUKU_BESAR)
        umpan = await keadaan_umpan(conn, konteks.settings.pmm_url or "")
    KEADAAN.tetapkan(
        [
            *_antrean(antrean),
            _satu("sinkro_syncs_running", "Syncs that a worker has claimed", berjalan.n),
            _satu("sinkro_leases_expired", "Claims whose worker no longer renews them", berjalan.lewat),
            *_massal(massal),
            _menurut("sinkro_pmm_blocked_seconds", "Since when PMM holds up every bulk", "kode", hambatan, "lama"),
            _satu("sinkro_schedules_due", "Schedules that are due and did not run yet", jadwal.n),
            _satu("sinkro_schedule_lateness_seconds", "How late the latest of them is", jadwal.lambat),
            _satu("sinkro_ledger_imbalance", "By how many people the ledger does not balance", selisih or 0),
            *(() if umpan is None else _umpan(umpan.tertinggal_detik, ada=umpan.ada)),
        ]
    )


def _antrean(baris: Iterable[Any]) -> Iterable[Metric]:
    menunggu = GaugeMetricFamily("sinkro_queue_waiting", "Syncs that wait, and for what", labels=("lane", "reason"))
    umur = GaugeMetricFamily("sinkro_queue_age_seconds", "How long the first of those due waits", labels=("lane",))
    ada = {(b.lajur, b.sebab): b for b in baris}
    for lajur in ("INTERAKTIF", "MASSAL"):
        for sebab in ("due", "later", "paused", "pmm"):
            b = ada.get((lajur, sebab))
            menunggu.add_metric((lajur, sebab), b.n if b else 0)
        siap = ada.get((lajur, "due"))
        umur.add_metric((lajur,), float(siap.umur) if siap else 0.0)
    return menunggu, umur


def _massal(menurut_status: dict[str, Any]) -> Iterable[Metric]:
    banyak = GaugeMetricFamily("sinkro_bulks", "Bulks that have not ended", labels=("state",))
    terbuka = GaugeMetricFamily("sinkro_bulk_items_open", "Their people who have no result yet", labels=("state",))
    selesai = GaugeMetricFamily("sinkro_bulk_items_done", "Their people who have a result", labels=("state",))
    for status, nama in (("BERJALAN", "running"), ("DIJEDA", "paused")):
        b = menurut_status.get(status)
        banyak.add_metric((nama,), b.n if b else 0)
        terbuka.add_metric((nama,), float(b.terbuka) if b else 0)
        selesai.add_metric((nama,), float(b.selesai) if b else 0)
    return banyak, terbuka, selesai


def _umpan(tertinggal: float, *, ada: bool) -> Iterable[Metric]:
    yield _satu("sinkro_feed_lag_seconds", "Since when PMM's change feed has something we did not read", tertinggal)
    yield _satu("sinkro_feed_available", "1 while repairs made in PMM arrive by its change feed", ada)


def _satu(nama: str, arti: str, nilai: float) -> Metric:
    return GaugeMetricFamily(nama, arti, value=float(nilai))


def _menurut(nama: str, arti: str, label: str, baris: Iterable[Any], kolom: str) -> Metric:
    keluarga = GaugeMetricFamily(nama, arti, labels=(label,))
    for b in baris:
        keluarga.add_metric((getattr(b, label),), float(getattr(b, kolom)))
    return keluarga
