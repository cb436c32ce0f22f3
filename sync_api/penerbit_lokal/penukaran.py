"""The token endpoint: a code, with its verifier, or a refresh token for tokens of our claims (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.identitas.orang_contoh import OrangContoh
from services.identitas.pemanggil import Peran
from services.identitas.penerbit_lokal import nama_samar, terbitkan_id_token, terbitkan_token
from sync_api.penerbit_lokal.formulir import FormulirTidakSah, parameter_badan
from sync_api.penerbit_lokal.halaman import TANPA_SIMPAN
from sync_api.penerbit_lokal.permintaan import KlienTerdaftar
from sync_api.penerbit_lokal.simpanan import Pemberian
from sync_api.penerbit_lokal.tempat import Tempat

SCOPE_SEGAR = "offline_access"
_SCOPE_DIBERIKAN = frozenset({"openid", "profile", SCOPE_SEGAR})
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TukarDitolak(Exception):
    """The error code of RFC 6749 5.2."""

    def __init__(self, kode: str) -> None:
        super().__init__(kode)
        self.kode = kode


@dataclass(frozen=True, slots=True)
class Penukaran:
    tempat: Tempat

    async def tukar(self, request: Request) -> Response:
        """Answers 200 with tokens, 400 with an error, 401 when the client is not who it says."""
        try:
            parameter = await parameter_badan(request)
            klien = self._klien(request, parameter)
            match parameter.get("grant_type"):
                case "authorization_code":
                    isi = self._dari_kode(parameter, klien)
                case "refresh_token":
                    isi = self._dari_segar(parameter, klien)
                case None:
                    raise TukarDitolak("invalid_request")
                case _:
                    raise TukarDitolak("unsupported_grant_type")
        except FormulirTidakSah:
            return _galat("invalid_request")
        except TukarDitolak as ditolak:
            return _galat(ditolak.kode)
        return JSONResponse(isi, headers=TANPA_SIMPAN)

    def _klien(self, request: Request, parameter: Mapping[str, str]) -> KlienTerdaftar:
        basic = _basic(request.headers.get("authorization"))
        if basic is not None and "client_secret" in parameter:
            raise TukarDitolak("invalid_request")
        nama, rahasia = basic if basic is not None else (parameter.get("client_id"), parameter.get("client_secret"))
        klien = next((k for k in self.tempat.klien if k.id == nama), None)
        if klien is None or parameter.get("client_id", klien.id) != klien.id:
            raise TukarDitolak("invalid_client")
        cocok = rahasia is None if klien.rahasia is None else rahasia is not None and _sama(rahasia, klien.rahasia)
        if not cocok:
            raise TukarDitolak("invalid_client")
        return klien

    def _dari_kode(self, parameter: Mapping[str, str], klien: KlienTerdaftar) -> dict[str, Any]:
        if not all(parameter.get(n) for n in ("code", "redirect_uri", "code_verifier")):
            raise TukarDitolak("invalid_request")
        pemberian = self.tempat.simpanan.pakai_kode(parameter["code"])
        if (
            pemberian is None
            or pemberian.klien != klien.id
            or pemberian.redirect_uri != parameter["redirect_uri"]
            or not _verifier_cocok(parameter["code_verifier"], pemberian.tantangan)
        ):
            raise TukarDitolak("invalid_grant")
        return self._tokens(pemberian, nonce=pemberian.nonce)

    def _dari_segar(self, parameter: Mapping[str, str], klien: KlienTerdaftar) -> dict[str, Any]:
        if not parameter.get("refresh_token"):
            raise TukarDitolak("invalid_request")
        pemberian = self.tempat.simpanan.pakai_segar(parameter["refresh_token"])
        if pemberian is None or pemberian.klien != klien.id:
            raise TukarDitolak("invalid_grant")
        return self._tokens(pemberian, nonce=None)

    def _tokens(self, pemberian: Pemberian, *, nonce: str | None) -> dict[str, Any]:
        tempat, orang = self.tempat, pemberian.orang
        scope = " ".join(sorted(pemberian.scope & _SCOPE_DIBERIKAN))
        sub = self._sub(orang)
        isi: dict[str, Any] = {
            "access_token": terbitkan_token(
                tempat.data_dir,
                peran=[orang.peran],
                instansi_id=orang.instansi_id if orang.peran is Peran.ADMIN_INSTANSI else None,
                nip=orang.nip,
                scope=scope,
                berlaku=tempat.masa_token,
                sub=sub,
                audiens=tempat.audiens,
                penerbit=tempat.penerbit,
            ),
            "token_type": "Bearer",
            "expires_in": int(tempat.masa_token.total_seconds()),
            "scope": scope,
            "id_token": terbitkan_id_token(
                tempat.data_dir,
                sub=sub,
                klien=pemberian.klien,
                nonce=nonce,
                nama=orang.nama if orang.nip is not None else f"{orang.nama} {orang.keterangan}",
                berlaku=tempat.masa_token,
                penerbit=tempat.penerbit,
            ),
        }
        if SCOPE_SEGAR in pemberian.scope:
            isi["refresh_token"] = tempat.simpanan.segar_baru(pemberian)
        return isi

    def _sub(self, orang: OrangContoh) -> str:
        """A subject per person and per admin of an instansi, in which no NIP can be read."""
        siapa = orang.nip or orang.instansi_id
        peran = orang.peran.lower().replace("_", "-")
        return f"lokal-{peran}" if siapa is None else f"lokal-{peran}-{nama_samar(self.tempat.data_dir, siapa)}"


def _galat(kode: str) -> Response:
    header = dict(TANPA_SIMPAN)
    if kode == "invalid_client":
        header["WWW-Authenticate"] = 'Basic realm="penerbit-lokal"'
    return JSONResponse({"error": kode}, status_code=401 if kode == "invalid_client" else 400, headers=header)


def _basic(header: str | None) -> tuple[str, str] | None:
    """Client id and secret of an Authorization header; None without one."""
    if header is None:
        return None
    skema, _, isi = header.partition(" ")
    try:
        nama, pemisah, rahasia = base64.b64decode(isi.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise TukarDitolak("invalid_client") from None
    if skema.lower() != "basic" or not pemisah:
        raise TukarDitolak("invalid_client")
    return unquote(nama), unquote(rahasia)


def _verifier_cocok(verifier: str, tantangan: str) -> bool:
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    sidik = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(sidik, tantangan.encode())


def _sama(kiri: str, kanan: str) -> bool:
    return hmac.compare_digest(kiri.encode("utf-8", "replace"), kanan.encode("utf-8", "replace"))
