"""From a bearer token to a Pemanggil: signature by JWKS, iss, aud, exp, nbf, and claims of the right types.

Every refusal is one TokenDitolak with a short kode; what exactly was wrong with a signature or a claim is not told,
since only an attacker would learn from it. Unknown roles grant nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from ekinerja_domain.kernel.nip import Nip
from services.identitas.jwks import AmbilJwks, GudangKunci, pengambil_jwks
from services.identitas.pemanggil import Pemanggil, Peran
from services.identitas.penerbit_lokal import ALGORITMA_LOKAL, PENERBIT_LOKAL, jwks_lokal
from services.settings import Settings

BATAS_TOKEN = 8192
KELONGGARAN_DETIK = 30
BATAS_SUB = 255
BATAS_INSTANSI = 64
BATAS_DAFTAR = 1000


class KodeToken(StrEnum):
    TOKEN_TIDAK_ADA = "TOKEN_TIDAK_ADA"  # noqa: S105 - a code, not a secret
    TOKEN_TIDAK_SAH = "TOKEN_TIDAK_SAH"  # noqa: S105 - a code, not a secret
    TOKEN_KEDALUWARSA = "TOKEN_KEDALUWARSA"  # noqa: S105 - a code, not a secret
    TOKEN_BELUM_BERLAKU = "TOKEN_BELUM_BERLAKU"  # noqa: S105 - a code, not a secret


class TokenDitolak(Exception):
    """The request carries no token that is accepted; `kode` says which kind of refusal."""

    def __init__(self, kode: KodeToken) -> None:
        super().__init__(kode)
        self.kode = kode


class IdentitasBelumDiatur(Exception):
    """Neither an issuer nor a data directory for the local issuer is configured."""


class Verifikator:
    """Verifies tokens of one issuer."""

    def __init__(
        self,
        *,
        penerbit: str,
        audiens: str,
        algoritma: tuple[str, ...],
        ambil_jwks: AmbilJwks,
        jam: Callable[[], float] = time.time,
    ) -> None:
        if any(a == "none" or a.startswith("HS") for a in algoritma):
            raise ValueError("algoritma simetris tidak diperbolehkan")
        self._penerbit, self._audiens, self._algoritma, self._jam = penerbit, audiens, list(algoritma), jam
        self._gudang = GudangKunci(ambil_jwks)

    async def verifikasi(self, token: str) -> Pemanggil:
        """The caller the token stands for. Raises TokenDitolak, or KunciTidakTersedia when the issuer is down."""
        if not token or len(token) > BATAS_TOKEN or not token.isascii():
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        klaim = await self._klaim(token)
        self._periksa_penerbit(klaim)
        self._periksa_waktu(klaim)
        return pemanggil_dari_klaim(klaim)

    async def _klaim(self, token: str) -> Mapping[str, Any]:
        kid, alg = self._kepala(token)
        for kunci in await self._gudang.cari(kid, alg):
            try:
                return jwt.decode(token, kunci, algorithms=self._algoritma).claims
            # Besides its own errors the library lets through what broken base64, JSON nested beyond the interpreter's
            # depth or a key of another curve raise.
            except (JoseError, ValueError, TypeError, KeyError, RecursionError):
                continue
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)

    def _kepala(self, token: str) -> tuple[str | None, str]:
        try:
            kepala = jws.extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH) from None
        kid, alg = kepala.get("kid"), kepala.get("alg")
        if not isinstance(alg, str) or alg not in self._algoritma or not (kid is None or isinstance(kid, str)):
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        return kid, alg

    def _periksa_penerbit(self, klaim: Mapping[str, Any]) -> None:
        aud = klaim.get("aud")
        tujuan = [aud] if isinstance(aud, str) else aud
        if klaim.get("iss") != self._penerbit or not isinstance(tujuan, list) or self._audiens not in tujuan:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)

    def _periksa_waktu(self, klaim: Mapping[str, Any]) -> None:
        kini = self._jam()
        exp = _detik(klaim.get("exp"))
        if exp is None:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        if kini >= exp + KELONGGARAN_DETIK:
            raise TokenDitolak(KodeToken.TOKEN_KEDALUWARSA)
        if "nbf" in klaim:
            nbf = _detik(klaim["nbf"])
            if nbf is None:
                raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
            if kini < nbf - KELONGGARAN_DETIK:
                raise TokenDitolak(KodeToken.TOKEN_BELUM_BERLAKU)


def buat_verifikator(settings: Settings, *, ambil_jwks: AmbilJwks | None = None) -> Verifikator:
    """The verifier the settings ask for: the configured issuer, else the local development issuer.

    Raises IdentitasBelumDiatur when there is neither: a service that cannot tell callers apart must not start.
    """
    if settings.auth_issuer is not None:
        if ambil_jwks is None:
            if settings.auth_jwks_url is None:
                raise IdentitasBelumDiatur("SINKRO_AUTH_JWKS_URL wajib diisi bila SINKRO_AUTH_ISSUER diisi")
            ambil_jwks = pengambil_jwks(settings.auth_jwks_url)
        return Verifikator(
            penerbit=settings.auth_issuer,
            audiens=settings.auth_audience,
            algoritma=settings.auth_algoritma,
            ambil_jwks=ambil_jwks,
        )
    if settings.data_dir is None:
        raise IdentitasBelumDiatur("SINKRO_AUTH_ISSUER atau SINKRO_DATA_DIR wajib diisi")
    data_dir = settings.data_dir

    async def dari_berkas() -> dict[str, Any]:
        return jwks_lokal(data_dir)

    return Verifikator(
        penerbit=PENERBIT_LOKAL,
        audiens=settings.auth_audience,
        algoritma=(ALGORITMA_LOKAL,),
        ambil_jwks=dari_berkas,
    )


def pemanggil_dari_klaim(klaim: Mapping[str, Any]) -> Pemanggil:
    """The caller by the claims of a verified token. A claim of a wrong type raises TokenDitolak."""
    sub = klaim.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= BATAS_SUB or not sub.isprintable():
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    dikenal = {p.value for p in Peran}
    return Pemanggil(
        sub=sub,
        peran=frozenset(Peran(p) for p in _daftar_teks(klaim.get("peran", [])) if p in dikenal),
        nip=_nip(klaim),
        instansi=_instansi(klaim),
        scope=_scope(klaim),
    )


def _nip(klaim: Mapping[str, Any]) -> str | None:
    if "nip" not in klaim:
        return None
    nip = klaim["nip"]
    if not isinstance(nip, str):
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    try:
        return str(Nip.parse(nip))
    except ValueError:
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH) from None


def _instansi(klaim: Mapping[str, Any]) -> frozenset[str] | None:
    if "instansi_id" not in klaim:
        return None
    nilai = klaim["instansi_id"]
    daftar = _daftar_teks([nilai] if isinstance(nilai, str) else nilai)
    if any(not 0 < len(i) <= BATAS_INSTANSI or not i.isprintable() for i in daftar):
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    return frozenset(daftar)


def _scope(klaim: Mapping[str, Any]) -> frozenset[str]:
    scope = klaim.get("scope", "")
    if not isinstance(scope, str):
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    return frozenset(scope.split())


def _daftar_teks(nilai: Any) -> list[str]:
    if not isinstance(nilai, list) or len(nilai) > BATAS_DAFTAR or not all(isinstance(n, str) for n in nilai):
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
    return nilai


def _detik(nilai: Any) -> float | None:
    """A NumericDate, or None for anything that is not a finite number."""
    if isinstance(nilai, bool) or not isinstance(nilai, (int, float)):
        return None
    try:
        detik = float(nilai)
    except OverflowError:
        return None
    return detik if math.isfinite(detik) else None
