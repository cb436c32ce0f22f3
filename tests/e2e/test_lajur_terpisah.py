"""The two lanes of a worker are two processes that live and end together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from tests.e2e.conftest import BuatSekolah
from tests.support.dunia_nyata import TAHUN
from tests.support.layanan_nyata import LayananNyata
from tests.support.pengamat_proses import hidup, tunggu_sampai

BATAS = 60.0


async def _sampai(syarat: Callable[[], bool]) -> None:
    assert await asyncio.to_thread(tunggu_sampai, syarat, BATAS)


@pytest.mark.parametrize("korban", ["worker", "massal"])
async def test_yang_satu_tidak_hidup_tanpa_yang_lain(layanan: LayananNyata, korban: str) -> None:
    """Whichever is killed by -9, the other goes too, and the supervisor starts both again."""
    (pekerja,), (massal,) = layanan.pid("worker"), layanan.pid("massal")
    os.kill({"worker": pekerja, "massal": massal}[korban], signal.SIGKILL)
    await _sampai(lambda: not hidup(pekerja) and not hidup(massal))
    if korban == "massal":
        catatan = (layanan.folder / "log/worker.log").read_text()
        assert "Worker berhenti: proses lajur massal berakhir sendiri" in catatan
    await _sampai(lambda: len(layanan.pid("worker")) == 1 == len(layanan.pid("massal")))
    assert layanan.pid("massal") != [massal]


async def test_massal_mengalah_pada_tombol(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    """The lane of bulks has less claim to the CPU, and a press is carried out while it stands still."""
    await _sampai(lambda: len(layanan.pid("massal")) == 1)
    (pekerja,), (massal,) = layanan.pid("worker"), layanan.pid("massal")
    await _sampai(lambda: os.getpriority(os.PRIO_PROCESS, massal) > os.getpriority(os.PRIO_PROCESS, pekerja))
    sekolah = await buat_sekolah(1)
    os.kill(massal, signal.SIGSTOP)
    try:
        jawaban = await sekolah.klien.post(
            "/v1/sinkro/skp",
            json={"nip": sekolah.ks, "tahun": TAHUN},
            headers={**sekolah.admin, "Prefer": "wait=25"},
        )
    finally:
        os.kill(massal, signal.SIGCONT)
    assert (jawaban.status_code, jawaban.json()["status"]) == (200, "BERHASIL")
