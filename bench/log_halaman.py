"""A page of 50 rows of the log (goal G6): the route as it is, against the same question by ORM and response_model and
against a fixed answer behind the same parameters and checks. Called as the server calls them, eight at a time; once
more with another instansi asking each time, which costs a connection that served another one last a round trip."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import uvloop
from fastapi import FastAPI, Query
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from bench.laporan import Angka
from bench.lingkungan import postgres
from bench.log_baris import isi_log
from services.db.tables import PegawaiRow, SinkroRow, UnitKerjaRow
from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import Settings
from sync_api.app import create_app
from sync_api.dependencies import Izin, KonteksProses, butuh
from sync_api.v1.sync_shapes import BarisLogOut, HalamanLogOut, LogKueri

BARIS = 200_000
INSTANSI = 20
PERMINTAAN = 400
BERSAMAAN = 8
PUTARAN = 3
MILIK = "instansi-1"

Dibaca = Annotated[Izin, butuh("sinkro:baca")]


def _pembanding(app: FastAPI) -> None:
    tetap = b'{"data":[' + b",".join([b'{"x":"' + b"y" * 800 + b'"}'] * 50) + b'],"kursor_berikutnya":null}'

    @app.get("/bench/tetap")
    async def tetap_saja(konteks: KonteksProses, izin: Dibaca, kueri: Annotated[LogKueri, Query()]) -> Response:
        del konteks, izin, kueri
        return Response(tetap, media_type="application/json")

    @app.get("/bench/orm", response_model=HalamanLogOut)
    async def lewat_orm(konteks: KonteksProses, izin: Dibaca, kueri: Annotated[LogKueri, Query()]) -> Any:
        del izin, kueri
        s = SinkroRow
        async with AsyncSession(konteks.engine) as sesi:
            hasil = await sesi.execute(
                select(s, PegawaiRow, UnitKerjaRow)
                .join(PegawaiRow, PegawaiRow.nip == s.nip)
                .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
                .where(s.instansi_id == MILIK)
                .order_by(s.dibuat_pada.desc(), s.id.desc())
                .limit(51)
            )
            return {"data": [_ke_out(*b) for b in hasil.all()[:50]], "kursor_berikutnya": None}


def _ke_out(s: SinkroRow, pegawai: PegawaiRow, unit: UnitKerjaRow | None) -> BarisLogOut:
    isi = {k: getattr(s, k) for k in BarisLogOut.model_fields if hasattr(s, k)}
    isi |= {"id": str(s.id), "nama": pegawai.nama, "massal_id": s.massal_id and str(s.massal_id)}
    return BarisLogOut(**isi, unit_kerja=unit and {"id": unit.id, "nama": unit.nama})


async def _minta(app: FastAPI, jalur: str, token: str) -> int:
    status = 0

    async def terima() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def kirim(pesan: Any) -> None:
        nonlocal status
        status = pesan.get("status", status)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": jalur, "raw_path": jalur.encode(), "query_string": b"jumlah_baris=50", "root_path": "",
        "headers": [(b"authorization", f"Bearer {token}".encode())], "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    await app(scope, terima, kirim)
    return status


async def _per_detik(app: FastAPI, jalur: str, *token: str) -> float:
    """The tokens take turns."""
    sisa = iter(range(PERMINTAAN))

    async def peminta() -> None:
        for n in sisa:
            if await _minta(app, jalur, token[n % len(token)]) != 200:
                raise RuntimeError(f"{jalur} tidak menjawab 200")

    mulai = time.perf_counter()
    await asyncio.gather(*(peminta() for _ in range(BERSAMAAN)))
    return PERMINTAAN / (time.perf_counter() - mulai)


async def ukur(url: str, data_dir: Path, putaran: int = PUTARAN) -> list[tuple[float, float, float, float]]:
    """Answers per second of route, ORM, fixed answer and route with instansi taking turns, in interleaved rounds."""
    pengaturan = Settings(
        database_url=url, redis_url="redis://127.0.0.1:9", pmm_url="http://127.0.0.1:9", pmm_client_id="x",
        pmm_client_secret=SecretStr("x"), data_dir=data_dir, log_level="ERROR",
    )  # fmt: skip
    app = create_app(pengaturan)
    _pembanding(app)
    semua = [
        terbitkan_token(data_dir, peran=["ADMIN_INSTANSI"], instansi_id=f"instansi-{n}") for n in range(1, INSTANSI + 1)
    ]
    token = semua[0]
    async with app.router.lifespan_context(app):
        jalur = ("/v1/log-sinkro", "/bench/orm", "/bench/tetap")
        for satu in jalur:
            await _per_detik(app, satu, token)
        await _per_detik(app, jalur[0], *semua)
        gc.freeze()
        return [
            (
                await _per_detik(app, jalur[0], token),
                await _per_detik(app, jalur[1], token),
                await _per_detik(app, jalur[2], token),
                await _per_detik(app, jalur[0], *semua),
            )
            for _ in range(putaran)
        ]


def jalankan() -> list[Angka]:
    """Figures of interleaved rounds."""

    async def semua(pabrik: Any, folder: Path) -> list[tuple[float, float, float, float]]:
        url = await pabrik.buat()
        await isi_log(url, BARIS, instansi=INSTANSI)
        return await ukur(url, folder)

    with postgres() as pabrik, tempfile.TemporaryDirectory() as folder:
        hasil = uvloop.run(semua(pabrik, Path(folder)))
    return [
        Angka("halaman log", [h[0] for h in hasil], "jawaban/s"),
        Angka("ORM dan response_model", [h[1] for h in hasil], "jawaban/s"),
        Angka("jawaban tetap", [h[2] for h in hasil], "jawaban/s"),
        Angka("halaman, instansi bergantian", [h[3] for h in hasil], "jawaban/s"),
        Angka("halaman : ORM (G6)", [h[0] / h[1] for h in hasil], "kali", "tujuan >= 3"),
        Angka("halaman : tetap (G6)", [h[0] / h[2] * 100 for h in hasil], "%", "tujuan >= 35"),
        Angka("instansi bergantian : ORM", [h[3] / h[1] for h in hasil], "kali", "tujuan >= 3"),
        Angka("instansi bergantian : tetap", [h[3] / h[2] * 100 for h in hasil], "%", "tujuan >= 35"),
    ]
