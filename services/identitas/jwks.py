"""The issuer's public keys: fetched over HTTP, kept in memory, refreshed when a token names an unknown key.

Part of the composition root as far as httpx is concerned: nothing else in `services` speaks HTTP to an issuer.
Refreshing is single-flight and rate limited, so forged key ids cannot make us hammer the issuer.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

Kunci = RSAKey | ECKey | OKPKey
AmbilJwks = Callable[[], Awaitable[dict[str, Any]]]

BATAS_DOKUMEN = 1024 * 1024
BATAS_KUNCI = 100
SEGAR_DETIK = 3600.0
BASI_DETIK = 24 * 3600.0
JEDA_DETIK = 10.0

_log = structlog.get_logger("sinkro.identitas")


class KunciTidakTersedia(Exception):
    """No usable key of the issuer is known and none can be fetched now."""


def pengambil_jwks(url: str) -> AmbilJwks:
    """A function that fetches the JWKS document; no redirects, at most 1 MiB, at most 5 seconds."""

    async def ambil() -> dict[str, Any]:
        isi = bytearray()
        async with (
            httpx.AsyncClient(timeout=5.0, follow_redirects=False, trust_env=False) as klien,
            klien.stream("GET", url, headers={"Accept": "application/json"}) as jawaban,
        ):
            jawaban.raise_for_status()
            async for potongan in jawaban.aiter_bytes():
                isi += potongan
                if len(isi) > BATAS_DOKUMEN:
                    raise ValueError("JWKS terlalu besar")
        dokumen = json.loads(bytes(isi))
        if not isinstance(dokumen, dict):
            raise ValueError("JWKS bukan objek")
        return dokumen

    return ambil


def kunci_dari_dokumen(dokumen: dict[str, Any]) -> list[tuple[str | None, str | None, Kunci]]:
    """(kid, alg, key) of every asymmetric signing key; a key of another kind or a broken one is left out."""
    daftar = dokumen.get("keys")
    if not isinstance(daftar, list):
        raise ValueError("JWKS tanpa keys")
    hasil: list[tuple[str | None, str | None, Kunci]] = []
    for mentah in daftar[:BATAS_KUNCI]:
        if not isinstance(mentah, dict) or mentah.get("use") not in (None, "sig"):
            continue
        # A symmetric key in a public document would let anybody sign.
        if mentah.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            kunci = import_key(mentah)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(kunci, (RSAKey, ECKey, OKPKey)):
            hasil.append((mentah.get("kid"), mentah.get("alg"), kunci))
    return hasil


class GudangKunci:
    """The known keys of one issuer."""

    def __init__(self, ambil: AmbilJwks, *, jam: Callable[[], float] = time.monotonic) -> None:
        self._ambil, self._jam = ambil, jam
        self._kunci: list[tuple[str | None, str | None, Kunci]] = []
        self._diambil_pada: float | None = None
        self._dicoba_pada: float | None = None
        self._gembok = asyncio.Lock()

    async def cari(self, kid: str | None, alg: str) -> Sequence[Kunci]:
        """The keys a token with this header may be signed by; empty when none is known.

        Raises KunciTidakTersedia when the issuer cannot be asked and nothing recent enough is remembered.
        """
        umur = self._umur()
        if umur is None or umur > SEGAR_DETIK:
            await self._segarkan()
        cocok = self._cocok(kid, alg)
        if not cocok and kid is not None:
            await self._segarkan()
            cocok = self._cocok(kid, alg)
        return cocok

    def _umur(self) -> float | None:
        return None if self._diambil_pada is None else self._jam() - self._diambil_pada

    def _cocok(self, kid: str | None, alg: str) -> list[Kunci]:
        return [k for nama, untuk, k in self._kunci if (kid is None or nama == kid) and untuk in (None, alg)]

    async def _segarkan(self) -> None:
        sebelum = self._diambil_pada
        async with self._gembok:
            if self._diambil_pada == sebelum and self._boleh_mencoba():
                self._dicoba_pada = self._jam()
                try:
                    self._kunci = kunci_dari_dokumen(await self._ambil())
                    self._diambil_pada = self._jam()
                except (httpx.HTTPError, OSError, ValueError) as galat:
                    _log.warning("jwks_gagal_diambil", galat=type(galat).__name__)
        umur = self._umur()
        if umur is None or umur > BASI_DETIK:
            raise KunciTidakTersedia

    def _boleh_mencoba(self) -> bool:
        return self._dicoba_pada is None or self._jam() - self._dicoba_pada >= JEDA_DETIK
