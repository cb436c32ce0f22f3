"""The local development issuer "sinkro-lokal": one key pair in a file of the data directory, tokens signed with it.

Only trusted when no real issuer is configured. The key file is made whole and private (0600) or not at all, and two
processes that make it at once end with the same key.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

PENERBIT_LOKAL = "sinkro-lokal"
ALGORITMA_LOKAL = "ES256"
# Where the application serves the issuer's pages.
JALUR_PENERBIT_LOKAL = "/penerbit-lokal"
NAMA_BERKAS = "kunci-penerbit-lokal.json"


def terbitkan_token(
    data_dir: Path,
    *,
    peran: Sequence[str],
    instansi_id: str | Sequence[str] | None = None,
    nip: str | None = None,
    scope: str | None = None,
    berlaku: timedelta = timedelta(hours=1),
    sub: str | None = None,
    audiens: str = "sinkro",
    penerbit: str = PENERBIT_LOKAL,
) -> str:
    """A signed token of the local issuer. Claims that are not given are absent. `sub` defaults to the roles' names,
    never to the NIP."""
    kini = int(time.time())
    klaim: dict[str, Any] = {
        "iss": penerbit,
        "aud": audiens,
        "sub": sub if sub is not None else "lokal-" + "-".join(p.lower() for p in peran),
        "iat": kini,
        "nbf": kini,
        "exp": kini + int(berlaku.total_seconds()),
        "jti": secrets.token_hex(8),
        "peran": list(peran),
    }
    if instansi_id is not None:
        klaim["instansi_id"] = instansi_id if isinstance(instansi_id, str) else list(instansi_id)
    if nip is not None:
        klaim["nip"] = nip
    if scope is not None:
        klaim["scope"] = scope
    return _tanda_tangani(data_dir, klaim)


def terbitkan_id_token(
    data_dir: Path,
    *,
    sub: str,
    klien: str,
    nonce: str | None,
    nama: str,
    berlaku: timedelta,
    penerbit: str = PENERBIT_LOKAL,
) -> str:
    """A signed ID token for the client `klien`: who signed in, for display; it opens nothing at the API."""
    kini = int(time.time())
    klaim: dict[str, Any] = {
        "iss": penerbit,
        "aud": klien,
        "sub": sub,
        "iat": kini,
        "auth_time": kini,
        "exp": kini + int(berlaku.total_seconds()),
        "name": nama,
    }
    if nonce is not None:
        klaim["nonce"] = nonce
    return _tanda_tangani(data_dir, klaim)


def nama_samar(data_dir: Path, teks: str) -> str:
    """A short name for a text (a NIP), always the same for this issuer and of no use for guessing the text."""
    kunci = _kunci(data_dir).as_dict(private=True)
    return hmac.new(str(kunci["d"]).encode(), teks.encode(), hashlib.sha256).hexdigest()[:16]


def jwks_lokal(data_dir: Path) -> dict[str, Any]:
    """The public half as a JWKS document; makes the key pair when there is none yet."""
    kunci = _kunci(data_dir)
    return {"keys": [{**kunci.as_dict(private=False), "alg": ALGORITMA_LOKAL, "use": "sig"}]}


def _tanda_tangani(data_dir: Path, klaim: dict[str, Any]) -> str:
    kunci = _kunci(data_dir)
    return jwt.encode({"alg": ALGORITMA_LOKAL, "kid": kunci.kid}, klaim, kunci, algorithms=[ALGORITMA_LOKAL])


def _kunci(data_dir: Path) -> ECKey:
    berkas = data_dir / NAMA_BERKAS
    if not berkas.exists():
        _buat(berkas)
    try:
        return ECKey.import_key(json.loads(berkas.read_text(encoding="ascii")))
    except (JoseError, KeyError, TypeError) as galat:
        raise ValueError(f"{berkas.name} rusak") from galat


def _buat(berkas: Path) -> None:
    kunci = ECKey.generate_key("P-256", auto_kid=True)
    berkas.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sementara = berkas.with_name(f".{berkas.name}.{os.getpid()}.{secrets.token_hex(8)}")
    pegangan = os.open(sementara, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(pegangan, "w", encoding="ascii") as tulis:
            json.dump(kunci.as_dict(private=True), tulis)
            tulis.flush()
            os.fsync(tulis.fileno())
        # A hard link does not replace: whoever comes second takes the key that is there.
        with contextlib.suppress(FileExistsError):
            os.link(sementara, berkas)
    finally:
        sementara.unlink()
