"""Bulk requests: who is chosen, what is queued again, and counters that stay exact when many end at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.db.kursor import KursorTidakSah
from services.sinkronisasi.massal import (
    DaftarNip,
    InstansiTidakDitemukan,
    Saring,
    SaringKosong,
    Semua,
    buat_massal,
    daftar_massal,
    massal,
)
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from tests.services.konteks_tiruan import KINI, KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai, unit

SKP = [JenisSinkro.SKP]


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        await k.impor({"pegawai": [pegawai(4)]})
        await k.impor(instansi_kecil("B", 100))
        yield k


async def buat(konteks: KonteksTiruan, pilihan: Any, **lain: Any) -> dict[str, Any]:
    nilai = {
        "instansi_id": "A", "jenis": SKP, "tahun": 2024, "pilihan": pilihan, "oleh": "admin", "peran": "ADMIN_INSTANSI",
        "request_id": None,
    } | lain  # fmt: skip
    return await buat_massal(konteks.sebagai_konteks, **nilai)


async def antrean(konteks: KonteksTiruan) -> dict[str, tuple[str, int]]:
    return {n: (s, g) for n, s, g in await konteks.semua("SELECT nip, status, giliran FROM sinkro")}


async def akhiri(konteks: KonteksTiruan, hasil: dict[UUID, str]) -> None:
    async with konteks.transaksi() as conn:
        await catat_butir_selesai(conn, hasil)


async def sinkro_id(konteks: KonteksTiruan, nomor: int) -> UUID:
    return UUID(str(await konteks.satu("SELECT id FROM sinkro WHERE nip = :n", n=nip(nomor))))


async def test_everybody_means_the_user_pmm_and_leaders_go_first(konteks: KonteksTiruan) -> None:
    isi = await buat(konteks, Semua())
    json.dumps(isi)
    assert (isi["status"], isi["jumlah"], isi["selesai"], isi["ditolak"]) == ("BERJALAN", 3, 0, [])
    assert await antrean(konteks) == {nip(1): ("MENUNGGU", 0), nip(2): ("MENUNGGU", 1), nip(3): ("MENUNGGU", 1)}
    baris = await konteks.semua("SELECT DISTINCT lajur, pemicu, oleh, unit_kerja_id, massal_id::text FROM sinkro")
    assert baris == [(1, "MASSAL", "admin", unit(2), isi["id"])]
    assert konteks.lonceng.massal == [3]


@pytest.mark.parametrize(
    ("ubah", "giliran"),
    [
        ({"selesai": "2024-07-31"}, 1),
        ({"selesai": "2024-08-01"}, 0),
        ({"mulai": "2024-08-02"}, 1),
        ({"unit_kerja_id": unit(1)}, 1),
        ({"unit_kerja_id": unit(1), "jenis": "PLT"}, 0),
    ],
)
async def test_who_leads_today(konteks: KonteksTiruan, ubah: dict[str, Any], giliran: int) -> None:
    await konteks.jalankan("DELETE FROM pimpinan WHERE instansi_id = 'A'")
    klaim = {"unit_kerja_id": unit(2), "nip": nip(1), "jenis": "DEFINITIF", "mulai": "2023-01-01", "selesai": None}
    await konteks.impor({"pimpinan": [klaim | ubah]})
    await buat(konteks, Semua())
    assert (await antrean(konteks))[nip(1)] == ("MENUNGGU", giliran)


async def test_a_list_may_name_others_of_the_instansi_and_refuses_the_rest(konteks: KonteksTiruan) -> None:
    isi = await buat(konteks, DaftarNip([nip(2), nip(4), nip(2), nip(101), nip(77), "bukan\0nip"]))
    assert isi["jumlah"] == 2
    assert {d["nip"] for d in isi["ditolak"]} == {nip(101), nip(77), "bukannip"}
    assert {d["kode"] for d in isi["ditolak"]} == {"PEGAWAI_TIDAK_TERDAFTAR"}
    assert (await antrean(konteks)).keys() == {nip(2), nip(4)}


async def test_nobody_is_done_at_once(konteks: KonteksTiruan) -> None:
    isi = await buat(konteks, DaftarNip([nip(77)]))
    assert (isi["status"], isi["jumlah"], isi["selesai_pada"]) == ("SELESAI", 0, KINI.isoformat())
    assert konteks.lonceng.massal == []


async def test_what_ended_is_queued_again_and_keeps_its_findings(konteks: KonteksTiruan) -> None:
    await buat(konteks, Semua())
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'GAGAL', temuan = '[{\"kode\": \"X\"}]', kode = '{X}', selesai_pada = now(), "
        "percobaan_transien = 3, percobaan_ke = 4, lajur = 0, oleh = 'lama' WHERE nip = :n",
        n=nip(1),
    )
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERJALAN', sewa_token = 1, sewa_sampai = now(), lajur = 0 WHERE nip = :n", n=nip(2)
    )
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERHASIL', hasil = 'DATA_BARU', terakhir_berhasil_pada = now() WHERE nip = :n",
        n=nip(3),
    )
    dibuat = await konteks.semua("SELECT id, dibuat_pada FROM sinkro ORDER BY nip")
    isi = await buat(konteks, Semua(), oleh="kedua")
    assert isi["jumlah"] == 3
    assert await konteks.semua("SELECT id, dibuat_pada FROM sinkro ORDER BY nip") == dibuat
    kolom = "status, hasil, kode, percobaan_transien, percobaan_ke, lajur, oleh, massal_id::text = :m"
    assert await konteks.semua(f"SELECT {kolom} FROM sinkro ORDER BY nip", m=isi["id"]) == [
        ("MENUNGGU", None, ["X"], 0, 4, 1, "kedua", True),
        ("BERJALAN", None, [], 0, 0, 0, "admin", False),
        ("MENUNGGU", None, [], 0, 0, 1, "kedua", True),
    ]


async def test_filters_are_and_between_or_within(konteks: KonteksTiruan) -> None:
    await buat(konteks, DaftarNip([nip(1), nip(2), nip(4)]))
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'GAGAL', kode = '{ATASAN_BELUM_ADA,SKP_PMM_BELUM_ADA}', tipe_skp = 'GURU' "
        "WHERE nip <> :n",
        n=nip(1),
    )

    async def terpilih(saring: Saring) -> set[str]:
        isi = await buat(konteks, saring)
        return {
            n
            for (n,) in await konteks.semua(
                "SELECT s.nip FROM massal_butir b JOIN sinkro s ON s.id = b.sinkro_id WHERE b.massal_id::text = :m",
                m=isi["id"],
            )
        }

    assert await terpilih(Saring(belum_pernah=True)) == {nip(3)}
    await konteks.jalankan(
        "DELETE FROM massal_butir WHERE sinkro_id IN (SELECT id FROM sinkro WHERE nip = :n)", n=nip(3)
    )
    await konteks.jalankan("DELETE FROM sinkro WHERE nip = :n", n=nip(3))
    assert await terpilih(Saring(status=[StatusSinkro.MENUNGGU, StatusSinkro.TERTAHAN])) == {nip(1)}
    assert await terpilih(Saring(belum_pernah=True, status=[StatusSinkro.GAGAL])) == set()
    assert await terpilih(Saring(kode=[Kode.ATASAN_BELUM_ADA, Kode.PERIODE_DUA_TIPE], tipe_skp=[TipeSkp.GURU])) == {
        nip(2)
    }
    assert await terpilih(Saring(unit_kerja_id=[unit(2).lower()], belum_pernah=False)) == {nip(1), nip(2)}
    assert await terpilih(Saring(unit_kerja_id=[unit(1)])) == set()


async def test_refusals(konteks: KonteksTiruan) -> None:
    with pytest.raises(SaringKosong):
        await buat(konteks, Saring(status=[]))
    with pytest.raises(InstansiTidakDitemukan):
        await buat(konteks, Semua(), instansi_id="TIDAK-ADA")
    with pytest.raises(ValueError, match="SKP_ROTASI"):
        await buat(konteks, Semua(), jenis=[JenisSinkro.SKP_ROTASI])
    with pytest.raises(ValueError, match="jenis"):
        await buat(konteks, Semua(), jenis=[])
    assert await konteks.satu("SELECT count(*) FROM massal") == 0


async def test_several_jenis_are_so_many_items(konteks: KonteksTiruan) -> None:
    isi = await buat(konteks, Semua(), jenis=[JenisSinkro.SKP, JenisSinkro.SKP_PLT, JenisSinkro.SKP])
    assert (isi["jenis"], isi["jumlah"]) == (["SKP_PLT", "SKP"], 6)


async def test_counters_follow_and_the_bulk_ends(konteks: KonteksTiruan) -> None:
    isi = await buat(konteks, Semua())
    kedua = await buat(konteks, DaftarNip([nip(1)]))
    satu, dua, tiga = [await sinkro_id(konteks, n) for n in (1, 2, 3)]
    await akhiri(konteks, {satu: "TIDAK_ADA_DATA_BARU", dua: "GAGAL", uuid4(): "BERHASIL"})
    await akhiri(konteks, {satu: "GAGAL"})
    async with konteks.baca() as conn:
        lihat = await massal(conn, UUID(isi["id"]), frozenset({"A"}))
        assert lihat is not None
        assert [lihat[k] for k in ("status", "selesai", "berhasil", "tidak_ada_data_baru", "gagal", "tertahan")] == [
            "BERJALAN", 2, 1, 1, 1, 0,
        ]  # fmt: skip
        akhir = await massal(conn, UUID(kedua["id"]), None)
        assert akhir is not None
        assert (akhir["status"], akhir["berhasil"]) == ("SELESAI", 1)
    await akhiri(konteks, {tiga: "TERTAHAN"})
    async with konteks.baca() as conn:
        lihat = await massal(conn, UUID(isi["id"]), None)
        assert lihat is not None
        assert (lihat["status"], lihat["selesai"], lihat["perkiraan_selesai"]) == ("SELESAI", 3, None)
        assert lihat["selesai_pada"] is not None
        assert await massal(conn, UUID(isi["id"]), frozenset({"B"})) is None


async def test_many_ends_at_once_lose_no_count(konteks: KonteksTiruan) -> None:
    banyak = [pegawai(n) for n in range(200, 500)]
    await konteks.impor({"pegawai": banyak})
    semua = [o["nip"] for o in banyak]
    pertama, kedua = await buat(konteks, DaftarNip(semua)), await buat(konteks, DaftarNip(semua[::-1]))
    daftar = [i for (i,) in await konteks.semua("SELECT id FROM sinkro")]
    await asyncio.gather(*(akhiri(konteks, dict.fromkeys(daftar[n::15], "BERHASIL")) for n in range(15)))
    assert await konteks.semua("SELECT id::text, berhasil, status FROM massal ORDER BY id") == [
        (pertama["id"], 300, "SELESAI"), (kedua["id"], 300, "SELESAI"),
    ]  # fmt: skip


async def test_a_sync_that_ends_while_a_bulk_is_made_is_not_left_open(konteks: KonteksTiruan) -> None:
    await buat(konteks, Semua())
    nomor = await sinkro_id(konteks, 1)
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERJALAN', sewa_token = 1, sewa_sampai = now() WHERE id = :i", i=nomor
    )
    async with konteks.transaksi() as mesin:
        await mesin.exec_driver_sql(
            "UPDATE sinkro SET status = 'GAGAL', sewa_token = NULL, sewa_sampai = NULL WHERE id = $1", (nomor,)
        )
        pembuatan = asyncio.create_task(buat(konteks, DaftarNip([nip(1)])))
        await asyncio.sleep(0.3)
        assert not pembuatan.done()
        await catat_butir_selesai(mesin, {nomor: "GAGAL"})
    kedua = await pembuatan
    # Synchronised after the selection was frozen, so counted with that outcome and not run again.
    assert await konteks.satu("SELECT status FROM sinkro WHERE id = :i", i=nomor) == "GAGAL"
    butir = "SELECT hasil FROM massal_butir WHERE massal_id::text = :m"
    assert await konteks.semua(butir, m=kedua["id"]) == [("GAGAL",)]
    assert (kedua["status"], kedua["gagal"]) == ("SELESAI", 1)


async def test_bulks_made_at_once_share_the_syncs(konteks: KonteksTiruan) -> None:
    hasil = await asyncio.gather(*(buat(konteks, Semua()) for _ in range(4)))
    assert [h["jumlah"] for h in hasil] == [3, 3, 3, 3]
    assert await konteks.satu("SELECT count(*) FROM sinkro") == 3
    assert await konteks.satu("SELECT count(*) FROM massal_butir") == 12


async def test_the_list_is_newest_first_in_pages(konteks: KonteksTiruan) -> None:
    dibuat = [(await buat(konteks, DaftarNip([nip(n)])))["id"] for n in (1, 2, 3, 4)]
    await buat(konteks, Semua(), instansi_id="B")

    async def halaman(kursor: str | None) -> tuple[list[str], str | None]:
        async with konteks.baca() as conn:
            isi, lanjut = await daftar_massal(conn, instansi=frozenset({"A"}), kursor=kursor, jumlah_baris=3)
            return [satu["id"] for satu in isi], lanjut

    awal, kursor = await halaman(None)
    sisa, akhir = await halaman(kursor)
    assert awal + sisa == dibuat[::-1]
    assert akhir is None
    with pytest.raises(KursorTidakSah):
        await halaman("AAAA")
