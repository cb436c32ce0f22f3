"""What a benchmark runs on: an embedded PostgreSQL with fsync on, and the simulated PMM as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from pmm_client.sandbox.contoh import Contoh, buat_contoh
from services.factory import buka_konteks
from services.konteks import Konteks
from services.referensi.impor import impor_referensi
from services.settings import Settings
from sync_api.cli.lokal import embedded_postgres
from tests.support.server import PabrikBasisData


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
def sandbox(jumlah: int, *galat: str) -> Iterator[str]:
    """The simulated PMM in its own process, with the sample of `jumlah` people; its address."""
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
            yield f"http://127.0.0.1:{porta}"
        finally:
            proses.terminate()


@asynccontextmanager
async def dunia(pabrik: PabrikBasisData, pmm_url: str, contoh: Contoh) -> AsyncIterator[Konteks]:
    """A fresh database with the sample's reference data."""
    url = await pabrik.buat()
    konteks = await buka_konteks(
        Settings(
            database_url=url,
            redis_url="redis://127.0.0.1:9",
            pmm_url=pmm_url,
            pmm_client_id="sandbox",
            pmm_client_secret=SecretStr("sandbox-rahasia"),
            pmm_batas_per_detik=100_000,
            pmm_konkurensi=64,
            log_level="ERROR",
        )
    )
    try:
        data = contoh.referensi_json().encode()
        await impor_referensi(konteks, data, instansi=None, oleh="bench", peran="SISTEM", request_id=None)
        yield konteks
    finally:
        await konteks.tutup()


def contoh(jumlah: int) -> Contoh:
    return buat_contoh(jumlah)
