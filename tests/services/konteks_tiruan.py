"""A stand-in for the composition root (a database, a bell that only counts) and a small synthetic instansi."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.db.engine import buat_engine
from services.konteks import Konteks
from services.referensi.impor import impor_referensi

KINI = datetime(2024, 8, 1, 3, 0, tzinfo=UTC)


@dataclass
class LoncengTiruan:
    """Counts the rings."""

    interaktif: int = 0
    massal: list[int] = field(default_factory=list)

    async def bunyikan_interaktif(self) -> None:
        self.interaktif += 1

    async def bunyikan_massal(self, jumlah: int = 1) -> None:
        self.massal.append(jumlah)


@dataclass
class KonteksTiruan:
    """The part of `Konteks` that these services use."""

    engine: AsyncEngine
    lonceng: LoncengTiruan = field(default_factory=LoncengTiruan)

    def jam(self) -> datetime:
        return KINI

    @asynccontextmanager
    async def transaksi(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as conn:
            yield conn

    @asynccontextmanager
    async def baca(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as conn:
            yield conn

    @property
    def sebagai_konteks(self) -> Konteks:
        return cast("Konteks", self)

    async def satu(self, sql: str, **nilai: Any) -> Any:
        """The one value of a query."""
        async with self.baca() as conn:
            return await conn.scalar(text(sql), nilai)

    async def semua(self, sql: str, **nilai: Any) -> list[tuple[Any, ...]]:
        async with self.baca() as conn:
            return [tuple(baris) for baris in await conn.execute(text(sql), nilai)]

    async def jalankan(self, sql: str, **nilai: Any) -> None:
        async with self.transaksi() as conn:
            await conn.execute(text(sql), nilai)

    async def impor(self, muatan: Any, instansi: frozenset[str] | None = None) -> dict[str, dict[str, int]]:
        data = muatan if isinstance(muatan, bytes) else json.dumps(muatan).encode()
        return await impor_referensi(
            self.sebagai_konteks, data, instansi=instansi, oleh="uji", peran="SISTEM", request_id="r-1"
        )


@asynccontextmanager
async def buka_konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    engine = buat_engine(database_url, nama="uji")
    try:
        yield KonteksTiruan(engine)
    finally:
        await engine.dispose()


def nip(nomor: int) -> str:
    """A valid NIP of nobody: the number decides birth day and serial."""
    hari, urut = divmod(nomor, 900)
    tahun, sisa = divmod(hari, 336)
    bulan, tanggal = divmod(sisa, 28)
    return f"{1960 + tahun:04d}{bulan + 1:02d}{tanggal + 1:02d}2010011{urut + 1:03d}"


def unit(nomor: int) -> str:
    return f"{nomor:032X}"


def pegawai(nomor: int, unit_kerja: int | None = 2, instansi_id: str = "A", **lain: Any) -> dict[str, Any]:
    return {
        "nip": nip(nomor),
        "nama": f"PEGAWAI {nomor}",
        "instansi_id": instansi_id,
        "unit_kerja_id": unit(unit_kerja) if unit_kerja is not None else None,
        "jabatan": "Guru Ahli Muda",
        "golongan": "III/c",
        "jenis_pegawai": "PEGAWAI",
        "jenis_asn": "PNS",
        "aktif": True,
        "nonaktif_sejak": None,
    } | lain


def unit_kerja(nomor: int, induk: int | None = 1, instansi_id: str = "A", **lain: Any) -> dict[str, Any]:
    return {
        "id": unit(nomor),
        "instansi_id": instansi_id,
        "nama": f"SDN {nomor} CONTOH",
        "induk_id": unit(induk) if induk is not None else None,
        "eselon": None,
        "mandiri": False,
        "aktif": True,
        "npsn": None,
    } | lain


def skp(nomor: int, **lain: Any) -> dict[str, Any]:
    return {
        "nip": nip(nomor),
        "periode_awal": "2024-01-01",
        "periode_akhir": "2024-12-31",
        "pendekatan": "KUANTITATIF",
        "unit_kerja_id": unit(2),
        "jabatan": "Kepala Sekolah",
        "status_pegawai": "DEFINITIF",
        "jenis_skp": "KEPALA_SEKOLAH",
        "status": "PERSETUJUAN",
        "atasan_nip": None,
        "rhk": [
            rhk("Mutu pembelajaran meningkat", "Persentase rapor mutu", "Jumlah supervisi"),
            rhk("Tertib administrasi"),
        ],
    } | lain


def rhk(teks: str, *indikator: str, **lain: Any) -> dict[str, Any]:
    return {
        "lingkup": "ORGANISASI",
        "jenis": "UTAMA",
        "rencana_hasil_kerja": teks,
        "indikator": [{"indikator": i, "aspek": "KUALITAS", "target": "100", "satuan": "%"} for i in indikator],
    } | lain


def instansi_kecil(instansi_id: str = "A", geser: int = 0) -> dict[str, Any]:
    """A Dinas (unit 1), a school (unit 2), a KS (person 1) and two guru (2, 3), all user PMM."""
    g = geser
    orang = [pegawai(g + n, g + 2, instansi_id) for n in (1, 2, 3)]
    return {
        "instansi": [{"id": instansi_id, "nama": f"Pemerintah Kab. {instansi_id}", "zona_waktu": "Asia/Jakarta"}],
        "unit_kerja": [
            unit_kerja(g + 1, None, instansi_id, nama="DINAS PENDIDIKAN", mandiri=True),
            unit_kerja(g + 2, g + 1, instansi_id, npsn=f"{20_000_000 + g:08d}"),
        ],
        "pegawai": orang,
        "pimpinan": [
            {
                "unit_kerja_id": unit(g + 2), "nip": nip(g + 1), "jenis": "DEFINITIF", "mulai": "2023-01-01",
                "selesai": None,
            }
        ],
        "periode": [
            {
                "instansi_id": instansi_id, "nama": "TRIWULAN I", "jenis": "PERIODIK", "tipe_periodik": "TRIWULANAN",
                "angka_periodik": 1, "periode_awal": "01-01", "periode_akhir": "03-31", "batas_pengisian": "04-09",
                "tahun": None,
            }
        ],
        "padanan_unor": [{"npsn": f"{30_000_000 + g:08d}", "unit_kerja_id": unit(g + 2), "status": "USULAN"}],
        "user_pmm": [{"nip": o["nip"]} for o in orang],
    }  # fmt: skip
