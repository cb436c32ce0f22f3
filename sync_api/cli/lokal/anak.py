"""One `sinkro ...` command as a child process: API, worker, sandbox, or a short command that is waited for.

Invariant: the command line shows what it is (`... sync_api.cli.sinkro worker`), secrets travel in the environment only.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sync_api.cli.lokal import proses

AKAR = Path(__file__).resolve().parents[3]
_MODUL = "sync_api.cli.sinkro"


def argv_sinkro(*argumen: str) -> list[str]:
    """The argument list that runs `sinkro ARGS` with this Python."""
    return [sys.executable, "-m", _MODUL, *argumen]


def lingkungan(tambahan: Mapping[str, str]) -> dict[str, str]:
    """Our environment plus `tambahan`; the child finds our packages wherever it is started."""
    jalur = os.pathsep.join(filter(None, [str(AKAR), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": jalur, "PYTHONUNBUFFERED": "1", **tambahan}


class AnakSinkro:
    """A long-running command. `siap` says when it is up (None: as soon as it runs); `batas` seconds are allowed."""

    def __init__(
        self,
        nama: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        siap: Callable[[], bool] | None = None,
        batas: float = 60.0,
    ) -> None:
        self._nama = nama
        self._argv = list(argv)
        self._env = dict(env)
        self._log = log
        self._siap = siap
        self._batas = batas
        self._proses: subprocess.Popen[bytes] | None = None

    @property
    def nama(self) -> str:
        """What people call it in messages."""
        return self._nama

    @property
    def proses(self) -> subprocess.Popen[bytes] | None:
        """The child, if started."""
        return self._proses

    def mulai(self) -> subprocess.Popen[bytes]:
        """Starts the child and waits until it is up. Raises GagalMulai."""
        anak = self.mulai_lagi()
        if self._siap is not None:
            self.tunggu_siap(self._siap)
        return anak

    def tunggu_siap(self, siap: Callable[[], bool]) -> None:
        """Waits until a child that runs is up. Raises GagalMulai, and the child is gone."""
        if self._proses is None:
            return
        try:
            proses.tunggu(self._proses, self._nama, self._log, siap, self._batas)
        except proses.GagalMulai:
            proses.akhiri(self._proses, signal.SIGKILL)
            raise

    def mulai_lagi(self) -> subprocess.Popen[bytes]:
        """Starts the child without waiting: what it depends on may be down as well, and is watched meanwhile."""
        self._proses = proses.luncurkan(self._argv, env=self._env, log=self._log)
        return self._proses

    def berhenti(self) -> None:
        """Asks it to end and waits a little; work in progress is leased and taken up again by others."""
        if self._proses is not None:
            proses.akhiri(self._proses, signal.SIGTERM, 6)


def jalankan_sekali(nama: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
    """Runs a short command to its end. Raises GagalMulai with its last line when it fails."""
    awal = log.stat().st_size if log.exists() else 0
    anak = proses.luncurkan(argv, env=env, log=log)
    if (kode := proses.tunggu_tuntas(anak)) != 0:
        baris = log.read_bytes()[awal:].decode(errors="replace").strip().splitlines()
        akhir = f": {baris[-1]}" if baris else ""
        raise proses.GagalMulai(f"{nama} gagal ({proses.sebab_berakhir(kode)}){akhir} (lihat {log})")


def menjawab(url: str) -> Callable[[], bool]:
    """A readiness check: a GET of this address answers 200."""

    # No proxy of the environment stands between us and our own loopback.
    pembuka = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def siap() -> bool:
        with suppress(OSError, http.client.HTTPException), pembuka.open(url, timeout=5) as jawaban:
            return bool(jawaban.status == 200)
        return False

    return siap


def mendengar(porta: int) -> Callable[[], bool]:
    """A readiness check: somebody listens on this loopback port."""

    def siap() -> bool:
        with suppress(OSError), socket.create_connection((proses.LOOPBACK, porta), timeout=1):
            return True
        return False

    return siap


class GemaPeringatan:
    """Repeats warnings and errors of the children's JSON logs to people, a few lines at a time."""

    _TINGKAT = frozenset({"warning", "error", "critical"})
    _PALING_BANYAK = 5

    def __init__(self, lapor: Callable[[str], None], berkas: Mapping[str, Path]) -> None:
        self._lapor = lapor
        self._berkas = dict(berkas)
        self._letak = {nama: p.stat().st_size if p.exists() else 0 for nama, p in self._berkas.items()}

    def __call__(self) -> None:
        for nama, berkas in self._berkas.items():
            pesan = [p for p in map(self._pesan, self._baris_baru(nama, berkas)) if p]
            for satu in pesan[: self._PALING_BANYAK]:
                self._lapor(f"[{nama}] {satu}")
            if (sisa := len(pesan) - self._PALING_BANYAK) > 0:
                self._lapor(f"[{nama}] dan {sisa} peringatan lain, lihat {berkas}")

    def _baris_baru(self, nama: str, berkas: Path) -> list[bytes]:
        try:
            with berkas.open("rb") as aliran:
                aliran.seek(self._letak[nama])
                isi = aliran.read(1 << 20)
        except OSError:
            return []
        # A line still being written is read at the next turn, unless it alone fills the whole read.
        akhir = isi.rfind(b"\n") + 1 or (len(isi) if len(isi) == 1 << 20 else 0)
        self._letak[nama] += akhir
        return isi[:akhir].splitlines()

    def _pesan(self, baris: bytes) -> str | None:
        with suppress(ValueError):
            catatan = json.loads(baris)
            if isinstance(catatan, dict) and str(catatan.get("level", "")).lower() in self._TINGKAT:
                return str(catatan.get("event", ""))[:300]
        return None
