"""The duty that follows PMM's change feed: repairs made in PMM free those who wait for them (spec: domain 4.7).

The cursor moves in the transaction of the effects, so a crash repeats a page or nothing. No transaction is open while
PMM is asked, and no fault of PMM ends the following: what cannot be read now is read later.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.errors import PMMCobaLagi, PMMError, PMMGagal, PMMJawabanTidakSah
from pmm_client.models import PMMPerubahan
from services.sinkronisasi.perubahan_pmm_simpan import (
    Umpan,
    buka_umpan,
    catat_kendala,
    susulan_selesai,
    ulangi_dari_awal,
)
from services.sinkronisasi.perubahan_pmm_tulis import (
    Disepakati,
    Kemajuan,
    Perubahan,
    belum_pernah_sinkro,
    terapkan_halaman,
    terapkan_susulan,
)

if TYPE_CHECKING:
    from services.konteks import Konteks

ISI_HALAMAN = 500
# The duty comes again within a second; a worker that stops need not wait longer than this for it.
GILIRAN_DETIK = 5.0
TANYA_BERSAMAAN = 8
JEDA_KENDALA = timedelta(seconds=5)
JEDA_TIDAK_SAH = timedelta(minutes=1)
JEDA_TANPA_UMPAN = timedelta(minutes=5)
JEDA_TERPANJANG = timedelta(minutes=1)
_TANPA_UMPAN = frozenset({404, 405, 501})
_KURSOR_DITOLAK = frozenset({400, 410, 422})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Halaman:
    """A page as it was read; `penuh`: there may be more behind it."""

    perubahan: tuple[Perubahan, ...]
    kursor: str | None
    penuh: bool


async def ikuti_perubahan(konteks: Konteks) -> None:
    """Carries out what PMM changed since the last turn, page after page, until nothing is left or the turn is over."""
    sampai = time.monotonic() + GILIRAN_DETIK
    sumber = konteks.settings.pmm_url or ""
    async with konteks.transaksi() as conn:
        umpan = await buka_umpan(conn, sumber)
        tertunda = await susulan_selesai(conn)
    if tertunda:
        await _selesaikan_susulan(konteks, umpan, tertunda)
    while not umpan.menunggu and time.monotonic() < sampai:
        try:
            halaman = await _baca(konteks, umpan)
        except PMMError as galat:
            await _tangani(konteks, umpan, galat)
            return
        disepakati = await _tanya_yang_baru(konteks, umpan, halaman.perubahan)
        async with konteks.transaksi() as conn:
            kemajuan = Kemajuan(umpan.sumber, umpan.kursor, halaman.kursor, tersusul=not halaman.penuh)
            diantrekan = await terapkan_halaman(conn, kemajuan, halaman.perubahan, disepakati)
        if diantrekan is None:
            return
        await konteks.lonceng.bunyikan_massal(diantrekan)
        if not halaman.penuh:
            return
        umpan = umpan.pada(halaman.kursor)


async def _baca(konteks: Konteks, umpan: Umpan) -> _Halaman:
    """The next page. One that does not fit the contract is asked for in smaller parts, and a single change nobody can
    read is passed over: it must not end the feed for everybody. Raises PMMError."""
    batas = ISI_HALAMAN
    while True:
        try:
            isi = await konteks.pmm.perubahan(umpan.kursor, batas)
        except PMMJawabanTidakSah as galat:
            if galat.status != 200:
                raise
            if batas == 1:
                kursor = _kursor_dari_mentah(galat.mentah)
                if kursor is None or kursor == umpan.kursor:
                    raise
                _log.warning("perubahan PMM yang tidak terbaca dilewati", sebab=galat.sebab)
                return _Halaman((), kursor, penuh=True)
            batas = max(1, batas // 8)
        else:
            kursor = isi[-1].kursor if isi else umpan.kursor
            return _Halaman(tuple(_perubahan(p) for p in isi), kursor, penuh=len(isi) == batas)


def _perubahan(p: PMMPerubahan) -> Perubahan:
    return Perubahan(p.kursor, p.nip, str(p.jenis), p.tahun, p.skp_id, p.pada)


def _kursor_dari_mentah(mentah: bytes) -> str | None:
    """The cursor of the one change of a page that does not fit the contract."""
    try:
        kursor = json.loads(mentah)["data"][0]["kursor"]
    except (ValueError, LookupError, TypeError):
        return None
    return kursor if isinstance(kursor, str) and 0 < len(kursor) <= 2_000 and "\0" not in kursor else None


async def _tangani(konteks: Konteks, umpan: Umpan, galat: PMMError) -> None:
    """What a page that could not be read means: no feed at all, a cursor that PMM does not know any more, or a fault
    that passes."""
    kendala = type(galat).__name__ if galat.status is None else f"{type(galat).__name__} {galat.status}"
    jeda = JEDA_KENDALA
    async with konteks.transaksi() as conn:
        if galat.status in _TANPA_UMPAN:
            jeda = JEDA_TANPA_UMPAN
        elif isinstance(galat, PMMGagal) or galat.status in _KURSOR_DITOLAK:
            # What is given again from the beginning is known by its digest or does no harm.
            if umpan.kursor is not None and await ulangi_dari_awal(conn, umpan):
                _log.warning("kursor perubahan PMM tidak berlaku lagi; dibaca dari awal", kendala=kendala)
                return
            jeda = JEDA_TIDAK_SAH
        elif isinstance(galat, PMMJawabanTidakSah):
            jeda = JEDA_TIDAK_SAH
        elif isinstance(galat, PMMCobaLagi) and galat.retry_after is not None:
            jeda = min(max(jeda, timedelta(seconds=galat.retry_after)), JEDA_TERPANJANG)
        baru = await catat_kendala(conn, umpan.sumber, kendala, jeda, tanpa_umpan=galat.status in _TANPA_UMPAN)
    if baru:
        _log.warning("perubahan PMM tidak terbaca", kendala=kendala)


async def _selesaikan_susulan(konteks: Konteks, umpan: Umpan, tertunda: Sequence[Perubahan]) -> None:
    """What came while an attempt was on its way and may have been overlooked by it."""
    disepakati = await _tanya_yang_baru(konteks, umpan, tertunda)
    async with konteks.transaksi() as conn:
        diantrekan = await terapkan_susulan(conn, tertunda, disepakati)
    await konteks.lonceng.bunyikan_massal(diantrekan)


async def _tanya_yang_baru(konteks: Konteks, umpan: Umpan, perubahan: Sequence[Perubahan]) -> list[Disepakati]:
    """Of the SKPs that were never synchronised here, which are agreed and for which jenis: the feed does not tell, so
    PMM is asked. When it does not answer, the sync itself shall ask."""
    async with konteks.baca() as conn:
        calon = await belum_pernah_sinkro(conn, umpan, perubahan)
    gerbang = asyncio.Semaphore(TANYA_BERSAMAAN)
    per_orang: dict[tuple[str, int], set[str | None]] = {}
    for c in calon:
        per_orang.setdefault((c.nip, c.tahun), set()).add(c.skp_id)
    jawaban = await asyncio.gather(*(_tanya(konteks, gerbang, *orang, skp) for orang, skp in per_orang.items()))
    return [satu for daftar in jawaban for satu in daftar]


async def _tanya(
    konteks: Konteks, gerbang: asyncio.Semaphore, nip: str, tahun: int, skp_id: set[str | None]
) -> list[Disepakati]:
    try:
        async with gerbang:
            semua = await konteks.pmm.skp(nip, tahun)
    except PMMGagal:
        return []
    except PMMError:
        return [Disepakati(nip, tahun, JenisSinkro.SKP.value)]
    return [
        Disepakati(nip, tahun, (JenisSinkro.SKP_PLT if s.penugasan == "PLT" else JenisSinkro.SKP).value, s.id)
        for s in semua
        if s.status == "DISEPAKATI" and (s.id in skp_id or None in skp_id)
    ]
