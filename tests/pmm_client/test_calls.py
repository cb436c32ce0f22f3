"""How the client treats PMM over many calls: breaker, turns, slots, and what the observer is told."""

import asyncio

import httpx
import pytest

from pmm_client import (
    Lajur,
    PMMAksesDitolak,
    PMMClient,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMTidakTerjangkau,
    TanpaBatas,
)
from tests.pmm_client.pmm_tiruan import (
    GAGAL,
    NIP,
    JamTiruan,
    PMMTiruan,
    isi,
    klien,
    konfigurasi,
    panggil,
    pengguna,
    sukses,
)


async def test_sirkuit_terbuka_menutup_lagi() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(*[isi(b"", 503)] * 4, sukses(pengguna()))
    async with klien(pmm, jam=jam, pemutus_ambang=4, max_percobaan=2) as client:
        for _ in range(2):
            with pytest.raises(PMMTidakTerjangkau):
                await client.pengguna(NIP)
        assert client.pemutus.terbuka
        with pytest.raises(PMMTidakTerjangkau) as galat:
            await client.pengguna(NIP)
        assert galat.value.retry_after == pytest.approx(5.0)
        assert len(pmm.permintaan) == 4, "an open breaker sends nothing"
        jam.kini += 5.0
        assert (await client.pengguna(NIP)).nip == NIP
        assert not client.pemutus.terbuka


async def test_sirkuit_yang_terbuka_di_tengah_panggilan_menghentikannya() -> None:
    galat, pmm = await panggil(isi(b"", 503), pemutus_ambang=2, max_percobaan=5)
    assert type(galat) is not PMMGagal
    assert isinstance(galat, PMMTidakTerjangkau)
    assert len(pmm.permintaan) == 2


async def test_hanya_satu_probe_dari_banyak_pemanggil() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(isi(b"", 503))
    async with klien(pmm, jam=jam, pemutus_ambang=1, max_percobaan=1) as client:
        with pytest.raises(PMMTidakTerjangkau):
            await client.pengguna(NIP)
        jam.kini += 5.0
        hasil = await asyncio.gather(*(client.pengguna(NIP) for _ in range(10)), return_exceptions=True)
    assert all(isinstance(satu, PMMTidakTerjangkau) for satu in hasil)
    assert len(pmm.permintaan) == 2


@pytest.mark.parametrize("jawaban", [isi(b"", 429), httpx.Response(200, json=GAGAL), isi(b"", 404), isi(b"[]")])
async def test_yang_tidak_membuka_sirkuit(jawaban: httpx.Response) -> None:
    async with klien(PMMTiruan(jawaban), pemutus_ambang=2, max_percobaan=1) as client:
        for _ in range(5):
            with pytest.raises(PMMError):
                await client.pengguna(NIP)
        assert not client.pemutus.terbuka


async def test_setiap_percobaan_minta_giliran_sendiri() -> None:
    class Penghitung(TanpaBatas):
        kali = 0

        async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
            self.kali += 1

    pacer = Penghitung()
    jam = JamTiruan()
    pmm = PMMTiruan(isi(b"", 503), isi(b"", 401), sukses(pengguna()))
    async with PMMClient(
        konfigurasi(), transport=httpx.MockTransport(pmm), pacer=pacer, jam=jam, tidur=jam.tidur
    ) as client:
        await client.pengguna(NIP)
    assert pacer.kali == len(pmm.permintaan) + len(pmm.token_diminta) == 5


async def test_konkurensi_terbatas() -> None:
    class Sibuk(httpx.AsyncBaseTransport):
        sekarang = puncak = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.sekarang += 1
            self.puncak = max(self.puncak, self.sekarang)
            await asyncio.sleep(0.002)
            self.sekarang -= 1
            return await httpx.MockTransport(PMMTiruan(sukses(pengguna()))).handle_async_request(request)

    sibuk = Sibuk()
    async with PMMClient(konfigurasi(konkurensi=4), transport=sibuk) as client:
        await asyncio.gather(*(client.pengguna(NIP) for _ in range(40)))
    assert sibuk.puncak == 4


async def test_pembatalan_mengembalikan_slot() -> None:
    class Macet(httpx.AsyncBaseTransport):
        macet = True

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if self.macet and request.method == "GET":
                await asyncio.Event().wait()
            return await httpx.MockTransport(PMMTiruan(sukses(pengguna()))).handle_async_request(request)

    macet = Macet()
    async with PMMClient(konfigurasi(konkurensi=1), transport=macet) as client:
        tugas = asyncio.create_task(client.pengguna(NIP))
        await asyncio.sleep(0.01)
        tugas.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tugas
        macet.macet = False
        assert (await asyncio.wait_for(client.pengguna(NIP), 2)).nip == NIP
        assert not client.pemutus.gagal_beruntun


async def test_pengamat_melihat_setiap_percobaan() -> None:
    dilihat: list[tuple[str, str]] = []
    pmm = PMMTiruan(
        isi(b"", 503), isi(b"", 429), sukses(pengguna()), httpx.Response(200, json=GAGAL), isi(b"", 404), isi(b"", 401)
    )
    async with klien(pmm, amati=lambda jalur, hasil, detik: dilihat.append((jalur, hasil))) as client:
        await client.pengguna(NIP)
        for jenis in (PMMGagal, PMMJawabanTidakSah, PMMAksesDitolak):
            with pytest.raises(jenis):
                await client.pengguna(NIP)
    jalur = "/v1/pengguna/{nip}"
    assert dilihat == [
        ("/oauth/token", "sukses"),
        (jalur, "tidak_terjangkau"),
        (jalur, "membatasi"),
        (jalur, "sukses"),
        (jalur, "gagal"),
        (jalur, "jawaban_tidak_sah"),
        (jalur, "akses_ditolak"),
        ("/oauth/token", "sukses"),
        (jalur, "akses_ditolak"),
    ]


async def test_di_luar_konteks() -> None:
    with pytest.raises(RuntimeError):
        await PMMClient(konfigurasi()).pengguna(NIP)
