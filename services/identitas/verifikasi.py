"""From a bearer token to a Pemanggil: signature by the keys of its issuer, iss, aud, exp, nbf, iat, and claims of the
right types.

Every refusal is one TokenDitolak with a short kode; what exactly was wrong with a signature or a claim is not told,
since only an attacker would learn from it. Unknown roles grant nothing.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import CompactSignature, JWSRegistry

from ekinerja_domain.kernel.nip import Nip
from services.identitas.jwks import AmbilJwks, GudangKunci, pengambil_jwks, pengambil_jwks_penerbit
from services.identitas.pemanggil import Pemanggil, Peran
from services.identitas.penerbit_lokal import ALGORITMA_LOKAL, PENERBIT_LOKAL, jwks_lokal
from services.settings import ALGORITMA_DIKENAL, PREFIKS, Settings

BATAS_TOKEN = 8192
BATAS_KEPALA = 4096
KELONGGARAN_DETIK = 60
BATAS_SUB = 255
BATAS_INSTANSI = 64
BATAS_DAFTAR = 1000

# What the header may call the token (RFC 8725 3.11): other kinds of JWT of the same issuer are not for us.
JENIS_TOKEN = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})

# Besides its own errors the library lets through what broken base64, JSON nested beyond the interpreter's depth or a
# key of another curve raise.
_RUSAK = (JoseError, ValueError, TypeError, KeyError, RecursionError)


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


class _Register(JWSRegistry):
    max_header_length = BATAS_KEPALA


@dataclass(frozen=True, slots=True)
class _Amplop:
    """A token taken apart and not yet proven: good only for finding the keys that may prove it."""

    isi: CompactSignature
    kid: str | None
    alg: str
    penerbit: str
    klaim: Mapping[str, Any]


class Verifikator:
    """Verifies tokens of the trusted issuers: by exact name, each with its own keys.

    `kelonggaran` seconds are forgiven to clocks that do not agree.
    """

    def __init__(
        self,
        penerbit: Mapping[str, GudangKunci],
        *,
        audiens: str,
        algoritma: tuple[str, ...],
        kelonggaran: float = KELONGGARAN_DETIK,
        jam: Callable[[], float] = time.time,
    ) -> None:
        if not set(algoritma) <= ALGORITMA_DIKENAL:
            raise ValueError("hanya algoritma tanda tangan asimetris")
        self._penerbit, self._audiens, self._algoritma = dict(penerbit), audiens, frozenset(algoritma)
        self._kelonggaran, self._jam = kelonggaran, jam
        # RFC 7515 4: header parameters that are not understood are ignored, unless `crit` names them.
        self._register = _Register(algorithms=algoritma, strict_check_header=False)

    async def verifikasi(self, token: str) -> Pemanggil:
        """The caller the token stands for. Raises TokenDitolak, or KunciTidakTersedia when the issuer is down."""
        return pemanggil_dari_klaim(await self.klaim(token, audiens=self._audiens))

    async def klaim(self, token: str, *, audiens: str) -> Mapping[str, Any]:
        """The claims of a token made for `audiens`: signature, iss, aud and times are verified, so `iss`, `aud` and
        `exp` are there with their types. Raises as `verifikasi` does."""
        if not token or len(token) > BATAS_TOKEN or not token.isascii():
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        klaim = await self._bertanda(self._urai(token))
        aud = klaim.get("aud")
        tujuan = [aud] if isinstance(aud, str) else aud
        if not isinstance(tujuan, list) or audiens not in tujuan:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        self._periksa_waktu(klaim)
        return klaim

    async def _bertanda(self, amplop: _Amplop) -> Mapping[str, Any]:
        for kunci in await self._penerbit[amplop.penerbit].cari(amplop.kid, amplop.alg):
            try:
                if jws.validate_compact(amplop.isi, kunci, registry=self._register):
                    return amplop.klaim
            except _RUSAK:
                continue
        raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)

    def _urai(self, token: str) -> _Amplop:
        try:
            isi = jws.extract_compact(token.encode("ascii"), registry=self._register)
            kepala, klaim = isi.headers(), json.loads(isi.payload or b"")
        except _RUSAK:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH) from None
        penerbit = klaim.get("iss") if isinstance(klaim, dict) else None
        kid, alg, jenis = kepala.get("kid"), kepala.get("alg"), kepala.get("typ", "JWT")
        sah = (
            isinstance(alg, str)
            and alg in self._algoritma
            and (kid is None or isinstance(kid, str))
            and isinstance(jenis, str)
            and jenis.lower() in JENIS_TOKEN
            and "crit" not in kepala
            and "b64" not in kepala
        )
        if not sah or not isinstance(penerbit, str) or penerbit not in self._penerbit:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        return _Amplop(isi, kid, str(alg), penerbit, klaim)

    def _periksa_waktu(self, klaim: Mapping[str, Any]) -> None:
        kini = self._jam()
        exp = _detik(klaim.get("exp"))
        if exp is None:
            raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
        if kini >= exp + self._kelonggaran:
            raise TokenDitolak(KodeToken.TOKEN_KEDALUWARSA)
        for nama in ("nbf", "iat"):
            if nama in klaim:
                mulai = _detik(klaim[nama])
                if mulai is None:
                    raise TokenDitolak(KodeToken.TOKEN_TIDAK_SAH)
                if kini < mulai - self._kelonggaran:
                    raise TokenDitolak(KodeToken.TOKEN_BELUM_BERLAKU)


def buat_verifikator(settings: Settings, *, ambil_jwks: AmbilJwks | None = None) -> Verifikator:
    """The verifier the settings ask for: the configured issuers, else the local development issuer. `ambil_jwks`
    replaces the way to the keys of every configured issuer.

    Raises IdentitasBelumDiatur when there is neither: a service that cannot tell callers apart must not start.
    """
    if settings.auth_issuer:
        for nama, alasan in settings.keluhan_penerbit().items():
            raise IdentitasBelumDiatur(f"{PREFIKS}{nama.upper()} {alasan}")
        gudang = {
            iss: GudangKunci(ambil_jwks or (pengambil_jwks(jwks) if jwks else pengambil_jwks_penerbit(iss)))
            for iss, jwks in settings.penerbit_dan_jwks
        }
        algoritma = settings.auth_algoritma
    elif settings.data_dir is not None:
        data_dir = settings.data_dir

        async def dari_berkas() -> dict[str, Any]:
            return jwks_lokal(data_dir)

        gudang, algoritma = {PENERBIT_LOKAL: GudangKunci(dari_berkas)}, (ALGORITMA_LOKAL,)
    else:
        raise IdentitasBelumDiatur("SINKRO_AUTH_ISSUER atau SINKRO_DATA_DIR wajib diisi")
    return Verifikator(
        gudang,
        audiens=settings.auth_audience,
        algoritma=algoritma,
        kelonggaran=settings.auth_kelonggaran_detik,
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
        penerbit=str(klaim.get("iss") or ""),
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
