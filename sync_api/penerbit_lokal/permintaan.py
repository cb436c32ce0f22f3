"""The authorization request: who asks, where the answer goes, and whether it may be answered at all.

Invariant: the browser is sent only to an address that is registered for the client, letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BATAS_NILAI = 512
_TANTANGAN = re.compile(r"[A-Za-z0-9_-]{43}")
NAMA_PARAMETER = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True, slots=True)
class KlienTerdaftar:
    """A client. `kembali` and `setelah_keluar`: whole addresses, or paths ("/...") of the issuer's own host."""

    id: str
    kembali: frozenset[str]
    setelah_keluar: frozenset[str] = frozenset()
    rahasia: str | None = None

    def boleh_kembali(self, alamat: str, asal: str) -> bool:
        return alamat in _lengkap(self.kembali, asal)

    def boleh_setelah_keluar(self, alamat: str, asal: str) -> bool:
        return alamat in _lengkap(self.setelah_keluar, asal)


class TidakDapatDijawab(Exception):
    """Client or redirect_uri are not known: the browser must not be sent anywhere (RFC 6749 4.1.2.1)."""


class OtorisasiDitolak(Exception):
    """The request is refused; the client hears `kode` at its own address."""

    def __init__(self, kode: str, redirect_uri: str, state: str) -> None:
        super().__init__(kode)
        self.kode, self.redirect_uri, self.state = kode, redirect_uri, state


@dataclass(frozen=True, slots=True)
class PermintaanOtorisasi:
    """A request that may be answered. `parameter` repeats it in the page's forms."""

    klien: KlienTerdaftar
    redirect_uri: str
    state: str
    nonce: str
    tantangan: str
    scope: frozenset[str]
    parameter: Mapping[str, str]


def periksa_permintaan(parameter: Mapping[str, str], klien: Sequence[KlienTerdaftar], asal: str) -> PermintaanOtorisasi:
    """Raises TidakDapatDijawab or OtorisasiDitolak. `asal`: scheme and host this request came to."""
    siapa = next((k for k in klien if k.id == parameter.get("client_id")), None)
    redirect_uri = parameter.get("redirect_uri", "")
    if siapa is None or not siapa.boleh_kembali(redirect_uri, asal):
        raise TidakDapatDijawab
    state = parameter.get("state", "")
    kode = _kekurangan(parameter)
    if kode is not None:
        raise OtorisasiDitolak(kode, redirect_uri, state[:BATAS_NILAI])
    return PermintaanOtorisasi(
        klien=siapa,
        redirect_uri=redirect_uri,
        state=state,
        nonce=parameter["nonce"],
        tantangan=parameter["code_challenge"],
        scope=frozenset(parameter["scope"].split()),
        parameter={n: parameter[n] for n in NAMA_PARAMETER},
    )


def _kekurangan(parameter: Mapping[str, str]) -> str | None:
    """The error code of RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6, or None."""
    pemeriksaan = {
        "unsupported_response_type": parameter.get("response_type") != "code",
        "request_not_supported": "request" in parameter,
        "request_uri_not_supported": "request_uri" in parameter,
        "invalid_request": any(not 0 < len(parameter.get(n, "")) <= BATAS_NILAI for n in ("state", "nonce"))
        or len(parameter.get("scope", "")) > BATAS_NILAI * 2
        or parameter.get("response_mode", "query") != "query"
        or parameter.get("code_challenge_method") != "S256"
        or _TANTANGAN.fullmatch(parameter.get("code_challenge", "")) is None,
        "invalid_scope": "openid" not in parameter.get("scope", "").split(),
        # Nobody is signed in before they chose.
        "login_required": "none" in parameter.get("prompt", "").split(),
    }
    return next((kode for kode, salah in pemeriksaan.items() if salah), None)


def _lengkap(daftar: frozenset[str], asal: str) -> frozenset[str]:
    return frozenset(asal + a if a.startswith("/") else a for a in daftar)
