"""One statement in one round trip stands behind the same wall as a transaction, and outlives a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import ColumnClause, column, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.db import engine as db_engine
from services.db.engine import buat_engine
from services.db.penyewa import Penyewa, pagari, sebagai_mesin, sebagai_penyewa, tetapkan_penyewa
from services.db.sekali import tanya_sekali
from services.db.siap import PerintahSiap, Tempat

_SIAPA = PerintahSiap(
    select(
        func.current_setting("role").label("peran"),
        func.current_setting("sinkro.instansi", True).label("instansi"),
        func.current_setting("sinkro.pemanggil", True).label("pemanggil"),
        func.current_setting("plan_cache_mode").label("rencana"),
        func.current_setting("enable_bitmapscan").label("bitmap"),
        func.pg_backend_pid().label("pid"),
    )
)
_LAMA = PerintahSiap(select(func.pg_sleep(30)))
A, B = Penyewa(frozenset({"A"}), pemanggil="a"), Penyewa(frozenset({"B"}), pemanggil="b")


@pytest.fixture
async def api(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """As the API connects, with one connection at rest that nobody looks after."""
    monkeypatch.setattr(db_engine, "PERIKSA_SETELAH_DIAM_DETIK", 3600.0)
    engine = buat_engine(database_url, nama="uji-api", ukuran_pool=1)
    pagari(engine)
    yield engine
    await engine.dispose()


async def _siapa(engine: AsyncEngine) -> tuple[str, str]:
    satu = (await tanya_sekali(engine, _SIAPA))[0]
    return satu["peran"], satu["instansi"]


async def _dalam_transaksi(engine: AsyncEngine) -> Any:
    async with engine.connect() as conn:
        return (await conn.exec_driver_sql(_SIAPA.sql, _SIAPA.isian({}))).one()


async def test_tiap_pernyataan_atas_nama_pemanggilnya(api: AsyncEngine) -> None:
    """On one connection after the other's, also after transactions and without a caller."""
    for penyewa, harapan in ((A, '{"A"}'), (A, '{"A"}'), (B, '{"B"}'), (Penyewa(None), "*"), (A, '{"A"}')):
        with sebagai_penyewa(penyewa):
            assert await _siapa(api) == ("sinkro_api", harapan)
        assert (await _dalam_transaksi(api)).instansi == "{}"
    assert await _siapa(api) == ("sinkro_api", "{}")
    with sebagai_mesin():
        assert await _siapa(api) == ("sinkro_pekerja", "")
    assert await _siapa(api) == ("sinkro_api", "{}")

    async def tugas(satu: str) -> tuple[str, str]:
        tetapkan_penyewa(Penyewa(frozenset({satu})))
        await asyncio.sleep(0)
        return await _siapa(api)

    nama = "abcdefgh" * 3
    assert await asyncio.gather(*map(tugas, nama)) == [("sinkro_api", f'{{"{satu}"}}') for satu in nama]


async def test_transaksi_tidak_mewarisi_setelan_sesi(api: AsyncEngine) -> None:
    with sebagai_penyewa(A):
        sekali = (await tanya_sekali(api, _SIAPA))[0]
        transaksi = await _dalam_transaksi(api)
    assert (sekali["pemanggil"], sekali["rencana"], sekali["bitmap"]) == ("", "force_generic_plan", "off")
    assert (transaksi.pemanggil, transaksi.rencana, transaksi.bitmap) == ("a", "auto", "on")
    assert transaksi.pid == sekali["pid"]


async def test_satu_pernyataan_saja(api: AsyncEngine) -> None:
    """The same caller again: nothing but the statement goes to the server, which is what this is for."""
    pernyataan: list[str] = []
    with sebagai_penyewa(A):
        await _siapa(api)
        async with api.connect() as conn:
            koneksi = (await conn.get_raw_connection()).driver_connection
        assert isinstance(koneksi, asyncpg.Connection)
        koneksi.add_query_logger(lambda catatan: pernyataan.append(catatan.query))
        await _siapa(api)
        await _siapa(api)
    await asyncio.sleep(0)
    assert pernyataan == [_SIAPA.sql] * 2
    with sebagai_penyewa(B):
        await _siapa(api)
    await asyncio.sleep(0)
    assert [p for p in pernyataan[2:] if p != _SIAPA.sql] == pernyataan[2:3]
    assert len(pernyataan) == 4


async def test_tanpa_dinding_dengan_transaksi(database_url: str) -> None:
    """The engine of workers keeps its login and its plans."""
    engine = buat_engine(database_url, nama="uji-pekerja", ukuran_pool=1)
    try:
        with sebagai_penyewa(A):
            satu = (await tanya_sekali(engine, _SIAPA))[0]
        assert (satu["peran"], satu["instansi"], satu["rencana"]) == ("none", None, "auto")
    finally:
        await engine.dispose()


async def test_turunan_engine_tidak_lolos(api: AsyncEngine) -> None:
    """Another face of the guarded engine does not count as one without a wall."""
    turunan = api.execution_options(logging_token="x")
    with sebagai_penyewa(A):
        assert await _siapa(turunan) == ("sinkro_api", '{"A"}')


async def test_koneksi_yang_hilang_dicoba_lagi(api: AsyncEngine, database_url: str) -> None:
    lain = buat_engine(database_url, nama="uji-lain", ukuran_pool=1)
    try:
        with sebagai_penyewa(A):
            pid = (await tanya_sekali(api, _SIAPA))[0]["pid"]
            async with lain.begin() as conn:
                await conn.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            baru = (await tanya_sekali(api, _SIAPA))[0]
        assert (baru["peran"], baru["instansi"]) == ("sinkro_api", '{"A"}')
        assert baru["pid"] != pid
    finally:
        await lain.dispose()


async def test_yang_dibatalkan_tidak_meninggalkan_apa_pun(api: AsyncEngine) -> None:
    """A request that was given up takes its connection with it: the next caller gets another, and their own."""
    with sebagai_penyewa(A):
        pid = (await tanya_sekali(api, _SIAPA))[0]["pid"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await tanya_sekali(api, _LAMA)
    with sebagai_penyewa(B):
        satu = (await tanya_sekali(api, _SIAPA))[0]
    assert satu["instansi"] == '{"B"}'
    assert satu["pid"] != pid


async def test_pernyataan_yang_salah_tidak_diulang(api: AsyncEngine) -> None:
    salah = PerintahSiap(select(func.tiada_fungsi_ini()))
    with sebagai_penyewa(A), pytest.raises(Exception, match="tiada_fungsi_ini") as galat:
        await tanya_sekali(api, salah)
    assert not isinstance(galat.value, DBAPIError)
    with sebagai_penyewa(B):
        assert await _siapa(api) == ("sinkro_api", '{"B"}')


def test_tempat_diisi_setiap_kali() -> None:
    """Where a value is asked for in a list too; a text that only looks like the place is none."""
    kolom: ColumnClause[str] = column("instansi_id")
    siap = PerintahSiap(select(kolom).where(kolom == Tempat("instansi"), kolom.in_([Tempat("instansi"), "instansi"])))
    assert sorted(siap.isian({"instansi": "x"})) == ["instansi", "x", "x"]
    with pytest.raises(KeyError):
        siap.isian({})
