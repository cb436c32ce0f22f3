"""A statement that is built and compiled once and then only filled in: for reads that dashboards repeat all day, where
building the same expression anew costs more than the database takes to answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

_DIALEK = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class PerintahSiap:
    """A SELECT as text with its values in order; those of `bindparam(name, None)` are given each time (one that is
    required could not be compiled before its value is known)."""

    def __init__(self, perintah: Select[*tuple[Any, ...]]) -> None:
        jadi = perintah.compile(dialect=_DIALEK, compile_kwargs={"render_postcompile": True})
        self.sql = str(jadi)
        self._nilai = dict(jadi.params)
        self._urutan = tuple(jadi.positiontup or ())

    async def jalankan(self, conn: AsyncConnection, **nilai: Any) -> CursorResult[Any]:
        """Runs it; `nilai` by the names of the open parameters. Values go to the driver as they are."""
        isi = self._nilai | nilai
        return await conn.exec_driver_sql(self.sql, tuple(isi[nama] for nama in self._urutan))
