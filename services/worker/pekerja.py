"""What a process of a worker does: it claims and carries out in its lanes, a heart renews the leases, a broom finds
what no bell rang for; beside bulks also a hand that lays large ones out, and the duties all workers share. Nothing here
depends on Redis: without the bell the broom finds the work within a second. While PMM is down or refuses us the bulk
lane rests."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import partial
from typing import Any

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ekinerja_domain.sinkronisasi.temuan import Kode
from pmm_client import SebabTerbuka, StatusSirkuit
from services.konteks import Konteks
from services.metrik import SEWA_HILANG, TUGAS_GAGAL
from services.sinkronisasi.antrean import (
    PERPANJANG_SETIAP_DETIK,
    Butir,
    Lajur,
    ada_yang_siap,
    ambil_antrean,
    kembalikan,
    perpanjang,
    pulihkan,
)
from services.sinkronisasi.giliran_instansi import GiliranInstansi
from services.sinkronisasi.massal_bentang import bentangkan_berikut
from services.sinkronisasi.massal_hambatan import catat_hambatan
from services.sinkronisasi.massal_kendali import sapu_dibatalkan
from services.sinkronisasi.mesin import Mesin
from services.worker.tugas_berkala import DAFTAR_TUGAS, TugasBerkala, kerjakan_bila_memimpin

INTERAKTIF_BERSAMAAN = 16
MASSAL_BERSAMAAN = 3
ISI_BATCH = 100
SAPU_SETIAP_DETIK = 1.0
SELESAIKAN_DALAM_DETIK = 15.0
SERAHKAN_DENGAN_JEDA_DETIK = 2.0

# After a chunk the hand rests as long as the chunk took, so that it never takes more than half of a connection.
ISTIRAHAT_TERLAMA_DETIK = 0.25
_KODE_SAKIT = {
    SebabTerbuka.TIDAK_TERJANGKAU: Kode.PMM_TIDAK_TERJANGKAU,
    SebabTerbuka.AKSES_DITOLAK: Kode.PMM_AKSES_DITOLAK,
}

_log = structlog.get_logger(__name__)
# What a database that is away looks like; anything else is a fault of ours and must be seen. While it connects asyncpg
# raises its own classes, which SQLAlchemy does not wrap ("the database system is starting up"); of a connection that
# breaks in the middle of a message it says that its own state is wrong.
DATABASE_PERGI = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


class Pekerja:
    """Start with `jalan`, wake with `bangun`, end with `berhenti` (finishes or hands back what it holds). Serves both
    lanes unless told which."""

    def __init__(self, konteks: Konteks, mesin: Mesin | None = None, lajur: Collection[Lajur] = tuple(Lajur)) -> None:
        self.konteks = konteks
        self.lajur = lajur
        self.mesin = mesin or Mesin.buat(konteks)
        self._dipegang: dict[int, Butir] = {}
        self._tugas: set[asyncio.Task[None]] = set()
        self._ketuk = {lajur: asyncio.Event() for lajur in Lajur}
        self._ada_massal = asyncio.Event()
        self._giliran = GiliranInstansi()
        self._tempat = {
            Lajur.INTERAKTIF: asyncio.Semaphore(INTERAKTIF_BERSAMAAN),
            Lajur.MASSAL: asyncio.Semaphore(MASSAL_BERSAMAAN),
        }
        self._berhenti = asyncio.Event()

    def bangun(self, lajur: Lajur) -> None:
        """There may be work in this lane."""
        self._ketuk[lajur].set()
        if lajur is Lajur.MASSAL:
            self._ada_massal.set()

    async def jalan(self) -> None:
        """Works until `berhenti`."""
        async with asyncio.TaskGroup() as kelompok:
            for lajur in self.lajur:
                kelompok.create_task(self._layani(lajur))
            kelompok.create_task(self._berkala(PERPANJANG_SETIAP_DETIK, self._perpanjang))
            kelompok.create_task(self._berkala(SAPU_SETIAP_DETIK, self._sapu))
            if Lajur.MASSAL not in self.lajur:
                return
            kelompok.create_task(self._bentangkan())
            kelompok.create_task(self._berkala(SAPU_SETIAP_DETIK, self._sapu_dibatalkan))
            for tugas in DAFTAR_TUGAS:
                kelompok.create_task(self._berkala(tugas.setiap_detik, partial(self._tugaskan, tugas)))

    async def berhenti(self) -> None:
        """Claims nothing more, waits a while for what runs, hands the rest back."""
        self._berhenti.set()
        for lajur in self.lajur:
            self.bangun(lajur)
        if self._tugas:
            await asyncio.wait(self._tugas, timeout=SELESAIKAN_DALAM_DETIK)
        for tugas in list(self._tugas):
            tugas.cancel()
        if self._tugas:
            await asyncio.wait(self._tugas, timeout=SELESAIKAN_DALAM_DETIK)
        if self._dipegang:
            with contextlib.suppress(*DATABASE_PERGI):
                async with self.konteks.transaksi() as conn:
                    await kembalikan(conn, list(self._dipegang))

    async def _layani(self, lajur: Lajur) -> None:
        ketuk, tempat = self._ketuk[lajur], self._tempat[lajur]
        while not self._berhenti.is_set():
            await ketuk.wait()
            ketuk.clear()
            while not self._berhenti.is_set():
                if lajur is Lajur.MASSAL:
                    await self._tunggu_pmm()
                await tempat.acquire()
                butir = await self._ambil(lajur)
                if butir and self._berhenti.is_set():
                    # Claimed while `berhenti` was called, which knows nothing of it any more.
                    await self._serahkan(butir)
                    butir = []
                if not butir:
                    tempat.release()
                    break
                self._mulai(self._kerjakan(lajur, butir))

    async def _ambil(self, lajur: Lajur) -> list[Butir]:
        # A button press is carried out alone, so that a slow answer for one holds up nobody.
        batas = 1 if lajur is Lajur.INTERAKTIF else ISI_BATCH
        if self._berhenti.is_set():
            return []
        try:
            async with self.konteks.transaksi() as conn:
                butir = await ambil_antrean(conn, lajur, batas, self._giliran)
        except DATABASE_PERGI as galat:
            _log.warning("antrean tidak terbaca", galat=type(galat).__name__)
            return []
        self._dipegang.update((b.token, b) for b in butir)
        return butir

    async def _tunggu_pmm(self) -> None:
        """Returns when PMM may be asked, or the worker is to end. Nobody's sync is spent on finding out."""
        if self.konteks.pmm.keadaan.status is StatusSirkuit.TERTUTUP:
            return
        _log.warning("PMM tidak melayani; massal menunggu", sebab=str(self.konteks.pmm.keadaan.sebab))
        pulih = asyncio.create_task(self.konteks.pmm.tunggu_pulih())
        henti = asyncio.create_task(self._berhenti.wait())
        try:
            await asyncio.wait((pulih, henti), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for tugas in (pulih, henti):
                tugas.cancel()
            await asyncio.gather(pulih, henti, return_exceptions=True)
        _log.info("massal dilanjutkan")

    async def _bentangkan(self) -> None:
        """Lays out large bulks a little ahead of the workers."""
        while not self._berhenti.is_set():
            await self._ada_massal.wait()
            self._ada_massal.clear()
            jumlah: int | None = 1
            while jumlah and not self._berhenti.is_set():
                mulai = time.monotonic()
                try:
                    async with self.konteks.transaksi() as conn:
                        jumlah = await bentangkan_berikut(conn)
                except DATABASE_PERGI as galat:
                    _log.warning("massal tidak terbentang", galat=_nama(galat))
                    break
                if jumlah:
                    self._ketuk[Lajur.MASSAL].set()
                    await self.konteks.lonceng.bunyikan_massal(jumlah)
                    await asyncio.sleep(min(time.monotonic() - mulai, ISTIRAHAT_TERLAMA_DETIK))

    async def _kerjakan(self, lajur: Lajur, butir: list[Butir]) -> None:
        if lajur is Lajur.INTERAKTIF:
            # From here on the lines of this task carry it; the first one links the sync with the caller's request.
            structlog.contextvars.bind_contextvars(request_id=butir[0].request_id)
            _log.info("sinkro dikerjakan", sinkro=str(butir[0].id), jenis=butir[0].jenis, ke=butir[0].percobaan_ke)
        try:
            await self.mesin.kerjakan(butir, massal=lajur is Lajur.MASSAL)
        except DATABASE_PERGI as galat:
            # Whether the last commit arrived is not known: what it wrote is written, the rest is handed back or, when
            # the database stays away, falls free with its lease.
            _log.warning("database pergi saat mengerjakan", jumlah=len(butir), galat=type(galat).__name__)
            await self._serahkan(butir)
        except Exception:  # noqa: BLE001 - the worker lives on, the leases give the work back
            _log.exception("galat internal saat mengerjakan", jumlah=len(butir))
            await self._serahkan(butir)
        else:
            self._lupakan(butir)
            if lajur is Lajur.INTERAKTIF:
                await self.konteks.kabar.umumkan(b.id for b in butir)
        finally:
            # A cancelled one stays held: `berhenti` hands it back.
            self._tempat[lajur].release()
            # What waited for these people (a school's guru for their head) can be claimed now.
            self.bangun(lajur)

    async def _serahkan(self, butir: list[Butir]) -> None:
        # Not at once again: what failed here without an end of its own must not turn in a circle.
        with contextlib.suppress(*DATABASE_PERGI):
            async with self.konteks.transaksi() as conn:
                await kembalikan(conn, [b.token for b in butir], tunda_detik=SERAHKAN_DENGAN_JEDA_DETIK)
        self._lupakan(butir)

    def _lupakan(self, butir: list[Butir]) -> None:
        for b in butir:
            self._dipegang.pop(b.token, None)

    def _mulai(self, pekerjaan: Coroutine[Any, Any, None]) -> None:
        tugas = asyncio.create_task(pekerjaan)
        self._tugas.add(tugas)
        tugas.add_done_callback(self._tugas.discard)

    async def _berkala(self, detik: float, pekerjaan: Callable[[], Awaitable[None]]) -> None:
        while not self._berhenti.is_set():
            try:
                await pekerjaan()
            except DATABASE_PERGI as galat:
                _log.warning("database tidak terjangkau", galat=_nama(galat))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._berhenti.wait(), detik)

    async def _tugaskan(self, tugas: TugasBerkala) -> None:
        try:
            await kerjakan_bila_memimpin(self.konteks, tugas)
        except DATABASE_PERGI:
            raise
        except Exception:  # noqa: BLE001 - one duty's fault must not end the worker
            TUGAS_GAGAL.labels(tugas.nama).inc()
            _log.exception("galat internal pada tugas berkala", tugas=tugas.nama)

    async def _perpanjang(self) -> None:
        if self._dipegang:
            async with self.konteks.transaksi() as conn:
                await perpanjang(conn, list(self._dipegang))

    async def _sapu(self) -> None:
        async with self.konteks.transaksi() as conn:
            putus = await pulihkan(conn)
            siap = await ada_yang_siap(conn)
        keadaan = self.konteks.pmm.keadaan
        if keadaan.sebab is not None:
            async with self.konteks.transaksi() as conn:
                await catat_hambatan(conn, _KODE_SAKIT[keadaan.sebab], keadaan.sejak)
        self._ada_massal.set()
        if putus:
            SEWA_HILANG.inc(putus)
            _log.warning("sewa yang lewat dikembalikan ke antrean", jumlah=putus)
        for lajur in siap:
            self.bangun(lajur)

    async def _sapu_dibatalkan(self) -> None:
        jumlah = 1
        while jumlah:
            async with self.konteks.transaksi() as conn:
                jumlah = await sapu_dibatalkan(conn)


def _nama(galat: BaseException) -> str:
    asal = galat.orig if isinstance(galat, DBAPIError) and galat.orig is not None else galat
    return type(asal).__name__
