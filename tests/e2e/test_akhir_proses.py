"""How `sinkro lokal` ends: by Ctrl-C, by -9, in the middle of its start, and not at all when it cannot begin."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sync_api.cli.lokal.proses import porta_bebas
from tests.support.layanan_nyata import AKAR, akhiri, luncurkan, tunggu_siap


async def test_kapan_pun_tidak_ada_yang_tertinggal(tmp_path: Path, pg_sistem: bool) -> None:
    """In the middle of the start (initdb, say) and of a bulk, by -9 and by Ctrl-C, on one folder: every process goes,
    Ctrl-C ends with exit code 0, and the next start works. Before the signals are taken over it ends by the signal, or
    as Python ends that is interrupted in its own start."""
    porta = porta_bebas()
    for jeda, sinyal in ((0.2, signal.SIGINT), (1.0, signal.SIGKILL), (2.5, signal.SIGINT)):
        layanan = luncurkan(tmp_path, porta=porta, pg_sistem=pg_sistem)
        await asyncio.sleep(jeda)
        kode, sisa = await akhiri(layanan, sinyal)
        assert sisa == set()
        if sinyal is signal.SIGINT:
            mulai = "Log tiap proses" in layanan.stderr
            assert kode in ({0} if mulai else {0, 1, 130, -signal.SIGINT}), layanan.stderr
            assert "Traceback" not in layanan.stderr or "/sync_api/" not in layanan.stderr, layanan.stderr

    for sinyal, kode_akhir in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 0)):
        layanan = luncurkan(tmp_path, "--contoh", "20", "--demo", "--pekerja", "2", porta=porta, pg_sistem=pg_sistem)
        try:
            await tunggu_siap(layanan)
            # SIAP means that somebody hears the button.
            assert len(layanan.pid("worker")) == 2
        finally:
            kode, sisa = await akhiri(layanan, sinyal)
        assert sisa == set()
        assert kode == kode_akhir
        assert "Traceback" not in layanan.stderr


async def _gagal(tmp_path: Path, *argumen: str, porta: int, pg_sistem: bool) -> str:
    """What a start that must fail says: exit code 1, one line, nothing on standard output."""
    layanan = luncurkan(tmp_path, *argumen, porta=porta, pg_sistem=pg_sistem)
    mulai = time.monotonic()
    while layanan.proses.poll() is None:
        assert time.monotonic() - mulai < 10
        await asyncio.sleep(0.05)
    assert layanan.proses.returncode == 1, layanan.stderr
    assert layanan.stdout == ""
    (baris,) = layanan.stderr.splitlines()
    return baris


async def test_porta_terpakai(tmp_path: Path, pg_sistem: bool) -> None:
    with socket.socket() as soket:
        soket.bind(("127.0.0.1", 0))
        soket.listen()
        porta = soket.getsockname()[1]
        baris = await _gagal(tmp_path, porta=porta, pg_sistem=pg_sistem)
    assert baris == f"sinkro: Porta {porta} sudah dipakai; pilih yang lain dengan --port"


async def test_folder_data_yang_tidak_dapat_dipakai(tmp_path: Path, pg_sistem: bool) -> None:
    (tmp_path / "sinkro-lokal").write_text("sebuah berkas")
    baris = await _gagal(tmp_path, porta=porta_bebas(), pg_sistem=pg_sistem)
    assert baris.startswith("sinkro: Folder data ")


@pytest.mark.parametrize("modul", ["typer", "pydantic_settings"])
def test_ctrl_c_saat_mengimpor_tidak_tertelan(tmp_path: Path, modul: str) -> None:
    """Weak references swallow what a signal raises in their callbacks, and the import system has many of them."""
    (tmp_path / f"{modul}.py").write_text(
        "import os, signal, weakref\n"
        "class Benda: pass\n"
        "benda = Benda()\n"
        "rujukan = weakref.ref(benda, lambda _: os.kill(os.getpid(), signal.SIGINT))\n"
        "del benda\n"
        "os._exit(7)\n"
    )
    hasil = subprocess.run(
        [sys.executable, "-m", "sync_api.cli.sinkro", "lokal", "--data-dir", str(tmp_path / "data")],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{AKAR}"},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert hasil.returncode == -signal.SIGINT, hasil.stderr
