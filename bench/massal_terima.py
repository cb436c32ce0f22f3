"""A bulk of a region: how long its acceptance takes, how fast it is laid out, and what a claim of 100 costs while 500
instansi wait (goals G9, G10). `--orang` people, 156,000 unless told, which takes minutes: they are made twice, laid out
once, and asked for once more by 500 requests."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.pilihan import pilihan
from ekinerja_domain.sinkronisasi.status import Pemicu
from services.db.engine import buat_engine
from services.sinkronisasi.antrean import Lajur, ambil_antrean
from services.sinkronisasi.giliran_instansi import GiliranInstansi
from services.sinkronisasi.massal import LANGSUNG, Semua, buat_massal_dalam
from services.sinkronisasi.massal_bentang import bentangkan_satu
from tests.support.server import PabrikBasisData

ORANG = 156_000
INSTANSI = 500
PUTARAN = 5
# After so many requests the statistics know that the tables of a new database are not empty any more; until then each
# request takes longer than the one before.
TERBIASA = 10

# Schools of 15; the first of each leads it.
_ISI = (
    """INSERT INTO instansi (id, nama, zona_waktu)
       SELECT 'i' || g, 'Kab. ' || g, 'Asia/Jakarta' FROM generate_series(0, CAST(:instansi AS integer) - 1) g""",
    """INSERT INTO unit_kerja (id, instansi_id, nama)
       SELECT upper(lpad(to_hex(g), 32, '0')), 'i' || g % CAST(:instansi AS integer), 'SDN ' || g
       FROM generate_series(0, CAST(:orang AS integer) / 15) g""",
    """INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn)
       SELECT to_char(date '1950-01-01' + g / 900, 'YYYYMMDD') || '2010011' || lpad((g % 900 + 1)::text, 3, '0'),
         'GURU ' || g, 'i' || g / 15 % CAST(:instansi AS integer), upper(lpad(to_hex(g / 15), 32, '0')), 'Guru',
         'PEGAWAI', 'PNS'
       FROM generate_series(0, CAST(:orang AS integer) - 1) g""",
    "INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh) SELECT instansi_id, nip, 'bench' FROM pegawai",
    """INSERT INTO pimpinan (instansi_id, unit_kerja_id, nip, jenis, mulai)
       SELECT instansi_id, unit_kerja_id, min(nip), 'DEFINITIF', '2020-01-01' FROM pegawai GROUP BY 1, 2""",
)

_HITUNG = text(
    """
    SELECT m.jumlah, m.terbentang, (SELECT count(DISTINCT b.sinkro_id) FROM massal_butir b WHERE b.massal_id = m.id),
      (SELECT count(*) FROM sinkro s WHERE s.massal_id = m.id AND s.status = 'MENUNGGU')
    FROM massal m WHERE m.id = CAST(:id AS uuid)
    """
)


def jalankan() -> list[Angka]:
    """Figures of one bulk, then of many small ones in a database of their own."""
    # Fewer would be laid out by the request itself.
    orang = max(pilihan("orang", ORANG), LANGSUNG + 1)
    with postgres() as pabrik:
        return asyncio.run(_jalankan(pabrik, orang))


async def _jalankan(pabrik: PabrikBasisData, orang: int) -> list[Angka]:
    return await _satu_besar(await pabrik.buat(), orang) + await _banyak(await pabrik.buat(), orang)


async def _isi(engine: AsyncEngine, instansi: int, orang: int) -> None:
    async with engine.begin() as conn:
        await conn.execute(text("SET LOCAL statement_timeout = 0"))
        for perintah in _ISI:
            await conn.execute(text(perintah), {"instansi": instansi, "orang": orang} if ":" in perintah else {})
    async with engine.begin() as conn:
        await conn.execute(text("ANALYZE"))


async def _minta(conn: AsyncConnection, instansi_id: str) -> str:
    hasil = await buat_massal_dalam(
        conn,
        instansi_id=instansi_id,
        jenis=["SKP"],
        tahun=2024,
        pilihan=Semua(),
        oleh="bench",
        peran="SISTEM",
        pemicu=Pemicu.MASSAL,
        request_id=None,
        kini=datetime.now(UTC),
    )
    return str(hasil["id"])


async def _periksa_semua(engine: AsyncEngine, massal_id: str, orang: int) -> None:
    """Whoever was selected is counted and stands on the list, once: no cap that nobody was told about."""
    async with engine.connect() as conn:
        hitung = tuple((await conn.execute(_HITUNG, {"id": massal_id})).one())
    if hitung != (orang,) * 4:
        raise RuntimeError(f"dipilih {orang}, tetapi jumlah, terbentang, butir dan antrean: {hitung}")


async def _satu_besar(url: str, orang: int) -> list[Angka]:
    engine = buat_engine(url, nama="bench")
    terima, bentang = [], []
    try:
        await _isi(engine, 1, orang)
        for putaran in range(PUTARAN):
            mulai = time.perf_counter()
            async with engine.begin() as conn:
                massal_id = await _minta(conn, "i0")
            terima.append((time.perf_counter() - mulai) * 100_000 / orang)
            if putaran == 0:
                jumlah = 0
                while jumlah < orang:
                    mulai = time.perf_counter()
                    async with engine.begin() as conn:
                        isi = await bentangkan_satu(conn, UUID(massal_id))
                    if not isi:
                        break
                    jumlah += isi
                    bentang.append(isi / (time.perf_counter() - mulai))
                await _periksa_semua(engine, massal_id, orang)
    finally:
        await engine.dispose()
    awal, akhir = bentang[: len(bentang) // 10 + 1], bentang[-len(bentang) // 10 - 1 :]
    return [
        Angka("penerimaan per 100.000 orang", terima, "detik", "< 1"),
        Angka("pembentangan", bentang, "orang/s"),
        Angka("pembentangan, akhir terhadap awal", [sum(akhir) / len(akhir) / (sum(awal) / len(awal))], "kali", "rata"),
    ]


async def _banyak(url: str, orang: int) -> list[Angka]:
    engine = buat_engine(url, nama="bench")
    try:
        await _isi(engine, INSTANSI, orang)
        for nomor in range(INSTANSI):
            async with engine.begin() as conn:
                await _minta(conn, f"i{nomor}")
                if nomor == TERBIASA:
                    await conn.execute(text("ANALYZE"))
        async with engine.begin() as conn:
            await conn.execute(text("ANALYZE"))
        giliran, wall, server = GiliranInstansi(), [], []
        diterima: dict[str, int] = {}
        async with engine.connect() as conn:
            pid = await conn.scalar(text("SELECT pg_backend_pid()"))
            for _ in range(2 * INSTANSI // 100 * PUTARAN):
                mulai, cpu = time.perf_counter(), _cpu(pid)
                butir = await ambil_antrean(conn, Lajur.MASSAL, 100, giliran)
                await conn.commit()
                wall.append((time.perf_counter() - mulai) * 1000)
                server.append((_cpu(pid) - cpu) * 1000)
                for b in butir:
                    diterima[b.instansi_id] = diterima.get(b.instansi_id, 0) + 1
    finally:
        await engine.dispose()
    bagian = list(diterima.values()) + [0] * (INSTANSI - len(diterima))
    jain = sum(bagian) ** 2 / (len(bagian) * sum(b * b for b in bagian))
    return [
        Angka("pengambilan 100 dari 500 instansi", wall, "ms"),
        Angka("  di antaranya CPU PostgreSQL (rata-rata)", [sum(server) / len(server)], "ms"),
        Angka("indeks Jain atas 500 instansi", [jain], "", ">= 0,99"),
    ]


def _cpu(pid: int) -> float:
    """Seconds of processor time of the session's server process."""
    bidang = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(bidang[11]) + int(bidang[12])) / os.sysconf("SC_CLK_TCK")
