"""The log with very many rows (goal G7): a page under every filter against the first page, a deep page, names and NIP,
and the counts from the counters against counting. Medians of one process after a warm-up, in milliseconds, with the
round trips to the database. `./dev bench log --baris 10000000` for the full size."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.log_baris import isi_log
from bench.pilihan import pilihan
from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.db.engine import buat_engine
from services.db.kursor import Kursor
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log import halaman_log, nama_daftar
from services.sinkronisasi.log_calon import pilih
from services.sinkronisasi.log_hitungan import periksa_hitungan
from services.sinkronisasi.log_rekap import rekap_log
from services.sinkronisasi.log_saring import SaringLog

BARIS = 200_000
ULANG = 15
SEMUA, SATU = Jangkauan(None), Jangkauan(frozenset({"instansi-1"}))


def _saringan(nip: str, unit: str) -> dict[str, SaringLog]:
    saringan = {
        "NIP lengkap": SaringLog(nip=(nip,)),
        "awalan NIP, 8 angka": SaringLog(nip=(nip[:8],)),
        "awalan NIP, 4 angka": SaringLog(nip=(nip[:4],)),
        "bagian nama, jarang": SaringLog(nama=("1a2b",)),
        "bagian nama, sering": SaringLog(nama=("santoso",)),
        "unit kerja": SaringLog(unit_kerja_id=(unit,)),
        "jenis dan tahun": SaringLog(jenis=("SKP_ROTASI",), tahun=(2022,)),
        "jenis, status": SaringLog(jenis=("SKP",), status=(StatusSinkro.GAGAL,)),
        "dua status": SaringLog(status=(StatusSinkro.GAGAL, StatusSinkro.TERTAHAN)),
    }
    saringan |= {f"status {s}": SaringLog(status=(s,)) for s in StatusSinkro if s is not StatusSinkro.BERJALAN}
    saringan |= {f"tipe {t}": SaringLog(tipe_skp=(t,)) for t in TipeSkp}
    saringan |= {f"kode {k}": SaringLog(kode=(k,)) for k in ("ATASAN_BELUM_ADA", "TERDAPAT_ROTASI")}
    return saringan


async def _ms(kerja: Callable[[], Awaitable[Any]], ulang: int = ULANG) -> float:
    await kerja()
    lama = []
    for _ in range(ulang):
        mulai = time.perf_counter()
        await kerja()
        lama.append((time.perf_counter() - mulai) * 1000)
    return median(lama)


async def _satu_jangkauan(conn: AsyncConnection, jangkauan: Jangkauan, nama: str) -> list[Angka]:
    async def halaman(saring: SaringLog, kursor: str | None = None) -> Any:
        return await halaman_log(conn, saring, jangkauan, kursor=kursor, jumlah_baris=50)

    contoh = (
        await conn.execute(text("SELECT nip, unit_kerja_id FROM sinkro WHERE instansi_id = 'instansi-1' LIMIT 1"))
    ).one()
    pertama = await _ms(lambda: halaman(SaringLog()))
    angka = [Angka(f"{nama}: halaman pertama", [pertama], "ms")]
    for judul, saring in _saringan(*contoh).items():
        lama = await _ms(lambda s=saring: halaman(s))  # type: ignore[misc]  # mypy cannot infer the default
        angka.append(Angka(f"{nama}: {judul}", [lama], "ms", f"{lama / pertama:.1f}x, tujuan <= 10x"))
    dicari = SaringLog(nama=("1a2b",))
    angka.append(
        Angka(f"{nama}: mencari nama saja", [await _ms(lambda: pilih(conn, dicari, jangkauan))], "ms", "<= 10 ms")
    )
    letak = await conn.execute(
        text(
            "SELECT dibuat_pada, id FROM sinkro WHERE :semua OR instansi_id = 'instansi-1' "
            "ORDER BY dibuat_pada DESC, id DESC OFFSET :n LIMIT 1"
        ),
        {"semua": jangkauan.instansi is None, "n": 10_000 * 50},
    )
    if (baris := letak.one_or_none()) is not None:
        kursor = Kursor(baris.dibuat_pada, baris.id).ke_teks(nama_daftar(SaringLog(), jangkauan))
        dalam = await _ms(lambda: halaman(SaringLog(), kursor))
        angka.append(Angka(f"{nama}: halaman 10.000", [dalam], "ms", f"{dalam / pertama:.1f}x, tujuan <= 3x"))
    hitung = text("SELECT status, count(*) FROM sinkro WHERE :semua OR instansi_id = 'instansi-1' GROUP BY status")
    benar = await _ms(lambda: conn.execute(hitung, {"semua": jangkauan.instansi is None}), 1)
    rekap = await _ms(lambda: rekap_log(conn, SaringLog(), jangkauan))
    angka += [
        Angka(f"{nama}: rekap dari hitungan", [rekap], "ms"),
        Angka(f"{nama}: menghitung status", [benar], "ms", f"{benar / rekap:.0f}x, tujuan >= 500x (semua instansi)"),
    ]
    return angka


async def ukur(url: str) -> list[Angka]:
    """The figures of a filled database."""
    engine = buat_engine(url, nama="bench", ukuran_pool=1)
    async with engine.connect() as conn:
        await conn.execute(text("SET statement_timeout = 0"))
        angka = [*await _satu_jangkauan(conn, SATU, "satu instansi"), *await _satu_jangkauan(conn, SEMUA, "semua")]
        salah = await periksa_hitungan(conn)
    await engine.dispose()
    return [*angka, Angka("hitungan yang salah", [len(salah)], "", "tujuan 0")]


def jalankan() -> list[Angka]:
    """Figures of a fresh database with `--baris` rows."""
    baris = pilihan("baris", BARIS)

    async def semua(pabrik: Any) -> list[Angka]:
        url = await pabrik.buat()
        await isi_log(url, baris, instansi=max(20, min(500, baris // 20_000)))
        return await ukur(url)

    with postgres() as pabrik:
        return asyncio.run(semua(pabrik))
