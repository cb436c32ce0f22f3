"""A typed client of PMM (Ruang GTK), the read side of its contract. It knows nothing of who uses it."""

from pmm_client._breaker import PemutusSirkuit
from pmm_client._caller import Amati
from pmm_client._pacing import Pacer, PacerLokal, TanpaBatas
from pmm_client.client import PMMClient
from pmm_client.config import PMMConfig
from pmm_client.errors import (
    PMMAksesDitolak,
    PMMCobaLagi,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
    PMMTidakTerjangkau,
)

__all__ = [
    "Amati",
    "PMMAksesDitolak",
    "PMMClient",
    "PMMCobaLagi",
    "PMMConfig",
    "PMMError",
    "PMMGagal",
    "PMMJawabanTidakSah",
    "PMMMembatasi",
    "PMMTidakTerjangkau",
    "Pacer",
    "PacerLokal",
    "PemutusSirkuit",
    "TanpaBatas",
]
