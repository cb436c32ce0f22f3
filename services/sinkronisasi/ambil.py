"""Step 2 of the engine: ask PMM about one person, with no transaction open.

A call that gives no data becomes a finding here, so the steps after this one never see an error of the client.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from ekinerja_domain.periode import TipePeriodik
from ekinerja_domain.sinkronisasi.fakta import JawabanPMM, PenggunaPMM
from ekinerja_domain.sinkronisasi.penilaian_final import JawabanPenilaianFinal
from ekinerja_domain.sinkronisasi.penilaian_periodik import JawabanPenilaianPeriodik
from ekinerja_domain.sinkronisasi.temuan import Temuan
from pmm_client.errors import PMMError, PMMGagal
from pmm_client.etag import PMMBeretag, PMMTidakBerubah
from pmm_client.models import (
    PMMPengguna,
    PMMPenilaianFinal,
    PMMPenilaianPeriodik,
    PMMSkp,
    PMMTipePeriodik,
)
from services.sinkronisasi import pemetaan

T = TypeVar("T")
U = TypeVar("U")


class SumberPMM(Protocol):
    """The questions to PMM; `pmm_client.PMMClient` answers them."""

    async def pengguna(self, nip: str, *, request_id: str | None = None) -> PMMPengguna: ...

    async def skp(self, nip: str, tahun: int, *, request_id: str | None = None) -> tuple[PMMSkp, ...]: ...

    async def skp_bila_berubah(
        self,
        nip: str,
        tahun: int,
        etag: str | None,
        *,
        sidik: bytes | None = None,
        request_id: str | None = None,
    ) -> PMMBeretag[tuple[PMMSkp, ...]] | PMMTidakBerubah: ...

    async def penilaian_periodik(
        self, nip: str, tahun: int, tipe: PMMTipePeriodik, *, request_id: str | None = None
    ) -> tuple[PMMPenilaianPeriodik, ...]: ...

    async def penilaian_final(
        self, nip: str, tahun: int, *, request_id: str | None = None
    ) -> PMMPenilaianFinal | None: ...


@dataclass(frozen=True, slots=True)
class TandaPMM:
    """By what PMM's answer about one person and year is known again: hashes of its Pengguna and of the body with its
    SKPs, and the tag under which PMM has these."""

    pengguna: bytes
    badan: bytes
    etag: str | None


@dataclass(frozen=True, slots=True)
class Permintaan:
    """Whom to ask about. `request_id` travels on to PMM. `bertanda`: the answer is to come with its marks; `diingat`:
    an answer with these marks need not come again."""

    nip: str
    tahun: int
    request_id: str
    bertanda: bool = False
    diingat: TandaPMM | None = None


@dataclass(frozen=True, slots=True)
class Pengambilan:
    """What came back for one person: the answer in the form of its jenis, PMM's raw words when it refused, the raw body
    of an answer outside the contract (cut at 64 KiB), and how long PMM asks to wait. `galat`: a fault of ours while
    asking or reading. `sama`: PMM has what the request remembers, and there is no answer; `tanda`: the answer's marks,
    if they were asked for and it is whole."""

    jawaban: object
    keterangan: str | None = None
    mentah: str | None = None
    tunggu: timedelta | None = None
    galat: Exception | None = None
    sama: bool = False
    tanda: TandaPMM | None = None


async def tanya_skp(pmm: SumberPMM, p: Permintaan, *, sumber: str) -> Pengambilan:
    """PMM's Pengguna and SKPs, both at once; the SKPs only if they are not those of `p.diingat`."""
    pengguna, skp = await _berdua(
        _coba(pmm.pengguna(p.nip, request_id=f"{p.request_id}-p")),
        _coba(_skp_bertanda(pmm, p) if p.bertanda else pmm.skp(p.nip, p.tahun, request_id=f"{p.request_id}-s")),
    )
    orang = _orang(pengguna)
    tanda = None
    if isinstance(skp, PMMTidakBerubah):
        if p.diingat is not None and orang is not None and _sidik(orang) == p.diingat.pengguna:
            return Pengambilan(jawaban=None, sama=True)
        # What is remembered came with another Pengguna: the person is judged anew, with the SKPs, and remembered so.
        skp = await _coba(_skp_utuh(pmm, p))
    if isinstance(skp, PMMBeretag):
        if orang is not None:
            tanda = TandaPMM(_sidik(orang), skp.sidik, skp.etag)
        skp = skp.data
    jawaban = _jawaban_skp(orang, skp, _gangguan((pengguna, skp), p, sumber))
    return _pengambilan(jawaban, (pengguna, skp), tanda)


async def _skp_bertanda(pmm: SumberPMM, p: Permintaan) -> PMMBeretag[tuple[PMMSkp, ...]] | PMMTidakBerubah:
    etag, sidik = (p.diingat.etag, p.diingat.badan) if p.diingat else (None, None)
    return await pmm.skp_bila_berubah(p.nip, p.tahun, etag, sidik=sidik, request_id=f"{p.request_id}-s")


async def _skp_utuh(pmm: SumberPMM, p: Permintaan) -> PMMBeretag[tuple[PMMSkp, ...]]:
    """The SKPs with their marks, whatever is remembered."""
    jawaban = await pmm.skp_bila_berubah(p.nip, p.tahun, None, request_id=f"{p.request_id}-u")
    if isinstance(jawaban, PMMTidakBerubah):
        raise TypeError("pertanyaan tanpa syarat dijawab tanpa isi")
    return jawaban


def _sidik(orang: PenggunaPMM) -> bytes:
    """The hash of what is read of PMM's Pengguna."""
    return hashlib.blake2b(repr(orang).encode(), digest_size=16).digest()


async def tanya_penilaian_periodik(
    pmm: SumberPMM, p: Permintaan, tipe: TipePeriodik | None, *, sumber: str
) -> Pengambilan:
    """PMM's Pengguna and the ratings of the year in the instansi's tipe; without a tipe these are not asked for."""
    pengguna, penilaian = await _berdua(
        _coba(pmm.pengguna(p.nip, request_id=f"{p.request_id}-p")),
        _coba(_penilaian_periodik(pmm, p, tipe)),
    )
    jawaban = JawabanPenilaianPeriodik(
        pengguna=_orang(pengguna),
        penilaian=None
        if penilaian is None or isinstance(penilaian, PMMError)
        else tuple(pemetaan.penilaian_periodik(n) for n in penilaian),
        gangguan=_gangguan((pengguna, penilaian), p, sumber),
    )
    return _pengambilan(jawaban, (pengguna, penilaian))


async def _penilaian_periodik(
    pmm: SumberPMM, p: Permintaan, tipe: TipePeriodik | None
) -> tuple[PMMPenilaianPeriodik, ...] | None:
    if tipe is None:
        return None
    return await pmm.penilaian_periodik(p.nip, p.tahun, PMMTipePeriodik(tipe), request_id=f"{p.request_id}-n")


async def tanya_penilaian_final(pmm: SumberPMM, p: Permintaan, *, sumber: str) -> Pengambilan:
    """PMM's Pengguna, SKPs and the final rating of the year, all at once."""
    pengguna, skp, final = await asyncio.gather(
        _coba(pmm.pengguna(p.nip, request_id=f"{p.request_id}-p")),
        _coba(pmm.skp(p.nip, p.tahun, request_id=f"{p.request_id}-s")),
        _coba(pmm.penilaian_final(p.nip, p.tahun, request_id=f"{p.request_id}-f")),
    )
    semua = (pengguna, skp, final)
    jawaban = JawabanPenilaianFinal(
        dasar=_jawaban_skp(_orang(pengguna), skp, _gangguan(semua, p, sumber)),
        final=None if final is None or isinstance(final, PMMError) else pemetaan.penilaian_final(final),
        final_dijawab=not isinstance(final, PMMError),
    )
    return _pengambilan(jawaban, semua)


def _orang(pengguna: PMMPengguna | PMMError) -> PenggunaPMM | None:
    return None if isinstance(pengguna, PMMError) else pemetaan.pengguna(pengguna)


def _jawaban_skp(
    orang: PenggunaPMM | None, skp: tuple[PMMSkp, ...] | PMMError, gangguan: tuple[Temuan, ...]
) -> JawabanPMM:
    return JawabanPMM(
        pengguna=orang,
        skp=None if isinstance(skp, PMMError) else tuple(pemetaan.skp(s) for s in skp),
        gangguan=gangguan,
    )


def _gangguan(jawaban: Sequence[object], p: Permintaan, sumber: str) -> tuple[Temuan, ...]:
    """The findings of the calls that gave no data, each kind once."""
    temuan = (
        pemetaan.temuan_dari_galat(g, nip=p.nip, tahun=p.tahun, sumber=sumber)
        for g in jawaban
        if isinstance(g, PMMError)
    )
    return tuple({t.kode: t for t in temuan}.values())


def _pengambilan(jawaban: object, semua: Sequence[object], tanda: TandaPMM | None = None) -> Pengambilan:
    galat = [g for g in semua if isinstance(g, PMMError)]
    kata = [g.pesan for g in galat if isinstance(g, PMMGagal) and g.pesan]
    return Pengambilan(
        jawaban=jawaban,
        keterangan="; ".join(dict.fromkeys(kata)) or None,
        mentah=next((g.mentah_teks for g in galat if g.mentah), None),
        tunggu=max((t for g in galat if (t := pemetaan.tunggu_menurut(g)) is not None), default=None),
        tanda=tanda,
    )


async def _coba(panggilan: Awaitable[T]) -> T | PMMError:
    try:
        return await panggilan
    except PMMError as galat:
        return galat


async def _berdua(pertama: Coroutine[Any, Any, T], kedua: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """Both answers, asked for at once; when one fails or the caller gives up, nothing of the other goes on.

    Only one of them is a task of its own: with `asyncio.gather` both would be, and this is done for every person.
    """
    tugas = asyncio.create_task(kedua)
    try:
        return await pertama, await tugas
    except BaseException:
        tugas.cancel()
        await asyncio.gather(tugas, return_exceptions=True)
        raise
