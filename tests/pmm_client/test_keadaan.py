"""What a worker sees of PMM's illness, how it waits for its end, and what a press of a button finds meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pmm_client import (
    GiliranDitahan,
    Lajur,
    PMMAksesDitolak,
    PMMClient,
    PMMMembatasi,
    PMMTidakTerjangkau,
    SebabTerbuka,
    StatusSirkuit,
    TanpaBatas,
)
from tests.pmm_client.pmm_tiruan import NIP, JamTiruan, PMMTiruan, isi, klien, konfigurasi, pengguna, perubahan, sukses

BERUBAH = sukses([perubahan()])


async def test_keadaan_tertutup_lalu_terbuka() -> None:
    jam = JamTiruan()
    async with klien(PMMTiruan(isi(b"", 503)), jam=jam, pemutus_ambang=1, max_percobaan=1) as client:
        assert (client.keadaan.status, client.keadaan.sebab) == (StatusSirkuit.TERTUTUP, None)
        with pytest.raises(PMMTidakTerjangkau):
            await client.pengguna(NIP)
        jam.kini += 2
        keadaan = client.di_lajur(Lajur.MASSAL).keadaan
    assert (keadaan.status, keadaan.sebab) == (StatusSirkuit.TERBUKA, SebabTerbuka.TIDAK_TERJANGKAU)
    assert keadaan.sisa == 3.0
    assert timedelta(seconds=1) < datetime.now(UTC) - keadaan.sejak < timedelta(seconds=60)


async def test_tunggu_pulih_bertanya_sendiri_sekali_setiap_lima_detik() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(isi(b"", 503), isi(b"", 503), isi(b"", 503), BERUBAH)
    async with klien(pmm, jam=jam, pemutus_ambang=1, max_percobaan=1) as client:
        with pytest.raises(PMMTidakTerjangkau):
            await client.pengguna(NIP)
        mulai = jam.kini
        await client.tunggu_pulih()
        assert client.keadaan.status is StatusSirkuit.TERTUTUP
        await client.tunggu_pulih()
    assert jam.kini - mulai == 15.0
    assert [p.url.path for p in pmm.permintaan[1:]] == ["/v1/perubahan"] * 3


async def test_kredensial_ditolak_membuka_seketika_dan_pulih_sendiri() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(lambda _: sukses(pengguna()))
    baik = pmm.jawab_token
    pmm.jawab_token = lambda _: httpx.Response(401)
    async with klien(pmm, jam=jam) as client:
        with pytest.raises(PMMAksesDitolak):
            await client.pengguna(NIP)
        assert client.keadaan.sebab is SebabTerbuka.AKSES_DITOLAK
        for _ in range(20):
            with pytest.raises(PMMAksesDitolak) as galat:
                await client.pengguna(NIP)
            assert galat.value.retry_after == 5.0
        assert len(pmm.token_diminta) == 1, "wrong credentials are not tried again and again"
        jam.kini += 5.0
        with pytest.raises(PMMAksesDitolak):
            await client.pengguna(NIP)
        assert len(pmm.token_diminta) == 2
        pmm.jawab_token = baik
        jam.kini += 5.0
        assert (await client.pengguna(NIP)).nip == NIP
        assert client.keadaan.status is StatusSirkuit.TERTUTUP


async def test_token_baru_ditolak_berturut_turut_membuka() -> None:
    jam = JamTiruan()
    pmm = PMMTiruan(*[isi(b"", 403)] * 6, lambda _: sukses(pengguna()))
    async with klien(pmm, jam=jam) as client:
        for _ in range(2):
            with pytest.raises(PMMAksesDitolak):
                await client.pengguna(NIP)
        assert client.keadaan.sebab is SebabTerbuka.AKSES_DITOLAK
        terkirim = len(pmm.permintaan)
        jam.kini += 5.0
        hasil = await asyncio.gather(*(client.pengguna(NIP) for _ in range(10)), return_exceptions=True)
        assert {type(satu) for satu in hasil} == {PMMAksesDitolak}
        assert len(pmm.permintaan) - terkirim <= 2, "one probe, and once more with a fresh token"
        jam.kini += 5.0
        assert (await client.pengguna(NIP)).nip == NIP


async def test_429_memperlambat_semua_dan_giliran_ditahan_bukan_kegagalan() -> None:
    class Pencatat(TanpaBatas):
        def __init__(self) -> None:
            self.pelan: list[float | None] = []
            self.tahan = 0.0

        async def giliran(self, lajur: Lajur = Lajur.INTERAKTIF) -> None:
            if self.tahan:
                raise GiliranDitahan(self.tahan)

        def perlambat(self, detik: float | None) -> None:
            self.pelan.append(detik)

    jam, pacer, dilihat = JamTiruan(), Pencatat(), []
    pmm = PMMTiruan(isi(b"", 429, retry_after="30"), isi(b"", 429), sukses(pengguna()))
    async with PMMClient(
        konfigurasi(pemutus_ambang=1),
        transport=httpx.MockTransport(pmm),
        pacer=pacer,
        jam=jam,
        tidur=jam.tidur,
        amati=lambda _, hasil, __: dilihat.append(hasil),
    ) as client:
        with pytest.raises(PMMMembatasi):
            await client.pengguna(NIP)
        await client.pengguna(NIP)
        assert pacer.pelan == [30.0, None]
        sebelum = len(pmm.permintaan)
        pacer.tahan = 17.0
        with pytest.raises(PMMMembatasi) as galat:
            await client.pengguna(NIP, request_id="r-1")
    assert (galat.value.retry_after, galat.value.status, galat.value.request_id) == (17.0, None, "r-1")
    assert len(pmm.permintaan) == sebelum
    assert not client.pemutus.terbuka
    assert dilihat == ["sukses", "membatasi", "membatasi", "sukses"], "nothing was sent, so nothing is seen"


async def test_massal_menyisakan_tempat_bagi_tombol() -> None:
    class Macet(httpx.AsyncBaseTransport):
        sedang = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v1/perubahan":
                self.sedang += 1
                await asyncio.Event().wait()
            return await httpx.MockTransport(PMMTiruan(sukses(pengguna()))).handle_async_request(request)

    macet = Macet()
    async with PMMClient(konfigurasi(konkurensi=8), transport=macet) as client:
        massal = client.di_lajur(Lajur.MASSAL)
        tugas = [asyncio.create_task(massal.perubahan()) for _ in range(20)]
        await asyncio.sleep(0.02)
        assert macet.sedang == 6
        assert (await asyncio.wait_for(client.pengguna(NIP), 1)).nip == NIP
        for satu in tugas:
            satu.cancel()
        await asyncio.gather(*tugas, return_exceptions=True)
        assert (await asyncio.wait_for(massal.pengguna(NIP), 1)).nip == NIP
