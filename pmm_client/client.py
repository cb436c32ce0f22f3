"""PMMClient: one method per question to PMM. A value returned fits the contract and is about whom was asked;
everything else is an error of errors.py.

Each logical call has one X-Request-ID, kept across its tries; each try takes its own turn and its own place.
"""

import asyncio
import copy
import random
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from pmm_client._answers import Amplop
from pmm_client._breaker import PemutusSirkuit, SebabTerbuka, StatusSirkuit
from pmm_client._caller import Amati, Pemanggil, Pertanyaan, Titik
from pmm_client._pacing import Lajur, Pacer, PacerLokal, TanpaBatas
from pmm_client._retry import AturanUlang
from pmm_client._transport import buat_pengangkut
from pmm_client.config import PMMConfig
from pmm_client.errors import PMMError
from pmm_client.etag import PMMBeretag, PMMTidakBerubah, etag_sah
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


@dataclass(frozen=True, slots=True)
class KeadaanSirkuit:
    """Whether PMM is being left alone, since when, and why (None when it is not). `sisa` is seconds until the next
    request may pass, 0.0 when one may pass now."""

    status: StatusSirkuit
    sejak: datetime
    sebab: SebabTerbuka | None
    sisa: float


class PMMClient:
    """Asks PMM; use it as an async context manager, from one event loop.

    Every method raises PMMTidakTerjangkau, PMMMembatasi, PMMAksesDitolak, PMMJawabanTidakSah or PMMGagal, and
    ValueError for an argument the contract does not allow. Without `request_id` the call makes one.
    `transport`, `pacer` and `pemutus` stand in for the built-in ones; clocks, chance and sleep are for tests.
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
        self._jam_dinding = jam_dinding
        self._tidur = tidur
        self._lajur = Lajur.INTERAKTIF
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
        self._pemanggil.pengangkut = buat_pengangkut(self._config, self._transport)
        return self

    async def __aexit__(
        self, jenis: type[BaseException] | None, galat: BaseException | None, jejak: TracebackType | None
    ) -> None:
        await self._pemanggil.tutup()

    def di_lajur(self, lajur: Lajur) -> "PMMClient":
        """The same client (token, turns, connections, breaker), its calls in this lane. Open and close the first."""
        lain = copy.copy(self)
        lain._lajur = lajur
        return lain

    @property
    def keadaan(self) -> KeadaanSirkuit:
        """The breaker's state, for metrics and for whoever pauses bulks on it."""
        pemutus = self.pemutus
        sejak = self._jam_dinding() - timedelta(seconds=pemutus.lama)
        return KeadaanSirkuit(pemutus.status, sejak, pemutus.sebab, pemutus.sisa())

    def menunggu_giliran(self, lajur: Lajur) -> int:
        """How many calls of the lane wait for a turn, for metrics."""
        return self._pemanggil.menunggu_giliran(lajur)

    async def tunggu_pulih(self) -> None:
        """Return when the breaker is closed. Meanwhile it asks PMM itself whenever a probe may pass, so that it closes
        also when nobody else asks, and no person's sync is spent as a probe."""
        while (keadaan := self.keadaan).status is not StatusSirkuit.TERTUTUP:
            if keadaan.sisa > 0.0:
                await self._tidur(keadaan.sisa)
                continue
            try:
                await self.perubahan(batas=1)
            except PMMError as galat:
                if self.pemutus.terbuka and self.pemutus.sisa() == 0.0:
                    # Held back before anything was sent: the next look comes as late as a probe would.
                    await self._tidur(getattr(galat, "retry_after", None) or self._config.pemutus_jeda)

    async def pengguna(self, nip: str, *, request_id: str | None = None) -> PMMPengguna:
        """Who PMM knows under this NIP; an unknown one is PMMGagal with kode PENGGUNA_TIDAK_DITEMUKAN."""

        def keluhan(pengguna: PMMPengguna) -> str | None:
            return None if pengguna.nip == nip else "data.nip: bukan NIP yang ditanyakan"

        tanya = self._pertanyaan(f"/v1/pengguna/{_nip(nip)}", request_id)
        return await self._pemanggil.panggil_wajib(_PENGGUNA, tanya, keluhan)

    async def skp(self, nip: str, tahun: int, *, request_id: str | None = None) -> tuple[PMMSkp, ...]:
        """All SKPs of the year, every status and assignment, in PMM's order; may be empty."""
        tanya = self._pertanyaan(f"/v1/pengguna/{_nip(nip)}/skp?tahun={_tahun(tahun)}", request_id)
        return await self._pemanggil.panggil_wajib(_SKP, tanya, _id_skp_berulang)

    async def skp_bila_berubah(
        self,
        nip: str,
        tahun: int,
        etag: str | None,
        *,
        sidik: bytes | None = None,
        request_id: str | None = None,
    ) -> PMMBeretag[tuple[PMMSkp, ...]] | PMMTidakBerubah:
        """Like `skp`, unless PMM still has what it answered under `etag` (None: no answer is known), or sends once more
        the body of the hash `sidik`. Both are kept as they came with an answer, and speak of the same person and year
        only."""
        if etag is not None and not etag_sah(etag):
            raise ValueError("etag bukan tanda yang pernah diberikan klien ini")
        tanya = self._pertanyaan(f"/v1/pengguna/{_nip(nip)}/skp?tahun={_tahun(tahun)}", request_id)
        return await self._pemanggil.panggil_bersyarat(_SKP, tanya, etag, sidik, _id_skp_berulang)

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
        return await self._pemanggil.panggil_wajib(_PERIODIK, self._pertanyaan(alamat, request_id), keluhan)

    async def penilaian_final(self, nip: str, tahun: int, *, request_id: str | None = None) -> PMMPenilaianFinal | None:
        """The year's final rating, None when PMM has none."""

        def keluhan(penilaian: PMMPenilaianFinal) -> str | None:
            return None if penilaian.tahun == tahun else "data.tahun: bukan tahun yang ditanyakan"

        tanya = self._pertanyaan(f"/v1/pengguna/{_nip(nip)}/penilaian-final?tahun={_tahun(tahun)}", request_id)
        return await self._pemanggil.panggil(_FINAL, tanya, keluhan)

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
        return await self._pemanggil.panggil_wajib(_PERUBAHAN, self._pertanyaan(alamat, request_id))

    def _pertanyaan(self, alamat: str, request_id: str | None) -> Pertanyaan:
        return Pertanyaan(alamat, _request_id(request_id), self._lajur)


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
