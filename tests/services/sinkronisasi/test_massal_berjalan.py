"""A bulk carried out by a real worker: counters and ledger balance at every look, everybody once, heads first."""

from __future__ import annotations

import asyncio

from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import GURU_2, KS, KS_LAIN, DuniaNyata, kode, skp

# One statement, so that one look sees one moment.
PANDANGAN = """
    SELECT m.jumlah, m.berhasil, m.gagal, m.tertahan, m.dibatalkan, m.status,
      (SELECT count(*) FROM massal_butir b WHERE b.massal_id = m.id AND b.hasil IS NULL) AS terbuka,
      (SELECT count(*) FROM massal_butir b WHERE b.massal_id = m.id AND b.hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU'))
        AS butir_berhasil,
      (SELECT count(*) FROM sinkro s JOIN user_pmm u ON u.nip = s.nip AND u.dihapus_pada IS NULL
        WHERE s.instansi_id = m.instansi_id AND s.tahun = m.tahun AND s.jenis = 'SKP') AS tercatat,
      (SELECT count(*) FROM user_pmm u WHERE u.dihapus_pada IS NULL AND NOT EXISTS (
        SELECT FROM sinkro s WHERE s.nip = u.nip AND s.tahun = m.tahun AND s.jenis = 'SKP')) AS belum_pernah,
      (SELECT count(*) FROM user_pmm u WHERE u.dihapus_pada IS NULL) AS user_pmm,
      (SELECT count(*) FROM sinkro s WHERE s.status = 'BERJALAN') AS berjalan
    FROM massal m
"""


async def test_counters_and_ledger_balance_all_the_time(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(220)
    dunia.atur(guru[7])
    dunia.atur(guru[8], skp("s", atasan=GURU_2))
    dunia.galat("*:tunda=5")
    await dunia.massal()
    dua = [Pekerja(dunia.konteks), Pekerja(dunia.konteks)]
    tugas = [asyncio.create_task(p.jalan()) for p in dua]
    dilihat = 0
    async with asyncio.timeout(30):
        while True:
            (m,) = await dunia.semua(PANDANGAN)
            assert m.berhasil + m.gagal + m.tertahan + m.dibatalkan + m.terbuka == m.jumlah == 225
            assert m.butir_berhasil == m.berhasil
            assert m.tercatat + m.belum_pernah == m.user_pmm
            assert (m.status == "SELESAI") == (m.terbuka == 0)
            dilihat += 0 < m.terbuka < m.jumlah
            if m.status == "SELESAI":
                break
            await asyncio.sleep(0.01)
    for p in dua:
        await p.berhenti()
    await asyncio.gather(*tugas)
    assert dilihat > 0
    assert (m.berhasil, m.gagal, m.tertahan) == (223, 2, 0)
    assert kode(await dunia.baris(guru[8])) == ["ATASAN_TIDAK_SAMA"]
    assert await dunia.satu("SELECT count(*) FROM percobaan") == 225
    assert await dunia.satu("SELECT max(percobaan_ke) FROM sinkro") == 1
    assert await dunia.satu("SELECT count(*) FROM skp WHERE diarsipkan_pada IS NULL") == 223
    assert await dunia.satu(
        "SELECT count(*) FROM percobaan p JOIN sinkro s ON s.id = p.sinkro_id JOIN sinkro k ON k.nip = :ks "
        "JOIN percobaan q ON q.sinkro_id = k.id WHERE s.unit_kerja_id = k.unit_kerja_id AND s.nip <> k.nip "
        "AND p.mulai < q.selesai",
        ks=KS,
    ) == 0  # fmt: skip


async def test_release_after_the_end_does_not_change_the_bulk(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(3)
    bulk = await dunia.massal(*guru)
    await dunia.habiskan()
    sebelum = await dunia.sidik_tabel("massal", "massal_butir")
    assert await dunia.satu("SELECT tertahan FROM massal WHERE id = :id", id=bulk["id"]) == 3
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 3
    assert await dunia.sidik_tabel("massal", "massal_butir") == sebelum
    assert {(await dunia.baris(n)).status for n in guru} == {"BERHASIL"}


async def test_one_sync_in_two_bulks_counts_in_both(dunia: DuniaNyata) -> None:
    await dunia.massal(KS, KS_LAIN)
    await dunia.massal(KS)
    await dunia.minta(KS)
    assert await dunia.habiskan() == 2
    hitung = await dunia.semua("SELECT jumlah, berhasil, status FROM massal ORDER BY jumlah")
    assert [tuple(h) for h in hitung] == [(1, 1, "SELESAI"), (2, 2, "SELESAI")]
