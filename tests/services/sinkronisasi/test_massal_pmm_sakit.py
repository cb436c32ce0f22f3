"""PMM is down or refuses us: bulks rest, say so, cost nobody an outcome, and go on by themselves."""

from __future__ import annotations

import asyncio

import pytest

from services.worker import pekerja as modul_pekerja
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import KS, DuniaNyata


@pytest.mark.parametrize(
    ("galat", "kode"),
    [("*:status=503", "PMM_TIDAK_TERJANGKAU"), ("*:status=401", "PMM_AKSES_DITOLAK")],
)
async def test_bulks_rest_while_pmm_is_ill(
    dunia: DuniaNyata, galat: str, kode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modul_pekerja, "SAPU_SETIAP_DETIK", 0.1)
    monkeypatch.setattr(dunia.konteks.pmm.pemutus, "_jeda", 0.3)
    monkeypatch.setattr(dunia.konteks.pmm.pemutus, "_ambang", 10)
    guru = await dunia.banyak_guru(450)
    await dunia.sinkro(KS)
    dunia.galat(galat)
    await dunia.massal(*guru)
    pekerja = Pekerja(dunia.konteks)
    tugas = asyncio.create_task(pekerja.jalan())
    try:
        await dunia.sampai("SELECT count(*) FROM hambatan_pmm WHERE kode = :k AND sampai > now()", 1, k=kode)
        await asyncio.sleep(0.5)
        terambil = "SELECT COALESCE(max(sewa_token), 0) + count(*) FILTER (WHERE percobaan_ke > 0) FROM sinkro"
        sebelum = await dunia.satu(terambil)
        await asyncio.sleep(1.0)
        assert await dunia.satu(terambil) <= sebelum
        # At most what was under way when the breaker opened was tried; the rest was never touched.
        assert await dunia.satu("SELECT count(*) FROM sinkro WHERE percobaan_ke = 0 AND status = 'MENUNGGU'") >= 100
        assert await dunia.satu("SELECT gagal + tertahan + dibatalkan FROM massal") == 0
        dunia.sembuh()
        await dunia.sampai("SELECT count(*) FROM sinkro WHERE percobaan_ke = 0", 0)
        await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL WHERE status = 'MENUNGGU'")
        await dunia.sampai("SELECT berhasil FROM massal", 450)
    finally:
        await pekerja.berhenti()
        await tugas
    assert await dunia.satu("SELECT status FROM massal") == "SELESAI"
    assert await dunia.satu("SELECT count(*) FROM percobaan WHERE status = 'GAGAL'") == 0


async def test_a_worker_that_waits_for_pmm_ends_when_it_is_told_to(dunia: DuniaNyata) -> None:
    dunia.konteks.pmm.pemutus.catat_ditolak(pasti=True)
    await dunia.massal(KS)
    pekerja = Pekerja(dunia.konteks)
    tugas = asyncio.create_task(pekerja.jalan())
    await dunia.sampai("SELECT count(*) FROM hambatan_pmm WHERE sampai > now()", 1)
    await pekerja.berhenti()
    await asyncio.wait_for(tugas, 5)
    assert await dunia.satu("SELECT count(*) FROM sinkro WHERE status = 'BERJALAN'") == 0
