"""An OIDC issuer as a real process on loopback: discovery and keys over HTTP, from files that the test writes.

Invariant: the private keys stay with the test; the process serves documents, counts requests and knows nothing else.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

PENEMUAN, JWKS = "/.well-known/openid-configuration", "/jwks"
_BERKAS = {PENEMUAN: "penemuan", JWKS: "jwks"}
_ALGORITMA = {RSAKey: "RS256", ECKey: "ES256", OKPKey: "EdDSA"}

Kunci = RSAKey | ECKey | OKPKey


@dataclass(slots=True)
class PenerbitNyata:
    """One issuer. Its port stays the same over `berhenti` and `mulai`, so its name does too."""

    folder: Path
    porta: int
    kunci: list[Kunci] = field(default_factory=list)
    _proses: subprocess.Popen[bytes] | None = None

    @property
    def iss(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    @property
    def alamat_jwks(self) -> str:
        return self.iss + JWKS

    def terbitkan_kunci(self, *kunci: Kunci) -> None:
        """From now on exactly these keys are published."""
        self.kunci = list(kunci)
        self.tulis(JWKS, {"keys": [k.as_dict(private=False) for k in kunci]})

    def tulis(self, jalur: str, isi: Any, *, status: int = 200, tujuan: str | None = None) -> None:
        """What the issuer answers at the path: JSON, or bytes as they are."""
        mentah = isi if isinstance(isi, bytes) else json.dumps(isi).encode()
        kepala = json.dumps({"status": status, "tujuan": tujuan}).encode()
        baru = self.folder / f"{_BERKAS[jalur]}.baru"
        baru.write_bytes(kepala + b"\n" + mentah)
        baru.replace(self.folder / _BERKAS[jalur])

    def tulis_penemuan(self, **lain: Any) -> None:
        dokumen = {
            "issuer": self.iss,
            "jwks_uri": self.alamat_jwks,
            "authorization_endpoint": f"{self.iss}/otorisasi",
            "token_endpoint": f"{self.iss}/token",
        }
        self.tulis(PENEMUAN, dokumen | lain)

    def token(self, kunci: Kunci | None = None, kepala: dict[str, Any] | None = None, **klaim: Any) -> str:
        """A token signed with one of the keys; a claim given as None is left out."""
        tanda = kunci if kunci is not None else self.kunci[0]
        alg = _ALGORITMA[type(tanda)]
        kini = int(time.time())
        isi = {
            "iss": self.iss,
            "aud": "sinkro",
            "sub": "seseorang",
            "iat": kini,
            "exp": kini + 600,
            "peran": ["ADMIN_BKN"],
            **klaim,
        }
        bersih = {k: v for k, v in isi.items() if v is not None}
        return jwt.encode({"alg": alg, "kid": tanda.kid} | (kepala or {}), bersih, tanda, algorithms=[alg])

    def jumlah_permintaan(self, jalur: str) -> int:
        catatan = self.folder / "permintaan"
        return catatan.read_text().splitlines().count(jalur) if catatan.exists() else 0

    def mulai(self) -> None:
        perintah = [sys.executable, __file__, str(self.porta), str(self.folder)]
        self._proses = subprocess.Popen(perintah, stdout=subprocess.PIPE)
        assert self._proses.stdout is not None
        assert self._proses.stdout.readline() == b"siap\n"

    def berhenti(self) -> None:
        if self._proses is not None:
            self._proses.kill()
            self._proses.wait()
            assert self._proses.stdout is not None
            self._proses.stdout.close()
            self._proses = None


@contextmanager
def penerbit_nyata(folder: Path, *kunci: Kunci) -> Iterator[PenerbitNyata]:
    """A running issuer that publishes these keys; default one EC key."""
    with closing(socket.socket()) as soket:
        soket.bind(("127.0.0.1", 0))
        porta = soket.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    satu = PenerbitNyata(folder, porta)
    satu.tulis_penemuan()
    satu.terbitkan_kunci(*(kunci or (kunci_ec("satu"),)))
    satu.mulai()
    try:
        yield satu
    finally:
        satu.berhenti()


def kunci_ec(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


class _Jawab(BaseHTTPRequestHandler):
    folder: Path

    def do_GET(self) -> None:
        with (self.folder / "permintaan").open("a") as catatan:
            catatan.write(self.path + "\n")
        berkas = self.folder / _BERKAS.get(self.path, "tidak-ada")
        if not berkas.exists():
            self.send_error(404)
            return
        baris, _, isi = berkas.read_bytes().partition(b"\n")
        kepala = json.loads(baris)
        self.send_response(kepala["status"])
        if kepala["tujuan"] is not None:
            self.send_header("Location", kepala["tujuan"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(isi)))
        self.end_headers()
        self.wfile.write(isi)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing: the count is in the file."""


def _layani(porta: int, folder: Path) -> None:
    _Jawab.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", porta), _Jawab) as server:
        sys.stdout.write("siap\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    _layani(int(sys.argv[1]), Path(sys.argv[2]))
