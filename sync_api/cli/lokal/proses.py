"""Child processes that end with their parent.

Invariant: a child started here is gone when its parent is, also when the parent was killed with -9 (Linux: the kernel
sends the death signal; elsewhere only a clean end takes the children along). Start children from the main thread: the
kernel watches the thread that started them, not the process.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from sync_api.cli.lokal import peluncur

LOOPBACK = "127.0.0.1"


class GagalMulai(Exception):
    """A child did not come up; the text says which, why, and where its log is."""


@cache
def identitas_server() -> str:
    """How a server that refuses root (PostgreSQL) is started by this user: one of the names in `peluncur`."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return peluncur.BIASA
    return peluncur.RUANG_PENGGUNA if _ruang_pengguna_boleh() else peluncur.NOBODY


def _ruang_pengguna_boleh() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    percobaan = subprocess.run(
        perintah([sys.executable, "-I", "-S", "-c", "pass"], signal.SIGKILL, peluncur.RUANG_PENGGUNA),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return percobaan.returncode == 0


def perintah(argv: Sequence[str], sinyal_yatim: signal.Signals, identitas: str) -> list[str]:
    """The command that starts `argv` through `peluncur`: for those who drive the process themselves."""
    depan = [sys.executable, "-I", "-S", peluncur.__file__, str(os.getpid()), str(int(sinyal_yatim)), identitas]
    return [*depan, argv[0], *argv]


def luncurkan(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    sinyal_yatim: signal.Signals = signal.SIGKILL,
    identitas: str = peluncur.BIASA,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts `argv` (its first item an absolute path) as a child that ends with us; output is appended to `log`."""
    keluaran = log.open("ab") if log is not None else None
    try:
        return subprocess.Popen(
            perintah(argv, sinyal_yatim, identitas),
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=keluaran or subprocess.DEVNULL,
            stderr=subprocess.STDOUT if keluaran else subprocess.DEVNULL,
            cwd=cwd,
        )
    finally:
        if keluaran:
            keluaran.close()


def akhiri(proses: subprocess.Popen[bytes], sinyal: signal.Signals = signal.SIGTERM, batas: float = 10.0) -> None:
    """Ends a child: `sinyal` first, SIGKILL when it is still there after `batas` seconds. A dead child is fine."""
    if proses.poll() is None:
        with suppress(ProcessLookupError):
            proses.send_signal(sinyal)
    try:
        proses.wait(batas)
    except subprocess.TimeoutExpired:
        proses.kill()
        proses.wait()


def tunggu_tuntas(anak: subprocess.Popen[bytes], batas: float = 5.0) -> int:
    """Waits for a child that starts children of its own and gives its exit code. When the waiting is broken off, all of
    them are killed and gone, at the latest after `batas` seconds, before the interruption goes on."""
    try:
        return anak.wait()
    except BaseException:
        # `peluncur` makes it the leader of a group; right after the start it may not be one yet, nor have children.
        anak.kill()
        anak.wait()
        tenggat = time.monotonic() + batas
        with suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < tenggat:
                os.killpg(anak.pid, signal.SIGKILL)
                time.sleep(0.01)
        raise


def sebab_berakhir(kode: int) -> str:
    """An exit code of Popen in words for people: a signal's name or the code."""
    if kode >= 0:
        return f"kode keluar {kode}"
    try:
        return f"sinyal {signal.Signals(-kode).name}"
    except ValueError:
        return f"sinyal {-kode}"


def porta_bebas() -> int:
    """A TCP port of the loopback that nobody uses just now."""
    with socket.socket() as soket:
        soket.bind((LOOPBACK, 0))
        return int(soket.getsockname()[1])


def porta_terpakai(porta: int) -> bool:
    """Whether somebody listens on (or holds) this loopback port."""
    with socket.socket() as soket:
        soket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            soket.bind((LOOPBACK, porta))
        except OSError:
            return True
    return False


def porta_tersimpan(berkas: Path, tunggu_lepas: float = 5.0) -> int:
    """The port this data directory used before, so addresses stay valid after a restart; a new one if it is taken."""
    with suppress(OSError, ValueError):
        lama = int(berkas.read_text())
        # A server whose supervisor was killed a moment ago is still on its way out.
        tenggat = time.monotonic() + tunggu_lepas
        while (terpakai := porta_terpakai(lama)) and time.monotonic() < tenggat:
            time.sleep(0.05)
        if not terpakai:
            return lama
    baru = porta_bebas()
    tulis_rahasia(berkas, str(baru))
    return baru


def sandi_tersimpan(berkas: Path) -> str:
    """The password kept in this 0600 file, made at the first call."""
    with suppress(OSError):
        if sandi := berkas.read_text().strip():
            return sandi
    sandi = secrets.token_urlsafe(24)
    tulis_rahasia(berkas, sandi)
    return sandi


def tulis_rahasia(berkas: Path, isi: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    sementara = berkas.with_name(berkas.name + ".baru")
    sementara.unlink(missing_ok=True)
    with os.fdopen(os.open(sementara, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as aliran:
        aliran.write(isi)
    sementara.replace(berkas)


def tunggu(proses: subprocess.Popen[bytes], nama: str, log: Path, siap: Callable[[], bool], batas: float) -> None:
    """Waits until `siap()`; raises GagalMulai when the child ends or `batas` seconds pass first."""
    tenggat = time.monotonic() + batas
    while not siap():
        if (kode := proses.poll()) is not None:
            raise GagalMulai(f"{nama} berhenti saat mulai ({sebab_berakhir(kode)}), lihat {log}")
        if time.monotonic() > tenggat:
            raise GagalMulai(f"{nama} belum siap setelah {batas:.0f} detik, lihat {log}")
        time.sleep(0.01)
