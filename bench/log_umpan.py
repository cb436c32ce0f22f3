"""Cheap polling: a feed of changes beside 50 writers with every change exactly once, and 200 dashboards that ask with
an ETag while nothing changes: statements and processor seconds of the service per answer, against whole answers."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop
from pydantic import SecretStr
from sqlalchemy import text

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.log_baris import isi_log
from services.db.engine import buat_engine
from services.identitas.pemanggil import Jangkauan
from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import Settings
from services.sinkronisasi.log_perubahan import perubahan_log
from services.sinkronisasi.log_saring import SaringLog
from sync_api.app import create_app
from tests.support.pernyataan import pernyataan_tercatat

BARIS = 20_000
PENULIS = 50
PER_PENULIS = 40
DASBOR = 200
MILIK = Jangkauan(frozenset({"instansi-1"}))


async def _umpan(url: str) -> tuple[int, int, int]:
    """How many changes were committed, missed, and read twice. No row is changed twice."""
    engine = buat_engine(url, nama="bench", ukuran_pool=PENULIS + 1)
    async with engine.connect() as conn:
        nomor = list(await conn.scalars(text("SELECT id FROM sinkro WHERE instansi_id = 'instansi-1' ORDER BY id")))
    ditulis: list[str] = []
    terbaca: Counter[str] = Counter()
    selesai = asyncio.Event()

    async def baca(sejak: str) -> tuple[list[str], str]:
        async with engine.connect() as conn:
            halaman = await perubahan_log(conn, SaringLog(), MILIK, sejak=sejak, jumlah_baris=50)
        return [json.loads(b)["id"] for b in halaman.baris], halaman.kursor_perubahan

    async def penulis(ke: int) -> None:
        acak = random.Random(ke)
        for satu in nomor[ke::PENULIS][:PER_PENULIS]:
            async with engine.connect() as conn:
                await conn.execute(text("UPDATE sinkro SET catatan = 'x' WHERE id = :id"), {"id": satu})
                await asyncio.sleep(acak.random() * 0.05)
                await conn.commit()
            ditulis.append(str(satu))

    async def pembaca(kursor: str) -> None:
        while True:
            terakhir = selesai.is_set()
            dibaca, kursor = await baca(kursor)
            terbaca.update(dibaca)
            if terakhir and not dibaca:
                return

    _, awal = await baca("")
    tugas = asyncio.create_task(pembaca(awal))
    await asyncio.gather(*(penulis(n) for n in range(PENULIS)))
    selesai.set()
    await tugas
    await engine.dispose()
    return len(ditulis), len(set(ditulis) - set(terbaca)), sum(n - 1 for n in terbaca.values())


async def _minta(app: Any, header: list[tuple[bytes, bytes]]) -> tuple[int, str]:
    status, etag = 0, ""

    async def terima() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def kirim(pesan: Any) -> None:
        nonlocal status, etag
        if pesan["type"] == "http.response.start":
            status = pesan["status"]
            etag = next((v.decode() for n, v in pesan["headers"] if n.lower() == b"etag"), "")

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/v1/log-sinkro", "raw_path": b"/v1/log-sinkro", "query_string": b"", "root_path": "",
        "headers": header, "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    await app(scope, terima, kirim)
    return status, etag


async def _dasbor(url: str, data_dir: Path) -> list[tuple[float, float]]:
    """(statements, CPU milliseconds of this process) per answer: whole answers, then 304."""
    app = create_app(
        Settings(
            database_url=url, redis_url="redis://127.0.0.1:9", pmm_url="http://127.0.0.1:9", pmm_client_id="x",
            pmm_client_secret=SecretStr("x"), data_dir=data_dir, log_level="ERROR",
        )
    )  # fmt: skip
    token = terbitkan_token(data_dir, peran=["ADMIN_INSTANSI"], instansi_id="instansi-1")
    header = [(b"authorization", f"Bearer {token}".encode())]
    hasil = []
    async with app.router.lifespan_context(app):
        _, etag = await _minta(app, header)
        for tambahan, harapan in (([], 200), ([(b"if-none-match", etag.encode())], 304)):
            mulai = time.process_time()
            with pernyataan_tercatat(app.state.konteks.engine) as pernyataan:
                jawaban = await asyncio.gather(*(_minta(app, [*header, *tambahan]) for _ in range(DASBOR)))
                lama = time.process_time() - mulai
                await asyncio.sleep(0)
            if {status for status, _ in jawaban} != {harapan}:
                raise RuntimeError(f"bukan {harapan} semuanya")
            hasil.append((len(pernyataan) / DASBOR, lama * 1000 / DASBOR))
    return hasil


def jalankan() -> list[Angka]:
    """Figures of one run."""

    async def semua(pabrik: Any, folder: Path) -> tuple[tuple[int, int, int], list[tuple[float, float]]]:
        url = await pabrik.buat()
        await isi_log(url, BARIS, instansi=4)
        dasbor = await _dasbor(url, folder)
        return await _umpan(url), dasbor

    with postgres() as pabrik, tempfile.TemporaryDirectory() as folder:
        (ditulis, hilang, ganda), (utuh, tetap) = uvloop.run(semua(pabrik, Path(folder)))
    return [
        Angka(f"perubahan oleh {PENULIS} penulis", [ditulis], ""),
        Angka("tidak terbaca", [hilang], "", "tujuan 0"),
        Angka("terbaca dua kali", [ganda], "", "tujuan 0"),
        Angka("pernyataan per jawaban utuh", [utuh[0]], ""),
        Angka(f"pernyataan per 304, {DASBOR} dasbor sekaligus", [tetap[0]], "", "hampir tidak ada"),
        Angka("CPU layanan per jawaban utuh", [utuh[1]], "ms"),
        Angka("CPU layanan per 304", [tetap[1]], "ms"),
    ]
