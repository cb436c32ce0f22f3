"""PMMClient: one method per question to PMM. A value returned fits the contract and is about whom was asked;
everything else is an error of errors.py.

Each logical call has one X-Request-ID, kept across its tries; each try takes its own turn and its own slot.
"""

import asyncio
import random
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from pmm_client._answers import Amplop
from pmm_client._breaker import PemutusSirkuit
from pmm_client._caller import Amati, Pemanggil, Titik
from pmm_client._pacing import Pacer, PacerLokal, TanpaBatas
from pmm_client._retry import AturanUlang
from pmm_client._transport import buat_transport
from pmm_client.config import PMMConfig
from pmm_client.models import (
    PMMPengguna,
    PMMPenilaianFinal,
    PMMPenilaianPeriodik,
    PMMPerubahan,
    PMMSkp,
    PMMTipePeriodik,
)

_PENGGUNA = Titik("/v1/pengguna/{nip}", TypeAdapter(Amplop[PMMPengguna]))
_SKP = Titik("/v1/pengguna/{nip}/skp", TypeAdapter(Amplop[tuple[PMMSkp, ...]]))
_PERIODIK = Titik("/v1/pengguna/{nip}/penilaian-periodik", TypeAdapter(Amplop[tuple[PMMPenilaianPeriodik, ...]]))
_FINAL = Titik("/v1/pengguna/{nip}/penilaian-final", TypeAdapter(Amplop[PMMPenilaianFinal]), boleh_kosong=True)
_PERUBAHAN = Titik("/v1/perubahan", TypeAdapter(Amplop[tuple[PMMPerubahan, ...]]))

_NIP = re.compile(r"[0-9]{18}")
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,200}")


def _jam_dinding() -> datetime:
    return datetime.now(UTC)


class PMMClient:
    """Asks PMM; use it as an async context manager, from one event loop.

    Every method raises PMMTidakTerjangkau, PMMMembatasi, PMMAksesDitolak, PMMJawabanTidakSah or PMMGagal, and
    ValueError for an argument the contract does not allow. Without `request_id` the call makes one.
    `transport`, `pacer` and `pemutus` stand in for the built-in ones; clocks, chance and sleep are for tests.
    `pemutus` is the breaker, for its state in metrics.
    """

    def __init__(
        self,
        config: PMMConfig,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        pacer: Pacer | None = None,
        pemutus: PemutusSirkuit | None = None,
        amati: Amati | None = None,
        jam: Callable[[], float] = time.monotonic,
        jam_dinding: Callable[[], datetime] = _jam_dinding,
        acak: Callable[[], float] = random.random,
        tidur: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if pacer is None and config.batas_per_detik is not None:
            pacer = PacerLokal(config.batas_per_detik, jam=jam, tidur=tidur)
        self.pemutus = pemutus or PemutusSirkuit(ambang=config.pemutus_ambang, jeda=config.pemutus_jeda, jam=jam)
        self._config = config
        self._transport = transport
        self._pemanggil = Pemanggil(
            config,
            pacer=pacer or TanpaBatas(),
            pemutus=self.pemutus,
            aturan=AturanUlang(
                config.jeda_dasar, config.jeda_terpanjang, config.retry_terpanjang, acak=acak, tidur=tidur
            ),
            amati=amati,
            jam=jam,
            jam_dinding=jam_dinding,
        )

    async def __aenter__(self) -> Self:
        self._pemanggil.transport = self._transport or buat_transport(self._config)
        return self

    async def __aexit__(
        self, jenis: type[BaseException] | None, galat: BaseException | None, jejak: TracebackType | None
    ) -> None:
        await self._pemanggil.tutup()

    async def pengguna(self, nip: str, *, request_id: str | None = None) -> PMMPengguna:
        """Who PMM knows under this NIP; an unknown one is PMMGagal with kode PENGGUNA_TIDAK_DITEMUKAN."""

        def keluhan(pengguna: PMMPengguna) -> str | None:
            return None if pengguna.nip == nip else "data.nip: bukan NIP yang ditanyakan"

        alamat = f"/v1/pengguna/{_nip(nip)}"
        return await self._pemanggil.panggil_wajib(_PENGGUNA, alamat, _request_id(request_id), keluhan)

    async def skp(self, nip: str, tahun: int, *, request_id: str | None = None) -> tuple[PMMSkp, ...]:
        """All SKPs of the year, every status and assignment, in PMM's order; may be empty."""
        alamat = f"/v1/pengguna/{_nip(nip)}/skp?tahun={_tahun(tahun)}"
        return await self._pemanggil.panggil_wajib(_SKP, alamat, _request_id(request_id), _id_skp_berulang)

    async def penilaian_periodik(
        self, nip: str, tahun: int, tipe: PMMTipePeriodik, *, request_id: str | None = None
    ) -> tuple[PMMPenilaianPeriodik, ...]:
        """The periodic ratings of the year in the asked tipe, in PMM's order; sparse, may be empty."""
        tipe = PMMTipePeriodik(tipe)

        def keluhan(penilaian: tuple[PMMPenilaianPeriodik, ...]) -> str | None:
            if any(satu.tahun != tahun or satu.tipe_periodik is not tipe for satu in penilaian):
                return "data: bukan tahun atau tipe yang ditanyakan"
            return None

        alamat = f"/v1/pengguna/{_nip(nip)}/penilaian-periodik?tahun={_tahun(tahun)}&tipe={tipe.value}"
        return await self._pemanggil.panggil_wajib(_PERIODIK, alamat, _request_id(request_id), keluhan)

    async def penilaian_final(self, nip: str, tahun: int, *, request_id: str | None = None) -> PMMPenilaianFinal | None:
        """The year's final rating, None when PMM has none."""

        def keluhan(penilaian: PMMPenilaianFinal) -> str | None:
            return None if penilaian.tahun == tahun else "data.tahun: bukan tahun yang ditanyakan"

        alamat = f"/v1/pengguna/{_nip(nip)}/penilaian-final?tahun={_tahun(tahun)}"
        return await self._pemanggil.panggil(_FINAL, alamat, _request_id(request_id), keluhan)

    async def perubahan(
        self, sejak: str | None = None, batas: int = 500, *, request_id: str | None = None
    ) -> tuple[PMMPerubahan, ...]:
        """A page of at most `batas` (1-1000) changes after the cursor `sejak` (None: from the beginning), oldest
        first; empty means nothing new."""
        if not 1 <= batas <= 1000:
            raise ValueError("batas harus 1 sampai 1000")
        alamat = f"/v1/perubahan?batas={batas}"
        if sejak is not None:
            alamat += f"&sejak={quote(sejak, safe='')}"
        return await self._pemanggil.panggil_wajib(_PERUBAHAN, alamat, _request_id(request_id))


def _id_skp_berulang(skp: tuple[PMMSkp, ...]) -> str | None:
    return None if len({satu.id for satu in skp}) == len(skp) else "data: id SKP berulang"


def _nip(nip: str) -> str:
    if not _NIP.fullmatch(nip):
        raise ValueError("nip harus 18 angka")
    return nip


def _tahun(tahun: int) -> int:
    if not 2022 <= tahun <= 2100:
        raise ValueError("tahun harus 2022 sampai 2100")
    return tahun


def _request_id(request_id: str | None) -> str:
    if request_id is None:
        return uuid.uuid4().hex
    if not _REQUEST_ID.fullmatch(request_id):
        raise ValueError("request_id harus 1 sampai 200 huruf ASCII tanpa spasi")
    return request_id
