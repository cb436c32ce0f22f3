"""The limit toward PMM over all processes, on a real Valkey: kept in every second, nearly used up, people first."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import sys
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisTerputus

from pmm_client import GiliranDitahan, Lajur, Slot
from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.server import SandboxPMM
from services.pmm_laju import HENING, KUNCI, Laju, PacerBersama, buka_pacer
from services.pmm_laju_skrip import SKRIP


class RedisBisaHilang(Redis):
    """A Redis whose network can be cut."""

    hilang = False

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if self.hilang:
            raise RedisTerputus("putus")
        return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call] # redis-py has none


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    klien = Redis.from_url(redis_url)
    # Known already, so that nobody takes the first question for a restart.
    await klien.script_load(SKRIP)
    yield klien
    await klien.aclose()


def pacer(url: str, batas: float, proses: int = 4) -> tuple[PacerBersama, RedisBisaHilang]:
    redis: RedisBisaHilang = RedisBisaHilang.from_url(url)
    return PacerBersama(redis, batas, proses=proses), redis


async def ambil(satu: PacerBersama, jumlah: int = 1000, lajur: Lajur = Lajur.MASSAL) -> Sequence[Slot]:
    hasil = await satu.ambil(jumlah, lajur)
    assert not isinstance(hasil, float), f"disuruh menunggu {hasil} detik"
    return hasil


def sendiri(satu: PacerBersama) -> bool:
    return satu.sendiri


async def test_dua_proses_bersama_tidak_melampaui_dan_hampir_menghabiskan_batas(redis: Redis, redis_url: str) -> None:
    batas, detik = 200, 3.0
    async with SandboxPMM(buat_contoh(60)) as pmm:
        argumen = [pmm.url, redis_url, batas, 2, 12, detik]
        anak = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.services.penanya_pmm", *map(str, argumen), stdout=asyncio.subprocess.PIPE
            )
            for _ in range(2)
        ]
        keluaran = [(await satu.communicate())[0] for satu in anak]
        statistik = pmm.layanan.statistik.ke_json()
    hasil = [json.loads(satu) for satu in keluaran]
    assert all(set(satu) == {"sukses"} for satu in hasil)
    assert statistik["maks_per_detik"] <= batas
    # The first and the last second are not whole, and the processes do not start together.
    utuh = list(statistik["per_detik"].values())[1:-1]
    assert max(utuh) >= 0.9 * batas
    assert sum(utuh) / len(utuh) >= 0.8 * batas, "a loaded machine may cost some, not this much"


async def test_slot_berjarak_sama_milik_satu_proses_saja(redis: Redis, redis_url: str) -> None:
    a, b = pacer(redis_url, 100)[0], pacer(redis_url, 100)[0]
    pertama, kedua = await ambil(a, 2), await ambil(b, 2)
    mulai = [slot.mulai for slot in (*pertama, *kedua)]
    jarak = [y - x for x, y in itertools.pairwise(mulai)]
    # Two processes read Redis' clock over two connections, so between theirs a little is unknown.
    assert jarak[0] == pytest.approx(0.0105, abs=1e-5)
    assert jarak[2] == pytest.approx(0.0105, abs=1e-5)
    assert jarak[1] == pytest.approx(0.0105, abs=0.005)
    await a.tutup()
    await b.tutup()


async def test_massal_tidak_memesan_jauh_dan_tombol_mendapat_yang_berikut(redis: Redis, redis_url: str) -> None:
    massal, layar = pacer(redis_url, 100)[0], pacer(redis_url, 100)[0]
    slot = await ambil(massal)
    assert 4 <= len(slot) <= 7
    assert isinstance(await massal.ambil(1, Lajur.MASSAL), float)
    (milik_layar,) = await ambil(layar, 1000, Lajur.INTERAKTIF)
    assert milik_layar.mulai - time.monotonic() < 0.1
    await massal.tutup()
    await layar.tutup()


async def test_tombol_mendahului_antrean_massal_di_proses_sendiri(redis: Redis, redis_url: str) -> None:
    satu = buka_pacer(redis_url, 20, proses=2)
    massal = [asyncio.create_task(satu.giliran(Lajur.MASSAL)) for _ in range(40)]
    await asyncio.sleep(0.1)
    mulai = time.monotonic()
    await satu.giliran()
    assert time.monotonic() - mulai < 0.4, "forty turns before it would be two seconds"
    for tugas in massal:
        tugas.cancel()
    await asyncio.gather(*massal, return_exceptions=True)
    await satu.tutup()


async def test_tanpa_redis_bagian_sendiri_lalu_kembali_pelan(redis: Redis, redis_url: str) -> None:
    satu, jaringan = pacer(redis_url, 40, proses=4)
    await ambil(satu)
    jaringan.hilang = True
    await asyncio.sleep(0.06)
    putus = time.monotonic()
    slot: list[float] = []
    while len(slot) < 4:
        hasil = await satu.ambil(100, Lajur.MASSAL)
        if isinstance(hasil, float):
            await asyncio.sleep(hasil)
            continue
        (sendirian,) = hasil
        await asyncio.sleep(max(0.0, sendirian.mulai - time.monotonic()))
        satu.terpakai(sendirian, time.monotonic())
        slot.append(sendirian.mulai)
    assert sendiri(satu) is True
    assert slot[0] - putus >= HENING, "a process that only did not hear Redis in time stays silent"
    assert min(y - x for x, y in itertools.pairwise(slot)) >= 0.09, "40 a second among 4 processes is 10 each"
    jaringan.hilang = False
    await asyncio.sleep(0.55)
    (pertama, *_) = await ambil(satu, 100, Lajur.INTERAKTIF)
    assert sendiri(satu) is False
    (berikut, *_) = await ambil(satu, 100, Lajur.INTERAKTIF)
    assert berikut.mulai - pertama.mulai >= 0.1, "others may still go alone, so one share is all there is"
    await satu.tutup()


async def test_jawaban_redis_yang_lambat_sekali_bukan_tanda_hilang(redis: Redis, redis_url: str) -> None:
    satu, jaringan = pacer(redis_url, 40)
    jaringan.hilang = True
    assert isinstance(await satu.ambil(1, Lajur.INTERAKTIF), float)
    jaringan.hilang = False
    assert len(await ambil(satu, 1, Lajur.INTERAKTIF)) == 1
    assert not satu.sendiri
    (pertama, berikut, *_) = [*await ambil(satu, 1, Lajur.INTERAKTIF), *await ambil(satu, 1, Lajur.INTERAKTIF)]
    assert berikut.mulai - pertama.mulai == pytest.approx(0.02625, abs=1e-3), "and nothing goes slower for it"
    await satu.tutup()


async def test_redis_yang_baru_mulai_dikenali(redis: Redis, redis_url: str) -> None:
    satu = pacer(redis_url, 40, proses=4)[0]
    await redis.script_flush()
    (slot,) = await ambil(satu)
    (berikut,) = await ambil(satu, 1, Lajur.INTERAKTIF)
    assert berikut.mulai - slot.mulai == pytest.approx(0.105, abs=1e-3)
    await satu.tutup()


async def test_batas_di_bawah_jumlah_proses_menunggu_redis() -> None:
    satu, jaringan = pacer("redis://127.0.0.1:9", 5, proses=8)
    jaringan.hilang = True
    jam = time.monotonic()
    assert isinstance(await satu.ambil(1, Lajur.INTERAKTIF), float)
    satu._hening_sejak = satu._sendiri_sejak = jam - 10
    with pytest.raises(GiliranDitahan):
        await satu.ambil(1, Lajur.INTERAKTIF)
    await satu.tutup()


async def test_redis_yang_lupa_tidak_memberi_dua_kali(redis: Redis, redis_url: str) -> None:
    satu = pacer(redis_url, 100)[0]
    sebelum = await ambil(satu)
    await redis.flushall()
    sesudah = await ambil(satu, 1, Lajur.INTERAKTIF)
    assert sesudah[0].mulai >= sebelum[-1].mulai + 0.01
    await satu.tutup()


async def test_jam_redis_yang_dimundurkan_tidak_menghentikan(redis: Redis, redis_url: str) -> None:
    satu = pacer(redis_url, 100)[0]
    jauh = int((time.time() + 3600) * 1e6)
    nilai = {"berikut": jauh, "peralihan": jauh, "dilambatkan": jauh, "tahan": jauh + 10**9}
    for nama, isi in nilai.items():
        await redis.execute_command("HSET", KUNCI, nama, isi)  # type: ignore[no-untyped-call] # redis-py has none
    slot = await ambil(satu, 1, Lajur.INTERAKTIF)
    assert slot[0].mulai - time.monotonic() < 1.0
    await satu.tutup()


async def test_sesudah_429_semua_proses_berhenti_lalu_pelan(redis: Redis, redis_url: str) -> None:
    kena, lain = pacer(redis_url, 100)[0], pacer(redis_url, 100)[0]
    await ambil(kena)
    kena.perlambat(0.3)
    await asyncio.sleep(0.1)
    for satu in (kena, lain):
        sisa = await satu.ambil(1, Lajur.INTERAKTIF)
        assert isinstance(sisa, float)
        assert 0.05 < sisa <= 0.3
    await asyncio.sleep(0.25)
    slot = await ambil(lain)
    assert slot[1].mulai - slot[0].mulai == pytest.approx(0.021, abs=1e-4), "half the speed after a 429"
    kena.perlambat(30)
    await asyncio.sleep(0.1)
    for satu in (kena, lain):
        with pytest.raises(GiliranDitahan) as ditahan:
            await satu.giliran()
        assert 28 < ditahan.value.detik <= 30
    await kena.tutup()
    await lain.tutup()


@pytest.mark.parametrize("proses", [1, 2, 8, 50])
@pytest.mark.parametrize("batas", [0.5, 1, 7.9, 50, 333, 100_000])
def test_bagian_sendiri_bersama_tidak_melampaui_batas(batas: float, proses: int) -> None:
    laju = Laju.dari_batas(batas, proses)
    terbanyak = _terbanyak_per_detik(laju.bersama)
    assert terbanyak <= max(1, batas)
    if laju.sendiri is not None:
        assert proses * _terbanyak_per_detik(laju.sendiri) <= max(1, batas)
    else:
        assert batas < proses


def _terbanyak_per_detik(jarak: float) -> int:
    """Starts that fit into one second, when each may be late by the margin."""
    return math.ceil(1.049 / jarak)
