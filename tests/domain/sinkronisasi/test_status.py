"""The state table, walked completely, and how findings decide."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.status import (
    MASSAL_BERAKHIR,
    SELESAI,
    TRANSISI,
    TRANSISI_MASSAL,
    Peristiwa,
    PeristiwaMassal,
    StatusMassal,
    StatusSinkro,
    TransisiTidakSah,
    berpindah,
    massal_berpindah,
    putuskan,
    sebelum,
)
from ekinerja_domain.sinkronisasi.temuan import Kelas, Kode, Temuan, Tingkat, buat_temuan

TRANSIEN = buat_temuan(Kode.PMM_TIDAK_TERJANGKAU)
PERBAIKAN = buat_temuan(Kode.BUKAN_USER_PMM)
BERGANTUNG = buat_temuan(Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA)
CATATAN = buat_temuan(Kode.PADAN_MENURUT_NAMA)


@pytest.mark.parametrize(("dari", "peristiwa"), list(product(StatusSinkro, Peristiwa)))
def test_setiap_pasangan_ada_di_tabel_atau_ditolak(dari: StatusSinkro, peristiwa: Peristiwa) -> None:
    if (dari, peristiwa) in TRANSISI:
        assert berpindah(dari, peristiwa) is TRANSISI[dari, peristiwa]
    else:
        with pytest.raises(TransisiTidakSah):
            berpindah(dari, peristiwa)


def test_hasil_hanya_lahir_dari_yang_berjalan() -> None:
    for (dari, peristiwa), ke in TRANSISI.items():
        if ke in SELESAI and ke is not StatusSinkro.DIBATALKAN:
            assert dari is StatusSinkro.BERJALAN, (dari, peristiwa)
    assert sebelum(Peristiwa.DIBATALKAN) == (StatusSinkro.MENUNGGU,)


def test_yang_berhasil_tidak_dilepas_dan_yang_dibatalkan_tidak_hidup_sendiri() -> None:
    assert set(sebelum(Peristiwa.DILEPAS)) == {StatusSinkro.GAGAL, StatusSinkro.TERTAHAN}


def test_setiap_status_dapat_dicapai_dan_diminta_lagi() -> None:
    assert set(TRANSISI.values()) == set(StatusSinkro)
    assert set(sebelum(Peristiwa.DIMINTA)) == set(StatusSinkro)


@given(st.lists(st.sampled_from([TRANSIEN, PERBAIKAN, BERGANTUNG, CATATAN])))
def test_keputusan_menurut_kelas_terberat(temuan: list[Temuan]) -> None:
    kelas = {t.kelas for t in temuan if t.tingkat is Tingkat.GAGAL}
    diharap = Peristiwa.BERHASIL
    for satu, peristiwa in (
        (Kelas.BERGANTUNG, Peristiwa.TERTAHAN),
        (Kelas.PERBAIKAN, Peristiwa.GAGAL),
        (Kelas.TRANSIEN, Peristiwa.DITUNDA),
    ):
        if satu in kelas:
            diharap = peristiwa
    assert putuskan(temuan) is diharap


@pytest.mark.parametrize(("dari", "peristiwa"), list(product(StatusMassal, PeristiwaMassal)))
def test_a_bulk_that_ended_changes_no_more(dari: StatusMassal, peristiwa: PeristiwaMassal) -> None:
    if dari in MASSAL_BERAKHIR:
        with pytest.raises(TransisiTidakSah):
            massal_berpindah(dari, peristiwa)
    else:
        assert massal_berpindah(dari, peristiwa) is TRANSISI_MASSAL[dari, peristiwa]
