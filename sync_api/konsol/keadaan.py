"""What one request of the console carries from layer to screen: session, cookies to set, the console's own address."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from services.identitas.masuk import AlurMasuk
from services.identitas.verifikasi import Verifikator
from services.konteks import Konteks
from services.settings import Settings
from sync_api.batas.penjaga import Penjaga
from sync_api.konsol.segel import Segel
from sync_api.konsol.sesi import Sesi, potongan_kue

JALUR_KONSOL = "/konsol"
NAMA_KILAS = "sinkro_kilas"
TUJUAN_KILAS = "kilas"
_KUNCI = "sinkro.konsol"


@dataclass(frozen=True, slots=True)
class Perangkat:
    """What the console needs of its process. `konteks` and `penjaga` are there once the application has started."""

    settings: Settings
    segel: Segel
    verifikator: Verifikator
    alur: AlurMasuk
    konteks: Callable[[], Konteks]
    penjaga: Callable[[], Penjaga | None]
    jam: Callable[[], float] = time.time


@dataclass(slots=True)
class KeadaanKonsol:
    """`alamat`: scheme and host the browser knows; `sesi`: what its cookies hold, to be judged still; `kue`: cookies
    to set with the answer, by name: value, lifetime in seconds (None: until the browser closes) and path."""

    perangkat: Perangkat
    alamat: str
    sesi: Sesi | None
    kue_masuk: dict[str, str]
    kue: dict[str, tuple[str, int | None, str]] = field(default_factory=dict)

    @property
    def aman(self) -> bool:
        """Whether cookies are marked Secure: everywhere but on plain HTTP within this machine."""
        return self.alamat.startswith("https://")

    def simpan_sesi(self, sesi: Sesi | None) -> None:
        """Keeps the session in the browser from this answer on; None ends it."""
        self.sesi = sesi
        for nama, nilai in potongan_kue(self.perangkat.segel, sesi).items():
            if nilai or nama in self.kue_masuk:
                self.kue[nama] = (nilai, None if nilai else 0, "/")

    def kilas(self, nada: str, teks: str) -> None:
        """A message for the next page. `nada`: berhasil, info, peringatan or gagal."""
        isi = json.dumps([*self._kilas_tertunda(), [nada, teks]][-5:], ensure_ascii=False).encode()
        self.kue[NAMA_KILAS] = (self.perangkat.segel.tutup(TUJUAN_KILAS, isi), 120, "/")

    def ambil_kilas(self) -> list[tuple[str, str]]:
        """The messages that wait, which are shown once."""
        pesan = [(str(nada), str(teks)) for nada, teks in self._kilas_tertunda()]
        if NAMA_KILAS in self.kue_masuk:
            self.kue[NAMA_KILAS] = ("", 0, "/")
        return pesan

    def _kilas_tertunda(self) -> list[Any]:
        mentah = self.perangkat.segel.buka(TUJUAN_KILAS, self.kue_masuk.get(NAMA_KILAS, ""))
        return [] if mentah is None else list(json.loads(mentah))


def pasang_keadaan(scope: Any, keadaan: KeadaanKonsol) -> None:
    scope[_KUNCI] = keadaan


def keadaan_konsol(request: HTTPConnection) -> KeadaanKonsol:
    """The state of this request."""
    keadaan: KeadaanKonsol = request.scope[_KUNCI]
    return keadaan
