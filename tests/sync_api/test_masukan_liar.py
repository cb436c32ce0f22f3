"""Hostile values in every place of the contract: never a 500, never a hang, never a word about what is inside."""

from __future__ import annotations

import asyncio
import re

from fastapi import FastAPI
from httpx import AsyncClient

from tests.kontrak.liar import PermintaanLiar, permintaan_liar
from tests.sync_api.conftest import A, Isian, Token

BOCOR = re.compile(
    r"Traceback|asyncpg|sqlalchemy|psycopg|pydantic|SELECT |INSERT |/site-packages/|\.py\b", re.IGNORECASE
)
SCOPE = (
    "sinkro:baca sinkro:tulis massal:baca massal:tulis jadwal:baca jadwal:tulis user-pmm:baca user-pmm:tulis "
    "periode:baca periode:tulis padanan:baca padanan:tulis unit-kerja:baca unit-kerja:tulis audit:baca referensi:tulis"
)
BATAS_DETIK = 20


async def _kirim(klien: AsyncClient, satu: PermintaanLiar, kepala: dict[str, str]) -> str | None:
    """What is wrong with the answer, if anything."""
    header = [(n.encode(), v.encode()) for n, v in kepala.items()] + satu.kepala
    if satu.isi is not None:
        header.append((b"Content-Type", b"application/json"))
    async with asyncio.timeout(BATAS_DETIK):
        jawaban = await klien.request(satu.metode, satu.target, headers=header, content=satu.isi)
    tempat = f"{satu.metode} {satu.target[:120]} {satu.letak} {(satu.isi or b'')[:120]!r}"
    masalah = jawaban.headers.get("content-type") == "application/problem+json"
    # PMM is not there: 503 with its own finding is the right answer.
    if jawaban.status_code >= 500 and jawaban.status_code != 503:
        return f"{jawaban.status_code}: {tempat}"
    if jawaban.status_code >= 400 and not masalah:
        return f"{jawaban.status_code} tanpa masalah: {tempat}"
    if masalah and BOCOR.search(jawaban.text):
        return f"bocor {jawaban.text[:200]}: {tempat}"
    return None


async def test_masukan_liar(app: FastAPI, klien: AsyncClient, isian: Isian, token: Token) -> None:
    await isian.pegawai(1)
    kepala = token("SISTEM", scope=SCOPE, instansi_id=A, sub="liar")
    temuan, jumlah = [], 0
    for satu in permintaan_liar(app.openapi(), benih=7, per_tempat=1):
        if satu.jalur.endswith("/kejadian"):
            continue
        jumlah += 1
        if salah := await _kirim(klien, satu, kepala):
            temuan.append(salah)
    assert not temuan, "\n".join(temuan[:20])
    assert jumlah > 500
