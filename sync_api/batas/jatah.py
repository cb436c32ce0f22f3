"""How many requests a caller has left: fixed windows of a minute, counted in Redis over all API processes.

Invariant: counting never fails and never waits long; without Redis each process counts for itself. Redis holds hashes
only. A process draws a hundredth of a budget at a time, so a busy caller costs one round trip in many requests; what
it does not use is lost with the window: at most one hundredth per process.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from services.idempotensi import tanda_pemanggil

JENDELA_DETIK: Final = 60
BATAS_MENJAWAB_DETIK: Final = 0.1
COBA_REDIS_LAGI_DETIK: Final = 1.0
SIMPANAN_TERBANYAK: Final = 20_000
_BAGIAN_SEKALI_AMBIL: Final = 100
# Whoever is one person on the internet usually has a whole network of this length.
_JARINGAN_IPV6: Final = 64

_log = structlog.get_logger("sinkro.jatah")


@dataclass(frozen=True, slots=True)
class Anggaran:
    """A budget: its name in the headers, and requests per window and caller."""

    nama: str
    kuota: int


@dataclass(frozen=True, slots=True)
class Jatah:
    """What is left of a budget after this request; `habis`: this one is too many. The window ends in `pulih_detik`."""

    anggaran: Anggaran
    sisa: int
    pulih_detik: int
    habis: bool

    def header(self) -> Mapping[str, str]:
        """`RateLimit-Policy` and `RateLimit` as the IETF draft of the working group HTTPAPI writes them."""
        nama = self.anggaran.nama
        return {
            "RateLimit-Policy": f'"{nama}";q={self.anggaran.kuota};w={JENDELA_DETIK}',
            "RateLimit": f'"{nama}";r={self.sisa};t={self.pulih_detik}',
        }


@dataclass(slots=True)
class _Jendela:
    """One caller's window as this process knows it: `sisa_umum` beyond what it has drawn, `simpanan` in its hand."""

    nomor: int
    sisa_umum: int
    simpanan: int


class PenghitungJatah:
    """Counts for one API process. `jam` is the wall clock in seconds, which all processes share."""

    def __init__(self, redis_url: str, *, jam: Callable[[], float] = time.time) -> None:
        self._kolam: ConnectionPool = ConnectionPool.from_url(
            redis_url, socket_connect_timeout=BATAS_MENJAWAB_DETIK, socket_timeout=BATAS_MENJAWAB_DETIK
        )
        pilihan: dict[str, Any] = {"connection_pool": self._kolam}
        self._bersama = RedisStorage("async+redis://", implementation="redispy", key_prefix="sinkro:jatah", **pilihan)
        self._sendiri = MemoryStorage()
        self._jam = jam
        self._jendela: dict[tuple[str, str], _Jendela] = {}
        self._tanya_lagi = float("-inf")
        self._tanpa_redis = False

    async def ambil(self, anggaran: Anggaran, siapa: str) -> Jatah:
        """Takes one request of this caller from the budget. `siapa`: `tanda_pemanggil` or `tanda_alamat`."""
        # Windows of different callers end at different moments, so that no minute begins with everybody at once.
        kini = self._jam() + int(siapa[:6], 16) % JENDELA_DETIK
        nomor = int(kini // JENDELA_DETIK)
        pulih = max(1, math.ceil((nomor + 1) * JENDELA_DETIK - kini))
        jendela = self._jendela.get((anggaran.nama, siapa))
        if jendela is None or jendela.nomor != nomor:
            jendela = self._buka(anggaran, siapa, nomor)
        if not jendela.simpanan and jendela.sisa_umum:
            await self._isi(jendela, anggaran, siapa)
        if not jendela.simpanan:
            return Jatah(anggaran, 0, pulih, habis=True)
        jendela.simpanan -= 1
        return Jatah(anggaran, jendela.sisa_umum + jendela.simpanan, pulih, habis=False)

    async def tutup(self) -> None:
        """Lets go of the connections."""
        await self._kolam.aclose()

    def _buka(self, anggaran: Anggaran, siapa: str, nomor: int) -> _Jendela:
        if len(self._jendela) >= SIMPANAN_TERBANYAK:
            # What is forgotten here is still counted in Redis.
            self._jendela.clear()
        jendela = self._jendela[(anggaran.nama, siapa)] = _Jendela(nomor, anggaran.kuota, 0)
        return jendela

    async def _isi(self, jendela: _Jendela, anggaran: Anggaran, siapa: str) -> None:
        minta = max(1, anggaran.kuota // _BAGIAN_SEKALI_AMBIL)
        jumlah = await self._hitung(f"{anggaran.nama}:{siapa}:{jendela.nomor}", minta)
        jendela.simpanan += max(0, min(minta, anggaran.kuota - (jumlah - minta)))
        jendela.sisa_umum = max(0, anggaran.kuota - jumlah)

    async def _hitung(self, kunci: str, banyak: int) -> int:
        sekarang = time.monotonic()
        if sekarang < self._tanya_lagi:
            return await self._sendiri.incr(kunci, 2 * JENDELA_DETIK, banyak)
        if self._tanpa_redis:
            # One request finds out for all whether Redis is back.
            self._tanya_lagi = sekarang + COBA_REDIS_LAGI_DETIK
        try:
            async with asyncio.timeout(BATAS_MENJAWAB_DETIK):
                jumlah = await self._bersama.incr(kunci, 2 * JENDELA_DETIK, banyak)
        except (RedisError, OSError, TimeoutError) as galat:
            if not self._tanpa_redis:
                _log.warning("jatah dihitung sendiri karena Redis tidak menjawab", galat=type(galat).__name__)
            self._tanpa_redis, self._tanya_lagi = True, sekarang + COBA_REDIS_LAGI_DETIK
            return await self._sendiri.incr(kunci, 2 * JENDELA_DETIK, banyak)
        self._tanpa_redis, self._tanya_lagi = False, float("-inf")
        return jumlah


def tanda_alamat(alamat: str) -> str:
    """The mark of a client's address; all addresses of one IPv6 network have the same."""
    satu = ip_address(alamat)
    if isinstance(satu, IPv6Address):
        return tanda_pemanggil("alamat", f"{int(satu) >> (128 - _JARINGAN_IPV6):x}")
    return tanda_pemanggil("alamat", alamat)
