"""`python -m sync_api.openapi_berkas [--periksa]`: the committed contract, docs/openapi.json.

Invariant: the file is what the application says, and writing it breaks no client of the file that was there, unless
the major version of the contract grows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.settings import Settings
from sync_api.app import create_app
from sync_api.openapi_beda import mayor, perubahan_merusak

BERKAS = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def dokumen_aplikasi() -> dict[str, Any]:
    """The document of the application, which is not started for it."""
    with TemporaryDirectory() as folder:
        pengaturan = Settings(database_url="postgresql://a@b/c", redis_url="redis://b", data_dir=Path(folder))
        return create_app(pengaturan).openapi()


def teks(dokumen: dict[str, Any]) -> str:
    """As it is stored: the same for the same document, one line per member so that changes can be reviewed."""
    return json.dumps(dokumen, ensure_ascii=False, indent=1) + "\n"


def utama(argumen: Sequence[str]) -> int:
    """Writes the file, or with `--periksa` only looks; exit code 1 says why on standard error."""
    baru = dokumen_aplikasi()
    lama = json.loads(BERKAS.read_text(encoding="utf-8")) if BERKAS.exists() else None
    rusak = [] if lama is None or mayor(baru) > mayor(lama) else perubahan_merusak(lama, baru)
    if rusak:
        _galat("perubahan ini merusak klien yang ada; naikkan versi mayor kontrak atau batalkan:", *rusak)
        return 1
    if "--periksa" in argumen:
        if lama is None or teks(baru) != BERKAS.read_text(encoding="utf-8"):
            _galat(f"docs/{BERKAS.name} tidak sama dengan aplikasi; jalankan ./dev openapi")
            return 1
        return 0
    BERKAS.write_text(teks(baru), encoding="utf-8")
    return 0


def _galat(*baris: str) -> None:
    sys.stderr.write("".join(f"{satu}\n" for satu in baris))


if __name__ == "__main__":
    sys.exit(utama(sys.argv[1:]))
