"""How `sinkro lokal` ends: by Ctrl-C, by -9, in the middle of its start, and not at all when it cannot begin."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from pathlib import Path

from sync_api.cli.lokal.proses import porta_bebas
from tests.support.layanan_nyata import akhiri, luncurkan, tunggu_siap


async def test_kapan_pun_tidak_ada_yang_tertinggal(tmp_path: Path, pg_sistem: bool) -> None:
    """In the middle of the start (initdb, say) and of a bulk, by -9 and by Ctrl-C, on one folder: every process goes,
    Ctrl-C ends with exit code 0, and the next start works. Before the signals are taken over the exit code is the
    shell's usual 130."""
    porta = porta_bebas()
    for jeda, sinyal in ((0.2, signal.SIGINT), (1.0, signal.SIGKILL), (2.5, signal.SIGINT)):
        layanan = luncurkan(tmp_path, porta=porta, pg_sistem=pg_sistem)
        await asyncio.sleep(jeda)
        kode, sisa = await akhiri(layanan, sinyal)
        assert sisa == set()
        if sinyal is signal.SIGINT:
            bersih = {0} if "Log tiap proses" in layanan.stderr else {0, 130, -signal.SIGINT}
            assert kode in bersih, layanan.stderr
            assert "Traceback" not in layanan.stderr or kode == -signal.SIGINT

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
