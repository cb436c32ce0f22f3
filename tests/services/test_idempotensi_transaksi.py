"""One transaction for a whole request: its parts behave as transactions of their own would, its end is the edge's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.penyewa import Penyewa, pagari, sebagai_mesin, sebagai_penyewa
from services.db.tables import InstansiRow, UnitKerjaRow
from services.db.transaksi import TransaksiPermintaan, dalam_permintaan, transaksi_permintaan
from services.factory import buka_konteks
from services.konteks import Konteks
from services.settings import Settings

INDUK, ANAK = "1" * 32, "2" * 32


@pytest.fixture
async def konteks(settings: Settings) -> AsyncIterator[Konteks]:
    satu = await buka_konteks(settings, nama="uji", ukuran_pool=3)
    yield satu
    await satu.tutup()


@asynccontextmanager
async def permintaan(konteks: Konteks) -> AsyncIterator[TransaksiPermintaan]:
    dibuka: list[str] = []

    async def buka(conn: AsyncConnection) -> None:
        dibuka.append(str(await conn.scalar(text("SELECT 1"))))

    satu = TransaksiPermintaan(konteks.engine, buka)
    with dalam_permintaan(satu):
        try:
            yield satu
        finally:
            await satu.batalkan()
            assert len(dibuka) <= 1


async def tulis(konteks: Konteks, tabel: Any = InstansiRow, **nilai: Any) -> None:
    async with konteks.transaksi() as conn:
        await conn.execute(insert(tabel).values(**nilai))


async def instansi(konteks: Konteks, satu: str) -> None:
    await tulis(konteks, id=satu, nama=satu, zona_waktu="Asia/Jakarta")


async def terlihat(konteks: Konteks) -> list[str]:
    async with konteks.baca() as conn:
        return list((await conn.scalars(text("SELECT id FROM instansi ORDER BY id"))).all())


async def di_luar(konteks: Konteks) -> list[str]:
    """What another request sees."""
    async with konteks.engine.connect() as conn:
        return list((await conn.scalars(text("SELECT id FROM instansi ORDER BY id"))).all())


async def hapus_lalu_gagal(konteks: Konteks) -> None:
    async with konteks.transaksi() as conn:
        await conn.execute(text("DELETE FROM instansi"))
        raise ZeroDivisionError


async def test_bagian_batal_sendiri(konteks: Konteks) -> None:
    async with permintaan(konteks) as satu:
        await instansi(konteks, "A")
        with pytest.raises(IntegrityError):
            await instansi(konteks, "A")
        with pytest.raises(ZeroDivisionError):
            await hapus_lalu_gagal(konteks)
        await instansi(konteks, "B")
        assert await terlihat(konteks) == ["A", "B"]
        assert await di_luar(konteks) == []
        await satu.sahkan()
    assert await di_luar(konteks) == ["A", "B"]


async def test_batal_seluruhnya(konteks: Konteks) -> None:
    terjadi: list[str] = []

    async def akibat() -> None:
        terjadi.append("x")

    async with permintaan(konteks):
        await konteks.setelah_commit(akibat)
        assert terjadi == ["x"]
        await instansi(konteks, "A")
        await konteks.setelah_commit(akibat)
    assert await di_luar(konteks) == []
    assert terjadi == ["x"]


async def test_akibat_menunggu_commit(konteks: Konteks) -> None:
    terjadi: list[list[str]] = []

    async def akibat() -> None:
        terjadi.append(await di_luar(konteks))

    async with permintaan(konteks) as satu:
        await instansi(konteks, "A")
        await konteks.setelah_commit(akibat)
        assert terjadi == []
        await satu.sahkan()
        assert terjadi == [["A"]]
        # From here on everything is as outside of a request.
        assert transaksi_permintaan() is None
        await instansi(konteks, "B")
        await konteks.setelah_commit(akibat)
    assert terjadi == [["A"], ["A", "B"]]


async def test_kendala_tunda_berlaku_per_bagian(konteks: Konteks) -> None:
    """What waits for the commit of a transaction waits for the end of a part, in every part anew."""
    await instansi(konteks, "A")
    anak = {"id": ANAK, "instansi_id": "A", "nama": "SD", "induk_id": INDUK}
    async with permintaan(konteks) as satu:
        with pytest.raises(IntegrityError):
            await tulis(konteks, UnitKerjaRow, **anak)
        for awal in "34":
            async with konteks.transaksi() as conn:
                # The child before its parent.
                await conn.execute(insert(UnitKerjaRow).values(**anak | {"id": "C" + awal * 31, "induk_id": awal * 32}))
                await conn.execute(insert(UnitKerjaRow).values(id=awal * 32, instansi_id="A", nama="DINAS"))
        await satu.sahkan()


async def test_tugas_lain_tidak_ikut(konteks: Konteks) -> None:
    async with permintaan(konteks):
        await instansi(konteks, "A")
        assert await asyncio.create_task(terlihat(konteks)) == []
        with pytest.raises(RuntimeError):
            await asyncio.create_task(instansi(konteks, "B"))


async def test_pembukaan_yang_ditolak(konteks: Konteks) -> None:
    async def tolak(_: AsyncConnection) -> None:
        raise LookupError

    satu = TransaksiPermintaan(konteks.engine, tolak)
    with dalam_permintaan(satu):
        with pytest.raises(LookupError):
            await instansi(konteks, "A")
        await satu.batalkan()
        with pytest.raises(RuntimeError):
            await instansi(konteks, "A")
    assert await di_luar(konteks) == []
    assert konteks.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # the base class does not promise it


async def test_dinding_per_bagian(konteks: Konteks) -> None:
    for satu in "AB":
        await instansi(konteks, satu)
    pagari(konteks.engine)
    with sebagai_penyewa(Penyewa(frozenset({"A"}))):
        async with permintaan(konteks) as satu_permintaan:
            await satu_permintaan.koneksi()
            assert await terlihat(konteks) == ["A"]
            with sebagai_mesin():
                assert await terlihat(konteks) == ["A", "B"]
                with pytest.raises(IntegrityError):
                    await instansi(konteks, "A")
            assert await terlihat(konteks) == ["A"]
            async with konteks.transaksi() as conn:
                assert await conn.scalar(text("SELECT current_user")) == "sinkro_api"


async def test_server_yang_mati_terlihat_sebagai_itu(konteks: Konteks) -> None:
    """What ends the request says that the connection is gone: it is no fault of ours, and the caller may repeat."""
    pagari(konteks.engine)
    with sebagai_mesin():
        async with permintaan(konteks):
            with pytest.raises(DBAPIError) as galat:
                await _terputus_di_tengah(konteks)
    assert galat.value.connection_invalidated


async def _terputus_di_tengah(konteks: Konteks) -> None:
    async with konteks.transaksi() as conn:
        pid = await conn.scalar(text("SELECT pg_backend_pid()"))
        async with konteks.engine.connect() as lain:
            await lain.exec_driver_sql("RESET ROLE")
            await lain.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await conn.execute(text("SELECT 1"))
