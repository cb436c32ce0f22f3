"""What the simulated PMM was asked: the witness for pacing, single-flight tokens and request ids.

The clock is monotonic and given by the caller; only calls of the contract count, never the control plane.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

# An hour of seconds and a thousand ids: what a test looks at, without growing in a long run.
_DETIK_DISIMPAN = 3600
_ID_DISIMPAN = 1000
_ID_UNIK_MAKS = 1_000_000


class JendelaSedetik:
    """The largest number of calls in any window of one second, half-open: calls 1.0 s apart do not share one."""

    __slots__ = ("_waktu", "maks")

    def __init__(self) -> None:
        self._waktu: deque[float] = deque()
        self.maks = 0

    def catat(self, kini: float) -> None:
        """Counts a call at `kini` (seconds, never decreasing)."""
        waktu = self._waktu
        waktu.append(kini)
        while kini - waktu[0] >= 1.0:
            waktu.popleft()
        if len(waktu) > self.maks:
            self.maks = len(waktu)


class Statistik:
    """Counters since the start or the last `kosongkan`."""

    def __init__(self) -> None:
        self.kosongkan()

    def kosongkan(self) -> None:
        """Forgets everything."""
        self.token_terbit = 0
        self._panggilan: Counter[str] = Counter()
        self._status: Counter[int] = Counter()
        self._galat: Counter[str] = Counter()
        self._jendela: dict[str, JendelaSedetik] = {}
        self._jendela_semua = JendelaSedetik()
        self._per_detik: dict[int, int] = {}
        self._mulai: float | None = None
        self._id_unik: set[str] = set()
        self._id_terakhir: deque[str] = deque(maxlen=_ID_DISIMPAN)
        self._tanpa_id = 0

    def catat(self, titik: str, request_id: str | None, kini: float) -> None:
        """Counts a call of the contract's endpoint `titik` at `kini` (monotonic seconds)."""
        self._panggilan[titik] += 1
        self._jendela_semua.catat(kini)
        jendela = self._jendela.get(titik)
        if jendela is None:
            jendela = self._jendela[titik] = JendelaSedetik()
        jendela.catat(kini)
        if self._mulai is None:
            self._mulai = kini
        detik = int(kini - self._mulai)
        self._per_detik[detik] = self._per_detik.get(detik, 0) + 1
        if len(self._per_detik) > _DETIK_DISIMPAN:
            del self._per_detik[next(iter(self._per_detik))]
        if request_id is None:
            self._tanpa_id += 1
        else:
            self._id_terakhir.append(request_id)
            if len(self._id_unik) < _ID_UNIK_MAKS:
                self._id_unik.add(request_id)

    def catat_hasil(self, status: int, efek: str | None) -> None:
        """Counts the answer's status, and the fault that made it."""
        self._status[status] += 1
        if efek is not None:
            self._galat[efek] += 1

    def ke_json(self) -> dict[str, Any]:
        """The counters as served by `GET /sandbox/statistik`."""
        return {
            "panggilan": dict(self._panggilan),
            "jumlah_panggilan": sum(self._panggilan.values()),
            "status": {str(k): v for k, v in sorted(self._status.items())},
            "galat": dict(self._galat),
            "maks_per_detik": self._jendela_semua.maks,
            "maks_per_detik_titik": {k: v.maks for k, v in self._jendela.items()},
            "per_detik": {str(k): v for k, v in self._per_detik.items()},
            "token_terbit": self.token_terbit,
            "request_id": {
                "jumlah": sum(self._panggilan.values()) - self._tanpa_id,
                "unik": len(self._id_unik),
                "tanpa": self._tanpa_id,
                "terakhir": list(self._id_terakhir),
            },
        }
