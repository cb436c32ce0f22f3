"""Pause, resume and cancel: nothing starts after the answer, counters and ledger are right at every look."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from ekinerja_domain.sinkronisasi.status import PeristiwaMassal, TransisiTidakSah
from services.sinkronisasi.antrean import Lajur, kembalikan, kunci_antrean
from services.sinkronisasi.massal_bentang import bentangkan_berikut
from services.sinkronisasi.massal_kendali import MassalTidakDitemukan, sapu_dibatalkan, ubah_massal
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import GURU, GURU_2, INSTANSI, KS, KS_LAIN, DuniaNyata

JEDA, LANJUT, BATAL = PeristiwaMassal.DIJEDA, PeristiwaMassal.DILANJUTKAN, PeristiwaMassal.DIBATALKAN


async def ubah(
    dunia: DuniaNyata, bulk: dict[str, Any], peristiwa: PeristiwaMassal, instansi: frozenset[str] | None = None
) -> dict[str, Any]:
    return await ubah_massal(
        dunia.konteks, UUID(bulk["id"]), peristiwa, instansi=instansi, oleh="uji", peran="ADMIN_INSTANSI",
        request_id=None,
    )  # fmt: skip


async def hitungan(dunia: DuniaNyata, bulk: dict[str, Any]) -> dict[str, int]:
    (m,) = await dunia.semua(
        "SELECT m.*, (SELECT count(*) FROM massal_butir b WHERE b.massal_id = m.id AND b.hasil IS NULL) AS terbuka "
        "FROM massal m WHERE m.id = :id",
        id=bulk["id"],
    )
    assert m.berhasil + m.gagal + m.tertahan + m.dibatalkan + m.terbuka == m.jumlah
    return {k: getattr(m, k) for k in ("berhasil", "gagal", "tertahan", "dibatalkan", "terbuka")}


async def dapat_diambil(dunia: DuniaNyata) -> set[str]:
    """Whom a worker could claim for bulks now."""
    butir = await dunia.ambil(Lajur.MASSAL, 100)
    async with dunia.konteks.transaksi() as conn:
        await kembalikan(conn, [b.token for b in butir])
    return {b.nip for b in butir}


async def test_a_paused_bulk_waits_and_goes_on(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN)
    isi = await ubah(dunia, bulk, JEDA)
    assert (isi["status"], isi["laju_per_detik"], isi["perkiraan_selesai"]) == ("DIJEDA", None, None)
    assert isi["dijeda_pada"] is not None
    assert await dunia.ambil(Lajur.MASSAL, 100) == []
    assert (await ubah(dunia, bulk, JEDA))["status"] == "DIJEDA"
    assert (await ubah(dunia, bulk, LANJUT))["status"] == "BERJALAN"
    assert (await ubah(dunia, bulk, LANJUT))["dijeda_pada"] is None
    assert await dunia.habiskan() == 2
    for peristiwa in (JEDA, LANJUT, BATAL):
        with pytest.raises(TransisiTidakSah):
            await ubah(dunia, bulk, peristiwa)
    with pytest.raises(MassalTidakDitemukan):
        await ubah(dunia, bulk, JEDA, frozenset({"lain"}))
    tindakan = await dunia.semua("SELECT tindakan FROM audit WHERE tindakan ~ '^(JEDA|LANJUT|BATAL)_MASSAL$'")
    assert sorted(t.tindakan for t in tindakan) == ["JEDA_MASSAL", "JEDA_MASSAL", "LANJUT_MASSAL", "LANJUT_MASSAL"]


async def test_a_claim_commits_before_the_answer_or_sees_the_pause(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN)
    async with dunia.konteks.transaksi() as mengambil:
        await kunci_antrean(mengambil)
        jeda = asyncio.create_task(ubah(dunia, bulk, JEDA))
        await asyncio.sleep(0.2)
        assert not jeda.done()
    assert (await jeda)["status"] == "DIJEDA"
    async with dunia.konteks.transaksi() as menjeda:
        await kunci_antrean(menjeda, sendiri=True)
        ambil = asyncio.create_task(dunia.ambil(Lajur.MASSAL, 10))
        await asyncio.sleep(0.2)
        assert not ambil.done()
    assert await ambil == []


async def test_nothing_starts_after_the_answer_while_workers_run(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(150)
    await dunia.sinkro(KS)
    bulk = await dunia.massal(*guru)
    pekerja = [Pekerja(dunia.konteks), Pekerja(dunia.konteks)]
    tugas = [asyncio.create_task(p.jalan()) for p in pekerja]
    dimulai = "SELECT sum(percobaan_ke) FROM sinkro WHERE massal_id = :id"
    for _ in range(4):
        await ubah(dunia, bulk, JEDA)
        mulai = await dunia.satu(dimulai, id=bulk["id"])
        await asyncio.sleep(0.15)
        assert await dunia.satu(dimulai, id=bulk["id"]) == mulai
        await ubah(dunia, bulk, LANJUT)
        await asyncio.sleep(0.01)
    await dunia.sampai("SELECT status FROM massal WHERE id = :id", "SELESAI", id=bulk["id"])
    for p in pekerja:
        await p.berhenti()
    await asyncio.gather(*tugas)
    assert (await hitungan(dunia, bulk))["berhasil"] == 150
    assert await dunia.satu("SELECT count(*) FROM percobaan WHERE status = 'BERHASIL' AND pemicu = 'MASSAL'") == 150


async def test_who_waits_in_two_bulks_runs_while_one_of_them_may(dunia: DuniaNyata) -> None:
    satu, dua = await dunia.massal(KS, KS_LAIN), await dunia.massal(KS)
    await ubah(dunia, satu, JEDA)
    assert await dapat_diambil(dunia) == {KS}
    await ubah(dunia, dua, JEDA)
    assert await dapat_diambil(dunia) == set()
    await ubah(dunia, satu, LANJUT)
    assert await dapat_diambil(dunia) == {KS, KS_LAIN}
    await ubah(dunia, satu, JEDA)
    # A bulk made while the other is paused carries them on.
    tiga = await dunia.massal(KS_LAIN)
    assert await dapat_diambil(dunia) == {KS_LAIN}
    await ubah(dunia, tiga, BATAL)
    assert await dapat_diambil(dunia) == set()
    assert await hitungan(dunia, tiga) == {"berhasil": 0, "gagal": 0, "tertahan": 0, "dibatalkan": 1, "terbuka": 0}
    assert (await dunia.baris(KS_LAIN)).status == "MENUNGGU"
    await ubah(dunia, satu, LANJUT)
    assert await dunia.habiskan() == 2
    assert (await hitungan(dunia, satu))["berhasil"] == 2
    assert (await hitungan(dunia, dua))["berhasil"] == 1


async def test_a_button_press_runs_beside_a_paused_bulk_and_is_counted(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN)
    await ubah(dunia, bulk, JEDA)
    await dunia.sinkro(KS)
    assert (await hitungan(dunia, bulk))["berhasil"] == 1
    assert await dunia.habiskan() == 0


async def test_a_head_in_a_paused_bulk_holds_nobody(dunia: DuniaNyata) -> None:
    await ubah(dunia, await dunia.massal(KS), JEDA)
    await dunia.massal(GURU)
    assert await dapat_diambil(dunia) == {GURU}


async def test_cancel_gives_everybody_the_status_they_had(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS_LAIN)
    await dunia.sinkro(GURU)  # TERTAHAN: its head has not landed
    kolom = "status, hasil, temuan, kode, catatan, keterangan, terakhir_berhasil_pada, selesai_pada, pemicu, oleh"
    sebelum = await dunia.semua(f"SELECT {kolom} FROM sinkro ORDER BY nip")
    assert {b.status for b in sebelum} == {"BERHASIL", "TERTAHAN"}
    bulk = await dunia.massal(KS_LAIN, GURU, GURU_2)
    assert {(await dunia.baris(n)).status for n in (KS_LAIN, GURU, GURU_2)} == {"MENUNGGU"}
    isi = await ubah(dunia, bulk, BATAL)
    assert (isi["status"], isi["dibatalkan"]) == ("DIBATALKAN", 3)
    assert isi["selesai_pada"] is not None
    assert await dunia.semua(f"SELECT {kolom} FROM sinkro WHERE nip <> :n ORDER BY nip", n=GURU_2) == sebelum
    batal = await dunia.baris(GURU_2)
    assert (batal.status, batal.percobaan_ke) == ("DIBATALKAN", 0)
    assert await dunia.habiskan() == 0
    # Its findings still wait for the head, and what was cancelled may be asked for again.
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU)).status == "BERHASIL"
    assert (await dunia.sinkro(GURU_2)).status == "BERHASIL"


async def test_cancel_restores_the_findings_that_a_put_off_try_replaced(dunia: DuniaNyata) -> None:
    await dunia.sinkro(GURU)
    sebelum = await dunia.baris(GURU)
    bulk = await dunia.massal(GURU)
    dunia.galat(f"skp:status=503:nip={GURU}")
    await dunia.mesin.kerjakan(await dunia.ambil(Lajur.MASSAL, 1), massal=True)
    assert (await dunia.baris(GURU)).kode == ["PMM_TIDAK_TERJANGKAU"]
    await ubah(dunia, bulk, BATAL)
    sesudah = await dunia.baris(GURU)
    for kolom in ("status", "temuan", "kode", "catatan", "keterangan", "selesai_pada"):
        assert getattr(sesudah, kolom) == getattr(sebelum, kolom)


async def test_what_runs_at_the_cancel_ends_and_is_counted(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN, GURU)
    berjalan = await dunia.ambil(Lajur.MASSAL, 2)
    assert {b.nip for b in berjalan} == {KS, KS_LAIN}
    await ubah(dunia, bulk, BATAL)
    assert await hitungan(dunia, bulk) == {"berhasil": 0, "gagal": 0, "tertahan": 0, "dibatalkan": 1, "terbuka": 2}
    await dunia.mesin.kerjakan(berjalan, massal=True)
    assert await hitungan(dunia, bulk) == {"berhasil": 2, "gagal": 0, "tertahan": 0, "dibatalkan": 1, "terbuka": 0}
    assert await dunia.satu("SELECT status FROM massal") == "DIBATALKAN"


async def test_no_retry_goes_on_after_the_cancel(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN)
    ks, ks_lain = await dunia.ambil(Lajur.MASSAL, 2)
    await ubah(dunia, bulk, BATAL)
    dunia.galat(f"*:status=503:nip={ks.nip}")
    await dunia.mesin.kerjakan([ks], massal=True)
    async with dunia.konteks.transaksi() as conn:
        await kembalikan(conn, [ks_lain.token])
    assert await dunia.ambil(Lajur.MASSAL, 10) == []
    async with dunia.konteks.transaksi() as conn:
        assert await sapu_dibatalkan(conn) == 2
    assert await hitungan(dunia, bulk) == {"berhasil": 0, "gagal": 0, "tertahan": 0, "dibatalkan": 2, "terbuka": 0}
    assert {(await dunia.baris(n)).status for n in (KS, KS_LAIN)} == {"DIBATALKAN"}
    async with dunia.konteks.transaksi() as conn:
        assert await sapu_dibatalkan(conn) == 0


async def test_the_button_survives_the_cancel_of_the_bulk(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(KS, KS_LAIN)
    await dunia.minta(KS)
    await ubah(dunia, bulk, BATAL)
    assert await hitungan(dunia, bulk) == {"berhasil": 0, "gagal": 0, "tertahan": 0, "dibatalkan": 2, "terbuka": 0}
    assert (await dunia.baris(KS)).status == "MENUNGGU"
    assert (await dunia.kerjakan_satu(KS)).status == "BERHASIL"


async def test_who_was_released_does_not_wait_for_the_paused_bulk_that_tried_them(dunia: DuniaNyata) -> None:
    bulk = await dunia.massal(GURU, KS_LAIN)
    # The guru is tried without their head.
    butir = [b for b in await dunia.ambil(Lajur.MASSAL, 10) if b.nip == GURU]
    await dunia.mesin.kerjakan(butir, massal=True)
    await ubah(dunia, bulk, JEDA)
    assert (await dunia.baris(GURU)).status == "TERTAHAN"
    await dunia.sinkro(KS)
    assert await dapat_diambil(dunia) == {GURU}


async def test_cancelling_what_was_not_yet_laid_out(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(3, mulai=200)
    await dunia.sinkro(KS)
    await dunia.ubah(
        "WITH m AS (INSERT INTO massal (instansi_id, jenis, tahun, pilihan, status, jumlah, potongan_tersisa, oleh) "
        "VALUES (:i, '{SKP}', 2026, '{\"nip\": 4}', 'BERJALAN', 4, 1, 'uji') RETURNING id) "
        "INSERT INTO massal_potongan (massal_id, urutan, instansi_id, jenis, nip, ke) "
        "SELECT id, 1, :i, 'SKP', :nip, '{-1,-1,-1,1}' FROM m",
        i=INSTANSI, nip=[*guru, KS],
    )  # fmt: skip
    bulk = {"id": str(await dunia.satu("SELECT id FROM massal"))}
    isi = await ubah(dunia, bulk, BATAL)
    assert (isi["status"], isi["dibatalkan"]) == ("DIBATALKAN", 4)
    async with dunia.konteks.transaksi() as conn:
        assert await bentangkan_berikut(conn) == 4
        assert await bentangkan_berikut(conn) is None
    assert {(await dunia.baris(n)).status for n in guru} == {"DIBATALKAN"}
    assert (await dunia.baris(KS)).status == "BERHASIL"
    assert await dunia.satu("SELECT count(*) FROM massal_butir WHERE hasil = 'DIBATALKAN'") == 4
    assert (await hitungan(dunia, bulk))["dibatalkan"] == 4
    assert await dunia.habiskan() == 0


@pytest.mark.parametrize("ditunda", [False, True])
async def test_a_cancel_loses_no_release(dunia: DuniaNyata, *, ditunda: bool) -> None:
    await dunia.sinkro(GURU)  # TERTAHAN: its head has not landed
    bulk = await dunia.massal(GURU, GURU_2)
    if ditunda:
        dunia.galat(f"skp:status=503:nip={GURU}")
        butir = [b for b in await dunia.ambil(Lajur.MASSAL, 2) if b.nip == GURU]
        await dunia.mesin.kerjakan(butir, massal=True)
        dunia.sembuh()
    await dunia.sinkro(KS)
    await ubah(dunia, bulk, BATAL)
    assert (await dunia.baris(GURU)).status == "MENUNGGU"
    await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL WHERE nip = :n", n=GURU)
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_a_cancel_keeps_what_a_result_rests_on(dunia: DuniaNyata) -> None:
    await dunia.sinkro(GURU)
    bulk = await dunia.massal(GURU)
    dunia.galat(f"skp:status=503:nip={GURU}")
    await dunia.mesin.kerjakan(await dunia.ambil(Lajur.MASSAL, 1), massal=True)
    dunia.sembuh()
    await ubah(dunia, bulk, BATAL)
    assert (await dunia.baris(GURU)).status == "TERTAHAN"
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU)).status == "BERHASIL"
