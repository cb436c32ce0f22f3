"""The engine: muat, ambil, periksa, rencanakan, terapkan dan catat. One path for one person and for a thousand.

No transaction is open while PMM is asked. The last step is one transaction: it verifies that the facts still hold, then
writes data, log, release and bulk counters together. Whoever's facts changed is judged anew at once with PMM's answer
at hand; a set-wise write that fails is split until the bad one stands alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import Rhk
from services.konteks import Konteks
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM, ambil_semua
from services.sinkronisasi.antrean import Butir, kembalikan
from services.sinkronisasi.catat import KasusTercatat, catat
from services.sinkronisasi.kasus import (
    Kasus,
    Putusan,
    dengan_isi,
    putusan_galat,
    putuskan_kasus,
    telaah,
    unit_dibaca,
)
from services.sinkronisasi.muat import (
    SimpananReferensi,
    SkpUnit,
    muat_isi,
    muat_pegawai,
    muat_skp,
    muat_skp_atasan,
)
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.tulis import MuatanBerubah

ULANG_TERBANYAK = 10
_SERIALISASI = frozenset({"40P01", "40001", "55P03"})


@dataclass(frozen=True, slots=True)
class Diminta:
    """Whom to judge, with PMM's answer at hand."""

    jenis: JenisSinkro
    nip: str
    tahun: int
    pengambilan: Pengambilan


@dataclass(frozen=True, slots=True)
class _Diperiksa:
    kasus: Kasus
    studi: Telaah | None
    temuan: tuple[Temuan, ...]
    perlu_isi: tuple[UUID, ...]
    galat: Exception | None


@dataclass(slots=True)
class Mesin:
    """The engine of one process. `gerbang_massal` lets only so many bulk calls queue before PMM, so that a button
    press does not wait behind a batch."""

    konteks: Konteks
    pmm: SumberPMM
    referensi: SimpananReferensi
    gerbang_massal: asyncio.Semaphore

    @classmethod
    def buat(cls, konteks: Konteks) -> Mesin:
        gerbang = asyncio.Semaphore(max(1, konteks.settings.pmm_konkurensi))
        return cls(konteks, konteks.pmm, SimpananReferensi(), gerbang)

    async def kerjakan(self, butir: Sequence[Butir], *, massal: bool) -> None:
        """Carries claimed syncs through to the end. Never raises for what happens to one of them; raises only when the
        database is gone, and then the leases give everything back."""
        permintaan = {b.token: Permintaan(b.nip, b.tahun, f"{b.id.hex}-{b.percobaan_ke}") for b in butir}
        gerbang = self.gerbang_massal if massal else None
        sumber = self.konteks.settings.nama_sumber
        diambil = await ambil_semua(self.pmm, permintaan.values(), sumber=sumber, gerbang=gerbang)
        await self._selesaikan(butir, {t: diambil[p] for t, p in permintaan.items()})

    async def _selesaikan(self, butir: Sequence[Butir], diambil: Mapping[int, Pengambilan]) -> None:
        sisa = list(butir)
        for _ in range(ULANG_TERBANYAK):
            if not sisa:
                return
            async with self.konteks.baca() as conn:
                diminta = [Diminta(b.jenis, b.nip, b.tahun, diambil[b.token]) for b in sisa]
                putusan = await self.nilai(conn, diminta)
            sisa = await self._catat_terbagi([KasusTercatat(b, p) for b, p in zip(sisa, putusan, strict=True)])
        # The facts under these people change faster than they can be judged: give them back, nothing is lost.
        async with self.konteks.transaksi() as conn:
            await kembalikan(conn, [b.token for b in sisa])

    async def nilai(self, conn: AsyncConnection, diminta: Sequence[Diminta]) -> list[Putusan]:
        """Steps 1, 3 and 4 for people whose PMM answers are at hand, in the given order. Reads only."""
        sekarang = self.konteks.jam()
        kasus = await self._muat(conn, diminta)
        skp_unit = await muat_skp_atasan(conn, sorted({u for k in kasus for u in unit_dibaca(k, sekarang)}))
        periksa = [self._periksa(k, skp_unit, sekarang) for k in kasus]
        perlu = [s for p in periksa if p.galat is None for s in p.perlu_isi]
        isi = await muat_isi(conn, perlu)
        return [self._rencanakan(p, isi, skp_unit, sekarang) for p in periksa]

    async def _muat(self, conn: AsyncConnection, diminta: Sequence[Diminta]) -> list[Kasus]:
        nip = sorted({d.nip for d in diminta})
        data = await muat_pegawai(conn, nip)
        referensi = await self.referensi.ambil(conn, [d.pegawai.instansi_id for d in data.values()])
        # A person may have changed instansi or rows between the two reads; what counts is that the version was read
        # before the rows it stands for, so everybody is read once more after it.
        data = await muat_pegawai(conn, nip)
        skp = await muat_skp(conn, nip)
        return [
            Kasus(
                jenis=d.jenis,
                nip=d.nip,
                tahun=d.tahun,
                data=data.get(d.nip),
                referensi=referensi.get(data[d.nip].pegawai.instansi_id) if d.nip in data else None,
                skp=tuple(skp.get(d.nip, ())),
                pengambilan=d.pengambilan,
            )
            for d in diminta
        ]

    def _periksa(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], sekarang: datetime) -> _Diperiksa:
        daftar = JENIS_TERDAFTAR[kasus.jenis]
        try:
            studi = self._telaah(kasus, skp_unit, sekarang)
            temuan = tuple(daftar.periksa(studi))
            lolos = putuskan(temuan) is Peristiwa.BERHASIL
            return _Diperiksa(kasus, studi, temuan, tuple(daftar.perlu_isi(studi)) if lolos else (), None)
        except Exception as galat:  # noqa: BLE001 - one person's fault must not become everybody's
            return _Diperiksa(kasus, None, (), (), galat)

    def _rencanakan(
        self, p: _Diperiksa, isi: Mapping[UUID, Sequence[Rhk]], skp_unit: Mapping[str, SkpUnit], sekarang: datetime
    ) -> Putusan:
        nama_sumber = self.konteks.settings.nama_sumber
        if p.galat is not None:
            return putusan_galat(p.kasus, p.galat, nama_sumber=nama_sumber)
        try:
            kasus, studi = p.kasus, p.studi
            if p.perlu_isi:
                kasus = dengan_isi(kasus, isi)
                studi = self._telaah(kasus, skp_unit, sekarang)
            return putuskan_kasus(kasus, studi, p.temuan, skp_unit, sekarang=sekarang)
        except Exception as galat:  # noqa: BLE001 - as above
            return putusan_galat(p.kasus, galat, nama_sumber=nama_sumber)

    def _telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], sekarang: datetime) -> Telaah:
        return telaah(
            kasus,
            skp_unit,
            sekarang=sekarang,
            nama_sumber=self.konteks.settings.nama_sumber,
            harus_dikonfirmasi=self.konteks.settings.padanan_harus_dikonfirmasi,
        )

    async def _catat_terbagi(self, tercatat: Sequence[KasusTercatat]) -> list[Butir]:
        """Writes all, and gives those whose facts changed. A failing batch is halved until the bad one stands alone,
        which then carries GALAT_INTERNAL."""
        try:
            return await self._catat(tercatat)
        except DBAPIError as galat:
            if galat.connection_invalidated or not isinstance(galat.orig, Exception) or _sqlstate(galat) is None:
                raise
            if _sqlstate(galat) in _SERIALISASI:
                await asyncio.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - jitter
                return [k.butir for k in tercatat]
            return await self._catat_terpisah(tercatat, galat)
        except MuatanBerubah:
            return [k.butir for k in tercatat]
        except (ValueError, OverflowError, TypeError) as galat:
            return await self._catat_terpisah(tercatat, galat)

    async def _catat_terpisah(self, tercatat: Sequence[KasusTercatat], galat: Exception) -> list[Butir]:
        if len(tercatat) == 1:
            satu = tercatat[0]
            putusan = putusan_galat(satu.putusan.kasus, galat, nama_sumber=self.konteks.settings.nama_sumber)
            return await self._catat([KasusTercatat(satu.butir, putusan)])
        tengah = len(tercatat) // 2
        return await self._catat_terbagi(tercatat[:tengah]) + await self._catat_terbagi(tercatat[tengah:])

    async def _catat(self, tercatat: Sequence[KasusTercatat]) -> list[Butir]:
        async with self.konteks.transaksi() as conn:
            hasil = await catat(conn, tercatat)
        await self.konteks.lonceng.bunyikan_massal(hasil.dilepas)
        return hasil.ulangi


def _sqlstate(galat: DBAPIError) -> str | None:
    return getattr(galat.orig, "sqlstate", None) or getattr(galat.orig, "pgcode", None)
