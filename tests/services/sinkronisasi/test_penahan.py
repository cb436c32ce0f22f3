"""What our own limiter refuses is not lost: who could not be asked for waits, says so, and lands later."""

from __future__ import annotations

import pytest

from pmm_client import GiliranDitahan
from services.sinkronisasi.antrean import Lajur
from tests.support.dunia_nyata import DuniaNyata, kode


async def test_refusal_by_the_limiter_is_a_later_try_for_everybody(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def menolak(lajur: object) -> None:
        raise GiliranDitahan(30.0)

    guru = await dunia.banyak_guru(12)
    await dunia.massal(*guru)
    with monkeypatch.context() as sementara:
        sementara.setattr(dunia.konteks.pmm._pemanggil._pacer, "giliran", menolak)
        await dunia.mesin.kerjakan(await dunia.ambil(Lajur.MASSAL, 100), massal=True)
    assert dunia.pmm.layanan.statistik.ke_json()["jumlah_panggilan"] == 0
    for nip in guru:
        baris = await dunia.baris(nip)
        assert (baris.status, kode(baris), baris.selesai_pada) == ("MENUNGGU", ["PMM_MEMBATASI"], None)
        assert baris.coba_lagi_pada > baris.diubah_pada
    assert await dunia.ambil(Lajur.MASSAL, 100) == []
    await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = now() - interval '1 s'")
    await dunia.habiskan()
    (massal,) = await dunia.semua("SELECT status, jumlah, berhasil + gagal + tertahan AS selesai FROM massal")
    assert tuple(massal) == ("SELESAI", 12, 12)
    assert {(await dunia.baris(nip)).percobaan_ke for nip in guru} == {2}
