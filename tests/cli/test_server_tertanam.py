"""The embedded servers: they survive kills with data, port and password, and never outlive whoever started them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from sync_api.cli.lokal import embedded_postgres, embedded_valkey, peluncur, proses
from tests.support.pengamat_proses import hidup, keturunan, tunggu_sampai

AKAR = Path(__file__).parents[2]


def _postgres(folder: Path, pg_sistem: bool, identitas: str | None = None) -> embedded_postgres.PostgresTertanam:
    return embedded_postgres.PostgresTertanam(
        folder,
        biner=embedded_postgres.cari_biner(sistem=pg_sistem),
        log=folder / "postgres.log",
        identitas=identitas,
    )


def _hak(berkas: Path) -> int:
    return berkas.stat().st_mode & 0o777


def _proc(pid: int, nama: str) -> str:
    return Path(f"/proc/{pid}/{nama}").read_text()


async def _tanya(url: str, perintah: str) -> object:
    koneksi = await asyncpg.connect(url)
    try:
        return await koneksi.fetchval(perintah)
    finally:
        await koneksi.close()


async def test_postgres_tetap_sama_setelah_dibunuh(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    try:
        server.mulai()
        url = server.url()
        await _tanya(url, "CREATE TABLE t AS SELECT 42 AS n")
        assert server.proses is not None
        server.proses.kill()
        server.proses.wait()
        server.mulai()
        assert server.url() == url
        assert await _tanya(url, "SELECT n FROM t") == 42
    finally:
        server.berhenti()
    lagi = _postgres(tmp_path, pg_sistem)
    try:
        lagi.mulai()
        assert lagi.url() == url
        assert await _tanya(url, "SELECT n FROM t") == 42
    finally:
        lagi.berhenti()


async def test_postgres_menolak_tanpa_sandi_dan_tertutup_bagi_lain(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    try:
        server.mulai()
        salah = f"postgresql://sinkro:salah@127.0.0.1:{server.porta}/sinkro"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await _tanya(salah, "SELECT 1")
        assert await _tanya(server.url(), "SHOW listen_addresses") == "127.0.0.1"
        assert await _tanya(server.url(), "SHOW server_encoding") == "UTF8"
        assert _hak(server.folder / "sandi") == 0o600
        assert _hak(server.folder) == 0o700
    finally:
        server.berhenti()


async def test_log_postgres_tanpa_isi_baris(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    try:
        server.mulai()
        await _tanya(server.url(), "CREATE TABLE t (nip text PRIMARY KEY)")
        await _tanya(server.url(), "INSERT INTO t VALUES ('199001012015011001')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await _tanya(server.url(), "INSERT INTO t VALUES ('199001012015011001')")
    finally:
        server.berhenti()
    log = (tmp_path / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "199001012015011001" not in log


async def test_initdb_yang_terpotong_diulang(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    versi = embedded_postgres.cari_biner(sistem=pg_sistem).versi
    separuh = tmp_path / f"postgres-{versi}" / "data"
    separuh.mkdir(parents=True)
    (separuh / "PG_VERSION").write_text(str(versi))
    try:
        server.mulai()
        assert await _tanya(server.url(), "SELECT 1") == 1
    finally:
        server.berhenti()


async def test_kunci_basi_milik_pid_lain_tidak_menghalangi(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    try:
        server.mulai()
        server.berhenti()
        kunci = server.folder / "data" / "postmaster.pid"
        kunci.write_text(f"{os.getpid()}\n{kunci.parent}\n0\n{server.porta}\n\n127.0.0.1\n\nready\n")
        server.mulai()
        assert await _tanya(server.url(), "SELECT 1") == 1
    finally:
        server.berhenti()


async def test_dua_server_di_satu_folder_ditolak(tmp_path: Path, pg_sistem: bool) -> None:
    server = _postgres(tmp_path, pg_sistem)
    try:
        server.mulai()
        with pytest.raises(proses.GagalMulai, match="sedang memakai"):
            _postgres(tmp_path, pg_sistem).mulai(batas=1)
        assert await _tanya(server.url(), "SELECT 1") == 1
    finally:
        server.berhenti()


@pytest.mark.skipif(os.geteuid() != 0, reason="hanya root dapat turun menjadi nobody")
async def test_root_tanpa_ruang_pengguna_turun_ke_nobody(tmp_path: Path, pg_sistem: bool) -> None:
    # pytest's own folders are 0700, so nobody cannot reach them and the data goes where it can.
    server = _postgres(tmp_path, pg_sistem, peluncur.NOBODY)
    try:
        server.mulai()
        assert server.proses is not None
        assert f"\nUid:\t{peluncur.UID_NOBODY}\t{peluncur.UID_NOBODY}" in _proc(server.proses.pid, "status")
        await _tanya(server.url(), "CREATE TABLE t AS SELECT 7 AS n")
        server.proses.kill()
        server.proses.wait()
        server.mulai()
        assert await _tanya(server.url(), "SELECT n FROM t") == 7
    finally:
        server.berhenti()
        shutil.rmtree(server.folder)


async def test_valkey_menyimpan_yang_lebih_tua_dari_sedetik(tmp_path: Path) -> None:
    server = embedded_valkey.ValkeyTertanam(tmp_path, biner=embedded_valkey.cari_biner(), log=tmp_path / "valkey.log")
    try:
        server.mulai()
        url = server.url()
        klien: Redis = Redis.from_url(url)
        await klien.set("kunci", "nilai")
        await klien.aclose()
        await asyncio.sleep(1.5)
        assert server.proses is not None
        assert url.split("@")[0].split(":")[2] not in _proc(server.proses.pid, "cmdline")
        server.proses.kill()
        server.proses.wait()
        server.mulai()
        assert server.url() == url
        klien = Redis.from_url(url)
        assert await klien.get("kunci") == b"nilai"
        await klien.aclose()
    finally:
        server.berhenti()


_INDUK = """
import sys, time
from pathlib import Path
from sync_api.cli.lokal import embedded_postgres, embedded_valkey, proses
folder = Path(sys.argv[1])
pg = embedded_postgres.PostgresTertanam(
    folder, biner=embedded_postgres.cari_biner(sistem=sys.argv[2] == "sistem"), log=folder / "pg.log",
    identitas=sys.argv[3] or None,
)
pg.mulai()
vk = embedded_valkey.ValkeyTertanam(folder, biner=embedded_valkey.cari_biner(), log=folder / "vk.log")
vk.mulai()
proses.luncurkan([sys.executable, "-c", "import time; time.sleep(600)"])
print("siap", flush=True)
time.sleep(600)
"""


def _mati_bersama_induk(tmp_path: Path, pg_sistem: bool, identitas: str) -> None:
    argumen = [str(tmp_path), "sistem" if pg_sistem else "wheel", identitas]
    induk = subprocess.Popen(
        [sys.executable, "-c", _INDUK, *argumen],
        stdout=subprocess.PIPE,
        cwd=AKAR,
        env={**os.environ, "PYTHONPATH": str(AKAR)},
    )
    try:
        assert induk.stdout is not None
        assert induk.stdout.readline() == b"siap\n"
        anak = keturunan(induk.pid)
        # A postmaster with its helpers, Valkey, the sleeper.
        assert len(anak) >= 6
    finally:
        induk.send_signal(signal.SIGKILL)
        induk.wait()
        if induk.stdout is not None:
            induk.stdout.close()
    assert tunggu_sampai(lambda: not any(map(hidup, anak)))


def test_induk_dibunuh_tanpa_yatim(tmp_path: Path, pg_sistem: bool) -> None:
    _mati_bersama_induk(tmp_path, pg_sistem, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="hanya root dapat turun menjadi nobody")
def test_induk_dibunuh_tanpa_yatim_sebagai_nobody(tmp_path: Path, pg_sistem: bool) -> None:
    folder = _postgres(tmp_path, pg_sistem, peluncur.NOBODY).folder
    try:
        _mati_bersama_induk(tmp_path, pg_sistem, peluncur.NOBODY)
    finally:
        shutil.rmtree(folder)
