"""A typed client of PMM (Ruang GTK), the read side of its contract. It knows nothing of who uses it."""

from pmm_client._breaker import PemutusSirkuit, SebabTerbuka, StatusSirkuit
from pmm_client._caller import Amati
from pmm_client._pacing import (
    CADANGAN,
    SUSULAN_TERPANJANG,
    TAHAN_TERPANJANG,
    TERLAMBAT_TERPANJANG,
    GiliranDitahan,
    Lajur,
    Pacer,
    PacerLokal,
    PembagiGiliran,
    Slot,
    SumberSlot,
    TanpaBatas,
)
from pmm_client.client import KeadaanSirkuit, PMMClient
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
from pmm_client.etag import PMMBeretag, PMMTidakBerubah

__all__ = [
    "CADANGAN",
    "SUSULAN_TERPANJANG",
    "TAHAN_TERPANJANG",
    "TERLAMBAT_TERPANJANG",
    "Amati",
    "GiliranDitahan",
    "KeadaanSirkuit",
    "Lajur",
    "PMMAksesDitolak",
    "PMMBeretag",
    "PMMClient",
    "PMMCobaLagi",
    "PMMConfig",
    "PMMError",
    "PMMGagal",
    "PMMJawabanTidakSah",
    "PMMMembatasi",
    "PMMTidakBerubah",
    "PMMTidakTerjangkau",
    "Pacer",
    "PacerLokal",
    "PembagiGiliran",
    "PemutusSirkuit",
    "SebabTerbuka",
    "Slot",
    "StatusSirkuit",
    "SumberSlot",
    "TanpaBatas",
]
