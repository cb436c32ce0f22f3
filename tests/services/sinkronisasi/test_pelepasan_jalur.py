"""Every way by which a fact can change frees exactly who waits for it, once (spec: domain 4.7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ekinerja_domain.periode import TipePeriodik
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.unit_kerja import JenisPimpinan
from services.padanan.layanan import putuskan_padanan
from services.periode.layanan import hapus_periode
from services.periode.penyusunan import susun_periode
from services.periode.perubahan import Pengubah as PengubahPeriode
from services.sinkronisasi.antrean import Lajur
from services.sinkronisasi.perubahan_pmm_simpan import DIANGGAP_TANPA_UMPAN
from services.sinkronisasi.tanya_ulang import tanya_ulang
from services.unit_kerja.layanan import UbahanUnit, ubah_unit_kerja
from services.unit_kerja.masa_pimpinan import lepaskan_pergantian
from services.unit_kerja.perubahan import Pengubah
from services.unit_kerja.pimpinan import IsianPimpinan, tambah_pimpinan, ubah_pimpinan
from services.user_pmm.penambahan import tambah_satu
from tests.support.dunia_jenis import bulan
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    GURU_LAIN,
    INSTANSI,
    KS,
    KS_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
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
    skp_ks,
    unit,
)

PENGUBAH = Pengubah(None, "admin", "ADMIN_INSTANSI", None)
ASING = Sekolah("10000009", "SDN KARANGAN", None, "SDN KARANGAN")
PLT, PERIODIK = "SKP_PLT", "PENILAIAN_PERIODIK"
Langkah = Callable[[DuniaNyata], Awaitable[Any]]


@dataclass(frozen=True)
class Jalur:
    """`rusak` makes the sync of `nip` end with `temuan`; `perbaiki` changes the fact by one way in."""

    nama: str
    rusak: Langkah
    temuan: str
    perbaiki: Langkah
    nip: str = GURU
    jenis: str = "SKP"


async def _belum(dunia: DuniaNyata) -> None:
    """Nothing to break: the head has not synchronised."""


async def _ks(dunia: DuniaNyata) -> None:
    assert (await dunia.sinkro(KS)).status == "BERHASIL"


async def _massal_ks(dunia: DuniaNyata) -> None:
    await dunia.massal(KS)
    await dunia.mesin.kerjakan(await dunia.ambil(Lajur.MASSAL, 1), massal=True)


def _impor(**muatan: list[dict[str, Any]]) -> Langkah:
    return lambda dunia: dunia.impor(**muatan)


def _ubah_unit(unit_id: str, ubahan: UbahanUnit) -> Langkah:
    return lambda dunia: ubah_unit_kerja(dunia.konteks, unit_id, ubahan, PENGUBAH)


def _setelah_ks(*langkah: Langkah) -> Langkah:
    async def semua(dunia: DuniaNyata) -> None:
        await _ks(dunia)
        for satu in langkah:
            await satu(dunia)

    return semua


async def _sekolah_asing(dunia: DuniaNyata) -> None:
    dunia.atur(GURU, skp(f"skp-{GURU}", ASING, KS))


async def _padanan(dunia: DuniaNyata) -> None:
    await putuskan_padanan(
        dunia.konteks, npsn="10000009", unit_kerja_id=UNIT, status=StatusPadanan.DIKONFIRMASI, instansi=None,
        oleh="admin", peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip


async def _tanpa_pimpinan(dunia: DuniaNyata) -> None:
    await dunia.impor(pimpinan=[pimpinan(KS, UNIT, selesai=f"{TAHUN}-05-01")])


async def _tambah_pimpinan(dunia: DuniaNyata) -> None:
    isi: IsianPimpinan = {"nip": KS, "jenis": JenisPimpinan.DEFINITIF, "mulai": date(TAHUN, 5, 2), "selesai": None}
    await tambah_pimpinan(dunia.konteks, UNIT, isi, PENGUBAH)


async def _ubah_pimpinan(dunia: DuniaNyata) -> None:
    ident = await dunia.satu("SELECT id FROM pimpinan WHERE nip = :n", n=KS)
    await ubah_pimpinan(dunia.konteks, ident, {"selesai": None}, PENGUBAH)


async def _bukan_user(dunia: DuniaNyata) -> None:
    await dunia.ubah("DELETE FROM user_pmm WHERE nip = :n", n=GURU)
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")


async def _tambah_user(dunia: DuniaNyata) -> None:
    await tambah_satu(dunia.konteks, GURU, instansi=None, oleh="admin", peran="ADMIN_INSTANSI", request_id=None)


async def _dua_tipe(dunia: DuniaNyata) -> None:
    triwulan = {"nama": "TW", "tipe_periodik": "TRIWULANAN", "periode_akhir": "03-31"}
    await dunia.impor(periode=[bulan(1), bulan(1, **triwulan)])


async def _hapus_triwulan(dunia: DuniaNyata) -> None:
    ident = await dunia.satu("SELECT id FROM periode WHERE nama = 'TW'")
    await hapus_periode(
        dunia.konteks, PengubahPeriode("admin", "ADMIN_INSTANSI", None), periode_id=ident, instansi=None
    )


async def _susun(dunia: DuniaNyata) -> None:
    pengubah = PengubahPeriode("admin", "ADMIN_INSTANSI", None)
    await susun_periode(dunia.konteks, pengubah, instansi_id=INSTANSI, tipe=TipePeriodik.BULANAN, tahun=TAHUN)


def _plt(sekolah: Sekolah, **unit_lain: Any) -> Langkah:
    """The head of the first school also acts at the other, whose unit is inactive."""

    async def rusak(dunia: DuniaNyata) -> None:
        await dunia.impor(
            unit_kerja=[unit(UNIT_LAIN, SEKOLAH_LAIN.nama, aktif=False) | unit_lain],
            pimpinan=[pimpinan(KS, UNIT_LAIN, "PLT", mulai=f"{TAHUN}-01-01")],
        )
        dunia.atur(KS, skp_ks(f"skp-{KS}"), skp_ks("plt", sekolah, penugasan="PLT"))

    return rusak


MENURUT_NPSN = Sekolah(SEKOLAH_LAIN.npsn, "NAMA LAIN SEKALI", None, "NAMA LAIN SEKALI")
MENURUT_UNOR = Sekolah(None, "NAMA LAIN SEKALI", UNIT_LAIN.lower(), "NAMA LAIN SEKALI")
MENURUT_NAMA = Sekolah(None, "SDN 02 MELATI", None, "SDN 02 MELATI")
AKTIF = [unit(UNIT_LAIN, SEKOLAH_LAIN.nama, npsn=SEKOLAH_LAIN.npsn)]
TANPA_UNIT = unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False)

JALUR = (
    Jalur("atasan lewat tombol", _belum, "SKP_ORGANISASI_ATASAN_BELUM_ADA", _ks),
    Jalur("atasan lewat massal", _belum, "SKP_ORGANISASI_ATASAN_BELUM_ADA", _massal_ks),
    Jalur("atasan lewat impor", _belum, "SKP_ORGANISASI_ATASAN_BELUM_ADA", _impor(skp=[skp_impor(KS)])),
    Jalur("padanan dikonfirmasi", _setelah_ks(_sekolah_asing), "NAMA_UNOR_TIDAK_SAMA", _padanan),
    Jalur(
        "padanan lewat impor",
        _setelah_ks(_sekolah_asing),
        "NAMA_UNOR_TIDAK_SAMA",
        _impor(padanan_unor=[{"npsn": "10000009", "unit_kerja_id": UNIT, "status": "DIKONFIRMASI"}]),
    ),
    Jalur(
        "nama unit diubah", _setelah_ks(_sekolah_asing), "NAMA_UNOR_TIDAK_SAMA",
        _ubah_unit(UNIT, {"nama": "SDN KARANGAN"}),
    ),
    Jalur(
        "unit diaktifkan", _setelah_ks(_impor(unit_kerja=[TANPA_UNIT])), "UNIT_KERJA_TIDAK_TERDAFTAR",
        _ubah_unit(UNIT, {"aktif": True}),
    ),
    Jalur(
        "unit diaktifkan lewat impor", _setelah_ks(_impor(unit_kerja=[TANPA_UNIT])), "UNIT_KERJA_TIDAK_TERDAFTAR",
        _impor(unit_kerja=[TANPA_UNIT | {"aktif": True}]),
    ),
    Jalur("pimpinan ditambah", _setelah_ks(_tanpa_pimpinan), "ATASAN_BELUM_ADA", _tambah_pimpinan),
    Jalur("pimpinan diubah", _setelah_ks(_tanpa_pimpinan), "ATASAN_BELUM_ADA", _ubah_pimpinan),
    Jalur(
        "pimpinan lewat impor", _setelah_ks(_tanpa_pimpinan), "ATASAN_BELUM_ADA",
        _impor(pimpinan=[pimpinan(KS, UNIT, selesai=None)]),
    ),
    Jalur("user PMM ditambah", _setelah_ks(_bukan_user), "BUKAN_USER_PMM", _tambah_user),
    Jalur("user PMM lewat impor", _setelah_ks(_bukan_user), "BUKAN_USER_PMM", _impor(user_pmm=[{"nip": GURU}])),
    Jalur(
        "unit pegawai lewat impor", _setelah_ks(_impor(pegawai=[pegawai(GURU, UNIT_LAIN)])), "UNIT_KERJA_BUKAN_SEKOLAH",
        _impor(pegawai=[pegawai(GURU)]),
    ),
    Jalur(
        "pegawai aktif lewat impor", _setelah_ks(_impor(pegawai=[pegawai(GURU, aktif=False)])), "PEGAWAI_TIDAK_AKTIF",
        _impor(pegawai=[pegawai(GURU)]),
    ),
    Jalur("periode dihapus", _setelah_ks(_dua_tipe), "PERIODE_DUA_TIPE", _hapus_triwulan, KS, PERIODIK),
    Jalur("periode disusun", _setelah_ks(_dua_tipe), "PERIODE_DUA_TIPE", _susun, KS, PERIODIK),
    Jalur(
        "periode lewat impor", _ks, "PERIODE_BELUM_DIATUR", _impor(periode=[bulan(1)]), KS, PERIODIK,
    ),
    Jalur("SKP sendiri mendarat", _impor(periode=[bulan(1)]), "SKP_BELUM_SINKRO", _ks, KS, PERIODIK),
    Jalur(
        "SKP sendiri diimpor", _impor(periode=[bulan(1)]), "SKP_BELUM_SINKRO", _impor(skp=[skp_impor(KS)]), KS, PERIODIK
    ),
    Jalur(
        "PLT: unit menurut NPSN diaktifkan", _plt(MENURUT_NPSN, npsn=SEKOLAH_LAIN.npsn), "UNOR_PMM_BELUM_PADAN",
        _ubah_unit(UNIT_LAIN, {"aktif": True}), KS, PLT,
    ),
    Jalur(
        "PLT: unit menurut NPSN diaktifkan lewat impor", _plt(MENURUT_NPSN, npsn=SEKOLAH_LAIN.npsn),
        "UNOR_PMM_BELUM_PADAN", _impor(unit_kerja=AKTIF), KS, PLT,
    ),
    Jalur(
        "PLT: unit menurut id PMM diaktifkan", _plt(MENURUT_UNOR), "UNOR_PMM_BELUM_PADAN",
        _ubah_unit(UNIT_LAIN, {"aktif": True}), KS, PLT,
    ),
    Jalur(
        "PLT: unit menurut nama diaktifkan", _plt(MENURUT_NAMA), "UNOR_PMM_BELUM_PADAN",
        _ubah_unit(UNIT_LAIN, {"aktif": True}), KS, PLT,
    ),
    Jalur(
        "PLT: unit menurut nama diaktifkan lewat impor", _plt(MENURUT_NAMA), "UNOR_PMM_BELUM_PADAN",
        _impor(unit_kerja=AKTIF), KS, PLT,
    ),
    Jalur(
        "PLT: unit mendapat namanya", _plt(MENURUT_NAMA, nama="SDN TANPA NAMA", aktif=True), "UNOR_PMM_BELUM_PADAN",
        _ubah_unit(UNIT_LAIN, {"nama": "SD NEGERI 2 MELATI"}), KS, PLT,
    ),
)  # fmt: skip


@pytest.mark.parametrize("jalur", JALUR, ids=lambda j: j.nama)
async def test_the_repair_frees_who_waits_and_nobody_else(dunia: DuniaNyata, jalur: Jalur) -> None:
    await jalur.rusak(dunia)
    # A bystander who waits for something else.
    lain = GURU_2 if jalur.jenis == PLT else GURU_LAIN
    assert kode(await dunia.sinkro(lain)) == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    baris = await dunia.sinkro(jalur.nip, jenis=jalur.jenis)
    assert kode(baris, "GAGAL") == [jalur.temuan]
    await jalur.perbaiki(dunia)
    kini = await dunia.baris(jalur.nip, jenis=jalur.jenis)
    assert (kini.status, kini.pemicu) == ("MENUNGGU", "PELEPASAN")
    await dunia.habiskan()
    assert (await dunia.baris(jalur.nip, jenis=jalur.jenis)).status == "BERHASIL"
    assert len(await dunia.percobaan(jalur.nip, jalur.jenis)) == 2
    assert len(await dunia.percobaan(lain)) == 1


@pytest.mark.parametrize(
    "perubahan",
    [
        {"pegawai": [pegawai(GURU, UNIT_LAIN, golongan="IV/a", jabatan="Guru Ahli Utama", nama="Nama Baru")]},
        {"unit_kerja": [unit(UNIT_LAIN, SEKOLAH_LAIN.nama, npsn=SEKOLAH_LAIN.npsn, eselon="41")]},
    ],
    ids=["pegawai", "unit"],
)
async def test_what_decides_nothing_frees_nobody(dunia: DuniaNyata, perubahan: dict[str, Any]) -> None:
    """A nightly import brings new golongan and eselon: nobody tries again for that."""
    await dunia.sinkro(KS)
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
    assert kode(await dunia.sinkro(GURU)) == ["UNIT_KERJA_BUKAN_SEKOLAH"]
    await dunia.impor(**perubahan)
    assert await dunia.habiskan() == 0


async def test_leader_by_date_frees_on_the_day(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    await dunia.impor(
        pimpinan=[pimpinan(KS, UNIT, selesai=f"{TAHUN}-05-01"), pimpinan(KS, UNIT, "PLT", mulai=f"{TAHUN}-06-03")]
    )
    assert kode(await dunia.sinkro(GURU)) == ["ATASAN_BELUM_ADA"]
    await dunia.ubah("UPDATE sinkro SET mulai_pada = :kini", kini=dunia.konteks.jam())

    async def pada(saat: datetime) -> int:
        dunia.konteks.jam = lambda: saat
        async with dunia.konteks.transaksi() as conn:
            return await lepaskan_pergantian(conn, saat)

    assert await pada(datetime(TAHUN, 6, 2, 16, 59, tzinfo=UTC)) == 0
    assert await pada(datetime(TAHUN, 6, 2, 17, 0, tzinfo=UTC)) == 1
    assert await pada(datetime(TAHUN, 6, 2, 17, 1, tzinfo=UTC)) == 0
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_leader_of_a_later_year_frees_nobody_of_this_one(dunia: DuniaNyata) -> None:
    """The reference date of the SKP stays on its last day, so the try would be wasted."""
    dunia.konteks.jam = lambda: datetime(TAHUN + 1, 1, 4, 3, 0, tzinfo=UTC)
    await dunia.sinkro(KS)
    berakhir = pimpinan(KS, UNIT, selesai=f"{TAHUN}-05-01")
    await dunia.impor(pimpinan=[berakhir, pimpinan(KS, UNIT, "PLT", mulai=f"{TAHUN + 1}-01-05")])
    assert kode(await dunia.sinkro(GURU)) == ["ATASAN_BELUM_ADA"]
    await dunia.ubah("UPDATE sinkro SET mulai_pada = :kini", kini=dunia.konteks.jam())
    async with dunia.konteks.transaksi() as conn:
        assert await lepaskan_pergantian(conn, datetime(TAHUN + 1, 1, 5, 3, 0, tzinfo=UTC)) == 0


async def test_without_a_feed_a_missing_skp_is_asked_for_once_a_day_later(dunia: DuniaNyata) -> None:
    dunia.atur(GURU, skp(f"skp-{GURU}", status="DRAF"))
    dunia.atur(GURU_LAIN, skp(f"skp-{GURU_LAIN}", SEKOLAH_LAIN, KS_LAIN, status="DRAF"))
    await dunia.impor(pegawai=[pegawai(GURU_LAIN, UNIT)])
    assert kode(await dunia.sinkro(GURU)) == ["SKP_PMM_BELUM_DISEPAKATI"]
    assert "UNIT_KERJA_BUKAN_SEKOLAH" in kode(await dunia.sinkro(GURU_LAIN))

    async def tanya() -> list[str]:
        await tanya_ulang(dunia.konteks)
        return [b.nip for b in await dunia.semua("SELECT nip FROM sinkro WHERE status = 'MENUNGGU'")]

    assert await tanya() == []
    sumber = dunia.konteks.settings.pmm_url
    await dunia.ubah("INSERT INTO pmm_umpan (sumber, tanpa_umpan_sejak) VALUES (:s, now())", s=sumber)
    assert await tanya() == []
    await dunia.ubah("UPDATE sinkro SET selesai_pada = now() - interval '24 hours'")
    # With a feed nobody is asked again by the clock.
    await dunia.ubah("UPDATE pmm_umpan SET tanpa_umpan_sejak = NULL, tersusul_pada = now()")
    assert await tanya() == []
    await dunia.ubah("UPDATE pmm_umpan SET tersusul_pada = now() - CAST(:lama AS interval)", lama=DIANGGAP_TANPA_UMPAN)
    assert await tanya() == [GURU]
    assert await dunia.habiskan() == 1
    await dunia.ubah("UPDATE sinkro SET selesai_pada = now() - interval '48 hours'")
    assert await tanya() == []
    # A new failure, whoever asked, is another one.
    await dunia.sinkro(GURU)
    await dunia.ubah("UPDATE sinkro SET selesai_pada = now() - interval '24 hours'")
    assert await tanya() == [GURU]
