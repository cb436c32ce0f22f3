"""Sinkro SKP PLT: beside the definitive SKP, each acting post by itself, and the school's guru go on (spec: domain
4.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.support.dunia_jenis import (
    SEKOLAH_KETIGA,
    SUASANA,
    UNIT_KETIGA,
    sama_dengan_sinkro,
    sekolah_ketiga,
    suasana_pmm,
    tak_berubah,
)
from tests.support.dunia_nyata import (
    DINAS,
    GURU_LAIN,
    KADIS,
    KS,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    kode,
    menginduk,
    pegawai,
    pimpinan,
    rhk,
    skp,
    skp_ks,
    tindakan,
)

PLT = "SKP_PLT"


def skp_plt(nomor: str = "plt", sekolah: Sekolah = SEKOLAH_LAIN, **lain: Any) -> dict[str, Any]:
    return skp_ks(nomor, sekolah, penugasan="PLT") | lain


async def _menjadi_plt(dunia: DuniaNyata, *lain: dict[str, Any], **masa: Any) -> None:
    """The head of the first school also acts at the other one, here and in PMM."""
    await dunia.impor(pimpinan=[pimpinan(KS, UNIT_LAIN, "PLT", **({"mulai": f"{TAHUN}-01-01"} | masa))])
    dunia.atur(KS, skp_ks(f"skp-{KS}"), *(lain or (skp_plt(),)))
    dunia.atur(GURU_LAIN, skp(f"skp-{GURU_LAIN}", SEKOLAH_LAIN, KS))


async def test_lands_beside_the_definitive_skp_and_releases_the_schools_guru(dunia: DuniaNyata) -> None:
    await _menjadi_plt(dunia)
    guru = await dunia.sinkro(GURU_LAIN)
    assert (guru.status, kode(guru)) == ("TERTAHAN", ["SKP_ORGANISASI_ATASAN_BELUM_ADA"])
    assert guru.temuan[0]["rincian"]["menunggu"]["nip"] == KS
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert (await dunia.baris(GURU_LAIN)).status == "TERTAHAN"
    lihat, baris = await sama_dengan_sinkro(dunia, KS, PLT)
    assert (baris.status, baris.hasil, tindakan(baris), kode(baris)) == ("BERHASIL", "DATA_BARU", ["DIBUAT"], [])
    assert [r["rencana_hasil_kerja"] for r in lihat["data_skp"][0]["perubahan"]["rhk_masuk"]][1] == "Pekerjaan k2"
    hidup = {(s.status_pegawai, s.unit_kerja_id): s for s in await dunia.skp(KS)}
    assert set(hidup) == {("DEFINITIF", "A" * 32), ("PLT", UNIT_LAIN)}
    plt = hidup["PLT", UNIT_LAIN]
    assert (plt.atasan_nip, plt.status, plt.periode_awal) == (KADIS, "PERSETUJUAN", date(TAHUN, 1, 1))
    assert (await dunia.baris(GURU_LAIN)).status == "MENUNGGU"
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU_LAIN)).status == "BERHASIL"
    (milik_guru,) = await dunia.skp(GURU_LAIN)
    assert milik_guru.atasan_nip == KS
    tertaut, _ = await dunia.rhk(GURU_LAIN)
    assert (await dunia.satu("SELECT skp_id FROM rhk WHERE id = :id", id=tertaut.rhk_atasan_id)) == plt.id
    await tak_berubah(dunia, KS, PLT)
    assert await dunia.habiskan() == 0
    await tak_berubah(dunia, KS, "SKP")


@pytest.mark.parametrize(
    ("selesai", "berlaku"), [(f"{TAHUN}-06-01", True), (f"{TAHUN}-05-31", False)], ids=["hari terakhir", "sudah lewat"]
)
async def test_the_acting_head_rates_until_the_last_day(dunia: DuniaNyata, selesai: str, berlaku: bool) -> None:
    """Both ends are inclusive; the record still allows the PLT SKP of that time."""
    await _menjadi_plt(dunia, selesai=selesai)
    assert (await dunia.sinkro(KS, jenis=PLT)).status == "BERHASIL"
    baris = await dunia.sinkro(GURU_LAIN)
    assert kode(baris) == ([] if berlaku else ["ATASAN_BERGANTI"])
    (milik_guru,) = await dunia.skp(GURU_LAIN)
    assert (milik_guru.atasan_nip == KS) is berlaku


async def test_a_record_outside_the_skps_period_is_none(dunia: DuniaNyata) -> None:
    await _menjadi_plt(dunia, skp_plt(periode_awal=f"{TAHUN}-04-01"), selesai=f"{TAHUN}-03-31")
    baris = await dunia.sinkro(KS, jenis=PLT)
    assert (baris.status, kode(baris), tindakan(baris)) == ("GAGAL", ["PLT_TIDAK_TERDAFTAR"], ["TIDAK_DITULIS"])
    assert await dunia.skp(KS) == []
    dunia.atur(KS, skp_plt(periode_awal=f"{TAHUN}-03-31"))
    assert (await dunia.sinkro(KS, jenis=PLT)).status == "BERHASIL"


async def test_of_two_posts_the_good_one_lands(dunia: DuniaNyata) -> None:
    await sekolah_ketiga(dunia)
    await _menjadi_plt(dunia, skp_plt("p1"), skp_plt("p2", SEKOLAH_KETIGA))
    await dunia.sinkro(GURU_LAIN)
    _, baris = await sama_dengan_sinkro(dunia, KS, PLT)
    assert (baris.status, baris.hasil, kode(baris)) == ("GAGAL", None, ["PLT_TIDAK_TERDAFTAR"])
    assert tindakan(baris) == ["DIBUAT", "TIDAK_DITULIS"]
    assert baris.temuan[0]["objek"]["id"] == UNIT_KETIGA
    assert [s.pmm_skp_id for s in await dunia.skp(KS)] == ["p1"]
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU_LAIN)).status == "BERHASIL"
    sebelum = await dunia.sidik_tabel()
    baris = await dunia.sinkro(KS, jenis=PLT)
    assert (baris.status, tindakan(baris)) == ("GAGAL", ["TIDAK_BERUBAH", "TIDAK_DITULIS"])
    assert await dunia.sidik_tabel() == sebelum
    await dunia.impor(pimpinan=[pimpinan(KS, UNIT_KETIGA, "PLH", mulai=f"{TAHUN}-02-01")])
    assert await dunia.habiskan() == 1
    baris = await dunia.baris(KS, jenis=PLT)
    assert (baris.status, baris.pemicu, tindakan(baris)) == ("BERHASIL", "PELEPASAN", ["TIDAK_BERUBAH", "DIBUAT"])


Ubah = Callable[[DuniaNyata], Any]
TEMUAN: dict[str, Ubah] = {
    "PEGAWAI_TIDAK_AKTIF": lambda d: d.impor(pegawai=[pegawai(KS, aktif=False)]),
    "BUKAN_USER_PMM": lambda d: d.ubah(f"UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = '{KS}'"),
    "NIP_TIDAK_DIKENAL_PMM": lambda d: d.kenalkan(KS, SEKOLAH, "KEPALA_SEKOLAH", terdaftar=False),
    "SKP_PMM_BELUM_ADA": lambda d: d.atur(KS, skp_ks(f"skp-{KS}")),
    "SKP_PMM_BELUM_DISEPAKATI": lambda d: d.atur(KS, skp_plt(status="DRAF")),
    "JENIS_PENGGUNA_BELUM_DIDUKUNG": lambda d: d.atur(KS, skp_plt(jenis="PENILIK")),
    "UNOR_PMM_BELUM_PADAN": lambda d: d.atur(KS, skp_plt(sekolah=Sekolah("10000077", "SMP JAUH", None, "SMP JAUH"))),
    "PLT_TIDAK_TERDAFTAR": lambda d: d.atur(KS, skp_plt(sekolah=SEKOLAH)),
    "ATASAN_BELUM_ADA": lambda d: d.impor(pegawai=[pegawai(KADIS, DINAS, jenis_pegawai="PIMPINAN", aktif=False)]),
}


@pytest.mark.parametrize("temuan", TEMUAN)
async def test_each_finding_alone_writes_nothing(dunia: DuniaNyata, temuan: str) -> None:
    await _menjadi_plt(dunia)
    if (tunggu := TEMUAN[temuan](dunia)) is not None:
        await tunggu
    _, baris = await sama_dengan_sinkro(dunia, KS, PLT)
    assert (baris.status, kode(baris, "GAGAL")) == ("GAGAL", [temuan])
    assert await dunia.skp(KS) == []


async def test_another_rater_and_an_rhk_that_is_not_found_are_notes(dunia: DuniaNyata) -> None:
    isi = [rhk("k1", rhk_atasan=menginduk("Tidak ada di mana pun"))]
    await _menjadi_plt(dunia, skp_plt(atasan={"nip": GURU_LAIN, "nama": "Orang Lain", "unor": None}, rhk=isi))
    baris = await dunia.sinkro(KS, jenis=PLT)
    assert (baris.status, kode(baris)) == ("BERHASIL", ["ATASAN_TIDAK_SAMA", "RHK_ATASAN_TIDAK_DITEMUKAN"])
    assert [s.atasan_nip for s in await dunia.skp(KS)] == [KADIS]


async def test_several_findings_at_once(dunia: DuniaNyata) -> None:
    await _menjadi_plt(dunia, skp_plt(sekolah=SEKOLAH))
    await dunia.impor(pegawai=[pegawai(KS, aktif=False)])
    await TEMUAN["BUKAN_USER_PMM"](dunia)
    baris = await dunia.sinkro(KS, jenis=PLT)
    assert kode(baris) == ["PEGAWAI_TIDAK_AKTIF", "BUKAN_USER_PMM", "PLT_TIDAK_TERDAFTAR"]


@pytest.mark.parametrize("nama", SUASANA)
async def test_moods_of_pmm(dunia: DuniaNyata, nama: str) -> None:
    await _menjadi_plt(dunia)
    await suasana_pmm(dunia, KS, PLT, nama)
