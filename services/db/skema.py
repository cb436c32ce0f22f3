"""Which schema the database has, and which this code needs: API and worker refuse to start on another one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

AKAR = Path(__file__).resolve().parents[2]


class SkemaTidakSesuai(Exception):
    """The database is not at the revision this code was written for."""

    def __init__(self, ada: str | None, perlu: str) -> None:
        super().__init__(f"skema database {ada or 'kosong'}, dibutuhkan {perlu}: jalankan `sinkro migrasi`")
        self.ada, self.perlu = ada, perlu


def konfigurasi_alembic(url: str | None = None) -> Config:
    """Alembic's configuration; `url` may hold any character (it is passed outside of ini interpolation)."""
    config = Config(str(AKAR / "alembic.ini"))
    if url is not None:
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@lru_cache(maxsize=1)
def revisi_kepala() -> str:
    kepala = ScriptDirectory.from_config(konfigurasi_alembic()).get_current_head()
    if kepala is None:
        raise RuntimeError("tidak ada migrasi")
    return kepala


async def revisi_database(engine: AsyncEngine) -> str | None:
    """The revision the database stands at; None before the first migration."""
    async with engine.connect() as conn:
        try:
            versi: str | None = await conn.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError:
            return None
    return versi


async def periksa_skema(engine: AsyncEngine) -> None:
    """Raises SkemaTidakSesuai unless the database is at head."""
    ada, perlu = await revisi_database(engine), revisi_kepala()
    if ada != perlu:
        raise SkemaTidakSesuai(ada, perlu)
