"""Which budget a request is taken from, and what becomes of one that is too many (429).

Callers with a good token or a session of the console are counted by issuer and subject, everybody else by address. The
answer says what is left: `sync_api.middleware` adds the headers from what is noted in the request's scope.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from services.idempotensi import tanda_pemanggil
from services.identitas.pemanggil import Pemanggil
from services.settings import Settings
from sync_api.batas.jatah import Anggaran, Jatah, PenghitungJatah, tanda_alamat
from sync_api.metrics import catat_lewat_jatah
from sync_api.problems import PermintaanDitolak

# Whole logs, whole registers: each keeps a process busy for seconds.
RUTE_MAHAL: Final = frozenset(
    {
        ("GET", "/v1/log-sinkro/unduh"),
        ("GET", "/v1/user-pmm/unduh"),
        ("POST", "/v1/sinkro-massal"),
        ("POST", "/v1/referensi/impor"),
    }
)
# The same of the console, where no path that costs much has a parameter.
KONSOL_MAHAL: Final = frozenset(
    {
        ("GET", "/konsol/log/unduh"),
        ("GET", "/konsol/user-pmm/unduh"),
        ("POST", "/konsol/massal/hitung"),
        ("POST", "/konsol/massal/mulai"),
        ("POST", "/konsol/log/massal"),
        ("POST", "/konsol/log/massal/mulai"),
    }
)
# Asked by supervisors every second; they must not make a process look ill because it is busy.
TANPA_HITUNG: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_MEMBACA: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KUNCI: Final = "sinkro.jatah"
KUNCI_ALAMAT: Final = "sinkro.alamat"


def jatah_permintaan(scope: Scope) -> Jatah | None:
    """What this request left of its budget; None when it was not counted."""
    jatah = scope.get(_KUNCI)
    return jatah if isinstance(jatah, Jatah) else None


class Penjaga:
    """The budgets of one API process."""

    def __init__(self, settings: Settings, penghitung: PenghitungJatah) -> None:
        self._penghitung = penghitung
        self._baca = Anggaran("baca", settings.batas_baca)
        self._tulis = Anggaran("tulis", settings.batas_tulis)
        self._mahal = Anggaran("mahal", settings.batas_mahal)
        self._tanpa_token = Anggaran("tanpa-token", settings.batas_tanpa_token)

    async def tutup(self) -> None:
        await self._penghitung.tutup()

    async def hitung_pemanggil(self, scope: Scope, pemanggil: Pemanggil) -> None:
        """Counts a request whose token is good. Raises PermintaanDitolak (429)."""
        anggaran = self._anggaran(scope["method"], getattr(scope.get("route"), "path", ""))
        await self._hitung(scope, anggaran, tanda_pemanggil(pemanggil.penerbit, pemanggil.sub))

    async def hitung_sesi(self, scope: Scope, penerbit: str, sub: str) -> None:
        """Counts a request of a session of the console, as those of the same person by token. Raises PermintaanDitolak
        (429)."""
        await self._hitung(scope, self._anggaran(scope["method"], scope["path"]), tanda_pemanggil(penerbit, sub))

    async def hitung_tanpa_token(self, scope: Scope) -> None:
        """Counts a request by its address, once per request. Raises PermintaanDitolak (429)."""
        alamat = scope.get(KUNCI_ALAMAT)
        if alamat is not None and _KUNCI not in scope:
            await self._hitung(scope, self._tanpa_token, tanda_alamat(alamat))

    def _anggaran(self, metode: str, rute: str) -> Anggaran:
        if (metode, rute) in RUTE_MAHAL or (metode, rute) in KONSOL_MAHAL:
            return self._mahal
        return self._baca if metode in _MEMBACA else self._tulis

    async def _hitung(self, scope: Scope, anggaran: Anggaran, siapa: str) -> None:
        jatah = scope[_KUNCI] = await self._penghitung.ambil(anggaran, siapa)
        if jatah.habis:
            catat_lewat_jatah(anggaran.nama)
            raise PermintaanDitolak("TERLALU_BANYAK_PERMINTAAN", header={"Retry-After": str(jatah.pulih_detik)})


def akan_diperiksa_tokennya(scope: Scope) -> bool:
    """Whether a route will verify the token of this request, and count it then."""
    jalur: str = scope["path"]
    return jalur.startswith("/v1/") and not jalur.startswith("/v1/temuan") and "authorization" in Headers(scope=scope)
