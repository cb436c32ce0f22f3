"""The notice board: heard across processes, and no harm when Redis is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from services.queue import kabar as modul
from services.queue.kabar import SALURAN, PapanKabar


@pytest.fixture
async def papan(redis_url: str) -> AsyncIterator[PapanKabar]:
    papan = PapanKabar(redis_url)
    yield papan
    await papan.tutup()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    redis = Redis.from_url(redis_url)
    yield redis
    await redis.aclose()


async def _pendengar(redis: Redis, jumlah: int) -> None:
    async with asyncio.timeout(10):
        while dict(await redis.pubsub_numsub(SALURAN)).get(SALURAN.encode()) != jumlah:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)


async def test_yang_menunggu_mendengar_dan_hanya_tentang_miliknya(
    papan: PapanKabar, redis: Redis, redis_url: str
) -> None:
    pekerja, satu, lain = PapanKabar(redis_url), uuid4(), uuid4()
    try:
        async with papan.menunggu(satu) as kabar, papan.menunggu(satu) as kembar, papan.menunggu(lain) as bukan:
            await _pendengar(redis, 1)
            # What nobody of ours wrote harms nobody.
            await redis.publish(SALURAN, b"\xff\x00")
            await pekerja.umumkan([satu])
            async with asyncio.timeout(5):
                await kabar.wait()
                await kembar.wait()
            assert not bukan.is_set()
    finally:
        await pekerja.tutup()
    assert papan._penunggu == {}


async def test_mendengar_lagi_setelah_sambungan_putus(
    papan: PapanKabar, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modul, "DENGAR_LAGI_DETIK", 0.01)
    satu = uuid4()
    async with papan.menunggu(satu) as kabar:
        await _pendengar(redis, 1)
        await redis.client_kill_filter(_type="pubsub")
        await _pendengar(redis, 1)
        await papan.umumkan([satu])
        async with asyncio.timeout(5):
            await kabar.wait()


async def test_tanpa_redis_tidak_ada_yang_gagal_atau_menunggu() -> None:
    papan, mulai = PapanKabar("redis://127.0.0.1:9/0"), time.monotonic()
    async with papan.menunggu(UUID(int=1)) as kabar:
        await papan.umumkan([UUID(int=1)])
        assert not kabar.is_set()
    await papan.tutup()
    assert time.monotonic() - mulai < 2 * modul.BATAS_MENGABARKAN_DETIK
