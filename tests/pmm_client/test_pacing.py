"""Pacing: the limit holds in every second that can be drawn, and is nearly used up."""

import asyncio
import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmm_client import PacerLokal
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
