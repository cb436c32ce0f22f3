"""The local development issuer as an ASGI application: discovery, keys, authorization, token and sign-out.

Invariant: it exists only while no real issuer is configured, and it answers this machine only: whoever reaches it can
become anybody. The Host is checked too, so that a foreign name that resolves to this machine opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from services.identitas.masuk import JALUR_KEMBALI, JALUR_SETELAH_KELUAR, dengan_kueri
from services.identitas.penemuan import JALUR_PENEMUAN
from services.identitas.penerbit_lokal import ALGORITMA_LOKAL, PENERBIT_LOKAL, jwks_lokal
from services.konteks import Konteks
from services.settings import Settings, host_loopback
from sync_api.penerbit_lokal.formulir import FormulirTidakSah, parameter_badan, parameter_kueri
from sync_api.penerbit_lokal.halaman import TANPA_SIMPAN, gaya, halaman
from sync_api.penerbit_lokal.otorisasi import Otorisasi
from sync_api.penerbit_lokal.penukaran import SCOPE_SEGAR, Penukaran
from sync_api.penerbit_lokal.permintaan import KlienTerdaftar
from sync_api.penerbit_lokal.simpanan import Simpanan
from sync_api.penerbit_lokal.tempat import Tempat, akar, asal_permintaan


def buat_penerbit_lokal(
    settings: Settings,
    konteks: Callable[[], Konteks],
    *,
    penerbit: str = PENERBIT_LOKAL,
    klien: Sequence[KlienTerdaftar] | None = None,
    masa_token: timedelta = timedelta(hours=1),
) -> PenerbitLokal:
    """The issuer over the key in the data directory and the people of the database.

    `klien` default: the console of this very service. `penerbit` is the `iss` of its tokens; the default is not an
    address, because `sinkro token` signs in the same name without knowing where the service listens.
    Raises ValueError when the settings name a real issuer or no data directory.
    """
    if not settings.penerbit_lokal or settings.data_dir is None:
        raise ValueError("penerbit lokal hanya tanpa SINKRO_AUTH_ISSUER dan dengan SINKRO_DATA_DIR")
    rahasia = settings.konsol_client_secret
    konsol = KlienTerdaftar(
        settings.konsol_client_id,
        kembali=frozenset({JALUR_KEMBALI}),
        setelah_keluar=frozenset({JALUR_SETELAH_KELUAR}),
        rahasia=None if rahasia is None else rahasia.get_secret_value(),
    )
    return PenerbitLokal(
        Tempat(
            penerbit=penerbit,
            data_dir=settings.data_dir,
            audiens=settings.auth_audience,
            klien=tuple(klien) if klien is not None else (konsol,),
            konteks=konteks,
            simpanan=Simpanan(),
            masa_token=masa_token,
        )
    )


class PenerbitLokal:
    """The ASGI application; to be mounted at JALUR_PENERBIT_LOKAL."""

    def __init__(self, tempat: Tempat) -> None:
        self._tempat = tempat
        otorisasi, penukaran = Otorisasi(tempat), Penukaran(tempat)
        self._router = Router(
            [
                Route(JALUR_PENEMUAN, self._penemuan, methods=["GET"]),
                Route("/jwks", self._jwks, methods=["GET"]),
                Route("/otorisasi", otorisasi.tampilkan, methods=["GET"]),
                Route("/otorisasi", otorisasi.pilih, methods=["POST"]),
                Route("/token", penukaran.tukar, methods=["POST"]),
                Route("/keluar", self._keluar, methods=["GET", "POST"]),
                Route("/gaya.css", _gaya, methods=["GET"]),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _dari_mesin_ini(scope):
            try:
                await self._router(scope, receive, send)
            except FormulirTidakSah:
                await _pesan(scope, 400, "Permintaan tidak sah", "Isi permintaan tidak dapat dibaca.")(
                    scope, receive, send
                )
            return
        tolak = _pesan(scope, 403, "Hanya di mesin ini", "Penerbit lokal hanya dapat dipakai dari mesin ini sendiri.")
        await tolak(scope, receive, send)

    async def _penemuan(self, request: Request) -> Response:
        dasar = asal_permintaan(request) + akar(request)
        berahasia = any(k.rahasia is not None for k in self._tempat.klien)
        return JSONResponse(
            {
                "issuer": self._tempat.penerbit,
                "authorization_endpoint": f"{dasar}/otorisasi",
                "token_endpoint": f"{dasar}/token",
                "jwks_uri": f"{dasar}/jwks",
                "end_session_endpoint": f"{dasar}/keluar",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITMA_LOKAL],
                "scopes_supported": ["openid", "profile", SCOPE_SEGAR],
                "claims_supported": ["iss", "sub", "aud", "exp", "iat", "name", "peran", "nip", "instansi_id"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]
                if berahasia
                else ["none"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                "ui_locales_supported": ["id"],
            }
        )

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(jwks_lokal(self._tempat.data_dir))

    async def _keluar(self, request: Request) -> Response:
        """There is no session here to end: back to the client, if it names a registered address."""
        parameter = parameter_kueri(request) if request.method == "GET" else await parameter_badan(request)
        tujuan = parameter.get("post_logout_redirect_uri", "")
        klien = next((k for k in self._tempat.klien if k.id == parameter.get("client_id")), None)
        if klien is not None and klien.boleh_setelah_keluar(tujuan, asal_permintaan(request)):
            state = {"state": parameter["state"]} if parameter.get("state") else {}
            return RedirectResponse(dengan_kueri(tujuan, state), status_code=303, headers=TANPA_SIMPAN)
        return _pesan(request.scope, 200, "Anda sudah keluar", "Sesi di penerbit lokal tidak disimpan.")


async def _gaya(_request: Request) -> Response:
    return gaya()


def _pesan(scope: Scope, status: int, judul: str, pesan: str) -> Response:
    return halaman("pesan.html", status=status, akar=akar(Request(scope)), judul=judul, pesan=pesan, tautan=None)


def _dari_mesin_ini(scope: Scope) -> bool:
    klien = scope.get("client")
    try:
        dekat = klien is not None and ip_address(klien[0]).is_loopback
    except ValueError:
        dekat = False
    return dekat and host_loopback(str(Request(scope).url))
