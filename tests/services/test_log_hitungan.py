"""The counters of the log: equal to what they count at every moment, whatever happens at once, and whoever asks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_hitungan import gabungkan_hitungan, periksa_hitungan, susun_ulang_hitungan
from services.sinkronisasi.log_rekap import _hitung_benar, rekap_log
from services.sinkronisasi.log_saring import SaringLog
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai

ORANG = 24
SEMUA = Jangkauan(None)
A = Jangkauan(frozenset({"A"}))


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as satu:
        dunia = instansi_kecil("A")
        dunia["pegawai"] += [pegawai(n) for n in range(4, ORANG + 1)]
        dunia["user_pmm"] += [{"nip": nip(n)} for n in range(4, ORANG // 2)]
        await satu.impor(dunia)
        await satu.impor(instansi_kecil("B", geser=100))
        yield satu


MINTA = (
    "INSERT INTO sinkro AS s (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
    "SELECT p.instansi_id, p.nip, :jenis, 2024, 'MENUNGGU', 'ADMIN', 'uji', 0, 0 FROM pegawai p WHERE p.nip = :nip "
    "ON CONFLICT (nip, jenis, tahun) DO UPDATE SET status = 'MENUNGGU', hasil = NULL, sewa_token = NULL, "
    "sewa_sampai = NULL"
)
UBAH = (
    "UPDATE sinkro SET status = :status, hasil = CASE WHEN :status = 'BERHASIL' THEN 'DATA_BARU' END, "
    "kode = CASE WHEN :status = 'GAGAL' THEN CAST(:kode AS text[]) ELSE kode END, tipe_skp = :tipe, "
    "sewa_token = NULL, sewa_sampai = NULL, coba_lagi_pada = NULL WHERE nip = ANY (:banyak)"
)
TAMBAH = (
    "INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh) SELECT instansi_id, nip, 'uji' FROM pegawai "
    "WHERE nip = :nip"
)
HAPUS = "UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = :nip AND dihapus_pada IS NULL"
PINDAH = "UPDATE {tabel} SET instansi_id = :i WHERE nip = :nip AND instansi_id <> :i"


async def _tidak_salah(konteks: KonteksTiruan) -> None:
    async with konteks.baca() as conn:
        assert await periksa_hitungan(conn) == []


def _langkah(acak: random.Random) -> list[tuple[str, dict[str, Any]]]:
    """One transaction of somebody."""
    orang = nip(acak.randint(1, ORANG))
    jenis = acak.choice(["SKP", "SKP_PLT"])
    banyak = sorted(nip(acak.randint(1, ORANG)) for _ in range(4))
    kode = acak.choice([["B", "A"], ["A", "B"], ["A"], []])
    status = acak.choice(["BERHASIL", "GAGAL", "MENUNGGU", "TERTAHAN"])
    pindah = acak.choice("AB")
    return acak.choice(
        [
            [(MINTA, {"nip": orang, "jenis": jenis})],
            [(UBAH, {"status": status, "kode": kode, "tipe": acak.choice(["GURU", None]), "banyak": banyak})],
            [(TAMBAH, {"nip": orang})],
            [(HAPUS, {"nip": orang}), (TAMBAH, {"nip": orang})],
            [(HAPUS, {"nip": orang}), (UBAH, {"status": "DIBATALKAN", "kode": [], "tipe": None, "banyak": [orang]})],
            [(PINDAH.format(tabel=tabel), {"i": pindah, "nip": orang}) for tabel in ("pegawai", "sinkro", "user_pmm")],
            [("DELETE FROM sinkro WHERE nip = :nip AND jenis = :jenis", {"nip": orang, "jenis": jenis})],
        ]
    )


async def test_benar_setiap_saat_di_tengah_semuanya(konteks: KonteksTiruan) -> None:
    """First requests, results, user PMM added, removed and moved, all at once; some roll back, one sums up."""
    selesai, dijalankan = asyncio.Event(), 0

    async def penulis(benih: int) -> None:
        nonlocal dijalankan
        acak = random.Random(benih)
        for _ in range(40):
            try:
                async with konteks.engine.connect() as conn:
                    for sql, nilai in _langkah(acak):
                        await conn.execute(text(sql), nilai)
                        await asyncio.sleep(acak.choice([0, 0, 0.003]))
                    await (conn.rollback() if acak.random() < 0.15 else conn.commit())
                dijalankan += 1
            except DBAPIError as galat:
                # Twice the same user PMM, or the deadlock that locks in random order may meet.
                if getattr(galat.orig, "sqlstate", None) not in ("23505", "40P01"):
                    raise

    async def penggabung() -> None:
        while not selesai.is_set():
            await gabungkan_hitungan(konteks.sebagai_konteks)
            await asyncio.sleep(0.01)

    async def pemeriksa() -> None:
        while not selesai.is_set():
            await _tidak_salah(konteks)
            async with konteks.baca() as conn:
                for jangkauan in (A, SEMUA):
                    rekap = await rekap_log(conn, SaringLog(jenis=("SKP",), tahun=(2024,)), jangkauan)
                    assert rekap["seimbang"] is True, rekap
            await asyncio.sleep(0.01)

    pengamat = [asyncio.create_task(penggabung()), asyncio.create_task(pemeriksa())]
    await asyncio.gather(*(penulis(benih) for benih in range(6)))
    selesai.set()
    await asyncio.gather(*pengamat)
    assert dijalankan > 120
    await _tidak_salah(konteks)
    await gabungkan_hitungan(konteks.sebagai_konteks)
    assert await konteks.satu("SELECT count(*) FROM hitungan_ubahan") == 0
    await _tidak_salah(konteks)


@pytest.mark.parametrize("user_dahulu", [True, False])
async def test_user_pmm_ditambah_selagi_sinkro_pertama_diminta(konteks: KonteksTiruan, user_dahulu: bool) -> None:
    """Neither sees the other's row yet, so one waits for the other and counts what came of it."""
    langkah = [(TAMBAH, {"nip": nip(ORANG)}), (MINTA, {"nip": nip(ORANG), "jenis": "SKP"})]
    (sql_1, isi_1), (sql_2, isi_2) = langkah if user_dahulu else langkah[::-1]
    async with konteks.engine.connect() as satu, konteks.engine.connect() as dua:
        await satu.execute(text(sql_1), isi_1)
        menunggu = asyncio.create_task(dua.execute(text(sql_2), isi_2))
        selesai, _ = await asyncio.wait([menunggu], timeout=0.2)
        assert not selesai
        await satu.commit()
        await menunggu
        await dua.commit()
    await _tidak_salah(konteks)


async def test_hasil_ditulis_selagi_user_pmm_dihapus(konteks: KonteksTiruan) -> None:
    await konteks.jalankan(MINTA, nip=nip(5), jenis="SKP")
    async with konteks.engine.connect() as satu, konteks.engine.connect() as dua:
        await satu.execute(text(UBAH), {"status": "GAGAL", "kode": ["X"], "tipe": "GURU", "banyak": [nip(5)]})
        menunggu = asyncio.create_task(dua.execute(text(HAPUS), {"nip": nip(5)}))
        selesai, _ = await asyncio.wait([menunggu], timeout=0.2)
        assert not selesai
        await satu.commit()
        await menunggu
        await dua.commit()
    await _tidak_salah(konteks)


async def test_nip_yang_berganti(konteks: KonteksTiruan) -> None:
    """The syncs and the flag follow their person in one cascade."""
    await konteks.jalankan(MINTA, nip=nip(5), jenis="SKP")
    await konteks.jalankan("UPDATE pegawai SET nip = :b WHERE nip = :a", a=nip(5), b=nip(700))
    assert await konteks.satu("SELECT count(*) FROM sinkro WHERE nip = :n", n=nip(700)) == 1
    await _tidak_salah(konteks)


async def test_hitungan_yang_dirusak_ketahuan(konteks: KonteksTiruan) -> None:
    for n in (1, 2, 5):
        await konteks.jalankan(MINTA, nip=nip(n), jenis="SKP")
    await gabungkan_hitungan(konteks.sebagai_konteks)
    await konteks.jalankan("UPDATE hitungan SET n = n + 1 WHERE ukuran = 'SINKRO' AND instansi_id = 'A'")
    async with konteks.baca() as conn:
        [salah] = await periksa_hitungan(conn)
        assert (salah.ukuran, salah.instansi_id, salah.status, salah.tersimpan, salah.sebenarnya) == (
            "SINKRO", "A", "MENUNGGU", 4, 3,
        )  # fmt: skip
        rekap = await rekap_log(conn, SaringLog(jenis=("SKP",), tahun=(2024,)), A)
        assert rekap["seimbang"] is False
    async with konteks.transaksi() as conn:
        await susun_ulang_hitungan(conn)
    await _tidak_salah(konteks)


async def test_rekap_dari_hitungan_sama_dengan_menghitung(konteks: KonteksTiruan) -> None:
    acak = random.Random(5)
    for n in range(1, ORANG):
        for jenis in ("SKP", "SKP_PLT"):
            if acak.random() < 0.8:
                await konteks.jalankan(MINTA, nip=nip(n), jenis=jenis)
    for putaran in range(12):
        nilai = {
            "status": acak.choice(["BERHASIL", "GAGAL", "TERTAHAN"]), "kode": acak.choice([["A", "B"], ["B"]]),
            "tipe": acak.choice(["GURU", "KEPALA_SEKOLAH"]), "banyak": [nip(acak.randint(1, ORANG)) for _ in range(3)],
        }  # fmt: skip
        await konteks.jalankan(UBAH, **nilai)
        if putaran == 6:
            await gabungkan_hitungan(konteks.sebagai_konteks)
    saringan = [
        SaringLog(),
        SaringLog(jenis=("SKP",), tahun=(2024,)),
        SaringLog(jenis=("SKP", "SKP_PLT"), tahun=(2023, 2024)),
        SaringLog(status=(StatusSinkro.GAGAL, StatusSinkro.TERTAHAN)),
        SaringLog(kode=("A",)),
        SaringLog(kode=("A", "B"), status=(StatusSinkro.GAGAL,), jenis=("SKP_PLT",), tahun=(2024,)),
        SaringLog(tipe_skp=(TipeSkp.GURU,)),
        SaringLog(tahun=(2030,)),
    ]
    async with konteks.baca() as conn:
        for jangkauan in (SEMUA, A, Jangkauan(frozenset({"A", "B"})), Jangkauan(frozenset({"B"}))):
            for saring in saringan:
                cepat = await rekap_log(conn, saring, jangkauan)
                assert cepat == await _hitung_benar(conn, saring, jangkauan), (saring, jangkauan)
