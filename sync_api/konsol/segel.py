"""Sealing of what the browser keeps for us: encrypted and authenticated, each purpose under a key of its own.

Invariant: what `buka` gives was made by `tutup` for the same purpose with the same secret; everything else is None.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from services.settings import Settings

NAMA_BERKAS = "kunci-konsol"
_ALGORITMA = ["dir", "A256GCM"]
_PANJANG_KUNCI = 32


class Segel:
    """Seals under keys derived from one secret."""

    def __init__(self, rahasia: bytes) -> None:
        if len(rahasia) < _PANJANG_KUNCI:
            raise ValueError("rahasia konsol terlalu pendek")
        self._rahasia = hashlib.sha256(rahasia).digest()

    def kunci(self, tujuan: str) -> bytes:
        """The key of one purpose; knowing it tells nothing about the others."""
        return hmac.digest(self._rahasia, f"sinkro-konsol|{tujuan}".encode(), "sha256")

    def tutup(self, tujuan: str, isi: bytes) -> str:
        """A compact JWE (A256GCM), safe in a cookie, a form and a URL."""
        kunci = OctKey.import_key(self.kunci(tujuan))
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, isi, kunci, algorithms=_ALGORITMA)

    def buka(self, tujuan: str, teks: str) -> bytes | None:
        """What was sealed for this purpose; None for anything else."""
        kunci = OctKey.import_key(self.kunci(tujuan))
        try:
            return jwe.decrypt_compact(teks.encode("ascii"), kunci, algorithms=_ALGORITMA).plaintext
        # Besides its own errors the library lets through what broken base64 and JSON raise.
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            return None


def segel_dari_pengaturan(settings: Settings) -> Segel | None:
    """By SINKRO_KONSOL_RAHASIA; beside the local development issuer by a file of the data directory. None when there is
    neither: then there is no console."""
    if settings.konsol_rahasia is not None:
        return Segel(settings.konsol_rahasia.get_secret_value().encode())
    if settings.penerbit_lokal and settings.data_dir is not None:
        return Segel(_rahasia_berkas(settings.data_dir / NAMA_BERKAS))
    return None


def _rahasia_berkas(berkas: Path) -> bytes:
    """The secret of the file, which is made whole and private (0600) or not at all; two processes that make it at once
    end with the same one."""
    if not berkas.exists():
        berkas.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sementara = berkas.with_name(f".{berkas.name}.{os.getpid()}.{secrets.token_hex(8)}")
        pegangan = os.open(sementara, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(pegangan, "w", encoding="ascii") as tulis:
                tulis.write(secrets.token_urlsafe(48))
                tulis.flush()
                os.fsync(tulis.fileno())
            # A hard link does not replace: whoever comes second takes the secret that is there.
            with contextlib.suppress(FileExistsError):
                os.link(sementara, berkas)
        finally:
            sementara.unlink()
    return berkas.read_bytes()
