"""The reference import: upsert, counts, versions, release, tenants, movement between instansi."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.referensi.impor import DiLuarInstansi, ImporDitolak
from tests.services.konteks_tiruan import (
    KonteksTiruan,
    buka_konteks,
    instansi_kecil,
    nip,
    pegawai,
    rhk,
    skp,
    unit,
    unit_kerja,
)

TANPA = {"baru": 0, "diubah": 0}


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        yield k


async def tunggu_di(konteks: KonteksTiruan, nomor: int, fakta: str, kunci: str, status: str = "GAGAL") -> None:
    """A sync of the person that rests on the fact."""
    await konteks.jalankan(
        "WITH s AS (INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
        "SELECT instansi_id, nip, 'SKP', 2024, :status, 'ADMIN', 'uji', 0, 1 FROM pegawai WHERE nip = :nip "
        "RETURNING id, instansi_id) INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
        "SELECT id, :fakta, :kunci, 'UNIT_KERJA_TIDAK_TERDAFTAR', instansi_id FROM s",
        nip=nip(nomor),
        status=status,
        fakta=fakta,
        kunci=kunci,
    )


async def versi(konteks: KonteksTiruan, instansi_id: str = "A") -> int:
    return int(await konteks.satu("SELECT versi_fakta FROM instansi WHERE id = :i", i=instansi_id))


async def test_everything_is_new_then_nothing_changes(konteks: KonteksTiruan) -> None:
    muatan = instansi_kecil() | {"skp": [skp(1)]}
    hasil = await konteks.impor(muatan)
    assert {k: v["baru"] for k, v in hasil.items()} == {
        "instansi": 1, "unit_kerja": 2, "pegawai": 3, "pimpinan": 1, "periode": 1, "padanan_unor": 1,
        "user_pmm": 3, "skp": 1,
    }  # fmt: skip
    v = await versi(konteks)
    lagi = await konteks.impor(muatan)
    assert all(satu == TANPA for satu in lagi.values())
    assert await versi(konteks) == v
    assert await konteks.satu("SELECT count(*) FROM audit") == 1
    assert await konteks.satu("SELECT count(*) FROM rhk") == 2


async def test_every_key_is_optional(konteks: KonteksTiruan) -> None:
    assert all(satu == TANPA for satu in (await konteks.impor({})).values())


async def test_what_changed_is_counted_versioned_and_audited_without_a_nip(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    v = await versi(konteks)
    hasil = await konteks.impor({"pegawai": [pegawai(2, jabatan="Guru Ahli Madya"), pegawai(3)]})
    assert hasil["pegawai"] == {"baru": 0, "diubah": 1}
    assert await konteks.satu("SELECT jabatan FROM pegawai WHERE nip = :n", n=nip(2)) == "Guru Ahli Madya"
    assert await versi(konteks) == v + 1
    rincian = await konteks.satu("SELECT rincian FROM audit ORDER BY id DESC LIMIT 1")
    assert rincian == {"pegawai_diubah": 1}


async def test_unit_ids_and_npsn_are_stored_in_upper_case(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    huruf = "ab" * 16
    await konteks.impor(
        {
            "unit_kerja": [unit_kerja(1, None) | {"id": huruf, "npsn": "p2345678"}],
            "pegawai": [pegawai(9) | {"unit_kerja_id": huruf}],
        }
    )
    assert await konteks.satu("SELECT npsn FROM unit_kerja WHERE id = :u", u=huruf.upper()) == "P2345678"
    assert await konteks.satu("SELECT unit_kerja_id FROM pegawai WHERE nip = :n", n=nip(9)) == huruf.upper()


async def test_a_pegawai_may_name_a_unit_nobody_knows_and_is_freed_when_it_comes(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"pegawai": [pegawai(n) for n in (1, 2, 3)] + [pegawai(4, 77)]})
    await tunggu_di(konteks, 4, "UNIT_KERJA", unit(77))
    await konteks.impor({"unit_kerja": [unit_kerja(77)]})
    assert await konteks.satu("SELECT status FROM sinkro") == "MENUNGGU"
    assert konteks.lonceng.massal == [1]


@pytest.mark.parametrize(
    ("fakta", "kunci", "muatan"),
    [
        ("PEGAWAI", nip(2), {"pegawai": [pegawai(2, 1)]}),
        ("PIMPINAN_UNIT", unit(2), {"pegawai": [pegawai(1, 1)]}),
        (
            "PIMPINAN_UNIT",
            unit(1),
            {"pimpinan": [{"unit_kerja_id": unit(1), "nip": nip(2), "jenis": "PLT", "mulai": "2024-01-01"}]},
        ),
        (
            "PADANAN_NPSN",
            "30000000",
            {"padanan_unor": [{"npsn": "30000000", "unit_kerja_id": unit(2), "status": "DITOLAK"}]},
        ),
        ("PADANAN_NPSN", "20000000", {"unit_kerja": [unit_kerja(2, npsn="20000009")]}),
        ("PADANAN_NPSN", "20000009", {"unit_kerja": [unit_kerja(2, npsn="20000009")]}),
        ("PERIODE_TAHUN", "A:2024", {"periode": [instansi_kecil()["periode"][0] | {"batas_pengisian": "04-10"}]}),
        ("SKP_ATASAN", f"{unit(2)}:2024", {"skp": [skp(1)]}),
        ("PEGAWAI", nip(1), {"skp": [skp(1)]}),
    ],
)
async def test_a_change_frees_who_rests_on_it(
    konteks: KonteksTiruan, fakta: str, kunci: str, muatan: dict[str, Any]
) -> None:
    await konteks.impor(instansi_kecil())
    await tunggu_di(konteks, 2, fakta, kunci)
    await konteks.impor(instansi_kecil())
    assert await konteks.satu("SELECT status FROM sinkro") == "GAGAL"
    await konteks.impor(muatan)
    assert await konteks.satu("SELECT status FROM sinkro") == "MENUNGGU"


async def test_becoming_user_pmm_again_frees(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    await konteks.jalankan("UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = :n", n=nip(2))
    await tunggu_di(konteks, 2, "USER_PMM", nip(2))
    assert (await konteks.impor({"user_pmm": [{"nip": nip(2)}]}))["user_pmm"] == {"baru": 1, "diubah": 0}
    assert await konteks.satu("SELECT status FROM sinkro") == "MENUNGGU"
    assert await konteks.satu("SELECT count(*) FROM user_pmm WHERE nip = :n", n=nip(2)) == 2


async def test_a_move_takes_everything_along(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"skp": [skp(1)]})
    await konteks.impor(instansi_kecil("B", 100))
    # What rests on PMM is not freed by the move.
    await tunggu_di(konteks, 1, "PMM_SKP", f"{nip(1)}:2024", "GAGAL")
    va, vb = await versi(konteks), await versi(konteks, "B")
    await konteks.impor({"pegawai": [pegawai(1, 102, "B")]})
    for tabel in ("skp", "rhk", "indikator", "sinkro", "sinkro_sandaran"):
        assert await konteks.semua(f"SELECT DISTINCT instansi_id FROM {tabel}") == [("B",)], tabel
    assert await konteks.satu("SELECT instansi_id FROM user_pmm WHERE nip = :n", n=nip(1)) == "B"
    assert (await versi(konteks), await versi(konteks, "B")) == (va + 1, vb + 1)


async def test_a_leader_of_a_foreign_unit_changes_that_reference_too(konteks: KonteksTiruan) -> None:
    """Their own admin imports them, and may, without a word about the other instansi."""
    await konteks.impor(instansi_kecil())
    await konteks.impor(instansi_kecil("B", 10))
    await konteks.jalankan(
        "INSERT INTO pimpinan (instansi_id, unit_kerja_id, nip, jenis, mulai) "
        "SELECT instansi_id, id, :nip, 'PLT', '2024-01-01' FROM unit_kerja WHERE instansi_id = 'B' ORDER BY id LIMIT 1",
        nip=nip(2),
    )
    sebelum = await versi(konteks, "A"), await versi(konteks, "B")
    await konteks.impor({"pegawai": [pegawai(2, nama="Nama Baru")]}, instansi=frozenset({"A"}))
    assert (await versi(konteks, "A"), await versi(konteks, "B")) == (sebelum[0] + 1, sebelum[1] + 1)
    assert await konteks.satu("SELECT count(*) FROM audit WHERE instansi_id = 'B'") == 1
    await konteks.impor({"pegawai": [pegawai(3, nama="Nama Lain")]}, instansi=frozenset({"A"}))
    assert await versi(konteks, "B") == sebelum[1] + 1


async def test_a_tenant_reaches_nothing_foreign(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    await konteks.impor(instansi_kecil("B", 100))
    milik_b = frozenset({"B"})
    for muatan in (
        {"pegawai": [pegawai(200, 102, "A")]},
        {"pegawai": [pegawai(1, 102, "B")]},
        {"unit_kerja": [unit_kerja(2, 101, "B")]},
        {"unit_kerja": [unit_kerja(300, 1, "B")]},
        {"user_pmm": [{"nip": nip(1)}]},
        {"skp": [skp(1, unit_kerja_id=unit(102))]},
        {"padanan_unor": [{"npsn": "40000000", "unit_kerja_id": unit(2), "status": "DIKONFIRMASI"}]},
        {"pimpinan": [{"unit_kerja_id": unit(102), "nip": nip(2), "jenis": "PLT", "mulai": "2024-01-01"}]},
        {"instansi": [{"id": "C", "nama": "C", "zona_waktu": "Asia/Jakarta"}]},
        {"periode": [instansi_kecil()["periode"][0] | {"nama": "LAIN"}]},
    ):
        with pytest.raises(DiLuarInstansi):
            await konteks.impor(muatan, milik_b)
    assert await versi(konteks) == 1
    assert (await konteks.impor({"pegawai": [pegawai(200, 102, "B")]}, milik_b))["pegawai"]["baru"] == 1


async def test_skp_is_made_equal_and_keeps_the_row_of_a_changed_text(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"skp": [skp(1, atasan_nip=nip(2))]})
    assert await konteks.semua("SELECT sumber, atasan_nama, atasan_unit_kerja_nama, jenis_pegawai FROM skp") == [
        ("EKINERJA", "PEGAWAI 2", "SDN 2 CONTOH", "PEGAWAI")
    ]
    lama = dict(await konteks.semua("SELECT rencana_hasil_kerja, id FROM rhk"))
    baru = [
        rhk("Tertib administrasi sekolah", "Ketepatan laporan"),
        rhk("MUTU  pembelajaran, meningkat!", "Persentase rapor mutu"),
        rhk("Kerja sama", lingkup="INDIVIDU"),
    ]
    hasil = await konteks.impor({"skp": [skp(1, atasan_nip=nip(2), rhk=baru)]})
    assert hasil["skp"] == {"baru": 0, "diubah": 1}
    hidup = await konteks.semua("SELECT rencana_hasil_kerja, id FROM rhk WHERE dihapus_pada IS NULL ORDER BY urutan")
    assert [teks for teks, _ in hidup] == [satu["rencana_hasil_kerja"] for satu in baru]
    assert hidup[0][1] == lama["Tertib administrasi"]
    assert hidup[1][1] == lama["Mutu pembelajaran meningkat"]
    indikator = await konteks.semua("SELECT indikator FROM indikator WHERE dihapus_pada IS NULL ORDER BY 1")
    assert indikator == [("Ketepatan laporan",), ("Persentase rapor mutu",)]
    assert await konteks.satu("SELECT count(*) FROM indikator") == 3
    assert await konteks.satu("SELECT versi_skp FROM unit_kerja WHERE id = :u", u=unit(2)) == 2
    assert (await konteks.impor({"skp": [skp(1, atasan_nip=nip(2), rhk=baru)]}))["skp"] == TANPA
    await konteks.impor({"skp": [skp(1, atasan_nip=nip(2), rhk=[])]})
    assert await konteks.satu("SELECT count(*) FROM rhk WHERE dihapus_pada IS NULL") == 0
    assert await konteks.satu("SELECT count(*) FROM indikator WHERE dihapus_pada IS NULL") == 0


async def test_an_skp_of_pmm_is_not_overwritten(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"skp": [skp(1)]})
    await konteks.jalankan("UPDATE skp SET sumber = 'PMM', pmm_skp_id = 'p-1'")
    with pytest.raises(ImporDitolak) as ditolak:
        await konteks.impor({"skp": [skp(1, jabatan="Guru")]})
    assert [g.lokasi for g in ditolak.value.galat] == ["skp[0]"]


async def test_a_definitive_skp_never_overlaps_one_of_the_database(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"skp": [skp(1)]})
    semester = skp(1, periode_awal="2024-07-01")
    with pytest.raises(ImporDitolak) as ditolak:
        await konteks.impor({"skp": [semester]})
    assert [g.lokasi for g in ditolak.value.galat] == ["skp[0]"]
    assert (await konteks.impor({"skp": [semester | {"status_pegawai": "PLT"}]}))["skp"]["baru"] == 1
    diperpendek = skp(1, periode_akhir="2024-06-30")
    assert (await konteks.impor({"skp": [diperpendek, semester]}))["skp"] == {"baru": 1, "diubah": 1}
    assert await konteks.satu("SELECT periode_akhir FROM skp WHERE periode_awal = '2024-01-01'") == date(2024, 6, 30)


async def test_all_or_nothing(konteks: KonteksTiruan) -> None:
    muatan = instansi_kecil()
    muatan["pimpinan"][0]["nip"] = nip(55)
    with pytest.raises(ImporDitolak):
        await konteks.impor(muatan)
    assert await konteks.satu("SELECT count(*) FROM instansi") == 0


async def test_two_imports_at_once_add_up(konteks: KonteksTiruan) -> None:
    hasil = await asyncio.gather(*(konteks.impor(instansi_kecil()) for _ in range(3)))
    assert sum(h["pegawai"]["baru"] for h in hasil) == 3
    assert sum(h["instansi"]["baru"] for h in hasil) == 1
    assert await versi(konteks) == 1


async def test_the_engine_and_an_import_wait_for_each_other(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    async with konteks.transaksi() as mesin:
        await mesin.exec_driver_sql("SELECT id FROM instansi WHERE id = 'A' FOR SHARE")
        impor = asyncio.create_task(konteks.impor({"pegawai": [pegawai(2, 1)]}))
        await asyncio.sleep(0.3)
        assert not impor.done()
        assert (await mesin.exec_driver_sql("SELECT versi_fakta FROM instansi WHERE id = 'A'")).scalar() == 1
    assert (await impor)["pegawai"]["diubah"] == 1
    assert await versi(konteks) == 2


async def test_the_loop_stays_free_while_a_large_payload_is_read(konteks: KonteksTiruan) -> None:
    data = json.dumps(instansi_kecil() | {"pegawai": [pegawai(n) for n in range(1, 8_000)]}).encode()
    terlama = 0.0
    selesai = asyncio.Event()

    async def detak() -> None:
        nonlocal terlama
        putaran = asyncio.get_running_loop()
        while not selesai.is_set():
            mulai = putaran.time()
            await asyncio.sleep(0.01)
            terlama = max(terlama, putaran.time() - mulai)

    jantung = asyncio.create_task(detak())
    hasil = await konteks.impor(data)
    selesai.set()
    await jantung
    assert hasil["pegawai"]["baru"] == 7_999
    assert terlama < 1.0
