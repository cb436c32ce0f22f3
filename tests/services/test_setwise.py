"""Set-wise writes: one statement, every column type, unchanged rows not written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.setwise import Abaikan, Timpa, perbarui, salin, sandi_json, sisipkan
from services.db.tables import InstansiRow, MassalRow, PegawaiRow, PercobaanRow, SinkroRow, SkpRow, UserPMMRow
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, unit

SULIT = ['a"b', "c\\d", "NULL", "", "{e,f}", "é\n'"]


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        await k.impor(instansi_kecil())
        yield k


@pytest.fixture
async def conn(konteks: KonteksTiruan) -> AsyncIterator[AsyncConnection]:
    async with konteks.transaksi() as c:
        yield c


def pegawai_baris(nomor: int, **lain: Any) -> dict[str, Any]:
    return {
        "nip": nip(nomor), "nama": f"P {nomor}", "instansi_id": "A", "unit_kerja_id": None, "jabatan": "Guru",
        "jenis_pegawai": "PEGAWAI", "jenis_asn": "PNS", "nonaktif_sejak": date(2024, 1, 2) if nomor % 2 else None,
    } | lain  # fmt: skip


def sinkro_baris(nomor: int, **lain: Any) -> dict[str, Any]:
    return {
        "id": uuid4(), "instansi_id": "A", "nip": nip(nomor), "jenis": "SKP", "tahun": 2024, "status": "MENUNGGU",
        "temuan": [{"pesan": isi} for isi in SULIT], "kode": SULIT, "pemicu": "ADMIN", "oleh": "uji",
        "lajur": 1, "giliran": 0, "coba_lagi_pada": datetime(2024, 1, 1, tzinfo=UTC),
    } | lain  # fmt: skip


async def test_every_type_comes_back_as_it_went(conn: AsyncConnection) -> None:
    baris = sinkro_baris(1)
    await sisipkan(conn, SinkroRow, [baris])
    kembali = (await conn.execute(SinkroRow.__table__.select())).one()._mapping
    assert {k: kembali[k] for k in baris} == baris
    massal = {
        "id": uuid4(), "instansi_id": "A", "jenis": [], "tahun": 2024, "pilihan": {"a": None}, "status": "SELESAI",
        "jumlah": 0, "oleh": "x",
    }  # fmt: skip
    await sisipkan(conn, MassalRow, [massal])
    assert (await conn.execute(MassalRow.__table__.select())).one().jenis == []
    skp = {
        "nip": nip(1), "instansi_id": "A", "periode_awal": date(2024, 1, 1), "periode_akhir": date(2024, 12, 31),
        "pendekatan": "KUANTITATIF", "unit_kerja_id": unit(2), "jabatan": "J", "status_pegawai": "PLT",
        "jenis_pegawai": "PEGAWAI", "jenis_skp": "PENGAWAS", "status": "DRAF", "sumber": "EKINERJA",
        "sidik_isi": b"\x00\xff",
    }  # fmt: skip
    await sisipkan(conn, SkpRow, [skp])
    assert (await conn.execute(SkpRow.__table__.select())).one().sidik_isi == b"\x00\xff"


async def test_ten_thousand_rows_are_one_statement(konteks: KonteksTiruan) -> None:
    pernyataan: list[str] = []
    event.listen(konteks.engine.sync_engine, "before_cursor_execute", lambda _c, _k, sql, *_: pernyataan.append(sql))
    async with konteks.transaksi() as conn:
        baris = [pegawai_baris(n) for n in range(1_000, 11_000)]
        hasil = await sisipkan(conn, PegawaiRow, baris)
        assert (hasil.disisipkan, hasil.diperbarui, hasil.tetap) == (10_000, 0, 0)
        hasil = await perbarui(conn, PegawaiRow, [{"nip": b["nip"], "nama": "X"} for b in baris], ("nip",))
        assert hasil.diperbarui == 10_000
    assert len(pernyataan) == 2


async def test_upsert_writes_only_what_differs(conn: AsyncConnection) -> None:
    baris = [pegawai_baris(n) for n in (10, 11, 12)]
    await sisipkan(conn, PegawaiRow, baris)
    sebelum = {b.nip: b.xmin for b in await conn.execute(text("SELECT nip, xmin::text FROM pegawai"))}
    lagi = [baris[0], baris[1] | {"nonaktif_sejak": None}, pegawai_baris(13)]
    hasil = await sisipkan(conn, PegawaiRow, lagi, konflik=Timpa(("nip",)))
    assert (hasil.disisipkan, hasil.diperbarui, hasil.tetap) == (1, 1, 1)
    assert hasil.ditulis == 2
    sesudah = await conn.execute(text("SELECT nonaktif_sejak FROM pegawai WHERE nip = :n"), {"n": nip(11)})
    assert sesudah.scalar() is None
    assert sebelum[nip(10)] == (
        await conn.scalar(text("SELECT xmin::text FROM pegawai WHERE nip = :n"), {"n": nip(10)})
    )


async def test_upsert_tells_which_rows(conn: AsyncConnection) -> None:
    await sisipkan(conn, PegawaiRow, [pegawai_baris(10), pegawai_baris(11)])
    lagi = [pegawai_baris(10), pegawai_baris(11, nama="LAIN"), pegawai_baris(12)]
    hasil = await sisipkan(conn, PegawaiRow, lagi, konflik=Timpa(("nip",), kolom=("nama",)), kembalikan=("nip",))
    assert {(b.nip, b.baru) for b in hasil.baris} == {(nip(11), False), (nip(12), True)}
    assert (hasil.disisipkan, hasil.diperbarui, hasil.tetap) == (1, 1, 1)


async def test_a_conflict_is_kept_or_raised(conn: AsyncConnection) -> None:
    baris = [{"instansi_id": "A", "nip": nip(1), "ditambahkan_oleh": "x"}]
    hasil = await sisipkan(conn, UserPMMRow, baris, konflik=Abaikan(("nip",), "dihapus_pada IS NULL"))
    assert (hasil.disisipkan, hasil.tetap) == (0, 1)
    assert (await sisipkan(conn, UserPMMRow, baris, konflik=Abaikan())).tetap == 1
    with pytest.raises(IntegrityError):
        async with conn.begin_nested():
            await sisipkan(conn, UserPMMRow, baris)


async def test_update_finds_by_several_keys_and_fences(conn: AsyncConnection) -> None:
    a, b = sinkro_baris(1), sinkro_baris(2)
    await sisipkan(conn, SinkroRow, [a, b])
    await conn.execute(
        text("UPDATE sinkro SET status = 'BERJALAN', coba_lagi_pada = NULL, sewa_token = 5, sewa_sampai = now()")
    )
    ubah = [
        {"id": a["id"], "sewa_token": 5, "kode": ["X"], "temuan": [{"k": SULIT}]},
        {"id": b["id"], "sewa_token": 4, "kode": ["X"], "temuan": []},
    ]
    tambahan = (("percobaan_ke", "lama.percobaan_ke + 1"), ("diubah_pada", "now()"))
    hasil = await perbarui(
        conn, SinkroRow, ubah, ("id", "sewa_token"), tambahan=tambahan, selalu=True, kembalikan=("id", "percobaan_ke")
    )
    assert [tuple(baris) for baris in hasil.baris] == [(a["id"], 1)]
    assert (hasil.diperbarui, hasil.tetap) == (1, 1)
    assert (await perbarui(conn, SinkroRow, ubah[:1], ("id", "sewa_token"))).diperbarui == 0
    isi = await conn.scalar(text("SELECT temuan FROM sinkro WHERE id = :i"), {"i": a["id"]})
    assert isi == [{"k": SULIT}]


async def test_rows_of_unlike_columns_are_refused(conn: AsyncConnection) -> None:
    satu: dict[str, Any] = {"id": "B", "nama": "B", "zona_waktu": "Asia/Jakarta"}
    with pytest.raises(ValueError, match="same columns"):
        await sisipkan(conn, InstansiRow, [satu, {"id": "C", "nama": "C"}])
    with pytest.raises(KeyError):
        await sisipkan(conn, InstansiRow, [satu, {"id": "C", "nama": "C", "versi_fakta": 1}])


async def test_no_rows_is_no_statement(konteks: KonteksTiruan) -> None:
    async with konteks.transaksi() as conn:
        assert (await sisipkan(conn, InstansiRow, [])).ditulis == 0
        assert (await perbarui(conn, InstansiRow, [], ("id",))).ditulis == 0


async def test_server_defaults_fill_what_is_not_named(conn: AsyncConnection) -> None:
    baris = sinkro_baris(1)
    del baris["id"], baris["temuan"], baris["kode"]
    hasil = await sisipkan(conn, SinkroRow, [baris], kembalikan=("id", "temuan", "kode"))
    assert isinstance(hasil.baris[0].id, UUID)
    assert (hasil.baris[0].temuan, hasil.baris[0].kode) == ([], [])


PERCOBAAN = (
    "sinkro_id", "ke", "instansi_id", "pemicu", "oleh", "mulai", "selesai", "status", "hasil", "temuan", "tampilan",
    "keterangan",
)  # fmt: skip


def percobaan_baris(sinkro_id: UUID, ke: int, teks: str) -> tuple[Any, ...]:
    waktu = datetime(2024, 1, 1, 7, 8, 9, 123456, tzinfo=UTC)
    temuan, tampilan = sandi_json([{"pesan": teks}]), sandi_json({"a": [teks, None, 1]})
    return sinkro_id, ke, "A", "ADMIN", teks, waktu, waktu, "GAGAL", None, temuan, tampilan, None


@pytest.mark.parametrize("dijaga", [False, True])
async def test_copy_writes_what_insert_writes(conn: AsyncConnection, dijaga: bool) -> None:
    sinkro = sinkro_baris(1)
    await sisipkan(conn, SinkroRow, [sinkro])
    baris = [percobaan_baris(sinkro["id"], ke, teks) for ke, teks in enumerate(SULIT, 1)]
    await salin(conn, PercobaanRow, PERCOBAAN, baris, dijaga=dijaga)
    await salin(conn, PercobaanRow, PERCOBAAN, [], dijaga=dijaga)
    kembali = (await conn.execute(PercobaanRow.__table__.select().order_by(PercobaanRow.ke))).all()
    assert [(k.ke, k.oleh, k.mulai, k.temuan, k.tampilan, k.keterangan, k.jawaban_mentah) for k in kembali] == [
        (ke, teks, b[5], [{"pesan": teks}], {"a": [teks, None, 1]}, None, None)
        for (ke, teks), b in zip(enumerate(SULIT, 1), baris, strict=True)
    ]


@pytest.mark.parametrize("dijaga", [False, True])
async def test_copy_of_a_duplicate_fails_and_writes_nothing(konteks: KonteksTiruan, dijaga: bool) -> None:
    """COPY with the driver's class, INSERT with SQLAlchemy's; the engine knows both by their SQLSTATE."""
    sinkro = sinkro_baris(1)
    async with konteks.transaksi() as conn:
        await sisipkan(conn, SinkroRow, [sinkro])
    baris = [percobaan_baris(sinkro["id"], ke, "x") for ke in (1, 2, 1)]

    async def tulis() -> None:
        async with konteks.transaksi() as conn:
            await conn.execute(text("SELECT 1"))
            await salin(conn, PercobaanRow, PERCOBAAN, baris, dijaga=dijaga)

    with pytest.raises((IntegrityError, asyncpg.UniqueViolationError)):
        await tulis()
    async with konteks.transaksi() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM percobaan")) == 0
