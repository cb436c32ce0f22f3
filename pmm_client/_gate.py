"""How many requests are under way at once, and who finds a place."""

import asyncio

from pmm_client._pacing import Lajur


class Gerbang:
    """How many requests may be under way at once. Bulk calls leave a few places free, so that a button press finds one
    however many of them wait for their turn."""

    def __init__(self, konkurensi: int) -> None:
        self._semua = asyncio.Semaphore(konkurensi)
        cadangan = max(2, konkurensi // 32) if konkurensi >= 8 else min(1, konkurensi - 1)
        self._massal = asyncio.Semaphore(konkurensi - cadangan)

    async def masuk(self, lajur: Lajur) -> None:
        """Wait for a place; give it back with `keluar`."""
        if lajur is Lajur.INTERAKTIF:
            await self._semua.acquire()
            return
        await self._massal.acquire()
        try:
            await self._semua.acquire()
        except BaseException:
            self._massal.release()
            raise

    def keluar(self, lajur: Lajur) -> None:
        self._semua.release()
        if lajur is Lajur.MASSAL:
            self._massal.release()
