"""The circuit breaker: after N unreachable answers in a row PMM is left alone, but for one probe every few seconds.

Any answer that shows PMM alive closes it. It waits for nothing and holds no lock: one event loop owns it.
"""

from collections.abc import Callable


class PemutusSirkuit:
    """Counts what the client tells it. `jam` is a monotonic clock in seconds.

    A probe needs no clean-up: if its caller is cancelled, the next one goes through `jeda` seconds later.
    """

    __slots__ = ("_ambang", "_gagal", "_jam", "_jeda", "_probe_berikut")

    def __init__(self, *, ambang: int, jeda: float, jam: Callable[[], float]) -> None:
        self._ambang = ambang
        self._jeda = jeda
        self._jam = jam
        self._gagal = 0
        self._probe_berikut: float | None = None

    @property
    def terbuka(self) -> bool:
        """Whether PMM is being left alone (for metrics)."""
        return self._probe_berikut is not None

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
        return sisa

    def catat_hidup(self) -> None:
        """PMM answered, whatever it said."""
        self._gagal = 0
        self._probe_berikut = None

    def catat_membatasi(self) -> None:
        """PMM answered 429: alive, so it ends an open state, but no proof that the run of failures is over."""
        if self._probe_berikut is not None:
            self.catat_hidup()

    def catat_tak_terjangkau(self) -> None:
        """No usable answer. The one that reaches the limit opens the breaker."""
        self._gagal += 1
        if self._probe_berikut is None and self._gagal >= self._ambang:
            self._probe_berikut = self._jam() + self._jeda
