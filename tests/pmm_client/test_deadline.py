"""The time limit of a call ends what it waits for, and never hides a cancellation from outside."""

import asyncio
import time

import pytest

from pmm_client._deadline import Tenggat


async def test_menunggu_terlalu_lama_diakhiri() -> None:
    mulai = time.monotonic()
    with pytest.raises(TimeoutError), Tenggat(0.02):
        await asyncio.Event().wait()
    assert 0.015 < time.monotonic() - mulai < 1.0
    tugas = asyncio.current_task()
    assert tugas is not None
    assert tugas.cancelling() == 0, "what comes after is not cancelled"


async def test_yang_selesai_pada_waktunya_tidak_diganggu_kemudian() -> None:
    with Tenggat(0.02):
        await asyncio.sleep(0)
    await asyncio.sleep(0.04)


async def test_galat_di_dalamnya_lewat_apa_adanya() -> None:
    async def gagal() -> None:
        await asyncio.sleep(0)
        raise KeyError

    with pytest.raises(KeyError), Tenggat(5.0):
        await gagal()


async def test_waktu_yang_sudah_habis() -> None:
    with pytest.raises(TimeoutError), Tenggat(0.0):
        await asyncio.Event().wait()


async def test_pembatalan_dari_luar_tetap_pembatalan() -> None:
    async def menunggu() -> None:
        with Tenggat(5.0):
            await asyncio.Event().wait()

    tugas = asyncio.create_task(menunggu())
    await asyncio.sleep(0)
    tugas.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tugas


async def test_pembatalan_bersama_habisnya_waktu_tetap_pembatalan() -> None:
    async def menunggu() -> None:
        with Tenggat(0.01):
            try:
                await asyncio.Event().wait()
            finally:
                luar.cancel()

    luar = asyncio.create_task(menunggu())
    with pytest.raises(asyncio.CancelledError):
        await luar


async def test_bersarang_yang_luar_lebih_dulu() -> None:
    dalam_selesai = False

    async def dalam() -> None:
        nonlocal dalam_selesai
        with Tenggat(5.0):
            await asyncio.Event().wait()
        dalam_selesai = True

    with pytest.raises(TimeoutError), Tenggat(0.01):
        await dalam()
    assert not dalam_selesai
