"""Claims and leases on real PostgreSQL: nobody is taken twice, nothing is lost with its worker (architecture: "The work
list")."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from services.sinkronisasi.antrean import SEWA_DETIK, Butir, Lajur, kembalikan, perpanjang, pulihkan
from services.sinkronisasi.catat import catat
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import GURU, GURU_2, KS, DuniaNyata, skp_ks


async def test_concurrent_workers_never_take_the_same_nor_too_many(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(60)
    await dunia.massal(*guru)
    diambil: list[list[Butir]] = []
    for _ in range(4):
        diambil += await asyncio.gather(*(dunia.ambil(Lajur.MASSAL, 4) for _ in range(8)))
    assert all(len(satu) <= 4 for satu in diambil)
    semua = [b.nip for satu in diambil for b in satu]
    assert sorted(semua) == sorted(guru)
    token = [b.token for satu in diambil for b in satu]
    assert len(set(token)) == len(token)


async def test_one_person_runs_once_at_a_time_over_several_years(dunia: DuniaNyata) -> None:
    tahun = range(2022, 2031)
    for satu in tahun:
        await dunia.massal(KS, GURU, tahun=satu)
    for _ in range(len(tahun)):
        hasil = await asyncio.gather(*(dunia.ambil(Lajur.MASSAL, 10) for _ in range(6)), return_exceptions=True)
        assert [h for h in hasil if isinstance(h, BaseException)] == []
        butir = [b for h in hasil if not isinstance(h, BaseException) for b in h]
        assert len({b.nip for b in butir}) == len(butir)
        async with dunia.konteks.transaksi() as conn:
            await kembalikan(conn, [b.token for b in butir])
    assert await dunia.satu("SELECT count(*) FROM percobaan WHERE status = 'TERPUTUS'") >= len(tahun)


async def test_head_before_guru_of_the_same_school(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(5)
    await dunia.massal(*guru, KS)
    (pertama,) = await dunia.ambil(Lajur.MASSAL, 100)
    assert pertama.nip == KS
    # While the head runs the guru of that school wait, others do not.
    assert await dunia.ambil(Lajur.MASSAL, 100) == []
    await dunia.mesin.kerjakan([pertama], massal=True)
    assert {b.nip for b in await dunia.ambil(Lajur.MASSAL, 100)} == set(guru)


async def test_head_who_is_put_off_does_not_hold_the_school(dunia: DuniaNyata) -> None:
    await dunia.massal(KS, GURU)
    dunia.galat(f"skp:status=503:nip={KS}")
    (ks,) = await dunia.ambil(Lajur.MASSAL, 100)
    await dunia.mesin.kerjakan([ks], massal=True)
    assert (await dunia.baris(KS)).coba_lagi_pada is not None
    assert [b.nip for b in await dunia.ambil(Lajur.MASSAL, 100)] == [GURU]


async def test_button_press_is_served_while_a_bulk_waits(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(30)
    await dunia.massal(*guru, GURU, GURU_2)
    await dunia.minta(GURU)
    assert [b.nip for b in await dunia.ambil(Lajur.INTERAKTIF, 10)] == [GURU]
    # Moved, not doubled; the bulk still counts it.
    assert GURU not in {b.nip for b in await dunia.ambil(Lajur.MASSAL, 100)}
    butir = "SELECT count(*) FROM massal_butir b JOIN sinkro s ON s.id = b.sinkro_id WHERE nip = :nip"
    assert await dunia.satu(butir, nip=GURU) == 1


async def test_second_request_gets_the_one_in_progress(dunia: DuniaNyata) -> None:
    pertama = await dunia.minta(KS)
    assert await dunia.minta(KS) == pertama
    (butir,) = await dunia.ambil()
    assert await dunia.minta(KS) == pertama
    assert await dunia.ambil() == []
    await dunia.mesin.kerjakan([butir], massal=False)
    baris = await dunia.baris(KS)
    assert (baris.status, baris.percobaan_ke) == ("BERHASIL", 1)


async def test_dead_workers_attempt_is_logged_and_its_late_result_dropped(dunia: DuniaNyata) -> None:
    await dunia.minta(KS)
    mati = await dunia.ambil()
    terlambat = await dunia.nilai(mati)
    await dunia.ubah("UPDATE sinkro SET sewa_sampai = now() - interval '1 s' WHERE nip = :nip", nip=KS)
    async with dunia.konteks.transaksi() as conn:
        assert await pulihkan(conn) == 1
    baris = await dunia.baris(KS)
    assert (baris.status, baris.sewa_token) == ("MENUNGGU", None)
    pengganti = await dunia.ambil()
    sebelum = await dunia.sidik_tabel(*await dunia.semua_tabel())
    async with dunia.konteks.transaksi() as conn:
        hasil = await catat(conn, terlambat)
    assert hasil.ulangi == []
    assert await dunia.sidik_tabel(*await dunia.semua_tabel()) == sebelum
    await dunia.mesin.kerjakan(pengganti, massal=False)
    assert [(p.ke, p.status) for p in await dunia.percobaan(KS)] == [(1, "TERPUTUS"), (2, "BERHASIL")]
    async with dunia.konteks.transaksi() as conn:
        await catat(conn, terlambat)
    assert (await dunia.baris(KS)).percobaan_ke == 2
    assert len(await dunia.skp(KS)) == 1


async def test_expired_lease_that_nobody_took_yet_can_still_be_finished(dunia: DuniaNyata) -> None:
    await dunia.minta(KS)
    butir = await dunia.ambil()
    await dunia.ubah("UPDATE sinkro SET sewa_sampai = now() - interval '1 s' WHERE nip = :nip", nip=KS)
    await dunia.mesin.kerjakan(butir, massal=False)
    assert [p.status for p in await dunia.percobaan(KS)] == ["BERHASIL"]


async def test_renewed_lease_is_not_taken_away(dunia: DuniaNyata) -> None:
    assert SEWA_DETIK < 30
    await dunia.minta(KS)
    (butir,) = await dunia.ambil()
    await dunia.ubah("UPDATE sinkro SET sewa_sampai = now() + interval '1 ms' WHERE nip = :nip", nip=KS)
    async with dunia.konteks.transaksi() as conn:
        assert await perpanjang(conn, [butir.token, 10**9]) == {butir.token}
    await asyncio.sleep(0.02)
    async with dunia.konteks.transaksi() as conn:
        assert await pulihkan(conn) == 0


async def test_worker_that_ends_hands_back_what_it_holds(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.worker.pekerja.SELESAIKAN_DALAM_DETIK", 0.1)
    dunia.galat("skp:tunda=1500")
    await dunia.minta(KS)
    pekerja = Pekerja(dunia.konteks, dunia.mesin)
    tugas = asyncio.create_task(pekerja.jalan())
    pekerja.bangun(Lajur.INTERAKTIF)
    await dunia.sampai("SELECT count(*) FROM sinkro WHERE status = 'BERJALAN'", 1)
    await pekerja.berhenti()
    await tugas
    assert (await dunia.baris(KS)).status == "MENUNGGU"
    assert [p.status for p in await dunia.percobaan(KS)] == ["TERPUTUS"]


@pytest.mark.parametrize("perintah", ["UPDATE percobaan SET oleh = 'x'", "DELETE FROM percobaan"])
async def test_attempts_are_append_only(dunia: DuniaNyata, perintah: str) -> None:
    await dunia.sinkro(KS)
    with pytest.raises(DBAPIError, match="hanya dapat ditambah"):
        await dunia.ubah(perintah)
    assert len(await dunia.percobaan(KS)) == 1


async def test_year_of_the_claim_is_kept_apart(dunia: DuniaNyata) -> None:
    """Two years of one head are two rows, each with its own attempts and SKPs."""
    lama = skp_ks("lama", periode_awal="2025-01-01", periode_akhir="2025-12-31")
    dunia.atur(KS, lama, tahun=2025)
    assert (await dunia.sinkro(KS, 2025)).status == "BERHASIL"
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert [s.pmm_skp_id for s in await dunia.skp(KS)] == ["lama", f"skp-{KS}"]
    assert await dunia.satu("SELECT count(*) FROM sinkro WHERE nip = :nip", nip=KS) == 2
