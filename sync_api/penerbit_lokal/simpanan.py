"""What the local issuer remembers between two requests: codes for a minute, refresh tokens for hours; in memory only,
bounded in number, each good for one use."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from services.identitas.orang_contoh import OrangContoh

BATAS_JUMLAH = 1000
MASA_KODE_DETIK = 60.0
MASA_SEGAR_DETIK = 8 * 3600.0


@dataclass(slots=True)
class Pemberian:
    """What a person granted to a client at one sign-in."""

    klien: str
    redirect_uri: str
    tantangan: str
    nonce: str
    scope: frozenset[str]
    orang: OrangContoh
    segar: set[str] = field(default_factory=set)


class Simpanan:
    """Codes and refresh tokens with what they stand for."""

    def __init__(self, jam: Callable[[], float] = time.monotonic) -> None:
        self._jam = jam
        self._kode: OrderedDict[str, tuple[float, Pemberian]] = OrderedDict()
        self._terpakai: OrderedDict[str, tuple[float, Pemberian]] = OrderedDict()
        self._segar: OrderedDict[str, tuple[float, Pemberian]] = OrderedDict()

    def kode_baru(self, pemberian: Pemberian) -> str:
        return self._simpan(self._kode, pemberian)

    def segar_baru(self, pemberian: Pemberian) -> str:
        token = self._simpan(self._segar, pemberian)
        pemberian.segar.add(token)
        return token

    def pakai_kode(self, kode: str) -> Pemberian | None:
        """What the code stands for, once. A second use also ends what the first one was given (RFC 6749 4.1.2)."""
        pemberian = self._ambil(self._kode, kode, MASA_KODE_DETIK)
        if pemberian is not None:
            self._tambah(self._terpakai, kode, pemberian)
            return pemberian
        lama = self._terpakai.pop(kode, None)
        if lama is not None:
            for token in lama[1].segar:
                self._segar.pop(token, None)
        return None

    def pakai_segar(self, token: str) -> Pemberian | None:
        """What the refresh token stands for, once: every use gives a new one."""
        pemberian = self._ambil(self._segar, token, MASA_SEGAR_DETIK)
        if pemberian is not None:
            pemberian.segar.discard(token)
        return pemberian

    def _simpan(self, tempat: OrderedDict[str, tuple[float, Pemberian]], pemberian: Pemberian) -> str:
        kunci = secrets.token_urlsafe(32)
        self._tambah(tempat, kunci, pemberian)
        return kunci

    def _tambah(self, tempat: OrderedDict[str, tuple[float, Pemberian]], kunci: str, pemberian: Pemberian) -> None:
        tempat[kunci] = (self._jam(), pemberian)
        if len(tempat) > BATAS_JUMLAH:
            tempat.popitem(last=False)

    def _ambil(self, tempat: OrderedDict[str, tuple[float, Pemberian]], kunci: str, masa: float) -> Pemberian | None:
        sejak, pemberian = tempat.pop(kunci, (0.0, None))
        return pemberian if pemberian is not None and self._jam() - sejak < masa else None
