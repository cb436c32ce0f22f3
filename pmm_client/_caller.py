"""From a question to a value: token, turn, slot, breaker, request, meaning, and again while that makes sense.

A try that never went out (breaker open) costs nothing; a try that did is told to the breaker and to the observer.
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import TypeAdapter, ValidationError

from pmm_client._answers import Amplop, Ditolak, badan_json, bentuk_salah, tidak_sah, urai
from pmm_client._auth import TITIK_MASUK, JawabanToken, SumberToken
from pmm_client._breaker import PemutusSirkuit
from pmm_client._pacing import Pacer
from pmm_client._retry import Anggaran, AturanUlang, SirkuitTerbuka, ulangi
from pmm_client._transport import Jawaban, KoneksiGagal, PembuatPermintaan, kirim
from pmm_client.config import PMMConfig
from pmm_client.errors import (
    PMMAksesDitolak,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
    PMMTidakTerjangkau,
)

T = TypeVar("T")
Hasil = TypeVar("Hasil")

Amati = Callable[[str, str, float], None]
"""Called after every try with the path template, the outcome and the seconds it took. It must be quick and not raise.
Outcomes: sukses, gagal, tidak_terjangkau, membatasi, akses_ditolak, jawaban_tidak_sah."""

_PENGURAI_TOKEN = TypeAdapter(JawabanToken)
_KREDENSIAL_DITOLAK = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class Titik(Generic[T]):
    """One endpoint: its path template, how its answer reads, and whether `data` may be null in a success."""

    jalur: str
    pengurai: TypeAdapter[Amplop[T]]
    boleh_kosong: bool = False


class Pemanggil:
    """What all calls of one client share. Clocks, chance and sleep are arguments."""

    def __init__(
        self,
        config: PMMConfig,
        *,
        pacer: Pacer,
        pemutus: PemutusSirkuit,
        aturan: AturanUlang,
        amati: Amati | None,
        jam: Callable[[], float],
        jam_dinding: Callable[[], datetime],
    ) -> None:
        self.transport: httpx.AsyncBaseTransport | None = None
        self._config = config
        self._pacer = pacer
        self._pemutus = pemutus
        self._aturan = aturan
        self._amati = amati
        self._jam = jam
        self._jam_dinding = jam_dinding
        self._slot = asyncio.Semaphore(config.konkurensi)
        self._token = SumberToken(self._minta_token, jam)
        self._permintaan = PembuatPermintaan(config)

    async def tutup(self) -> None:
        """End a token fetch under way and close the connections."""
        await self._token.tutup()
        if self.transport is not None:
            await self.transport.aclose()

    async def panggil_wajib(
        self, titik: Titik[T], alamat: str, request_id: str, keluhan: Callable[[T], str | None] | None = None
    ) -> T:
        """Like `panggil` for an endpoint whose `data` may not be null."""
        data = await self.panggil(titik, alamat, request_id, keluhan)
        if data is None:
            raise TypeError(f"{titik.jalur}: data boleh kosong")
        return data

    async def panggil(
        self, titik: Titik[T], alamat: str, request_id: str, keluhan: Callable[[T], str | None] | None = None
    ) -> T | None:
        """Ask `alamat` (path and query). `keluhan` tells what in a well-formed answer is not what was asked for, None
        if nothing. A refused token is renewed once. Raises every PMMError."""
        anggaran = Anggaran(self._config.total, self._config.max_percobaan)
        token = self._token.sekarang() or await self._tunggu_token(request_id, anggaran)

        def olah(jawaban: Jawaban) -> T | None:
            data = urai(jawaban, titik.pengurai, jalur=titik.jalur, request_id=request_id, sekarang=self._jam_dinding)
            masalah: str | None = None
            if data is None:
                if not titik.boleh_kosong:
                    masalah = "data: null pada jawaban sukses"
            elif keluhan is not None:
                masalah = keluhan(data)
            if masalah is not None:
                raise tidak_sah(jawaban, masalah, titik.jalur, request_id)
            return data

        async def satu() -> T | None:
            permintaan = self._permintaan.get(alamat, request_id, token)
            return await self._coba(titik.jalur, permintaan, request_id, anggaran, olah)

        try:
            return await ulangi(satu, anggaran, self._aturan)
        except Ditolak:
            self._token.tolak(token)
        token = await self._tunggu_token(request_id, anggaran)
        anggaran.percobaan = max(anggaran.percobaan, 1)
        try:
            return await ulangi(satu, anggaran, self._aturan)
        except Ditolak as ditolak:
            jawaban = ditolak.jawaban
        raise PMMAksesDitolak(
            "PMM menolak token baru", jalur=titik.jalur, request_id=request_id, status=jawaban.status,
            mentah=jawaban.badan,
        )  # fmt: skip

    async def _tunggu_token(self, request_id: str, anggaran: Anggaran) -> str:
        mulai = self._jam()
        try:
            return await self._token.ambil(request_id, anggaran.detik)
        finally:
            anggaran.detik -= self._jam() - mulai

    async def _minta_token(self) -> JawabanToken:
        request_id = uuid.uuid4().hex
        anggaran = Anggaran(self._config.total, self._config.max_percobaan)
        isi = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self._config.client_id,
                "client_secret": self._config.client_secret,
            }
        ).encode("ascii")

        def olah(jawaban: Jawaban) -> JawabanToken:
            return self._urai_token(jawaban, request_id)

        async def satu() -> JawabanToken:
            permintaan = self._permintaan.post_formulir(TITIK_MASUK, request_id, isi)
            return await self._coba(TITIK_MASUK, permintaan, request_id, anggaran, olah)

        try:
            return await ulangi(satu, anggaran, self._aturan)
        except PMMError as galat:
            # A malformed token answer may still hold a token.
            galat.mentah = b""
            raise

    def _urai_token(self, jawaban: Jawaban, request_id: str) -> JawabanToken:
        status = jawaban.status
        if status in (401, 403) or (status == 400 and _kredensial_ditolak(jawaban.badan)):
            raise PMMAksesDitolak(
                "PMM menolak kredensial layanan", jalur=TITIK_MASUK, request_id=request_id, status=status
            )
        badan = badan_json(jawaban, jalur=TITIK_MASUK, request_id=request_id, sekarang=self._jam_dinding)
        try:
            return _PENGURAI_TOKEN.validate_json(badan)
        except ValidationError as tidak_cocok:
            galat = bentuk_salah(jawaban, tidak_cocok, TITIK_MASUK, request_id)
        raise galat

    async def _coba(
        self,
        jalur: str,
        permintaan: httpx.Request,
        request_id: str,
        anggaran: Anggaran,
        olah: Callable[[Jawaban], Hasil],
    ) -> Hasil:
        """One try: at most one request on the wire. Raises Ditolak and every PMMError."""
        if self.transport is None:
            raise RuntimeError("PMMClient dipakai di luar `async with`")
        self._lewat_pemutus(self._pemutus.sisa(), jalur, request_id)
        async with self._slot:
            await self._pacer.giliran()
            self._lewat_pemutus(self._pemutus.minta_izin(), jalur, request_id)
            mulai = self._jam()
            try:
                async with asyncio.timeout(anggaran.detik):
                    jawaban: Jawaban | str = await kirim(self.transport, permintaan, self._config.batas_badan)
            except KoneksiGagal as gagal:
                jawaban = str(gagal)
            except TimeoutError:
                jawaban = "batas waktu panggilan habis"
            lama = self._jam() - mulai
            anggaran.detik -= lama
        try:
            if isinstance(jawaban, str):
                raise PMMTidakTerjangkau(jawaban, jalur=jalur, request_id=request_id)
            hasil = olah(jawaban)
        except (PMMError, Ditolak) as galat:
            self._catat(jalur, galat, lama)
            raise
        self._catat(jalur, None, lama)
        return hasil

    def _lewat_pemutus(self, sisa: float, jalur: str, request_id: str) -> None:
        if sisa > 0.0:
            raise SirkuitTerbuka("pemutus sirkuit terbuka", jalur=jalur, request_id=request_id, retry_after=sisa)

    def _catat(self, jalur: str, galat: PMMError | Ditolak | None, lama: float) -> None:
        match galat:
            case PMMTidakTerjangkau():
                hasil = "tidak_terjangkau"
                self._pemutus.catat_tak_terjangkau()
            case PMMMembatasi():
                hasil = "membatasi"
                self._pemutus.catat_membatasi()
            case _:
                self._pemutus.catat_hidup()
                hasil = _HASIL_HIDUP[type(galat)]
        if self._amati is not None:
            self._amati(jalur, hasil, lama)


_HASIL_HIDUP: dict[type[object], str] = {
    type(None): "sukses",
    PMMGagal: "gagal",
    PMMJawabanTidakSah: "jawaban_tidak_sah",
    PMMAksesDitolak: "akses_ditolak",
    Ditolak: "akses_ditolak",
}


def _kredensial_ditolak(badan: bytes) -> bool:
    """RFC 6749 section 5.2 also allows 400 for a client that is not known or not allowed."""
    try:
        isi = json.loads(badan)
    except (ValueError, RecursionError):
        return False
    return isinstance(isi, dict) and isi.get("error") in _KREDENSIAL_DITOLAK
