"""A change that leaves the finding standing frees nobody; the change that ends it does (spec: domain 4.7: "as soon as
every locally known blocking fact of their last attempt is resolved")."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from services.padanan.layanan import putuskan_padanan
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
