"""The rate of a bulk: what happened lately while it runs, and its real pace, pauses left out, when it has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from services.sinkronisasi.massal import Semua, buat_massal, massal
from services.sinkronisasi.massal_baca import ke_json, laju
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil

KINI = datetime(2024, 8, 1, 12, 0, tzinfo=UTC)


def bulk(**lain: Any) -> Any:
    isi = {
        "id": UUID(int=1), "instansi_id": "A", "jenis": ["SKP"], "tahun": 2024, "status": "BERJALAN", "jumlah": 1_000,
        "berhasil": 300, "tidak_ada_data_baru": 0, "gagal": 50, "tertahan": 50, "dibatalkan": 0, "oleh": "x",
        "dibuat_pada": KINI - timedelta(hours=10), "selesai_pada": None, "dijeda_pada": None,
        "lama_dijeda": timedelta(), "laju_sejak": KINI - timedelta(seconds=5), "laju_awal": 360,
        "laju_lalu_sejak": KINI - timedelta(seconds=20), "laju_lalu_awal": 200, "terhambat": None, "kini": KINI,
    }  # fmt: skip
    return SimpleNamespace(**(isi | lain))


def test_a_night_of_waiting_does_not_spoil_it() -> None:
    assert laju(bulk()) == pytest.approx(10.0)
    assert laju(bulk(laju_lalu_sejak=None, laju_lalu_awal=None)) == pytest.approx(8.0)
    assert ke_json(bulk())["perkiraan_selesai"] == (KINI + timedelta(seconds=60)).isoformat()


def test_nothing_is_said_of_what_is_not_known() -> None:
    for lain in (
        {"status": "DIJEDA"},
        {"laju_awal": 400, "laju_lalu_awal": 400},
        {"terhambat": {"kode": "PMM_TIDAK_TERJANGKAU", "sejak": "x"}},
    ):
        assert ke_json(bulk(**lain))["perkiraan_selesai"] is None
    # Nobody has worked for a week: the end would lie behind the year 9999.
    mati = {"jumlah": 8_000_000, "laju_awal": 399, "laju_lalu_sejak": None, "laju_sejak": KINI - timedelta(days=7)}
    assert ke_json(bulk(**mati))["perkiraan_selesai"] is None
    assert laju(bulk(status="DIJEDA")) is None
    assert laju(bulk(laju_sejak=KINI, laju_lalu_sejak=None)) is None
    # A clock that was put back says nothing either.
    assert laju(bulk(laju_lalu_sejak=KINI + timedelta(seconds=9))) is None


def test_the_pace_of_what_ended_leaves_out_the_pauses() -> None:
    akhir = {"status": "SELESAI", "selesai_pada": KINI, "lama_dijeda": timedelta(hours=9, minutes=50)}
    assert laju(bulk(**akhir)) == pytest.approx(400 / 600)
    assert ke_json(bulk(**akhir))["perkiraan_selesai"] is None
    assert laju(bulk(**akhir, dibuat_pada=KINI)) is None
    # What ran at the cancel ends and is counted after `selesai_pada`.
    assert laju(bulk(**akhir | {"status": "DIBATALKAN"})) is None


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        yield k


async def test_marks_move_and_a_gap_forgets_them(konteks: KonteksTiruan) -> None:
    isi = await buat_massal(
        konteks.sebagai_konteks, instansi_id="A", jenis=["SKP"], tahun=2024, pilihan=Semua(), oleh="x",
        peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip
    ids = [i for (i,) in await konteks.semua("SELECT id FROM sinkro ORDER BY nip")]
    tanda = "SELECT laju_awal, laju_lalu_awal, laju_sejak > clock_timestamp() - interval '5 s' FROM massal"

    async def akhiri(nomor: int, umur: int) -> list[tuple[Any, ...]]:
        await konteks.jalankan(
            "UPDATE massal SET laju_sejak = clock_timestamp() - make_interval(secs => :u)", u=float(umur)
        )
        async with konteks.transaksi() as conn:
            await catat_butir_selesai(conn, {ids[nomor]: "GAGAL"})
        return await konteks.semua(tanda)

    assert await akhiri(0, 1) == [(0, None, True)]
    assert await akhiri(1, 20) == [(1, 0, True)]
    async with konteks.baca() as conn:
        lihat = await massal(conn, UUID(isi["id"]), None)
    assert lihat is not None
    assert lihat["laju_per_detik"] == pytest.approx(2 / 20, abs=0.03)
    assert await akhiri(2, 600) == [(2, None, True)]
