"""The issuer's public keys: fetched, kept in memory, refreshed by age and when a token names an unknown key.

Invariant: refreshing is single-flight and rate limited, so forged key ids cannot make us hammer the issuer; a key that
the issuer withdrew counts for at most TERLAMA_DETIK while the issuer answers, and BASI_DETIK while it is down.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from services.identitas.penemuan import temukan
from services.identitas.penerbit_http import HubunganPenerbit, PenerbitTidakTersedia

Kunci = RSAKey | ECKey | OKPKey
AmbilJwks = Callable[[], Awaitable[dict[str, Any]]]

BATAS_KUNCI = 100
RSA_TERKECIL_BIT = 2048
# From SEGAR on the keys are fetched anew in the background; from TERLAMA on a token waits for that.
SEGAR_DETIK = 300.0
TERLAMA_DETIK = 600.0
BASI_DETIK = 24 * 3600.0
JEDA_DETIK = 10.0

_KURVA = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_KURVA_ED = {"EdDSA": ("Ed25519", "Ed448"), "Ed25519": ("Ed25519",)}

_log = structlog.get_logger("sinkro.identitas")


class KunciTidakTersedia(Exception):
    """No usable key of the issuer is known and none can be fetched now."""


@dataclass(frozen=True, slots=True)
class KunciTerbit:
    """One published key. `alg` None: the issuer does not restrict it."""

    kid: str | None
    alg: str | None
    kunci: Kunci


def pengambil_jwks(url: str, hubungan: HubunganPenerbit | None = None) -> AmbilJwks:
    """A function that fetches the JWKS document from this address. Raises PenerbitTidakTersedia."""
    jalan = hubungan if hubungan is not None else HubunganPenerbit()

    async def ambil() -> dict[str, Any]:
        return await jalan.ambil(url)

    return ambil


def pengambil_jwks_penerbit(penerbit: str, hubungan: HubunganPenerbit | None = None) -> AmbilJwks:
    """As `pengambil_jwks`, from where the issuer's discovery document says now. Raises PenerbitTidakTersedia."""
    jalan = hubungan if hubungan is not None else HubunganPenerbit()

    async def ambil() -> dict[str, Any]:
        return await jalan.ambil((await temukan(jalan, penerbit)).jwks)

    return ambil


def kunci_dari_dokumen(dokumen: dict[str, Any]) -> list[KunciTerbit]:
    """Every asymmetric signing key; a key of another kind, a weak or a broken one is left out."""
    daftar = dokumen.get("keys")
    if not isinstance(daftar, list):
        raise ValueError("JWKS tanpa keys")
    hasil: list[KunciTerbit] = []
    for mentah in daftar[:BATAS_KUNCI]:
        if not isinstance(mentah, dict) or not _untuk_tanda_tangan(mentah):
            continue
        try:
            kunci = import_key(mentah)
            layak = isinstance(kunci, (RSAKey, ECKey, OKPKey)) and not (
                isinstance(kunci, RSAKey) and kunci.public_key.key_size < RSA_TERKECIL_BIT
            )
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        kid, alg = mentah.get("kid"), mentah.get("alg")
        if layak and isinstance(kunci, (RSAKey, ECKey, OKPKey)) and _teks(kid) and _teks(alg):
            hasil.append(KunciTerbit(kid, alg, kunci))
    return hasil


def _untuk_tanda_tangan(mentah: dict[str, Any]) -> bool:
    operasi = mentah.get("key_ops", ["verify"])
    return (
        # A symmetric key in a public document would let anybody sign.
        mentah.get("kty") in ("RSA", "EC", "OKP")
        and mentah.get("use") in (None, "sig")
        and isinstance(operasi, list)
        and "verify" in operasi
    )


def _teks(nilai: object) -> bool:
    return nilai is None or isinstance(nilai, str)


def _jenis_cocok(kunci: Kunci, alg: str) -> bool:
    if alg.startswith(("RS", "PS")):
        return isinstance(kunci, RSAKey)
    if alg in _KURVA:
        return isinstance(kunci, ECKey) and kunci.curve_name == _KURVA[alg]
    return isinstance(kunci, OKPKey) and kunci.curve_name in _KURVA_ED.get(alg, ())


class GudangKunci:
    """The known keys of one issuer. `generasi` grows with every successful fetch."""

    def __init__(self, ambil: AmbilJwks, *, jam: Callable[[], float] = time.monotonic) -> None:
        self._ambil, self._jam = ambil, jam
        self._kunci: list[KunciTerbit] = []
        self._diambil_pada: float | None = None
        self._dicoba_pada: float | None = None
        self._gagal_terakhir = False
        self._tugas: asyncio.Task[None] | None = None
        self.generasi = 0

    async def cari(self, kid: str | None, alg: str) -> Sequence[Kunci]:
        """The keys a token with this header may be signed by; empty when none is known.

        Raises KunciTidakTersedia when the issuer cannot be asked and nothing recent enough is remembered.
        """
        await self.pastikan_segar()
        cocok = self._cocok(kid, alg)
        if not cocok and kid is not None:
            await self._segarkan()
            cocok = self._cocok(kid, alg)
        return cocok

    async def pastikan_segar(self) -> None:
        """Keeps the keys within their age. Waits for the issuer only when it must. Raises KunciTidakTersedia."""
        umur = self._umur()
        if umur is None or umur > BASI_DETIK or (umur > TERLAMA_DETIK and not self._gagal_terakhir):
            await self._segarkan()
            umur = self._umur()
            if umur is None or umur > BASI_DETIK:
                raise KunciTidakTersedia
        elif umur > SEGAR_DETIK:
            self._mulai_segarkan()

    def _umur(self) -> float | None:
        return None if self._diambil_pada is None else self._jam() - self._diambil_pada

    def _cocok(self, kid: str | None, alg: str) -> list[Kunci]:
        return [
            k.kunci
            for k in self._kunci
            if (kid is None or k.kid == kid) and k.alg in (None, alg) and _jenis_cocok(k.kunci, alg)
        ]

    async def _segarkan(self) -> None:
        tugas = self._mulai_segarkan()
        if tugas is not None:
            # Whoever stops waiting must not end the fetch that others wait for.
            await asyncio.shield(tugas)

    def _mulai_segarkan(self) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one, or None when the last one began too short a time ago."""
        if self._tugas is not None and not self._tugas.done():
            return self._tugas
        if self._dicoba_pada is not None and self._jam() - self._dicoba_pada < JEDA_DETIK:
            return None
        self._dicoba_pada = self._jam()
        self._tugas = asyncio.get_running_loop().create_task(self._ambil_sekali())
        return self._tugas

    async def _ambil_sekali(self) -> None:
        try:
            self._kunci = kunci_dari_dokumen(await self._ambil())
        except (PenerbitTidakTersedia, OSError, ValueError) as galat:
            self._gagal_terakhir = True
            _log.warning("jwks_gagal_diambil", galat=type(galat).__name__)
        else:
            self._gagal_terakhir = False
            self._diambil_pada = self._jam()
            self.generasi += 1
