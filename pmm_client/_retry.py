"""When one call tries again: bounded tries, bounded time, full jitter, and PMM's own Retry-After before ours."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from pmm_client.errors import PMMCobaLagi, PMMMembatasi, PMMTidakTerjangkau

T = TypeVar("T")

RETRY_AFTER_TERPANJANG = 3600.0
"""Seconds; a longer Retry-After is taken for a mistake and cut to this."""


class SirkuitTerbuka(PMMTidakTerjangkau):
    """The breaker refused: nothing was sent, and trying again at once is what it is there to stop."""


class GiliranTertahan(PMMMembatasi):
    """No turn within the time a call should wait for one: nothing was sent, and all calls are held back alike."""


@dataclass(slots=True)
class Anggaran:
    """What one call may still spend: seconds with PMM or between tries, and tries."""

    detik: float
    percobaan: int


@dataclass(frozen=True, slots=True)
class AturanUlang:
    """`dasar` and `terpanjang` bound the back-off, `retry_terpanjang` the Retry-After waited for; seconds."""

    dasar: float
    terpanjang: float
    retry_terpanjang: float
    acak: Callable[[], float]
    tidur: Callable[[float], Awaitable[None]]

    def jeda(self, ke: int, retry_after: float | None) -> float | None:
        """Seconds to wait after try number `ke` (from 1), None when PMM wants more than a call may wait."""
        jeda = min(self.terpanjang, self.dasar * 2.0 ** (ke - 1)) * self.acak()
        if retry_after is None:
            return jeda
        # The jitter comes on top: whoever was told the same second should not come back in the same millisecond.
        return retry_after + self.dasar * self.acak() if retry_after <= self.retry_terpanjang else None


async def ulangi(satu: Callable[[], Awaitable[T]], anggaran: Anggaran, aturan: AturanUlang) -> T:
    """Run `satu` until it gives a value, an error that waiting does not cure, or the budget is spent.

    `satu` takes its own time from the budget. Raises the error of the last try.
    """
    ke = 0
    while True:
        ke += 1
        anggaran.percobaan -= 1
        try:
            return await satu()
        except (SirkuitTerbuka, GiliranTertahan):
            raise
        except (PMMTidakTerjangkau, PMMMembatasi) as galat:
            jeda = _boleh_ulang(galat, ke, anggaran, aturan)
            if jeda is None:
                raise
        anggaran.detik -= jeda
        await aturan.tidur(jeda)


def _boleh_ulang(galat: PMMCobaLagi, ke: int, anggaran: Anggaran, aturan: AturanUlang) -> float | None:
    if anggaran.percobaan < 1:
        return None
    jeda = aturan.jeda(ke, galat.retry_after)
    return jeda if jeda is not None and jeda < anggaran.detik else None


def baca_retry_after(nilai: str | None, sekarang: datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as an HTTP date; None when absent or unreadable."""
    if nilai is None:
        return None
    nilai = nilai.strip()
    if nilai.isascii() and nilai.isdigit():
        return min(float(nilai[:10]), RETRY_AFTER_TERPANJANG)
    try:
        waktu = parsedate_to_datetime(nilai)
    except (ValueError, OverflowError):
        return None
    if waktu.tzinfo is None:
        waktu = waktu.replace(tzinfo=UTC)
    return min(max(0.0, (waktu - sekarang).total_seconds()), RETRY_AFTER_TERPANJANG)
