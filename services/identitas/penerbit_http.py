"""Speaking HTTP with an issuer: JSON documents and the token endpoint. No redirects, bounded in time and size.

Part of the composition root as far as httpx is concerned: nothing else in `services` speaks HTTP to an issuer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp

from services.settings import https_atau_loopback

BATAS_DOKUMEN = 1024 * 1024
BATAS_DETIK = 5.0
_BATAS_SELURUHNYA = 10.0


class PenerbitTidakTersedia(Exception):
    """The issuer cannot be reached now, or answers with something that is not the document we need."""


class HubunganPenerbit:
    """The way to an issuer. `transport` None: over the network."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    @classmethod
    def dalam_proses(cls, aplikasi: ASGIApp, jalur: str) -> HubunganPenerbit:
        """The way to an issuer that this very process serves under `jalur`: without knowing its own port."""
        return cls(httpx.ASGITransport(aplikasi, raise_app_exceptions=False, root_path=jalur))

    async def ambil(self, url: str) -> dict[str, Any]:
        """The JSON object at `url` (https, or http within this machine). Raises PenerbitTidakTersedia."""
        status, dokumen = await self._minta("GET", url)
        if status != httpx.codes.OK:
            raise PenerbitTidakTersedia(f"status {status}")
        return dokumen

    async def kirim(
        self, url: str, isian: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Posts a form; gives the status (200, or a 4xx refusal) and the JSON object. Raises PenerbitTidakTersedia."""
        status, dokumen = await self._minta("POST", url, isian=isian, basic=basic)
        if status != httpx.codes.OK and not 400 <= status < 500:
            raise PenerbitTidakTersedia(f"status {status}")
        return status, dokumen

    async def _minta(
        self,
        metode: str,
        url: str,
        *,
        isian: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        if not https_atau_loopback(url):
            raise PenerbitTidakTersedia("alamat tidak aman")
        isi = bytearray()
        try:
            # The time-out of httpx is per read: an answer that drips would never end.
            async with (
                asyncio.timeout(_BATAS_SELURUHNYA),
                httpx.AsyncClient(
                    timeout=BATAS_DETIK, follow_redirects=False, trust_env=False, transport=self._transport
                ) as klien,
                klien.stream(
                    metode,
                    url,
                    headers={"Accept": "application/json"},
                    data=isian,
                    auth=httpx.USE_CLIENT_DEFAULT if basic is None else httpx.BasicAuth(*basic),
                ) as jawaban,
            ):
                async for potongan in jawaban.aiter_bytes():
                    isi += potongan
                    if len(isi) > BATAS_DOKUMEN:
                        raise PenerbitTidakTersedia("jawaban terlalu besar")
                status = jawaban.status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as galat:
            raise PenerbitTidakTersedia(type(galat).__name__) from galat
        return status, _objek(bytes(isi))


def _objek(isi: bytes) -> dict[str, Any]:
    try:
        dokumen = json.loads(isi)
    except (ValueError, RecursionError):
        raise PenerbitTidakTersedia("jawaban bukan JSON") from None
    if not isinstance(dokumen, dict):
        raise PenerbitTidakTersedia("jawaban bukan objek")
    return dokumen
