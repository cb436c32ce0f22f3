"""The API over ASGI on real servers, tokens of the local issuer, and rows put straight into the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.db.engine import buat_engine
from services.db.id import id_baru
from services.db.tables import InstansiRow, PegawaiRow, PercobaanRow, SinkroRow, UnitKerjaRow, UserPMMRow
from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import Settings
from sync_api.app import create_app

A, B = "pemkab-a", "pemkab-b"
UNIT_A, UNIT_B = "A" * 32, "B" * 32
WAKTU = datetime(2024, 2, 1, 1, 0, tzinfo=UTC)


def nip(nomor: int) -> str:
    """A valid NIP of nobody."""
    return f"19800101201001100{nomor:01d}" if nomor < 10 else f"1980010120100110{nomor:02d}"


@asynccontextmanager
async def klien_untuk(app: FastAPI, *, alamat: str = "127.0.0.1") -> AsyncIterator[AsyncClient]:
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False, client=(alamat, 40000)), base_url="http://sinkro.uji"
    ) as klien:
        yield klien


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    aplikasi = create_app(settings)
    async with aplikasi.router.lifespan_context(aplikasi):
        yield aplikasi


@pytest.fixture
async def klien(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with klien_untuk(app) as satu:
        yield satu


Token = Callable[..., dict[str, str]]


@pytest.fixture
def token(settings: Settings) -> Token:
    """Headers with a token: `token("ADMIN_INSTANSI", instansi_id=A)`."""
    assert settings.data_dir is not None
    data_dir = settings.data_dir

    def buat(*peran: str, **klaim: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {terbitkan_token(data_dir, peran=list(peran), **klaim)}"}

    return buat


@pytest.fixture
def admin_a(token: Token) -> dict[str, str]:
    return token("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")


class Isian:
    """Puts rows into the tables."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def tulis(self, tabel: Any, *baris: dict[str, Any]) -> None:
        async with self.engine.begin() as conn:
            for satu in baris:
                await conn.execute(insert(tabel).values(**satu))

    async def dasar(self) -> None:
        """Two instansi with a unit each."""
        for instansi_id, unit in ((A, UNIT_A), (B, UNIT_B)):
            await self.tulis(InstansiRow, {"id": instansi_id, "nama": instansi_id, "zona_waktu": "Asia/Jakarta"})
            await self.tulis(UnitKerjaRow, {"id": unit, "instansi_id": instansi_id, "nama": f"SD NEGERI {unit[:2]}"})

    async def pegawai(self, nomor: int, *, instansi_id: str = A, nama: str | None = None, user_pmm: bool = True) -> str:
        satu = nip(nomor)
        await self.tulis(
            PegawaiRow,
            {
                "nip": satu,
                "nama": nama or f"Guru Uji {nomor}",
                "instansi_id": instansi_id,
                "unit_kerja_id": UNIT_A if instansi_id == A else UNIT_B,
                "jabatan": "Guru Ahli Pertama",
                "jenis_pegawai": "PEGAWAI",
                "jenis_asn": "PNS",
            },
        )
        if user_pmm:
            await self.tulis(UserPMMRow, {"instansi_id": instansi_id, "nip": satu, "ditambahkan_oleh": "uji"})
        return satu

    async def sinkro(self, nip: str, *, instansi_id: str = A, menit: int = 0, **lain: Any) -> UUID:
        satu = id_baru()
        isi = {
            "id": satu,
            "instansi_id": instansi_id,
            "nip": nip,
            "jenis": "SKP",
            "tahun": 2024,
            "status": "MENUNGGU",
            "unit_kerja_id": UNIT_A if instansi_id == A else UNIT_B,
            "pemicu": "ADMIN",
            "oleh": "uji",
            "lajur": 0,
            "giliran": 0,
            "dibuat_pada": WAKTU + timedelta(minutes=menit),
            **lain,
        }
        await self.tulis(SinkroRow, isi)
        return satu

    async def percobaan(self, sinkro_id: UUID, ke: int, *, oleh: str, instansi_id: str = A, **lain: Any) -> None:
        await self.tulis(
            PercobaanRow,
            {
                "sinkro_id": sinkro_id,
                "ke": ke,
                "instansi_id": instansi_id,
                "pemicu": "ADMIN",
                "oleh": oleh,
                "mulai": WAKTU,
                "selesai": WAKTU,
                "status": "GAGAL",
                "temuan": [],
                **lain,
            },
        )

    async def jumlah(self, tabel: str) -> int:
        async with self.engine.connect() as conn:
            return int(await conn.scalar(text(f"SELECT count(*) FROM {tabel}")) or 0)


@pytest.fixture
async def isian(settings: Settings) -> AsyncIterator[Isian]:
    engine = buat_engine(settings.database_url, nama="uji", ukuran_pool=2)
    satu = Isian(engine)
    await satu.dasar()
    yield satu
    await engine.dispose()


def periksa_masalah(jawaban: Any, status: int, kode: str) -> dict[str, Any]:
    """Asserts a whole problem answer and gives its body."""
    assert jawaban.status_code == status, jawaban.text
    assert jawaban.headers["content-type"] == "application/problem+json"
    isi: dict[str, Any] = jawaban.json()
    assert isi["kode"] == kode, isi
    assert isi["status"] == status
    assert isi["type"] == f"/masalah/{kode}"
    assert isi["title"]
    assert isi["detail"]
    assert isi["instance"] == f"urn:sinkro:permintaan:{jawaban.headers['x-request-id']}"
    return isi
