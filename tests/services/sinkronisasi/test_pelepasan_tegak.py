"""A change that leaves the finding standing frees nobody; the change that ends it does (spec: domain 4.7: "as soon as
every locally known blocking fact of their last attempt is resolved")."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from services.padanan.layanan import putuskan_padanan
from services.sinkronisasi.antrean import Lajur
from tests.support.dunia_jenis import bulan, tahunan
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    KS,
    SEKOLAH,
    TAHUN,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    kode,
    pegawai,
    pimpinan,
    skp,
    skp_impor,
    unit,
)

Langkah = Callable[[DuniaNyata], Awaitable[Any]]
ASING = Sekolah("10000009", "SDN KARANGAN", None, "SDN KARANGAN")
# No clock that runs these tests comes that far.
KELAK = "2099-01-01"


@dataclass(frozen=True)
class Setengah:
    """`rusak` makes the sync of `nip` end with `temuan`; `setengah` changes one of its facts and repairs nothing."""

    nama: str
    rusak: Langkah
    temuan: str
    setengah: Langkah
    perbaiki: Langkah
    nip: str = GURU
    jenis: str = "SKP"


def _impor(**muatan: list[dict[str, Any]]) -> Langkah:
    return lambda dunia: dunia.impor(**muatan)


def _setelah_ks(**muatan: list[dict[str, Any]]) -> Langkah:
    async def langkah(dunia: DuniaNyata) -> None:
        assert (await dunia.sinkro(KS)).status == "BERHASIL"
        await dunia.impor(**muatan)

    return langkah


async def _sekolah_asing(dunia: DuniaNyata) -> None:
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    dunia.atur(GURU, skp(f"skp-{GURU}", ASING, KS))


def _putuskan(unit_id: str, status: StatusPadanan) -> Langkah:
    return lambda dunia: putuskan_padanan(
        dunia.konteks, npsn="10000009", unit_kerja_id=unit_id, status=status, instansi=None, oleh="admin",
        peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip


async def _belum(dunia: DuniaNyata) -> None:
    """Nothing to break: the head has not synchronised."""


MATI = unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False)
TRIWULAN = bulan(1, nama="TW", tipe_periodik="TRIWULANAN", periode_akhir="03-31")
FINAL_GANDA = tahunan(nama="TAHUNAN II")
TANPA_KS = pimpinan(KS, UNIT, selesai=f"{TAHUN}-05-01")

SETENGAH = (
    Setengah(
        "periode: satu dari dua kesalahan", _setelah_ks(periode=[bulan(1), TRIWULAN]), "PERIODE_DUA_TIPE",
        _impor(periode=[TRIWULAN | {"tipe_periodik": "BULANAN"}]),
        _impor(periode=[TRIWULAN | {"tipe_periodik": "BULANAN", "angka_periodik": 3}]), KS, "PENILAIAN_PERIODIK",
    ),
    Setengah(
        "periode final, tabel periodik diubah", _setelah_ks(periode=[tahunan(), FINAL_GANDA]), "PERIODE_FINAL_GANDA",
        _impor(periode=[bulan(2)]), _impor(periode=[tahunan(nama="KHUSUS", tahun=TAHUN)]), KS, "PENILAIAN_FINAL",
    ),
    Setengah(
        "unit diganti nama, tetap nonaktif", _setelah_ks(unit_kerja=[MATI]), "UNIT_KERJA_TIDAK_TERDAFTAR",
        _impor(unit_kerja=[MATI | {"nama": "SDN 1 MELATI"}]), _impor(unit_kerja=[MATI | {"aktif": True}]),
    ),
    Setengah(
        "pegawai pindah, tetap tidak aktif", _setelah_ks(pegawai=[pegawai(GURU, aktif=False)]), "PEGAWAI_TIDAK_AKTIF",
        _impor(pegawai=[pegawai(GURU, UNIT_LAIN, aktif=False)]), _impor(pegawai=[pegawai(GURU)]),
    ),
    Setengah(
        "pimpinan yang mulai kelak", _setelah_ks(pimpinan=[TANPA_KS]), "ATASAN_BELUM_ADA",
        _impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLT", mulai=KELAK)]),
        _impor(pimpinan=[pimpinan(KS, UNIT, selesai=None)]),
    ),
    Setengah(
        "orang lain memimpin, KS belum klaim", _impor(pimpinan=[TANPA_KS]), "KS_BELUM_KLAIM_PIMPINAN",
        _impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLT", mulai=f"{TAHUN}-05-02", selesai=f"{TAHUN}-05-20")]),
        _impor(pimpinan=[pimpinan(KS, UNIT, selesai=None)]), KS,
    ),
    Setengah(
        "PLT ditunjuk, belum ada SKP-nya", _belum, "SKP_ORGANISASI_ATASAN_BELUM_ADA",
        _impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLH", mulai=f"{TAHUN}-05-02", selesai=f"{TAHUN}-05-20")]),
        _impor(skp=[skp_impor(KS)]),
    ),
    Setengah(
        "saran padanan ditolak", _sekolah_asing, "NAMA_UNOR_TIDAK_SAMA", _putuskan(UNIT_LAIN, StatusPadanan.DITOLAK),
        _putuskan(UNIT, StatusPadanan.DIKONFIRMASI),
    ),
)  # fmt: skip


@pytest.mark.parametrize("satu", SETENGAH, ids=lambda s: s.nama)
async def test_who_is_still_blocked_is_not_tried_again(dunia: DuniaNyata, satu: Setengah) -> None:
    await satu.rusak(dunia)
    assert satu.temuan in kode(await dunia.sinkro(satu.nip, jenis=satu.jenis), "GAGAL")
    await satu.setengah(dunia)
    assert (await dunia.baris(satu.nip, jenis=satu.jenis)).status in ("GAGAL", "TERTAHAN")
    assert await dunia.habiskan() == 0
    await satu.perbaiki(dunia)
    assert (await dunia.baris(satu.nip, jenis=satu.jenis)).pemicu == "PELEPASAN"
    await dunia.habiskan()
    assert satu.temuan not in kode(await dunia.baris(satu.nip, jenis=satu.jenis))
    assert len(await dunia.percobaan(satu.nip, satu.jenis)) == 2


async def test_a_rejected_pair_may_leave_the_own_unit_as_the_only_one_of_that_name(dunia: DuniaNyata) -> None:
    """Two units have the school's name: which of them it is, is decided as soon as one is rejected."""
    kembar = Sekolah("10000009", "SD NEGERI 1 MELATI", None, "SD NEGERI 1 MELATI")
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama), unit(UNIT_LAIN, "SDN 01 MELATI")])
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    dunia.atur(GURU, skp(f"skp-{GURU}", kembar, KS))
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["NAMA_UNOR_TIDAK_SAMA"]
    await _putuskan(UNIT_LAIN, StatusPadanan.DITOLAK)(dunia)
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


@pytest.mark.parametrize("urut", [(0, 1), (1, 0)], ids=["unit dahulu", "pegawai dahulu"])
async def test_who_is_held_by_two_things_is_freed_by_the_second_once(dunia: DuniaNyata, urut: tuple[int, int]) -> None:
    """And what PMM has wrong holds nobody back, since only PMM can say that it was repaired."""
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    dunia.atur(GURU, skp(f"skp-{GURU}", status="DRAF"))
    await dunia.impor(unit_kerja=[MATI], pegawai=[pegawai(GURU, aktif=False)])
    dua = ["PEGAWAI_TIDAK_AKTIF", "UNIT_KERJA_TIDAK_TERDAFTAR"]
    pertama = await dunia.sinkro(GURU)
    assert sorted(kode(pertama, "GAGAL")) == [*dua[:1], "SKP_PMM_BELUM_DISEPAKATI", *dua[1:]]
    perbaikan = (_impor(unit_kerja=[MATI | {"aktif": True}]), _impor(pegawai=[pegawai(GURU)]))
    await perbaikan[urut[0]](dunia)
    assert await dunia.habiskan() == 0
    # What is shown is what the attempt found.
    assert kode(await dunia.baris(GURU)) == kode(pertama)
    await perbaikan[urut[1]](dunia)
    assert await dunia.habiskan() == 1
    assert kode(await dunia.baris(GURU), "GAGAL") == ["SKP_PMM_BELUM_DISEPAKATI"]


async def test_who_moves_to_another_inactive_unit_waits_for_that_one(dunia: DuniaNyata) -> None:
    lain = unit(UNIT_LAIN, "SDN 2 MELATI", aktif=False)
    await _setelah_ks(unit_kerja=[MATI, lain])(dunia)
    assert "UNIT_KERJA_TIDAK_TERDAFTAR" in kode(await dunia.sinkro(GURU), "GAGAL")
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
    await dunia.habiskan()
    await dunia.impor(unit_kerja=[lain | {"aktif": True}])
    assert (await dunia.baris(GURU)).status == "MENUNGGU"


async def test_who_left_after_the_last_day_of_a_past_years_skp_was_active(dunia: DuniaNyata) -> None:
    lalu = TAHUN - 1
    await dunia.impor(pegawai=[pegawai(GURU, aktif=False, nonaktif_sejak=f"{lalu}-09-01")])
    dunia.atur(GURU, skp("lalu", periode_awal=f"{lalu}-01-01", periode_akhir=f"{lalu}-10-31"), tahun=lalu)
    assert "PEGAWAI_TIDAK_AKTIF" in kode(await dunia.sinkro(GURU, lalu), "GAGAL")
    # The attempt was made while that year still ran, when today was asked about.
    await dunia.ubah(f"UPDATE sinkro SET mulai_pada = '{lalu}-11-15'")
    await dunia.impor(pegawai=[pegawai(GURU, aktif=False, nonaktif_sejak=f"{lalu}-11-10")])
    assert "PEGAWAI_TIDAK_AKTIF" not in [b.kode for b in await dunia.semua("SELECT kode FROM sinkro_sandaran")]


async def test_the_names_of_somebody_else_may_have_linked_the_unit_since(dunia: DuniaNyata) -> None:
    await _sekolah_asing(dunia)
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["NAMA_UNOR_TIDAK_SAMA"]
    dunia.atur(GURU_2, skp(f"skp-{GURU_2}", replace(ASING, nama="SDN 1 MELATI"), KS))
    assert (await dunia.sinkro(GURU_2)).status == "BERHASIL"
    assert (await dunia.baris(GURU)).status == "GAGAL"
    await _putuskan(UNIT_LAIN, StatusPadanan.DITOLAK)(dunia)
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_a_rejection_taken_back_lets_the_unit_that_pmm_names_count_again(dunia: DuniaNyata) -> None:
    await _putuskan(UNIT, StatusPadanan.DITOLAK)(dunia)
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    dunia.atur(GURU, skp(f"skp-{GURU}", replace(ASING, unor_id=UNIT), KS))
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["NAMA_UNOR_TIDAK_SAMA"]
    await dunia.impor(padanan_unor=[{"npsn": ASING.npsn, "unit_kerja_id": UNIT, "status": "USULAN"}])
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_an_attempt_that_saw_no_skp_does_not_narrow_the_day_of_the_rater(dunia: DuniaNyata) -> None:
    """PMM did not answer the attempt of a bulk; the finding of the attempt before is kept, of an SKP that is over."""
    await _setelah_ks(pimpinan=[TANPA_KS])(dunia)
    dunia.atur(GURU, skp(f"skp-{GURU}", periode_awal=f"{TAHUN}-05-10", periode_akhir=f"{TAHUN}-05-20"))
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["ATASAN_BELUM_ADA"]
    await dunia.massal(GURU)
    dunia.galat("*:status=503")
    (butir,) = await dunia.ambil(Lajur.MASSAL, 1)
    await dunia.mesin.kerjakan([butir], massal=True)
    await _impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLT", mulai=f"{TAHUN}-05-05", selesai=f"{TAHUN}-05-25")])(dunia)
    satu = await dunia.baris(GURU)
    assert (satu.status, satu.pemicu, satu.massal_id) == ("MENUNGGU", "PELEPASAN", None)


async def test_an_skp_that_began_before_its_year_has_a_rater_of_that_time(dunia: DuniaNyata) -> None:
    lalu = TAHUN - 1
    dunia.atur(GURU, skp(f"skp-{GURU}", periode_awal=f"{lalu}-07-01", periode_akhir=f"{TAHUN}-06-30"))
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    await dunia.impor(skp=[skp_impor(GURU_2, periode_awal=f"{lalu}-01-01", periode_akhir=f"{lalu}-12-31")])
    assert (await dunia.baris(GURU)).status == "TERTAHAN"
    await dunia.impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLH", mulai=f"{lalu}-05-02", selesai=f"{lalu}-12-31")])
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_who_moves_to_another_instansi_is_judged_by_its_periods(dunia: DuniaNyata) -> None:
    await _setelah_ks(periode=[bulan(1), TRIWULAN])(dunia)
    assert kode(await dunia.sinkro(KS, jenis="PENILAIAN_PERIODIK"), "GAGAL") == ["PERIODE_DUA_TIPE"]
    sekolah = unit("E" * 32, "SDN 9 MAWAR", instansi_id="mawar", induk_id=None)
    await dunia.impor(
        instansi=[{"id": "mawar", "nama": "Kab. Mawar", "zona_waktu": "Asia/Jakarta"}],
        unit_kerja=[sekolah],
        periode=[bulan(1) | {"instansi_id": "mawar"}],
        pegawai=[pegawai(KS, sekolah["id"], instansi_id="mawar")],
    )
    satu = await dunia.baris(KS, jenis="PENILAIAN_PERIODIK")
    assert (satu.status, satu.pemicu, satu.instansi_id) == ("MENUNGGU", "PELEPASAN", "mawar")


async def test_a_pengawas_waits_for_every_unit_up_to_the_one_that_is_compared(dunia: DuniaNyata) -> None:
    cabang = unit("C" * 32, "CABANG DINAS MELATI", mandiri=True)
    await dunia.impor(unit_kerja=[cabang])
    kantor = Sekolah(None, "CABANG DINAS MELATI", None, "CABANG DINAS MELATI")
    dunia.atur(GURU_2, skp(f"skp-{GURU_2}", kantor, KS, jenis="PENGAWAS"))
    assert "NAMA_UNOR_TIDAK_SAMA" in kode(await dunia.sinkro(GURU_2), "GAGAL")
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, induk_id=cabang["id"])])
    await dunia.habiskan()
    assert "NAMA_UNOR_TIDAK_SAMA" not in kode(await dunia.baris(GURU_2))
