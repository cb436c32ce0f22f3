"""What queues elsewhere fell into: work taken off the list before its result was written, progress that only a process
knew, a claim that took more than it was allowed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from services.sinkronisasi import catat as modul_catat
from services.sinkronisasi.antrean import Lajur, pulihkan
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import GURU, GURU_2, KS, KS_LAIN, DuniaNyata

HITUNGAN = "SELECT berhasil, gagal, tertahan, dibatalkan, jumlah, status FROM massal"


async def _pulih(dunia: DuniaNyata) -> int:
    """Everybody who held a lease is dead."""
    await dunia.ubah("UPDATE sinkro SET sewa_sampai = now() - interval '1 s' WHERE status = 'BERJALAN'")
    async with dunia.konteks.transaksi() as conn:
        return await pulihkan(conn)


@pytest.mark.parametrize("langkah", ["tulis_landing", "_tulis_log", "lepaskan", "catat_butir_selesai"])
async def test_death_at_any_step_leaves_the_work_on_the_list_and_no_trace(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch, langkah: str
) -> None:
    """Result, log, release and counter of the bulk are one: whichever was written last, all of them are gone."""
    assert (await dunia.sinkro(GURU)).status == "TERTAHAN"
    await dunia.massal(KS)
    sebelum = await dunia.sidik_tabel("skp", "rhk", "percobaan", "sinkro_sandaran", "massal", "massal_butir")
    (butir,) = await dunia.ambil(Lajur.MASSAL, 10)
    asli = getattr(modul_catat, langkah)

    async def mati(*isi: Any, **nama: Any) -> Any:
        await asli(*isi, **nama)
        raise ConnectionResetError("pekerja mati")

    with monkeypatch.context() as sementara:
        sementara.setattr(modul_catat, langkah, mati)
        with pytest.raises(ConnectionResetError):
            await dunia.mesin.kerjakan([butir], massal=True)
    assert await dunia.sidik_tabel(*sebelum) == sebelum
    baris = await dunia.baris(KS)
    assert (baris.status, baris.sewa_token) == ("BERJALAN", butir.token)
    assert await _pulih(dunia) == 1
    assert await dunia.habiskan() == 2
    assert [(p.ke, p.status) for p in await dunia.percobaan(KS)] == [(1, "TERPUTUS"), (2, "BERHASIL")]
    assert [p.status for p in await dunia.percobaan(GURU)] == ["TERTAHAN", "BERHASIL"]
    assert len(await dunia.skp(KS)) == 1
    assert [tuple(m) for m in await dunia.semua(HITUNGAN)] == [(1, 0, 0, 0, 1, "SELESAI")]


async def test_another_process_goes_on_where_the_dead_one_was(dunia: DuniaNyata) -> None:
    guru = await dunia.banyak_guru(60)
    await dunia.sinkro(KS)
    dunia.galat("*:tunda=20")
    await dunia.massal(*guru)
    mati = asyncio.create_task(Pekerja(dunia.konteks).jalan())
    await dunia.sampai("SELECT berhasil > 0 FROM massal", nilai=True)
    mati.cancel()
    await asyncio.gather(mati, return_exceptions=True)
    await _pulih(dunia)
    (m,) = await dunia.semua(HITUNGAN)
    tercatat = "SELECT count(DISTINCT sinkro_id) FROM percobaan WHERE status = 'BERHASIL' AND pemicu = 'MASSAL'"
    assert 0 < m.berhasil == await dunia.satu(tercatat)
    dunia.sembuh()
    pengganti = Pekerja(dunia.konteks)
    tugas = asyncio.create_task(pengganti.jalan())
    await dunia.sampai("SELECT status FROM massal", "SELESAI")
    await pengganti.berhenti()
    await tugas
    assert [tuple(m) for m in await dunia.semua(HITUNGAN)] == [(60, 0, 0, 0, 60, "SELESAI")]
    berhasil = "SELECT count(*) FROM percobaan WHERE status = 'BERHASIL' AND pemicu = 'MASSAL'"
    assert await dunia.satu(berhasil) == 60
    assert await dunia.satu("SELECT count(*) FROM skp WHERE nip = ANY(:n)", n=guru) == 60


@pytest.mark.parametrize("batas", [1, 3, 7])
async def test_a_claim_over_many_queues_never_takes_more_than_its_limit(dunia: DuniaNyata, batas: int) -> None:
    """The queue of the instansi and three bulks, in statements whose plan may not take part of the limit each."""
    guru = await dunia.banyak_guru(24)
    await dunia.sinkro(KS)
    await dunia.sinkro(KS_LAIN)
    for n in range(3):
        await dunia.massal(*guru[n * 6 : n * 6 + 6])
    await dunia.massal(*guru[18:], GURU, GURU_2)
    await dunia.ubah("UPDATE sinkro SET massal_id = NULL WHERE nip = ANY(:n)", n=guru[18:])
    async with dunia.konteks.transaksi() as conn:
        await conn.execute(text("ANALYZE sinkro"))
    diambil = []
    while satu := await dunia.ambil(Lajur.MASSAL, batas):
        assert len(satu) <= batas
        diambil += satu
    assert sorted(b.nip for b in diambil) == sorted([*guru, GURU, GURU_2])
