"""Budgets per caller, and the bounds of one request, over ASGI on a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from redis.asyncio import Redis

from services.idempotensi import tanda_pemanggil
from services.settings import Settings
from sync_api.app import create_app
from sync_api.batas import lapisan
from sync_api.batas.jatah import Anggaran, PenghitungJatah, tanda_alamat
from sync_api.batas.lapisan import LapisanBatas, Tenggat
from sync_api.batas.penjaga import RUTE_MAHAL
from sync_api.openapi import rute_api
from tests.sync_api.conftest import Token, klien_untuk, periksa_masalah

SIAPA = tanda_pemanggil("penerbit", "seseorang")


@asynccontextmanager
async def api(settings: Settings, **batas: int) -> AsyncIterator[AsyncClient]:
    aplikasi = create_app(settings.model_copy(update=batas))
    async with aplikasi.router.lifespan_context(aplikasi), klien_untuk(aplikasi) as klien:
        yield klien


@asynccontextmanager
async def penghitung(redis_url: str, kini: float) -> AsyncIterator[PenghitungJatah]:
    satu = PenghitungJatah(redis_url, jam=lambda: kini)
    try:
        yield satu
    finally:
        await satu.tutup()


async def test_jatah_dihitung_per_pemanggil_dan_jenis(settings: Settings, token: Token) -> None:
    a, b = token("ADMIN_BKN", sub="pemanggil-a"), token("ADMIN_BKN", sub="pemanggil-b")
    async with api(settings, batas_baca=3) as klien:
        for sisa in (2, 1, 0):
            jawaban = await klien.get("/v1/periode", headers=a)
            assert jawaban.status_code == 200
            assert jawaban.headers["ratelimit-policy"] == '"baca";q=3;w=60'
            nama, r, t = jawaban.headers["ratelimit"].split(";")
            assert (nama, r) == ('"baca"', f"r={sisa}")
            assert 1 <= int(t.removeprefix("t=")) <= 60
        ditolak = await klien.get("/v1/periode", headers=a)
        periksa_masalah(ditolak, 429, "TERLALU_BANYAK_PERMINTAAN")
        assert 1 <= int(ditolak.headers["retry-after"]) <= 60
        assert ditolak.headers["ratelimit"].startswith('"baca";r=0;t=')
        # Another caller, and another budget of the same caller.
        assert (await klien.get("/v1/periode", headers=b)).status_code == 200
        lain = await klien.post("/v1/referensi/impor", json={}, headers=a)
        assert (lain.status_code, lain.headers["ratelimit-policy"]) == (403, '"mahal";q=600;w=60')
        tulis = await klien.post("/v1/sinkro/skp", json={}, headers=a)
        assert tulis.headers["ratelimit-policy"] == '"tulis";q=30000;w=60'


async def test_tanpa_token_dihitung_per_alamat(settings: Settings, token: Token) -> None:
    palsu = {"Authorization": "Bearer bukan-token"}
    async with api(settings, batas_tanpa_token=3) as klien:
        assert (await klien.get("/v1/temuan", headers=palsu)).status_code == 200
        assert (await klien.get("/v1/periode", headers=palsu)).status_code == 401
        assert (await klien.get("/tidak-ada")).status_code == 404
        periksa_masalah(await klien.get("/v1/periode", headers=palsu), 429, "TERLALU_BANYAK_PERMINTAAN")
        periksa_masalah(await klien.get("/v1/temuan"), 429, "TERLALU_BANYAK_PERMINTAAN")
        # Neighbours with a good token, and probes, are not held up by them.
        assert (await klien.get("/v1/periode", headers=token("ADMIN_BKN"))).status_code == 200
        assert (await klien.get("/healthz")).status_code == 200


async def test_proses_berbagi_satu_jatah_dan_redis_tidak_menyimpan_siapa(redis_url: str) -> None:
    anggaran = Anggaran("baca", 200)
    async with penghitung(redis_url, 1000.0) as satu, penghitung(redis_url, 1000.0) as dua:
        lolos = 0
        for ke in range(210):
            lolos += not (await (satu, dua)[ke % 2].ambil(anggaran, SIAPA)).habis
        assert lolos == 200
    redis: Redis = Redis.from_url(redis_url, decode_responses=True)
    kunci = await redis.keys("*")
    # Two at a time: 105 round trips for 210 requests would be one for each.
    assert len(kunci) == 1
    assert SIAPA in kunci[0]
    assert "seseorang" not in kunci[0]
    assert 0 < await redis.ttl(kunci[0]) <= 120
    await redis.aclose()


async def test_jendela_baru_memberi_jatah_baru(redis_url: str) -> None:
    kini = 1000.0
    satu = PenghitungJatah(redis_url, jam=lambda: kini)
    anggaran = Anggaran("baca", 1)
    pertama = await satu.ambil(anggaran, SIAPA)
    assert not pertama.habis
    assert (await satu.ambil(anggaran, SIAPA)).habis
    kini += pertama.pulih_detik
    assert not (await satu.ambil(anggaran, SIAPA)).habis
    await satu.tutup()


async def test_tanpa_redis_dihitung_sendiri_tanpa_galat() -> None:
    async with penghitung("redis://127.0.0.1:9/0", 1000.0) as satu:
        hasil = [(await satu.ambil(Anggaran("baca", 5), SIAPA)).habis for _ in range(7)]
    assert hasil == [False] * 5 + [True] * 2


def test_satu_jaringan_ipv6_adalah_satu_pemanggil() -> None:
    assert tanda_alamat("2001:db8:1:2::1") == tanda_alamat("2001:db8:1:2:ffff::9")
    assert tanda_alamat("2001:db8:1:2::1") != tanda_alamat("2001:db8:1:3::1")
    assert tanda_alamat("192.0.2.1") != tanda_alamat("192.0.2.2")


def test_rute_mahal_memang_ada(app: FastAPI) -> None:
    ada = {(metode, jalur) for jalur, rute in rute_api(app) for metode in rute.methods or ()}
    assert ada >= RUTE_MAHAL


async def test_alamat_dan_header_terlalu_besar(klien: AsyncClient) -> None:
    periksa_masalah(await klien.get("/healthz-x?" + "a" * 20_000), 414, "ALAMAT_TERLALU_PANJANG")
    besar = {f"X-{n}": "a" * 4000 for n in range(10)}
    periksa_masalah(await klien.get("/v1/temuan", headers=besar), 431, "HEADER_TERLALU_BESAR")
    banyak = {f"X-{n}": "a" for n in range(120)}
    periksa_masalah(await klien.get("/v1/temuan", headers=banyak), 431, "HEADER_TERLALU_BESAR")


def _kecil(tenggat: Tenggat, bersamaan: int = 10) -> tuple[FastAPI, asyncio.Event]:
    """An application that reads a body, or waits, below the layer."""
    app, lanjut = FastAPI(), asyncio.Event()

    @app.post("/badan")
    async def badan(request: Request) -> int:
        return len(await request.body())

    @app.get("/tunggu")
    async def tunggu() -> str:
        await lanjut.wait()
        return "selesai"

    app.add_middleware(LapisanBatas, penjaga=lambda: None, bersamaan=bersamaan, tenggat=tenggat)
    return app, lanjut


async def _lambat(jeda: float, potongan: int, isi: bytes) -> AsyncIterator[bytes]:
    for _ in range(potongan):
        yield isi
        await asyncio.sleep(jeda)


async def _tanya(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://uji")


@pytest.mark.parametrize(
    ("tenggat", "jeda"),
    [(Tenggat(badan_diam=0.05), 0.3), (Tenggat(badan_kelonggaran=0.1, badan_per_detik=1000), 0.03)],
    ids=["diam", "menetes"],
)
async def test_badan_yang_terlalu_lambat_diakhiri(tenggat: Tenggat, jeda: float) -> None:
    app, _ = _kecil(tenggat)
    async with await _tanya(app) as klien:
        jawaban = await klien.post("/badan", content=_lambat(jeda, 20, b"x"))
    assert jawaban.status_code == 408
    assert jawaban.json()["kode"] == "PERMINTAAN_TERLALU_LAMBAT"
    assert jawaban.headers["connection"] == "close"


async def test_permintaan_yang_tidak_selesai_dijawab_503() -> None:
    app, _ = _kecil(Tenggat(permintaan=0.05))
    async with await _tanya(app) as klien:
        jawaban = await klien.get("/tunggu")
    assert (jawaban.status_code, jawaban.json()["kode"]) == (503, "LAYANAN_TIDAK_TERSEDIA")
    assert int(jawaban.headers["retry-after"]) > 0


async def test_terlalu_banyak_sekaligus_ditolak_lalu_pulih() -> None:
    app, lanjut = _kecil(Tenggat(), bersamaan=2)
    async with await _tanya(app) as klien:
        dua = [asyncio.create_task(klien.get("/tunggu")) for _ in range(2)]
        await asyncio.sleep(0.05)
        ketiga = await klien.get("/tunggu")
        assert (ketiga.status_code, ketiga.headers["retry-after"]) == (503, "1")
        lanjut.set()
        assert [j.status_code for j in await asyncio.gather(*dua)] == [200, 200]
        assert (await klien.get("/tunggu")).status_code == 200


async def test_badan_besar_hanya_beberapa_sekaligus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapisan, "BADAN_BESAR_BERSAMAAN", 1)
    app, _ = _kecil(Tenggat())
    isi = b"x" * 50_000
    async with await _tanya(app) as klien:
        pertama = asyncio.create_task(klien.post("/badan", content=_lambat(0.1, 3, isi)))
        await asyncio.sleep(0.15)
        kedua = await klien.post("/badan", content=_lambat(0, 3, isi))
        assert (kedua.status_code, kedua.json()["kode"]) == (503, "LAYANAN_TIDAK_TERSEDIA")
        assert (await klien.post("/badan", content=isi)).text == "50000"
        assert (await pertama).text == "150000"
        assert (await klien.post("/badan", content=_lambat(0, 3, isi))).text == "150000"
