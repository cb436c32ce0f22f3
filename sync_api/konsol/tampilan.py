"""Pages from templates: the frame around every screen, the words and numbers in it, and nothing unescaped.

A template never gets a secret: what it shows of the caller is name, roles and instansi.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.unit_kerja.instansi import Instansi, daftar_instansi
from sync_api.konsol import kata, waktu
from sync_api.konsol.keadaan import JALUR_KONSOL, keadaan_konsol
from sync_api.konsol.keamanan import BIDANG_CSRF, BIDANG_KUNCI, Akses, token_csrf
from sync_api.konsol.sekali import kunci_formulir

_DI_SINI = Path(__file__).parent
FOLDER_STATIK = _DI_SINI / "statik"
JENIS_STATIK: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Menu:
    """One entry of the navigation, shown to whom the scope is given (None: to everybody who is signed in).

    `kelompok` is the heading it stands under; `jalur` is below /konsol. `hanya_pegawai`: only for those who are here
    for themselves.
    """

    kelompok: str
    judul: str
    jalur: str
    scope: str | None
    hanya_pegawai: bool = False


@dataclass(frozen=True, slots=True)
class Statik:
    """One file served as it is. Its address has its hash, so a browser may keep it for ever."""

    isi: bytes
    jenis_media: str
    sidik: str


def _muat_statik() -> dict[str, Statik]:
    hasil = {}
    for berkas in sorted(FOLDER_STATIK.iterdir()):
        if berkas.suffix in JENIS_STATIK:
            isi = berkas.read_bytes()
            hasil[berkas.name] = Statik(isi, JENIS_STATIK[berkas.suffix], hashlib.sha256(isi).hexdigest()[:16])
    return hasil


STATIK = _muat_statik()


def alamat(jalur: str, **kueri: Any) -> str:
    """The address of a path below /konsol, with the query parameters that are not empty; lists repeat their key."""
    isi = {k: v for k, v in kueri.items() if v not in (None, "", (), [])}
    return f"{JALUR_KONSOL}{jalur}" + (f"?{urlencode(isi, doseq=True)}" if isi else "")


def alamat_statik(nama: str) -> str:
    return f"{JALUR_KONSOL}/statik/{STATIK[nama].sidik}/{nama}"


def _lingkungan() -> Environment:
    lingkungan = Environment(
        loader=FileSystemLoader(_DI_SINI / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    lingkungan.filters |= {
        "angka": waktu.angka,
        "tanggal": waktu.tanggal,
        "hari_bulan": waktu.hari_bulan,
        "waktu": waktu.waktu,
        "waktu_pendek": waktu.waktu_pendek,
        "jam": waktu.jam,
        "lama": waktu.lama,
        "sebut": kata.sebut,
    }
    lingkungan.globals |= {
        "alamat": alamat,
        "statik": alamat_statik,
        "kata": kata,
        "persen": waktu.persen,
        "singkatan_zona": waktu.singkatan_zona,
        "BIDANG_CSRF": BIDANG_CSRF,
        "BIDANG_KUNCI": BIDANG_KUNCI,
    }
    return lingkungan


TEMPLAT = _lingkungan()


class Formulir:
    """What every form of one page carries; called, it gives the token against forgery. `kunci`: the one-time key, which
    a page that answers a form takes over from it, so that a form and the question after it are one."""

    def __init__(self, akses: Akses | None) -> None:
        self._akses = akses
        self.kunci = (kunci_formulir(akses.isian) if akses is not None else None) or kunci_baru()

    def __call__(self) -> str:
        if self._akses is None:
            raise ValueError("formulir memerlukan sesi")
        return token_csrf(self._akses.keadaan, self._akses.keadaan.sesi or self._akses.sesi)


def kunci_baru() -> str:
    """A one-time key that nobody can guess."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Bingkai:
    """What the frame says of the caller. `instansi`: the one they are in; None: several, and none chosen."""

    nama: str
    peran: str
    instansi: Instansi | None
    bisa_pilih: bool

    @property
    def zona(self) -> str:
        return self.instansi.zona_waktu if self.instansi else waktu.ZONA_BAWAAN


async def bingkai(akses: Akses) -> Bingkai:
    """Who is here and in which instansi; names of instansi only of those the token reaches."""
    async with akses.konteks.baca() as conn:
        daftar = await daftar_instansi(conn, akses.jangkauan, batas=2)
    milik = akses.pemanggil.instansi
    return Bingkai(
        nama=akses.sesi.nama or akses.pemanggil.sub,
        peran=", ".join(kata.sebut(p, kata.PERAN) for p in sorted(akses.pemanggil.peran)) or "Tanpa peran",
        instansi=daftar[0] if len(daftar) == 1 else None,
        bisa_pilih="ADMIN_BKN" in akses.pemanggil.peran or (milik is not None and len(milik) > 1),
    )


async def halaman(akses: Akses, templat: str, *, status: int = 200, **isi: Any) -> Response:
    """A whole page. The template extends bingkai.html; besides `isi` it knows `akses`, `bingkai`, `csrf()`, `kilas`,
    `zona` and `nama_sumber`."""
    siapa = isi.pop("bingkai", None) or await bingkai(akses)
    return HTMLResponse(_susun(akses.request, templat, akses=akses, bingkai=siapa, zona=siapa.zona, **isi), status)


async def potongan(akses: Akses, templat: str, **isi: Any) -> Response:
    """A part of a page, for live refresh: without frame and messages."""
    siapa = isi.pop("bingkai", None) or await bingkai(akses)
    umum = {"akses": akses, "bingkai": siapa, "zona": siapa.zona, "csrf": Formulir(akses)}
    return HTMLResponse(TEMPLAT.get_template(templat).render(**_umum(akses.request), **umum, **isi))


def halaman_terbuka(request: Request, templat: str, *, status: int = 200, **isi: Any) -> Response:
    """A page for somebody who is not signed in."""
    return HTMLResponse(_susun(request, templat, akses=None, bingkai=None, zona=waktu.ZONA_BAWAAN, **isi), status)


def pindah(jalur: str, **kueri: Any) -> Response:
    """On to another screen after a write (303), so that reloading does not repeat it."""
    return RedirectResponse(alamat(jalur, **kueri), 303)


def _susun(request: Request, templat: str, *, akses: Akses | None, **isi: Any) -> str:
    keadaan = keadaan_konsol(request)
    jalur = request.url.path.removeprefix(JALUR_KONSOL)
    return TEMPLAT.get_template(templat).render(
        **_umum(request),
        akses=akses,
        menu=menu_untuk(akses) if akses is not None else {},
        jalur_kini=jalur,
        jalur_penuh=_jalur_penuh(request),
        kilas=keadaan.ambil_kilas(),
        csrf=Formulir(akses),
        **isi,
    )


def _jalur_penuh(request: Request) -> str:
    """Where a choice in the frame leads back to; a page that answered a form has no address of its own."""
    if request.method != "GET":
        return f"{JALUR_KONSOL}/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _umum(request: Request) -> dict[str, Any]:
    return {"nama_sumber": keadaan_konsol(request).perangkat.settings.nama_sumber}


def menu_untuk(akses: Akses) -> dict[str, list[Menu]]:
    """The navigation of this caller, by heading."""
    daftar: tuple[Menu, ...] = akses.request.app.state.menu
    hasil: dict[str, list[Menu]] = {}
    for satu in daftar:
        if satu.scope is not None and not akses.boleh(satu.scope):
            continue
        if satu.hanya_pegawai and akses.pemanggil.nip is None:
            continue
        hasil.setdefault(satu.kelompok, []).append(satu)
    return hasil


def ada_layar(akses: Akses, jalur: str) -> bool:
    """Whether the caller has a screen at that path, so that a page links only to what can be opened."""
    return any(satu.jalur == jalur for daftar in menu_untuk(akses).values() for satu in daftar)
