"""The error tree: sorted by what to do next, silent about people."""

from typing import Any

import pytest

from pmm_client import (
    PMMAksesDitolak,
    PMMCobaLagi,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
    PMMTidakTerjangkau,
)
from tests.pmm_client.pmm_tiruan import NIP

ASAL: dict[str, Any] = {"jalur": "/v1/pengguna/{nip}", "request_id": "r-1"}


@pytest.mark.parametrize("jenis", [PMMTidakTerjangkau, PMMMembatasi, PMMAksesDitolak])
def test_yang_dicoba_lagi(jenis: type[PMMCobaLagi]) -> None:
    galat = jenis("sakit", **ASAL, retry_after=4.0)
    assert isinstance(galat, PMMCobaLagi)
    assert galat.retry_after == 4.0


@pytest.mark.parametrize("jenis", [PMMJawabanTidakSah, PMMGagal])
def test_yang_tidak_dicoba_lagi(jenis: type[PMMError]) -> None:
    assert not issubclass(jenis, PMMCobaLagi)


def test_tidak_menyebut_orang() -> None:
    galat = PMMGagal(**ASAL, status=200, mentah=f'{{"nip": "{NIP}"}}'.encode(), kode=None, pesan=f"NIP {NIP} salah")
    assert NIP not in str(galat) + repr(galat)
    assert "/v1/pengguna/{nip}" in str(galat)
    assert "r-1" in str(galat)
    assert NIP in galat.mentah_teks


def test_mentah_dipotong_dan_dapat_disimpan() -> None:
    galat = PMMJawabanTidakSah("x", **ASAL, mentah=b"a\x00\xff" + b"b" * 100_000)
    assert len(galat.mentah) == 64 * 1024
    assert galat.mentah_teks.startswith("a\ufffd\ufffdb")


def test_salinan_untuk_pemanggil_lain() -> None:
    asli = PMMMembatasi("x", **ASAL, status=429, retry_after=3.0)
    salinan = asli.salin("r-2")
    assert (salinan.request_id, asli.request_id) == ("r-2", "r-1")
    assert (type(salinan), salinan.retry_after, salinan.status) == (PMMMembatasi, 3.0, 429)
