"""`sinkro lokal` with its real processes: one line when ready, what dies comes back, nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_api.cli.lokal.anak import menjawab
from sync_api.cli.lokal.proses import porta_bebas
from tests.support.pengamat_proses import hidup, keturunan, tunggu_sampai

AKAR = Path(__file__).parents[2]


@pytest.fixture
def porta() -> int:
    return porta_bebas()


@pytest.fixture
def lokal(tmp_path: Path, porta: int, pg_sistem: bool) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "milik-orang-lain.txt").write_text("tetap")
    with (tmp_path / "galat.txt").open("w") as galat:
        proses = subprocess.Popen(
            [sys.executable, "-m", "sync_api.cli", "lokal", "--port", str(porta), "--data-dir", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=galat,
            text=True,
            cwd=AKAR,
            env={**os.environ, "SINKRO_PG": "sistem" if pg_sistem else "wheel"},
        )
    with proses:
        assert proses.stdout is not None
        siap = proses.stdout.readline()
        try:
            assert siap == f"SIAP http://127.0.0.1:{porta}\n", (tmp_path / "galat.txt").read_text()
            yield proses
        finally:
            proses.kill()


def _pekerja(pid_induk: int) -> set[int]:
    """Workers among the descendants; a launcher that has not become one yet does not count."""
    hasil = set()
    for pid in keturunan(pid_induk):
        perintah = _baris_perintah(pid)
        if "sinkro worker" in perintah and "peluncur" not in perintah:
            hasil.add(pid)
    return hasil


def _baris_perintah(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_lokal_dari_siap_sampai_selesai(lokal: subprocess.Popen[str], tmp_path: Path, porta: int) -> None:
    assert menjawab(f"http://127.0.0.1:{porta}/healthz")()
    assert tunggu_sampai(lambda: len(_pekerja(lokal.pid)) == 1)
    (lama,) = _pekerja(lokal.pid)
    os.kill(lama, signal.SIGKILL)
    assert tunggu_sampai(lambda: bool(_pekerja(lokal.pid) - {lama}))
    assert tunggu_sampai(lambda: "worker berhenti (sinyal SIGKILL)" in (tmp_path / "galat.txt").read_text())

    anak = keturunan(lokal.pid)
    lokal.send_signal(signal.SIGTERM)
    assert lokal.wait(20) == 0
    assert not any(map(hidup, anak))
    assert lokal.stdout is not None
    assert lokal.stdout.read() == ""
    assert (tmp_path / "milik-orang-lain.txt").read_text() == "tetap"


def test_lokal_yang_dibunuh_tidak_meninggalkan_proses(lokal: subprocess.Popen[str]) -> None:
    anak = keturunan(lokal.pid)
    assert len(anak) >= 8
    lokal.kill()
    lokal.wait()
    assert tunggu_sampai(lambda: not any(map(hidup, anak)))
