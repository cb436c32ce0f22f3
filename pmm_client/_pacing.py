"""Evenly spaced request starts: never more than the agreed number in any one second, and no burst after a rest.

A slot is a moment from which one request may start. `PembagiGiliran` hands slots to whoever waits, people at a button
before bulks; where the slots come from (this process alone, or all workers together) is a `SumberSlot`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

# The second is measured here, but counts at PMM: the margin absorbs late timers and what the network does to two
# requests. Lateness spends at most half of it.
CADANGAN: Final = 0.05
SUSULAN_TERPANJANG: Final = 0.01
TERLAMBAT_TERPANJANG: Final = 0.025
# A pause after a 429 that is longer than this is not waited for: the caller is told, and can do something else.
TAHAN_TERPANJANG: Final = 3.0
_JEDA_MEMBATASI: Final = 1.0


class Lajur(StrEnum):
    """Whose call it is: somebody who waits at a screen, or a bulk. The first goes before the second."""

    INTERAKTIF = "INTERAKTIF"
    MASSAL = "MASSAL"


class GiliranDitahan(Exception):
    """No turn for so many seconds, longer than a call should wait for one."""

    def __init__(self, detik: float) -> None:
        super().__init__(detik)
        self.detik = detik


class Pacer(Protocol):
    """Whoever hands out turns; one shared by all workers can stand in for the local one."""

    async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
        """Return when one request may start now. Raises GiliranDitahan. Cancelling the wait uses up nothing."""

    def perlambat(self, detik: float | None) -> None:
        """PMM answered 429: no more turns for so many seconds (None: it did not say), and fewer afterwards."""

    async def tutup(self) -> None:
        """Let go of what it holds open."""


class Slot(NamedTuple):
    """One request may start from `mulai`, and not after `sampai` (the clock of the dispenser, seconds)."""

    mulai: float
    sampai: float


class SumberSlot(Protocol):
    """Where slots come from."""

    async def ambil(self, jumlah: int, lajur: Lajur) -> Sequence[Slot] | float:
        """About so many slots, in order, or the seconds after which to ask again. Raises GiliranDitahan."""

    def terpakai(self, slot: Slot, sekarang: float) -> None:
        """A request starts now in this slot."""


class PembagiGiliran:
    """Hands out slots, first come first served within a lane. `jam` and `tidur` are the clock of the slots."""

    def __init__(
        self,
        sumber: SumberSlot,
        *,
        jam: Callable[[], float],
        tidur: Callable[[float], Awaitable[None]] = asyncio.sleep,
        paling_sedikit: int = 1,
    ) -> None:
        self._sumber = sumber
        self._jam = jam
        self._tidur = tidur
        self._paling_sedikit = paling_sedikit
        self._slot: deque[Slot] = deque()
        self._menunggu: dict[Lajur, deque[asyncio.Future[float]]] = {lajur: deque() for lajur in Lajur}
        self._pompa: asyncio.Task[None] | None = None

    async def giliran(self, lajur: Lajur) -> None:
        """Return when one request may start now. Raises GiliranDitahan."""
        if self._pompa is None and self._langsung():
            return
        antrean, di_depan = self._menunggu[lajur], False
        while True:
            menunggu: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            if di_depan:
                antrean.appendleft(menunggu)
            else:
                antrean.append(menunggu)
            if self._pompa is None:
                self._pompa = asyncio.create_task(self._bagikan())
            if self._jam() <= await menunggu:
                return
            # The loop was busy for too long between being let go and starting: that slot is gone.
            di_depan = True

    def buang(self) -> None:
        """Slots in hand count no more."""
        self._slot.clear()

    async def tutup(self) -> None:
        """Ends the waiting of whoever still waits."""
        if self._pompa is not None:
            self._pompa.cancel()
            await asyncio.wait([self._pompa])

    def _langsung(self) -> bool:
        sekarang = self._jam()
        while self._slot and self._slot[0].sampai < sekarang:
            self._slot.popleft()
        if not self._slot or self._slot[0].mulai > sekarang:
            return False
        self._sumber.terpakai(self._slot.popleft(), sekarang)
        return True

    async def _bagikan(self) -> None:
        try:
            while self._depan() is not None:
                await self._satu_langkah()
        except GiliranDitahan as ditahan:
            self._gagalkan(ditahan.detik)
        except BaseException:
            # The dispenser ends: whoever still waits must not wait for ever.
            self._gagalkan(_JEDA_MEMBATASI)
            raise
        finally:
            self._pompa = None

    async def _satu_langkah(self) -> None:
        if not self._slot:
            await self._isi()
            return
        sekarang, slot = self._jam(), self._slot[0]
        if sekarang < slot.mulai:
            # Timers count in milliseconds: to ask for less is to spin until the slot has come.
            await self._tidur(max(slot.mulai - sekarang, 0.001))
            return
        self._slot.popleft()
        antrean = self._depan()
        if sekarang > slot.sampai or antrean is None:
            return
        self._sumber.terpakai(slot, sekarang)
        antrean.popleft().set_result(min(slot.sampai, sekarang + TERLAMBAT_TERPANJANG))

    async def _isi(self) -> None:
        lajur = Lajur.INTERAKTIF if self._menunggu[Lajur.INTERAKTIF] else Lajur.MASSAL
        jumlah = max(self._paling_sedikit, sum(len(antrean) for antrean in self._menunggu.values()))
        hasil = await self._sumber.ambil(jumlah, lajur)
        if isinstance(hasil, float):
            await self._tidur(hasil)
        else:
            self._slot.extend(hasil)

    def _depan(self) -> deque[asyncio.Future[float]] | None:
        """The lane whose first waiter is next; those who gave up are forgotten."""
        for antrean in self._menunggu.values():
            while antrean and antrean[0].done():
                antrean.popleft()
            if antrean:
                return antrean
        return None

    def _gagalkan(self, detik: float) -> None:
        for antrean in self._menunggu.values():
            while antrean:
                if not (menunggu := antrean.popleft()).done():
                    menunggu.set_exception(GiliranDitahan(detik))


class PacerLokal:
    """Turns for one process. `batas_per_detik` is a number of request starts."""

    def __init__(
        self,
        batas_per_detik: int,
        *,
        jam: Callable[[], float],
        tidur: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._jarak = (1.0 + CADANGAN) / batas_per_detik
        self._jam = jam
        self._jatuh_tempo = float("-inf")
        self._ditahan_sampai = float("-inf")
        self._pembagi = PembagiGiliran(self, jam=jam, tidur=tidur)

    async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
        await self._pembagi.giliran(lajur)

    def perlambat(self, detik: float | None) -> None:
        lama = _JEDA_MEMBATASI if detik is None else detik
        self._ditahan_sampai = max(self._ditahan_sampai, self._jam() + lama)

    async def tutup(self) -> None:
        await self._pembagi.tutup()

    async def ambil(self, jumlah: int, lajur: Lajur) -> Sequence[Slot] | float:  # noqa: ARG002 - one at a time
        if (sisa := self._ditahan_sampai - self._jam()) > 0.0:
            if sisa > TAHAN_TERPANJANG:
                raise GiliranDitahan(sisa)
            return sisa
        return [Slot(self._jatuh_tempo, float("inf"))]

    def terpakai(self, slot: Slot, sekarang: float) -> None:
        # A late timer may be caught up, but by less than the margin, so the limit holds however late the timers are.
        self._jatuh_tempo = max(slot.mulai, sekarang - SUSULAN_TERPANJANG) + self._jarak


class TanpaBatas:
    """No pacing."""

    async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
        del lajur

    def perlambat(self, detik: float | None) -> None:
        del detik

    async def tutup(self) -> None:
        return None
