"""The long run of kills (goal G15): `--jumlah` people in bulk, `--bunuh` kills of workers, API, Valkey and PostgreSQL
in the order of `--benih`, PMM stumbling, and clients that repeat every request until it is answered. It fails when
anybody is lost or doubled or the ledger does not balance; its figures say how much it looked at."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench.laporan import Angka
from bench.pilihan import pilihan
from tests.support.kekacauan import Ukuran, layanan_kacau, panggilan_terbanyak
from tests.support.kekacauan_periksa import periksa_semua

JUMLAH = 1500
BUNUH = 20


async def _jalankan(ukuran: Ukuran) -> list[Angka]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with layanan_kacau(Path(folder), ukuran) as kekacauan:
            layanan, mulai = kekacauan.layanan, time.monotonic()
            async with layanan.klien() as klien, layanan.pmm() as pmm:
                await kekacauan.jalankan(klien, pmm)
                detik = time.monotonic() - mulai
                await periksa_semua(kekacauan, klien)
                terbanyak, boleh = await panggilan_terbanyak(kekacauan, pmm)
            (hitung,) = await layanan.sql(
                "SELECT (SELECT count(*) FROM sinkro) AS sinkro, count(*) AS percobaan, "
                "count(*) FILTER (WHERE status = 'TERPUTUS') AS terputus FROM percobaan"
            )
    if terbanyak > boleh:
        raise RuntimeError(f"PMM ditanya {terbanyak} kali dalam sedetik; paling banyak {boleh}")
    permintaan = len(kekacauan.kunci_tombol) + len(kekacauan.kunci_massal)
    return [
        Angka("lamanya", [detik], "s"),
        Angka("dibunuh dengan -9", [kekacauan.dibunuh], "kali"),
        Angka("orang", [hitung["sinkro"]], ""),
        Angka("percobaan, semuanya tercatat sekali", [hitung["percobaan"]], ""),
        Angka("percobaan yang terputus", [hitung["terputus"]], ""),
        Angka("hilang atau ganda", [0], "", "tujuan 0"),
        Angka("buku besar dilihat, selalu seimbang", [kekacauan.rekap], "kali"),
        Angka("permintaan berkunci, satu akibat masing-masing", [permintaan], ""),
        Angka("ulangan sampai dijawab", [kekacauan.ulangan], "kali"),
        Angka("PMM ditanya, terbanyak dalam sedetik", [terbanyak], "", f"batas {ukuran.batas_pmm}"),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run; the kills are printed as they happen. Raises AssertionError at the first thing wrong."""
    jumlah = pilihan("jumlah", JUMLAH)
    ukuran = Ukuran(
        pegawai=jumlah,
        bunuh=pilihan("bunuh", BUNUH),
        jeda=(0.2, 1.2),
        batas_pmm=200,
        konkurensi=16,
        tenang_dalam=120.0 + jumlah / 10,
        benih=pilihan("benih", 20260111),
    )
    return asyncio.run(_jalankan(ukuran))
