"""What the demo says about itself: figures from log rows, and a verdict that can be negative."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync_api.cli.lokal.contoh import KebenaranPegawai, siapkan_contoh
from sync_api.cli.lokal.demo_hasil import bandingkan, kegagalan_teratas
from sync_api.cli.lokal.demo_jenis import DemoJenis, cetak_rotasi
from sync_api.cli.lokal.klien_http import KlienHTTP

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


class KlienTiruan(KlienHTTP):
    """Knows only log rows, by jenis."""

    def __init__(self, log: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__("http://127.0.0.1:1", lambda: "")
        self._log = log

    def semua(self, jalur: str, **kueri: str | int | None) -> Iterator[dict[str, Any]]:
        assert jalur == "/v1/log-sinkro"
        yield from self._log.get(str(kueri["jenis"]), [])


def test_kebenaran_skp_menurut_yang_sudah_mendarat(tmp_path: Path) -> None:
    sampel = siapkan_contoh(300, tmp_path)
    awal = DemoJenis({"instansi-01": KlienTiruan({})}, sampel).kebenaran_skp()
    assert awal == sampel.kebenaran
    rotasi = next(n for n, k in awal.items() if k.gagal == {"TERDAPAT_ROTASI"})
    log = {
        "SKP_PLT": [{"nip": next(iter(awal)), "terakhir_berhasil_pada": "2026-11-21T08:00:00+07:00"}],
        "SKP_ROTASI": [{"nip": rotasi, "terakhir_berhasil_pada": "2026-11-21T08:00:00+07:00"}],
    }
    lagi = DemoJenis({"instansi-01": KlienTiruan(log)}, sampel).kebenaran_skp()
    beda = {n for n in awal if awal[n] != lagi[n]}
    assert lagi[rotasi] == KebenaranPegawai("BERHASIL", frozenset(), frozenset())
    assert {awal[n].status for n in beda - {rotasi}} == {"TERTAHAN"}
    assert {lagi[n].status for n in beda} == {"BERHASIL"}
    gagal = {"SKP_ROTASI": [{"nip": rotasi, "terakhir_berhasil_pada": None}]}
    assert DemoJenis({"instansi-01": KlienTiruan(gagal)}, sampel).kebenaran_skp() == awal


def test_tabel_rotasi_seperti_layar(capsys: pytest.CaptureFixture[str]) -> None:
    satu = {
        "nomor": 1,
        "skp_terakhir_di_pmm": False,
        "periode_awal": "2026-01-01",
        "periode_akhir": "2026-07-15",
        "pendekatan": "KUANTITATIF",
        "jenis_skp": "GURU_JAJF",
        "nama_unor_ekinerja": "SD NEGERI 1 CONTOH",
        "nama_unor_pmm": "SDN 1 CONTOH",
        "tindakan": "DIBUAT",
    }
    dua = {**satu, "nomor": 2, "skp_terakhir_di_pmm": True, "tindakan": "PERIODE_DIUBAH", "nama_unor_ekinerja": None}
    cetak_rotasi({"data_skp": [satu, dua], "unor_pegawai_saat_ini": {"id": "A", "nama": "SD NEGERI 2 CONTOH"}})
    baris = [b.strip() for b in capsys.readouterr().out.splitlines()]
    assert baris[0] == "Data SKP #1"
    assert baris[1] == "Periode        2026-01-01 s.d. 2026-07-15"
    assert baris[5] == "Tindakan       Akan Membuat SKP Baru"
    assert baris[6] == "Data SKP #2  (SKP Terakhir di PMM)"
    assert baris[9] == "Unor e-Kinerja -"
    assert baris[11] == "Tindakan       Periode akan diubah"
    assert baris[12] == "Unor pegawai saat ini: SD NEGERI 2 CONTOH"
