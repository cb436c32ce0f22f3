"""What a page of PMM's change feed does here, set-wise and in one transaction with the cursor.

A change frees the syncs whose findings rest on it, once; a change that is given twice, late or in another order frees
nobody a second time. Locks: the feed's row, instansi, then every sync by id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.penilaian_bersama import fakta_penilaian_pmm
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.pelepasan import lepaskan

# An agreement may become visible up to 24 hours after its time (spec: domain 6), and clocks differ.
TERLIHAT_DALAM = timedelta(hours=25)
_SEDETIK = timedelta(seconds=1)
TAHUN_TERKECIL, TAHUN_TERBESAR = 2022, 2100
_PENILAIAN = {
    "PENILAIAN_PERIODIK": JenisSinkro.PENILAIAN_PERIODIK,
    "PENILAIAN_FINAL": JenisSinkro.PENILAIAN_FINAL,
}


@dataclass(frozen=True, slots=True)
class Perubahan:
    """One change. `sinkro_id`: it concerns that sync only, whose attempt it came too late for."""

    kursor: str
    nip: str = field(repr=False)
    jenis: str
    tahun: int | None
    skp_id: str | None
    pada: datetime
    sinkro_id: UUID | None = None
    sidik: bytes = b""

    def __post_init__(self) -> None:
        if not self.sidik:
            isi = repr((self.kursor, self.nip, self.jenis, self.tahun, self.skp_id, self.pada.isoformat()))
            object.__setattr__(self, "sidik", hashlib.blake2b(isi.encode(), digest_size=16).digest())


@dataclass(frozen=True, slots=True)
class Calon:
    """An SKP of PMM that is not here, of somebody who may have it here. `skp_id` None: the feed did not say which."""

    nip: str = field(repr=False)
    tahun: int
    skp_id: str | None


@dataclass(frozen=True, slots=True)
class Disepakati:
    """A sync to be queued since PMM has an agreed SKP for it. `skp_id` None: which one is not known."""

    nip: str = field(repr=False)
    tahun: int
    jenis: str
    skp_id: str | None = None


@dataclass(frozen=True, slots=True)
class Kemajuan:
    """From which cursor to which. `tersusul`: nothing more was left to read."""

    sumber: str
    dari: str | None
    ke: str | None
    tersusul: bool


class Pengikut(Protocol):
    """Since when a PMM is followed."""

    @property
    def ikut_sejak(self) -> datetime: ...


async def terapkan_halaman(
    conn: AsyncConnection, kemajuan: Kemajuan, perubahan: Sequence[Perubahan], disepakati: Sequence[Disepakati]
) -> int | None:
    """Carries out a page and moves the cursor; how many syncs were queued. None, and nothing done, when the cursor is
    not where the page began: somebody else was here."""
    ada = (
        await conn.execute(
            text("SELECT kursor, tersusul_pada, now() AS kini FROM pmm_umpan WHERE sumber = :sumber FOR UPDATE"),
            {"sumber": kemajuan.sumber},
        )
    ).one()
    if ada.kursor != kemajuan.dari:
        return None
    baru = [_Baru(p, _batas(p, ada.tersusul_pada, ada.kini)) for p in await _yang_baru(conn, perubahan)]
    diantrekan = await _terapkan(conn, baru, disepakati, berjalan=True) if baru else 0
    await conn.execute(
        text(
            """
            UPDATE pmm_umpan SET kursor = :ke, dibaca_pada = now(), kendala = NULL, kendala_sejak = NULL,
                coba_lagi_pada = NULL, tanpa_umpan_sejak = NULL,
                tersusul_pada = CASE WHEN :tersusul THEN now() ELSE tersusul_pada END,
                perubahan_terakhir_pada = COALESCE(CAST(:pada AS timestamptz), perubahan_terakhir_pada)
            WHERE sumber = :sumber
            """
        ),
        {
            "sumber": kemajuan.sumber,
            "ke": kemajuan.ke,
            "tersusul": kemajuan.tersusul,
            "pada": perubahan[-1].pada if perubahan else None,
        },
    )
    return diantrekan


async def terapkan_susulan(
    conn: AsyncConnection, perubahan: Sequence[Perubahan], disepakati: Sequence[Disepakati]
) -> int:
    """Carries out changes that came during an attempt, now that it has ended; how many syncs were queued. Each is taken
    once, whoever else is at it."""
    diambil = await conn.execute(
        text(
            """
            DELETE FROM pmm_perubahan_susulan u
            USING unnest(CAST(:sinkro AS uuid[]), CAST(:sidik AS bytea[])) AS m (sinkro_id, sidik)
            WHERE u.sinkro_id = m.sinkro_id AND u.sidik = m.sidik RETURNING u.sinkro_id, u.sidik
            """
        ),
        {"sinkro": [p.sinkro_id for p in perubahan], "sidik": [p.sidik for p in perubahan]},
    )
    milik = {(b.sinkro_id, bytes(b.sidik)) for b in diambil}
    lewat = [_Baru(p, p.pada) for p in perubahan if (p.sinkro_id, p.sidik) in milik]
    return await _terapkan(conn, lewat, disepakati, berjalan=False)


@dataclass(frozen=True, slots=True)
class _Baru:
    """A change that was not carried out yet. `batas`: attempts that began later have seen it."""

    perubahan: Perubahan
    batas: datetime


def _batas(p: Perubahan, tersusul_pada: datetime | None, kini: datetime) -> datetime:
    """What says it is older than the moment when nothing was left to read was published late, or by a clock that is
    behind: then every attempt so far may have missed it. A time of whole seconds was cut."""
    if tersusul_pada is not None and p.pada < tersusul_pada:
        return kini
    return p.pada if p.pada.microsecond else p.pada + _SEDETIK


async def belum_pernah_sinkro(conn: AsyncConnection, umpan: Pengikut, perubahan: Sequence[Perubahan]) -> list[Calon]:
    """Of the changed SKPs those that were never synchronised here, of current user PMM. What was agreed before this
    service followed the feed is left to a first bulk (keputusan)."""
    skp = [p for p in perubahan if p.jenis == "SKP" and p.pada >= umpan.ikut_sejak - TERLIHAT_DALAM]
    baris = await conn.execute(
        text(
            """
            SELECT DISTINCT p.nip, p.tahun, p.skp_id
            FROM unnest(CAST(:nip AS text[]), CAST(:tahun AS integer[]), CAST(:skp AS text[])) AS p (nip, tahun, skp_id)
            JOIN user_pmm u ON u.nip = p.nip AND u.dihapus_pada IS NULL
            CROSS JOIN (VALUES ('SKP'), ('SKP_PLT')) AS j (jenis)
            LEFT JOIN sinkro s ON s.nip = p.nip AND s.jenis = j.jenis AND s.tahun = p.tahun
            WHERE p.tahun BETWEEN :awal AND :akhir
              AND (s.id IS NULL OR s.status = 'BERHASIL' AND p.skp_id IS NOT NULL)
              AND NOT EXISTS (SELECT FROM skp k WHERE k.nip = p.nip AND k.pmm_skp_id = p.skp_id)
            ORDER BY p.nip, p.tahun
            """
        ),
        {
            "nip": [p.nip for p in skp],
            "tahun": [p.pada.year if p.tahun is None else p.tahun for p in skp],
            "skp": [p.skp_id for p in skp],
            "awal": TAHUN_TERKECIL,
            "akhir": TAHUN_TERBESAR,
        },
    )
    return [Calon(b.nip, b.tahun, b.skp_id) for b in baris]


async def _yang_baru(conn: AsyncConnection, perubahan: Sequence[Perubahan]) -> list[Perubahan]:
    """Without those that were carried out before."""
    diterima = await conn.execute(
        text(
            "INSERT INTO pmm_perubahan_diterima (sidik) SELECT DISTINCT sidik FROM unnest(CAST(:sidik AS bytea[])) "
            "AS m (sidik) ORDER BY sidik ON CONFLICT DO NOTHING RETURNING sidik"
        ),
        {"sidik": [p.sidik for p in perubahan]},
    )
    baru = {bytes(s) for s in diterima.scalars()}
    return [p for p in perubahan if p.sidik in baru]


async def _terapkan(
    conn: AsyncConnection, perubahan: Sequence[_Baru], disepakati: Sequence[Disepakati], *, berjalan: bool
) -> int:
    await _kunci_instansi(conn, disepakati)
    if berjalan:
        # Before the look for who rests on a change: an attempt that ends between the two is found by that look.
        await _titipkan(conn, perubahan)
    fakta = await _fakta(conn, perubahan)
    dilepas = await _yang_dilepas(conn, fakta)
    await _kunci_sinkro(conn, dilepas, disepakati)
    jumlah = await lepaskan(conn, [f for f, _ in fakta], hanya=dilepas)
    return jumlah + await _antrekan(conn, disepakati)


async def _titipkan(conn: AsyncConnection, perubahan: Sequence[_Baru]) -> None:
    """An attempt that is on its way may have asked PMM before the change: the change waits for its end."""
    await conn.execute(
        text(
            """
            INSERT INTO pmm_perubahan_susulan (sinkro_id, sidik, percobaan_ke, nip, jenis, tahun, skp_id, pada)
            SELECT s.id, p.sidik, s.percobaan_ke, p.nip, p.jenis, p.tahun, p.skp_id, p.pada
            FROM unnest(CAST(:sidik AS bytea[]), CAST(:nip AS text[]), CAST(:jenis AS text[]),
                        CAST(:tahun AS integer[]), CAST(:skp AS text[]), CAST(:pada AS timestamptz[]),
                        CAST(:batas AS timestamptz[]))
                 AS p (sidik, nip, jenis, tahun, skp_id, pada, batas)
            JOIN sinkro s ON s.nip = p.nip AND s.status = 'BERJALAN' AND s.mulai_pada <= p.batas
                AND (p.tahun IS NULL OR s.tahun = p.tahun)
            ON CONFLICT DO NOTHING
            """
        ),
        {
            "sidik": [b.perubahan.sidik for b in perubahan],
            "nip": [b.perubahan.nip for b in perubahan],
            "jenis": [b.perubahan.jenis for b in perubahan],
            "tahun": [b.perubahan.tahun for b in perubahan],
            "skp": [b.perubahan.skp_id for b in perubahan],
            "pada": [b.perubahan.pada for b in perubahan],
            "batas": [b.batas for b in perubahan],
        },
    )


@dataclass(frozen=True, slots=True)
class _Asal:
    """Which attempts may have missed the change of a fact: those that began until `batas`, or one sync's only."""

    batas: datetime
    sinkro_id: UUID | None


async def _fakta(conn: AsyncConnection, baru: Sequence[_Baru]) -> list[tuple[Fakta, _Asal]]:
    """What the changes are changes of. That PMM registered somebody resolves BUKAN_USER_PMM only for who is a user PMM
    here by now, which this service can know by itself (spec: domain 4.7)."""
    perubahan = [b.perubahan for b in baru]
    pengguna = await _user_pmm(conn, [p.nip for p in perubahan if p.jenis == "PENGGUNA"])
    tahun = await _tahun_sinkro(conn, [p.nip for p in perubahan if p.tahun is None and p.jenis != "PENGGUNA"])
    hasil: list[tuple[Fakta, _Asal]] = []
    for b in baru:
        p, asal = b.perubahan, _Asal(b.batas, b.perubahan.sinkro_id)
        if p.jenis == "PENGGUNA":
            hasil.append((Fakta(JenisFakta.PMM_PENGGUNA, p.nip), asal))
            if p.nip in pengguna:
                hasil.append((Fakta(JenisFakta.USER_PMM, p.nip), asal))
            continue
        for satu in tahun.get(p.nip, ()) if p.tahun is None else (p.tahun,):
            if p.jenis in _PENILAIAN:
                hasil.append((fakta_penilaian_pmm(p.nip, satu, _PENILAIAN[p.jenis]), asal))
            else:
                hasil.append((Fakta(JenisFakta.PMM_SKP, f"{p.nip}:{satu}"), asal))
    return hasil


async def _user_pmm(conn: AsyncConnection, nip: Sequence[str]) -> set[str]:
    if not nip:
        return set()
    perintah = text("SELECT nip FROM user_pmm WHERE nip = ANY(CAST(:nip AS text[])) AND dihapus_pada IS NULL")
    return set((await conn.execute(perintah, {"nip": list(nip)})).scalars())


async def _tahun_sinkro(conn: AsyncConnection, nip: Sequence[str]) -> dict[str, list[int]]:
    hasil: dict[str, list[int]] = {}
    if nip:
        perintah = text("SELECT DISTINCT nip, tahun FROM sinkro WHERE nip = ANY(CAST(:nip AS text[])) ORDER BY nip")
        for baris in await conn.execute(perintah, {"nip": list(nip)}):
            hasil.setdefault(baris.nip, []).append(baris.tahun)
    return hasil


async def _yang_dilepas(conn: AsyncConnection, fakta: Iterable[tuple[Fakta, _Asal]]) -> list[UUID]:
    """The syncs that rest on these facts and whose last attempt may not have seen the change."""
    daftar = list(fakta)
    if not daftar:
        return []
    baris = await conn.execute(
        text(
            """
            SELECT DISTINCT s.id
            FROM unnest(CAST(:fakta AS text[]), CAST(:kunci AS text[]), CAST(:batas AS timestamptz[]),
                        CAST(:sinkro AS uuid[])) AS f (fakta, kunci, batas, sinkro_id)
            JOIN sinkro_sandaran d ON d.fakta = f.fakta AND d.kunci = f.kunci
            JOIN sinkro s ON s.id = d.sinkro_id
            WHERE f.sinkro_id = s.id OR f.sinkro_id IS NULL AND s.mulai_pada <= f.batas
            """
        ),
        {
            "fakta": [str(f.jenis) for f, _ in daftar],
            "kunci": [f.kunci for f, _ in daftar],
            "batas": [a.batas for _, a in daftar],
            "sinkro": [a.sinkro_id for _, a in daftar],
        },
    )
    return list(baris.scalars())


def _isi(disepakati: Sequence[Disepakati]) -> dict[str, Any]:
    return {
        "nip": [d.nip for d in disepakati],
        "tahun": [d.tahun for d in disepakati],
        "jenis": [d.jenis for d in disepakati],
        "skp": [d.skp_id for d in disepakati],
    }


# What landed between the question to PMM and now is here already.
_DISEPAKATI = """(
    SELECT DISTINCT nip, tahun, jenis
    FROM unnest(CAST(:nip AS text[]), CAST(:tahun AS integer[]), CAST(:jenis AS text[]), CAST(:skp AS text[]))
        AS m (nip, tahun, jenis, skp_id)
    WHERE NOT EXISTS (SELECT FROM skp k WHERE k.nip = m.nip AND k.pmm_skp_id = m.skp_id)) AS d"""


async def _kunci_instansi(conn: AsyncConnection, disepakati: Sequence[Disepakati]) -> None:
    """A new sync names its instansi, whose row whoever changes the reference holds before any sync."""
    if disepakati:
        await conn.execute(
            text(
                "SELECT count(*) FROM (SELECT id FROM instansi WHERE id IN (SELECT instansi_id FROM pegawai "
                "WHERE nip = ANY(CAST(:nip AS text[]))) ORDER BY id FOR KEY SHARE) terkunci"
            ),
            {"nip": [d.nip for d in disepakati]},
        )


async def _kunci_sinkro(conn: AsyncConnection, dilepas: Sequence[UUID], disepakati: Sequence[Disepakati]) -> None:
    """Whatever will be written below, in one order with everybody else."""
    await conn.execute(
        text(
            f"""
            SELECT count(*) FROM (
                SELECT id FROM sinkro WHERE id = ANY(CAST(:id AS uuid[])) OR id IN (
                    SELECT s.id FROM {_DISEPAKATI}
                    JOIN sinkro s ON s.nip = d.nip AND s.jenis = d.jenis AND s.tahun = d.tahun)
                ORDER BY id FOR NO KEY UPDATE) terkunci
            """  # noqa: S608 - only constants of this file
        ),
        _isi(disepakati) | {"id": list(dilepas)},
    )


async def _antrekan(conn: AsyncConnection, disepakati: Sequence[Disepakati]) -> int:
    """Queues what is new in PMM for who is user PMM: never asked for, or landed before with other SKPs. What waits,
    runs, or is blocked stays as it is."""
    if not disepakati:
        return 0
    hasil = await conn.execute(
        text(
            f"""
            INSERT INTO sinkro AS s (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh, lajur,
                                     giliran)
            SELECT p.instansi_id, p.nip, d.jenis, d.tahun, 'MENUNGGU', p.unit_kerja_id, 'PELEPASAN', 'sinkro', 1,
                CASE WHEN EXISTS (SELECT FROM pimpinan k WHERE k.nip = p.nip AND k.mulai <= current_date
                                  AND (k.selesai IS NULL OR k.selesai >= current_date)) THEN 0 ELSE 1 END
            FROM {_DISEPAKATI}
            JOIN pegawai p ON p.nip = d.nip
            JOIN user_pmm u ON u.nip = p.nip AND u.dihapus_pada IS NULL
            ORDER BY p.nip, d.jenis, d.tahun
            ON CONFLICT (nip, jenis, tahun) DO UPDATE SET
                status = 'MENUNGGU', hasil = NULL, coba_lagi_pada = NULL, selesai_pada = NULL, pemicu = excluded.pemicu,
                oleh = excluded.oleh, percobaan_transien = 0, percobaan_galat = 0, lajur = excluded.lajur,
                giliran = excluded.giliran, massal_id = NULL, diminta_pada = now(), diubah_pada = now()
            WHERE s.status = 'BERHASIL'
            """  # noqa: S608 - as above
        ),
        _isi(disepakati),
    )
    return hasil.rowcount
