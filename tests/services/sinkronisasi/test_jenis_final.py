"""Sinkro penilaian final: RHK first, then the rating with what hangs on it, counters per lingkup (spec: domain 4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row

from tests.support.dunia_jenis import (
    SUASANA,
    TABEL_HASIL,
    nilai_final,
    rincian,
    rincian_dari,
    sama_dengan_sinkro,
    suasana_pmm,
    tahunan,
    tak_berubah,
)
from tests.support.dunia_nyata import (
    INDIKATOR_KS,
    KS,
    RHK_KS,
    UNIT_LAIN,
    DuniaNyata,
    kode,
    pegawai,
    rhk,
    skp_ks,
)

FINAL = "PENILAIAN_FINAL"
SKP_KS = f"skp-{KS}"
SATU = {"eviden_masuk": 1, "realisasi_masuk": 1, "feedback_masuk": 1}
NOL = dict.fromkeys(("rhk_masuk", "indikator_masuk", "eviden_masuk", "realisasi_masuk", "feedback_masuk"), 0)


def skp_besar(**lain: Any) -> dict[str, Any]:
    """Six indikator of RHK Individu and four of RHK Organisasi."""
    isi = [
        rhk("i1", indikator=("Satu", "Dua", "Tiga")),
        rhk("i2", indikator=("Satu", "Dua", "Tiga")),
        rhk("o1", RHK_KS, indikator=(INDIKATOR_KS, "Lain"), lingkup="ORGANISASI"),
        rhk("o2", indikator=("Satu", "Dua"), lingkup="ORGANISASI"),
    ]
    return skp_ks(SKP_KS, rhk=isi) | lain


def _final(dunia: DuniaNyata, isi: dict[str, Any] | None) -> None:
    dunia.atur_penilaian("penilaian-final", KS, isi)


async def _hidup(dunia: DuniaNyata, tabel: str) -> list[Row[Any]]:
    return await dunia.semua(
        f"SELECT x.*, i.pmm_id AS indikator FROM {tabel} x JOIN indikator i ON i.id = x.indikator_id "
        "WHERE x.dihapus_pada IS NULL ORDER BY i.pmm_id"
    )


@pytest.fixture
async def siap(dunia: DuniaNyata) -> DuniaNyata:
    """The head's large SKP landed, there is one FINAL period, and PMM has a rating with every attachment."""
    await dunia.impor(periode=[tahunan()])
    dunia.atur(KS, skp_besar())
    await dunia.sinkro(KS)
    _final(dunia, nilai_final(SKP_KS, rincian_dari(skp_besar())))
    return dunia


async def test_six_and_four_then_nothing_new(siap: DuniaNyata) -> None:
    """The screen of document 000: 6/6/6 individu and 4/4/4 organisasi."""
    dunia = siap
    _, baris = await sama_dengan_sinkro(dunia, KS, FINAL)
    assert (baris.status, baris.hasil, kode(baris)) == ("BERHASIL", "DATA_BARU", [])
    ringkasan = baris.tampilan["ringkasan_final"]
    assert ringkasan["individu"] == NOL | dict.fromkeys(SATU, 6)
    assert ringkasan["organisasi"] == NOL | dict.fromkeys(SATU, 4)
    assert ringkasan["catatan"].startswith("Tidak ada RHK dan Indikator baru yang masuk.")
    assert [ringkasan[k] for k in ("nama_periode", "hasil_kerja", "perilaku_kerja", "hasil_akhir")] == [
        "TAHUNAN", "SESUAI", "DIATAS", "BAIK",
    ]  # fmt: skip
    (nilai,) = await dunia.semua("SELECT * FROM penilaian")
    assert (nilai.predikat, nilai.definitif, nilai.sumber) == ("BAIK", True, "PMM")
    for tabel in ("bukti_dukung", "realisasi", "umpan_balik"):
        assert len(await _hidup(dunia, tabel)) == 10
    ringkasan = (await tak_berubah(dunia, KS, FINAL)).tampilan["ringkasan_final"]
    assert (ringkasan["individu"], ringkasan["organisasi"]) == (NOL, NOL)
    assert ringkasan["catatan"].startswith("Tidak ada RHK dan Indikator baru")
    await tak_berubah(dunia, KS, "SKP")


async def test_rhk_are_made_equal_first(siap: DuniaNyata) -> None:
    dunia = siap
    isi = skp_besar()
    isi["rhk"] = [*isi["rhk"], rhk("i3", "Pekerjaan baru")]
    dunia.atur(KS, isi)
    _final(dunia, nilai_final(SKP_KS, rincian_dari(isi)))
    _, baris = await sama_dengan_sinkro(dunia, KS, FINAL)
    ringkasan = baris.tampilan["ringkasan_final"]
    assert ringkasan["individu"] == {"rhk_masuk": 1, "indikator_masuk": 1} | dict.fromkeys(SATU, 7)
    assert "catatan" not in ringkasan
    assert len(await dunia.rhk(KS)) == 5
    await tak_berubah(dunia, KS, FINAL)
    await tak_berubah(dunia, KS, "SKP")


async def test_attachments_changed_and_removed(siap: DuniaNyata) -> None:
    dunia = siap
    await dunia.sinkro(KS, jenis=FINAL)
    isi = rincian_dari(skp_besar())
    isi[0]["bukti_dukung"] = [
        {"id": "bd-i1-0", "nama": "Dokumen lain", "tautan": None},
        {"id": "bd-tambahan", "nama": "Foto", "tautan": None},
    ]
    isi[1] |= {"bukti_dukung": [], "realisasi": None, "umpan_balik": []}
    isi[2]["realisasi"] = {"teks": "Terlampaui", "sumber_data": None}
    _final(dunia, nilai_final(SKP_KS, isi, hasil_kerja="DIATAS", predikat="SANGAT_BAIK", versi=2))
    _, baris = await sama_dengan_sinkro(dunia, KS, FINAL)
    assert baris.tampilan["ringkasan_final"]["individu"] == NOL | {"eviden_masuk": 2, "realisasi_masuk": 1}
    assert baris.tampilan["ringkasan_final"]["hasil_akhir"] == "SANGAT_BAIK"
    bukti = [(b.indikator, b.nama) for b in await _hidup(dunia, "bukti_dukung")]
    assert sorted(bukti[:2]) == [("i1-0", "Dokumen lain"), ("i1-0", "Foto")]
    assert "i1-1" not in {b for b, _ in bukti}
    assert [r.teks for r in await _hidup(dunia, "realisasi") if r.indikator == "i1-2"] == ["Terlampaui"]
    assert await dunia.satu("SELECT count(*) FROM umpan_balik WHERE dihapus_pada IS NOT NULL") == 1
    assert [r.predikat for r in await dunia.semua("SELECT predikat FROM penilaian_riwayat")] == ["BAIK"]
    await tak_berubah(dunia, KS, FINAL)


async def test_an_rhk_with_attachments_is_not_removed_by_a_later_sinkro_skp(siap: DuniaNyata) -> None:
    dunia = siap
    await dunia.sinkro(KS, jenis=FINAL)
    isi = skp_besar()
    dunia.atur(KS, isi | {"rhk": isi["rhk"][1:]})
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("BERHASIL", ["RHK_TIDAK_ADA_DI_PMM"])
    assert baris.temuan[0]["rincian"]["rhk"] == ["Pekerjaan i1"]
    assert sorted(r.pmm_id for r in await dunia.rhk(KS)) == ["i1", "i2", "o1", "o2"]
    baris = await tak_berubah(dunia, KS, FINAL)
    assert set(kode(baris)) == {"RHK_TIDAK_ADA_DI_PMM"}
    assert len(await _hidup(dunia, "bukti_dukung")) == 10


async def test_an_unknown_indikator_is_noted(siap: DuniaNyata) -> None:
    _final(siap, nilai_final(SKP_KS, [rincian("i1", "i1-0"), rincian("i1", "tidak-ada")]))
    _, baris = await sama_dengan_sinkro(siap, KS, FINAL)
    assert (baris.status, kode(baris)) == ("BERHASIL", ["INDIKATOR_TIDAK_ADA"])
    assert baris.tampilan["ringkasan_final"]["individu"] == NOL | SATU


Ubah = Callable[[DuniaNyata], Any]
TEMUAN: dict[str, Ubah] = {
    "PERIODE_FINAL_BELUM_DIATUR": lambda d: _tanpa_periode(d),
    "PERIODE_FINAL_GANDA": lambda d: d.impor(periode=[tahunan(nama="TAHUNAN LAGI")]),
    "UNOR_TERAKHIR_TIDAK_SAMA": lambda d: d.impor(pegawai=[pegawai(KS, UNIT_LAIN, jabatan="Kepala Sekolah")]),
    "FORMULIR_PMM_BELUM_LENGKAP": lambda d: _final(d, nilai_final(SKP_KS, lengkap=False)),
    "PENILAIAN_FINAL_BELUM_ADA": lambda d: _final(d, None),
    "PREDIKAT_TIDAK_SESUAI": lambda d: _final(d, nilai_final(SKP_KS, predikat="KURANG")),
    "PEGAWAI_TIDAK_AKTIF": lambda d: d.impor(pegawai=[pegawai(KS, jabatan="Kepala Sekolah", aktif=False)]),
    "BUKAN_USER_PMM": lambda d: d.ubah(f"UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = '{KS}'"),
    "NIP_TIDAK_DIKENAL_PMM": lambda d: d.kenalkan(KS, terdaftar=False),
    "JENIS_PENGGUNA_BELUM_DIDUKUNG": lambda d: d.atur(KS, skp_besar(jenis="PENILIK")),
}


async def _tanpa_periode(dunia: DuniaNyata) -> None:
    await dunia.ubah("DELETE FROM periode")
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")


@pytest.mark.parametrize("temuan", TEMUAN)
async def test_each_finding_alone_writes_nothing(siap: DuniaNyata, temuan: str) -> None:
    dunia = siap
    if (tunggu := TEMUAN[temuan](dunia)) is not None:
        await tunggu
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL[4:])
    _, baris = await sama_dengan_sinkro(dunia, KS, FINAL)
    assert (baris.status, kode(baris, "GAGAL"), baris.tampilan["ringkasan_final"]) == ("GAGAL", [temuan], None)
    assert await dunia.sidik_tabel(*TABEL_HASIL[4:]) == sebelum


async def test_waits_for_the_skp_and_is_released(dunia: DuniaNyata) -> None:
    await dunia.impor(periode=[tahunan()])
    dunia.atur(KS, skp_besar())
    _final(dunia, nilai_final(SKP_KS, rincian_dari(skp_besar())))
    _, baris = await sama_dengan_sinkro(dunia, KS, FINAL)
    assert (baris.status, kode(baris)) == ("TERTAHAN", ["SKP_BELUM_SINKRO"])
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(KS, jenis=FINAL)).status == "BERHASIL"


async def test_several_findings_at_once(dunia: DuniaNyata) -> None:
    await dunia.impor(pegawai=[pegawai(KS, UNIT_LAIN, aktif=False)])
    _final(dunia, nilai_final(SKP_KS, lengkap=False, hasil_kerja=None, perilaku_kerja=None, predikat=None))
    baris = await dunia.sinkro(KS, jenis=FINAL)
    assert kode(baris) == [
        "PEGAWAI_TIDAK_AKTIF", "PERIODE_FINAL_BELUM_DIATUR", "SKP_BELUM_SINKRO", "UNOR_TERAKHIR_TIDAK_SAMA",
        "FORMULIR_PMM_BELUM_LENGKAP", "PENILAIAN_FINAL_BELUM_ADA",
    ]  # fmt: skip


@pytest.mark.parametrize("nama", SUASANA)
async def test_moods_of_pmm(siap: DuniaNyata, nama: str) -> None:
    await suasana_pmm(siap, KS, FINAL, nama)
