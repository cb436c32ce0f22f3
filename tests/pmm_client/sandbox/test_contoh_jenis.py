"""What the sample plants for the syncs beside Sinkro SKP, and that the rest of it does not notice."""

from __future__ import annotations

from datetime import date

import pytest

from pmm_client.sandbox import contoh as pembuat
from pmm_client.sandbox.contoh import Contoh, Kebenaran, buat_contoh
from tests.pmm_client.sandbox.juri_jenis import JuriJenis, Putusan, sesuai_matriks

HARI = date(2026, 11, 21)
TAHUN = 2026


def _kode(daftar: dict[str, Kebenaran]) -> set[frozenset[str]]:
    return {k.gagal for k in daftar.values()}


def _himpunan(*kode: tuple[str, ...]) -> set[frozenset[str]]:
    return {frozenset(k) for k in kode}


@pytest.mark.parametrize("benih", [1, 20240527, 99])
def test_setiap_jenis_ditanam_sendirian_sejak_300(benih: int) -> None:
    jenis = buat_contoh(300, benih).kebenaran_jenis
    assert _kode(jenis["SKP_PLT"]) == _himpunan((), ("PLT_TIDAK_TERDAFTAR",))
    assert _kode(jenis["SKP_ROTASI"]) == _himpunan(
        (), ("UNOR_PMM_BELUM_PADAN",), ("UNOR_TERAKHIR_TIDAK_SAMA",), ("RANTAI_ROTASI_TIDAK_VALID",)
    )
    assert _kode(jenis["PENILAIAN_PERIODIK"]) == _himpunan(
        (), ("SKP_BELUM_SINKRO",), ("PERIODE_DUA_TIPE",), ("PERIODE_DUA_TIPE", "SKP_BELUM_SINKRO")
    )
    assert _kode(jenis["PENILAIAN_FINAL"]) == _himpunan(
        (),
        ("PENILAIAN_FINAL_BELUM_ADA",),
        ("FORMULIR_PMM_BELUM_LENGKAP",),
        ("FORMULIR_PMM_BELUM_LENGKAP", "PENILAIAN_FINAL_BELUM_ADA"),
        ("PREDIKAT_TIDAK_SESUAI",),
    )
    periodik = jenis["PENILAIAN_PERIODIK"].values()
    assert any(k.status == "BERHASIL" and k.catatan == {"PREDIKAT_TIDAK_SESUAI"} for k in periodik)
    assert all(k.status == "TERTAHAN" for k in periodik if k.gagal == {"SKP_BELUM_SINKRO"})


@pytest.mark.parametrize(("jumlah", "benih"), [(20, 1), (150, 3), (300, 20240527), (400, 5), (900, 6)])
def test_kebenaran_tiap_jenis_disetujui_juri(jumlah: int, benih: int) -> None:
    contoh = buat_contoh(jumlah, benih)
    juri = JuriJenis(contoh, HARI)

    def sama(benar: Kebenaran, putusan: Putusan | None) -> bool:
        return putusan == (set(benar.gagal), set(benar.catatan))

    jenis = contoh.kebenaran_jenis
    for nip, benar in jenis["SKP_PLT"].items():
        assert sama(benar, juri.plt(nip)), benar
    for nip, benar in jenis["SKP_ROTASI"].items():
        assert sama(benar, juri.rotasi(nip)), benar
    for nip, benar in jenis["PENILAIAN_PERIODIK"].items():
        assert sama(benar, juri.periodik(nip)), benar
    for nip, benar in jenis["PENILAIAN_FINAL"].items():
        assert sama(benar, juri.final(nip)), benar
    assert jenis["PENILAIAN_FINAL"].keys() == {n for n in contoh.kebenaran if juri.mendarat(n)}
    for nip in contoh.data_pmm:
        assert (juri.plt(nip) is None) == (nip not in jenis["SKP_PLT"])
        assert (juri.rotasi(nip) is None) == (nip not in jenis["SKP_ROTASI"])


def test_plt_hanya_melepas_gurunya() -> None:
    contoh = buat_contoh(400)
    sesudah = contoh.kebenaran_jenis["SKP"]
    lepas = {n for n in contoh.kebenaran if contoh.kebenaran[n] != sesudah[n]}
    assert lepas
    assert sesudah.keys() == contoh.kebenaran.keys()
    for nip in lepas:
        assert contoh.kebenaran[nip].gagal == {"SKP_ORGANISASI_ATASAN_BELUM_ADA"}
        assert (sesudah[nip].status, sesudah[nip].gagal) == ("BERHASIL", frozenset())


def test_sinkro_skp_hanya_melihat_rotasinya(monkeypatch: pytest.MonkeyPatch) -> None:
    penuh = buat_contoh(400)
    monkeypatch.setattr(pembuat, "tanam_jenis", lambda *_: None)
    polos = buat_contoh(400)
    beda = {n for n in penuh.kebenaran if penuh.kebenaran[n] != polos.kebenaran[n]}
    assert len(beda) == 3
    for nip in beda:
        assert polos.kebenaran[nip].temuan == frozenset()
        assert penuh.kebenaran[nip].temuan == {"TERDAPAT_ROTASI"}
        assert nip in penuh.kebenaran_jenis["SKP_ROTASI"]
    assert {k: v for k, v in penuh.referensi.items() if k != "periode"} == {
        k: v for k, v in polos.referensi.items() if k != "periode"
    }


def test_sama_untuk_benih_yang_sama() -> None:
    assert buat_contoh(300, 7).kebenaran_jenis == buat_contoh(300, 7).kebenaran_jenis


def _rotasi_terpanjang(contoh: Contoh) -> list[tuple[str, str]]:
    daftar = [contoh.data_pmm.skp(nip, TAHUN) or [] for nip in contoh.kebenaran_jenis["SKP_ROTASI"]]
    return [(s["periode_awal"], s["periode_akhir"]) for s in max(daftar, key=len)]


def test_rotasi_dan_bulan_seperti_dokumen_000() -> None:
    contoh = buat_contoh(300)
    assert _rotasi_terpanjang(contoh) == [
        ("2026-01-01", "2026-07-15"),
        ("2026-07-16", "2026-08-20"),
        ("2026-08-21", "2026-12-31"),
    ]
    ditanam = [o.penilaian for o in contoh.data_pmm.orang.values() if o.penilaian.bulan]
    assert {r.bulan for r in ditanam} == {(1, 4, 5, 6, 7, 8)}
    assert {r.bulan_salah for r in ditanam} == {None, 5}


def test_matriks_juri_dapat_menolak() -> None:
    assert sesuai_matriks({"hasil_kerja": "DIATAS", "perilaku_kerja": "SESUAI", "predikat": "BAIK"})
    assert not sesuai_matriks({"hasil_kerja": "DIATAS", "perilaku_kerja": "SESUAI", "predikat": "SANGAT_BAIK"})
