"""Schedules run when they are due, once, also over failures and clocks that jump; what only a repair frees is left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.sinkronisasi.jadwal import (
    IsiJadwal,
    JadwalTerlaluBanyak,
    Pengubah,
    buat_jadwal,
    hapus_jadwal,
    satu_jadwal,
    ubah_jadwal,
)
from services.sinkronisasi.jadwal_pelaksanaan import jalankan_jadwal
from services.sinkronisasi.jadwal_waktu import urai_pola
from services.sinkronisasi.massal import Saring, SaringKosong, Semua
from tests.support.dunia_nyata import GURU, INSTANSI, KS, TAHUN, UNIT, DuniaNyata, kode, skp

PENGUBAH = Pengubah("admin", "ADMIN_INSTANSI", None)
MALAM = datetime(TAHUN, 6, 1, 18, 0, tzinfo=UTC)
"""01:00 in Jakarta, when the schedules of these tests run."""
SEHARI = timedelta(days=1)


def _isi(
    pilihan: Semua | Saring | None = None,
    *,
    aktif: bool = True,
    cron: str = "0 1 * * *",
    jenis: Sequence[str] = ("SKP",),
) -> IsiJadwal:
    return IsiJadwal("Malam", jenis, TAHUN, pilihan or Semua(), urai_pola(cron, "Asia/Jakarta"), aktif)


def _pukul(dunia: DuniaNyata, saat: datetime) -> None:
    dunia.konteks.jam = lambda: saat


async def _buat(dunia: DuniaNyata, isi: IsiJadwal | None = None) -> UUID:
    """A schedule made at ten in the morning."""
    jadwal = await buat_jadwal(dunia.konteks, PENGUBAH, instansi_id=INSTANSI, isi=isi or _isi())
    return UUID(jadwal["id"])


async def _lihat(dunia: DuniaNyata, jadwal_id: UUID) -> dict[str, Any]:
    async with dunia.konteks.baca() as conn:
        hasil = await satu_jadwal(conn, jadwal_id, None)
    assert hasil is not None
    return hasil


async def _massal(dunia: DuniaNyata) -> list[Any]:
    return await dunia.semua("SELECT * FROM massal ORDER BY dibuat_pada, id")


async def test_due_schedule_asks_for_a_bulk_once(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    assert (await _lihat(dunia, jadwal_id))["berikutnya_pada"] == MALAM.isoformat()
    _pukul(dunia, MALAM - timedelta(seconds=1))
    await jalankan_jadwal(dunia.konteks)
    assert await _massal(dunia) == []
    _pukul(dunia, MALAM)
    # Two workers that both believe they lead the duty.
    await asyncio.gather(jalankan_jadwal(dunia.konteks), jalankan_jadwal(dunia.konteks))
    (massal,) = await _massal(dunia)
    assert (massal.jumlah, massal.oleh, massal.pemicu) == (5, f"jadwal:{jadwal_id}", "JADWAL")
    kini = await _lihat(dunia, jadwal_id)
    assert (kini["massal_terakhir_id"], kini["terakhir_pada"]) == (str(massal.id), MALAM.isoformat())
    assert kini["berikutnya_pada"] == (MALAM + SEHARI).isoformat()
    assert {b.pemicu for b in await dunia.semua("SELECT pemicu FROM sinkro")} == {"JADWAL"}
    assert await dunia.satu("SELECT peran FROM audit WHERE tindakan = 'BUAT_MASSAL'") == "JADWAL"


async def test_missed_runs_are_caught_up_once(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM + 9 * SEHARI + timedelta(hours=3))
    for _ in range(3):
        await jalankan_jadwal(dunia.konteks)
    assert len(await _massal(dunia)) == 1
    assert (await _lihat(dunia, jadwal_id))["berikutnya_pada"] == (MALAM + 10 * SEHARI).isoformat()


async def test_no_overlap_with_itself(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM)
    await jalankan_jadwal(dunia.konteks)
    _pukul(dunia, MALAM + SEHARI)
    await jalankan_jadwal(dunia.konteks)
    kini = await _lihat(dunia, jadwal_id)
    assert (kini["terlewati_pada"], kini["terakhir_pada"]) == ((MALAM + SEHARI).isoformat(), MALAM.isoformat())
    assert len(await _massal(dunia)) == 1
    await dunia.habiskan()
    _pukul(dunia, MALAM + 2 * SEHARI)
    await jalankan_jadwal(dunia.konteks)
    assert [m.status for m in await _massal(dunia)] == ["SELESAI", "BERJALAN"]


async def test_what_only_a_repair_frees_is_left_and_counted(dunia: DuniaNyata) -> None:
    """Not in a schedule for everybody, nor in one that names the status: a timer repairs nothing."""
    dunia.atur(GURU, skp(f"skp-{GURU}", status="DRAF"))
    await dunia.massal()
    await dunia.habiskan()
    assert kode(await dunia.baris(GURU)) == ["SKP_PMM_BELUM_DISEPAKATI"]
    # Our own illness is no repair of somebody's data.
    await dunia.ubah(
        "UPDATE sinkro SET status = 'GAGAL', hasil = NULL, kode = '{GALAT_INTERNAL}', temuan = CAST(:t AS jsonb) "
        "WHERE nip = :n",
        t='[{"kode": "GALAT_INTERNAL", "tingkat": "GAGAL", "kelas": "TRANSIEN"}]',
        n=KS,
    )
    semua = await _buat(dunia)
    gagal = await _buat(dunia, _isi(Saring(status=[StatusSinkro.GAGAL, StatusSinkro.TERTAHAN])))
    _pukul(dunia, MALAM)
    await jalankan_jadwal(dunia.konteks)
    _, pertama, kedua = await _massal(dunia)
    jumlah = {pertama.oleh: pertama.jumlah, kedua.oleh: kedua.jumlah}
    assert jumlah[f"jadwal:{semua}"] == 4
    assert (await _lihat(dunia, semua))["menanti_perbaikan"] == 1
    assert jumlah[f"jadwal:{gagal}"] == 0
    assert (await _lihat(dunia, gagal))["menanti_perbaikan"] == 1
    await dunia.habiskan()
    assert len(await dunia.percobaan(GURU)) == 1


async def test_a_bulk_of_nobody_ends_at_once(dunia: DuniaNyata) -> None:
    await _buat(dunia, _isi(Saring(unit_kerja_id=["F" * 32])))
    _pukul(dunia, MALAM)
    await jalankan_jadwal(dunia.konteks)
    assert [(m.jumlah, m.status) for m in await _massal(dunia)] == [(0, "SELESAI")]


async def test_filter_is_applied_anew_at_every_run(dunia: DuniaNyata) -> None:
    await _buat(dunia, _isi(Saring(unit_kerja_id=[UNIT.lower()], belum_pernah=True)))
    _pukul(dunia, MALAM)
    await jalankan_jadwal(dunia.konteks)
    await dunia.habiskan()
    (baru,) = await dunia.banyak_guru(1)
    _pukul(dunia, MALAM + SEHARI)
    await jalankan_jadwal(dunia.konteks)
    assert [m.jumlah for m in await _massal(dunia)] == [3, 1]
    assert (await dunia.baris(baru)).status == "MENUNGGU"


async def test_pausing_and_waking(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)

    async def ubah(isi: IsiJadwal) -> dict[str, Any]:
        milik = frozenset({INSTANSI})
        return await ubah_jadwal(dunia.konteks, PENGUBAH, jadwal_id=jadwal_id, instansi=milik, isi=isi)

    tidur = await ubah(_isi(aktif=False))
    assert tidur["berikutnya_pada"] is None
    _pukul(dunia, MALAM + 3 * SEHARI + timedelta(hours=1))
    await jalankan_jadwal(dunia.konteks)
    bangun = await ubah(_isi())
    assert bangun["berikutnya_pada"] == (MALAM + 4 * SEHARI).isoformat()
    await jalankan_jadwal(dunia.konteks)
    assert await _massal(dunia) == []


async def test_change_of_the_name_keeps_a_run_that_is_due(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM + timedelta(hours=1))
    await ubah_jadwal(dunia.konteks, PENGUBAH, jadwal_id=jadwal_id, instansi=None, isi=_isi(jenis=["SKP", "SKP_PLT"]))
    await jalankan_jadwal(dunia.konteks)
    (massal,) = await _massal(dunia)
    assert (massal.jenis, massal.jumlah) == (["SKP_PLT", "SKP"], 10)


async def test_clock_that_jumps_back_runs_nothing_twice(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM + timedelta(minutes=5))
    await jalankan_jadwal(dunia.konteks)
    await dunia.habiskan()
    _pukul(dunia, MALAM - timedelta(hours=1))
    await jalankan_jadwal(dunia.konteks)
    _pukul(dunia, MALAM + timedelta(minutes=1))
    await jalankan_jadwal(dunia.konteks)
    assert len(await _massal(dunia)) == 1
    assert (await _lihat(dunia, jadwal_id))["berikutnya_pada"] == (MALAM + SEHARI).isoformat()


async def test_clock_that_ran_a_year_ahead_loses_no_run(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM + 400 * SEHARI)
    await jalankan_jadwal(dunia.konteks)
    await dunia.habiskan()
    _pukul(dunia, MALAM - timedelta(hours=1))
    await jalankan_jadwal(dunia.konteks)
    # What ran too early was the run of that night.
    assert (await _lihat(dunia, jadwal_id))["berikutnya_pada"] == (MALAM + SEHARI).isoformat()
    _pukul(dunia, MALAM + SEHARI)
    await jalankan_jadwal(dunia.konteks)
    assert len(await _massal(dunia)) == 2


async def test_crash_between_bulk_and_next_run_leaves_neither(dunia: DuniaNyata) -> None:
    jadwal_id, sehat = await _buat(dunia), await _buat(dunia, _isi(Saring(unit_kerja_id=[UNIT])))
    await dunia.ubah(
        "CREATE FUNCTION mati() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'mati'; END $$"
    )
    await dunia.ubah(
        "CREATE TRIGGER mati BEFORE UPDATE OF terakhir_pada ON jadwal FOR EACH ROW "
        f"WHEN (OLD.id = '{jadwal_id}') EXECUTE FUNCTION mati()"
    )
    try:
        _pukul(dunia, MALAM)
        await jalankan_jadwal(dunia.konteks)
    finally:
        await dunia.ubah("DROP FUNCTION mati CASCADE")
    # The other one ran; this one waits a minute and is still due.
    assert [m.oleh for m in await _massal(dunia)] == [f"jadwal:{sehat}"]
    await jalankan_jadwal(dunia.konteks)
    assert len(await _massal(dunia)) == 1
    _pukul(dunia, MALAM + timedelta(minutes=1))
    await jalankan_jadwal(dunia.konteks)
    assert [m.oleh for m in await _massal(dunia)] == [f"jadwal:{sehat}", f"jadwal:{jadwal_id}"]


async def test_removed_schedule_leaves_its_bulk(dunia: DuniaNyata) -> None:
    jadwal_id = await _buat(dunia)
    _pukul(dunia, MALAM)
    await jalankan_jadwal(dunia.konteks)
    await hapus_jadwal(dunia.konteks, PENGUBAH, jadwal_id=jadwal_id, instansi=None)
    _pukul(dunia, MALAM + SEHARI)
    await jalankan_jadwal(dunia.konteks)
    assert [m.status for m in await _massal(dunia)] == ["BERJALAN"]
    tindakan = [
        b.tindakan for b in await dunia.semua("SELECT tindakan FROM audit WHERE objek LIKE 'jadwal:%' ORDER BY id")
    ]
    assert tindakan == ["BUAT_JADWAL", "HAPUS_JADWAL"]


async def test_number_of_schedules_is_limited(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sinkronisasi.jadwal.JADWAL_TERBANYAK", 2)
    hasil = await asyncio.gather(*(_buat(dunia) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(h, JadwalTerlaluBanyak) for h in hasil) == 2
    assert await dunia.satu("SELECT count(*) FROM jadwal") == 2


def test_only_what_a_bulk_may_ask_for() -> None:
    with pytest.raises(ValueError, match="SKP_ROTASI"):
        _isi(jenis=["SKP", "SKP_ROTASI"])
    with pytest.raises(SaringKosong):
        _isi(Saring(status=[]))
