"""Hostile values in every place of the contract: never a 500, never a hang, never a word about what is inside."""

from __future__ import annotations

from fastapi import FastAPI
from httpx import AsyncClient

from tests.kontrak.liar import permintaan_liar
from tests.kontrak.periksa_liar import periksa_jawaban
from tests.sync_api.conftest import A, Isian, Token

SCOPE = (
    "sinkro:baca sinkro:tulis massal:baca massal:tulis jadwal:baca jadwal:tulis user-pmm:baca user-pmm:tulis "
    "periode:baca periode:tulis padanan:baca padanan:tulis unit-kerja:baca unit-kerja:tulis audit:baca referensi:tulis"
)


async def test_masukan_liar(app: FastAPI, klien: AsyncClient, isian: Isian, token: Token) -> None:
    await isian.pegawai(1)
    kepala = token("SISTEM", scope=SCOPE, instansi_id=A, sub="liar")
    temuan, jumlah = [], 0
    for satu in permintaan_liar(app.openapi(), benih=7, per_tempat=1):
        if satu.jalur.endswith("/kejadian"):
            continue
        jumlah += 1
        if salah := await periksa_jawaban(klien, satu, kepala):
            temuan.append(salah)
    assert not temuan, "\n".join(temuan[:20])
    assert jumlah > 500
