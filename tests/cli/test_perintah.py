"""The command from outside: exit codes 0, 1, 2 and one clear line on standard error."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from sync_api.cli.app import masa_berlaku
from sync_api.cli.lokal.proses import porta_bebas

AKAR = Path(__file__).parents[2]
RAHASIA = "s4ngat-rahasia"


def _sinkro(*argumen: str, **lingkungan: str) -> subprocess.CompletedProcess[str]:
    bersih = {k: v for k, v in os.environ.items() if not k.startswith("SINKRO_")}
    return subprocess.run(
        [sys.executable, "-m", "sync_api.cli", *argumen],
        capture_output=True,
        text=True,
        cwd=AKAR,
        env={**bersih, **lingkungan},
        timeout=60,
        check=False,
    )


def _satu_baris(hasil: subprocess.CompletedProcess[str], kode: int) -> str:
    assert hasil.returncode == kode, hasil.stderr
    assert hasil.stdout == ""
    assert hasil.stderr.count("\n") == 1
    assert hasil.stderr.startswith("sinkro: ")
    return hasil.stderr


def test_bantuan_menyebut_semua_perintah() -> None:
    hasil = _sinkro("--help")
    assert hasil.returncode == 0
    for perintah in ("lokal", "api", "worker", "migrasi", "impor", "token", "sandbox-pmm"):
        assert f"  {perintah} " in hasil.stdout


@pytest.mark.parametrize(
    "argumen",
    [
        ("tidak-ada",),
        ("lokal", "--tidak-ada"),
        ("lokal", "--port", "0"),
        ("lokal", "--port", "abc"),
        ("lokal", "--contoh", "-1"),
        ("lokal", "--contoh", "5", "--pmm-url", "http://127.0.0.1:9"),
        ("lokal", "--demo"),
        ("lokal", "--contoh", "5"),
        ("lokal", "--pg", "lain"),
        ("impor",),
        ("token",),
        ("token", "--peran", "RAJA"),
        ("token", "--peran", "PEGAWAI"),
        ("token", "--peran", "ADMIN_INSTANSI"),
        ("token", "--peran", "SISTEM", "--berlaku", "selamanya"),
    ],
)
def test_pemakaian_salah_keluar_2(argumen: tuple[str, ...]) -> None:
    _satu_baris(_sinkro(*argumen), 2)


def test_gangguan_sandbox_yang_tidak_dikenal_keluar_2() -> None:
    _satu_baris(_sinkro("sandbox-pmm", "--port", str(porta_bebas()), "--galat", "bukan-gangguan"), 2)


@pytest.mark.parametrize("perintah", ["api", "worker", "migrasi"])
def test_tanpa_pengaturan_keluar_1_dengan_nama_variabel(perintah: str) -> None:
    assert "SINKRO_DATABASE_URL" in _satu_baris(_sinkro(perintah), 1)


def test_nilai_salah_tidak_ditampilkan() -> None:
    baris = _satu_baris(_sinkro("migrasi", SINKRO_DATABASE_URL=f"mysql://u:{RAHASIA}@h/x"), 1)
    assert "SINKRO_DATABASE_URL" in baris
    assert RAHASIA not in baris


def test_basis_data_yang_tidak_menjawab_satu_baris_saja() -> None:
    with socket.socket() as tertutup:
        tertutup.bind(("127.0.0.1", 0))
        porta = tertutup.getsockname()[1]
        url = f"postgresql://u:{RAHASIA}@127.0.0.1:{porta}/x"
        baris = _satu_baris(_sinkro("migrasi", SINKRO_DATABASE_URL=url), 1)
    assert "SINKRO_DATABASE_URL" in baris
    assert RAHASIA not in baris


def test_berkas_impor_yang_tidak_dapat_dipakai(tmp_path: Path) -> None:
    assert "tidak dapat dibaca" in _satu_baris(_sinkro("impor", str(tmp_path / "tidak-ada.json")), 1)
    rusak = tmp_path / "rusak.json"
    rusak.write_text('{"instansi": [')
    assert "SINKRO_DATABASE_URL" in _satu_baris(_sinkro("impor", str(rusak)), 1)


def test_token_lokal_ditolak_bila_ada_penerbit_sungguhan(tmp_path: Path) -> None:
    hasil = _sinkro(
        "token",
        "--peran",
        "SISTEM",
        "--data-dir",
        str(tmp_path),
        SINKRO_AUTH_ISSUER="https://sso.example.go.id",
        SINKRO_AUTH_JWKS_URL="https://sso.example.go.id/jwks",
    )
    assert "SINKRO_AUTH_ISSUER" in _satu_baris(hasil, 1)
    assert not list(tmp_path.iterdir())


def test_token_lokal_tercetak_sebaris(tmp_path: Path) -> None:
    hasil = _sinkro("token", "--peran", "SISTEM", "--scope", "sinkro:baca", "--data-dir", str(tmp_path))
    assert hasil.returncode == 0, hasil.stderr
    assert hasil.stdout.count("\n") == 1
    assert hasil.stdout.count(".") == 2


def test_porta_terpakai_disebut(tmp_path: Path) -> None:
    with socket.socket() as lain:
        lain.bind(("127.0.0.1", 0))
        lain.listen()
        porta = lain.getsockname()[1]
        baris = _satu_baris(_sinkro("lokal", "--port", str(porta), "--data-dir", str(tmp_path)), 1)
    assert f"Porta {porta}" in baris


@pytest.mark.parametrize(("teks", "detik"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("7d", 604800)])
def test_masa_berlaku(teks: str, detik: int) -> None:
    assert masa_berlaku(teks).total_seconds() == detik


@pytest.mark.parametrize("teks", ["", "0m", "-1h", "1", "h", "1w", "367d", "1h30m", "١h"])
def test_masa_berlaku_yang_salah(teks: str) -> None:
    with pytest.raises(typer.BadParameter):
        masa_berlaku(teks)
