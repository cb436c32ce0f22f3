"""Pemadanan Unor: the list and the admin's decision."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from services.db.kursor import KursorTidakSah
from services.padanan.layanan import (
    KeputusanTidakSah,
    NpsnTidakSah,
    PadananTidakDitemukan,
    daftar_padanan,
    putuskan_padanan,
)
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, unit

A = frozenset({"A"})


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        yield k


async def putuskan(konteks: KonteksTiruan, **lain: Any) -> dict[str, Any]:
    nilai = {
        "npsn": "30000000", "unit_kerja_id": unit(2).lower(), "status": StatusPadanan.DIKONFIRMASI, "instansi": A,
        "oleh": "admin", "peran": "ADMIN_INSTANSI", "request_id": None,
    } | lain  # fmt: skip
    return await putuskan_padanan(konteks.sebagai_konteks, **nilai)


async def daftar(konteks: KonteksTiruan, **lain: Any) -> tuple[list[dict[str, Any]], str | None]:
    nilai: dict[str, Any] = {"status": [], "npsn": [], "instansi": A, "kursor": None, "jumlah_baris": 50} | lain
    async with konteks.baca() as conn:
        return await daftar_padanan(conn, **nilai)


async def tunggu(konteks: KonteksTiruan) -> None:
    await konteks.jalankan(
        "WITH s AS (INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
        "VALUES ('A', :nip, 'SKP', 2024, 'GAGAL', 'ADMIN', 'uji', 0, 1) RETURNING id) "
        "INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
        "SELECT id, 'PADANAN_NPSN', '30000000', 'NAMA_UNOR_TIDAK_SAMA', 'A' FROM s",
        nip=nip(2),
    )


async def test_a_decision_frees_who_waits_and_again_changes_nothing(konteks: KonteksTiruan) -> None:
    await tunggu(konteks)
    isi = await putuskan(konteks)
    assert (isi["status"], isi["oleh"], isi["unit_kerja"]["nama"]) == ("DIKONFIRMASI", "admin", "SDN 2 CONTOH")
    json.dumps(isi)
    assert await konteks.satu("SELECT status FROM sinkro") == "MENUNGGU"
    assert await konteks.satu("SELECT versi_fakta FROM instansi") == 2
    assert konteks.lonceng.massal == [1]
    assert await putuskan(konteks, oleh="lain") == isi
    assert await konteks.satu("SELECT versi_fakta FROM instansi") == 2
    assert await konteks.satu("SELECT count(*) FROM audit WHERE tindakan = 'PUTUSKAN_PADANAN'") == 1


async def test_two_decisions_at_once_are_two_changes_at_most(konteks: KonteksTiruan) -> None:
    await asyncio.gather(*(putuskan(konteks, npsn="5000000a") for _ in range(4)))
    assert await konteks.satu("SELECT versi_fakta FROM instansi") == 2
    assert await konteks.satu("SELECT count(*) FROM padanan_unor WHERE npsn = '5000000A'") == 1


async def test_refusals(konteks: KonteksTiruan) -> None:
    with pytest.raises(PadananTidakDitemukan):
        await putuskan(konteks, instansi=frozenset({"B"}))
    with pytest.raises(PadananTidakDitemukan):
        await putuskan(konteks, unit_kerja_id=unit(99))
    with pytest.raises(NpsnTidakSah):
        await putuskan(konteks, npsn="123")
    with pytest.raises(KeputusanTidakSah):
        await putuskan(konteks, status=StatusPadanan.USULAN)
    assert await konteks.satu("SELECT versi_fakta FROM instansi") == 1


async def test_the_list_holds_units_own_npsn_and_pages_by_keyset(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil("B", 100))
    for nomor in range(7):
        await putuskan(konteks, npsn=f"1000000{nomor}", status=StatusPadanan.DITOLAK)
    semua, kursor = await daftar(konteks)
    assert kursor is None
    assert [s["npsn"] for s in semua] == [f"1000000{n}" for n in range(7)] + ["20000000", "30000000"]
    milik_unit = semua[7]
    assert (milik_unit["status"], milik_unit["oleh"], milik_unit["pada"]) == ("DIKONFIRMASI", None, None)
    terkumpul, kursor = await daftar(konteks, jumlah_baris=4)
    while kursor:
        halaman, kursor = await daftar(konteks, jumlah_baris=4, kursor=kursor)
        terkumpul += halaman
    assert terkumpul == semua
    assert {s["instansi_id"] for s in (await daftar(konteks, instansi=None))[0]} == {"A", "B"}


async def test_filters_and_a_rejection_of_the_units_own_npsn(konteks: KonteksTiruan) -> None:
    assert [s["npsn"] for s in (await daftar(konteks, status=["DIKONFIRMASI"]))[0]] == ["20000000"]
    assert [s["npsn"] for s in (await daftar(konteks, status=["USULAN"]))[0]] == ["30000000"]
    assert [s["status"] for s in (await daftar(konteks, npsn=["20000000"]))[0]] == ["DIKONFIRMASI"]
    await putuskan(konteks, npsn="20000000", status=StatusPadanan.DITOLAK)
    assert [s["status"] for s in (await daftar(konteks, npsn=["20000000"]))[0]] == ["DITOLAK"]
    await konteks.jalankan("UPDATE padanan_unor SET status = 'OTOMATIS' WHERE npsn = '20000000'")
    assert [s["status"] for s in (await daftar(konteks, npsn=["20000000"]))[0]] == ["DIKONFIRMASI"]


@pytest.mark.parametrize("kursor", ["x", "====", "é", "QUJD", "a" * 300])
async def test_a_bad_cursor(konteks: KonteksTiruan, kursor: str) -> None:
    with pytest.raises(KursorTidakSah):
        await daftar(konteks, kursor=kursor)
