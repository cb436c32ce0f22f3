"""From a question to a value: token, turn, slot, breaker, request, meaning, and again while that makes sense.

A try that never went out (breaker open) costs nothing; a try that did is told to the breaker and to the observer.
"""

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from pmm_client._answers import Amplop, Ditolak, badan_json, bentuk_salah, tidak_sah, urai
from pmm_client._auth import TITIK_MASUK, JawabanToken, SumberToken
from pmm_client._breaker import PemutusSirkuit, SebabTerbuka
from pmm_client._exchange import Jawaban, KoneksiGagal, Pengangkut, Permintaan
from pmm_client._gate import Gerbang
from pmm_client._pacing import GiliranDitahan, Lajur, Pacer
from pmm_client._retry import Anggaran, AturanUlang, GiliranTertahan, SirkuitTerbuka, ulangi
from pmm_client.config import PMMConfig
from pmm_client.errors import (
    PMMAksesDitolak,
    PMMError,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
    PMMTidakTerjangkau,
)
from pmm_client.etag import PMMBeretag, PMMTidakBerubah, etag_sah, sidik_badan

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


class Pertanyaan(NamedTuple):
    """One logical call: path and query, the X-Request-ID kept across its tries, its lane."""

    alamat: str
    request_id: str
    lajur: Lajur


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
        self.pengangkut: Pengangkut | None = None
        self._config = config
        self._pacer = pacer
        self._pemutus = pemutus
        self._aturan = aturan
        self._amati = amati
        self._jam = jam
        self._jam_dinding = jam_dinding
        self._gerbang = Gerbang(config.konkurensi)
        self._token = SumberToken(self._minta_token, jam)
        self._menunggu = dict.fromkeys(Lajur, 0)

    async def tutup(self) -> None:
        """End a token fetch under way, the turns and the connections."""
        await self._token.tutup()
        await self._pacer.tutup()
        if self.pengangkut is not None:
            await self.pengangkut.tutup()

    def menunggu_giliran(self, lajur: Lajur) -> int:
        """How many calls of the lane have a place in line and no turn yet."""
        return self._menunggu[lajur]

    def panggil_wajib(
        self, titik: Titik[T], tanya: Pertanyaan, keluhan: Callable[[T], str | None] | None = None
    ) -> Awaitable[T]:
        """Like `panggil` for an endpoint whose `data` may not be null."""

        def olah(jawaban: Jawaban) -> T:
            return self._baca_wajib(jawaban, titik, tanya.request_id, keluhan)

        return self._tanyakan(titik.jalur, tanya, (), olah)

    def panggil(
        self, titik: Titik[T], tanya: Pertanyaan, keluhan: Callable[[T], str | None] | None = None
    ) -> Awaitable[T | None]:
        """Ask. `keluhan` tells what in a well-formed answer is not what was asked for, None if nothing. Raises every
        PMMError."""

        def olah(jawaban: Jawaban) -> T | None:
            return self._baca(jawaban, titik, tanya.request_id, keluhan)

        return self._tanyakan(titik.jalur, tanya, (), olah)

    def panggil_bersyarat(
        self,
        titik: Titik[T],
        tanya: Pertanyaan,
        etag: str | None,
        sidik: bytes | None,
        keluhan: Callable[[T], str | None] | None = None,
    ) -> Awaitable[PMMBeretag[T] | PMMTidakBerubah]:
        """Like `panggil_wajib`, asking only for what is not the answer tagged `etag`, and reading only what is not the
        body of the hash `sidik`, which was read before."""

        def olah(jawaban: Jawaban) -> PMMBeretag[T] | PMMTidakBerubah:
            terbaru = jawaban.headers.get("etag")
            terbaru = terbaru if terbaru is not None and etag_sah(terbaru) else None
            if jawaban.status == 304 and etag is not None:
                return PMMTidakBerubah(terbaru or etag)
            sidik_kini = sidik_badan(jawaban.badan)
            if sidik_kini == sidik and _utuh(jawaban):
                return PMMTidakBerubah(terbaru)
            return PMMBeretag(self._baca_wajib(jawaban, titik, tanya.request_id, keluhan), terbaru, sidik_kini)

        kepala = () if etag is None else (("If-None-Match", etag),)
        return self._tanyakan(titik.jalur, tanya, kepala, olah)

    def _baca_wajib(
        self, jawaban: Jawaban, titik: Titik[T], request_id: str, keluhan: Callable[[T], str | None] | None
    ) -> T:
        data = self._baca(jawaban, titik, request_id, keluhan)
        if data is None:
            raise TypeError(f"{titik.jalur}: data boleh kosong")
        return data

    def _baca(
        self, jawaban: Jawaban, titik: Titik[T], request_id: str, keluhan: Callable[[T], str | None] | None
    ) -> T | None:
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

    async def _tanyakan(
        self, jalur: str, tanya: Pertanyaan, kepala: tuple[tuple[str, str], ...], olah: Callable[[Jawaban], Hasil]
    ) -> Hasil:
        """A GET with a token; a refused token is renewed once."""
        request_id = tanya.request_id
        anggaran = Anggaran(self._config.total, self._config.max_percobaan)
        token = self._token.sekarang() or await self._tunggu_token(request_id, anggaran)

        def satu() -> Awaitable[Hasil]:
            kepala_semua = (("X-Request-ID", request_id), ("Authorization", f"Bearer {token}"), *kepala)
            permintaan = Permintaan("GET", tanya.alamat, kepala_semua)
            return self._coba(jalur, permintaan, request_id, tanya.lajur, anggaran, olah)

        try:
            return await ulangi(satu, anggaran, self._aturan)
        except Ditolak:
            self._pemutus.catat_belum_pasti()
            self._token.tolak(token)
        token = await self._tunggu_token(request_id, anggaran)
        anggaran.percobaan = max(anggaran.percobaan, 1)
        try:
            return await ulangi(satu, anggaran, self._aturan)
        except Ditolak as ditolak:
            jawaban = ditolak.jawaban
        self._pemutus.catat_ditolak(pasti=False)
        raise PMMAksesDitolak(
            "PMM menolak token baru", jalur=jalur, request_id=request_id, status=jawaban.status, mentah=jawaban.badan
        )

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

        kepala = (("X-Request-ID", request_id), ("Content-Type", "application/x-www-form-urlencoded"))
        permintaan = Permintaan("POST", TITIK_MASUK, kepala, isi)

        def olah(jawaban: Jawaban) -> JawabanToken:
            return self._urai_token(jawaban, request_id)

        def satu() -> Awaitable[JawabanToken]:
            # Everybody waits for it, so it goes in the lane of those who wait at a screen.
            return self._coba(TITIK_MASUK, permintaan, request_id, Lajur.INTERAKTIF, anggaran, olah)

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
        permintaan: Permintaan,
        request_id: str,
        lajur: Lajur,
        anggaran: Anggaran,
        olah: Callable[[Jawaban], Hasil],
    ) -> Hasil:
        """One try: at most one request on the wire. Raises Ditolak and every PMMError."""
        if self.pengangkut is None:
            raise RuntimeError("PMMClient dipakai di luar `async with`")
        self._lewat_pemutus(self._pemutus.sisa(), jalur, request_id)
        await self._gerbang.masuk(lajur)
        try:
            await self._berangkat(jalur, request_id, lajur)
            # The wait for the turn is not PMM's doing: it is neither in the budget nor in what the observer is told.
            mulai = self._jam()
            try:
                jawaban: Jawaban | str = await self.pengangkut.tanya(permintaan, max(anggaran.detik, 0.001))
            except KoneksiGagal as gagal:
                jawaban = str(gagal)
            lama = self._jam() - mulai
            anggaran.detik -= lama
        finally:
            self._gerbang.keluar(lajur)
        try:
            if isinstance(jawaban, str):
                raise PMMTidakTerjangkau(jawaban, jalur=jalur, request_id=request_id)
            hasil = olah(jawaban)
        except (PMMError, Ditolak) as galat:
            self._catat(jalur, galat, lama)
            raise
        self._catat(jalur, None, lama)
        return hasil

    async def _berangkat(self, jalur: str, request_id: str, lajur: Lajur) -> None:
        """Return when one request may start now: the breaker lets it pass, also after the wait for its turn."""
        self._lewat_pemutus(self._pemutus.minta_izin(), jalur, request_id)
        probe = self._pemutus.terbuka
        await self._giliran(jalur, request_id, lajur)
        if self._pemutus.terbuka and not probe:
            self._lewat_pemutus(self._pemutus.sisa() or self._config.pemutus_jeda, jalur, request_id)

    async def _giliran(self, jalur: str, request_id: str, lajur: Lajur) -> None:
        self._menunggu[lajur] += 1
        try:
            await self._pacer.giliran(lajur)
            return
        except GiliranDitahan as ditahan:
            detik = ditahan.detik
        finally:
            self._menunggu[lajur] -= 1
        raise GiliranTertahan("giliran ditahan", jalur=jalur, request_id=request_id, retry_after=detik)

    def _lewat_pemutus(self, sisa: float, jalur: str, request_id: str) -> None:
        if sisa > 0.0:
            ditolak = self._pemutus.sebab is SebabTerbuka.AKSES_DITOLAK
            jenis = PMMAksesDitolak if ditolak else SirkuitTerbuka
            raise jenis("pemutus sirkuit terbuka", jalur=jalur, request_id=request_id, retry_after=sisa)

    def _catat(self, jalur: str, galat: PMMError | Ditolak | None, lama: float) -> None:
        hasil = _HASIL[type(galat)]
        match galat:
            case None if jalur == TITIK_MASUK:
                self._pemutus.catat_belum_pasti()
            case None:
                self._pemutus.catat_hidup()
            case PMMTidakTerjangkau():
                self._pemutus.catat_tak_terjangkau()
            case PMMMembatasi():
                self._pemutus.catat_membatasi()
                self._pacer.perlambat(galat.retry_after)
            case PMMAksesDitolak():
                self._pemutus.catat_ditolak(pasti=True)
            case Ditolak():
                # Whoever asked knows whether the token was fresh, and tells the breaker.
                pass
            case _:
                self._pemutus.catat_hidup()
        if self._amati is not None:
            self._amati(jalur, hasil, lama)


_HASIL: dict[type[object], str] = {
    type(None): "sukses",
    PMMTidakTerjangkau: "tidak_terjangkau",
    PMMMembatasi: "membatasi",
    PMMGagal: "gagal",
    PMMJawabanTidakSah: "jawaban_tidak_sah",
    PMMAksesDitolak: "akses_ditolak",
    Ditolak: "akses_ditolak",
}


def _utuh(jawaban: Jawaban) -> bool:
    """A whole body in the one way in which bodies are read."""
    return (
        jawaban.status == 200
        and not jawaban.terpotong
        and jawaban.headers.get("content-encoding", "identity") == "identity"
    )


def _kredensial_ditolak(badan: bytes) -> bool:
    """RFC 6749 section 5.2 also allows 400 for a client that is not known or not allowed."""
    try:
        isi = json.loads(badan)
    except (ValueError, RecursionError):
        return False
    return isinstance(isi, dict) and isi.get("error") in _KREDENSIAL_DITOLAK
