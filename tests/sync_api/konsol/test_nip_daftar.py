"""Lists of NIP as they are pasted, and on their way through hidden fields."""

from __future__ import annotations

import pytest

from services.sinkronisasi.massal_berkas import KETERANGAN_ANGKA, KETERANGAN_BENTUK, BarisDitolak, NipBerkas
from sync_api.konsol.isian import IsianSalah
from sync_api.konsol.nip_daftar import (
    NIP_TERBANYAK,
    dari_bidang,
    dari_tempelan,
    dari_terbaca,
    sebagai_bidang,
    sebagai_teks,
)
from tests.sync_api.conftest import nip

SATU, DUA, TIGA = nip(1), nip(2), nip(3)


def test_tempelan_dari_excel_dan_tulisan_berspasi() -> None:
    berspasi = f"{DUA[:8]} {DUA[8:14]} {DUA[14]} {DUA[15:]}"
    teks = f"NIP\tNama\n{SATU}\tSri Wahyuni\n{berspasi}\n{TIGA} {SATU}\n\n1,98E+17\n123; {TIGA}"
    daftar = dari_tempelan(teks)
    assert daftar.baris == {SATU: 2, DUA: 3, TIGA: 4}
    assert [(d.baris, d.nip) for d in daftar.tidak_terbaca] == [(6, "1"), (6, "98E+17"), (7, "123")]


@pytest.mark.parametrize("teks", ["", "Nama\nSri", " ;,\n"])
def test_tempelan_tanpa_nip_dikatakan(teks: str) -> None:
    with pytest.raises(IsianSalah) as salah:
        dari_tempelan(teks)
    assert "daftar" in salah.value.pesan


def test_daftar_utuh_melewati_bidang_tersembunyi() -> None:
    ditolak = [BarisDitolak("1,98E+17", 3, KETERANGAN_ANGKA), BarisDitolak("a-b.c-d", 4, KETERANGAN_BENTUK)]
    semula = dari_terbaca(NipBerkas({SATU: 2, DUA: 9}, ditolak), "berkas")
    bidang = sebagai_bidang(semula)
    isi, tolak = ([n for nama, n in bidang if nama == satu] for satu in ("isi", "tolak"))
    assert dari_bidang(isi, tolak) == semula
    assert sebagai_teks(isi, tolak) == f"{SATU}\n1,98E+17\na-b.c-d\n{DUA}"


@pytest.mark.parametrize(("isi", "tolak"), [(["2-abc"], []), ([f"x-{SATU}"], []), ([], ["1-lain-teks"]), ([""], [])])
def test_bidang_yang_diubah_ditolak(isi: list[str], tolak: list[str]) -> None:
    with pytest.raises(IsianSalah):
        dari_bidang(isi, tolak)


def test_yang_terlalu_banyak_dikatakan_bukan_dipotong() -> None:
    with pytest.raises(IsianSalah) as salah:
        dari_terbaca(NipBerkas({str(n): n for n in range(NIP_TERBANYAK + 1)}, []), "berkas")
    assert "50.000" in salah.value.pesan["berkas"]
