"""Step 1 of the engine: what e-Kinerja knows about a batch of people, one query per table, never per person.

The reference data of an instansi (units, leaders, padanan) is read once per version and kept: `instansi.versi_fakta`
grows with every change of it, and step 5 compares the version again when it writes (ADR 0004).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.pegawai import JenisPegawai, Pegawai
from ekinerja_domain.sinkronisasi.fakta import RhkAtasan, SkpAtasan
from ekinerja_domain.sinkronisasi.padanan import BukuUnit, PadananUnor, StatusPadanan, UnitReferensi
from ekinerja_domain.skp import (
    AspekIndikator,
    Indikator,
    IsiIndikator,
    IsiRhk,
    JenisRhk,
    JenisSkp,
    KepalaSkp,
    LingkupRhk,
    Pendekatan,
    PerspektifIndikator,
    Rhk,
    Skp,
    StatusPegawai,
    StatusSkp,
    Sumber,
)
from ekinerja_domain.unit_kerja import Atasan, JenisPimpinan, Pimpinan, PohonUnit, UnitKerja

REFERENSI_DISIMPAN = 64


@dataclass(frozen=True, slots=True)
class Referensi:
    """The reference data of one instansi at one version."""

    instansi_id: str
    versi: int
    zona: ZoneInfo
    pohon: PohonUnit
    buku: BukuUnit

    def hari_ini(self, sekarang: datetime) -> date:
        """Today, where the instansi is."""
        return sekarang.astimezone(self.zona).date()


@dataclass(frozen=True, slots=True)
class DataPegawai:
    """A person's own rows."""

    pegawai: Pegawai
    user_pmm: bool


class SimpananReferensi:
    """The reference data of the instansi a process works for, kept by version; the least recently used goes first."""

    def __init__(self, kapasitas: int = REFERENSI_DISIMPAN) -> None:
        self._isi: OrderedDict[str, Referensi] = OrderedDict()
        self._kapasitas = kapasitas

    async def ambil(self, conn: AsyncConnection, instansi_id: Sequence[str]) -> dict[str, Referensi]:
        """The present reference data of each instansi; what is at the version we keep is not read again."""
        baris = await conn.execute(
            text("SELECT id, nama, zona_waktu, versi_fakta FROM instansi WHERE id = ANY(:id)"),
            {"id": sorted(set(instansi_id))},
        )
        hasil: dict[str, Referensi] = {}
        for b in baris:
            ada = self._isi.get(b.id)
            if ada is None or ada.versi != b.versi_fakta:
                ada = await _muat_referensi(conn, b)
                self._isi[b.id] = ada
            self._isi.move_to_end(b.id)
            hasil[b.id] = ada
        while len(self._isi) > self._kapasitas:
            self._isi.popitem(last=False)
        return hasil


async def _muat_referensi(conn: AsyncConnection, instansi: Row[Any]) -> Referensi:
    # The version was read before these rows: if they are newer than it, step 5 sees another version and starts anew.
    p = {"id": instansi.id}
    unit = (
        await conn.execute(
            text("SELECT id, nama, induk_id, mandiri, aktif, npsn FROM unit_kerja WHERE instansi_id = :id"), p
        )
    ).all()
    pimpinan = (
        await conn.execute(
            text(
                """
                SELECT p.unit_kerja_id, p.nip, g.nama, p.jenis, p.mulai, p.selesai, g.aktif, g.nonaktif_sejak,
                       g.unit_kerja_id AS unit_pemegang
                FROM pimpinan p JOIN pegawai g USING (nip) WHERE p.instansi_id = :id
                """
            ),
            p,
        )
    ).all()
    padanan = (
        await conn.execute(text("SELECT npsn, unit_kerja_id, status FROM padanan_unor WHERE instansi_id = :id"), p)
    ).all()
    ber_anak = {u.induk_id for u in unit}
    menurut_unit: dict[str, list[Pimpinan]] = {}
    for r in pimpinan:
        satu = Pimpinan(
            unit_kerja_id=r.unit_kerja_id,
            nip=r.nip,
            nama=r.nama,
            jenis=JenisPimpinan(r.jenis),
            mulai=r.mulai,
            selesai=r.selesai,
            pemegang_aktif=r.aktif,
            pemegang_nonaktif_sejak=r.nonaktif_sejak,
            pemegang_unit_kerja_id=r.unit_pemegang,
        )
        menurut_unit.setdefault(r.unit_kerja_id, []).append(satu)
    return Referensi(
        instansi_id=instansi.id,
        versi=instansi.versi_fakta,
        zona=ZoneInfo(instansi.zona_waktu),
        pohon=PohonUnit(
            {u.id: UnitKerja(u.id, u.nama, u.induk_id, u.mandiri, u.aktif, u.npsn) for u in unit}, menurut_unit
        ),
        buku=BukuUnit(
            instansi.nama,
            [UnitReferensi(u.id, u.nama, u.induk_id, u.mandiri, u.aktif, u.npsn, u.id in ber_anak) for u in unit],
            [PadananUnor(r.npsn, r.unit_kerja_id, StatusPadanan(r.status)) for r in padanan],
        ),
    )


async def muat_pegawai(conn: AsyncConnection, nip: Sequence[str]) -> dict[str, DataPegawai]:
    """The people who exist, by NIP."""
    baris = await conn.execute(
        text(
            """
            SELECT g.nip, g.nama, g.instansi_id, g.unit_kerja_id, g.jabatan, g.jenis_pegawai, g.aktif,
                   g.nonaktif_sejak, u.nip IS NOT NULL AS user_pmm
            FROM pegawai g LEFT JOIN user_pmm u ON u.nip = g.nip AND u.dihapus_pada IS NULL
            WHERE g.nip = ANY(:nip)
            """
        ),
        {"nip": list(nip)},
    )
    return {
        b.nip: DataPegawai(
            Pegawai(
                nip=b.nip,
                nama=b.nama,
                instansi_id=b.instansi_id,
                unit_kerja_id=b.unit_kerja_id,
                jabatan=b.jabatan,
                jenis_pegawai=JenisPegawai(b.jenis_pegawai),
                aktif=b.aktif,
                nonaktif_sejak=b.nonaktif_sejak,
            ),
            b.user_pmm,
        )
        for b in baris
    }


async def muat_skp(conn: AsyncConnection, nip: Sequence[str]) -> dict[str, list[Skp]]:
    """The headers of all live SKPs of each person, without their RHK."""
    baris = await conn.execute(
        text(
            """
            SELECT s.*, EXISTS (SELECT 1 FROM penilaian p WHERE p.skp_id = s.id) AS bernilai
            FROM skp s WHERE s.nip = ANY(:nip) AND s.diarsipkan_pada IS NULL ORDER BY s.nip, s.periode_awal, s.id
            """
        ),
        {"nip": list(nip)},
    )
    hasil: dict[str, list[Skp]] = {}
    for b in baris:
        hasil.setdefault(b.nip, []).append(_skp(b))
    return hasil


def _skp(b: Row[Any]) -> Skp:
    atasan = None
    if b.atasan_nip is not None:
        atasan = Atasan(b.atasan_nip, b.atasan_nama, b.atasan_unit_kerja_id, b.atasan_unit_kerja_nama)
    return Skp(
        id=b.id,
        nip=b.nip,
        kepala=KepalaSkp(
            periode_awal=b.periode_awal,
            periode_akhir=b.periode_akhir,
            pendekatan=Pendekatan(b.pendekatan),
            unit_kerja_id=b.unit_kerja_id,
            jabatan=b.jabatan,
            status_pegawai=StatusPegawai(b.status_pegawai),
            jenis_pegawai=JenisPegawai(b.jenis_pegawai),
            jenis_skp=JenisSkp(b.jenis_skp),
            status=StatusSkp(b.status),
            atasan=atasan,
        ),
        sumber=Sumber(b.sumber),
        pmm_skp_id=b.pmm_skp_id,
        pmm_versi=b.pmm_versi,
        sidik_isi=None if b.sidik_isi is None else bytes(b.sidik_isi),
        mendarat_pada=b.mendarat_pada,
        bernilai=b.bernilai,
    )


async def muat_isi(conn: AsyncConnection, skp_id: Sequence[UUID]) -> dict[UUID, tuple[Rhk, ...]]:
    """The live RHK and indikator of each SKP, in their order, with whether a subordinate's RHK hangs on them."""
    if not skp_id:
        return {}
    indikator: dict[UUID, list[Indikator]] = {}
    p = {"skp": list(skp_id)}
    for b in await conn.execute(
        text(
            """
            SELECT i.*, EXISTS (SELECT 1 FROM rhk b WHERE b.indikator_atasan_id = i.id AND b.dihapus_pada IS NULL)
                   AS terikat
            FROM indikator i JOIN rhk r ON r.id = i.rhk_id
            WHERE r.skp_id = ANY(:skp) AND r.dihapus_pada IS NULL AND i.dihapus_pada IS NULL
            ORDER BY i.rhk_id, i.urutan, i.id
            """
        ),
        p,
    ):
        isi = IsiIndikator(
            b.indikator,
            AspekIndikator(b.aspek) if b.aspek else None,
            b.target,
            b.satuan,
            PerspektifIndikator(b.perspektif) if b.perspektif else None,
        )
        satu = Indikator(b.id, isi, b.urutan, Sumber(b.sumber), b.pmm_id, b.terikat)
        indikator.setdefault(b.rhk_id, []).append(satu)
    hasil: dict[UUID, list[Rhk]] = {s: [] for s in skp_id}
    for b in await conn.execute(
        text(
            """
            SELECT r.*, EXISTS (SELECT 1 FROM rhk b WHERE b.rhk_atasan_id = r.id AND b.dihapus_pada IS NULL) AS terikat
            FROM rhk r WHERE r.skp_id = ANY(:skp) AND r.dihapus_pada IS NULL ORDER BY r.skp_id, r.urutan, r.id
            """
        ),
        p,
    ):
        isi_rhk = IsiRhk(
            LingkupRhk(b.lingkup),
            JenisRhk(b.jenis),
            b.rencana_hasil_kerja,
            b.penugasan_dari,
            b.rhk_atasan_id,
            b.indikator_atasan_id,
        )
        anak = tuple(indikator.get(b.id, ()))
        hasil[b.skp_id].append(Rhk(b.id, isi_rhk, b.urutan, Sumber(b.sumber), b.pmm_id, anak, b.terikat))
    return {s: tuple(r) for s, r in hasil.items()}


@dataclass(frozen=True, slots=True)
class SkpUnit:
    """The agreed SKPs of leaders of a unit, and the unit's version they were read at."""

    versi: int
    skp: tuple[SkpAtasan, ...]


async def muat_skp_atasan(conn: AsyncConnection, unit_id: Sequence[str]) -> dict[str, SkpUnit]:
    """Per unit the agreed live SKPs of that unit, of whoever leads or led it. One statement, so that versions and rows
    are of one moment."""
    baris = await conn.execute(
        text(
            """
            SELECT u.id AS unit_id, u.versi_skp, s.id, s.nip, s.periode_awal, s.periode_akhir, s.sumber,
                   s.mendarat_pada,
                   (SELECT json_agg(json_build_array(r.id, r.rencana_hasil_kerja,
                             (SELECT json_agg(json_build_array(i.id, i.indikator) ORDER BY i.urutan, i.id)
                              FROM indikator i WHERE i.rhk_id = r.id AND i.dihapus_pada IS NULL))
                             ORDER BY r.urutan, r.id)
                    FROM rhk r WHERE r.skp_id = s.id AND r.dihapus_pada IS NULL) AS rhk
            FROM unit_kerja u
            LEFT JOIN skp s ON s.unit_kerja_id = u.id AND s.diarsipkan_pada IS NULL AND s.status = 'PERSETUJUAN'
                 AND EXISTS (SELECT 1 FROM pimpinan p WHERE p.unit_kerja_id = u.id AND p.nip = s.nip)
            WHERE u.id = ANY(:unit)
            """
        ),
        {"unit": sorted(set(unit_id))},
    )
    versi: dict[str, int] = {}
    skp: dict[str, list[SkpAtasan]] = {}
    for b in baris:
        versi[b.unit_id] = b.versi_skp
        if b.id is not None:
            skp.setdefault(b.unit_id, []).append(_skp_atasan(b))
    return {u: SkpUnit(v, tuple(skp.get(u, ()))) for u, v in versi.items()}


def _skp_atasan(b: Row[Any]) -> SkpAtasan:
    rhk = []
    for rhk_id, teks, indikator in b.rhk or ():
        # The first of several equal texts counts, as on the screen.
        menurut_teks: dict[str, UUID] = {}
        for indikator_id, isi in indikator or ():
            menurut_teks.setdefault(lipat(isi), UUID(indikator_id))
        rhk.append(RhkAtasan(UUID(rhk_id), lipat(teks), menurut_teks))
    return SkpAtasan(
        id=b.id,
        nip=b.nip,
        unit_kerja_id=b.unit_id,
        periode_awal=b.periode_awal,
        periode_akhir=b.periode_akhir,
        sumber=Sumber(b.sumber),
        mendarat_pada=b.mendarat_pada,
        rhk=tuple(rhk),
    )


async def versi_referensi(conn: AsyncConnection, instansi_id: Sequence[str]) -> Mapping[str, int]:
    """Locks the instansi against changes of their reference data until the transaction ends, and gives the versions."""
    baris = await conn.execute(
        text("SELECT id, versi_fakta FROM instansi WHERE id = ANY(:id) ORDER BY id FOR SHARE"),
        {"id": sorted(set(instansi_id))},
    )
    return {b.id: b.versi_fakta for b in baris}


_KUNCI_UNIT_TULIS = text("SELECT id, versi_skp FROM unit_kerja WHERE id = ANY(:id) ORDER BY id FOR NO KEY UPDATE")
_KUNCI_UNIT_BACA = text("SELECT id, versi_skp FROM unit_kerja WHERE id = ANY(:id) ORDER BY id FOR SHARE")


async def versi_unit(conn: AsyncConnection, unit_id: Sequence[str], *, akan_berubah: bool) -> Mapping[str, int]:
    """Locks the units' SKPs until the transaction ends, in one order for everybody, and gives their versions."""
    baris = await conn.execute(
        _KUNCI_UNIT_TULIS if akan_berubah else _KUNCI_UNIT_BACA,
        {"id": sorted(set(unit_id))},
    )
    return {b.id: b.versi_skp for b in baris}
