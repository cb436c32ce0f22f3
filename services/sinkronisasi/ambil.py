"""Step 2 of the engine: ask PMM about a batch of people, concurrently, with no transaction open.

A call that gives no data becomes a finding here, so the steps after this one never see an error of the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from ekinerja_domain.sinkronisasi.fakta import JawabanPMM
from pmm_client.errors import PMMError, PMMGagal
from pmm_client.models import PMMPengguna, PMMSkp
from services.sinkronisasi import pemetaan

T = TypeVar("T")


class SumberPMM(Protocol):
    """The two questions of Sinkro SKP; `pmm_client.PMMClient` answers them."""

    async def pengguna(self, nip: str, *, request_id: str | None = None) -> PMMPengguna: ...

    async def skp(self, nip: str, tahun: int, *, request_id: str | None = None) -> tuple[PMMSkp, ...]: ...


@dataclass(frozen=True, slots=True)
class Permintaan:
    """Whom to ask about. `request_id` travels on to PMM."""

    nip: str
    tahun: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Pengambilan:
    """What came back for one person: the answer, PMM's raw words when it refused, the raw body of an answer outside the
    contract (cut at 64 KiB), and how long PMM asks to wait."""

    jawaban: JawabanPMM
    keterangan: str | None = None
    mentah: str | None = None
    tunggu: timedelta | None = None


async def ambil_semua(
    pmm: SumberPMM, permintaan: Iterable[Permintaan], *, sumber: str, gerbang: asyncio.Semaphore | None = None
) -> Mapping[Permintaan, Pengambilan]:
    """The answers of all, each on its own: one person's failure is nobody else's. `gerbang` bounds how many people of
    a bulk are before PMM at once."""
    daftar = list(permintaan)

    async def satu(p: Permintaan) -> Pengambilan:
        if gerbang is None:
            return await ambil(pmm, p, sumber=sumber)
        async with gerbang:
            return await ambil(pmm, p, sumber=sumber)

    hasil = await asyncio.gather(*map(satu, daftar))
    return dict(zip(daftar, hasil, strict=True))


async def ambil(pmm: SumberPMM, p: Permintaan, *, sumber: str) -> Pengambilan:
    """Both questions about one person at once."""
    pengguna, skp = await asyncio.gather(
        _coba(pmm.pengguna(p.nip, request_id=f"{p.request_id}-p")),
        _coba(pmm.skp(p.nip, p.tahun, request_id=f"{p.request_id}-s")),
    )
    galat = [g for g in (pengguna, skp) if isinstance(g, PMMError)]
    gangguan = [pemetaan.temuan_dari_galat(g, nip=p.nip, tahun=p.tahun, sumber=sumber) for g in galat]
    jawaban = JawabanPMM(
        pengguna=None if isinstance(pengguna, PMMError) else pemetaan.pengguna(pengguna),
        skp=None if isinstance(skp, PMMError) else tuple(pemetaan.skp(s) for s in skp),
        gangguan=tuple({t.kode: t for t in gangguan}.values()),
    )
    tunggu = [t for g in galat if (t := pemetaan.tunggu_menurut(g)) is not None]
    kata = [g.pesan for g in galat if isinstance(g, PMMGagal) and g.pesan]
    return Pengambilan(
        jawaban=jawaban,
        keterangan="; ".join(dict.fromkeys(kata)) or None,
        mentah=next((g.mentah_teks for g in galat if g.mentah), None),
        tunggu=max(tunggu, default=None),
    )


async def _coba(panggilan: Awaitable[T]) -> T | PMMError:
    try:
        return await panggilan
    except PMMError as galat:
        return galat
