"""Asks PMM whether it lists people as users, with no transaction open.

Invariant: everybody asked about gets one answer: listed, not listed, or a finding that says why nobody knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kelas, Kode, Objek, Temuan, buat_temuan
from pmm_client.errors import PMMError, PMMGagal
from services.sinkronisasi.pemetaan import temuan_dari_galat, tunggu_menurut

if TYPE_CHECKING:
    from services.konteks import Konteks

# Few at a time, so that a list of thousands does not stand in the client's queue before everybody else.
SEKALIGUS = 8


@dataclass(frozen=True, slots=True)
class JawabanPengguna:
    """`terdaftar` None: PMM did not say, and `temuan` tells why; `tunggu` is how long it asked to wait."""

    terdaftar: bool | None
    temuan: Temuan | None = None
    tunggu: timedelta | None = None

    @property
    def pmm_terganggu(self) -> bool:
        """Nothing is wrong with the person: ask again later."""
        return self.temuan is not None and self.temuan.kelas is Kelas.TRANSIEN


async def tanya_semua(konteks: Konteks, nip: Sequence[str], *, request_id: str | None) -> Mapping[str, JawabanPengguna]:
    """The answer for each NIP; one that fails is nobody else's. PMM sees each call under the request's id."""
    gerbang = asyncio.Semaphore(SEKALIGUS)

    async def satu(urutan: int, orang: str) -> JawabanPengguna:
        nomor = None if request_id is None else f"{request_id}-{urutan}"
        async with gerbang:
            return await _tanya(konteks, orang, nomor)

    jawaban = await asyncio.gather(*(satu(urutan, orang) for urutan, orang in enumerate(nip)))
    return dict(zip(nip, jawaban, strict=True))


async def _tanya(konteks: Konteks, nip: str, request_id: str | None) -> JawabanPengguna:
    try:
        pengguna = await konteks.pmm.pengguna(nip, request_id=request_id)
    except PMMError as galat:
        sumber = konteks.settings.nama_sumber
        # The year is asked for by findings about a year's data only.
        temuan = temuan_dari_galat(galat, nip=nip, tahun=konteks.jam().year, sumber=sumber)
        if temuan.kode is Kode.NIP_TIDAK_DIKENAL_PMM:
            return JawabanPengguna(terdaftar=False)
        if isinstance(galat, PMMGagal) and temuan.kode is not Kode.PMM_PESAN_TIDAK_DIKENAL:
            # Words about an SKP say nothing about whether somebody is listed.
            temuan = buat_temuan(
                Kode.PMM_PESAN_TIDAK_DIKENAL,
                objek=Objek(JenisObjek.PMM),
                rincian={"kode_pmm": galat.kode, "pesan_pmm": galat.pesan},
                sumber=sumber,
                pesan_pmm=galat.pesan or galat.kode or "-",
            )
        return JawabanPengguna(None, temuan, tunggu_menurut(galat))
    return JawabanPengguna(terdaftar=pengguna.terdaftar)
