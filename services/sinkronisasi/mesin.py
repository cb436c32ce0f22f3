"""The engine: muat, ambil, periksa, rencanakan, terapkan dan catat. One path for one person and for a thousand.

No transaction is open while PMM is asked. The last step is one transaction: it verifies that the facts still hold, then
writes data, log, release and bulk counters together. Whoever's facts changed is judged anew at once with PMM's answer
at hand; a set-wise write that fails is split until the bad one stands alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.penilaian import LampiranPenilaian
from ekinerja_domain.sinkronisasi.fakta import JawabanPMM
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.skp import Rhk
from pmm_client import Lajur
from services.konteks import Konteks
from services.metrik import catat_percobaan
from services.penilaian.muat import muat_lampiran, muat_penilaian
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM
from services.sinkronisasi.antrean import Butir, kembalikan
from services.sinkronisasi.catat import KasusTercatat, catat
from services.sinkronisasi.jejak import Landasan, muat_landasan, simpan_jejak
from services.sinkronisasi.jenis.dasar import Aturan, Kasus
from services.sinkronisasi.kasus import (
    Diperiksa,
    Putusan,
    jejak_baru,
    periksa,
    putusan_diingat,
    putusan_galat,
    rencanakan,
)
from services.sinkronisasi.muat import (
    muat_isi,
    muat_pegawai,
    muat_skp,
    muat_skp_atasan,
    muat_unit_luar,
)
from services.sinkronisasi.referensi import Referensi, SimpananReferensi
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.tulis import MuatanBerubah

ULANG_TERBANYAK = 10
ORANG_SEKALI_JALAN = 20
_SERIALISASI = frozenset({"40P01", "40001", "55P03"})
# Connection, resources, system, shutdown or start-up, read-only: the server's illness, nobody's row.
_SERVER_SAKIT = ("08", "53", "58", "57P", "25006")


@dataclass(frozen=True, slots=True)
class Diminta:
    """Whom to judge, with PMM's answer at hand. `token`: what a preview showed; `landasan`: what the result rests on,
    if it may be remembered."""

    jenis: str
    nip: str
    tahun: int
    pengambilan: Pengambilan
    token: str | None = None
    landasan: Landasan | None = None


@dataclass(slots=True)
class Mesin:
    """The engine of one process. Bulks ask PMM in a lane of their own, and `gerbang_massal` lets only so many of their
    calls queue before it, so that a button press does not wait behind a batch."""

    konteks: Konteks
    pmm: SumberPMM
    pmm_massal: SumberPMM
    referensi: SimpananReferensi
    gerbang_massal: asyncio.Semaphore

    @classmethod
    def buat(cls, konteks: Konteks) -> Mesin:
        gerbang = asyncio.Semaphore(max(1, konteks.settings.pmm_konkurensi))
        return cls(konteks, konteks.pmm, konteks.pmm.di_lajur(Lajur.MASSAL), SimpananReferensi(), gerbang)

    async def kerjakan(self, butir: Sequence[Butir], *, massal: bool) -> None:
        """Carries claimed syncs through to the end. Never raises for what happens to one of them; raises only when the
        database is gone, and then the leases give everything back."""
        referensi = await self._referensi_bertanya(butir)
        landasan = await self._landasan(butir)

        async def tanyakan(daftar: Sequence[Butir], *, ingat: bool) -> dict[int, Pengambilan]:
            permintaan = [_permintaan(b, landasan.get(b.token), ingat=ingat) for b in daftar]
            diambil = await asyncio.gather(
                *(
                    self.tanya(b.jenis, p, referensi.get(b.instansi_id), massal=massal)
                    for b, p in zip(daftar, permintaan, strict=True)
                )
            )
            return dict(zip((b.token for b in daftar), diambil, strict=True))

        diambil = await tanyakan(butir, ingat=True)
        ulangi = await self._nilai_dan_catat(butir, diambil, landasan)
        # Nothing of PMM is at hand of those whose facts changed under a remembered result.
        tanpa_jawaban = [b for b in ulangi if diambil[b.token].sama]
        await self._selesaikan(ulangi, diambil | await tanyakan(tanpa_jawaban, ingat=False))

    async def _referensi_bertanya(self, butir: Sequence[Butir]) -> Mapping[str, Referensi]:
        """What the questions of these syncs depend on."""
        instansi_id = [b.instansi_id for b in butir if JENIS_TERDAFTAR[b.jenis].tanya_menurut_referensi]
        if not instansi_id:
            return {}
        async with self.konteks.baca() as conn:
            return await self.referensi.ambil(conn, instansi_id)

    async def _landasan(self, butir: Sequence[Butir]) -> Mapping[int, Landasan]:
        """By token, what the results rest on that may be remembered. Who was never tried has landed nothing yet."""
        diingat = [b for b in butir if b.percobaan_ke > 1 and JENIS_TERDAFTAR[b.jenis].diingat]
        if not diingat:
            return {}
        aturan = self._aturan()
        setelan = (str(self.konteks.settings.pmm_url), aturan.nama_sumber, aturan.harus_dikonfirmasi)
        async with self.konteks.baca() as conn:
            return await muat_landasan(conn, diingat, self.referensi, sekarang=aturan.sekarang, aturan=setelan)

    async def tanya(
        self, jenis: str, permintaan: Permintaan, referensi: Referensi | None, *, massal: bool = False
    ) -> Pengambilan:
        """Step 2 for one person. Never raises for what happens to this one."""
        daftar, sumber = JENIS_TERDAFTAR[jenis], self.konteks.settings.nama_sumber
        try:
            async with self.gerbang_massal if massal else nullcontext():
                pmm = self.pmm_massal if massal else self.pmm
                return await daftar.tanya(pmm, permintaan, referensi, sumber=sumber)
        except Exception as galat:  # noqa: BLE001 - one person's fault must not become everybody's
            return Pengambilan(jawaban=None, galat=galat)

    async def _selesaikan(self, butir: Sequence[Butir], diambil: Mapping[int, Pengambilan]) -> None:
        sisa = list(butir)
        for _ in range(ULANG_TERBANYAK):
            if not sisa:
                return
            sisa = await self._nilai_dan_catat(sisa, diambil, {})
        # The facts under these people change faster than they can be judged: give them back, nothing is lost.
        async with self.konteks.transaksi() as conn:
            await kembalikan(conn, [b.token for b in sisa])

    async def _nilai_dan_catat(
        self, butir: Sequence[Butir], diambil: Mapping[int, Pengambilan], landasan: Mapping[int, Landasan]
    ) -> list[Butir]:
        """Steps 1 and 3 to 5; whose facts changed meanwhile."""
        tercatat: list[KasusTercatat] = []
        penuh: list[Butir] = []
        for b in butir:
            dulu = landasan.get(b.token)
            if diambil[b.token].sama and dulu is not None and dulu.ingatan is not None:
                kasus = Kasus(b.jenis, b.nip, b.tahun, dulu.data, dulu.referensi, (), diambil[b.token], landasan=dulu)
                tercatat.append(KasusTercatat(b, putusan_diingat(kasus, dulu.ingatan)))
            else:
                penuh.append(b)
        if penuh:
            diminta = [
                Diminta(b.jenis, b.nip, b.tahun, diambil[b.token], b.token_pratinjau, landasan.get(b.token))
                for b in penuh
            ]
            async with self.konteks.baca() as conn:
                putusan = await self.nilai(conn, diminta)
            tercatat += [KasusTercatat(b, p) for b, p in zip(penuh, putusan, strict=True)]
        return await self._catat_terbagi(tercatat)

    def _aturan(self) -> Aturan:
        return Aturan(
            sekarang=self.konteks.jam(),
            nama_sumber=self.konteks.settings.nama_sumber,
            harus_dikonfirmasi=self.konteks.settings.padanan_harus_dikonfirmasi,
        )

    async def nilai(self, conn: AsyncConnection, diminta: Sequence[Diminta]) -> list[Putusan]:
        """Steps 1, 3 and 4 for people whose PMM answers are at hand, in the given order. Reads only."""
        aturan = self._aturan()
        kasus = await self.muat(conn, diminta)
        unit = {u for k in kasus for u in _unit_dibaca(k)}
        skp_unit = await muat_skp_atasan(conn, sorted(unit))
        diperiksa: list[Diperiksa] = []
        for k in kasus:
            diperiksa.append(periksa(k, skp_unit, aturan))
            await _beri_jalan(len(diperiksa))
        isi = await muat_isi(conn, sorted({s for d in diperiksa for s in d.perlu_isi}))
        lampiran = await muat_lampiran(conn, sorted({n for d in diperiksa for n in d.perlu_lampiran}))
        putusan: list[Putusan] = []
        for d in diperiksa:
            putusan.append(rencanakan(d, _lengkapi(d, isi, lampiran), aturan))
            await _beri_jalan(len(putusan))
        return putusan

    async def muat(self, conn: AsyncConnection, diminta: Sequence[Diminta]) -> list[Kasus]:
        """Step 1: what e-Kinerja knows about these people."""
        nip = sorted({d.nip for d in diminta})
        data = await muat_pegawai(conn, nip)
        referensi = self.referensi.tersimpan({d.pegawai.instansi_id: d.versi_fakta for d in data.values()})
        if referensi is None:
            referensi = await self.referensi.ambil(conn, [d.pegawai.instansi_id for d in data.values()])
            # A person may have changed instansi or rows between the two reads; what counts is that the version was
            # read not after the rows it stands for, so everybody is read once more after it.
            data = await muat_pegawai(conn, nip)
        skp = await muat_skp(conn, nip)
        bernilai = [(d.nip, d.tahun) for d in diminta if JENIS_TERDAFTAR[d.jenis].butuh_penilaian]
        penilaian = await muat_penilaian(conn, bernilai)
        kasus = [
            Kasus(
                jenis=d.jenis,
                nip=d.nip,
                tahun=d.tahun,
                data=data.get(d.nip),
                referensi=referensi.get(data[d.nip].pegawai.instansi_id) if d.nip in data else None,
                skp=tuple(skp.get(d.nip, ())),
                pengambilan=d.pengambilan,
                token=d.token,
                penilaian=penilaian.get((d.nip, d.tahun), ()),
                landasan=d.landasan,
            )
            for d in diminta
        ]
        return await self._dengan_unit_luar(conn, kasus)

    async def _dengan_unit_luar(self, conn: AsyncConnection, kasus: Sequence[Kasus]) -> list[Kasus]:
        """Posts in another instansi, which few people have."""
        sekolah = {s for k in kasus for s in _sekolah_rotasi(k)}
        unit = {
            u
            for k in kasus
            if k.referensi
            for s in k.skp
            if (u := s.kepala.unit_kerja_id) not in k.referensi.pohon.unit
        }
        if not sekolah and not unit:
            return list(kasus)
        luar = await muat_unit_luar(conn, sekolah, unit)
        return [
            replace(
                k,
                unit_luar=luar.unit,
                unit_luar_skp={
                    pmm_id: luar.menurut_sekolah[s]
                    for s, pmm_id in _sekolah_rotasi(k).items()
                    if s in luar.menurut_sekolah
                },
            )
            for k in kasus
        ]

    async def _catat_terbagi(self, tercatat: Sequence[KasusTercatat]) -> list[Butir]:
        """Writes all, and gives those whose facts changed. A failing batch is halved until the bad one stands alone,
        which then carries GALAT_INTERNAL."""
        try:
            return await self._catat(tercatat)
        except (DBAPIError, asyncpg.PostgresError) as galat:
            sqlstate = _sqlstate(galat)
            if sqlstate is None or sqlstate.startswith(_SERVER_SAKIT):
                raise
            if sqlstate in _SERIALISASI:
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
            jejak = (jejak_baru(k.putusan, k.butir.id) for k in hasil.tertulis)
            await simpan_jejak(conn, [j for j in jejak if j is not None])
        for jenis, akhir, kode in hasil.berakhir:
            catat_percobaan(jenis, akhir, kode)
        await self.konteks.lonceng.bunyikan_massal(hasil.dilepas)
        return hasil.ulangi


def _permintaan(b: Butir, landasan: Landasan | None, *, ingat: bool) -> Permintaan:
    diingat = landasan.ingatan.tanda if ingat and landasan is not None and landasan.ingatan is not None else None
    return Permintaan(b.nip, b.tahun, b.request_id, bertanda=landasan is not None, diingat=diingat)


async def _beri_jalan(jumlah: int) -> None:
    """Lets a button press in between: to judge a whole batch would hold the loop for tens of milliseconds."""
    if jumlah % ORANG_SEKALI_JALAN == 0:
        await asyncio.sleep(0)


def _unit_dibaca(kasus: Kasus) -> set[str]:
    try:
        return JENIS_TERDAFTAR[kasus.jenis].unit_dibaca(kasus)
    except Exception:  # noqa: BLE001 - the same fault meets this person alone in `periksa`
        return set()


def _sekolah_rotasi(kasus: Kasus) -> dict[tuple[str | None, str | None], str]:
    """PMM's schools of a rotation as (unor id, NPSN), with PMM's id of the SKP."""
    jawaban = kasus.pengambilan.jawaban
    if kasus.jenis != JenisSinkro.SKP_ROTASI or not isinstance(jawaban, JawabanPMM):
        return {}
    return {(s.sekolah.unor_id.upper() if s.sekolah.unor_id else None, s.sekolah.npsn): s.id for s in jawaban.skp or ()}


def _lengkapi(d: Diperiksa, isi: Mapping[UUID, Sequence[Rhk]], lampiran: Mapping[UUID, LampiranPenilaian]) -> Kasus:
    """The case with what its plan needs; the same object when it needs nothing."""
    kasus = d.kasus
    if d.perlu_isi:
        skp = tuple(replace(s, rhk=tuple(isi[s.id])) if s.id in d.perlu_isi else s for s in kasus.skp)
        kasus = replace(kasus, skp=skp)
    if d.perlu_lampiran:
        kasus = replace(kasus, lampiran=lampiran[d.perlu_lampiran[0]])
    return kasus


def _sqlstate(galat: DBAPIError | asyncpg.PostgresError) -> str | None:
    """None when the connection is gone with its answer. COPY raises the driver's own class."""
    if not isinstance(galat, DBAPIError):
        return str(galat.sqlstate)
    sqlstate: str | None = None if galat.connection_invalidated else getattr(galat.orig, "sqlstate", None)
    return sqlstate
