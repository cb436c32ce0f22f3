"""The supervisor: what dies comes back, what is ended ends in reverse order, and a killed supervisor leaves nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_api.cli.lokal.anak import AnakSinkro, GemaPeringatan, jalankan_sekali
from sync_api.cli.lokal.proses import GagalMulai
from sync_api.cli.lokal.supervisor import Supervisor
from tests.support.pengamat_proses import hidup, keturunan, tunggu_sampai

AKAR = Path(__file__).parents[2]
TIDUR = [sys.executable, "-c", "import time; time.sleep(600)"]


def _anak(nama: str, tmp_path: Path, kode: str | None = None) -> AnakSinkro:
    argv = TIDUR if kode is None else [sys.executable, "-c", kode]
    return AnakSinkro(nama, argv, env=os.environ, log=tmp_path / f"{nama}.log")


def _pid(anak: AnakSinkro) -> int:
    assert anak.proses is not None
    return anak.proses.pid


def test_anak_yang_mati_dijalankan_lagi(tmp_path: Path) -> None:
    laporan: list[str] = []
    supervisor = Supervisor(laporan.append)
    satu, dua = _anak("satu", tmp_path), _anak("dua", tmp_path)
    with supervisor.sinyal():
        try:
            supervisor.tambah(satu)
            supervisor.tambah(dua)
            lama, tetap = _pid(satu), _pid(dua)
            os.kill(lama, signal.SIGKILL)
            tenggat = time.monotonic() + 10
            supervisor.jaga(lambda: _pid(satu) != lama or time.monotonic() > tenggat)
            assert _pid(satu) != lama
            assert hidup(_pid(satu))
            assert _pid(dua) == tetap
        finally:
            supervisor.tutup()
    assert laporan == ["satu berhenti (sinyal SIGKILL), dijalankan ulang sekarang", "satu dijalankan lagi"]
    assert not hidup(_pid(satu))
    assert not hidup(tetap)


def test_anak_yang_terus_mati_diberi_jeda(tmp_path: Path) -> None:
    laporan: list[str] = []
    supervisor = Supervisor(laporan.append)
    with supervisor.sinyal():
        try:
            supervisor.tambah(_anak("rapuh", tmp_path, "raise SystemExit(3)"))
            tenggat = time.monotonic() + 2.5
            supervisor.jaga(lambda: time.monotonic() > tenggat)
        finally:
            supervisor.tutup()
    berhenti = [baris for baris in laporan if "berhenti" in baris]
    assert berhenti[0] == "rapuh berhenti (kode keluar 3), dijalankan ulang sekarang"
    assert berhenti[1].endswith("dalam 0.5 detik")
    assert berhenti[2].endswith("dalam 1 detik")
    assert len(berhenti) <= 4


def test_sigterm_mengakhiri_penjagaan_dan_penanganan_sinyal_kembali(tmp_path: Path) -> None:
    semula = signal.getsignal(signal.SIGTERM)
    supervisor = Supervisor(lambda _: None)
    with supervisor.sinyal():
        try:
            supervisor.tambah(_anak("satu", tmp_path))
            supervisor.jaga(_minta_berakhir)
            assert supervisor.diminta_berakhir
        finally:
            supervisor.tutup()
    assert signal.getsignal(signal.SIGTERM) is semula


def test_sinyal_saat_memulai_memotong_penantian(tmp_path: Path) -> None:
    supervisor = Supervisor(lambda _: None)
    tak_pernah_siap = AnakSinkro(
        "lambat", TIDUR, env=os.environ, log=tmp_path / "l.log", siap=_minta_berakhir, batas=30
    )
    with supervisor.sinyal():
        mulai = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            supervisor.tambah(tak_pernah_siap)
        assert time.monotonic() - mulai < 10
        assert not hidup(_pid(tak_pernah_siap))


def test_yang_harus_utuh_selesai_sebelum_dipotong() -> None:
    supervisor = Supervisor(lambda _: None)
    selesai: list[bool] = []

    def impor() -> None:
        with supervisor.utuh():
            selesai.append(_minta_berakhir())

    with supervisor.sinyal(), pytest.raises(KeyboardInterrupt):
        impor()
    assert selesai


def test_setelah_diminta_berakhir_tidak_ada_yang_dimulai(tmp_path: Path) -> None:
    supervisor = Supervisor(lambda _: None)
    anak = _anak("a", tmp_path)
    with supervisor.sinyal():
        # As in a finaliser, which drops what it raises.
        with contextlib.suppress(KeyboardInterrupt):
            _minta_berakhir()
        with pytest.raises(KeyboardInterrupt):
            supervisor.tambah(anak)
    assert anak.proses is None


def test_perintah_singkat_yang_dipotong_tidak_meninggalkan_cucu(tmp_path: Path) -> None:
    cucu = tmp_path / "cucu"
    kode = (
        "import os, subprocess, sys, time; "
        "anak = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
        f"open({str(cucu)!r}, 'w').write(str(anak.pid)); os.kill(os.getppid(), 15); time.sleep(600)"
    )
    supervisor = Supervisor(lambda _: None)
    with supervisor.sinyal(), pytest.raises(KeyboardInterrupt):
        jalankan_sekali("Migrasi", [sys.executable, "-c", kode], env=os.environ, log=tmp_path / "m.log")
    assert not hidup(int(cucu.read_text()))


def _minta_berakhir() -> bool:
    os.kill(os.getpid(), signal.SIGTERM)
    return False


def test_anak_yang_tidak_siap_disebut_dengan_lognya(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    anak = AnakSinkro("x", [sys.executable, "-c", "raise SystemExit(7)"], env=os.environ, log=log, siap=lambda: False)
    with pytest.raises(GagalMulai, match=r"x berhenti saat mulai \(kode keluar 7\), lihat .*x\.log"):
        anak.mulai()


def test_perintah_singkat_yang_gagal_membawa_baris_terakhirnya(tmp_path: Path) -> None:
    kode = "import sys; print('awal', flush=True); sys.exit('sebabnya ini')"
    with pytest.raises(GagalMulai, match=r"Migrasi gagal \(kode keluar 1\): sebabnya ini"):
        jalankan_sekali("Migrasi", [sys.executable, "-c", kode], env=os.environ, log=tmp_path / "m.log")


def test_gema_hanya_peringatan_dan_tidak_membanjiri(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text('{"level": "error", "event": "lama"}\n')
    laporan: list[str] = []
    gema = GemaPeringatan(laporan.append, {"worker": log})
    with log.open("a") as aliran:
        aliran.write('{"level": "info", "event": "biasa"}\nbukan json\n{"level": "warning", "event": "PMM lambat"}\n')
        aliran.write('{"level": "warn')
    gema()
    assert laporan == ["[worker] PMM lambat"]
    with log.open("a") as aliran:
        aliran.write('ing", "event": "sambungan"}\n' + '{"level": "error", "event": "e"}\n' * 9)
    gema()
    assert laporan[1] == "[worker] sambungan"
    assert laporan[-1] == f"[worker] dan 5 peringatan lain, lihat {log}"
    assert len(laporan) == 7


_PENGAWAS = """
import os, sys
from pathlib import Path
from sync_api.cli.lokal.anak import AnakSinkro
from sync_api.cli.lokal.supervisor import Supervisor
folder = Path(sys.argv[1])
supervisor = Supervisor(lambda baris: print(baris, file=sys.stderr, flush=True))
catat = "import signal, sys, time; from pathlib import Path\\n" \\
    "def akhir(*_):\\n" \\
    "    with open(sys.argv[1], 'a') as f: f.write(sys.argv[2])\\n" \\
    "    sys.exit(0)\\n" \\
    "signal.signal(signal.SIGTERM, akhir); Path(sys.argv[1] + sys.argv[2]).touch(); time.sleep(600)"
with supervisor.sinyal():
    try:
        for nama in "abc":
            tanda = folder / f"urutan{nama}"
            supervisor.tambah(AnakSinkro(
                nama, [sys.executable, "-c", catat, str(folder / "urutan"), nama], env=os.environ,
                log=folder / "log", siap=tanda.exists,
            ))
        print("siap", flush=True)
        supervisor.jaga()
    finally:
        supervisor.tutup()
"""


@pytest.fixture
def pengawas(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    proses = subprocess.Popen(
        [sys.executable, "-c", _PENGAWAS, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=AKAR,
        env={**os.environ, "PYTHONPATH": str(AKAR)},
    )
    with proses:
        assert proses.stdout is not None
        assert proses.stdout.readline() == b"siap\n"
        yield proses
        proses.kill()


@pytest.mark.parametrize("sinyal", [signal.SIGINT, signal.SIGTERM])
def test_berakhir_dengan_urutan_terbalik(
    pengawas: subprocess.Popen[bytes], tmp_path: Path, sinyal: signal.Signals
) -> None:
    anak = keturunan(pengawas.pid)
    pengawas.send_signal(sinyal)
    assert pengawas.wait(10) == 0
    assert (tmp_path / "urutan").read_text() == "cba"
    assert not any(map(hidup, anak))


def test_pengawas_dibunuh_tidak_meninggalkan_anak(pengawas: subprocess.Popen[bytes]) -> None:
    anak = keturunan(pengawas.pid)
    assert len(anak) == 3
    pengawas.kill()
    pengawas.wait()
    assert tunggu_sampai(lambda: not any(map(hidup, anak)))
