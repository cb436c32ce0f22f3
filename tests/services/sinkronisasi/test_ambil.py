"""Both questions about a person are under way at once, and neither outlives the other's failure."""

from __future__ import annotations

import asyncio

import pytest

from pmm_client import PMMBeretag, PMMMembatasi, PMMTidakBerubah
from pmm_client.models import (
    PMMPengguna,
    PMMPenilaianFinal,
    PMMPenilaianPeriodik,
    PMMSatuanPendidikan,
    PMMSkp,
    PMMTipePeriodik,
    PMMUnor,
)
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM, tanya_skp

NIP = "199001012015041001"
PENGGUNA = PMMPengguna(
    nip=NIP,
    nama="Wayan Tiruan",
    jenis="GURU",
    terdaftar=True,
    satuan_pendidikan=PMMSatuanPendidikan(npsn=None, nama="SD Contoh"),
    unor=PMMUnor(nama="SD Contoh"),
)


class PMMTertahan(SumberPMM):
    """Each question waits until it is let go; one that is given up is noted."""

    def __init__(self) -> None:
        self.ditanya: set[str] = set()
        self.ditinggal: set[str] = set()
        self.lepas = asyncio.Event()
        self.galat: dict[str, Exception] = {}

    async def pengguna(self, nip: str, *, request_id: str | None = None) -> PMMPengguna:
        await self._tunggu("pengguna")
        return PENGGUNA

    async def skp(self, nip: str, tahun: int, *, request_id: str | None = None) -> tuple[PMMSkp, ...]:
        await self._tunggu("skp")
        return ()

    async def skp_bila_berubah(
        self,
        nip: str,
        tahun: int,
        etag: str | None,
        *,
        sidik: bytes | None = None,
        request_id: str | None = None,
    ) -> PMMBeretag[tuple[PMMSkp, ...]] | PMMTidakBerubah:
        raise AssertionError("tidak diminta")

    async def penilaian_periodik(
        self, nip: str, tahun: int, tipe: PMMTipePeriodik, *, request_id: str | None = None
    ) -> tuple[PMMPenilaianPeriodik, ...]:
        raise AssertionError("tidak diminta")

    async def penilaian_final(self, nip: str, tahun: int, *, request_id: str | None = None) -> PMMPenilaianFinal | None:
        raise AssertionError("tidak diminta")

    async def _tunggu(self, apa: str) -> None:
        self.ditanya.add(apa)
        try:
            await asyncio.sleep(0)
            if apa in self.galat:
                raise self.galat[apa]
            await self.lepas.wait()
        except asyncio.CancelledError:
            self.ditinggal.add(apa)
            raise


def _tanya(pmm: PMMTertahan) -> asyncio.Task[Pengambilan]:
    return asyncio.create_task(tanya_skp(pmm, Permintaan(NIP, 2026, "r-1"), sumber="PMM"))


async def test_keduanya_sekaligus() -> None:
    pmm = PMMTertahan()
    tugas = _tanya(pmm)
    await asyncio.sleep(0.01)
    assert pmm.ditanya == {"pengguna", "skp"}
    pmm.lepas.set()
    hasil = await tugas
    assert hasil.keterangan is None
    assert hasil.jawaban is not None


async def test_pembatalan_mengakhiri_keduanya() -> None:
    pmm = PMMTertahan()
    tugas = _tanya(pmm)
    await asyncio.sleep(0.01)
    tugas.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tugas
    assert pmm.ditinggal == {"pengguna", "skp"}


async def test_kesalahan_kita_pada_yang_satu_mengakhiri_yang_lain() -> None:
    pmm = PMMTertahan()
    pmm.galat["pengguna"] = KeyError("rusak")
    with pytest.raises(KeyError):
        await _tanya(pmm)
    assert pmm.ditinggal == {"skp"}


async def test_kesalahan_kita_pada_yang_kedua_sampai_kepada_pemanggil() -> None:
    pmm = PMMTertahan()
    pmm.galat["skp"] = KeyError("rusak")
    tugas = _tanya(pmm)
    await asyncio.sleep(0.01)
    pmm.lepas.set()
    with pytest.raises(KeyError):
        await tugas


async def test_galat_pmm_pada_yang_satu_tidak_mengganggu_yang_lain() -> None:
    pmm = PMMTertahan()
    pmm.galat["pengguna"] = PMMMembatasi("PMM membatasi", jalur="/", request_id="r-1-p", retry_after=7.0)
    tugas = _tanya(pmm)
    await asyncio.sleep(0.01)
    assert pmm.ditanya == {"pengguna", "skp"}
    assert not tugas.done()
    pmm.lepas.set()
    assert (await tugas).tunggu is not None
