"""Who may see a screen and send a form.

Deny by default: a route without `butuh_layar(...)` that is not in LAYAR_TERBUKA fails a test. Roles and tenant come
from the access token by the one Verifikator; a form counts only with a token bound to the session it was shown in.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request

from services.catatan_log import ringkas_galat
from services.identitas.jwks import KunciTidakTersedia
from services.identitas.masuk import JALUR_KEMBALI, MasukDitolak
from services.identitas.pemanggil import SEMUA_SCOPE, Jangkauan, Pemanggil
from services.identitas.penerbit_http import PenerbitTidakTersedia
from services.identitas.verifikasi import TokenDitolak
from services.konteks import Konteks
from sync_api.dependencies import layani_sebagai
from sync_api.konsol.isian import BATAS_ISIAN, baca_isian
from sync_api.konsol.keadaan import KeadaanKonsol, keadaan_konsol
from sync_api.konsol.sesi import Sesi
from sync_api.middleware import request_id
from sync_api.problems import PermintaanDitolak

BIDANG_CSRF = "_csrf"
# The one-time key of a form (see `sekali`).
BIDANG_KUNCI = "_kunci"
TUJUAN_CSRF = "csrf"
_PANJANG_ACAK = 16
METODE_BACA = frozenset({"GET", "HEAD"})

# Paths below /konsol that ask for nobody.
LAYAR_TERBUKA = frozenset({"/masuk", "/masuk/mulai", "/masuk/kembali", "/keluar", "/statik/{sidik}/{nama}"})

_log = structlog.get_logger("sinkro.konsol")


class BelumMasuk(Exception):
    """There is no session, or it has ended. `sesi` and `isian`: whose it was and what they had typed, when the form was
    proven to come from that session."""

    def __init__(self, sesi: Sesi | None = None, isian: FormData | None = None) -> None:
        super().__init__("belum masuk")
        self.sesi, self.isian = sesi, isian


class FormulirUsang(Exception):
    """The form was shown in another session of the same browser: it is shown again, to be sent anew."""

    def __init__(self, isian: FormData) -> None:
        super().__init__("formulir usang")
        self.isian = isian


@dataclass(frozen=True, slots=True)
class Akses:
    """The caller of this request and what the screen's scope reaches for them, within the instansi they chose.

    `isian`: the form of a write, proven to come from the caller's own page.
    """

    request: Request
    pemanggil: Pemanggil
    jangkauan: Jangkauan
    sesi: Sesi
    isian: FormData = field(default_factory=FormData)

    @property
    def konteks(self) -> Konteks:
        return self.keadaan.perangkat.konteks()

    @property
    def keadaan(self) -> KeadaanKonsol:
        return keadaan_konsol(self.request)

    @property
    def request_id(self) -> str:
        return request_id(self.request.scope)

    def boleh(self, scope: str) -> bool:
        """Whether the caller has that scope too, for what a screen offers."""
        return self.pemanggil.boleh(scope)

    def jangkauan_untuk(self, scope: str) -> Jangkauan | None:
        """What another scope reaches, within the chosen instansi."""
        return _dipersempit(self.pemanggil.jangkauan(scope), self.sesi.instansi_id)

    def satu_instansi(self) -> str:
        """The one instansi a write is about. Raises PilihInstansi when the caller reaches several and chose none."""
        instansi = self.jangkauan.instansi
        if instansi is None or len(instansi) != 1:
            raise PilihInstansi
        return next(iter(instansi))


class PilihInstansi(Exception):
    """The screen is about one instansi, and the caller has yet to say which."""


class ButuhLayar:
    """The dependency behind `butuh_layar`; the test of all routes finds a route's scope by it."""

    def __init__(self, scope: str | None, batas: int, csrf: bool) -> None:
        if scope is not None and scope not in SEMUA_SCOPE:
            raise ValueError(f"scope {scope} tidak dikenal")
        self.scope, self.batas, self.csrf = scope, batas, csrf

    async def __call__(self, request: Request) -> Akses:
        if "\0" in request.scope["path"]:
            # PostgreSQL has no such text, so nothing has such a name.
            raise PermintaanDitolak("TIDAK_DITEMUKAN")
        keadaan = keadaan_konsol(request)
        sesi = keadaan.sesi
        pemanggil = None if sesi is None else await siapa(keadaan, sesi)
        isian = FormData()
        if request.method not in METODE_BACA:
            if not asal_sendiri(request, keadaan.alamat) or sesi is None:
                raise BelumMasuk if sesi is None else PermintaanDitolak("SCOPE_TIDAK_CUKUP", PESAN_ASAL)
            isian = await baca_isian(request, self.batas)
            cocok = not self.csrf or csrf_cocok(keadaan, sesi, isian)
            if pemanggil is None:
                raise BelumMasuk(sesi, isian if cocok else None)
            if not cocok:
                raise FormulirUsang(isian)
        sesi = keadaan.sesi
        if pemanggil is None or sesi is None:
            raise BelumMasuk(sesi)
        jangkauan = _dipersempit(pemanggil.jangkauan(self.scope or "sinkro:baca"), sesi.instansi_id)
        if jangkauan is None and self.scope is not None:
            raise PermintaanDitolak("SCOPE_TIDAK_CUKUP", "Peran Anda tidak mencakup layar ini.")
        jangkauan = jangkauan or Jangkauan()
        layani_sebagai(pemanggil, jangkauan)
        return Akses(request, pemanggil, jangkauan, sesi, isian)


PESAN_ASAL = "Isian ini tidak dikirim dari halaman konsol. Buka kembali layarnya, lalu kirim dari sana."


def butuh_layar(scope: str | None, *, batas: int = BATAS_ISIAN, csrf: bool = True) -> Any:
    """A route's parameter `akses: Annotated[Akses, butuh_layar("sinkro:baca")]`: sign-in page without a session, 403
    without the scope, and for a POST the form, at most `batas` bytes, with a proof that it is ours. None: anybody who
    is signed in. `csrf` False is for a form that writes nothing."""
    return Depends(ButuhLayar(scope, batas, csrf))


async def siapa(keadaan: KeadaanKonsol, sesi: Sesi) -> Pemanggil | None:
    """The caller of the session, with a new access token when the old one ends; None: they have to sign in again.

    Raises KunciTidakTersedia when the issuer cannot be asked about a token that may be good.
    """
    perangkat = keadaan.perangkat
    kini = perangkat.jam()
    if not sesi.masih_berlaku(kini):
        return None
    if sesi.perlu_disegarkan(kini) and sesi.token_segar is not None:
        try:
            hasil = await perangkat.alur.segarkan(
                sesi.token_segar, sub=sesi.sub, redirect_uri=keadaan.alamat + JALUR_KEMBALI
            )
        except (MasukDitolak, PenerbitTidakTersedia, KunciTidakTersedia) as galat:
            # Another request may have used the refresh token just now: the old access token says whether it matters.
            _log.info("sesi_tidak_disegarkan", **ringkas_galat(galat))
        else:
            keadaan.simpan_sesi(sesi.disegarkan(hasil))
            return hasil.pemanggil
    try:
        pemanggil = await perangkat.verifikator.verifikasi(sesi.token_akses)
    except TokenDitolak:
        return None
    return pemanggil if pemanggil.sub == sesi.sub else None


def _dipersempit(jangkauan: Jangkauan | None, instansi_id: str | None) -> Jangkauan | None:
    """The reach within the instansi that was chosen, which never widens it."""
    if jangkauan is None or instansi_id is None or not jangkauan.memuat_instansi(instansi_id):
        return jangkauan
    return Jangkauan(frozenset({instansi_id}), jangkauan.nip)


def token_csrf(keadaan: KeadaanKonsol, sesi: Sesi) -> str:
    """The hidden field of a form of this session, another text at every time, so that it cannot be guessed from the
    length of compressed pages."""
    acak = secrets.token_bytes(_PANJANG_ACAK)
    return base64.urlsafe_b64encode(acak + _tanda_csrf(keadaan, sesi, acak)).decode()


def csrf_cocok(keadaan: KeadaanKonsol, sesi: Sesi, isian: FormData) -> bool:
    """Whether the form was made for this session."""
    diterima = isian.get(BIDANG_CSRF)
    try:
        mentah = base64.b64decode(diterima.encode("ascii"), b"-_", validate=True) if isinstance(diterima, str) else b""
    except ValueError:
        return False
    acak, tanda = mentah[:_PANJANG_ACAK], mentah[_PANJANG_ACAK:]
    return hmac.compare_digest(tanda, _tanda_csrf(keadaan, sesi, acak))


def _tanda_csrf(keadaan: KeadaanKonsol, sesi: Sesi, acak: bytes) -> bytes:
    return hmac.digest(keadaan.perangkat.segel.kunci(TUJUAN_CSRF), sesi.sid.encode() + b"|" + acak, "sha256")


def asal_sendiri(request: Request, alamat: str) -> bool:
    """Whether nothing says that the write comes from another site; browsers that say nothing are left to the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return request.headers.get("origin", alamat) == alamat


def jalur_aman(teks: str | None) -> str:
    """A path of the console to go on to; the front page for anything that could lead elsewhere."""
    if teks is None or len(teks) > 2_000 or not teks.startswith("/konsol/") or not _polos(teks):
        return "/konsol/"
    return teks


def _polos(teks: str) -> bool:
    return all(huruf.isprintable() and huruf not in "\\ " for huruf in teks) and "//" not in teks.partition("?")[0]


def rute_dengan_scope(rute: Any) -> Iterator[ButuhLayar]:
    """The declarations of a route, for the test of all routes."""
    for ketergantungan in rute.dependant.dependencies:
        if isinstance(ketergantungan.call, ButuhLayar):
            yield ketergantungan.call
