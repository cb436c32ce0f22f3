"""What every endpoint of the local issuer shares, and how it is addressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from starlette.requests import Request

from services.identitas.masuk import asal
from services.konteks import Konteks
from sync_api.penerbit_lokal.permintaan import KlienTerdaftar
from sync_api.penerbit_lokal.simpanan import Simpanan


@dataclass(frozen=True, slots=True)
class Tempat:
    """One issuer: its name, its key's folder, its clients, the audience and life of its access tokens."""

    penerbit: str
    data_dir: Path
    audiens: str
    klien: tuple[KlienTerdaftar, ...]
    konteks: Callable[[], Konteks]
    simpanan: Simpanan
    masa_token: timedelta = timedelta(hours=1)


def akar(request: Request) -> str:
    """The path under which the issuer is mounted."""
    jalur: str = request.scope.get("root_path", "")
    return jalur.rstrip("/")


def asal_permintaan(request: Request) -> str:
    """Scheme and host this request came to; the host was proven to be this machine."""
    return asal(str(request.url))
