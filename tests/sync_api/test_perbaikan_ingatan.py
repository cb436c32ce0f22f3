"""A ranking made a moment ago is given again only while nothing it rests on has changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.db.penyewa import Penyewa, sebagai_penyewa
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi import perbaikan_ingatan
from services.sinkronisasi.perbaikan_ingatan import Ingatan
from tests.sync_api.conftest import A, B, Isian

MILIK_A, MILIK_B = Jangkauan(frozenset({A})), Jangkauan(frozenset({B}))


class Penanya:
    """Asks for a value that counts how often it was made."""

    def __init__(self, isian: Isian) -> None:
        self.isian, self.ingatan = isian, Ingatan[int]()
        self.kali = 0

    async def __call__(self, jangkauan: Jangkauan = MILIK_A, kunci: str = "semua") -> int:
        async def buat() -> int:
            self.kali += 1
            return self.kali

        async with self.isian.engine.connect() as conn:
            return await self.ingatan.ambil(conn, jangkauan, kunci, buat)

    async def ubah(self, perintah: str, **nilai: Any) -> None:
        async with self.isian.engine.begin() as conn:
            await conn.execute(text(perintah), nilai)


@pytest.fixture
async def tanya(isian: Isian) -> Penanya:
    await isian.sinkro(await isian.pegawai(1), status="GAGAL", kode=["ATASAN_BELUM_ADA"])
    return Penanya(isian)


async def test_diingat_sampai_sesuatu_berubah(tanya: Penanya) -> None:
    assert [await tanya(), await tanya()] == [1, 1]
    await tanya.ubah("UPDATE sinkro SET status = 'MENUNGGU' WHERE instansi_id = :a", a=A)
    assert [await tanya(), await tanya()] == [2, 2]
    # Who leads a unit is reference data of the unit's instansi, which may be another one.
    await tanya.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1 WHERE id = :b", b=B)
    assert [await tanya(), await tanya()] == [3, 3]


async def test_saringan_instansi_dan_penyewa_sendiri_sendiri(tanya: Penanya) -> None:
    assert [await tanya(), await tanya(kunci="2024"), await tanya(MILIK_B)] == [1, 2, 3]
    with sebagai_penyewa(Penyewa(frozenset({A, B}), None, "pemanggil")):
        assert await tanya() == 4
    assert [await tanya(), await tanya(kunci="2024"), await tanya(MILIK_B)] == [1, 2, 3]


async def test_yang_tidak_dapat_ditentukan_versinya_tidak_diingat(
    tanya: Penanya, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [await tanya(Jangkauan(None)), await tanya(Jangkauan(None))] == [1, 2]
    assert await tanya(Jangkauan(frozenset({A}), "198001012010011001")) == 3
    async with tanya.isian.engine.connect() as lama:
        # It began before the change below, so it could still commit another one.
        await lama.execute(text("SELECT pg_current_xact_id()"))
        await tanya.ubah("UPDATE sinkro SET status = 'MENUNGGU' WHERE instansi_id = :a", a=A)
        assert [await tanya(), await tanya()] == [4, 5]
    assert [await tanya(), await tanya()] == [6, 6]
    monkeypatch.setattr(perbaikan_ingatan, "BERLAKU_DETIK", 0.0)
    assert await tanya() == 7


async def test_hanya_beberapa_yang_disimpan(tanya: Penanya, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perbaikan_ingatan, "TERBANYAK", 2)
    assert [await tanya(kunci=k) for k in ("a", "b", "a", "c", "a", "b")] == [1, 2, 1, 3, 1, 4]
