"""The access token: fetched once for all who wait for it, renewed shortly before it ends, never shown.

The fetch is a task of its own, so a caller who gives up takes nothing from the others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from pmm_client.errors import PMMError, PMMTidakTerjangkau

TITIK_MASUK = "/oauth/token"
_CADANGAN_TERPANJANG = 30.0


class JawabanToken(BaseModel):
    """PMM's answer; `expires_in` is in seconds. The token must be fit for a header."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", max_length=8192, repr=False)
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=1, le=31_536_000)


class _Token(NamedTuple):
    nilai: str
    segar_sampai: float


class SumberToken:
    """Hands out the current token. `minta` fetches one from PMM, `jam` is a monotonic clock."""

    def __init__(self, minta: Callable[[], Awaitable[JawabanToken]], jam: Callable[[], float]) -> None:
        self._minta = minta
        self._jam = jam
        self._token: _Token | None = None
        self._tugas: asyncio.Task[str] | None = None

    def sekarang(self) -> str | None:
        """The token in hand, None when there is none or it is about to end."""
        if self._token is not None and self._jam() < self._token.segar_sampai:
            return self._token.nilai
        return None

    def tolak(self, nilai: str) -> None:
        """PMM refused this token: it is given out no more. A newer one stays."""
        if self._token is not None and self._token.nilai == nilai:
            self._token = None

    async def ambil(self, request_id: str, batas_detik: float) -> str:
        """A usable token, fetched if need be; waits at most `batas_detik`. Raises a PMMError under `request_id`."""
        if (nilai := self.sekarang()) is not None:
            return nilai
        if self._tugas is None:
            self._tugas = asyncio.create_task(self._perbarui())
            self._tugas.add_done_callback(self._selesai)
        tugas = self._tugas
        try:
            async with asyncio.timeout(batas_detik):
                return await asyncio.shield(tugas)
        except PMMError as galat:
            milik_pemanggil = galat.salin(request_id)
        except TimeoutError:
            milik_pemanggil = PMMTidakTerjangkau("token belum didapat", jalur=TITIK_MASUK, request_id=request_id)
        except asyncio.CancelledError:
            if not tugas.cancelled():
                raise
            milik_pemanggil = PMMTidakTerjangkau("klien ditutup", jalur=TITIK_MASUK, request_id=request_id)
        raise milik_pemanggil

    async def tutup(self) -> None:
        """End a fetch under way."""
        if self._tugas is not None:
            self._tugas.cancel()
            await asyncio.wait([self._tugas])

    async def _perbarui(self) -> str:
        mulai = self._jam()
        jawaban = await self._minta()
        umur = float(jawaban.expires_in)
        self._token = _Token(jawaban.access_token, mulai + umur - min(_CADANGAN_TERPANJANG, umur * 0.1))
        return jawaban.access_token

    def _selesai(self, tugas: asyncio.Task[str]) -> None:
        self._tugas = None
        if not tugas.cancelled():
            # Asked for here so that nothing is reported as lost when every caller has given up.
            tugas.exception()
