"""A few hundred people in bulk while workers, API, Valkey and PostgreSQL are killed and PMM stumbles: nothing is lost,
nothing is doubled, whoever repeats a request has one effect, and PMM is never asked beyond the limit.

`./dev bench kacau` is the longer one.
"""

from __future__ import annotations

import os

import pytest

from tests.support.kekacauan import JENIS_KORBAN, Ukuran, layanan_kacau, panggilan_terbanyak
from tests.support.kekacauan_periksa import periksa_semua

# KACAU_BENIH=... repeats the loop in another order.
UKURAN = Ukuran(benih=int(os.environ.get("KACAU_BENIH", "20260111")))


@pytest.mark.timeout(600)
async def test_tidak_ada_yang_hilang_atau_ganda(tmp_path_factory: pytest.TempPathFactory, pg_sistem: bool) -> None:
    async with layanan_kacau(tmp_path_factory.mktemp("kacau"), UKURAN, pg_sistem=pg_sistem) as kekacauan:
        layanan = kekacauan.layanan
        async with layanan.klien() as klien, layanan.pmm() as pmm:
            await kekacauan.jalankan(klien, pmm)
            await periksa_semua(kekacauan, klien)
            terbanyak, boleh = await panggilan_terbanyak(kekacauan, pmm)
        assert terbanyak <= boleh
        assert kekacauan.rekap > 50
        assert kekacauan.ulangan > 0
        # Nobody at work ended but by our hand. Who is just starting may give up when PostgreSQL is away, and says so.
        tercatat = [
            baris
            for log in (layanan.folder / "log").iterdir()
            for baris in log.read_text(errors="replace").splitlines()
        ]
        menyerah = sum(baris.startswith("sinkro: PostgreSQL (SINKRO_DATABASE_URL)") for baris in tercatat)
        # A worker ends with its child, which we kill as well.
        bersama = sum(baris.startswith("sinkro: Worker berhenti: proses lajur massal") for baris in tercatat)
        tanpa_basis_data = sum("lajur massal tidak dapat dimulai" in baris for baris in tercatat)
        assert layanan.stderr.count("(kode keluar") == menyerah + bersama, layanan.stderr
        assert bersama <= tanpa_basis_data + UKURAN.bunuh // len(JENIS_KORBAN), layanan.stderr
        # One that is killed while it is being restarted is started again without a line of its own.
        assert layanan.stderr.count("sinyal SIGKILL") >= UKURAN.bunuh // 2, layanan.stderr
