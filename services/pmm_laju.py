"""The limit toward PMM over all processes: one row of evenly spaced starts, kept in Redis.

Invariant: no second, wherever it begins, sees more starts than the limit. A start is a slot given by one script on
Redis' clock; a slot not used within a few milliseconds is lost, never used later. Without Redis each process keeps to
its own whole share of the limit. Redis holds numbers only.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisTerputus
from redis.exceptions import NoScriptError, RedisError

from pmm_client import (
    CADANGAN,
    SUSULAN_TERPANJANG,
    TAHAN_TERPANJANG,
    TERLAMBAT_TERPANJANG,
    GiliranDitahan,
    Lajur,
    PembagiGiliran,
    Slot,
)
from services.pmm_laju_skrip import SKRIP, SKRIP_SIDIK

KUNCI: Final = "sinkro:pmm:laju"
# Bulks take slots at most this far ahead, all together: so long a button press can find the row taken.
CAKRAWALA_MASSAL: Final = 0.05
BATAS_MENJAWAB: Final = 0.25
COBA_LAGI: Final = 0.5
# A busy process may take a slow answer for none. Only who has heard nothing for so long goes on alone, and is silent
# until then: beside others who hear Redis well it would be one too many.
HENING: Final = 1.5
# After Redis came back: until everybody has noticed (COBA_LAGI + BATAS_MENJAWAB), and a second on top.
PERALIHAN: Final = 2.0
_JEDA_MEMBATASI: Final = 1.0
_TAHAN_TERLAMA: Final = 3600.0
_MIKRO: Final = 1_000_000
_KABUR_TERBANYAK: Final = 3

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Laju:
    """How far apart starts are, in seconds: `bersama` in the common row, `sendiri` in each process when it is alone.

    `sendiri` is None when the limit gives each process less than one start a second: processes that do not hear each
    other cannot keep to that, so they wait for Redis.
    """

    bersama: float
    sendiri: float | None
    proses: int

    @classmethod
    def dari_batas(cls, batas_per_detik: float, proses: int) -> Laju:
        """From the limit (starts per second) and the most processes that may call PMM at the same time."""
        bulat = math.floor(batas_per_detik) if batas_per_detik >= 1.0 else batas_per_detik
        bagian = math.floor(batas_per_detik / proses) if proses > 1 else bulat
        longgar = 1.0 + CADANGAN
        return cls(longgar / bulat, longgar / bagian if bagian else None, proses)


def buka_pacer(redis_url: str, batas_per_detik: float, *, proses: int) -> PacerBersama:
    """The pacer of one process, with a connection of its own that is made when first needed."""
    redis = Redis.from_url(
        redis_url,
        socket_connect_timeout=BATAS_MENJAWAB,
        socket_timeout=BATAS_MENJAWAB,
        # A kept connection that was closed meanwhile is no sign that Redis is away.
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[RedisTerputus],
    )
    return PacerBersama(redis, batas_per_detik, proses=proses)


class PacerBersama:
    """A `pmm_client.Pacer` for all processes with the same Redis. `jam` is monotonic, in seconds.

    `proses` is the most processes that may call PMM at the same time, API and workers together. A process that alone
    cannot reach Redis while others can adds its share to theirs; all other faults keep the limit.
    """

    def __init__(
        self,
        redis: Redis,
        batas_per_detik: float,
        *,
        proses: int,
        kunci: str = KUNCI,
        jam: Callable[[], float] = time.monotonic,
        tidur: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._redis = redis
        self._laju = Laju.dari_batas(batas_per_detik, proses)
        self._kunci = kunci
        self._jam = jam
        # Where the limit is high, a question to Redis is worth two milliseconds of starts.
        self._pembagi = PembagiGiliran(self, jam=jam, tidur=tidur, paling_sedikit=max(1, int(batas_per_detik / 500)))
        self._selisih: tuple[float, float] | None = None
        self._kabur = 0
        self._terakhir_redis = 0
        self._hening_sejak: float | None = None
        self._sendiri_sejak: float | None = None
        self._tanya_lagi = float("-inf")
        self._jatuh_tempo = float("-inf")
        self._tahan_sampai = float("-inf")
        self._kabar: asyncio.Task[None] | None = None

    @property
    def sendiri(self) -> bool:
        """Whether Redis is away and this process keeps to its own share (for metrics)."""
        return self._sendiri_sejak is not None

    async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
        await self._pembagi.giliran(lajur)

    def perlambat(self, detik: float | None) -> None:
        lama = min(_JEDA_MEMBATASI if detik is None else detik, _TAHAN_TERLAMA)
        self._tahan_sampai = max(self._tahan_sampai, self._jam() + lama)
        self._pembagi.buang()
        if self._kabar is None:
            self._kabar = asyncio.create_task(self._kabarkan(lama))
            self._kabar.add_done_callback(self._sudah_dikabarkan)

    async def tutup(self) -> None:
        await self._pembagi.tutup()
        if self._kabar is not None:
            self._kabar.cancel()
            await asyncio.wait([self._kabar])
        await self._redis.aclose(close_connection_pool=True)

    async def ambil(self, jumlah: int, lajur: Lajur) -> Sequence[Slot] | float:
        sekarang = self._jam()
        if (sisa := self._tahan_sampai - sekarang) > 0.0:
            return _tunggu_atau_tolak(sisa)
        if self._sendiri_sejak is not None and sekarang < self._tanya_lagi:
            return self._ambil_sendiri(sekarang)
        try:
            return await self._ambil_bersama(jumlah, lajur)
        except (RedisError, OSError, TimeoutError) as galat:
            return self._tanpa_redis(self._jam(), type(galat).__name__)

    def terpakai(self, slot: Slot, sekarang: float) -> None:
        if self._sendiri_sejak is not None and self._laju.sendiri is not None:
            self._jatuh_tempo = max(slot.mulai, sekarang - SUSULAN_TERPANJANG) + self._laju.sendiri

    def _tanpa_redis(self, sekarang: float, galat: str) -> Sequence[Slot] | float:
        if self._hening_sejak is None:
            self._hening_sejak = sekarang
        if sekarang - self._hening_sejak < HENING:
            return COBA_LAGI / 5
        if self._sendiri_sejak is None:
            _log.warning("batas bersama ke PMM tidak terbaca; memakai bagian sendiri", galat=galat)
            self._sendiri_sejak = self._jatuh_tempo = sekarang
        self._tanya_lagi = sekarang + COBA_LAGI
        return self._ambil_sendiri(sekarang)

    def _ambil_sendiri(self, sekarang: float) -> Sequence[Slot] | float:
        """The next slot of the own share. None beyond the next question to Redis: whoever returns to the common row
        must not have others still going alone."""
        if self._laju.sendiri is None:
            if sekarang - (self._sendiri_sejak or sekarang) > TAHAN_TERPANJANG:
                raise GiliranDitahan(COBA_LAGI)
            return self._tanya_lagi - sekarang
        if self._jatuh_tempo > self._tanya_lagi:
            return self._tanya_lagi - sekarang
        return [Slot(max(self._jatuh_tempo, sekarang - SUSULAN_TERPANJANG), self._tanya_lagi)]

    async def _ambil_bersama(self, jumlah: int, lajur: Lajur) -> Sequence[Slot] | float:
        mulai = self._jam()
        kini, slot, banyak, jarak, tahan, tunggu = await self._jalankan(jumlah, lajur, lambat=None)
        sesudah = self._jam()
        self._hening_sejak = None
        if self._sendiri_sejak is not None:
            _log.info("batas bersama ke PMM terbaca lagi")
            self._sendiri_sejak = None
        if tahan:
            self._tahan_sampai = sesudah + tahan / _MIKRO
            return _tunggu_atau_tolak(tahan / _MIKRO)
        if not banyak:
            return max(tunggu / _MIKRO, 0.001)
        self._terakhir_redis = slot + (banyak - 1) * jarak
        paling_awal, paling_akhir = self._samakan_jam(mulai, sesudah, kini)
        if paling_akhir - paling_awal > TERLAMBAT_TERPANJANG and self._kabur < _KABUR_TERBANYAK:
            # When these slots are is not known well enough to use them.
            self._kabur += 1
            return 0.001
        self._kabur = 0
        awal = [(slot + ke * jarak) / _MIKRO + paling_akhir for ke in range(banyak)]
        return [Slot(satu, satu + TERLAMBAT_TERPANJANG) for satu in awal]

    async def _jalankan(self, jumlah: int, lajur: Lajur, *, lambat: float | None) -> list[int]:
        argumen = [
            math.ceil(self._laju.bersama * _MIKRO),
            jumlah,
            1 if lajur is Lajur.MASSAL else 0,
            int(CAKRAWALA_MASSAL * _MIKRO),
            int(SUSULAN_TERPANJANG * _MIKRO),
            self._terakhir_redis,
            self._laju.proses,
            int(PERALIHAN * _MIKRO),
            -1 if lambat is None else int(lambat * _MIKRO),
        ]
        async with asyncio.timeout(BATAS_MENJAWAB):
            try:
                hasil = await self._perintah("EVALSHA", SKRIP_SIDIK, 1, self._kunci, *argumen, int(self.sendiri))
            except NoScriptError:
                # Redis forgets scripts when it starts, so this is how a restart shows: others may still go alone.
                hasil = await self._perintah("EVAL", SKRIP, 1, self._kunci, *argumen, 1)
        return [int(satu) for satu in hasil]

    async def _perintah(self, *argumen: object) -> list[Any]:
        return cast("list[Any]", await self._redis.execute_command(*argumen))  # type: ignore[no-untyped-call] # redis-py

    def _samakan_jam(self, mulai: float, sesudah: float, kini: int) -> tuple[float, float]:
        """The least and the most that our clock can be ahead of Redis': Redis read its own between two readings of
        ours, and all such bounds hold together until a clock jumps or drifts; then only the newest count."""
        bawah, atas = mulai - kini / _MIKRO, sesudah - kini / _MIKRO
        if self._selisih is not None and bawah <= self._selisih[1] and atas >= self._selisih[0]:
            bawah, atas = max(bawah, self._selisih[0]), min(atas, self._selisih[1])
        self._selisih = bawah, atas
        return bawah, atas

    async def _kabarkan(self, lama: float) -> None:
        """Tell all others that PMM asked for a pause; whoever cannot be told meets PMM's 429 alone."""
        try:
            await self._jalankan(0, Lajur.INTERAKTIF, lambat=lama)
        except (RedisError, OSError, TimeoutError) as galat:
            _log.warning("jeda sesudah 429 tidak dapat dibagikan", galat=type(galat).__name__)

    def _sudah_dikabarkan(self, tugas: asyncio.Task[None]) -> None:
        self._kabar = None
        if not tugas.cancelled():
            tugas.exception()


def _tunggu_atau_tolak(sisa: float) -> float:
    if sisa > TAHAN_TERPANJANG:
        raise GiliranDitahan(sisa)
    return sisa
