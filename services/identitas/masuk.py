"""Signing in to the console: the OpenID Connect authorization code flow with PKCE (S256), state and nonce.

Invariant: nothing the browser brings back counts before the state it was sent out with is proven, and a person is who
the verified tokens say; roles and tenant come from the same Verifikator as for every other caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from starlette.types import ASGIApp

from services.identitas.pemanggil import Pemanggil
from services.identitas.penemuan import Penemuan, temukan
from services.identitas.penerbit_http import HubunganPenerbit, PenerbitTidakTersedia
from services.identitas.penerbit_lokal import JALUR_PENERBIT_LOKAL, PENERBIT_LOKAL
from services.identitas.verifikasi import TokenDitolak, Verifikator, pemanggil_dari_klaim
from services.settings import Settings, host_loopback

# Where the issuer sends the browser back to; both are registered with the issuer, exactly so.
JALUR_KEMBALI = "/konsol/masuk/kembali"
JALUR_SETELAH_KELUAR = "/konsol/"

BATAS_MULAI_DETIK = 600
BATAS_PENEMUAN_DETIK = 300.0
BATAS_KODE = 4096
BATAS_NAMA = 200


class KodeMasuk(StrEnum):
    """Why signing in did not succeed; each is a text of its own for the user."""

    DIBATALKAN = "DIBATALKAN"
    KEDALUWARSA = "KEDALUWARSA"
    TIDAK_COCOK = "TIDAK_COCOK"
    DITOLAK_PENERBIT = "DITOLAK_PENERBIT"
    TOKEN_TIDAK_SAH = "TOKEN_TIDAK_SAH"  # noqa: S105 - a code, not a secret


class MasukDitolak(Exception):
    """Signing in ended without a person. The user may start again; nothing is kept."""

    def __init__(self, kode: KodeMasuk) -> None:
        super().__init__(kode)
        self.kode = kode


class AlamatKonsolBelumDiatur(Exception):
    """The console is reached under an address that is neither loopback nor SINKRO_KONSOL_ALAMAT."""


@dataclass(frozen=True, slots=True)
class KeadaanMasuk:
    """What is kept in the browser's own session between `mulai` and `selesai`, sealed and unreadable to others."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    dibuat_pada: int

    def ke_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def dari_json(cls, teks: str) -> KeadaanMasuk:
        """Raises MasukDitolak(TIDAK_COCOK) for anything that `ke_json` did not write."""
        try:
            isi: Any = json.loads(teks)
        except (ValueError, RecursionError):
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK) from None
        nama = {ruas.name for ruas in fields(cls)}
        if not isinstance(isi, dict) or set(isi) != nama or type(isi["dibuat_pada"]) is not int:
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK)
        if not all(isinstance(isi[n], str) and isi[n] for n in nama - {"dibuat_pada"}):
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK)
        return cls(**isi)


@dataclass(frozen=True, slots=True)
class HasilMasuk:
    """A person who signed in. `kedaluwarsa_pada` is the end of the access token; `nama` is for display only."""

    pemanggil: Pemanggil
    token_akses: str
    kedaluwarsa_pada: datetime
    id_token: str | None
    token_segar: str | None
    nama: str | None


class AlurMasuk:
    """The console as a client of one issuer.

    `penerbit` is the issuer's exact name; `alamat` its base address, None for the local development issuer, which
    lives beside the console. Raises from every method that asks the issuer: PenerbitTidakTersedia.
    """

    def __init__(
        self,
        *,
        penerbit: str,
        alamat: str | None,
        client_id: str,
        client_secret: str | None,
        scope: str,
        audiens: str,
        verifikator: Verifikator,
        hubungan: HubunganPenerbit,
        jam: Callable[[], float] = time.time,
    ) -> None:
        self.penerbit = penerbit
        self._alamat, self._scope, self._audiens = alamat, scope, audiens
        self._client_id, self._client_secret = client_id, client_secret
        self._verifikator, self._hubungan, self._jam = verifikator, hubungan, jam
        self._penemuan: dict[str, tuple[float, Penemuan]] = {}

    async def mulai(self, redirect_uri: str) -> tuple[str, KeadaanMasuk]:
        """The address to send the browser to, and what to keep until it comes back to `redirect_uri`."""
        penemuan = await self._temukan(redirect_uri)
        if penemuan.otorisasi is None:
            raise PenerbitTidakTersedia("penerbit tanpa authorization_endpoint")
        keadaan = KeadaanMasuk(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            redirect_uri=redirect_uri,
            dibuat_pada=int(self._jam()),
        )
        tantangan = base64.urlsafe_b64encode(hashlib.sha256(keadaan.verifier.encode()).digest()).rstrip(b"=").decode()
        url = dengan_kueri(
            penemuan.otorisasi,
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": redirect_uri,
                "scope": self._scope,
                "state": keadaan.state,
                "nonce": keadaan.nonce,
                "code_challenge": tantangan,
                "code_challenge_method": "S256",
            },
        )
        return url, keadaan

    async def selesai(self, parameter: Mapping[str, str], keadaan: KeadaanMasuk) -> HasilMasuk:
        """The person, by the query parameters that the browser brought back. Raises MasukDitolak.

        The caller forgets `keadaan` before or after, whatever the outcome: it is good for one answer.
        """
        if not _sama(parameter.get("state", ""), keadaan.state):
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK)
        if not 0 <= self._jam() - keadaan.dibuat_pada <= BATAS_MULAI_DETIK:
            raise MasukDitolak(KodeMasuk.KEDALUWARSA)
        penemuan = await self._temukan(keadaan.redirect_uri)
        # RFC 9207: an answer that another issuer was tricked into giving names that issuer.
        if parameter.get("iss", None if penemuan.menyebut_iss else self.penerbit) != self.penerbit:
            raise MasukDitolak(KodeMasuk.TIDAK_COCOK)
        if "error" in parameter:
            batal = parameter["error"] == "access_denied"
            raise MasukDitolak(KodeMasuk.DIBATALKAN if batal else KodeMasuk.DITOLAK_PENERBIT)
        kode = parameter.get("code", "")
        if not 0 < len(kode) <= BATAS_KODE:
            raise MasukDitolak(KodeMasuk.DITOLAK_PENERBIT)
        isian = {
            "grant_type": "authorization_code",
            "code": kode,
            "redirect_uri": keadaan.redirect_uri,
            "code_verifier": keadaan.verifier,
        }
        return await self._tukar(penemuan, isian, nonce=keadaan.nonce)

    async def segarkan(self, token_segar: str, *, sub: str, redirect_uri: str) -> HasilMasuk:
        """A new access token for the same person (`sub`), without asking them. Raises MasukDitolak: sign in again.

        When the answer has no new refresh token, the old one stays good and is given back.
        """
        penemuan = await self._temukan(redirect_uri)
        isian = {"grant_type": "refresh_token", "refresh_token": token_segar}
        return await self._tukar(penemuan, isian, sub=sub, token_segar=token_segar)

    async def alamat_keluar(self, *, id_token: str | None, kembali_ke: str) -> str | None:
        """Where the browser ends the session at the issuer too, or None when the issuer offers no such place."""
        penemuan = await self._temukan(kembali_ke)
        if penemuan.keluar is None:
            return None
        parameter = {"client_id": self._client_id, "post_logout_redirect_uri": kembali_ke}
        if id_token is not None:
            parameter["id_token_hint"] = id_token
        return dengan_kueri(penemuan.keluar, parameter)

    async def _temukan(self, redirect_uri: str) -> Penemuan:
        alamat = self._alamat if self._alamat is not None else asal(redirect_uri) + JALUR_PENERBIT_LOKAL
        kini = self._jam()
        tersimpan = self._penemuan.get(alamat)
        if tersimpan is not None and 0 <= kini - tersimpan[0] < BATAS_PENEMUAN_DETIK:
            return tersimpan[1]
        baru = await temukan(self._hubungan, self.penerbit, alamat)
        self._penemuan = {alamat: (kini, baru)}
        return baru

    async def _tukar(
        self,
        penemuan: Penemuan,
        isian: dict[str, str],
        *,
        nonce: str | None = None,
        sub: str | None = None,
        token_segar: str | None = None,
    ) -> HasilMasuk:
        if penemuan.token is None:
            raise PenerbitTidakTersedia("penerbit tanpa token_endpoint")
        basic: tuple[str, str] | None = None
        isian["client_id"] = self._client_id
        if self._client_secret is not None:
            if "client_secret_basic" in penemuan.cara_klien:
                # RFC 6749 2.3.1: both are form-encoded before they become Basic credentials.
                basic = (quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
            else:
                isian["client_secret"] = self._client_secret
        status, jawaban = await self._hubungan.kirim(penemuan.token, isian, basic=basic)
        if status != 200:
            raise MasukDitolak(KodeMasuk.DITOLAK_PENERBIT)
        try:
            return await self._hasil(jawaban, nonce=nonce, sub=sub, token_segar=token_segar)
        except TokenDitolak:
            raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH) from None

    async def _hasil(
        self, jawaban: Mapping[str, Any], *, nonce: str | None, sub: str | None, token_segar: str | None
    ) -> HasilMasuk:
        akses, id_token, segar = (_teks(jawaban, k) for k in ("access_token", "id_token", "refresh_token"))
        if akses is None or str(jawaban.get("token_type")).lower() != "bearer":
            raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH)
        klaim = await self._verifikator.klaim(akses, audiens=self._audiens)
        pemanggil = pemanggil_dari_klaim(klaim)
        nama: str | None = None
        if id_token is not None:
            nama = await self._periksa_id_token(id_token, sub=pemanggil.sub, nonce=nonce)
        elif nonce is not None:
            raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH)
        if klaim["iss"] != self.penerbit or (sub is not None and pemanggil.sub != sub):
            raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH)
        return HasilMasuk(
            pemanggil=pemanggil,
            token_akses=akses,
            kedaluwarsa_pada=_waktu(klaim["exp"]),
            id_token=id_token,
            token_segar=segar if segar is not None else token_segar,
            nama=nama,
        )

    async def _periksa_id_token(self, id_token: str, *, sub: str, nonce: str | None) -> str | None:
        """OpenID Connect Core 3.1.3.7; gives the name to show."""
        klaim = await self._verifikator.klaim(id_token, audiens=self._client_id)
        cocok = (
            klaim["iss"] == self.penerbit
            and klaim.get("sub") == sub
            and klaim.get("azp", self._client_id) == self._client_id
            and (isinstance(klaim["aud"], str) or len(klaim["aud"]) == 1 or "azp" in klaim)
            and (nonce is None or _sama(str(klaim.get("nonce", "")), nonce))
        )
        if not cocok:
            raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH)
        nama = klaim.get("name")
        return nama if isinstance(nama, str) and 0 < len(nama) <= BATAS_NAMA and nama.isprintable() else None


def buat_alur_masuk(settings: Settings, verifikator: Verifikator, *, penerbit_lokal: ASGIApp | None) -> AlurMasuk:
    """The flow against the first configured issuer, else against the local one, which this process itself serves as
    the ASGI application `penerbit_lokal` under JALUR_PENERBIT_LOKAL."""
    rahasia = settings.konsol_client_secret
    penerbit, alamat, hubungan = PENERBIT_LOKAL, None, HubunganPenerbit()
    if settings.auth_issuer:
        penerbit = alamat = settings.auth_issuer[0]
    elif penerbit_lokal is not None:
        hubungan = HubunganPenerbit.dalam_proses(penerbit_lokal, JALUR_PENERBIT_LOKAL)
    else:
        raise ValueError("tanpa penerbit sungguhan diperlukan penerbit lokal")
    return AlurMasuk(
        penerbit=penerbit,
        alamat=alamat,
        client_id=settings.konsol_client_id,
        client_secret=None if rahasia is None else rahasia.get_secret_value(),
        scope=settings.konsol_scope,
        audiens=settings.auth_audience,
        verifikator=verifikator,
        hubungan=hubungan,
    )


def alamat_konsol(settings: Settings, alamat_permintaan: str) -> str:
    """Scheme and host the browser knows the console by, without a slash at the end: the configured one, else that of
    the request when it is loopback. Raises AlamatKonsolBelumDiatur: a Host header from outside proves nothing."""
    if settings.konsol_alamat is not None:
        return settings.konsol_alamat
    if not host_loopback(alamat_permintaan):
        raise AlamatKonsolBelumDiatur("SINKRO_KONSOL_ALAMAT wajib diisi")
    return asal(alamat_permintaan)


def asal(url: str) -> str:
    """Scheme, host and port of an address."""
    bagian = urlsplit(url)
    return f"{bagian.scheme}://{bagian.netloc}"


def dengan_kueri(url: str, parameter: Mapping[str, str]) -> str:
    """The address with these query parameters beside those it has."""
    bagian = urlsplit(url)
    kueri = [*parse_qsl(bagian.query, keep_blank_values=True), *parameter.items()]
    return urlunsplit((bagian.scheme, bagian.netloc, bagian.path, urlencode(kueri), ""))


def _sama(kiri: str, kanan: str) -> bool:
    return hmac.compare_digest(kiri.encode("utf-8", "replace"), kanan.encode("utf-8", "replace"))


def _teks(jawaban: Mapping[str, Any], kunci: str) -> str | None:
    nilai = jawaban.get(kunci)
    if nilai is None:
        return None
    if not isinstance(nilai, str) or not nilai:
        raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH)
    return nilai


def _waktu(detik: float) -> datetime:
    try:
        return datetime.fromtimestamp(detik, UTC)
    except (OverflowError, OSError, ValueError):
        raise MasukDitolak(KodeMasuk.TOKEN_TIDAK_SAH) from None
