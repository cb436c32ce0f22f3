"""The log with very many rows (goal G7): a page under every filter against the first page, a deep page, names and NIP,
and the counts from the counters against counting. Medians of one process after a warm-up, in milliseconds, with the
round trips to the database. `./dev bench log --baris 10000000` for the full size. Then the same while a bulk of
`--massal` people (0: none) runs in the same database, with one worker in a process of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.log_baris import isi_log
from bench.log_pertanyaan import REKAP, Pertanyaan, angka_pertanyaan, daftar_pertanyaan
from bench.log_saat_massal import lapangan
from bench.pilihan import pilihan
from services.db.engine import buat_engine
from services.db.penyewa import pagari
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_hitungan import periksa_hitungan
from tests.support.server import PabrikBasisData

BARIS = 200_000
BANYAK_BARIS = 1_000_000
MASSAL_SEDIKIT, MASSAL_BANYAK = 2_000, 20_000
ULANG = 15
INSTANSI = "instansi-1"
JANGKAUAN = {"satu instansi": Jangkauan(frozenset({INSTANSI})), "semua": Jangkauan(None)}

Lama = dict[str, list[float]]


async def _ukur(pembaca: AsyncEngine, daftar: list[Pertanyaan]) -> Lama:
    lama: Lama = {}
    for p in daftar:
        await p.lama(pembaca)
        lama[p.nama] = [await p.lama(pembaca) for _ in range(ULANG)]
    return lama


async def _menghitung(conn: AsyncConnection, nama: str, rekap: float) -> Angka:
    hitung = text("SELECT status, count(*) FROM sinkro WHERE :semua OR instansi_id = :i GROUP BY status")
    nilai = {"semua": JANGKAUAN[nama].instansi is None, "i": INSTANSI}
    await conn.execute(hitung, nilai)
    mulai = time.perf_counter()
    await conn.execute(hitung, nilai)
    lama = (time.perf_counter() - mulai) * 1000
    await conn.commit()
    return Angka(f"{nama}: menghitung status", [lama], "ms", f"{lama / rekap:.0f}x, tujuan >= 500x (semua instansi)")


async def _tenang(
    conn: AsyncConnection, pembaca: AsyncEngine
) -> tuple[dict[str, list[Pertanyaan]], dict[str, Lama], list[Angka]]:
    """The questions of each reach, how long they take while nothing else happens, and the figures of it."""
    daftar: dict[str, list[Pertanyaan]] = {}
    lama: dict[str, Lama] = {}
    angka: list[Angka] = []
    for nama, jangkauan in JANGKAUAN.items():
        daftar[nama] = await daftar_pertanyaan(conn, jangkauan, INSTANSI)
        lama[nama] = await _ukur(pembaca, daftar[nama])
        angka += angka_pertanyaan(nama, daftar[nama], lama[nama])
        angka.append(await _menghitung(conn, nama, median(lama[nama][REKAP])))
    return daftar, lama, angka


@asynccontextmanager
async def _pembaca(url: str) -> AsyncIterator[AsyncEngine]:
    """Asks behind the wall between tenants, as the API does."""
    engine = buat_engine(url, nama="bench-pembaca", ukuran_pool=1)
    pagari(engine)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def _koneksi(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection whose statements may take as long as they want."""
    engine = buat_engine(url, nama="bench", ukuran_pool=1)
    try:
        async with engine.connect() as conn:
            await conn.execute(text("SET statement_timeout = 0"))
            await conn.execute(text("SET idle_in_transaction_session_timeout = 0"))
            await conn.commit()
            yield conn
    finally:
        await engine.dispose()


async def _jalankan(pabrik: PabrikBasisData, baris: int, massal: int) -> list[Angka]:
    url = await pabrik.buat()
    await isi_log(url, baris, instansi=max(20, min(500, baris // 20_000)))
    async with AsyncExitStack() as tumpukan:
        lokasi = await tumpukan.enter_async_context(lapangan(url, massal)) if massal else None
        conn = await tumpukan.enter_async_context(_koneksi(url))
        pembaca = await tumpukan.enter_async_context(_pembaca(url))
        daftar, tenang, angka = await _tenang(conn, pembaca)
        if lokasi is not None:
            angka += await lokasi.jalankan(conn, pembaca, daftar, tenang)
        salah = await periksa_hitungan(conn)
    return [*angka, Angka("hitungan yang salah", [len(salah)], "", "tujuan 0")]


def jalankan() -> list[Angka]:
    """Figures of a fresh database with `--baris` rows."""
    baris = pilihan("baris", BARIS)
    massal = pilihan("massal", MASSAL_BANYAK if baris >= BANYAK_BARIS else MASSAL_SEDIKIT)
    with postgres() as pabrik:
        return asyncio.run(_jalankan(pabrik, baris, massal))
