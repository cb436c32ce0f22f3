"""Set-wise writes: one statement for any number of rows, by `unnest` of one typed array per column, or by COPY.

The statement has as many parameters as columns, so the limit of 32,767 parameters is never met and nothing is cut into
chunks; its SQL depends on table and columns only, so it is built once and stays prepared. A row that would not change
is not written. Columns that are not named keep their server default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import FromClause, Row, String, Table, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.db.tables.dasar import Base

Tabel = Table | FromClause | type[Base]

_DIALEK = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves the dialect's __init__ untyped


@dataclass(frozen=True, slots=True)
class Abaikan:
    """On conflict keep the row that is there. `kunci`: the columns of the unique index (none: any index), `syarat`: the
    predicate of a partial index, SQL of ours."""

    kunci: tuple[str, ...] = ()
    syarat: str | None = None


@dataclass(frozen=True, slots=True)
class Timpa:
    """On conflict over `kunci` write the new values, but only where one of `kolom` differs (default: every given column
    beside the key). `tambahan`: further assignments as (column, SQL of ours), made only when the row is written, e.g.
    `("diubah_pada", "now()")`. `syarat`: the predicate of a partial index."""

    kunci: tuple[str, ...]
    kolom: tuple[str, ...] | None = None
    tambahan: tuple[tuple[str, str], ...] = ()
    syarat: str | None = None


class JsonJadi(str):
    """A jsonb value that is JSON text already, so that a value written twice is encoded once."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class HasilTulis:
    """How many rows were inserted and updated; `tetap`: neither (unchanged, kept by Abaikan, or, for `perbarui`, not
    found). `baris`: the written rows' `kembalikan` columns, in no particular order."""

    disisipkan: int
    diperbarui: int
    tetap: int
    baris: Sequence[Row[Any]] = ()

    @property
    def ditulis(self) -> int:
        return self.disisipkan + self.diperbarui


_KOSONG = HasilTulis(0, 0, 0)


async def sisipkan(
    conn: AsyncConnection,
    tabel: Tabel,
    baris: Sequence[Mapping[str, Any]],
    *,
    konflik: Abaikan | Timpa | None = None,
    kembalikan: tuple[str, ...] = (),
) -> HasilTulis:
    """Inserts the rows in their order, in ONE statement.

    Every row names the same columns. Without `konflik` a duplicate raises IntegrityError; with Timpa two rows of one
    key in `baris` do (the database refuses to touch a row twice). With `kembalikan` the result's `baris` hold these
    columns of the rows that were written, and `baru` (bool) whether each was inserted; without it no row travels back.
    Values are Python values; a dict or list for jsonb, None is SQL NULL.
    """
    if not baris:
        return _KOSONG
    kolom = tuple(baris[0])
    sql, tata = _sql_sisipkan(tabel, kolom, konflik, kembalikan)
    hasil = await conn.exec_driver_sql(sql, _larik(baris, kolom, tata))
    if kembalikan:
        tertulis = hasil.all()
        baru = sum(1 for satu in tertulis if satu.baru)
        return HasilTulis(baru, len(tertulis) - baru, len(baris) - len(tertulis), tertulis)
    if not isinstance(konflik, Timpa):
        return HasilTulis(hasil.rowcount, 0, len(baris) - hasil.rowcount)
    hitungan = hasil.one()
    return HasilTulis(hitungan.baru, hitungan.lama, len(baris) - hitungan.baru - hitungan.lama)


async def perbarui(
    conn: AsyncConnection,
    tabel: Tabel,
    baris: Sequence[Mapping[str, Any]],
    kunci: tuple[str, ...],
    *,
    tambahan: tuple[tuple[str, str], ...] = (),
    selalu: bool = False,
    kembalikan: tuple[str, ...] = (),
) -> HasilTulis:
    """Updates the rows found by `kunci` (columns of each row that together match at most one row of the table), in ONE
    statement.

    Only rows that differ in a given column are written, unless `selalu`. `tambahan`: assignments as (column, SQL of
    ours), which may name the old row as `lama` and the given one as `masuk`. A key column may be a fence (e.g. a lease
    token): who lost it is not found and counts in `tetap`. A NULL key finds nothing. With several given rows for one
    key the database takes any of them: callers give each key once.
    """
    if not baris:
        return _KOSONG
    kolom = tuple(baris[0])
    sql, tata = _sql_perbarui(tabel, kolom, kunci, tambahan, selalu, kembalikan)
    hasil = await conn.exec_driver_sql(sql, _larik(baris, kolom, tata))
    if kembalikan:
        tertulis = hasil.all()
        return HasilTulis(0, len(tertulis), len(baris) - len(tertulis), tertulis)
    return HasilTulis(0, hasil.rowcount, len(baris) - hasil.rowcount)


async def salin(
    conn: AsyncConnection,
    tabel: Tabel,
    kolom: tuple[str, ...],
    baris: Sequence[tuple[Any, ...]],
    *,
    dijaga: bool,
) -> None:
    """Inserts the rows, tuples in the order of `kolom`, by COPY: half the work of `sisipkan` on both sides.

    A duplicate fails as any INSERT does, with the driver's own PostgresError. Values for jsonb are JsonJadi; arrays are
    not taken. `dijaga`: row-level security holds for this transaction, under which the database refuses COPY; then one
    INSERT does the same. A statement of this transaction must have run before, since COPY does not begin one.
    """
    if not baris:
        return
    if dijaga:
        sql, _ = _sql_sisipkan(tabel, kolom, None, ())
        await conn.exec_driver_sql(sql, tuple(map(list, zip(*baris, strict=True))))
        return
    mentah = await conn.get_raw_connection()
    sambungan: Any = mentah.driver_connection
    await sambungan.copy_records_to_table(_nama(_tabel(tabel)), records=baris, columns=kolom)


def unnest_bertipe(tabel: Tabel, kolom: tuple[str, ...], nama: str = "masuk") -> str:
    """`unnest($1::text[], ...) AS masuk(a, ...)` with the types of the table's columns, for a statement of one's own
    run by `exec_driver_sql` with the tuple of `larik_kolom` (further parameters follow after the columns)."""
    kepala = ", ".join(f"${i}::{_tipe_larik(_tabel(tabel).c[k].type)}" for i, k in enumerate(kolom, 1))
    return f"unnest({kepala}) AS {nama}({', '.join(map(_kutip, kolom))})"


def larik_kolom(tabel: Tabel, baris: Sequence[Mapping[str, Any]], kolom: tuple[str, ...]) -> tuple[list[Any], ...]:
    """One array per column, as `unnest_bertipe` expects them."""
    return _larik(baris, kolom, _tata(tabel, kolom))


Penyandi = Callable[[Any], Any]


def _tabel(tabel: Tabel) -> FromClause:
    return tabel if isinstance(tabel, FromClause) else tabel.__table__


def _kutip(nama: str) -> str:
    return '"' + nama.replace('"', '""') + '"'


def _tipe(tipe: TypeEngine[Any]) -> str:
    # A collation belongs to the column, not to the parameter.
    if isinstance(tipe, String):
        return "text"
    return "uuid" if isinstance(tipe, Uuid) else tipe.compile(dialect=_DIALEK).lower()


def _tipe_larik(tipe: TypeEngine[Any]) -> str:
    # unnest flattens an array of arrays, and the driver's jsonb codec takes text: both travel as text and are cast.
    return "text[]" if isinstance(tipe, (ARRAY, JSONB)) else f"{_tipe(tipe)}[]"


def _nilai(nama: str, tipe: TypeEngine[Any]) -> str:
    acuan = f"masuk.{_kutip(nama)}"
    return f"{acuan}::{_tipe(tipe)}" if isinstance(tipe, (ARRAY, JSONB)) else acuan


_PENYANDI_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_JSON_KOSONG = JsonJadi("[]")


def sandi_json(nilai: Any) -> JsonJadi:
    """The value as JSON text."""
    return _JSON_KOSONG if nilai == [] else JsonJadi(_PENYANDI_JSON.encode(nilai))


def _sandi_jsonb(nilai: Any) -> str | None:
    if nilai is None or type(nilai) is JsonJadi:
        return nilai
    return sandi_json(nilai)


def _unsur_larik(unsur: Any) -> str:
    if unsur is None:
        return "NULL"
    return '"' + str(unsur).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sandi_larik(nilai: Sequence[Any] | None) -> str | None:
    """The literal of a one-dimensional PostgreSQL array."""
    return None if nilai is None else "{" + ",".join(map(_unsur_larik, nilai)) + "}"


def _penyandi(tipe: TypeEngine[Any]) -> Penyandi | None:
    if isinstance(tipe, JSONB):
        return _sandi_jsonb
    return _sandi_larik if isinstance(tipe, ARRAY) else None


@lru_cache(maxsize=256)
def _tata(tabel: Tabel, kolom: tuple[str, ...]) -> tuple[Penyandi | None, ...]:
    return tuple(_penyandi(_tabel(tabel).c[k].type) for k in kolom)


def _larik(
    baris: Sequence[Mapping[str, Any]], kolom: tuple[str, ...], tata: tuple[Penyandi | None, ...]
) -> tuple[list[Any], ...]:
    lebar = len(kolom)
    if any(len(satu) != lebar for satu in baris):
        raise ValueError("every row must name the same columns")
    larik: list[list[Any]] = []
    for nama, sandi in zip(kolom, tata, strict=True):
        nilai = list(map(itemgetter(nama), baris))
        larik.append(nilai if sandi is None else list(map(sandi, nilai)))
    return tuple(larik)


def _daftar(nama: Sequence[str], awalan: str = "") -> str:
    return ", ".join(f"{awalan}{_kutip(n)}" for n in nama)


@lru_cache(maxsize=256)
def _sql_sisipkan(
    tabel: Tabel, kolom: tuple[str, ...], konflik: Abaikan | Timpa | None, kembalikan: tuple[str, ...]
) -> tuple[str, tuple[Penyandi | None, ...]]:
    tujuan = _tabel(tabel)
    nilai = ", ".join(_nilai(k, tujuan.c[k].type) for k in kolom)
    sql = (
        f"INSERT INTO {_kutip(_nama(tujuan))} AS lama ({_daftar(kolom)}) "  # noqa: S608  # names of our own tables
        f"SELECT {nilai} FROM {unnest_bertipe(tabel, kolom)}"
    )
    if konflik is not None:
        sasaran = f" ({_daftar(konflik.kunci)})" if konflik.kunci else ""
        sasaran += f" WHERE {konflik.syarat}" if konflik.syarat else ""
        sql += f" ON CONFLICT{sasaran} DO {_sql_timpa(kolom, konflik) if isinstance(konflik, Timpa) else 'NOTHING'}"
    # A row that ON CONFLICT updated was locked by this transaction first, which shows in its xmax.
    if kembalikan:
        sql += f" RETURNING {_daftar(kembalikan, 'lama.')}, (lama.xmax = 0) AS baru"
    elif isinstance(konflik, Timpa):
        sql = (
            f"WITH tulis AS ({sql} RETURNING (lama.xmax = 0) AS baru) "  # noqa: S608  # the statement above
            "SELECT count(*) FILTER (WHERE baru) AS baru, count(*) FILTER (WHERE NOT baru) AS lama "
            "FROM tulis"
        )
    return sql, _tata(tabel, kolom)


def _sql_timpa(kolom: tuple[str, ...], konflik: Timpa) -> str:
    ubah = konflik.kolom if konflik.kolom is not None else tuple(k for k in kolom if k not in konflik.kunci)
    if not ubah:
        return "NOTHING"
    tetapkan = [f"{_kutip(k)} = excluded.{_kutip(k)}" for k in ubah]
    tetapkan += [f"{_kutip(k)} = {ungkapan}" for k, ungkapan in konflik.tambahan]
    return (
        f"UPDATE SET {', '.join(tetapkan)} "
        f"WHERE ({_daftar(ubah, 'lama.')}) IS DISTINCT FROM ({_daftar(ubah, 'excluded.')})"
    )


@lru_cache(maxsize=256)
def _sql_perbarui(
    tabel: Tabel,
    kolom: tuple[str, ...],
    kunci: tuple[str, ...],
    tambahan: tuple[tuple[str, str], ...],
    selalu: bool,
    kembalikan: tuple[str, ...],
) -> tuple[str, tuple[Penyandi | None, ...]]:
    tujuan = _tabel(tabel)
    ubah = [k for k in kolom if k not in kunci]
    nilai = {k: _nilai(k, tujuan.c[k].type) for k in kolom}
    tetapkan = [f"{_kutip(k)} = {nilai[k]}" for k in ubah]
    tetapkan += [f"{_kutip(k)} = {ungkapan}" for k, ungkapan in tambahan]
    syarat = [f"lama.{_kutip(k)} = {nilai[k]}" for k in kunci]
    if ubah and not selalu:
        syarat.append(f"({_daftar(ubah, 'lama.')}) IS DISTINCT FROM ({', '.join(nilai[k] for k in ubah)})")
    sql = (
        f"UPDATE {_kutip(_nama(tujuan))} AS lama SET {', '.join(tetapkan)} "  # noqa: S608  # names of our own tables
        f"FROM {unnest_bertipe(tabel, kolom)} WHERE {' AND '.join(syarat)}"
    )
    if kembalikan:
        sql += f" RETURNING {_daftar(kembalikan, 'lama.')}"
    return sql, _tata(tabel, kolom)


def _nama(tujuan: FromClause) -> str:
    if not isinstance(tujuan, Table):
        raise TypeError("a table is needed")
    return tujuan.name
