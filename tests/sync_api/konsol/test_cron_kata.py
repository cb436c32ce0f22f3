"""A cron in words and back: what the form makes, it reads again, and every sentence says what croniter does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sinkronisasi.jadwal_waktu import periksa_cron
from sync_api.konsol.cron_kata import PilihanWaktu, Pola, cron_dalam_kata, cron_dari_pilihan, pilihan_dari_cron


@pytest.mark.parametrize(
    ("cron", "kata"),
    [
        ("0 1 * * *", "setiap hari pukul 01.00 WIB"),
        ("30 13 * * *", "setiap hari pukul 13.30 WIB"),
        ("0 1,13 * * *", "setiap hari pukul 01.00 dan 13.00 WIB"),
        ("0 1 * * 1-5", "setiap hari kerja (Senin sampai Jumat) pukul 01.00 WIB"),
        ("0 1 * * MON,WED", "setiap Senin dan Rabu pukul 01.00 WIB"),
        ("0 1 * * 0", "setiap Minggu pukul 01.00 WIB"),
        ("0 1 * * 6,7", "setiap Sabtu dan Minggu pukul 01.00 WIB"),
        ("0 1 1 * *", "setiap tanggal 1 pukul 01.00 WIB"),
        ("0 1 1,15 1,7 *", "setiap tanggal 1 dan 15 pada Januari dan Juli pukul 01.00 WIB"),
        ("0 1 1 * 1", "setiap tanggal 1 atau setiap Senin pukul 01.00 WIB"),
        ("*/15 * * * *", "setiap 15 menit"),
        ("0 */6 * * *", "setiap 6 jam"),
        ("0 * * * *", "setiap jam"),
        ("10 * * * 1-5", "setiap hari kerja (Senin sampai Jumat), setiap jam pada menit ke-10"),
        ("*/25 * * * *", "menurut pola cron */25 * * * * (WIB)"),
        ("0-30/10 1 * * *", "menurut pola cron 0-30/10 1 * * * (WIB)"),
    ],
)
def test_cron_dibaca_sebagai_kalimat(cron: str, kata: str) -> None:
    periksa_cron(cron)
    assert cron_dalam_kata(cron, "Asia/Jakarta") == kata


@given(
    pola=st.sampled_from([Pola.HARIAN, Pola.HARI_KERJA, Pola.MINGGUAN, Pola.BULANAN]),
    jam=st.integers(0, 23),
    menit=st.integers(0, 59),
    hari=st.sets(st.integers(0, 6), min_size=1),
    tanggal=st.integers(1, 31),
)
def test_pilihan_formulir_terbaca_kembali(pola: Pola, jam: int, menit: int, hari: set[int], tanggal: int) -> None:
    dipilih = PilihanWaktu(pola, f"{jam:02d}:{menit:02d}", tuple(hari), tanggal)
    cron = cron_dari_pilihan(dipilih)
    assert periksa_cron(cron) == cron
    kembali = pilihan_dari_cron(cron)
    assert cron_dari_pilihan(kembali) == cron
    assert kembali.jam == dipilih.jam
    assert "menurut pola" not in cron_dalam_kata(cron, "Asia/Jakarta")


@pytest.mark.parametrize("cron", ["*/15 * * * *", "0 1,13 * * *", "0 1 1 1 *", "0 1 1 * 1", "bukan cron"])
def test_yang_tidak_ada_di_formulir_tetap_sebagai_cron(cron: str) -> None:
    pilihan = pilihan_dari_cron(cron)
    assert pilihan.pola is Pola.CRON
    assert cron_dari_pilihan(pilihan) == cron
