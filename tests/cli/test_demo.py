"""What the demo says about itself: figures from log rows, and a verdict that can be negative."""

from __future__ import annotations

from typing import Any

from sync_api.cli.lokal.contoh import KebenaranPegawai
from sync_api.cli.lokal.demo import bandingkan, kegagalan_teratas

KEBENARAN = {
    "a": KebenaranPegawai("GAGAL", frozenset({"X", "Y"}), frozenset({"C"})),
    "b": KebenaranPegawai("BERHASIL", frozenset(), frozenset()),
}


def _baris(nip: str, status: str, *temuan: tuple[str, str]) -> dict[str, Any]:
    return {
        "nip": nip,
        "status": status,
        "temuan": [{"tingkat": tingkat, "kode": kode, "pelaku": ["PEGAWAI"]} for tingkat, kode in temuan],
    }


A = _baris("a", "GAGAL", ("GAGAL", "X"), ("GAGAL", "Y"), ("CATATAN", "C"))
B = _baris("b", "BERHASIL")


def test_tepat_seperti_yang_ditanam() -> None:
    hasil = bandingkan([A, B], KEBENARAN)
    assert (hasil.presisi, hasil.perolehan, hasil.sempurna) == (1.0, 1.0, True)


def test_temuan_yang_terlewat_menurunkan_perolehan() -> None:
    hasil = bandingkan([_baris("a", "GAGAL", ("GAGAL", "X"), ("CATATAN", "C")), B], KEBENARAN)
    assert (hasil.presisi, hasil.sempurna) == (1.0, False)
    assert hasil.perolehan == 2 / 3


def test_temuan_yang_berlebih_menurunkan_presisi() -> None:
    hasil = bandingkan([A, _baris("b", "BERHASIL", ("CATATAN", "C"))], KEBENARAN)
    assert (hasil.perolehan, hasil.sempurna) == (1.0, False)
    assert hasil.presisi == 3 / 4


def test_tingkat_yang_tertukar_bukan_temuan_yang_sama() -> None:
    hasil = bandingkan([_baris("a", "GAGAL", ("GAGAL", "X"), ("CATATAN", "Y"), ("CATATAN", "C")), B], KEBENARAN)
    assert (hasil.berlebih, hasil.terlewat) == (1, 1)


def test_orang_yang_tidak_ada_di_log_dan_status_lain_terlihat() -> None:
    assert bandingkan([A], KEBENARAN).status_berbeda == 1
    hasil = bandingkan([{**A, "status": "TERTAHAN"}, B], KEBENARAN)
    assert (hasil.status_berbeda, hasil.sempurna) == (1, False)


def test_kegagalan_diurutkan_menurut_yang_dibebaskan() -> None:
    baris = [
        _baris("1", "GAGAL", ("GAGAL", "X"), ("GAGAL", "Y")),
        _baris("2", "GAGAL", ("GAGAL", "X"), ("GAGAL", "X")),
        _baris("3", "GAGAL", ("GAGAL", "Z"), ("CATATAN", "C")),
        _baris("4", "GAGAL", ("GAGAL", "Z")),
    ]
    assert [(k.kode, k.orang, k.bebas_langsung) for k in kegagalan_teratas(baris)] == [
        ("Z", 2, 2),
        ("X", 2, 1),
        ("Y", 1, 0),
    ]
