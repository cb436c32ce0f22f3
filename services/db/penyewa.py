"""The second wall between tenants: who the database believes is asking, for every transaction of the API's engine.

Invariant: on an engine guarded by `pagari` no transaction runs as the login. It runs as role `sinkro_api` with the
reach of the caller, which without a caller is nothing, or by explicit word (`sebagai_mesin`) as `sinkro_pekerja`.
A single statement outside a transaction runs behind the same wall, set for the session (`pagari_sesi`).
Row-level security (migration 0006) does the rest, also for a query that forgot its WHERE.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

PERAN_API = "sinkro_api"
PERAN_PEKERJA = "sinkro_pekerja"

_INFO = "sinkro.penyewa"
_SQL = (
    "SELECT set_config('role', $1, true), set_config('sinkro.instansi', $2, true), "
    "set_config('sinkro.nip', $3, true), set_config('sinkro.pemanggil', $4, true), "
    "set_config('plan_cache_mode', 'auto', true), set_config('enable_bitmapscan', 'on', true)"
)
# For statements outside a transaction: until the session's next setting. Their plans do not depend on the values, and
# planning behind the wall costs more than they do. They read few rows in the order of an index: a plan that collects
# all of them first is never the right one, whatever the planner guesses.
_SQL_SESI = _SQL.replace("'auto'", "'force_generic_plan'").replace("'on'", "'off'").replace(", true)", ", false)")
_INFO_SESI = "sinkro.penyewa_sesi"


@dataclass(frozen=True, slots=True)
class Penyewa:
    """What a transaction may touch: every row of `instansi` (None: of every instansi), the rows of the person `nip`,
    and the stored answers of `pemanggil` (an opaque mark of the caller). The default reaches nothing."""

    instansi: frozenset[str] | None = frozenset()
    nip: str | None = None
    pemanggil: str = ""
    mesin: bool = False

    def setelan(self) -> tuple[str, str, str, str]:
        """Role, instansi, NIP and caller as the policies read them: `*`, or the literal of a text array."""
        if self.mesin:
            return PERAN_PEKERJA, "", "", ""
        return PERAN_API, _larik(self.instansi), self.nip or "", self.pemanggil


def _larik(instansi: frozenset[str] | None) -> str:
    # A quoted element of an array literal has the escapes of a JSON text without its control characters.
    return (
        "*" if instansi is None else "{" + ",".join(json.dumps(i, ensure_ascii=False) for i in sorted(instansi)) + "}"
    )


TANPA_PEMANGGIL = Penyewa()
MESIN = Penyewa(mesin=True)
_kini: ContextVar[Penyewa] = ContextVar("sinkro_penyewa", default=TANPA_PEMANGGIL)


def penyewa_kini() -> Penyewa:
    """Whom this task asks the database for."""
    return _kini.get()


def tetapkan_penyewa(penyewa: Penyewa) -> None:
    """For the rest of this task: the edge says it once it knows the caller."""
    _kini.set(penyewa)


@contextmanager
def sebagai_penyewa(penyewa: Penyewa) -> Iterator[None]:
    """Transactions that begin within ask for `penyewa`."""
    semula = _kini.set(penyewa)
    try:
        yield
    finally:
        _kini.reset(semula)


def sebagai_mesin() -> AbstractContextManager[None]:
    """Transactions that begin within see every tenant: for what must look beyond the caller's reach to answer within
    it. Each use says why."""
    return sebagai_penyewa(MESIN)


@asynccontextmanager
async def mesin_di(conn: AsyncConnection) -> AsyncIterator[None]:
    """Statements within, of a transaction that runs already, see every tenant. Nothing where no wall stands (worker,
    command line)."""
    semula = conn.sync_connection.info.get(_INFO) if conn.sync_connection is not None else None
    if semula is None or semula.mesin:
        yield
        return
    await kenakan(conn, MESIN)
    yield
    # After an exception the transaction, or its part, is rolled back, and with it the setting.
    await kenakan(conn, semula)


async def kenakan(conn: AsyncConnection, penyewa: Penyewa) -> None:
    """Makes the running transaction ask for `penyewa`; nothing where no wall stands."""
    await conn.run_sync(_kenakan_bila_lain, penyewa)


def lupakan(conn: AsyncConnection) -> None:
    """After a rollback to a savepoint the database's setting is an older one than the last that was made."""
    # A connection that is gone has no setting, and asking it would hide what ended it.
    if conn.sync_connection is not None and not conn.invalidated and _INFO in conn.sync_connection.info:
        conn.sync_connection.info[_INFO] = Penyewa(pemanggil="?")


def pagari(engine: AsyncEngine) -> None:
    """From now on every transaction of the engine begins with the role and the reach of its task."""
    event.listen(engine.sync_engine, "begin", _saat_mulai)


async def pagari_sesi(conn: AsyncConnection, koneksi: asyncpg.Connection) -> bool:
    """Makes statements that `koneksi`, the driver's side of `conn`, runs outside a transaction ask for whom this task
    asks; without its stored answers. False, and nothing done, where no wall stands. Transactions never rest on it: each
    has its own setting."""
    satu = conn.sync_connection
    if satu is None or not event.contains(satu.engine, "begin", _saat_mulai):
        return False
    kini = replace(_kini.get(), pemanggil="")
    if satu.info.get(_INFO_SESI) != kini:
        satu.info.pop(_INFO_SESI, None)
        await koneksi.fetchrow(_SQL_SESI, *kini.setelan())
        satu.info[_INFO_SESI] = kini
    return True


def _saat_mulai(conn: Connection) -> None:
    _pasang(conn, _kini.get())


def _kenakan_bila_lain(conn: Connection, penyewa: Penyewa) -> None:
    if conn.info.get(_INFO, penyewa) != penyewa:
        _pasang(conn, penyewa)


def _pasang(conn: Connection, penyewa: Penyewa) -> None:
    conn.exec_driver_sql(_SQL, penyewa.setelan())
    conn.info[_INFO] = penyewa
