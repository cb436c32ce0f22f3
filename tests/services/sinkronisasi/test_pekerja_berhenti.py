"""A worker ends when it is asked to, whatever its shared duties are waiting for, and not before."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from services.konteks import Konteks
from services.sinkronisasi.antrean import Lajur
from services.worker import proses
from services.worker.pekerja import Pekerja
from services.worker.tugas_berkala import TugasBerkala
from tests.support.dunia_nyata import DuniaNyata


@pytest.fixture
async def _sinyal_kembali() -> AsyncIterator[None]:
    """The worker takes the signals of the whole process over."""
    semula = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}
    yield
    for nomor, penangan in semula.items():
        asyncio.get_running_loop().remove_signal_handler(nomor)
        signal.signal(nomor, penangan)


@pytest.mark.usefixtures("_sinyal_kembali")
async def test_tugas_yang_menggantung_tidak_menahan(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    mulai, terputus = asyncio.Event(), asyncio.Event()

    async def menggantung(_konteks: Konteks) -> None:
        mulai.set()
        try:
            await asyncio.Event().wait()
        finally:
            terputus.set()

    monkeypatch.setattr("services.worker.pekerja.DAFTAR_TUGAS", (TugasBerkala("gantung", 1, menggantung),))
    monkeypatch.setattr(proses, "TUGAS_BERAKHIR_DALAM_DETIK", 0.1)
    pekerja = Pekerja(dunia.konteks, dunia.mesin)
    kerja = asyncio.create_task(proses.kerjakan_sampai_diminta(dunia.konteks.settings, pekerja))
    async with asyncio.timeout(20):
        await mulai.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await kerja
    assert terputus.is_set()
    # Its place is free for the next leader.
    async with dunia.konteks.baca() as conn:
        kunci = text("SELECT pg_try_advisory_lock(hashtextextended('tugas:gantung', 0))")
        assert await conn.scalar(kunci) is True
        await conn.execute(text("SELECT pg_advisory_unlock(hashtextextended('tugas:gantung', 0))"))


async def test_sambungan_yang_putus_di_tengah_pesan_bukan_akhir(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the driver says of a connection that is killed while it prepares a statement."""
    dicoba = {"pulihkan": asyncio.Event(), "ambil_antrean": asyncio.Event()}

    def putus(nama: str) -> None:
        async def gagal(*_: object) -> None:
            dicoba[nama].set()
            raise asyncpg.InternalClientError("cannot switch to state 3; another operation (2) is in progress")

        monkeypatch.setattr(f"services.worker.pekerja.{nama}", gagal)

    for nama in dicoba:
        putus(nama)
    pekerja = Pekerja(dunia.konteks, dunia.mesin)
    kerja = asyncio.create_task(pekerja.jalan())
    pekerja.bangun(Lajur.INTERAKTIF)
    async with asyncio.timeout(20):
        for satu in dicoba.values():
            await satu.wait()
        await asyncio.sleep(0.1)
        assert not kerja.done()
        await pekerja.berhenti()
        await kerja
