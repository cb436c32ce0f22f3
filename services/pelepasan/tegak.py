"""Which findings still stand although a fact they rest on changed: a table of periods with one fault less, a unit that
was renamed but not activated, a suggestion that was rejected. Who has one of them would only be told the same again.

Asked is only what our own data answers for certain; in doubt a finding does not stand, so that no wake-up is lost.
The finding keeps its facts, and the next change of one of them asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import Periode, periksa_final, periksa_periodik
from ekinerja_domain.sinkronisasi.nama_sekolah import nama_cocok, urai_nama
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode
from services.db.periode import muat_periode

_KODE_PERIODIK = (Kode.PERIODE_DUA_TIPE, Kode.PERIODE_ANGKA_DUPLIKAT, Kode.PERIODE_BELUM_DIATUR)
_KODE_FINAL = (Kode.PERIODE_FINAL_BELUM_DIATUR, Kode.PERIODE_FINAL_GANDA)

# The changes after which a finding is asked about. After any other one, e.g. when the person moved to another unit,
# the question itself is another one, and only an attempt can answer it.
_DITANYA: Mapping[Kode, tuple[JenisFakta, ...]] = MappingProxyType(
    {
        Kode.PEGAWAI_TIDAK_AKTIF: (JenisFakta.PEGAWAI,),
        Kode.UNIT_KERJA_TIDAK_TERDAFTAR: (JenisFakta.UNIT_KERJA, JenisFakta.PEGAWAI),
        Kode.ATASAN_BELUM_ADA: (JenisFakta.PIMPINAN_UNIT,),
        Kode.KS_BELUM_KLAIM_PIMPINAN: (JenisFakta.PIMPINAN_UNIT,),
        Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA: (JenisFakta.PIMPINAN_UNIT,),
        Kode.NAMA_UNOR_TIDAK_SAMA: (JenisFakta.PADANAN_NPSN,),
        **dict.fromkeys((*_KODE_PERIODIK, *_KODE_FINAL), (JenisFakta.PERIODE_TAHUN,)),
    }
)

# The findings that rest on one of the changed facts, those apart that also rest on one whose change settles nothing
# here. `kunci`: the key of one of the facts.
_KENA = """
    WITH kena AS MATERIALIZED (
        SELECT d.sinkro_id, d.kode, min(d.kunci) AS kunci
        FROM sinkro_sandaran d
        JOIN unnest(CAST(:jenis AS text[]), CAST(:kunci AS text[])) AS f (jenis, kunci)
          ON d.fakta = f.jenis AND d.kunci = f.kunci
        LEFT JOIN unnest(CAST(:kode AS text[]), CAST(:pemicu AS text[])) AS t (kode, pemicu)
          ON t.kode = d.kode AND t.pemicu = d.fakta
        WHERE d.sinkro_id = ANY(:id)
        GROUP BY d.sinkro_id, d.kode HAVING bool_and(t.kode IS NOT NULL))
"""
# A record of leadership counts on the reference date: today, moved into the SKP that the last attempt looked at (spec:
# domain 3.1). PMM's SKP of a year may reach beyond it. Where that attempt saw none, e.g. since PMM did not answer, any
# day may be the one.
_TEGAK = text(
    f"""
    {_KENA}
    SELECT s.id, k.kode FROM kena k
    JOIN sinkro s ON s.id = k.sinkro_id
    JOIN pegawai g ON g.nip = s.nip
    JOIN instansi i ON i.id = g.instansi_id
    CROSS JOIN LATERAL (
        SELECT (now() AT TIME ZONE i.zona_waktu)::date AS kini,
               (s.mulai_pada AT TIME ZONE i.zona_waktu)::date AS dinilai) hari
    CROSS JOIN LATERAL (
        SELECT COALESCE(min(LEAST(GREATEST(hari.kini, awal), akhir)), '-infinity') AS terawal,
               COALESCE(max(LEAST(GREATEST(hari.kini, awal), akhir)), 'infinity') AS terakhir,
               COALESCE(min(awal), '-infinity') AS mulai, COALESCE(max(akhir), 'infinity') AS selesai
        FROM (SELECT CAST(x ->> 'periode_awal' AS date), CAST(x ->> 'periode_akhir' AS date)
              FROM percobaan p CROSS JOIN LATERAL jsonb_path_query(p.tampilan, '$.data_skp[*]') x
              WHERE p.sinkro_id = s.id AND p.ke = s.percobaan_ke) dilihat (awal, akhir)) acuan
    WHERE CASE k.kode
        -- For a past year asked about the last day of an SKP that was seen, or that has a day in the year.
        WHEN 'PEGAWAI_TIDAK_AKTIF' THEN NOT g.aktif AND (g.nonaktif_sejak IS NULL OR g.nonaktif_sejak <= CASE
            WHEN s.tahun >= extract(year FROM hari.kini) THEN LEAST(hari.dinilai, hari.kini)
            ELSE LEAST(make_date(s.tahun, 1, 1), acuan.mulai) END)
        -- Who moved to another inactive unit waits for that one from now on, which only an attempt can write down.
        WHEN 'UNIT_KERJA_TIDAK_TERDAFTAR' THEN NOT EXISTS (
            SELECT FROM unit_kerja u WHERE u.id = g.unit_kerja_id AND u.aktif)
            AND EXISTS (SELECT FROM sinkro_sandaran d WHERE d.sinkro_id = s.id AND d.kode = k.kode
                        AND d.fakta = 'UNIT_KERJA' AND d.kunci = COALESCE(g.unit_kerja_id, ''))
        -- Who is rated from above has other units to look at.
        WHEN 'ATASAN_BELUM_ADA' THEN s.jenis = 'SKP' AND s.tipe_skp = 'GURU' AND NOT EXISTS (
            SELECT FROM pimpinan m WHERE m.unit_kerja_id = g.unit_kerja_id AND m.mulai <= acuan.terakhir
                AND (m.selesai IS NULL OR m.selesai >= acuan.terawal))
        WHEN 'KS_BELUM_KLAIM_PIMPINAN' THEN s.jenis = 'SKP' AND NOT EXISTS (
            SELECT FROM pimpinan m WHERE m.unit_kerja_id = g.unit_kerja_id AND m.nip = s.nip
                AND m.mulai <= acuan.terakhir AND (m.selesai IS NULL OR m.selesai >= acuan.terawal))
        -- A guru who leads the own unit needs no SKP of a rater there.
        WHEN 'SKP_ORGANISASI_ATASAN_BELUM_ADA' THEN NOT EXISTS (
            SELECT FROM pimpinan m WHERE m.unit_kerja_id = g.unit_kerja_id AND (m.nip = s.nip OR EXISTS (
                SELECT FROM skp x WHERE x.nip = m.nip AND x.unit_kerja_id = m.unit_kerja_id
                    AND x.diarsipkan_pada IS NULL AND x.status = 'PERSETUJUAN'
                    AND x.periode_awal <= acuan.selesai AND x.periode_akhir >= acuan.mulai)))
        ELSE false END
    """  # noqa: S608 - only constants of this file
)
# Not of who belongs to another instansi now.
_PERIODE_KENA = text(
    f"""
    {_KENA}
    SELECT k.sinkro_id, k.kode, k.kunci FROM kena k
    JOIN sinkro s ON s.id = k.sinkro_id
    JOIN pegawai g ON g.nip = s.nip
    WHERE k.kode = ANY(:dicari) AND k.kunci = g.instansi_id || ':' || s.tahun
    """  # noqa: S608 - as above
)
# No unit is linked with the NPSN, not even by what the names told since, so that only names are left, and those of the
# compared unit did not change.
_TANPA_TAUTAN = text(
    f"""
    {_KENA}
    SELECT s.id, k.kode, i.nama AS instansi, t.rincian ->> 'unit_kerja' AS unit,
           ARRAY[t.rincian ->> 'satuan_pendidikan', t.rincian ->> 'unor_pmm'] AS nama_pmm
    FROM kena k
    JOIN sinkro s ON s.id = k.sinkro_id
    JOIN pegawai g ON g.nip = s.nip
    JOIN instansi i ON i.id = g.instansi_id
    CROSS JOIN LATERAL (SELECT x -> 'rincian' AS rincian FROM jsonb_array_elements(s.temuan) x
                        WHERE x ->> 'kode' = k.kode) t
    WHERE k.kode = 'NAMA_UNOR_TIDAK_SAMA' AND NOT EXISTS (
        SELECT FROM unit_kerja v
        LEFT JOIN padanan_unor p ON p.unit_kerja_id = v.id AND p.npsn = k.kunci
        WHERE v.instansi_id = g.instansi_id
          AND (p.status IN ('DIKONFIRMASI', 'OTOMATIS') OR v.npsn = k.kunci AND p.status IS DISTINCT FROM 'DITOLAK'))
    """  # noqa: S608 - as above
)


async def masih_tegak(
    conn: AsyncConnection, fakta: Collection[Fakta], sinkro_id: Sequence[UUID]
) -> list[tuple[UUID, str]]:
    """(sync, kode) of the blocking findings of these syncs that rest on one of these changed facts and still stand.
    Call it in the transaction of the change, after the change was written and the rows of the log were locked."""
    jenis = {f.jenis for f in fakta}
    pasangan = [(kode, p) for kode, pemicu in _DITANYA.items() for p in pemicu if not jenis.isdisjoint(pemicu)]
    if not pasangan or not sinkro_id:
        return []
    urut = sorted((str(f.jenis), f.kunci) for f in fakta)
    isi = {
        "jenis": [j for j, _ in urut],
        "kunci": [k for _, k in urut],
        "kode": [str(kode) for kode, _ in pasangan],
        "pemicu": [str(p) for _, p in pasangan],
        "id": list(sinkro_id),
    }
    tegak: list[tuple[UUID, str]] = []
    if not jenis.isdisjoint((JenisFakta.PEGAWAI, JenisFakta.UNIT_KERJA, JenisFakta.PIMPINAN_UNIT)):
        tegak += [(b.id, b.kode) for b in await conn.execute(_TEGAK, isi)]
    if JenisFakta.PERIODE_TAHUN in jenis:
        tegak += await _periode(conn, isi)
    if JenisFakta.PADANAN_NPSN in jenis:
        tegak += [(b.id, b.kode) for b in await conn.execute(_TANPA_TAUTAN, isi) if not _bernama_sama(b)]
    return tegak


async def _periode(conn: AsyncConnection, isi: Mapping[str, object]) -> list[tuple[UUID, str]]:
    """The whole table of an instansi and year must be in order, whichever fault it had."""
    dicari = [str(kode) for kode in (*_KODE_PERIODIK, *_KODE_FINAL)]
    kena = (await conn.execute(_PERIODE_KENA, {**isi, "dicari": dicari})).all()
    semua = await muat_periode(conn, [k.kunci.rpartition(":")[0] for k in kena])
    rusak = {(k, kode) for k in {k.kunci for k in kena} for kode in _kode_rusak(k, semua)}
    return [(k.sinkro_id, k.kode) for k in kena if (k.kunci, k.kode) in rusak]


def _kode_rusak(kunci: str, semua: Mapping[str, Sequence[Periode]]) -> Iterable[str]:
    instansi_id, _, tahun = kunci.rpartition(":")
    periode = semua.get(instansi_id, ())
    if periksa_periodik(periode, int(tahun)).kode is not None:
        yield from map(str, _KODE_PERIODIK)
    if periksa_final(periode, int(tahun)).kode is not None:
        yield from map(str, _KODE_FINAL)


def _bernama_sama(b: Row[Any]) -> bool:
    """Whether the compared unit has one of PMM's names: then it depends on which other units have it."""
    unit = urai_nama(b.unit, b.instansi)
    return any(nama_cocok(urai_nama(n, b.instansi), unit) for n in b.nama_pmm if n)
