"""The token: one fetch for all, in time, once more when refused, and nobody's cancellation is another's loss."""

import asyncio

import httpx
import pytest

from pmm_client import PMMAksesDitolak, PMMClient, PMMError, PMMJawabanTidakSah, PMMTidakTerjangkau
from tests.pmm_client.pmm_tiruan import NIP, JamTiruan, PMMTiruan, klien, konfigurasi, pengguna, sukses, token

BAIK = sukses(pengguna())


def otorisasi(pmm: PMMTiruan) -> list[str]:
    return [permintaan.headers["authorization"] for permintaan in pmm.permintaan]


async def test_satu_token_untuk_semua() -> None:
    pmm = PMMTiruan(lambda _: sukses(pengguna()))
    async with klien(pmm) as client:
        await asyncio.gather(*(client.pengguna(NIP) for _ in range(20)))
    assert len(pmm.token_diminta) == 1
    assert otorisasi(pmm) == ["Bearer t1"] * 20
    assert pmm.token_diminta[0].content == b"grant_type=client_credentials&client_id=klien&client_secret=rahasia-klien"


async def test_diperbarui_sebelum_habis() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(lambda _: sukses(pengguna()))
    pmm.jawab_token = lambda ke: token(f"t{ke}", 600)
    async with klien(pmm, jam=jam) as client:
        await client.pengguna(NIP)
        jam.kini += 569
        await client.pengguna(NIP)
        jam.kini += 2
        await client.pengguna(NIP)
    assert otorisasi(pmm) == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("status", [401, 403])
async def test_ditolak_sekali_lalu_diterima(status: int) -> None:
    pmm = PMMTiruan(httpx.Response(status), BAIK)
    async with klien(pmm) as client:
        assert (await client.pengguna(NIP, request_id="r-1")).nip == NIP
    assert otorisasi(pmm) == ["Bearer t1", "Bearer t2"]
    assert [permintaan.headers["x-request-id"] for permintaan in pmm.permintaan] == ["r-1", "r-1"]


@pytest.mark.parametrize("status", [401, 403])
async def test_token_baru_pun_ditolak(status: int) -> None:
    pmm = PMMTiruan(httpx.Response(status, content=b"<html>"))
    async with klien(pmm) as client:
        with pytest.raises(PMMAksesDitolak) as galat:
            await client.pengguna(NIP)
        assert not client.pemutus.gagal_beruntun
    assert galat.value.status == status
    assert len(pmm.permintaan) == len(pmm.token_diminta) == 2


async def test_banyak_yang_ditolak_memperbarui_sekali() -> None:
    def jawab(permintaan: httpx.Request) -> httpx.Response:
        return httpx.Response(401) if permintaan.headers["authorization"] == "Bearer t1" else sukses(pengguna())

    pmm = PMMTiruan(jawab)
    async with klien(pmm) as client:
        await asyncio.gather(*(client.pengguna(NIP) for _ in range(10)))
    assert len(pmm.token_diminta) == 2


@pytest.mark.parametrize(
    "jawaban",
    [
        httpx.Response(401),
        httpx.Response(403, content=b"<html>"),
        httpx.Response(400, json={"error": "invalid_client"}),
        httpx.Response(400, json={"error": "unauthorized_client"}),
    ],
)
async def test_kredensial_ditolak(jawaban: httpx.Response) -> None:
    pmm = PMMTiruan(BAIK)
    pmm.jawab_token = lambda _: jawaban
    async with klien(pmm) as client:
        with pytest.raises(PMMAksesDitolak) as galat:
            await client.pengguna(NIP, request_id="r-9")
    assert (galat.value.jalur, galat.value.request_id) == ("/oauth/token", "r-9")
    assert len(pmm.token_diminta) == 1
    assert not pmm.permintaan


@pytest.mark.parametrize(
    ("jawaban", "jenis", "kali"),
    [
        (httpx.Response(503), PMMTidakTerjangkau, 3),
        (httpx.Response(200, content=b"<html>sibuk</html>"), PMMTidakTerjangkau, 3),
        (httpx.Response(400, json={"error": "invalid_request"}), PMMJawabanTidakSah, 1),
        (httpx.Response(400, content=b"[]"), PMMJawabanTidakSah, 1),
        (httpx.Response(200, json=[]), PMMJawabanTidakSah, 1),
        (
            httpx.Response(200, json={"access_token": "bocor", "token_type": "mac", "expires_in": 5}),
            PMMJawabanTidakSah,
            1,
        ),
        (token("a b"), PMMJawabanTidakSah, 1),
        (token("a\r\nX: y"), PMMJawabanTidakSah, 1),
        (token("a", 0), PMMJawabanTidakSah, 1),
    ],
)
async def test_kegagalan_token_digolongkan(jawaban: httpx.Response, jenis: type[PMMError], kali: int) -> None:
    pmm = PMMTiruan(BAIK)
    pmm.jawab_token = lambda _: jawaban
    async with klien(pmm) as client:
        with pytest.raises(jenis) as galat:
            await client.pengguna(NIP)
    assert galat.value.mentah == b"", "a malformed answer may still hold a token"
    assert "bocor" not in str(galat.value)
    assert len(pmm.token_diminta) == kali


class TransportTertahan(httpx.AsyncBaseTransport):
    """Holds the token back until told; data comes at once."""

    def __init__(self) -> None:
        self.lepas = asyncio.Event()
        self.token_diminta = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/oauth/token":
            return sukses(pengguna())
        self.token_diminta += 1
        await self.lepas.wait()
        return token()


async def test_batalnya_satu_tidak_merugikan_yang_lain() -> None:
    transport = TransportTertahan()
    async with PMMClient(konfigurasi(), transport=transport) as client:
        pertama, kedua = (asyncio.create_task(client.pengguna(NIP)) for _ in range(2))
        await asyncio.sleep(0.01)
        pertama.cancel()
        await asyncio.sleep(0.01)
        transport.lepas.set()
        assert (await kedua).nip == NIP
        with pytest.raises(asyncio.CancelledError):
            await pertama
    assert transport.token_diminta == 1


async def test_gagalnya_dikabarkan_kepada_semua_yang_menunggu() -> None:
    pmm = PMMTiruan(BAIK)
    pmm.jawab_token = lambda _: httpx.Response(401)
    async with klien(pmm) as client:
        hasil = await asyncio.gather(
            *(client.pengguna(NIP, request_id=f"r-{ke}") for ke in range(3)), return_exceptions=True
        )
    assert [(type(satu), getattr(satu, "request_id", "")) for satu in hasil] == [
        (PMMAksesDitolak, f"r-{ke}") for ke in range(3)
    ]
    assert len(pmm.token_diminta) == 1


async def test_menunggu_token_ada_batasnya() -> None:
    transport = TransportTertahan()
    async with PMMClient(konfigurasi(total=0.05), transport=transport) as client:
        with pytest.raises(PMMTidakTerjangkau):
            await asyncio.wait_for(client.pengguna(NIP), 2)


async def test_klien_ditutup_saat_token_diambil() -> None:
    transport = TransportTertahan()
    async with PMMClient(konfigurasi(), transport=transport) as client:
        tugas = asyncio.create_task(client.pengguna(NIP))
        await asyncio.sleep(0.01)
    with pytest.raises(PMMTidakTerjangkau, match="ditutup"):
        await tugas
