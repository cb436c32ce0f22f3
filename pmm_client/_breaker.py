"""The circuit breaker: after N unreachable answers in a row, or when PMM refuses us, PMM is left alone, but for one
probe every few seconds.

An answer that shows PMM alive and willing closes it. It waits for nothing and holds no lock: one event loop owns it.
"""

from collections.abc import Callable
from enum import StrEnum

# One refusal may be about one person; a second fresh token refused in a row is about us.
AMBANG_DITOLAK = 2


class StatusSirkuit(StrEnum):
    """TERTUTUP: calls pass. TERBUKA: none does. SETENGAH_TERBUKA: one probe is under way."""

    TERTUTUP = "TERTUTUP"
    TERBUKA = "TERBUKA"
    SETENGAH_TERBUKA = "SETENGAH_TERBUKA"


class SebabTerbuka(StrEnum):
    """Why PMM is left alone."""

    TIDAK_TERJANGKAU = "TIDAK_TERJANGKAU"
    AKSES_DITOLAK = "AKSES_DITOLAK"


class PemutusSirkuit:
    """Counts what the client tells it. `jam` is a monotonic clock in seconds.

    A probe needs no clean-up: if its caller is cancelled, the next one goes through `jeda` seconds later.
    """

    __slots__ = ("_ambang", "_ditolak", "_gagal", "_jam", "_jeda", "_probe", "_probe_berikut", "_sebab", "_sejak")

    def __init__(self, *, ambang: int, jeda: float, jam: Callable[[], float]) -> None:
        self._ambang = ambang
        self._jeda = jeda
        self._jam = jam
        self._gagal = 0
        self._ditolak = 0
        self._probe_berikut: float | None = None
        self._probe = False
        self._sebab: SebabTerbuka | None = None
        self._sejak = jam()

    @property
    def terbuka(self) -> bool:
        """Whether PMM is being left alone (for metrics)."""
        return self._probe_berikut is not None

    @property
    def status(self) -> StatusSirkuit:
        if self._probe_berikut is None:
            return StatusSirkuit.TERTUTUP
        return StatusSirkuit.SETENGAH_TERBUKA if self._probe else StatusSirkuit.TERBUKA

    @property
    def sebab(self) -> SebabTerbuka | None:
        """Why it is open, None when it is not."""
        return self._sebab

    @property
    def lama(self) -> float:
        """Seconds since it opened or closed last."""
        return self._jam() - self._sejak

    @property
    def gagal_beruntun(self) -> int:
        """Unreachable answers since the last sign of life (for metrics)."""
        return self._gagal

    def sisa(self) -> float:
        """Seconds until the next request may pass, 0.0 when one may pass now."""
        if self._probe_berikut is None:
            return 0.0
        return max(0.0, self._probe_berikut - self._jam())

    def minta_izin(self) -> float:
        """Like `sisa`, and 0.0 uses up the probe when open: whoever gets it must send its request."""
        sisa = self.sisa()
        if sisa == 0.0 and self._probe_berikut is not None:
            self._probe_berikut = self._jam() + self._jeda
            self._probe = True
        return sisa

    def catat_hidup(self) -> None:
        """PMM answered what was asked, whatever it said."""
        self._gagal = self._ditolak = 0
        if self._probe_berikut is not None:
            self._probe_berikut = None
            self._probe = False
            self._sebab = None
            self._sejak = self._jam()

    def catat_belum_pasti(self) -> None:
        """PMM answered, but not the question: it gave a token, or refused one that may be old. That ends a run of
        failures, not an open state; the probe goes on with the next request."""
        self._gagal = 0
        if self._probe:
            self._probe = False
            self._probe_berikut = self._jam()

    def catat_membatasi(self) -> None:
        """PMM answered 429: alive, so it ends an open state, but no proof that the run of failures is over."""
        if self._probe_berikut is not None:
            self.catat_hidup()

    def catat_tak_terjangkau(self) -> None:
        """No usable answer. The one that reaches the limit opens the breaker."""
        self._gagal += 1
        self._buka(SebabTerbuka.TIDAK_TERJANGKAU, cukup=self._gagal >= self._ambang)

    def catat_ditolak(self, *, pasti: bool) -> None:
        """PMM refused us. `pasti`: it refused the credentials themselves, which is about nobody in particular."""
        self._gagal = 0
        self._ditolak += 1
        self._buka(SebabTerbuka.AKSES_DITOLAK, cukup=pasti or self._ditolak >= AMBANG_DITOLAK)

    def _buka(self, sebab: SebabTerbuka, *, cukup: bool) -> None:
        if self._probe_berikut is None:
            if not cukup:
                return
            self._sejak = self._jam()
        elif not self._probe:
            # The late failure of a call from before: it changes neither the reason nor the time of the next probe.
            return
        self._sebab = sebab
        self._probe = False
        self._probe_berikut = self._jam() + self._jeda
