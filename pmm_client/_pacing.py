"""Evenly spaced request starts: never more than the agreed number in any one second, and no burst after a rest.

A start is due one interval after the one before was. A late timer may be caught up, but by less than the margin that
the intervals leave in a second, so the limit holds however late the timers are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

# The second is measured here, but counts at PMM: the margin absorbs what the network does to two requests.
CADANGAN = 0.05
_SUSULAN_TERPANJANG = 0.01


class Pacer(Protocol):
    """Whoever hands out turns; one shared by all workers can stand in for the local one."""

    async def giliran(self) -> None:
        """Return when one request may start now. Cancelling the wait uses up nothing."""


class PacerLokal:
    """Turns for one process, first come first served. `batas_per_detik` is a number of request starts."""

    def __init__(
        self,
        batas_per_detik: int,
        *,
        jam: Callable[[], float],
        tidur: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._jarak = (1.0 + CADANGAN) / batas_per_detik
        self._jam = jam
        self._tidur = tidur
        self._antrean = asyncio.Lock()
        self._jatuh_tempo = float("-inf")

    async def giliran(self) -> None:
        async with self._antrean:
            boleh = self._jatuh_tempo
            while (sekarang := self._jam()) < boleh:
                await self._tidur(boleh - sekarang)
            self._jatuh_tempo = max(boleh, sekarang - _SUSULAN_TERPANJANG) + self._jarak


class TanpaBatas:
    """No pacing."""

    async def giliran(self) -> None:
        return None
