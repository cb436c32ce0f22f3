"""Excel of the log (goal G8): our streaming writer against XlsxWriter in its memory-saving mode, the same rows into a
file, in processor seconds, and how far the memory grows. (openpyxl's write_only mode takes 1.25 times XlsxWriter's time
in the prototype, so a fifth of openpyxl is a quarter of XlsxWriter.)"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

from xlsxwriter import Workbook

from bench.laporan import Angka
from sync_api.unduhan.xlsx import BukuXlsx
from sync_api.v1.log_unduh import KOLOM, WAKTU

JUMLAH = 100_000
PUTARAN = 3
POTONGAN = 2_000


def _baris(mulai: int) -> list[tuple[Any, ...]]:
    """A chunk of rows of which every fifth has findings."""
    return [
        (
            f"{198_001_012_010_011_000 + n}", f"Guru Contoh Nomor {n}", f"SD NEGERI {n % 900} CONTOH", "Guru",
            "Sinkro SKP", "2024", "Berhasil" if n % 5 else "Gagal", None,
            None if n % 5 else 'Gagal Sinkro: "Nama Sekolah atau Nama Unor tidak sama dengan data PMM"',
            None if n % 5 else "Konfirmasi pemadanan unor\nPerbaiki nama unit kerja di SIASN & e-Kinerja",
            None if n % 5 else "Admin Instansi (BKD), Dinas Pendidikan", 45_323.25 + n / 86_400, 45_323.5 + n / 86_400,
        )
        for n in range(mulai, mulai + POTONGAN)
    ]  # fmt: skip


def _kami(jumlah: int) -> None:
    with tempfile.TemporaryFile() as berkas:
        buku = BukuXlsx(berkas, KOLOM, waktu=WAKTU)
        for mulai in range(0, jumlah, POTONGAN):
            buku.tulis(_baris(mulai))
        buku.tutup(f"Jumlah baris: {buku.jumlah}")


def _xlsxwriter(jumlah: int) -> None:
    with tempfile.TemporaryFile() as berkas:
        buku = Workbook(berkas, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        teks, waktu = buku.add_format({"num_format": "@"}), buku.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        lembar = buku.add_worksheet()
        for mulai in range(0, jumlah, POTONGAN):
            for letak, satu in enumerate(_baris(mulai), mulai + 1):
                lembar.write_number(letak, 0, letak)
                for kolom, isi in enumerate(satu, 1):
                    if isinstance(isi, float):
                        lembar.write_number(letak, kolom, isi, waktu)
                    else:
                        lembar.write_string(letak, kolom, isi or "", teks)
        buku.close()


def _detik_cpu(cara: Any, jumlah: int) -> float:
    mulai = time.process_time()
    cara(jumlah)
    return time.process_time() - mulai


def _pertumbuhan(jumlah: int) -> float:
    """MB by which a fresh process grows while it writes so many rows."""
    perintah = [sys.executable, "-m", "bench.log_unduhan", str(jumlah)]
    return float(subprocess.run(perintah, check=True, capture_output=True, text=True).stdout)


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""
    bersih = [_detik_cpu(lambda n: [_baris(m) for m in range(0, n, POTONGAN)] and None, JUMLAH) for _ in range(PUTARAN)]
    hasil = [(_detik_cpu(_kami, JUMLAH), _detik_cpu(_xlsxwriter, JUMLAH)) for _ in range(PUTARAN)]
    dasar = min(bersih)
    return [
        Angka("penulis kami, 100.000 baris", [k - dasar for k, _ in hasil], "detik CPU"),
        Angka("XlsxWriter constant_memory", [x - dasar for _, x in hasil], "detik CPU"),
        Angka("kami : XlsxWriter (G8)", [(k - dasar) / (x - dasar) for k, x in hasil], "kali", "tujuan <= 0,25"),
        Angka("memori bertambah, 100.000 baris (G8)", [_pertumbuhan(JUMLAH)], "MB", "tujuan <= 20"),
        Angka("memori bertambah, 1.000.000 baris (G8)", [_pertumbuhan(10 * JUMLAH)], "MB", "tujuan <= 20"),
    ]


def _tumbuh(jumlah: int) -> float:
    _kami(POTONGAN)
    awal = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _kami(jumlah)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - awal) / 1024


if __name__ == "__main__":
    print(_tumbuh(int(sys.argv[1])))
