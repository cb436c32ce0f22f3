"""The real transport against a real TCP server that behaves as badly as servers do."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pmm_client import (
    Lajur,
    PMMClient,
    PMMConfig,
    PMMError,
    PMMJawabanTidakSah,
    PMMTidakBerubah,
    PMMTidakTerjangkau,
    TanpaBatas,
)
from tests.pmm_client.pmm_tiruan import NIP, TAHUN, pengguna, perubahan, sukses, token

Perilaku = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class ServerNakal:
    """Answers tokens properly, and everything else with the next behaviour, the last one for ever."""

    def __init__(self, *perilaku: Perilaku) -> None:
        self.perilaku = list(perilaku)
        self.baris: list[str] = []
        self.headers: list[bytes] = []
        self.sambungan = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def layani(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sambungan += 1
        try:
            while not writer.is_closing():
                kepala = await reader.readuntil(b"\r\n\r\n")
                if kepala.startswith(b"POST /oauth/token "):
                    panjang = int(kepala.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                    await reader.readexactly(panjang)
                    await jawab(token().content)(reader, writer)
                    continue
                self.baris.append(kepala.split(b"\r\n")[0].decode())
                self.headers.append(kepala)
                perilaku = self.perilaku.pop(0) if len(self.perilaku) > 1 else self.perilaku[0]
                await perilaku(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def mentah(kepala: bytes, badan: bytes = b"") -> Perilaku:
    async def perilaku(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(kepala + b"\r\n\r\n" + badan)
        await writer.drain()

    return perilaku


def jawab(badan: bytes, status: bytes = b"200 OK", *tambahan: bytes) -> Perilaku:
    baris = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(badan), *tambahan]
    return mentah(b"\r\n".join(baris), badan)


def lalu_tutup(perilaku: Perilaku) -> Perilaku:
    async def dan_tutup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await perilaku(reader, writer)
        writer.close()

    return dan_tutup


async def tutup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sambungan: socket.socket = writer.get_extra_info("socket")
    sambungan.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def diam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def menetes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


BAIK = jawab(sukses(pengguna()).content)
SETENGAH = lalu_tutup(mentah(b"HTTP/1.1 200 OK\r\nContent-Length: 1000", b'{"status":'))
SETENGAH_TANPA_PANJANG = lalu_tutup(mentah(b"HTTP/1.1 200 OK\r\nConnection: close", b'{"status":'))
POTONGAN_RUSAK = lalu_tutup(mentah(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"zz\r\nabc"))
BUKAN_HTTP = lalu_tutup(mentah(b"SSH-2.0-OpenSSH_9.2"))
KEPALA_RAKSASA = lalu_tutup(mentah(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000))


@asynccontextmanager
async def menghadapi(*perilaku: Perilaku, **lain: Any) -> AsyncIterator[tuple[PMMClient, ServerNakal]]:
    server = ServerNakal(*perilaku)
    pendengar = await asyncio.start_server(server.layani, "127.0.0.1", 0, backlog=512)
    server.port = pendengar.sockets[0].getsockname()[1]
    dasar: dict[str, Any] = {"batas_per_detik": None, "jeda_dasar": 0.0, "read": 0.2, "connect": 0.5, "total": 3.0}
    try:
        pacer = lain.pop("pacer", None)
        async with PMMClient(PMMConfig(server.url, "a", "b", **(dasar | lain)), pacer=pacer) as client:
            yield client, server
    finally:
        pendengar.close()


async def test_jawaban_baik_memakai_sambungan_lagi() -> None:
    async with menghadapi(BAIK) as (client, server):
        for _ in range(3):
            assert (await client.pengguna(NIP, request_id="r-1")).nip == NIP
    assert server.sambungan == 1
    assert server.baris == [f"GET /v1/pengguna/{NIP} HTTP/1.1"] * 3
    kepala = server.headers[0].lower()
    for baris in (b"x-request-id: r-1", b"authorization: bearer t1", b"accept-encoding: identity"):
        assert kepala.count(baris + b"\r\n") == 1
    assert kepala.count(b"\r\nhost: ") == 1
    assert b"transfer-encoding" not in kepala


async def test_kursor_aneh_sampai_utuh() -> None:
    async with menghadapi(jawab(sukses([perubahan()]).content)) as (client, server):
        await client.perubahan("a b/+&=%2F#é", 5)
    kueri = parse_qs(urlsplit(server.baris[0].split()[1]).query)
    assert kueri == {"batas": ["5"], "sejak": ["a b/+&=%2F#é"]}


@pytest.mark.parametrize(
    "buruk",
    [
        tutup, reset, diam, SETENGAH, SETENGAH_TANPA_PANJANG, POTONGAN_RUSAK, BUKAN_HTTP, KEPALA_RAKSASA,
        jawab(b"", b"503 Sibuk"),
    ],
)  # fmt: skip
async def test_sakit_lalu_sembuh(buruk: Perilaku) -> None:
    async with menghadapi(buruk, BAIK) as (client, server):
        assert (await client.pengguna(NIP)).nip == NIP
    assert len(server.baris) == 2


@pytest.mark.parametrize("buruk", [tutup, reset, diam, SETENGAH, SETENGAH_TANPA_PANJANG, POTONGAN_RUSAK, BUKAN_HTTP])
async def test_sakit_terus(buruk: Perilaku) -> None:
    async with menghadapi(buruk) as (client, server):
        with pytest.raises(PMMTidakTerjangkau) as galat:
            await client.pengguna(NIP)
    assert NIP not in str(galat.value) + repr(galat.value)
    assert galat.value.__context__ is None
    assert len(server.baris) == 3


async def test_sambungan_lama_yang_putus_tidak_dikirim_ulang_diam_diam() -> None:
    """One try is one request on the wire, or pacing would not hold."""
    async with menghadapi(BAIK, tutup, max_percobaan=1) as (client, server):
        await client.pengguna(NIP)
        with pytest.raises(PMMTidakTerjangkau):
            await client.pengguna(NIP)
    assert len(server.baris) == 2


async def test_menetes_dibatasi_waktu_seluruhnya() -> None:
    async with menghadapi(menetes, total=0.4) as (client, _):
        mulai = time.monotonic()
        with pytest.raises(PMMTidakTerjangkau, match="batas waktu"):
            await client.pengguna(NIP)
        assert time.monotonic() - mulai < 1.5


@pytest.mark.parametrize("dengan_panjang", [True, False])
async def test_lebih_dari_satu_mib_dihentikan_saat_dibaca(dengan_panjang: bool) -> None:
    dikirim = 0

    async def banjir(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal dikirim
        writer.write(b"HTTP/1.1 200 OK\r\n")
        writer.write(b"Content-Length: 1000000000\r\n\r\n" if dengan_panjang else b"Connection: close\r\n\r\n")
        for _ in range(1000):
            writer.write(b" " * 100_000)
            await writer.drain()
            dikirim += 100_000

    async with menghadapi(banjir, BAIK) as (client, server):
        with pytest.raises(PMMJawabanTidakSah, match="ukuran") as galat:
            await client.pengguna(NIP)
        assert (await client.pengguna(NIP)).nip == NIP
    assert len(galat.value.mentah) == 64 * 1024
    assert dikirim < 50_000_000
    assert len(server.baris) == 2


async def test_tidak_mengikuti_pengalihan() -> None:
    alih = jawab(b"", b"302 Found", b"Location: http://127.0.0.1:1/lain")
    async with menghadapi(alih, BAIK) as (client, server):
        await client.pengguna(NIP)
    assert len(server.baris) == 2


async def test_proksi_dari_lingkungan_diabaikan(monkeypatch: pytest.MonkeyPatch) -> None:
    for nama in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(nama, "http://127.0.0.1:1")
    async with menghadapi(BAIK) as (client, _):
        assert (await client.pengguna(NIP)).nip == NIP


async def test_tidak_ada_yang_mendengarkan() -> None:
    with socket.socket() as kosong:
        kosong.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{kosong.getsockname()[1]}"
        async with PMMClient(PMMConfig(url, "a", "b", batas_per_detik=None, jeda_dasar=0.0)) as client:
            with pytest.raises(PMMTidakTerjangkau, match="ConnectionRefused"):
                await client.skp(NIP, TAHUN)


async def test_tls_yang_tidak_dipercaya_tidak_terjangkau() -> None:
    """A plain server behind https: the handshake fails like a certificate nobody signed."""
    async with menghadapi(BAIK) as (_, server):
        url = server.url.replace("http://", "https://")
        async with PMMClient(PMMConfig(url, "a", "b", batas_per_detik=None, jeda_dasar=0.0, connect=0.3)) as client:
            with pytest.raises(PMMTidakTerjangkau):
                await client.pengguna(NIP)


def test_ca_bundle_yang_bukan_sertifikat(tmp_path: Any) -> None:
    berkas = tmp_path / "ca.pem"
    berkas.write_text("bukan sertifikat")

    async def buka() -> None:
        async with PMMClient(PMMConfig("https://pmm.example.go.id", "a", "b", ca_bundle=str(berkas))):
            pass

    with pytest.raises(ssl.SSLError):
        asyncio.run(buka())


async def test_banyak_sekaligus_di_atas_batas_bawaan_pool() -> None:
    async def lambat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        await BAIK(reader, writer)

    async with menghadapi(lambat, konkurensi=128, read=5.0, connect=5.0) as (client, server):
        await client.pengguna(NIP)
        hasil = await asyncio.gather(*(client.pengguna(NIP) for _ in range(256)), return_exceptions=True)
    assert not [satu for satu in hasil if isinstance(satu, PMMError)]
    assert 100 < server.sambungan <= 128, "the pool below must not be narrower than the client"


async def test_304_tidak_berbadan_dan_sambungan_tetap_dipakai() -> None:
    tidak_berubah = mentah(b'HTTP/1.1 304 Not Modified\r\nETag: "a"')
    async with menghadapi(tidak_berubah, BAIK) as (client, server):
        assert await client.skp_bila_berubah(NIP, TAHUN, '"a"') == PMMTidakBerubah('"a"')
        assert (await client.pengguna(NIP)).nip == NIP
    assert server.sambungan == 1
    assert b'\r\nif-none-match: "a"\r\n' in server.headers[0].lower()


async def test_jawaban_sementara_dilewati() -> None:
    async def sabar(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nETag: x\r\n\r\n")
        await BAIK(reader, writer)

    async with menghadapi(sabar) as (client, server):
        for _ in range(2):
            assert (await client.pengguna(NIP)).nip == NIP
    assert server.sambungan == 1


async def test_potongan_berurutan_disatukan() -> None:
    badan = sukses(pengguna()).content

    async def sepotong_sepotong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for mulai in range(0, len(badan), 40):
            potong = badan[mulai : mulai + 40]
            writer.write(b"%x\r\n%s\r\n" % (len(potong), potong))
            await writer.drain()
            await asyncio.sleep(0.001)
        writer.write(b"0\r\n\r\n")

    async with menghadapi(sepotong_sepotong) as (client, server):
        for _ in range(2):
            assert (await client.pengguna(NIP)).nip == NIP
    assert server.sambungan == 1


@pytest.mark.parametrize("jeda", [0.0, 0.05])
async def test_jawaban_yang_tidak_ditanyakan_tidak_sampai_kepada_siapa_pun(jeda: float) -> None:
    """A second answer nobody asked for is never taken for the data of the next person."""
    palsu = sukses(pengguna(nip="199001012015041999")).content

    async def dobel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await BAIK(reader, writer)
        await asyncio.sleep(jeda)
        await jawab(palsu)(reader, writer)

    async with menghadapi(dobel) as (client, _):
        for _ in range(3):
            with suppress(PMMJawabanTidakSah):
                assert (await client.pengguna(NIP)).nip == NIP
            await asyncio.sleep(2 * jeda)


async def test_sambungan_yang_ditutup_saat_menunggu_giliran_diganti() -> None:
    class Lambat(TanpaBatas):
        async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
            await asyncio.sleep(0.1)

    async def sebentar(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await BAIK(reader, writer)
        await asyncio.sleep(0.05)
        writer.close()

    async with menghadapi(sebentar, pacer=Lambat(), max_percobaan=1) as (client, server):
        for _ in range(3):
            assert (await client.pengguna(NIP)).nip == NIP
    assert len(server.baris) == 3
    assert server.sambungan >= 3


async def test_pembatalan_mengakhiri_sambungannya() -> None:
    async def lama(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        await jawab(sukses(pengguna(nama="Jawaban Lama")).content)(reader, writer)

    async with menghadapi(lama, BAIK) as (client, server):
        tugas = asyncio.create_task(client.pengguna(NIP))
        await asyncio.sleep(0.05)
        tugas.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tugas
        await asyncio.sleep(0.1)
        assert (await client.pengguna(NIP)).nama == "Wayan Tiruan"
    assert server.sambungan == 2


async def test_alamat_dasar_dengan_jalur_sampai_utuh() -> None:
    async with menghadapi(jawab(sukses([perubahan()]).content)) as (_, server):
        url = server.url + "/d%20asar/"
        async with PMMClient(PMMConfig(url, "a", "b", batas_per_detik=None, max_percobaan=1)) as client:
            # The token lies below the base too, where this server does not know it.
            with pytest.raises(PMMError):
                await client.perubahan()
    assert server.baris == ["POST /d%20asar/oauth/token HTTP/1.1"]


async def test_kuki_tidak_dikembalikan_dan_tidak_ada_kepala_yang_tidak_dimaksud() -> None:
    baik = jawab(sukses(pengguna()).content, b"200 OK", b"Set-Cookie: a=b; Path=/")
    async with menghadapi(baik) as (client, server):
        for _ in range(2):
            await client.pengguna(NIP)
    nama = [baris.split(b":")[0].lower() for baris in server.headers[1].split(b"\r\n")[1:] if baris]
    assert sorted(nama) == [b"accept", b"accept-encoding", b"authorization", b"host", b"user-agent", b"x-request-id"]


async def test_sesudah_ditutup_tidak_bertanya_lagi() -> None:
    async with menghadapi(BAIK) as (client, server):
        await client.pengguna(NIP)
        await client.__aexit__(None, None, None)
        with pytest.raises(RuntimeError):
            await client.pengguna(NIP)
    assert len(server.baris) == 1
