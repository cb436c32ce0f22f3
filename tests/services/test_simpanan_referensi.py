"""How much reference data a process keeps: by units, whatever the number of instansi."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.sinkronisasi.referensi import SimpananReferensi
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil

# Each has two units.
INSTANSI = ["A", "B", "C"]


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as satu:
        for ke, instansi_id in enumerate(INSTANSI):
            await satu.impor(instansi_kecil(instansi_id, ke * 10))
        yield satu


async def _tersimpan(konteks: KonteksTiruan, simpanan: SimpananReferensi) -> list[str]:
    versi = dict(await konteks.semua("SELECT id, versi_fakta FROM instansi"))
    return [i for i in INSTANSI if simpanan.tersimpan({i: versi[i]}) is not None]


async def test_the_least_recently_used_goes_when_there_are_too_many_units(konteks: KonteksTiruan) -> None:
    simpanan = SimpananReferensi(unit_terbanyak=4)
    async with konteks.engine.connect() as conn:
        for diminta in (["A", "B"], ["A"], ["C"]):
            assert set(await simpanan.ambil(conn, diminta)) == set(diminta)
    assert await _tersimpan(konteks, simpanan) == ["A", "C"]


async def test_one_is_kept_however_large_and_all_are_given(konteks: KonteksTiruan) -> None:
    simpanan = SimpananReferensi(unit_terbanyak=1)
    async with konteks.engine.connect() as conn:
        assert set(await simpanan.ambil(conn, INSTANSI)) == set(INSTANSI)
    assert len(await _tersimpan(konteks, simpanan)) == 1


async def test_a_new_version_takes_the_place_of_the_old(konteks: KonteksTiruan) -> None:
    simpanan = SimpananReferensi(unit_terbanyak=4)
    async with konteks.engine.connect() as conn:
        await simpanan.ambil(conn, ["B"])
        for _ in range(3):
            await conn.rollback()
            await konteks.jalankan("UPDATE instansi SET versi_fakta = versi_fakta + 1 WHERE id = 'A'")
            await simpanan.ambil(conn, ["A"])
    assert await _tersimpan(konteks, simpanan) == ["A", "B"]
