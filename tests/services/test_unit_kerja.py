"""Units and pimpinan: what a change writes, releases and refuses, on real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ekinerja_domain.unit_kerja import JenisPimpinan
from services.db.id import id_baru
from services.unit_kerja.galat import (
    IsianTidakSah,
    PemegangTidakDitemukan,
    PimpinanDefinitifGanda,
    PimpinanSudahAda,
    PimpinanTidakDitemukan,
    UnitKerjaTidakDitemukan,
)
from services.unit_kerja.layanan import ubah_unit_kerja
from services.unit_kerja.perubahan import Pengubah
from services.unit_kerja.pimpinan import IsianPimpinan, hapus_pimpinan, tambah_pimpinan, ubah_pimpinan
from services.unit_kerja.queries import SaringUnitKerja, daftar_pimpinan, daftar_unit_kerja
from tests.services.konteks_tiruan import (
    KINI,
    KonteksTiruan,
    buka_konteks,
    instansi_kecil,
    nip,
    pegawai,
    skp,
    unit,
    unit_kerja,
)

ADMIN = Pengubah(frozenset({"A"}), "admin", "ADMIN_INSTANSI", "r-1")
AWAL = date(2024, 1, 1)


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    """A Dinas (1) over a school (2, led by person 1) and a unit below it (3); instansi B beside them."""
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        await k.impor(instansi_kecil("B", 10))
        await k.impor({"unit_kerja": [unit_kerja(3, 2)]})
        yield k


async def ubah(konteks: KonteksTiruan, nomor: int, pengubah: Pengubah = ADMIN, **ubahan: Any) -> dict[str, Any]:
    return await ubah_unit_kerja(konteks.sebagai_konteks, unit(nomor).lower(), ubahan, pengubah)  # type: ignore[arg-type]  # any field, by name


def isian(orang: int, jenis: str = "PLT", mulai: date = AWAL, selesai: date | None = None) -> IsianPimpinan:
    return {"nip": nip(orang), "jenis": JenisPimpinan(jenis), "mulai": mulai, "selesai": selesai}


async def tambah(konteks: KonteksTiruan, nomor: int, isi: IsianPimpinan, pengubah: Pengubah = ADMIN) -> dict[str, Any]:
    return await tambah_pimpinan(konteks.sebagai_konteks, unit(nomor), isi, pengubah)


async def versi(konteks: KonteksTiruan, instansi_id: str = "A") -> int:
    return int(await konteks.satu("SELECT versi_fakta FROM instansi WHERE id = :i", i=instansi_id))


async def menunggu(konteks: KonteksTiruan, orang: int, fakta: str, kunci: str) -> None:
    """A failed sync of the person that rests on the fact."""
    await konteks.jalankan(
        "WITH s AS (INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
        "VALUES ('A', :nip, 'SKP', 2024, 'GAGAL', 'ADMIN', 'uji', 0, 1) RETURNING id) "
        "INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
        "SELECT id, :fakta, :kunci, 'ATASAN_BELUM_ADA', 'A' FROM s",
        nip=nip(orang),
        fakta=fakta,
        kunci=kunci,
    )


async def status(konteks: KonteksTiruan, orang: int) -> str:
    return str(await konteks.satu("SELECT status FROM sinkro WHERE nip = :n", n=nip(orang)))


async def test_a_changed_unit_frees_who_waits_and_again_changes_nothing(konteks: KonteksTiruan) -> None:
    await menunggu(konteks, 1, "UNIT_KERJA", unit(2))
    await menunggu(konteks, 2, "PADANAN_NPSN", "20000000")
    await menunggu(konteks, 3, "PADANAN_NPSN", "AB000001")
    sebelum = await versi(konteks)
    hasil = await ubah(konteks, 2, aktif=False, npsn="ab000001", nama="SDN 2 CONTOH")
    assert (hasil["aktif"], hasil["npsn"], hasil["induk_id"]) == (False, "AB000001", unit(1))
    assert [await status(konteks, n) for n in (1, 2, 3)] == ["MENUNGGU"] * 3
    assert await versi(konteks) == sebelum + 1
    assert konteks.lonceng.massal == [3]
    assert await ubah(konteks, 2, aktif=False, npsn="AB000001") == hasil
    assert await versi(konteks) == sebelum + 1
    jejak = await konteks.semua("SELECT objek, rincian FROM audit WHERE tindakan = 'UBAH_UNIT_KERJA'")
    assert jejak == [
        (
            f"unit_kerja:{unit(2)}",
            {
                "sebelum": {"aktif": True, "npsn": "20000000"},
                "sesudah": {"aktif": False, "npsn": "AB000001"},
                "terlepas": 3,
            },
        )
    ]


async def test_another_parent_frees_who_waits_for_a_leader(konteks: KonteksTiruan) -> None:
    await menunggu(konteks, 1, "PIMPINAN_UNIT", unit(3))
    await ubah(konteks, 3, induk_id=unit(1).lower())
    assert await status(konteks, 1) == "MENUNGGU"
    assert (await ubah(konteks, 3, induk_id=None))["induk_id"] is None


async def test_the_tree_gets_no_cycle_and_stays_in_its_instansi(konteks: KonteksTiruan) -> None:
    sebelum = await versi(konteks)
    for nomor, induk in ((1, 3), (1, 2), (2, 2), (2, 3)):
        with pytest.raises(IsianTidakSah) as info:
            await ubah(konteks, nomor, induk_id=unit(induk), nama="LAIN")
        assert info.value.kolom == "induk_id"
    for nomor, induk in ((2, 99), (2, 11)):
        with pytest.raises(UnitKerjaTidakDitemukan):
            await ubah(konteks, nomor, induk_id=unit(induk))
    for nomor in (11, 99):
        with pytest.raises(UnitKerjaTidakDitemukan):
            await ubah(konteks, nomor, nama="LAIN")
    assert await versi(konteks) == sebelum
    assert await konteks.satu("SELECT count(*) FROM unit_kerja WHERE nama = 'LAIN'") == 0


async def test_two_moves_at_once_make_no_cycle(konteks: KonteksTiruan) -> None:
    await konteks.impor({"unit_kerja": [unit_kerja(4, 1), unit_kerja(5, 1)]})
    hasil = await asyncio.gather(
        ubah(konteks, 4, induk_id=unit(5)), ubah(konteks, 5, induk_id=unit(4)), return_exceptions=True
    )
    assert sorted(type(satu).__name__ for satu in hasil) == ["IsianTidakSah", "dict"]


async def test_entering_a_leader_frees_who_waits(konteks: KonteksTiruan) -> None:
    await konteks.impor({"skp": [skp(3)]})
    await menunggu(konteks, 1, "PIMPINAN_UNIT", unit(2))
    await menunggu(konteks, 2, "SKP_ATASAN", f"{unit(2)}:2024")
    sebelum = await versi(konteks)
    hasil = await tambah(konteks, 2, isian(3))
    assert (hasil["nip"], hasil["jenis"], hasil["mulai"], hasil["selesai"], hasil["berlaku"]) == (
        nip(3), "PLT", "2024-01-01", None, True,
    )  # fmt: skip
    assert [await status(konteks, n) for n in (1, 2)] == ["MENUNGGU"] * 2
    assert await versi(konteks) == sebelum + 1
    with pytest.raises(PimpinanSudahAda):
        await tambah(konteks, 2, isian(3))
    assert await versi(konteks) == sebelum + 1


async def test_a_record_is_ended_corrected_and_removed(konteks: KonteksTiruan) -> None:
    satu = await tambah(konteks, 2, isian(3))
    sebelum, pimpinan_id = await versi(konteks), UUID(satu["id"])
    akhir = date(2024, 6, 30)
    hasil = await ubah_pimpinan(konteks.sebagai_konteks, pimpinan_id, {"selesai": akhir}, ADMIN)
    assert (hasil["selesai"], hasil["berlaku"]) == ("2024-06-30", False)
    assert await ubah_pimpinan(konteks.sebagai_konteks, pimpinan_id, {"selesai": akhir}, ADMIN) == hasil
    assert await versi(konteks) == sebelum + 1
    for ubahan in ({"mulai": date(2024, 7, 1)}, {"selesai": date(2023, 12, 31)}):
        with pytest.raises(IsianTidakSah):
            await ubah_pimpinan(konteks.sebagai_konteks, pimpinan_id, ubahan, ADMIN)  # type: ignore[arg-type]  # either
    await menunggu(konteks, 1, "PIMPINAN_UNIT", unit(2))
    await hapus_pimpinan(konteks.sebagai_konteks, pimpinan_id, ADMIN)
    assert await status(konteks, 1) == "MENUNGGU"
    with pytest.raises(PimpinanTidakDitemukan):
        await hapus_pimpinan(konteks.sebagai_konteks, pimpinan_id, ADMIN)
    ((rincian,),) = await konteks.semua("SELECT rincian FROM audit WHERE tindakan = 'HAPUS_PIMPINAN'")
    assert rincian["sebelum"] == {"nip": nip(3), "jenis": "PLT", "mulai": "2024-01-01", "selesai": "2024-06-30"}


async def test_one_definitif_in_force_per_unit(konteks: KonteksTiruan) -> None:
    sebelum = await versi(konteks)
    with pytest.raises(PimpinanDefinitifGanda):
        await tambah(konteks, 2, isian(2, "DEFINITIF"))
    # The claim of somebody of another unit is no claim in force, and after its last day neither is this one.
    await konteks.impor({"pegawai": [pegawai(4, 3)]})
    assert (await tambah(konteks, 2, isian(4, "DEFINITIF")))["berlaku"] is False
    lama = UUID(str(await konteks.satu("SELECT id FROM pimpinan WHERE nip = :n", n=nip(1))))
    await ubah_pimpinan(konteks.sebagai_konteks, lama, {"selesai": date(2023, 12, 31)}, ADMIN)
    baru = await tambah(konteks, 2, isian(2, "DEFINITIF"))
    with pytest.raises(PimpinanDefinitifGanda):
        await ubah_pimpinan(konteks.sebagai_konteks, lama, {"selesai": None}, ADMIN)
    with pytest.raises(PimpinanDefinitifGanda):
        await ubah_pimpinan(konteks.sebagai_konteks, UUID(baru["id"]), {"mulai": date(2023, 6, 1)}, ADMIN)
    assert await versi(konteks) == sebelum + 4  # with the import of person 4


async def test_a_leader_and_a_record_of_another_instansi_are_not_found(konteks: KonteksTiruan) -> None:
    for orang in (11, 99):
        with pytest.raises(PemegangTidakDitemukan):
            await tambah(konteks, 2, isian(orang))
    for nomor in (12, 99):
        with pytest.raises(UnitKerjaTidakDitemukan):
            await tambah(konteks, nomor, isian(11))
    asing = UUID(str(await konteks.satu("SELECT id FROM pimpinan WHERE nip = :n", n=nip(11))))
    for pimpinan_id in (asing, id_baru()):
        with pytest.raises(PimpinanTidakDitemukan):
            await ubah_pimpinan(konteks.sebagai_konteks, pimpinan_id, {"selesai": AWAL}, ADMIN)
        with pytest.raises(PimpinanTidakDitemukan):
            await hapus_pimpinan(konteks.sebagai_konteks, pimpinan_id, ADMIN)
    sendiri = UUID(str(await konteks.satu("SELECT id FROM pimpinan WHERE nip = :n", n=nip(1))))
    with pytest.raises(PemegangTidakDitemukan):
        await ubah_pimpinan(konteks.sebagai_konteks, sendiri, {"nip": nip(11)}, ADMIN)
    assert await versi(konteks, "B") == 1


async def test_the_list_of_units(konteks: KonteksTiruan) -> None:
    await ubah(konteks, 3, aktif=False, nama="SDN 100% CONTOH")
    for saring, harapan in (
        (SaringUnitKerja(instansi=frozenset({"A"})), [1, 3, 2]),
        (SaringUnitKerja(), [1, 11, 3, 12, 2]),
        (SaringUnitKerja(instansi=frozenset()), []),
        (SaringUnitKerja(nama=("contoh",), instansi=frozenset({"A"})), [3, 2]),
        (SaringUnitKerja(nama=("100%", "dinas"), instansi=frozenset({"A"})), [1, 3]),
        (SaringUnitKerja(nama=("1_0",)), []),
        (SaringUnitKerja(aktif=False), [3]),
        (SaringUnitKerja(npsn=("20000000", "20000010")), [12, 2]),
        (SaringUnitKerja(induk_id=(unit(1).lower(),)), [2]),
    ):
        for per_halaman in (1, 2, 50):
            dilihat: list[str] = []
            kursor: str | None = None
            while True:
                async with konteks.baca() as conn:
                    baris, kursor = await daftar_unit_kerja(conn, saring, kursor=kursor, jumlah_baris=per_halaman)
                dilihat += [b["id"] for b in baris]
                if kursor is None:
                    break
            assert dilihat == [unit(n) for n in harapan], saring


async def test_who_led_a_unit_newest_first_in_pages(konteks: KonteksTiruan) -> None:
    for tahun in (2020, 2022, 2021):
        await tambah(konteks, 2, isian(2, "PLH", date(tahun, 1, 1), date(tahun, 12, 31)))
    await tambah(konteks, 2, isian(3, "PLT", date(2022, 1, 1), date(2022, 3, 1)))
    dilihat: list[str] = []
    kursor: str | None = None
    while True:
        async with konteks.baca() as conn:
            baris, kursor = await daftar_pimpinan(
                conn, unit(2), instansi=frozenset({"A"}), kursor=kursor, jumlah_baris=2, kini=KINI
            )
        dilihat += [b["mulai"] for b in baris]
        if kursor is None:
            break
    assert dilihat == ["2023-01-01", "2022-01-01", "2022-01-01", "2021-01-01", "2020-01-01"]
