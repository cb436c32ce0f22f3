"""Reading a person and their SKPs in the shape of the API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from services.pegawai.queries import pegawai as baca_pegawai
from services.skp.queries import skp as baca_skp
from services.skp.queries import skp_pegawai
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai, rhk, skp, unit

A, B = frozenset({"A"}), frozenset({"B"})


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(
            instansi_kecil()
            | {
                "pegawai": [
                    pegawai(1),
                    pegawai(2),
                    pegawai(3, 99),
                    pegawai(4, None, nonaktif_sejak="2024-03-01", aktif=False),
                ],
                "user_pmm": [{"nip": nip(2)}],
                "skp": [
                    skp(1),
                    skp(2, atasan_nip=nip(1), rhk=[rhk("Mengajar", "Hadir")]),
                    skp(2, periode_awal="2023-01-01", periode_akhir="2023-12-31", rhk=[]),
                ],
            }
        )
        await k.jalankan(
            "UPDATE rhk SET rhk_atasan_id = a.id, indikator_atasan_id = i.id "
            "FROM rhk a JOIN indikator i ON i.rhk_id = a.id AND i.urutan = 0 "
            "WHERE rhk.rencana_hasil_kerja = 'Mengajar' AND a.urutan = 0 AND a.id <> rhk.id"
        )
        yield k


async def test_a_person(konteks: KonteksTiruan) -> None:
    async with konteks.baca() as conn:
        isi = await baca_pegawai(conn, nip(2), A)
        assert isi is not None
        assert isi["unit_kerja"] == {"id": unit(2), "nama": "SDN 2 CONTOH", "aktif": True}
        assert isi["user_pmm"] is True
        json.dumps(isi)
        menggantung = await baca_pegawai(conn, nip(3), None)
        assert menggantung is not None
        assert menggantung["unit_kerja"] == {"id": unit(99), "nama": None, "aktif": None}
        tanpa_unit = await baca_pegawai(conn, nip(4), None)
        assert tanpa_unit is not None
        assert (tanpa_unit["unit_kerja"], tanpa_unit["nonaktif_sejak"]) == (None, "2024-03-01")
        assert await baca_pegawai(conn, nip(2), B) is None
        assert await baca_pegawai(conn, nip(2), frozenset()) is None
        assert await baca_pegawai(conn, nip(50), None) is None


async def test_skp_of_a_year_with_everything_below(konteks: KonteksTiruan) -> None:
    async with konteks.baca() as conn:
        daftar = await skp_pegawai(conn, nip(2), 2024, A)
        assert daftar is not None
        (satu,) = daftar
        assert satu["atasan"] == {
            "nip": nip(1), "nama": "PEGAWAI 1", "unit_kerja": {"id": unit(2), "nama": "SDN 2 CONTOH"},
        }  # fmt: skip
        assert (satu["periode_awal"], satu["periode_akhir"]) == ("2024-01-01", "2024-12-31")
        (isi,) = satu["rhk"]
        assert isi["rhk_atasan"]["rencana_hasil_kerja"] == "Mutu pembelajaran meningkat"
        assert isi["indikator_atasan"]["indikator"] == "Persentase rapor mutu"
        assert [i["indikator"] for i in isi["indikator"]] == ["Hadir"]
        assert await baca_skp(conn, UUID(satu["id"]), A) == satu
        assert await baca_skp(conn, UUID(satu["id"]), B) is None
        assert await baca_skp(conn, uuid4(), None) is None


async def test_order_and_empty_and_unknown(konteks: KonteksTiruan) -> None:
    async with konteks.baca() as conn:
        semua = await skp_pegawai(conn, nip(2), None, None)
        assert semua is not None
        assert [s["periode_awal"] for s in semua] == ["2023-01-01", "2024-01-01"]
        assert semua[0]["rhk"] == []
        kepala = await skp_pegawai(conn, nip(1), 2024, A)
        assert kepala is not None
        assert [r["rencana_hasil_kerja"] for r in kepala[0]["rhk"]] == [
            "Mutu pembelajaran meningkat",
            "Tertib administrasi",
        ]
        assert kepala[0]["atasan"] is None
        assert await skp_pegawai(conn, nip(3), 2024, A) == []
        assert await skp_pegawai(conn, nip(2), 2024, B) is None
        assert await skp_pegawai(conn, nip(50), 2024, None) is None


async def test_history_is_not_shown(konteks: KonteksTiruan) -> None:
    await konteks.jalankan("UPDATE indikator SET dihapus_pada = now() WHERE indikator = 'Hadir'")
    await konteks.jalankan("UPDATE rhk SET dihapus_pada = now() WHERE rencana_hasil_kerja = 'Tertib administrasi'")
    await konteks.jalankan("UPDATE skp SET diarsipkan_pada = now() WHERE periode_awal = '2023-01-01'")
    async with konteks.baca() as conn:
        daftar = await skp_pegawai(conn, nip(2), None, None)
        assert daftar is not None
        assert [s["periode_awal"] for s in daftar] == ["2024-01-01"]
        assert daftar[0]["rhk"][0]["indikator"] == []
        kepala = await skp_pegawai(conn, nip(1), None, None)
        assert kepala is not None
        assert len(kepala[0]["rhk"]) == 1
