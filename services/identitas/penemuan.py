"""What an issuer says about itself (OpenID Connect Discovery 1.0), checked before any of it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.identitas.penerbit_http import HubunganPenerbit, PenerbitTidakTersedia
from services.settings import https_atau_loopback

JALUR_PENEMUAN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Penemuan:
    """The parts of a discovery document that we use. `keluar` is the end_session_endpoint."""

    penerbit: str
    jwks: str
    otorisasi: str | None = None
    token: str | None = None
    keluar: str | None = None
    cara_klien: frozenset[str] = frozenset({"client_secret_basic"})
    menyebut_iss: bool = False


async def temukan(hubungan: HubunganPenerbit, penerbit: str, alamat: str | None = None) -> Penemuan:
    """The checked discovery document of the issuer. `alamat`: where it lives, when that is not the issuer itself.

    Raises PenerbitTidakTersedia, also for a document of another issuer: names are compared exactly.
    """
    dasar = penerbit if alamat is None else alamat
    return urai_penemuan(await hubungan.ambil(dasar.rstrip("/") + JALUR_PENEMUAN), penerbit)


def urai_penemuan(dokumen: Mapping[str, Any], penerbit: str) -> Penemuan:
    """The parts we use. Raises PenerbitTidakTersedia for another issuer or an address that is not safe to follow."""
    if dokumen.get("issuer") != penerbit:
        raise PenerbitTidakTersedia("dokumen penemuan milik penerbit lain")
    jwks = _alamat(dokumen, "jwks_uri")
    if jwks is None:
        raise PenerbitTidakTersedia("dokumen penemuan tanpa jwks_uri")
    cara = dokumen.get("token_endpoint_auth_methods_supported")
    return Penemuan(
        penerbit=penerbit,
        jwks=jwks,
        otorisasi=_alamat(dokumen, "authorization_endpoint"),
        token=_alamat(dokumen, "token_endpoint"),
        keluar=_alamat(dokumen, "end_session_endpoint"),
        cara_klien=frozenset(c for c in cara if isinstance(c, str))
        if isinstance(cara, list)
        else frozenset({"client_secret_basic"}),
        menyebut_iss=dokumen.get("authorization_response_iss_parameter_supported") is True,
    )


def _alamat(dokumen: Mapping[str, Any], kunci: str) -> str | None:
    nilai = dokumen.get(kunci)
    if nilai is None:
        return None
    if not isinstance(nilai, str) or not https_atau_loopback(nilai):
        raise PenerbitTidakTersedia(f"dokumen penemuan: {kunci} tidak sah")
    return nilai
