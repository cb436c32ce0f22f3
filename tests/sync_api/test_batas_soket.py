"""Slow, endless and broken clients on real sockets, against uvicorn with our protocol and little time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from sync_api.batas.protokol import KEPALA_BYTE, ProtokolBerbatas


class _Cepat(ProtokolBerbatas):
    kepala_detik = 0.2
    sisa_badan_detik = 0.2


async def _jawab(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hidup")(scope, receive, send)


@pytest.fixture
async def porta() -> AsyncIterator[int]:
    server = uvicorn.Server(
        uvicorn.Config(_jawab, port=0, http=_Cepat, ws="none", lifespan="off", log_config=None, timeout_keep_alive=5)
    )
    tugas = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await tugas


async def _kirim(porta: int, *potongan: bytes, jeda: float = 0.0) -> tuple[bytes, float]:
    """What came back until the server closed, and after how many seconds it did."""
    pembaca, penulis = await asyncio.open_connection("127.0.0.1", porta)
    mulai = time.monotonic()
    baca = asyncio.create_task(pembaca.read())
    try:
        for satu in potongan:
            if baca.done():
                break
            penulis.write(satu)
            await penulis.drain()
            await asyncio.sleep(jeda)
    except ConnectionError:
        pass
    try:
        return await asyncio.wait_for(baca, 4), time.monotonic() - mulai
    except ConnectionError:
        return b"", time.monotonic() - mulai
    finally:
        penulis.close()


async def test_sambungan_yang_diam_ditutup(porta: int) -> None:
    jawaban, lama = await _kirim(porta)
    assert jawaban == b""
    assert 0.1 < lama < 2


async def test_kepala_yang_menetes_dijawab_408(porta: int) -> None:
    jawaban, lama = await _kirim(porta, b"GET / HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 50, jeda=0.05)
    assert jawaban.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in jawaban
    assert b'"kode":"PERMINTAAN_TERLALU_LAMBAT"' in jawaban
    assert lama < 2


async def test_kepala_tanpa_akhir_dijawab_431(porta: int) -> None:
    jawaban, _ = await _kirim(porta, b"GET / HTTP/1.1\r\nX-A: ", *[b"a" * 8192] * (KEPALA_BYTE // 8192 + 40))
    assert jawaban == b"" or jawaban.startswith(b"HTTP/1.1 431 ")


async def test_bukan_http_dijawab_400(porta: int) -> None:
    jawaban, _ = await _kirim(porta, b"\x16\x03\x01bukan http\r\n\r\n")
    assert jawaban.startswith(b"HTTP/1.1 400 ")
    assert b'"kode":"HTTP_TIDAK_SAH"' in jawaban


async def test_badan_yang_tidak_dibaca_tidak_menahan_sambungan(porta: int) -> None:
    kepala = b"POST / HTTP/1.1\r\nHost: uji\r\nContent-Length: 100000\r\n\r\n"
    jawaban, lama = await _kirim(porta, kepala, *[b"x"] * 60, jeda=0.05)
    assert jawaban.startswith(b"HTTP/1.1 200 ")
    assert lama < 2


async def test_baris_kosong_tidak_menahan_sambungan(porta: int) -> None:
    permintaan = b"GET / HTTP/1.1\r\nHost: uji\r\n\r\n"
    jawaban, lama = await _kirim(porta, permintaan, *[b"\r\n"] * 60, jeda=0.05)
    assert jawaban.startswith(b"HTTP/1.1 200 ")
    assert lama < 2


async def test_permintaan_berurutan_di_satu_sambungan_dilayani(porta: int) -> None:
    satu = b"GET / HTTP/1.1\r\nHost: uji\r\n\r\n"
    terakhir = b"GET / HTTP/1.1\r\nHost: uji\r\nConnection: close\r\n\r\n"
    jawaban, _ = await _kirim(porta, satu + satu, satu, terakhir, jeda=0.05)
    assert jawaban.count(b"HTTP/1.1 200 ") == 4
