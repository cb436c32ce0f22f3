"""A statement that is built and compiled once and then only filled in: for reads that dashboards repeat all day, where
building the same expression anew costs more than the database takes to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, TextClause
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

_DIALEK = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Tempat(str):
    """The name of a value given each time, standing where a statement is built from values and not from parameters."""

    __slots__ = ()


class PerintahSiap:
    """A SELECT as text with its values in order; those of `Tempat` and of `bindparam(name, None)` are given each time
    (one that is required could not be compiled before its value is known)."""

    def __init__(self, perintah: Select[*tuple[Any, ...]] | TextClause) -> None:
        jadi = perintah.compile(dialect=_DIALEK, compile_kwargs={"render_postcompile": True})
        self.sql = str(jadi)
        self._nilai = dict(jadi.params)
        self._urutan = tuple(jadi.positiontup or ())
        self._tempat = {nama: str(isi) for nama, isi in self._nilai.items() if isinstance(isi, Tempat)}

    def isian(self, nilai: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in order; `nilai` by the names of the open parameters and of the places. They go to the driver as
        they are."""
        isi = {**self._nilai, **nilai} | {n: nilai[nama] for n, nama in self._tempat.items()}
        return tuple(isi[nama] for nama in self._urutan)

    async def jalankan(self, conn: AsyncConnection, **nilai: Any) -> CursorResult[Any]:
        """Runs it; `nilai` as in `isian`."""
        return await conn.exec_driver_sql(self.sql, self.isian(nilai))
