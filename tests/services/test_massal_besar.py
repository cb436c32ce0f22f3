"""Bulks too large for one request: frozen at once, laid out in the background, nobody lost, doubled or cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from services.sinkronisasi import massal_bentang
from services.sinkronisasi.massal import LANGSUNG, DaftarNip, Pilihan, Semua, buat_massal
from services.sinkronisasi.massal_bentang import bentangkan_berikut
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai, unit_kerja

TERTIB = """
    SELECT m.jumlah, m.terbentang, m.potongan_tersisa,
      m.jumlah - m.terbentang = COALESCE((SELECT sum(cardinality(c.nip)) FROM massal_potongan c
                                          WHERE c.massal_id = m.id), 0)
      AND m.berhasil + m.gagal + m.tertahan + m.dibatalkan + m.jumlah - m.terbentang
        + (SELECT count(*) FROM massal_butir b WHERE b.massal_id = m.id AND b.hasil IS NULL) = m.jumlah
    FROM massal m WHERE m.id = :id
"""


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        yield k


async def banyak(konteks: KonteksTiruan, jumlah: int) -> list[str]:
    """So many user PMM more, in schools of 20, straight into the tables."""
    semua = [nip(1_000 + n) for n in range(jumlah)]
    await konteks.impor({"unit_kerja": [unit_kerja(100 + n) for n in range(-(-jumlah // 20))]})
    await konteks.jalankan(
        "INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn) "
        "SELECT n, 'GURU', 'A', lpad(to_hex(100 + (ke - 1) / 20), 32, '0'), 'Guru', 'PEGAWAI', 'PNS' "
        "FROM unnest(CAST(:nip AS text[])) WITH ORDINALITY AS x (n, ke)",
        nip=semua,
    )
    await konteks.jalankan(
        "INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh) "
        "SELECT 'A', n, 'uji' FROM unnest(CAST(:nip AS text[])) n",
        nip=semua,
    )
    return semua


async def buat(konteks: KonteksTiruan, pilihan: Pilihan, jenis: tuple[str, ...] = (JenisSinkro.SKP,)) -> dict[str, Any]:
    return await buat_massal(
        konteks.sebagai_konteks, instansi_id="A", jenis=jenis, tahun=2024, pilihan=pilihan, oleh="admin",
        peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip


async def bentangkan(konteks: KonteksTiruan) -> int | None:
    async with konteks.transaksi() as conn:
        return await bentangkan_berikut(conn)


async def test_10_001_selected_are_10_001_handled(konteks: KonteksTiruan, monkeypatch: pytest.MonkeyPatch) -> None:
    await banyak(konteks, 10_001 - 3)
    bulk = await buat(konteks, Semua())
    assert (bulk["jumlah"], bulk["status"]) == (10_001, "BERJALAN")
    assert await konteks.satu("SELECT count(*) FROM sinkro") == 0
    assert konteks.lonceng.massal == [10_001]
    # Somebody who joins now is not of the selection.
    await konteks.impor({"pegawai": [pegawai(50)], "user_pmm": [{"nip": nip(50)}]})
    pertama = await bentangkan(konteks)
    assert pertama == 1
    assert await konteks.semua("SELECT nip, giliran FROM sinkro") == [(nip(1), 0)]
    assert await konteks.semua(TERTIB, id=bulk["id"]) == [(10_001, 1, 10, True)]
    # The list stays a little ahead of the workers, and no further.
    while await bentangkan(konteks):
        pass
    terbentang = await konteks.satu("SELECT terbentang FROM massal")
    assert massal_bentang.DI_DEPAN <= terbentang < massal_bentang.DI_DEPAN + 1_000
    monkeypatch.setattr(massal_bentang, "_BERIKUT", _tanpa_batas())
    while await bentangkan(konteks):
        pass
    assert await konteks.semua(TERTIB, id=bulk["id"]) == [(10_001, 10_001, 0, True)]
    assert await konteks.satu("SELECT count(*) FROM sinkro WHERE status = 'MENUNGGU' AND lajur = 1") == 10_001
    ids = [i for (i,) in await konteks.semua("SELECT id FROM sinkro")]
    async with konteks.transaksi() as conn:
        await catat_butir_selesai(conn, dict.fromkeys(ids, "BERHASIL"))
    assert await konteks.semua("SELECT status, berhasil FROM massal") == [("SELESAI", 10_001)]


def _tanpa_batas() -> Any:
    return text(massal_bentang._BERIKUT.text.replace(f"< {massal_bentang.DI_DEPAN}", "< 1000000"))


async def test_it_goes_on_when_those_ahead_wait_for_a_later_try(konteks: KonteksTiruan) -> None:
    await banyak(konteks, massal_bentang.DI_DEPAN + 2_000)
    await buat(konteks, Semua())
    while await bentangkan(konteks):
        pass
    sebelum = await konteks.satu("SELECT terbentang FROM massal")
    await konteks.jalankan("UPDATE sinkro SET coba_lagi_pada = now() + interval '1 hour'")
    assert await bentangkan(konteks)
    assert await konteks.satu("SELECT terbentang FROM massal") > sebelum


async def test_several_hands_and_crashes_lose_and_double_nobody(
    konteks: KonteksTiruan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(massal_bentang, "_BERIKUT", _tanpa_batas())
    semua = await banyak(konteks, 3_000)
    bulk = await buat(konteks, DaftarNip(semua), (JenisSinkro.SKP, JenisSinkro.PENILAIAN_PERIODIK))
    assert bulk["jumlah"] == 6_000

    async def satu() -> None:
        for _ in range(3):
            async with konteks.engine.connect() as conn:
                await bentangkan_berikut(conn)
                await conn.rollback()
            await bentangkan(konteks)

    await asyncio.gather(*(satu() for _ in range(4)))
    assert await konteks.semua(TERTIB, id=bulk["id"]) == [(6_000, 6_000, 0, True)]
    hitung = "SELECT jenis, count(*), count(DISTINCT nip) FROM sinkro GROUP BY jenis ORDER BY jenis"
    assert await konteks.semua(hitung) == [("PENILAIAN_PERIODIK", 3_000, 3_000), ("SKP", 3_000, 3_000)]
    # What was asked for together is claimed in the order of the register.
    urut = "SELECT DISTINCT ON (jenis) jenis, diminta_pada FROM sinkro ORDER BY jenis"
    waktu = dict(await konteks.semua(urut))
    assert waktu["SKP"] < waktu["PENILAIAN_PERIODIK"]


async def test_who_is_done_or_gone_before_their_turn_is_counted_and_not_run(konteks: KonteksTiruan) -> None:
    semua = await banyak(konteks, LANGSUNG + 1)
    await buat(konteks, DaftarNip(semua[:4]))
    # One ended before, one runs, one waits; then the selection is frozen.
    await konteks.jalankan("UPDATE sinkro SET status = 'GAGAL', percobaan_ke = 1 WHERE nip = :n", n=semua[0])
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERJALAN', percobaan_ke = 1, sewa_token = 1, sewa_sampai = now() WHERE nip = :n",
        n=semua[1],
    )
    bulk = await buat(konteks, Semua())
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'TERTAHAN', sewa_token = NULL, sewa_sampai = NULL WHERE nip = :n", n=semua[1]
    )
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERHASIL', hasil = 'TIDAK_ADA_DATA_BARU', percobaan_ke = 1 WHERE nip = :n",
        n=semua[2],
    )
    await konteks.impor(instansi_kecil("B", 500))
    await konteks.jalankan("UPDATE pegawai SET instansi_id = 'B' WHERE nip = :n", n=semua[5])
    await konteks.jalankan(
        "UPDATE user_pmm SET dihapus_pada = now(), dihapus_oleh = 'x', alasan = 'SILN' WHERE nip = :n", n=semua[6]
    )
    while await bentangkan(konteks):
        pass
    kolom = "status, jumlah, berhasil, tidak_ada_data_baru, tertahan, gagal, dibatalkan"
    assert await konteks.semua(f"SELECT {kolom} FROM massal WHERE id = :id", id=bulk["id"]) == [
        ("BERJALAN", LANGSUNG + 4, 1, 1, 1, 0, 2)
    ]
    assert (await konteks.semua(TERTIB, id=bulk["id"]))[0][3] is True
    status = dict(await konteks.semua("SELECT nip, status FROM sinkro WHERE nip = ANY(:n)", n=semua[:7]))
    assert [status.get(n) for n in semua[:7]] == [
        "MENUNGGU", "TERTAHAN", "BERHASIL", "MENUNGGU", "MENUNGGU", None, None,
    ]  # fmt: skip


async def test_a_paused_bulk_is_not_laid_out(konteks: KonteksTiruan) -> None:
    await banyak(konteks, LANGSUNG + 1)
    bulk = await buat(konteks, Semua())
    await konteks.jalankan("UPDATE massal SET status = 'DIJEDA'")
    assert await bentangkan(konteks) is None
    await konteks.jalankan("UPDATE massal SET status = 'BERJALAN' WHERE id = :i", i=UUID(bulk["id"]))
    assert await bentangkan(konteks)


async def test_an_import_does_not_hold_up_the_bulks_of_others(konteks: KonteksTiruan) -> None:
    await banyak(konteks, LANGSUNG + 1)
    await buat(konteks, Semua())
    async with konteks.transaksi() as impor:
        await impor.exec_driver_sql("SELECT id FROM instansi WHERE id = 'A' FOR UPDATE")
        assert await asyncio.wait_for(bentangkan(konteks), 2) is None
    assert await bentangkan(konteks)
