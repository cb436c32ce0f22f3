"""Step 1 of the engine: what e-Kinerja knows about a batch of people, one query per table, never per person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.pegawai import JenisPegawai, Pegawai
from ekinerja_domain.sinkronisasi.fakta import RhkAtasan, SkpAtasan
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
from ekinerja_domain.unit_kerja import Atasan, UnitKerja
from services.db.id import uuid_dari
from services.penilaian.muat import muat_terikat


@dataclass(frozen=True, slots=True)
class DataPegawai:
    """A person's own rows. `versi_fakta`: the version of the instansi's reference data at that moment."""

    pegawai: Pegawai
    user_pmm: bool
    versi_fakta: int


# A prepared plan is kept, also one made while a table was almost empty. So every statement here goes from the given
# keys by LATERAL, and asks `(SELECT 1 ... LIMIT 1) IS NOT NULL` instead of EXISTS: both leave no choice but the index.

_PEGAWAI = text(
    """
    SELECT g.nip, g.nama, g.instansi_id, g.unit_kerja_id, g.jabatan, g.jenis_pegawai, g.aktif, g.nonaktif_sejak,
           (SELECT 1 FROM user_pmm u WHERE u.nip = g.nip AND u.dihapus_pada IS NULL LIMIT 1) IS NOT NULL
           AS user_pmm,
           (SELECT i.versi_fakta FROM instansi i WHERE i.id = g.instansi_id) AS versi_fakta
    FROM unnest(CAST(:nip AS text[])) AS n (nip)
    CROSS JOIN LATERAL (SELECT * FROM pegawai g WHERE g.nip = n.nip LIMIT 1) g
    """
)


async def muat_pegawai(conn: AsyncConnection, nip: Sequence[str]) -> dict[str, DataPegawai]:
    """The people who exist, by NIP."""
    baris = (await conn.execute(_PEGAWAI, {"nip": list(nip)})).all()
    return {
        satu: DataPegawai(
            Pegawai(satu, nama, instansi, unit_kerja, jabatan, JenisPegawai[jenis], aktif, nonaktif_sejak),
            user_pmm,
            versi,
        )
        for satu, nama, instansi, unit_kerja, jabatan, jenis, aktif, nonaktif_sejak, user_pmm, versi in baris
    }


_SKP = text(
    """
    SELECT s.*, (SELECT 1 FROM penilaian p WHERE p.skp_id = s.id LIMIT 1) IS NOT NULL AS bernilai
    FROM unnest(CAST(:nip AS text[])) AS n (nip)
    CROSS JOIN LATERAL (SELECT * FROM skp s WHERE s.nip = n.nip AND s.diarsipkan_pada IS NULL OFFSET 0) s
    ORDER BY s.nip, s.periode_awal, s.id
    """
)


async def muat_skp(conn: AsyncConnection, nip: Sequence[str]) -> dict[str, list[Skp]]:
    """The headers of all live SKPs of each person, without their RHK."""
    hasil: dict[str, list[Skp]] = {}
    for b in (await conn.execute(_SKP, {"nip": list(nip)})).all():
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
            pendekatan=Pendekatan[b.pendekatan],
            unit_kerja_id=b.unit_kerja_id,
            jabatan=b.jabatan,
            status_pegawai=StatusPegawai[b.status_pegawai],
            jenis_pegawai=JenisPegawai[b.jenis_pegawai],
            jenis_skp=JenisSkp[b.jenis_skp],
            status=StatusSkp[b.status],
            atasan=atasan,
        ),
        sumber=Sumber[b.sumber],
        pmm_skp_id=b.pmm_skp_id,
        pmm_versi=b.pmm_versi,
        sidik_isi=None if b.sidik_isi is None else bytes(b.sidik_isi),
        mendarat_pada=b.mendarat_pada,
        bernilai=b.bernilai,
    )


_INDIKATOR = text(
    """
    SELECT i.rhk_id, i.id, i.indikator, i.aspek, i.target, i.satuan, i.perspektif, i.urutan, i.sumber, i.pmm_id,
           (SELECT 1 FROM rhk b WHERE b.rhk_atasan_id = i.rhk_id AND b.indikator_atasan_id = i.id
            AND b.dihapus_pada IS NULL LIMIT 1) IS NOT NULL AS terikat
    FROM unnest(CAST(:skp AS uuid[])) AS n (skp_id)
    CROSS JOIN LATERAL (SELECT r.id FROM rhk r WHERE r.skp_id = n.skp_id AND r.dihapus_pada IS NULL OFFSET 0) r
    CROSS JOIN LATERAL (SELECT * FROM indikator i WHERE i.rhk_id = r.id AND i.dihapus_pada IS NULL OFFSET 0) i
    ORDER BY i.rhk_id, i.urutan, i.id
    """
)
_RHK = text(
    """
    SELECT r.skp_id, r.id, r.lingkup, r.jenis, r.rencana_hasil_kerja, r.penugasan_dari, r.rhk_atasan_id,
           r.indikator_atasan_id, r.urutan, r.sumber, r.pmm_id,
           (SELECT 1 FROM rhk b WHERE b.rhk_atasan_id = r.id AND b.dihapus_pada IS NULL LIMIT 1)
           IS NOT NULL AS terikat
    FROM unnest(CAST(:skp AS uuid[])) AS n (skp_id)
    CROSS JOIN LATERAL (SELECT * FROM rhk r WHERE r.skp_id = n.skp_id AND r.dihapus_pada IS NULL OFFSET 0) r
    ORDER BY r.skp_id, r.urutan, r.id
    """
)


async def muat_isi(conn: AsyncConnection, skp_id: Sequence[UUID]) -> dict[UUID, tuple[Rhk, ...]]:
    """The live RHK and indikator of each SKP, in their order, with whether anything hangs on them."""
    if not skp_id:
        return {}
    membawa = await muat_terikat(conn, skp_id)
    p = {"skp": list(skp_id)}
    indikator: dict[UUID, list[Indikator]] = {}
    for rhk_id, i, teks, aspek, target, satuan, perspektif, urutan, sumber, pmm_id, terikat in (
        await conn.execute(_INDIKATOR, p)
    ).all():
        isi = IsiIndikator(
            teks,
            AspekIndikator[aspek] if aspek else None,
            target,
            satuan,
            PerspektifIndikator[perspektif] if perspektif else None,
        )
        satu = Indikator(i, isi, urutan, Sumber[sumber], pmm_id, terikat or i in membawa)
        indikator.setdefault(rhk_id, []).append(satu)
    hasil: dict[UUID, list[Rhk]] = {s: [] for s in skp_id}
    for skp, r, lingkup, jenis, teks, dari, rhk_atasan, indikator_atasan, urutan, sumber, pmm_id, terikat in (
        await conn.execute(_RHK, p)
    ).all():
        isi_rhk = IsiRhk(LingkupRhk[lingkup], JenisRhk[jenis], teks, dari, rhk_atasan, indikator_atasan)
        anak = tuple(indikator.get(r, ()))
        hasil[skp].append(Rhk(r, isi_rhk, urutan, Sumber[sumber], pmm_id, anak, terikat or r in membawa))
    return {s: tuple(r) for s, r in hasil.items()}


@dataclass(frozen=True, slots=True)
class SkpUnit:
    """The agreed SKPs of leaders of a unit, and the unit's version they were read at."""

    versi: int
    skp: tuple[SkpAtasan, ...]


_SKP_ATASAN = text(
    """
    SELECT u.id AS unit_id, u.versi_skp, s.id, s.nip, s.periode_awal, s.periode_akhir, s.sumber, s.mendarat_pada,
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
)


async def muat_skp_atasan(conn: AsyncConnection, unit_id: Sequence[str]) -> dict[str, SkpUnit]:
    """Per unit the agreed live SKPs of that unit, of whoever leads or led it. One statement, so that versions and rows
    are of one moment."""
    versi: dict[str, int] = {}
    skp: dict[str, list[SkpAtasan]] = {}
    for b in (await conn.execute(_SKP_ATASAN, {"unit": sorted(set(unit_id))})).all():
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
            menurut_teks.setdefault(lipat(isi), uuid_dari(indikator_id))
        rhk.append(RhkAtasan(uuid_dari(rhk_id), lipat(teks), menurut_teks))
    return SkpAtasan(
        id=b.id,
        nip=b.nip,
        unit_kerja_id=b.unit_id,
        periode_awal=b.periode_awal,
        periode_akhir=b.periode_akhir,
        sumber=Sumber[b.sumber],
        mendarat_pada=b.mendarat_pada,
        rhk=tuple(rhk),
    )


_KUNCI_UNIT_TULIS = text("SELECT id, versi_skp FROM unit_kerja WHERE id = ANY(:id) ORDER BY id FOR NO KEY UPDATE")
_KUNCI_UNIT_BACA = text("SELECT id, versi_skp FROM unit_kerja WHERE id = ANY(:id) ORDER BY id FOR SHARE")


async def versi_unit(
    conn: AsyncConnection, dibaca: Iterable[str], *, akan_berubah: Collection[str]
) -> Mapping[str, int]:
    """Locks the units' SKPs until the transaction ends and gives their versions. Those that will change are locked
    against everybody, the others (a whole region reads its dinas) only against a change. All in one order of id,
    whatever the strength: of two batches that each change what the other reads, one waits."""
    versi: dict[str, int] = {}
    for berubah, unit in groupby(sorted({*dibaca, *akan_berubah}), key=frozenset(akan_berubah).__contains__):
        kunci = _KUNCI_UNIT_TULIS if berubah else _KUNCI_UNIT_BACA
        versi |= {b.id: b.versi_skp for b in await conn.execute(kunci, {"id": list(unit)})}
    return versi


@dataclass(frozen=True, slots=True)
class UnitLuar:
    """Units of other instansi: by id, and by (PMM's unor id, NPSN) which of them that school is. Only names leave."""

    unit: Mapping[str, UnitKerja]
    menurut_sekolah: Mapping[tuple[str | None, str | None], str]


async def muat_unit_luar(
    conn: AsyncConnection, sekolah: Iterable[tuple[str | None, str | None]], unit_id: Iterable[str]
) -> UnitLuar:
    """Active units by PMM's unor id or a confirmed padanan of the NPSN, and the units of these ids, whatever their
    instansi (spec: domain 4.3: "a post in another instansi")."""
    dicari = sorted({(u.upper() if u else None, n) for u, n in sekolah}, key=str)
    lain = sorted(set(unit_id))
    if not dicari and not lain:
        return UnitLuar({}, {})
    baris = (
        await conn.execute(
            text(
                """
                SELECT u.id, u.nama, u.induk_id, u.mandiri, u.aktif, u.npsn, s.unor, s.npsn AS npsn_dicari
                FROM unnest(CAST(:unor AS text[]), CAST(:npsn AS text[])) AS s (unor, npsn)
                JOIN unit_kerja u ON u.aktif AND (u.id = s.unor OR u.npsn = s.npsn OR u.id IN (
                    SELECT p.unit_kerja_id FROM padanan_unor p WHERE p.npsn = s.npsn AND p.status = 'DIKONFIRMASI'))
                UNION ALL
                SELECT u.id, u.nama, u.induk_id, u.mandiri, u.aktif, u.npsn, NULL, NULL
                FROM unit_kerja u WHERE u.id = ANY(:id)
                """
            ),
            {"unor": [u for u, _ in dicari], "npsn": [n for _, n in dicari], "id": lain},
        )
    ).all()
    menurut: dict[tuple[str | None, str | None], str] = {}
    # PMM's own id is the stronger evidence where both find a unit.
    for b in sorted(baris, key=lambda b: (b.id == b.unor, b.id)):
        if b.unor is not None or b.npsn_dicari is not None:
            menurut[b.unor, b.npsn_dicari] = b.id
    return UnitLuar({b.id: UnitKerja(b.id, b.nama, b.induk_id, b.mandiri, b.aktif, b.npsn) for b in baris}, menurut)
