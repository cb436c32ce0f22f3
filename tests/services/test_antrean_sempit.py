"""The narrow tables of who waits and who runs say what `sinkro` says, whatever changed it; and a sync that ends as it
did before touches no index."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sinkronisasi.antrean import Lajur, ambil_antrean
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai

ORANG = 12
MENUNGGU = "status = 'MENUNGGU', hasil = NULL, sewa_token = NULL, sewa_sampai = NULL"
BERJALAN = "status = 'BERJALAN', hasil = NULL, coba_lagi_pada = NULL, sewa_token = id_token, sewa_sampai = now()"
BERHASIL = (
    "status = 'BERHASIL', hasil = 'TIDAK_ADA_DATA_BARU', coba_lagi_pada = NULL, sewa_token = NULL, sewa_sampai = NULL"
)
_KOLOM = "instansi_id, {id}, lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_JALAN = "nip, instansi_id, {id}, giliran, tahun, unit_kerja_id"


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as satu:
        dunia = instansi_kecil("A")
        dunia["pegawai"] += [pegawai(n) for n in range(4, ORANG + 1)]
        await satu.impor(dunia)
        await satu.impor(instansi_kecil("B", geser=100))
        await satu.jalankan(
            "INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran, unit_kerja_id) "
            "SELECT g.instansi_id, g.nip, j, 2024, 'MENUNGGU', 'ADMIN', 'uji', 0, 0, g.unit_kerja_id "
            "FROM pegawai g CROSS JOIN unnest(ARRAY['SKP', 'PENILAIAN_FINAL']) j"
        )
        yield satu


async def _cocok(konteks: KonteksTiruan) -> None:
    for tabel, kolom, status in (("menunggu", _KOLOM, "MENUNGGU"), ("berjalan", _JALAN, "BERJALAN")):
        seharusnya = await konteks.semua(
            f"SELECT {kolom.format(id='id')} FROM sinkro WHERE status = '{status}' ORDER BY id"
        )
        ada = await konteks.semua(f"SELECT {kolom.format(id='sinkro_id')} FROM sinkro_{tabel} ORDER BY sinkro_id")
        assert ada == seharusnya


async def _coba(konteks: KonteksTiruan, sql: str, **nilai: Any) -> bool:
    try:
        await konteks.jalankan(sql, **nilai)
    except IntegrityError:
        return False
    return True


async def test_narrow_tables_follow_every_change(konteks: KonteksTiruan) -> None:
    await _cocok(konteks)
    acak, token, terjadi = random.Random(7), 1, 0
    perubahan = (
        MENUNGGU,
        BERJALAN,
        BERHASIL,
        "lajur = 1 - lajur",
        "massal_id = CASE WHEN massal_id IS NULL THEN id END",
        "giliran = 1 - giliran, diminta_pada = now()",
        "coba_lagi_pada = CASE WHEN status = 'MENUNGGU' THEN now() END",
        "unit_kerja_id = NULL",
        "instansi_id = CASE instansi_id WHEN 'A' THEN 'B' ELSE 'A' END",
    )
    for _ in range(120):
        token += 1
        siapa = [nip(n) for n in acak.sample(range(1, ORANG + 1), acak.choice([1, 2, 5]))]
        jenis = acak.choice((["SKP"], ["PENILAIAN_FINAL"], ["SKP", "PENILAIAN_FINAL"]))
        ubah = acak.choice(perubahan).replace("id_token", str(token))
        terjadi += await _coba(
            konteks,
            f"UPDATE sinkro SET {ubah} WHERE nip = ANY (:n) AND jenis = ANY (:j)",
            n=siapa,
            j=jenis,
        )
    assert terjadi > 80
    await _cocok(konteks)
    await konteks.jalankan("UPDATE sinkro SET " + MENUNGGU)
    await konteks.jalankan(f"UPDATE sinkro SET {BERJALAN.replace('id_token', '1')} WHERE jenis = 'SKP'")
    baru = nip(1)[:-3] + "999"
    await konteks.jalankan("UPDATE pegawai SET nip = :baru WHERE nip = :lama", baru=baru, lama=nip(1))
    assert await konteks.satu("SELECT count(*) FROM sinkro_berjalan WHERE nip = :n", n=baru) == 1
    await _cocok(konteks)
    await konteks.jalankan("DELETE FROM sinkro WHERE nip = :n", n=baru)
    await _cocok(konteks)


async def test_a_person_runs_once(konteks: KonteksTiruan) -> None:
    jalan = f"UPDATE sinkro SET {BERJALAN.replace('id_token', '1')} WHERE nip = :n AND jenis = :j"
    assert await _coba(konteks, jalan, n=nip(1), j="SKP")
    assert not await _coba(konteks, jalan, n=nip(1), j="PENILAIAN_FINAL")
    assert await _coba(konteks, jalan, n=nip(2), j="PENILAIAN_FINAL")
    await _cocok(konteks)


async def test_a_sync_that_ends_as_before_stays_in_its_page(konteks: KonteksTiruan) -> None:
    """Otherwise each of the three changes adds an entry to every index of the log."""
    await konteks.jalankan("UPDATE sinkro SET " + BERHASIL)
    hitungan = text("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'sinkro'")
    ditulis = setempat = 0
    for ubah in (MENUNGGU, BERJALAN.replace("id_token", "1"), BERHASIL) * 2:
        async with konteks.transaksi() as conn:
            # What earlier transactions of the session did may not be handed in yet.
            semula = (await conn.execute(hitungan)).one()
            await conn.execute(
                text(f"UPDATE sinkro SET {ubah}, diubah_pada = now() WHERE jenis = 'SKP' AND nip = ANY (:n)"),
                {"n": [nip(1), nip(2)]},
            )
            kini = (await conn.execute(hitungan)).one()
        ditulis += kini.n_tup_upd - semula.n_tup_upd
        setempat += kini.n_tup_hot_upd - semula.n_tup_hot_upd
    assert (ditulis, setempat) == (12, 12)
    assert await konteks.satu("SELECT count(*) FROM sinkro WHERE status_terakhir IS DISTINCT FROM 'BERHASIL'") == 0


async def _terbaca(conn: AsyncConnection) -> int:
    """Rows that this session read of the log and of who waits; what earlier transactions did may be among them."""
    return int(
        await conn.scalar(
            text(
                "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables "
                "WHERE relname IN ('sinkro', 'sinkro_menunggu')"
            )
        )
        or 0
    )


async def _antre_panjang(konteks: KonteksTiruan, banyak: int = 3_000) -> None:
    """So many more people of one instansi wait in their own right."""
    await konteks.jalankan(
        "INSERT INTO pegawai (nip, nama, instansi_id, jabatan, jenis_pegawai, jenis_asn) "
        "SELECT lpad(CAST(n AS text), 18, '9'), 'X', 'A', 'Guru', 'PEGAWAI', 'PNS' "
        "FROM generate_series(10001, 10000 + :banyak) n",
        banyak=banyak,
    )
    await konteks.jalankan(
        "INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
        "SELECT instansi_id, nip, 'SKP', 2024, 'MENUNGGU', 'ADMIN', 'uji', 1, 1 FROM pegawai WHERE nama = 'X'"
    )


async def test_a_trigger_planned_while_nobody_waited_reads_only_its_rows(konteks: KonteksTiruan) -> None:
    await konteks.jalankan("UPDATE sinkro SET " + BERHASIL)
    async with konteks.engine.connect() as awal, konteks.engine.connect() as conn:
        await awal.execution_options(isolation_level="AUTOCOMMIT")
        await awal.execute(text("VACUUM ANALYZE sinkro_menunggu"))
        ubah = "UPDATE sinkro SET {} WHERE nip = :n AND jenis = 'SKP'"
        for status in (MENUNGGU, BERHASIL):
            await conn.execute(text(ubah.format(status)), {"n": nip(2)})
        await conn.commit()
        await _antre_panjang(konteks)
        semula = await _terbaca(conn)
        for status in (MENUNGGU, BERJALAN.replace("id_token", "1")):
            await conn.execute(text(ubah.format(status)), {"n": nip(2)})
        assert await _terbaca(conn) - semula < 50
        await conn.rollback()


@pytest.mark.parametrize("lajur", [Lajur.MASSAL, Lajur.INTERAKTIF])
async def test_a_claim_reads_no_more_than_it_takes(konteks: KonteksTiruan, lajur: Lajur) -> None:
    """Also when the statistics say that nobody waits in the log, as before a bulk of everybody."""
    await konteks.jalankan("UPDATE sinkro SET " + BERHASIL)
    await _antre_panjang(konteks)
    await konteks.jalankan("UPDATE sinkro SET lajur = :l WHERE status = 'MENUNGGU'", l=int(lajur))
    await konteks.jalankan("ANALYZE sinkro_menunggu, sinkro_berjalan")
    async with konteks.engine.connect() as conn:
        semula = await _terbaca(conn)
        assert len(await ambil_antrean(conn, lajur, 1)) == 1
        assert await _terbaca(conn) - semula < 100
        await conn.rollback()
