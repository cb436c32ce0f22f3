"""What a benchmark runs on: an embedded PostgreSQL with fsync on, a Valkey where the bell matters, and PMM simulated by
a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from pmm_client.sandbox.contoh import Contoh, buat_contoh
from services.factory import buka_konteks
from services.konteks import Konteks
from services.referensi.impor import impor_referensi
from services.settings import Settings
from sync_api.cli.lokal import embedded_postgres, embedded_valkey
from tests.support.server import PabrikBasisData

# Nobody listens there (discard): the bell is not heard, and the limit toward PMM is kept by each process for itself.
TANPA_REDIS = "redis://127.0.0.1:9"


@contextmanager
def postgres() -> Iterator[PabrikBasisData]:
    """PostgreSQL as `sinkro lokal` runs it (fsync and synchronous_commit stay on), as a maker of fresh databases."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.PostgresTertanam(
            Path(folder), biner=embedded_postgres.cari_biner(), log=Path(folder) / "postgres.log"
        )
        server.mulai()
        try:
            yield PabrikBasisData(server)
        finally:
            server.berhenti()


@contextmanager
def valkey() -> Iterator[str]:
    """Valkey as `sinkro lokal` runs it; its address."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = embedded_valkey.ValkeyTertanam(
            Path(folder), biner=embedded_valkey.cari_biner(), log=Path(folder) / "valkey.log"
        )
        server.mulai()
        try:
            yield server.url()
        finally:
            server.berhenti()


@dataclass(frozen=True, slots=True)
class PmmBerjalan:
    """The simulated PMM: its address and its process."""

    url: str
    pid: int


@contextmanager
def sandbox_berjalan(jumlah: int, *galat: str) -> Iterator[PmmBerjalan]:
    """The simulated PMM in its own process, with the sample of `jumlah` people."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        porta = s.getsockname()[1]
    argumen = [sys.executable, "-m", "sync_api.cli", "sandbox-pmm", "--port", str(porta), "--contoh", str(jumlah)]
    for satu in galat:
        argumen += ["--galat", satu]
    with subprocess.Popen(argumen, stdout=subprocess.PIPE, env=os.environ) as proses:
        try:
            if proses.stdout is None or not proses.stdout.readline():
                raise RuntimeError("sandbox PMM tidak mulai")
            yield PmmBerjalan(f"http://127.0.0.1:{porta}", proses.pid)
        finally:
            proses.terminate()


@contextmanager
def sandbox(jumlah: int, *galat: str) -> Iterator[str]:
    """As `sandbox_berjalan`; its address alone."""
    with sandbox_berjalan(jumlah, *galat) as pmm:
        yield pmm.url


def pengaturan(database_url: str, pmm_url: str, redis_url: str = TANPA_REDIS) -> Settings:
    """Of one process of a benchmark: PMM is asked as fast as it answers."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        pmm_url=pmm_url,
        pmm_client_id="sandbox",
        pmm_client_secret=SecretStr("sandbox-rahasia"),
        pmm_batas_per_detik=100_000,
        pmm_konkurensi=64,
        log_level="ERROR",
    )


@asynccontextmanager
async def dunia(
    pabrik: PabrikBasisData, pmm_url: str, contoh: Contoh, redis_url: str = TANPA_REDIS
) -> AsyncIterator[Konteks]:
    """A fresh database with the sample's reference data."""
    async with konteks_terbuka(await pabrik.buat(), pmm_url, redis_url) as konteks:
        await impor(konteks, contoh.referensi_json())
        yield konteks


@asynccontextmanager
async def konteks_terbuka(database_url: str, pmm_url: str, redis_url: str = TANPA_REDIS) -> AsyncIterator[Konteks]:
    """What this process holds open of a database that is there."""
    konteks = await buka_konteks(pengaturan(database_url, pmm_url, redis_url))
    try:
        yield konteks
    finally:
        await konteks.tutup()


async def impor(konteks: Konteks, referensi: str) -> None:
    """Imports a reference given as JSON."""
    await impor_referensi(konteks, referensi.encode(), instansi=None, oleh="bench", peran="SISTEM", request_id=None)


def contoh(jumlah: int) -> Contoh:
    return buat_contoh(jumlah)
