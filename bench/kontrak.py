"""The contract under fire: schemathesis with every check against a whole running service, as each role and as nobody,
until `--kasus` requests in all were sent; then every hostile text in every place, `--liar` per place. It fails when
anything was found. `--benih` chooses other requests."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from httpx import LocalProtocolError

from bench.laporan import Angka
from bench.pilihan import pilihan
from tests.kontrak.dunia import Dunia, baca_dunia, peran_kontrak
from tests.kontrak.jalankan import HasilKontrak, jalankan_schemathesis
from tests.kontrak.liar import permintaan_liar
from tests.kontrak.periksa_liar import periksa_jawaban
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

KASUS = 20_000
LIAR = 3
PEGAWAI = 40
PER_OPERASI = 20
PUTARAN_TERBANYAK = 30
BATAS_DETIK = 3_600.0
# Its budgets are for callers, not for what tries to break it.
LINGKUNGAN = {"SINKRO_BATAS_MAHAL": "1000000", "SINKRO_BATAS_TANPA_TOKEN": "1000000", "SINKRO_LOG_LEVEL": "WARNING"}


def _satu_peran(
    layanan: LayananNyata, kepala: dict[str, str], dunia: Dunia, *, benih: int, kasus: int
) -> tuple[int, list[HasilKontrak]]:
    """At least so many requests as one caller; what has no chance in it is sent in the first round only."""
    jumlah, hasil = 0, []
    for putaran in range(PUTARAN_TERBANYAK):
        if jumlah >= kasus:
            break
        tahap = ("fuzzing", "stateful") if putaran else ("examples", "coverage", "fuzzing", "stateful")
        with tempfile.TemporaryDirectory() as folder:
            satu = jalankan_schemathesis(
                layanan.url,
                kepala,
                per_operasi=PER_OPERASI,
                benih=benih + putaran,
                tahap=tahap,
                dunia=dunia,
                batas_detik=BATAS_DETIK,
                folder=Path(folder),
            )
        jumlah += satu.jumlah
        hasil.append(satu)
        print(f"    {satu.jumlah} permintaan, {'bersih' if satu.bersih else 'ADA TEMUAN'}", flush=True)
        if not satu.bersih:
            print(_bagian_temuan(satu.keluaran), flush=True)
            break
    return jumlah, hasil


def _bagian_temuan(keluaran: str) -> str:
    awal = re.search(r"^=+ (ERRORS|FAILURES) =+$", keluaran, re.MULTILINE)
    return keluaran[awal.start() :] if awal else keluaran[-8_000:]


async def _liar(layanan: LayananNyata, kepala: dict[str, str], *, benih: int, per_tempat: int) -> tuple[int, list[str]]:
    jumlah, temuan = 0, []
    async with layanan.klien() as klien:
        dokumen = (await klien.get("/openapi.json")).json()
        for satu in permintaan_liar(dokumen, benih=benih, per_tempat=per_tempat):
            if satu.jalur.endswith("/kejadian"):
                # A stream of events goes on for as long as its bulk does.
                continue
            # Some header values no client lets through.
            with suppress(LocalProtocolError):
                if salah := await periksa_jawaban(klien, satu, kepala):
                    temuan.append(salah)
                jumlah += 1
    return jumlah, temuan


async def _jalankan() -> list[Angka]:
    kasus, benih = pilihan("kasus", KASUS), pilihan("benih", 1)
    angka, rusak = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with layanan_nyata(Path(folder), "--contoh", str(PEGAWAI), env=LINGKUNGAN) as layanan:
            dunia = await baca_dunia(layanan)
            peran = peran_kontrak(layanan, dunia)
            for nomor, (nama, kepala) in enumerate(peran.items()):
                print(f"  {nama}", flush=True)
                mulai = time.monotonic()
                jumlah, hasil = await asyncio.to_thread(
                    _satu_peran, layanan, kepala, dunia, benih=benih + 1000 * nomor, kasus=kasus // len(peran)
                )
                rusak += [nama for satu in hasil if not satu.bersih]
                angka.append(Angka(f"schemathesis, {nama}", [jumlah], "permintaan"))
                print(f"    {time.monotonic() - mulai:.0f} s", flush=True)
            for nama, kepala in peran.items():
                jumlah, temuan = await _liar(layanan, kepala, benih=benih, per_tempat=pilihan("liar", LIAR))
                rusak += [nama] * bool(temuan)
                print("\n".join(temuan[:20]), end="\n" if temuan else "", file=sys.stdout, flush=True)
                angka.append(Angka(f"teks liar, {nama}", [jumlah], "permintaan"))
    if rusak:
        raise RuntimeError(f"ada temuan sebagai {', '.join(sorted(set(rusak)))}")
    schemathesis = sum(a.sampel[0] for a in angka if a.nama.startswith("schemathesis"))
    return [*angka, Angka("schemathesis, seluruhnya bersih", [schemathesis], "permintaan", f"tujuan {KASUS}")]


def jalankan() -> list[Angka]:
    """Requests per role. Raises RuntimeError when anything was found, after printing it."""
    return asyncio.run(_jalankan())
