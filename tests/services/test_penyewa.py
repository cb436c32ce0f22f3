"""The wall between tenants: what the API's database role sees and writes when a query forgot its WHERE."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Table, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.db.engine import buat_engine
from services.db.pencarian import nama_memuat
from services.db.penyewa import (
    MESIN,
    Penyewa,
    mesin_di,
    pagari,
    penyewa_kini,
    sebagai_mesin,
    sebagai_penyewa,
    tetapkan_penyewa,
)
from services.db.tables import IdempotensiRow, InstansiRow, PegawaiRow, metadata
from tests.support.isi_semua_tabel import NIP, baris, isi_semua_tabel, tabel_penyewa
from tests.support.server import PabrikBasisData, migrasikan

A, SEMUA, TIDAK_ADA = Penyewa(frozenset({"A"})), Penyewa(None), Penyewa()
PEGAWAI_A = Penyewa(nip=NIP["A"])
TIDAK_BERHAK = "42501"

# Tables without a tenant, and why: the API reads them at most.
TANPA_PENYEWA = {
    "hambatan_pmm": "whether PMM is ill is the same for everybody",
    "pmm_umpan": "how far PMM's change feed was read is the same for everybody",
    "pmm_perubahan_diterima": "digests of changes of that feed, which name nobody",
}
# Tables that name a person, or hold words about one, and no instansi: the API has no business there.
MESIN_SAJA = {"pmm_perubahan_susulan", "sinkro_jejak"}
# Rows of the person alone: what a PEGAWAI sees besides the names of the own instansi and its units.
MILIK_PEGAWAI = {
    "pegawai", "user_pmm", "pimpinan", "sinkro", "percobaan", "sinkro_sandaran", "skp", "rhk", "indikator", "penilaian",
    "penilaian_riwayat", "bukti_dukung", "realisasi", "umpan_balik", "instansi", "unit_kerja",
}  # fmt: skip


@pytest.fixture
async def mesin(database_url: str) -> AsyncIterator[AsyncEngine]:
    """As workers connect."""
    engine = buat_engine(database_url, nama="uji-mesin", ukuran_pool=2)
    yield engine
    await engine.dispose()


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[AsyncEngine]:
    """As the API connects."""
    engine = buat_engine(database_url, nama="uji-api", ukuran_pool=2)
    pagari(engine)
    yield engine
    await engine.dispose()


async def isi(engine: AsyncEngine, tabel: Table, penyewa: Penyewa) -> list[str]:
    """Whose rows of the table are seen without any WHERE."""
    kolom = tabel.c.id if tabel.name == "instansi" else tabel.c.instansi_id
    with sebagai_penyewa(penyewa):
        async with engine.connect() as conn:
            return sorted((await conn.scalars(select(kolom))).all())


async def ditolak(engine: AsyncEngine, penyewa: Penyewa, perintah: Any) -> str:
    """How the write ended: the SQLSTATE, or how many rows it wrote."""
    with sebagai_penyewa(penyewa):
        async with engine.connect() as conn:
            try:
                return f"{(await conn.execute(perintah)).rowcount} baris"
            except DBAPIError as galat:
                return str(getattr(galat.orig, "sqlstate", galat))


async def test_setiap_tabel_berdinding(mesin: AsyncEngine) -> None:
    sql = """
    SELECT c.relname AS nama, c.relrowsecurity AND c.relforcerowsecurity AS berdinding,
           (SELECT array_agg(DISTINCT r.rolname::text) FROM pg_policy p
            JOIN pg_roles r ON r.oid = ANY (p.polroles) WHERE p.polrelid = c.oid) AS peran,
           has_table_privilege('sinkro_api', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS ditulis,
           has_table_privilege('sinkro_api', c.oid, 'SELECT') AS dibaca,
           has_table_privilege('sinkro_pekerja', c.oid, 'SELECT')
           AND has_table_privilege('sinkro_pekerja', c.oid, 'INSERT')
           AND has_table_privilege('sinkro_pekerja', c.oid, 'UPDATE') AS berhak
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    """
    async with mesin.connect() as conn:
        tabel = {b.nama: b for b in await conn.execute(text(sql)) if b.nama != "alembic_version"}
    assert set(tabel) == set(metadata.tables)
    penyewa = {t.name for t in tabel_penyewa()} | {IdempotensiRow.__tablename__}
    assert set(tabel) - penyewa - MESIN_SAJA <= set(TANPA_PENYEWA)
    assert [n for n in penyewa | MESIN_SAJA if not tabel[n].berdinding] == []
    assert [n for n in MESIN_SAJA & set(tabel) if tabel[n].dibaca or tabel[n].ditulis] == []
    assert [n for n in penyewa if tabel[n].peran != ["sinkro_api", "sinkro_pekerja"]] == []
    assert [n for n, t in tabel.items() if not t.berhak or (n not in MESIN_SAJA and not t.dibaca)] == []
    assert [n for n in set(tabel) - penyewa if tabel[n].ditulis] == []


async def test_tanpa_where(mesin: AsyncEngine, api: AsyncEngine) -> None:
    """Every table, asked for everything: only the rows of whom the transaction asks for."""
    await isi_semua_tabel(mesin)
    salah: list[Any] = []
    for tabel in tabel_penyewa():
        milik_pegawai = ["A"] if tabel.name in MILIK_PEGAWAI else []
        for penyewa, harapan in (
            (TIDAK_ADA, []),
            (A, ["A"]),
            (Penyewa(frozenset({"B", 'C",x"'})), ["B"]),
            (Penyewa(frozenset({"*"})), []),
            (PEGAWAI_A, milik_pegawai),
            (Penyewa(frozenset({"B"}), NIP["A"]), ["A", "B"] if milik_pegawai else ["B"]),
            (SEMUA, ["A", "B"]),
            (MESIN, ["A", "B"]),
        ):
            terlihat = await isi(api, tabel, penyewa)
            if terlihat != harapan:
                salah.append((tabel.name, penyewa, terlihat))
    assert salah == []


async def test_menulis_milik_orang_lain(mesin: AsyncEngine, api: AsyncEngine) -> None:
    await isi_semua_tabel(mesin)
    salah: list[Any] = []
    for tabel in tabel_penyewa():
        kolom = tabel.c.id if tabel.name == "instansi" else tabel.c.instansi_id
        for penyewa in (A, PEGAWAI_A, TIDAK_ADA):
            hasil = [
                await ditolak(api, penyewa, tabel.delete().where(kolom == "B")),
                await ditolak(api, penyewa, tabel.update().where(kolom == "B").values({kolom.name: "A"})),
            ]
            if tabel.name != "audit" or penyewa != PEGAWAI_A:
                hasil.append(await ditolak(api, penyewa, insert(tabel).inline().values(**baris(tabel, "B"))))
            if any(h not in ("0 baris", TIDAK_BERHAK) for h in hasil) or hasil[2:] not in ([], [TIDAK_BERHAK]):
                salah.append((tabel.name, penyewa, hasil))
        # Nor does an own row become another's.
        pindah = await ditolak(api, A, tabel.update().where(kolom == "A").values({kolom.name: "B"}))
        if pindah != TIDAK_BERHAK:
            salah.append((tabel.name, "pindah", pindah))
    assert salah == []


async def test_pegawai_hanya_mengubah_sinkronya(mesin: AsyncEngine, api: AsyncEngine) -> None:
    await isi_semua_tabel(mesin)
    hasil = {}
    for tabel in tabel_penyewa():
        if "oleh" in tabel.c or tabel.name in MILIK_PEGAWAI:
            kolom = next((k for k in tabel.c if not k.primary_key and not k.foreign_keys), tabel.c[0])
            hasil[tabel.name] = await ditolak(api, PEGAWAI_A, tabel.update().values({kolom.name: kolom}))
    assert hasil.pop("sinkro") == "1 baris"
    assert {n: h for n, h in hasil.items() if h not in ("0 baris", TIDAK_BERHAK)} == {}
    # The own row can be locked, as asking for a sync does.
    kunci = select(PegawaiRow.nip).with_for_update(read=True, key_share=True)
    with sebagai_penyewa(PEGAWAI_A):
        async with api.connect() as conn:
            assert (await conn.scalars(kunci)).all() == [NIP["A"]]


async def test_jawaban_tersimpan_milik_pemanggil(mesin: AsyncEngine, api: AsyncEngine) -> None:
    isian = {"kunci": "k", "sidik": b"", "status": 200, "header": b"", "badan": b""}
    async with mesin.begin() as conn:
        for satu in ("p1", "p2"):
            await conn.execute(insert(IdempotensiRow).values(pemanggil=satu, **isian))
    for penyewa, harapan in ((Penyewa(None, pemanggil="p1"), ["p1"]), (SEMUA, []), (MESIN, ["p1", "p2"])):
        with sebagai_penyewa(penyewa):
            async with api.connect() as conn:
                assert sorted((await conn.scalars(select(IdempotensiRow.pemanggil))).all()) == harapan


async def siapa(conn: AsyncConnection) -> tuple[str, str]:
    satu = (await conn.execute(text("SELECT current_user AS p, current_setting('sinkro.instansi', true) AS i"))).one()
    return satu.p, satu.i


async def test_berlaku_per_transaksi(api: AsyncEngine, mesin: AsyncEngine) -> None:
    """The setting ends with its transaction, each one has its own, and none runs as the login."""
    for _ in range(2):
        async with api.connect() as conn:
            with sebagai_penyewa(A):
                assert await siapa(conn) == ("sinkro_api", '{"A"}')
                await conn.commit()
            assert await siapa(conn) == ("sinkro_api", "{}")
            await conn.rollback()
            with sebagai_mesin():
                assert await siapa(conn) == ("sinkro_pekerja", "")

    async def tugas(satu: str) -> tuple[str, str]:
        tetapkan_penyewa(Penyewa(frozenset({satu})))
        async with api.connect() as conn:
            await asyncio.sleep(0.01)
            return await siapa(conn)

    hasil = await asyncio.gather(*(tugas(satu) for satu in "abc"))
    assert hasil == [("sinkro_api", f'{{"{satu}"}}') for satu in "abc"]
    assert penyewa_kini() == TIDAK_ADA
    async with mesin.connect() as conn, mesin_di(conn):
        assert (await siapa(conn))[0] == "sinkro"


async def test_mesin_di_tengah_transaksi(api: AsyncEngine) -> None:
    with sebagai_penyewa(A):
        async with api.begin() as conn:
            async with mesin_di(conn):
                assert (await siapa(conn))[0] == "sinkro_pekerja"
                async with mesin_di(conn):
                    assert (await siapa(conn))[0] == "sinkro_pekerja"
            assert await siapa(conn) == ("sinkro_api", '{"A"}')
            with pytest.raises(DBAPIError):
                async with conn.begin_nested(), mesin_di(conn):
                    await conn.execute(text("SELECT 1/0"))
            assert await siapa(conn) == ("sinkro_api", '{"A"}')


async def test_pencarian_dalam_jangkauan(mesin: AsyncEngine, api: AsyncEngine) -> None:
    await isi_semua_tabel(mesin)
    async with mesin.begin() as conn:
        await conn.execute(text("UPDATE sinkro SET kode = '{X}'"))
    orang = select(PegawaiRow.nip).where(nama_memuat(PegawaiRow.nip, ["GAWAI-"])).order_by(PegawaiRow.nip)
    kode = text("SELECT cari_sinkro_menurut_kode('{X,Y}', NULL, 10)")
    semua = [NIP["A"], NIP["B"]]
    for engine, penyewa, harapan in (
        (api, A, semua[:1]), (api, PEGAWAI_A, semua[:1]), (api, TIDAK_ADA, []),
        (api, SEMUA, semua), (api, MESIN, semua), (mesin, TIDAK_ADA, semua),
    ):  # fmt: skip
        with sebagai_penyewa(penyewa):
            async with engine.connect() as conn:
                assert (await conn.scalars(orang)).all() == harapan
                assert len((await conn.scalars(kode)).all()) == len(harapan)
    async with mesin.begin() as conn:
        await conn.execute(text("UPDATE pegawai SET nama = 'SITI 50%_/ X' WHERE instansi_id = 'A'"))
        for bagian, ada in (("50%_/ x", True), ("5_%", False), ("%", True), ("//", False), ("siti", True)):
            hasil = await conn.scalars(select(PegawaiRow.nip).where(nama_memuat(PegawaiRow.nip, [bagian])))
            assert bool(hasil.all()) == ada, bagian


async def test_pemilik_bukan_superuser(pabrik_basis_data: PabrikBasisData) -> None:
    """A plain login that owns the database: told in words what it lacks; then both walls stand for it as well."""
    admin = await asyncpg.connect(pabrik_basis_data.server.url("postgres"))
    url = await pabrik_basis_data.buat(kosong=True)
    nama = url.rsplit("/", 1)[1]
    pemilik = f"pemilik_{nama}"
    milik = url.replace(url.split("//")[1].split("@")[0], f"{pemilik}:sandi")
    engine, berpagar = buat_engine(milik, nama="uji"), buat_engine(milik, nama="uji")
    pagari(berpagar)
    try:
        await admin.execute(f"CREATE ROLE {pemilik} LOGIN PASSWORD 'sandi'")
        await admin.execute(f'ALTER DATABASE "{nama}" OWNER TO {pemilik}')
        with pytest.raises(DBAPIError, match="GRANT sinkro_api, sinkro_pekerja TO"):
            migrasikan(milik)
        await admin.execute(f"GRANT sinkro_api, sinkro_pekerja TO {pemilik}")
        migrasikan(milik)
        async with engine.begin() as conn:
            for satu in "AB":
                await conn.execute(insert(InstansiRow).values(id=satu, nama=satu, zona_waktu="Asia/Jakarta"))
        instansi = next(t for t in tabel_penyewa() if t.name == "instansi")
        assert await isi(engine, instansi, TIDAK_ADA) == ["A", "B"]
        assert await isi(berpagar, instansi, A) == ["A"]
        assert await isi(berpagar, instansi, TIDAK_ADA) == []
        # FORCE: without the worker's role the owner itself would see nothing.
        await admin.execute(f"REVOKE sinkro_pekerja, sinkro_api FROM {pemilik}")
        # A plan made before does not hear of it.
        await engine.dispose()
        assert await isi(engine, instansi, TIDAK_ADA) == []
    finally:
        await engine.dispose()
        await berpagar.dispose()
        await pabrik_basis_data.hapus(url)
        await admin.execute(f"DROP ROLE IF EXISTS {pemilik}")
        await admin.close()
