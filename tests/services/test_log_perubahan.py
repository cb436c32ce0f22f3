"""The feed of changes: every change exactly once, however late a transaction commits."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.db.kursor import KursorTidakSah
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_perubahan import perubahan_log, rampingkan_ubahan
from services.sinkronisasi.log_saring import SaringLog
from services.sinkronisasi.log_versi import VersiLog, versi_log
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, pegawai

ORANG = 40
A = Jangkauan(frozenset({"A"}))
SEMUA = Jangkauan(None)
TANPA = SaringLog()


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as satu:
        dunia = instansi_kecil("A")
        dunia["pegawai"] += [pegawai(n) for n in range(4, ORANG + 1)]
        await satu.impor(dunia)
        await satu.impor(instansi_kecil("B", geser=100))
        await satu.jalankan(
            "INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran) "
            "SELECT instansi_id, nip, 'SKP', 2024, 'MENUNGGU', 'ADMIN', 'uji', 0, 0 FROM pegawai"
        )
        yield satu


async def _baca(
    konteks: KonteksTiruan, sejak: str, *, saring: SaringLog = TANPA, jangkauan: Jangkauan = A, jumlah: int = 50
) -> tuple[list[dict[str, Any]], str]:
    async with konteks.baca() as conn:
        halaman = await perubahan_log(conn, saring, jangkauan, sejak=sejak, jumlah_baris=jumlah)
    return [json.loads(b) for b in halaman.baris], halaman.kursor_perubahan


UBAH = "UPDATE sinkro SET catatan = :c WHERE nip = :n"


@pytest.mark.parametrize("jangkauan", [A, SEMUA, Jangkauan(frozenset({"A", "B"}))])
async def test_setiap_perubahan_sekali_di_tengah_penulis(konteks: KonteksTiruan, jangkauan: Jangkauan) -> None:
    """Eight writers that begin, write and commit in different orders, beside one who asks without a pause. No row is
    written twice, so that a missed change cannot be hidden by a later one of the same row."""
    ditulis: list[str] = []
    selesai = asyncio.Event()
    _, kursor = await _baca(konteks, "", jangkauan=jangkauan)

    async def penulis(nomor: int) -> None:
        acak = random.Random(nomor)
        for orang in range(1 + nomor, ORANG + 1, 8):
            async with konteks.engine.connect() as conn:
                await conn.execute(text(UBAH), {"c": f"{nomor}", "n": nip(orang)})
                await asyncio.sleep(acak.random() * 0.03)
                if acak.random() < 0.2:
                    await conn.rollback()
                else:
                    await conn.commit()
                    ditulis.append(nip(orang))

    terbaca: list[str] = []

    async def pembaca() -> None:
        nonlocal kursor
        while True:
            terakhir = selesai.is_set()
            baris, kursor = await _baca(konteks, kursor, jangkauan=jangkauan, jumlah=3)
            terbaca.extend(b["nip"] for b in baris)
            if terakhir and not baris:
                return

    tugas = asyncio.create_task(pembaca())
    await asyncio.gather(*(penulis(n) for n in range(8)))
    selesai.set()
    await tugas
    assert len(ditulis) > 20
    assert Counter(terbaca) == Counter(ditulis)


async def test_transaksi_tua_menunda_tetapi_tidak_menghilangkan(konteks: KonteksTiruan) -> None:
    _, awal = await _baca(konteks, "")
    async with konteks.engine.connect() as tua:
        await tua.execute(text(UBAH), {"c": "tua", "n": nip(1)})
        await konteks.jalankan(UBAH, c="muda", n=nip(2))
        baris, kursor = await _baca(konteks, awal)
        assert (baris, kursor) == ([], awal)
        await tua.commit()
    baris, kursor = await _baca(konteks, awal)
    assert [b["nip"] for b in baris] == [nip(1), nip(2)]
    assert await _baca(konteks, kursor) == ([], kursor)


async def test_satu_transaksi_lebih_besar_dari_halaman(konteks: KonteksTiruan) -> None:
    _, kursor = await _baca(konteks, "")
    await konteks.jalankan("UPDATE sinkro SET catatan = 'sama' WHERE instansi_id = 'A'")
    terbaca = []
    while True:
        baris, kursor = await _baca(konteks, kursor, jumlah=7)
        terbaca += [b["nip"] for b in baris]
        if len(baris) < 7:
            break
    assert sorted(terbaca) == sorted(nip(n) for n in range(1, ORANG + 1))


async def test_saringan_memberi_yang_cocok_kini_dan_maju(konteks: KonteksTiruan) -> None:
    saring = SaringLog(status=(StatusSinkro.DIBATALKAN,))
    _, awal = await _baca(konteks, "", saring=saring)
    await konteks.jalankan("UPDATE sinkro SET status = 'DIBATALKAN' WHERE nip = ANY (:n)", n=[nip(1), nip(2)])
    await konteks.jalankan("UPDATE sinkro SET status = 'MENUNGGU' WHERE nip = :n", n=nip(1))
    baris, kursor = await _baca(konteks, awal, saring=saring)
    assert [b["nip"] for b in baris] == [nip(2)]
    # What did not match was looked through once and for all.
    assert kursor != awal
    assert await _baca(konteks, kursor, saring=saring) == ([], kursor)


async def test_sewa_yang_diperpanjang_bukan_perubahan(konteks: KonteksTiruan) -> None:
    await konteks.jalankan(
        "UPDATE sinkro SET status = 'BERJALAN', sewa_token = 1, sewa_sampai = now() WHERE nip = :n", n=nip(1)
    )
    _, kursor = await _baca(konteks, "")
    await konteks.jalankan("UPDATE sinkro SET sewa_sampai = now() WHERE nip = :n", n=nip(1))
    await konteks.jalankan("UPDATE sinkro SET status = status, lajur = 1 WHERE nip = :n", n=nip(2))
    assert await _baca(konteks, kursor) == ([], kursor)


async def test_kursor_asing_ditolak(konteks: KonteksTiruan) -> None:
    _, kursor = await _baca(konteks, "")
    for asing in (kursor[:-1], kursor + "A", "bukan kursor", "é"):
        with pytest.raises(KursorTidakSah):
            await _baca(konteks, asing)
    with pytest.raises(KursorTidakSah):
        await _baca(konteks, kursor, saring=SaringLog(jenis=("SKP",)))
    with pytest.raises(KursorTidakSah):
        await _baca(konteks, kursor, jangkauan=SEMUA)


async def test_versi_berubah_dengan_setiap_perubahan(konteks: KonteksTiruan) -> None:
    async def versi(jangkauan: Jangkauan = A) -> str | None:
        async with konteks.baca() as conn:
            return await versi_log(conn, jangkauan)

    awal = await versi()
    assert awal is not None
    assert awal == await versi()
    await konteks.jalankan(UBAH, c="x", n=nip(101))
    assert awal == await versi()
    semua = await versi(SEMUA)
    await konteks.jalankan(UBAH, c="x", n=nip(1))
    sesudah = await versi()
    assert sesudah not in (None, awal)
    assert await versi(SEMUA) != semua
    await konteks.impor({"pegawai": [pegawai(1, nama="NAMA LAIN")]})
    assert await versi() not in (None, awal, sesudah)
    assert await versi(Jangkauan(frozenset({"tidak-ada"}))) is None


async def test_tidak_ada_versi_selama_perubahan_yang_lebih_tua_dapat_muncul(konteks: KonteksTiruan) -> None:
    async with konteks.engine.connect() as tua, konteks.baca() as conn:
        await tua.execute(text(UBAH), {"c": "tua", "n": nip(1)})
        assert await versi_log(conn, A) is not None
        await konteks.jalankan(UBAH, c="muda", n=nip(2))
        assert await versi_log(conn, A) is None
        await tua.commit()
        assert await versi_log(conn, A) is not None


async def test_yang_bertanya_bersamaan_berbagi_satu_jawaban(
    konteks: KonteksTiruan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never one that was begun before they asked."""
    nomor, mulai, tahan = 0, asyncio.Event(), asyncio.Event()

    async def satu(*_: Any) -> str:
        nonlocal nomor
        nomor += 1
        ini = nomor
        mulai.set()
        await tahan.wait()
        return str(ini)

    monkeypatch.setattr("services.sinkronisasi.log_versi.versi_log", satu)
    versi = VersiLog()
    pertama = asyncio.create_task(versi.baca(konteks.sebagai_konteks, A))
    await mulai.wait()
    kemudian = [asyncio.create_task(versi.baca(konteks.sebagai_konteks, A)) for _ in range(200)]
    await asyncio.sleep(0.01)
    tahan.set()
    assert await pertama == "1"
    assert set(await asyncio.gather(*kemudian)) == {"2"}


async def test_yang_usang_dibuang_tanpa_mengubah_umpan(konteks: KonteksTiruan) -> None:
    _, awal = await _baca(konteks, "")
    for putaran in range(4):
        await konteks.jalankan("UPDATE sinkro SET catatan = :c WHERE instansi_id = 'A'", c=str(putaran))
    await konteks.jalankan(UBAH, c="kemudian", n=nip(3))
    sebelum = await _baca(konteks, awal)
    async with konteks.baca() as conn:
        versi = await versi_log(conn, A)
    banyak = "SELECT COALESCE(sum(cardinality(sinkro_id)), 0) FROM sinkro_ubahan WHERE instansi_id = 'A'"
    penuh = await konteks.satu(banyak)
    async with konteks.transaksi() as conn:
        await rampingkan_ubahan(conn)
    # All of the last round but one stand where they changed last.
    assert await konteks.satu(banyak) == ORANG + 1 < penuh
    assert [b["nip"] for b in sebelum[0]][-1] == nip(3)
    assert await _baca(konteks, awal) == sebelum
    async with konteks.baca() as conn:
        assert await versi_log(conn, A) == versi


async def test_banyak_perubahan_seorang_dalam_satu_transaksi_terbaca_sekali(konteks: KonteksTiruan) -> None:
    _, awal = await _baca(konteks, "")
    async with konteks.transaksi() as conn:
        for isi in ("a", "b"):
            await conn.execute(text(UBAH), {"c": isi, "n": nip(1)})
    baris, _ = await _baca(konteks, awal)
    assert [(b["nip"], b["catatan"]) for b in baris] == [(nip(1), "b")]
