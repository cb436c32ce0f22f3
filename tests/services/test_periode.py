"""Periods: what a change touches besides the row, what ratings forbid, and what happens when two act at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ekinerja_domain.periode import Periode, TipePeriodik, urai_periode
from services.db.kursor import KursorTidakSah
from services.periode.layanan import PeriodeBerpenilaian, PeriodeSudahAda, buat_periode, hapus_periode, ubah_periode
from services.periode.penyusunan import TidakDapatDisusun, susun_periode
from services.periode.perubahan import Pengubah
from services.periode.queries import PeriodeTidakDitemukan, daftar_periode, pemeriksaan_periode
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, unit
from tests.services.periode_bernilai import nilai, tulis_skp

A = frozenset({"A"})
PENGUBAH = Pengubah("admin", "ADMIN_INSTANSI", "r-9")
BULANAN, TRIWULANAN = TipePeriodik.BULANAN, TipePeriodik.TRIWULANAN


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil() | {"periode": []})
        yield k


def isi(**lain: Any) -> Periode:
    hasil = urai_periode(
        {
            "nama": "Triwulan I", "jenis": "PERIODIK", "tipe_periodik": "TRIWULANAN", "angka_periodik": 1,
            "periode_awal": "01-01", "periode_akhir": "03-31", "batas_pengisian": "04-20", "tahun": 2024,
        } | lain
    )  # fmt: skip
    assert isinstance(hasil, Periode), hasil
    return hasil


FINAL: dict[str, Any] = {
    "nama": "Tahunan",
    "jenis": "FINAL",
    "tipe_periodik": None,
    "angka_periodik": None,
    "periode_akhir": "12-31",
    "batas_pengisian": "01-31",
}


async def buat(konteks: KonteksTiruan, **lain: Any) -> UUID:
    hasil = await buat_periode(konteks.sebagai_konteks, PENGUBAH, instansi_id="A", isi=isi(**lain))
    return UUID(hasil["id"])


async def ubah(konteks: KonteksTiruan, periode_id: UUID, instansi: frozenset[str] = A, **lain: Any) -> dict[str, Any]:
    return await ubah_periode(
        konteks.sebagai_konteks, PENGUBAH, periode_id=periode_id, instansi=instansi, isi=isi(**lain)
    )


async def hapus(konteks: KonteksTiruan, periode_id: UUID, instansi: frozenset[str] = A) -> None:
    await hapus_periode(konteks.sebagai_konteks, PENGUBAH, periode_id=periode_id, instansi=instansi)


async def susun(konteks: KonteksTiruan, tipe: TipePeriodik = TRIWULANAN, tahun: int = 2024) -> dict[str, Any]:
    return await susun_periode(konteks.sebagai_konteks, PENGUBAH, instansi_id="A", tipe=tipe, tahun=tahun)


async def beri_nilai(konteks: KonteksTiruan, *periode_id: UUID, orang: int = 2, tahun: int = 2024) -> None:
    async with konteks.transaksi() as conn:
        skp_id = await tulis_skp(conn, instansi_id="A", nip=nip(orang), unit_kerja_id=unit(2), tahun=tahun)
        for satu in periode_id:
            await nilai(conn, skp_id, satu, instansi_id="A", tahun=tahun)


async def versi(konteks: KonteksTiruan) -> int:
    return int(await konteks.satu("SELECT versi_fakta FROM instansi WHERE id = 'A'"))


async def tunggu(konteks: KonteksTiruan, orang: int, tahun: int) -> None:
    await konteks.jalankan(
        "WITH s AS (INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
        "VALUES ('A', :nip, 'PENILAIAN_PERIODIK', :tahun, 'GAGAL', 'ADMIN', 'uji', 0, 1) RETURNING id) "
        "INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
        "SELECT id, 'PERIODE_TAHUN', :kunci, 'PERIODE_BELUM_DIATUR', 'A' FROM s",
        nip=nip(orang),
        tahun=tahun,
        kunci=f"A:{tahun}",
    )


async def menunggu(konteks: KonteksTiruan) -> list[int]:
    hasil = [b[0] for b in await konteks.semua("SELECT tahun FROM sinkro WHERE status = 'MENUNGGU' ORDER BY tahun")]
    # They fail for the same reason again.
    await konteks.jalankan("UPDATE sinkro SET status = 'GAGAL'")
    await konteks.jalankan(
        "INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
        "SELECT id, 'PERIODE_TAHUN', 'A:' || tahun, 'PERIODE_BELUM_DIATUR', 'A' FROM sinkro ON CONFLICT DO NOTHING"
    )
    return hasil


async def test_a_change_frees_who_waited_for_that_year_and_leaves_a_trail(konteks: KonteksTiruan) -> None:
    for orang, tahun in ((1, 2023), (2, 2024), (3, 2025)):
        await tunggu(konteks, orang, tahun)
    awal = await versi(konteks)
    periode_id = await buat(konteks)
    assert await menunggu(konteks) == [2024]
    assert konteks.lonceng.massal == [1]
    await ubah(konteks, periode_id, tahun=2025)
    # 2024 has no period any more: nobody who waits for one is tried again for that.
    assert await menunggu(konteks) == [2025]
    await ubah(konteks, periode_id, tahun=None)
    assert await menunggu(konteks) == [2023, 2024, 2025]
    await ubah(konteks, periode_id, tahun=None)
    assert await menunggu(konteks) == []
    await hapus(konteks, periode_id)
    assert await menunggu(konteks) == []
    assert await versi(konteks) == awal + 4
    jejak = await konteks.semua(
        "SELECT tindakan, objek, oleh, request_id, rincian FROM audit WHERE tindakan LIKE '%_PERIODE' ORDER BY id"
    )
    assert [j[0] for j in jejak] == ["BUAT_PERIODE", "UBAH_PERIODE", "UBAH_PERIODE", "HAPUS_PERIODE"]
    assert jejak[1][1:] == (
        f"periode:{periode_id}", "admin", "r-9",
        {"sebelum": {"tahun": 2024}, "sesudah": {"tahun": 2025}, "terlepas": 1},
    )  # fmt: skip


async def test_ratings_keep_dates_jenis_and_tahun(konteks: KonteksTiruan) -> None:
    periode_id = await buat(konteks)
    await beri_nilai(konteks, periode_id)
    sebelum = await versi(konteks)
    lain: dict[str, Any]
    for lain, bidang in (
        ({"periode_awal": "01-02"}, ("periode_awal",)),
        ({"periode_akhir": "03-30", "tahun": None}, ("periode_akhir", "tahun")),
        ({"tahun": 2025}, ("tahun",)),
        (FINAL, ("jenis", "periode_akhir")),
    ):
        with pytest.raises(PeriodeBerpenilaian) as ditolak:
            await ubah(konteks, periode_id, **lain)
        assert (ditolak.value.jumlah, ditolak.value.bidang) == (1, bidang)
    with pytest.raises(PeriodeBerpenilaian):
        await hapus(konteks, periode_id)
    assert await versi(konteks) == sebelum
    boleh: dict[str, Any] = {
        "nama": "Baru",
        "tipe_periodik": "BULANAN",
        "angka_periodik": 12,
        "batas_pengisian": "05-05",
    }
    assert (await ubah(konteks, periode_id, **boleh)).items() >= boleh.items()
    assert await konteks.semua("SELECT nama, tipe_periodik, angka_periodik, batas_pengisian FROM periode") == [
        tuple(boleh.values())
    ]


async def test_the_same_name_twice_and_the_same_angka_twice(konteks: KonteksTiruan) -> None:
    pertama = await buat(konteks)
    with pytest.raises(PeriodeSudahAda):
        await buat(konteks, angka_periodik=2)
    kedua = await buat(konteks, nama="Triwulan Satu")
    with pytest.raises(PeriodeSudahAda):
        await ubah(konteks, kedua)
    await buat(konteks, tahun=None)
    with pytest.raises(PeriodeSudahAda):
        await buat(konteks, tahun=None)
    await buat(konteks, **FINAL | {"nama": "Triwulan I"})
    await ubah(konteks, pertama, angka_periodik=None)


async def test_foreign_and_unknown_are_not_found(konteks: KonteksTiruan) -> None:
    periode_id = await buat(konteks)
    with pytest.raises(PeriodeTidakDitemukan):
        await ubah(konteks, periode_id, frozenset({"B"}), nama="X")
    with pytest.raises(PeriodeTidakDitemukan):
        await ubah(konteks, UUID(int=7))
    with pytest.raises(PeriodeTidakDitemukan):
        await hapus(konteks, periode_id, frozenset())
    with pytest.raises(PeriodeTidakDitemukan):
        await buat_periode(konteks.sebagai_konteks, PENGUBAH, instansi_id="C", isi=isi())
    with pytest.raises(PeriodeTidakDitemukan):
        await susun_periode(konteks.sebagai_konteks, PENGUBAH, instansi_id="C", tipe=BULANAN, tahun=2024)
    assert await konteks.semua("SELECT nama FROM periode") == [("Triwulan I",)]


async def test_a_rating_that_is_being_written_is_seen(konteks: KonteksTiruan) -> None:
    """The engine holds the instansi FOR SHARE while it writes: a change waits for it and then knows."""
    periode_id = await buat(konteks)
    async with konteks.transaksi() as mesin:
        await mesin.execute(text("SELECT 1 FROM instansi WHERE id = 'A' FOR SHARE"))
        tugas = [
            asyncio.create_task(ubah(konteks, periode_id, periode_awal="01-02")),
            asyncio.create_task(hapus(konteks, periode_id)),
        ]
        await asyncio.sleep(0.3)
        assert not any(t.done() for t in tugas)
        skp_id = await tulis_skp(mesin, instansi_id="A", nip=nip(2), unit_kerja_id=unit(2), tahun=2024)
        await nilai(mesin, skp_id, periode_id, instansi_id="A", tahun=2024)
    hasil = await asyncio.gather(*tugas, return_exceptions=True)
    assert [type(h) for h in hasil] == [PeriodeBerpenilaian, PeriodeBerpenilaian]


async def test_changes_at_once_are_one_after_the_other(konteks: KonteksTiruan) -> None:
    """Each change starts from what the one before left: the trail is a chain without a gap."""
    periode_id = await buat(konteks)
    awal = await versi(konteks)
    await asyncio.gather(*(ubah(konteks, periode_id, nama=f"Nama {n}") for n in range(8)))
    assert await versi(konteks) == awal + 8
    jejak = [b[0] for b in await konteks.semua("SELECT rincian FROM audit WHERE tindakan = 'UBAH_PERIODE'")]
    langkah = {j["sebelum"]["nama"]: j["sesudah"]["nama"] for j in jejak}
    nama = "Triwulan I"
    for _ in range(8):
        nama = langkah.pop(nama)
    assert await konteks.satu("SELECT nama FROM periode") == nama
    hasil = await asyncio.gather(*(buat(konteks, nama="Kembar") for _ in range(4)), return_exceptions=True)
    assert sorted(type(h).__name__ for h in hasil) == ["PeriodeSudahAda"] * 3 + ["UUID"]


async def test_susun_from_nothing_and_again(konteks: KonteksTiruan) -> None:
    await tunggu(konteks, 2, 2024)
    await tunggu(konteks, 3, 2025)
    hasil = await susun(konteks, BULANAN)
    assert (hasil["dibuat"], hasil["diubah"], hasil["dihapus"]) == (13, 0, 0)
    nama = [p["nama"] for p in hasil["data"]]
    assert nama[:2] + nama[-2:] == ["Periode I", "Periode II", "Periode XII", "Tahun 2024"]
    assert hasil["data"][1]["periode_akhir"] == "02-29"
    assert await menunggu(konteks) == [2024]
    sebelum, tabel = await versi(konteks), await konteks.semua("SELECT xmin::text, * FROM periode ORDER BY id")
    ulang = await susun(konteks, BULANAN)
    assert (ulang["dibuat"], ulang["diubah"], ulang["dihapus"]) == (0, 0, 0)
    assert ulang["data"] == hasil["data"]
    assert await versi(konteks) == sebelum
    assert await konteks.semua("SELECT xmin::text, * FROM periode ORDER BY id") == tabel
    assert await konteks.satu("SELECT count(*) FROM audit WHERE tindakan = 'SUSUN_PERIODE'") == 1


async def test_susun_repairs_a_mixed_table_and_loses_no_rating(konteks: KonteksTiruan) -> None:
    satu = await buat(konteks, nama="Triwulan II")
    dua = await buat(konteks, nama="Triwulan I", angka_periodik=2, periode_awal="04-01", periode_akhir="06-30")
    tiga = await buat(
        konteks, nama="T3", tipe_periodik="BULANAN", angka_periodik=3, periode_awal="07-01", periode_akhir="09-30"
    )
    await buat(konteks, nama="Januari", tipe_periodik="BULANAN", periode_akhir="01-31")
    templat = await buat(konteks, tahun=None, nama="Lama")
    tahun_lain = await buat(konteks, tahun=2023)
    await beri_nilai(konteks, satu, tiga)
    hasil = await susun(konteks)
    assert [p["id"] for p in hasil["data"][:3]] == [str(satu), str(dua), str(tiga)]
    assert (hasil["dibuat"], hasil["diubah"], hasil["dihapus"]) == (2, 3, 1)
    assert await konteks.semua(
        "SELECT nama, tipe_periodik, angka_periodik, periode_awal, periode_akhir, batas_pengisian FROM periode "
        "WHERE tahun = 2024 ORDER BY jenis DESC, periode_awal"
    ) == [
        ("Triwulan I", "TRIWULANAN", 1, "01-01", "03-31", "04-20"),
        ("Triwulan II", "TRIWULANAN", 2, "04-01", "06-30", "04-20"),
        ("Triwulan III", "TRIWULANAN", 3, "07-01", "09-30", "04-20"),
        ("Triwulan IV", "TRIWULANAN", 4, "10-01", "12-31", "01-10"),
        ("Tahun 2024", None, None, "01-01", "12-31", "01-31"),
    ]
    assert await konteks.semua("SELECT periode_id FROM penilaian ORDER BY 1") == [(satu,), (tiga,)]
    assert {b[0] for b in await konteks.semua("SELECT id FROM periode WHERE nama IN ('Lama', 'Triwulan I')")} == {
        templat, tahun_lain, satu,
    }  # fmt: skip
    assert (await susun(konteks))["diubah"] == 0


async def test_susun_names_what_stands_in_the_way_and_changes_nothing(konteks: KonteksTiruan) -> None:
    januari = await buat(konteks, nama="Januari", tipe_periodik="BULANAN", periode_akhir="01-31")
    await buat(konteks, nama="Lain", periode_akhir="03-30")
    await beri_nilai(konteks, januari)
    sebelum, tabel = await versi(konteks), await konteks.semua("SELECT * FROM periode ORDER BY id")
    with pytest.raises(TidakDapatDisusun) as ditolak:
        await susun(konteks)
    assert [(p.periode.nama, p.jumlah_penilaian) for p in ditolak.value.penghalang] == [("Januari", 1)]
    assert await konteks.semua("SELECT * FROM periode ORDER BY id") == tabel
    assert await versi(konteks) == sebelum
    assert (await susun(konteks, BULANAN))["data"][0]["id"] == str(januari)


async def test_ratings_of_the_year_on_a_template_go_along(konteks: KonteksTiruan) -> None:
    templat = await buat(konteks, tahun=None)
    await beri_nilai(konteks, templat)
    await beri_nilai(konteks, templat, orang=3, tahun=2023)
    hasil = await susun(konteks)
    assert hasil["penilaian_dipindah"] == 1
    assert await konteks.semua("SELECT tahun, periode_id FROM penilaian ORDER BY tahun") == [
        (2023, templat), (2024, UUID(hasil["data"][0]["id"])),
    ]  # fmt: skip


async def test_susun_twice_at_once_makes_one_table(konteks: KonteksTiruan) -> None:
    hasil = await asyncio.gather(*(susun(konteks) for _ in range(4)))
    assert sorted(h["dibuat"] for h in hasil) == [0, 0, 0, 5]
    assert await konteks.satu("SELECT count(*) FROM periode") == 5


async def periksa(konteks: KonteksTiruan, tahun: int = 2024, instansi_id: str = "A") -> dict[str, Any]:
    async with konteks.baca() as conn:
        return await pemeriksaan_periode(conn, instansi_id=instansi_id, tahun=tahun, nama_sumber="PMM")


async def test_the_check_names_the_fault_and_shows_the_dates_of_the_year(konteks: KonteksTiruan) -> None:
    kosong = await periksa(konteks)
    assert [t["kode"] for t in kosong["temuan"]] == ["PERIODE_BELUM_DIATUR"]
    assert kosong["temuan"][0]["objek"] == {"jenis": "PERIODE", "id": "A:2024", "nama": "Pemerintah Kab. A"}
    await buat(konteks, tahun=None, nama="F", tipe_periodik="BULANAN", angka_periodik=2, periode_awal="02-01",
               periode_akhir="02-29", batas_pengisian="01-15")  # fmt: skip
    await buat(konteks, tahun=None, **FINAL)
    beres = await periksa(konteks, 2025)
    assert (beres["dapat_sinkro"], beres["tipe_periodik"], beres["temuan"]) == (True, "BULANAN", [])
    satu = beres["periode"][0]
    assert (satu["periode_awal"], satu["periode_akhir"], satu["batas_pengisian"], satu["tahun"]) == (
        "2025-02-01", "2025-02-28", "2026-01-15", 2025,
    )  # fmt: skip
    assert [p["batas_pengisian"] for p in beres["periode_final"]] == ["2026-01-31"]
    await buat(konteks, tahun=2025)
    diganti = await periksa(konteks, 2025)
    assert [p["nama"] for p in diganti["periode"]] == ["Triwulan I"]
    await buat(konteks, tahun=2025, nama="Lagi")
    kembar = await periksa(konteks, 2025)
    assert [t["kode"] for t in kembar["temuan"]] == ["PERIODE_ANGKA_DUPLIKAT"]
    await buat(konteks, tahun=2025, nama="Bulan", tipe_periodik="BULANAN", angka_periodik=5)
    dua = await periksa(konteks, 2025)
    assert ([t["kode"] for t in dua["temuan"]], dua["dapat_sinkro"], dua["tipe_periodik"]) == (
        ["PERIODE_DUA_TIPE"], False, None,
    )  # fmt: skip
    with pytest.raises(PeriodeTidakDitemukan):
        await periksa(konteks, instansi_id="C")


async def daftar(konteks: KonteksTiruan, **lain: Any) -> tuple[list[dict[str, Any]], str | None]:
    nilai_: dict[str, Any] = {"tahun": [], "jenis": [], "instansi": A, "kursor": None, "jumlah_baris": 50} | lain
    async with konteks.baca() as conn:
        return await daftar_periode(conn, **nilai_)


async def test_the_list_pages_by_keyset_and_filters(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil("B", 100))
    await susun(konteks, BULANAN, 2024)
    await susun(konteks, TRIWULANAN, 2023)
    await buat(konteks, tahun=None)
    semua, kursor = await daftar(konteks)
    assert (len(semua), kursor) == (19, None)
    assert [p["tahun"] for p in semua] == [None] + [2023] * 5 + [2024] * 13
    assert semua[5]["nama"] == "Tahun 2023"
    terkumpul, kursor = await daftar(konteks, jumlah_baris=4)
    while kursor:
        halaman, kursor = await daftar(konteks, jumlah_baris=4, kursor=kursor)
        terkumpul += halaman
    assert terkumpul == semua
    assert len((await daftar(konteks, tahun=[2023]))[0]) == 5
    assert [p["nama"] for p in (await daftar(konteks, jenis=["FINAL"]))[0]] == ["Tahun 2023", "Tahun 2024"]
    assert {p["instansi_id"] for p in (await daftar(konteks, instansi=None))[0]} == {"A", "B"}
    assert (await daftar(konteks, instansi=frozenset()))[0] == []


@pytest.mark.parametrize("kursor", ["x", "====", "é", "QUJD", "a" * 300])
async def test_a_bad_cursor(konteks: KonteksTiruan, kursor: str) -> None:
    with pytest.raises(KursorTidakSah):
        await daftar(konteks, kursor=kursor)
