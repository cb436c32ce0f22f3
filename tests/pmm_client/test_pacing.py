"""Pacing: the limit holds in every second that can be drawn, and is nearly used up."""

import asyncio
import itertools
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmm_client import GiliranDitahan, Lajur, PacerLokal, PembagiGiliran, Slot
from tests.pmm_client.pmm_tiruan import JamTiruan


def terpadat(mulai: list[float]) -> int:
    """The most starts in any window of one second."""
    return max(sum(1 for lain in mulai if awal <= lain < awal + 1.0) for awal in mulai)


async def jalankan(batas: int, keterlambatan: list[float], jumlah: int) -> list[float]:
    jam = JamTiruan()
    lambat = iter(keterlambatan * (jumlah // max(1, len(keterlambatan)) + 1))

    async def tidur(detik: float) -> None:
        jam.kini += detik + next(lambat, 0.0)
        await asyncio.sleep(0)

    pacer = PacerLokal(batas, jam=jam, tidur=tidur)
    mulai: list[float] = []
    for _ in range(jumlah):
        await pacer.giliran()
        mulai.append(jam.kini)
    return mulai


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 40),
    st.lists(st.one_of(st.just(0.0), st.floats(0, 0.01), st.floats(0, 1.5)), min_size=1, max_size=20),
)
def test_batas_tidak_pernah_terlampaui(batas: int, keterlambatan: list[float]) -> None:
    assert terpadat(asyncio.run(jalankan(batas, keterlambatan, 3 * batas + 5))) <= batas


@pytest.mark.parametrize("batas", [1, 7, 50, 400])
async def test_terpakai_lebih_dari_sembilan_puluh_persen(batas: int) -> None:
    mulai = await jalankan(batas, [0.001], 3 * batas)
    assert len(mulai[1:]) / (mulai[-1] - mulai[0]) >= 0.9 * batas


async def test_tanpa_ledakan_sesudah_istirahat() -> None:
    jam = JamTiruan()
    pacer = PacerLokal(10, jam=jam, tidur=jam.tidur)
    await pacer.giliran()
    jam.kini += 60
    mulai = []
    for _ in range(5):
        await pacer.giliran()
        mulai.append(jam.kini)
    jarak = [b - a for a, b in itertools.pairwise(mulai)]
    assert min(jarak) >= 0.09


async def test_batal_tidak_memakai_giliran() -> None:
    pacer = PacerLokal(20, jam=time.monotonic)
    await pacer.giliran()
    menunggu = [asyncio.create_task(pacer.giliran()) for _ in range(10)]
    await asyncio.sleep(0.005)
    for tugas in menunggu:
        tugas.cancel()
    await asyncio.gather(*menunggu, return_exceptions=True)
    mulai = time.monotonic()
    await pacer.giliran()
    assert time.monotonic() - mulai < 0.2


async def test_adil_dan_teratur_dengan_jam_sungguhan() -> None:
    pacer = PacerLokal(100, jam=time.monotonic)
    urutan: list[int] = []
    mulai: list[float] = []

    async def satu(nomor: int) -> None:
        await pacer.giliran()
        urutan.append(nomor)
        mulai.append(time.monotonic())

    await asyncio.gather(*(satu(nomor) for nomor in range(130)))
    assert urutan == sorted(urutan)
    assert terpadat(mulai) <= 100
    assert 1.0 <= mulai[-1] - mulai[0] <= 2.5


async def test_tombol_mendahului_massal() -> None:
    pacer = PacerLokal(50, jam=time.monotonic)
    await pacer.giliran()
    urutan: list[str] = []

    async def satu(lajur: Lajur) -> None:
        await pacer.giliran(lajur)
        urutan.append(lajur.value[0])

    massal = [asyncio.create_task(satu(Lajur.MASSAL)) for _ in range(6)]
    await asyncio.sleep(0.05)
    tombol = [asyncio.create_task(satu(Lajur.INTERAKTIF)) for _ in range(2)]
    await asyncio.gather(*massal, *tombol)
    assert "MMMM" not in "".join(urutan)[: urutan.index("I") + 1]
    assert urutan.index("I") + 1 == len(urutan) - 1 - urutan[::-1].index("I"), "one after the other, no bulk between"


async def test_sesudah_429_jeda_pendek_ditunggu_panjang_ditolak() -> None:
    jam = JamTiruan()
    pacer = PacerLokal(10, jam=jam, tidur=jam.tidur)
    pacer.perlambat(2.0)
    await pacer.giliran()
    assert jam.kini >= 1002.0
    pacer.perlambat(None)
    sebelum = jam.kini
    await pacer.giliran()
    assert jam.kini >= sebelum + 1.0
    pacer.perlambat(60.0)
    with pytest.raises(GiliranDitahan) as ditahan:
        await pacer.giliran()
    assert ditahan.value.detik == pytest.approx(60.0)


class SumberBerjadwal:
    """Gives the scripted slots, then nothing for ever."""

    def __init__(self, *slot: Slot) -> None:
        self.sisa = list(slot)
        self.terpakai_pada: list[tuple[Slot, float]] = []

    async def ambil(self, jumlah: int, lajur: Lajur) -> Sequence[Slot] | float:
        semua, self.sisa = self.sisa, []
        return semua or 3600.0

    def terpakai(self, slot: Slot, sekarang: float) -> None:
        self.terpakai_pada.append((slot, sekarang))


async def test_slot_yang_lewat_waktunya_hangus() -> None:
    jam = JamTiruan()
    sumber = SumberBerjadwal(Slot(900.0, 999.9), Slot(1001.0, 1001.02), Slot(1002.0, 1002.02))

    async def tidur(detik: float) -> None:
        # The first timer is a tenth of a second late.
        jam.kini += detik + (0.1 if jam.kini == 1000.0 else 0.0)
        await asyncio.sleep(0)

    await PembagiGiliran(sumber, jam=jam, tidur=tidur).giliran(Lajur.MASSAL)
    assert [slot.mulai for slot, _ in sumber.terpakai_pada] == [1002.0]


async def test_slot_di_tangan_langsung_dipakai_selama_berlaku() -> None:
    jam = JamTiruan()
    sumber = SumberBerjadwal(*(Slot(1000.0, 1000.02) for _ in range(3)), Slot(1500.0, 1500.02))
    pembagi = PembagiGiliran(sumber, jam=jam, tidur=jam.tidur)
    for _ in range(2):
        await pembagi.giliran(Lajur.MASSAL)
    jam.kini += 1
    await pembagi.giliran(Lajur.MASSAL)
    assert [slot.mulai for slot, _ in sumber.terpakai_pada] == [1000.0, 1000.0, 1500.0]


async def test_yang_menunggu_tidak_menggantung_saat_ditutup() -> None:
    sumber = SumberBerjadwal()
    pembagi = PembagiGiliran(sumber, jam=time.monotonic)
    menunggu = [asyncio.create_task(pembagi.giliran(lajur)) for lajur in Lajur]
    await asyncio.sleep(0.01)
    await pembagi.tutup()
    assert [type(g) for g in await asyncio.gather(*menunggu, return_exceptions=True)] == [GiliranDitahan] * 2
