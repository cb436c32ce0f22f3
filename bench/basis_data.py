"""The database part of a landing (goal G3): the same SKP, 5 RHK, 8 indikator, log row and attempt for everybody, once
by the ORM with a commit per NIP, once by Core with a commit per NIP, once set-wise with 100 people per transaction. PMM
and checks are left out. Interleaved rounds in one database; `--putaran` rounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.pilihan import pilihan
from services.db.engine import buat_engine
from services.db.id import id_baru
from services.db.setwise import JsonJadi, perbarui, salin
from services.db.tables import IndikatorRow, PercobaanRow, RhkRow, SinkroRow, SkpRow
from tests.support.server import PabrikBasisData

ORANG = {"orm": 100, "core": 200, "himpunan": 2000}
ISI_BATCH = 100
PUTARAN = 3
UNIT = "A" * 32
KEMARIN = datetime(2026, 1, 1, tzinfo=UTC)
TABEL: tuple[tuple[str, Any], ...] = (
    ("skp", SkpRow),
    ("rhk", RhkRow),
    ("indikator", IndikatorRow),
    ("percobaan", PercobaanRow),
)

Baris = dict[str, list[dict[str, Any]]]

_SIAPKAN = (
    "INSERT INTO instansi (id, nama, zona_waktu) VALUES ('I', 'Kabupaten Contoh', 'Asia/Jakarta')",
    "INSERT INTO unit_kerja (id, instansi_id, nama) VALUES ('{unit}', 'I', 'SD NEGERI 1')",
    """
    INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn)
    SELECT '1980' || lpad(n::text, 14, '0'), 'Contoh', 'I', '{unit}', 'Guru', 'PEGAWAI', 'PNS'
    FROM generate_series(1, {jumlah}) n
    """,
    """
    INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh, lajur, giliran)
    SELECT 'I', nip, 'SKP', 2026, 'MENUNGGU', '{unit}', 'MASSAL', 'bench', 1, 1 FROM pegawai
    """,
    # Not of the empty tables: a plan kept since then would read them whole.
    "ANALYZE instansi, unit_kerja, pegawai, sinkro",
)


def _baris(nip: str, sinkro_id: UUID) -> Baris:
    skp_id = id_baru()
    rhk_id = [id_baru() for _ in range(5)]
    return {
        "skp": [
            {
                "id": skp_id, "instansi_id": "I", "nip": nip, "periode_awal": date(2026, 1, 1),
                "periode_akhir": date(2026, 12, 31), "pendekatan": "KUANTITATIF", "unit_kerja_id": UNIT,
                "jabatan": "Guru Ahli Pertama", "status_pegawai": "DEFINITIF", "jenis_pegawai": "PEGAWAI",
                "jenis_skp": "GURU_JAJF", "status": "PERSETUJUAN", "sumber": "PMM", "pmm_skp_id": skp_id.hex,
                "pmm_versi": 1, "sidik_isi": skp_id.bytes, "mendarat_pada": KEMARIN,
            }
        ],
        "rhk": [
            {
                "id": satu, "instansi_id": "I", "skp_id": skp_id, "lingkup": "INDIVIDU", "jenis": "UTAMA",
                "rencana_hasil_kerja": f"Meningkatnya mutu pembelajaran pada semester berjalan ({n})", "urutan": n,
                "sumber": "PMM", "pmm_id": satu.hex,
            }
            for n, satu in enumerate(rhk_id)
        ],
        "indikator": [
            {
                "id": id_baru(), "instansi_id": "I", "rhk_id": rhk_id[n % 5],
                "indikator": f"Jumlah peserta didik yang mencapai ketuntasan ({n})", "aspek": "KUANTITAS",
                "target": "90-100", "satuan": "persen", "urutan": n // 5, "sumber": "PMM",
                "pmm_id": f"{skp_id.hex}-{n}",
            }
            for n in range(8)
        ],
        "percobaan": [
            {
                "sinkro_id": sinkro_id, "ke": 1, "instansi_id": "I", "pemicu": "MASSAL", "oleh": "bench",
                "mulai": KEMARIN, "selesai": KEMARIN, "status": "BERHASIL", "hasil": "DATA_BARU", "temuan": [],
            }
        ],
    }  # fmt: skip


_SELESAI = {"status": "BERHASIL", "hasil": "DATA_BARU", "percobaan_ke": 1, "selesai_pada": KEMARIN}


async def _orm(engine: AsyncEngine, orang: Sequence[tuple[str, UUID]]) -> None:
    for nip, sinkro_id in orang:
        async with AsyncSession(engine) as sesi, sesi.begin():
            sinkro = await sesi.get_one(SinkroRow, sinkro_id)
            isi = _baris(nip, sinkro_id)
            for nama, tabel in TABEL:
                sesi.add_all([tabel(**b) for b in isi[nama]])
                await sesi.flush()
            for kolom, nilai in _SELESAI.items():
                setattr(sinkro, kolom, nilai)


async def _core(engine: AsyncEngine, orang: Sequence[tuple[str, UUID]]) -> None:
    for nip, sinkro_id in orang:
        async with engine.begin() as conn:
            isi = _baris(nip, sinkro_id)
            for nama, tabel in TABEL:
                await conn.execute(insert(tabel), isi[nama])
            await conn.execute(update(SinkroRow).where(SinkroRow.id == sinkro_id).values(**_SELESAI))


async def _himpunan(engine: AsyncEngine, orang: Sequence[tuple[str, UUID]]) -> None:
    for mulai in range(0, len(orang), ISI_BATCH):
        async with engine.begin() as conn:
            await _satu_himpunan(conn, orang[mulai : mulai + ISI_BATCH])


async def _satu_himpunan(conn: AsyncConnection, orang: Sequence[tuple[str, UUID]]) -> None:
    await perbarui(conn, SinkroRow, [{"id": sinkro_id, **_SELESAI} for _, sinkro_id in orang], ("id",), selalu=True)
    isi = [_baris(nip, sinkro_id) for nip, sinkro_id in orang]
    for nama, tabel in TABEL:
        baris = [b for satu in isi for b in satu[nama]]
        kolom = tuple(baris[0])
        nilai = [tuple(JsonJadi("[]") if k == "temuan" else b[k] for k in kolom) for b in baris]
        await salin(conn, tabel, kolom, nilai, dijaga=False)


CARA: dict[str, Callable[[AsyncEngine, Sequence[tuple[str, UUID]]], Awaitable[None]]] = {
    "orm": _orm,
    "core": _core,
    "himpunan": _himpunan,
}


async def _jalankan(pabrik: PabrikBasisData, putaran: int) -> list[dict[str, float]]:
    """NIPs per second by each way, for each round."""
    engine = buat_engine(await pabrik.buat(), nama="bench")
    async with engine.begin() as conn:
        for perintah in _SIAPKAN:
            await conn.execute(text(perintah.format(jumlah=putaran * sum(ORANG.values()), unit=UNIT)))
    async with engine.connect() as conn:
        semua = [(b.nip, b.id) for b in await conn.execute(text("SELECT nip, id FROM sinkro ORDER BY nip"))]
    hasil: list[dict[str, float]] = []
    for _ in range(putaran):
        satu: dict[str, float] = {}
        for nama, cara in CARA.items():
            bagian, semua = semua[: ORANG[nama]], semua[ORANG[nama] :]
            mulai = time.perf_counter()
            await cara(engine, bagian)
            satu[nama] = len(bagian) / (time.perf_counter() - mulai)
        hasil.append(satu)
        await asyncio.sleep(0)
    await engine.dispose()
    return hasil


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""
    with postgres() as pabrik:
        hasil = uvloop.run(_jalankan(pabrik, pilihan("putaran", PUTARAN)))
    return [
        Angka("ORM per NIP", [h["orm"] for h in hasil], "orang/s"),
        Angka("Core per NIP", [h["core"] for h in hasil], "orang/s"),
        Angka("himpunan, 100 per transaksi", [h["himpunan"] for h in hasil], "orang/s"),
        Angka("himpunan : ORM (G3)", [h["himpunan"] / h["orm"] for h in hasil], "kali", "tujuan >= 40"),
        Angka("himpunan : Core (G3)", [h["himpunan"] / h["core"] for h in hasil], "kali", "tujuan >= 8"),
    ]
