"""The memory of results that changed nothing: who is asked for again and rests on the same facts and PMM's same answer
gets the same result, without being mapped, judged and planned once more.

Invariant: a result is remembered by everything that it rests on, so it is used only where judging would give it again.
What is read here holds until it is written, as for every result: step 5 compares the versions.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

import ekinerja_domain
import pmm_client
from ekinerja_domain.sinkronisasi.temuan import Temuan, temuan_dari_json
from services.db.setwise import Timpa, sisipkan
from services.db.tables import JejakRow
from services.sinkronisasi.ambil import TandaPMM
from services.sinkronisasi.muat import DataPegawai, muat_pegawai
from services.sinkronisasi.referensi import Referensi, SimpananReferensi

if TYPE_CHECKING:
    from services.sinkronisasi.antrean import Butir


@dataclass(frozen=True, slots=True)
class Ingatan:
    """A remembered result, and PMM's answer that it rests on."""

    tanda: TandaPMM
    temuan: tuple[Temuan, ...]
    tampilan: dict[str, Any]
    tipe_skp: str | None


@dataclass(frozen=True, slots=True)
class Landasan:
    """What a person's result rests on here: the person's rows, the reference, the units whose SKPs count, at their
    versions. `fakta` is the hash of all of it; `ingatan`: the result remembered for exactly these facts."""

    data: DataPegawai
    referensi: Referensi
    versi_unit: Mapping[str, int]
    fakta: bytes
    ingatan: Ingatan | None


@dataclass(frozen=True, slots=True)
class JejakBaru:
    """A result to remember."""

    sinkro_id: UUID
    fakta: bytes
    tanda: TandaPMM
    temuan: list[dict[str, Any]]
    tampilan: dict[str, Any]
    tipe_skp: str | None


# Of the person's own SKPs every column counts, whoever wrote it, and whether a rating hangs on them.
_JEJAK = text(
    """
    SELECT n.id, s.sidik, s.unit, j.fakta, j.pengguna, j.badan, j.etag, j.temuan, j.tampilan, j.tipe_skp
    FROM unnest(CAST(:id AS uuid[]), CAST(:nip AS text[])) AS n (id, nip)
    CROSS JOIN LATERAL (
        SELECT md5(string_agg(m.isi || m.bernilai, ',' ORDER BY m.id)) AS sidik, array_agg(m.unit_kerja_id) AS unit
        FROM (SELECT s.id, s.unit_kerja_id, CAST(s AS text) AS isi,
                     CAST((SELECT 1 FROM penilaian p WHERE p.skp_id = s.id LIMIT 1) IS NOT NULL AS text) AS bernilai
              FROM skp s WHERE s.nip = n.nip AND s.diarsipkan_pada IS NULL OFFSET 0) m) s
    LEFT JOIN LATERAL (SELECT * FROM sinkro_jejak j WHERE j.sinkro_id = n.id LIMIT 1) j ON true
    """
)
_VERSI_UNIT = text("SELECT id, versi_skp FROM unit_kerja WHERE id = ANY(:id)")


async def muat_landasan(
    conn: AsyncConnection,
    butir: Sequence[Butir],
    simpanan: SimpananReferensi,
    *,
    sekarang: datetime,
    aturan: tuple[object, ...],
) -> dict[int, Landasan]:
    """By token, what the results of these syncs rest on; who is not in e-Kinerja is left out. `aturan`: the settings
    that change a judgement."""
    data = await muat_pegawai(conn, sorted({b.nip for b in butir}))
    referensi = simpanan.tersimpan({d.pegawai.instansi_id: d.versi_fakta for d in data.values()})
    if referensi is None:
        referensi = await simpanan.ambil(conn, [d.pegawai.instansi_id for d in data.values()])
    baris = await conn.execute(_JEJAK, {"id": [b.id for b in butir], "nip": [b.nip for b in butir]})
    jejak = {b.id: b for b in baris.all()}
    dibaca: dict[int, set[str]] = {}
    for b in butir:
        d = data.get(b.nip)
        r = referensi.get(d.pegawai.instansi_id) if d is not None else None
        # A version that grew in between: the person is judged in full, which reads both anew.
        if d is not None and r is not None and r.versi == d.versi_fakta:
            dibaca[b.token] = _unit_dibaca(d, r, jejak[b.id].unit or ())
    unit = sorted({u for semua in dibaca.values() for u in semua})
    versi = {u: int(v) for u, v in (await conn.execute(_VERSI_UNIT, {"id": unit})).all()}
    hasil: dict[int, Landasan] = {}
    for b in butir:
        if b.token in dibaca:
            d = data[b.nip]
            r = referensi[d.pegawai.instansi_id]
            versi_unit = {u: versi[u] for u in dibaca[b.token] if u in versi}
            fakta = _sidik_fakta(b, d, r, jejak[b.id].sidik, versi_unit, sekarang, aturan)
            hasil[b.token] = Landasan(d, r, versi_unit, fakta, _ingatan(jejak[b.id], fakta))
    return hasil


def _unit_dibaca(data: DataPegawai, referensi: Referensi, milik: Iterable[str]) -> set[str]:
    """As `Pendaftaran.unit_dibaca` of the jenis that are remembered."""
    unit = {*milik, *referensi.dipimpin.get(data.pegawai.nip, ())}
    if data.pegawai.unit_kerja_id is not None:
        unit.add(data.pegawai.unit_kerja_id)
    return referensi.beserta_atasan(unit)


def _sidik_fakta(
    b: Butir,
    data: DataPegawai,
    referensi: Referensi,
    milik: str | None,
    versi_unit: Mapping[str, int],
    sekarang: datetime,
    aturan: tuple[object, ...],
) -> bytes:
    """Of the calendar only that counts which a judgement asks for: who leads, whether the person is active, and
    whether the year is over."""
    p, hari = data.pegawai, referensi.hari_ini(sekarang)
    isi = (
        versi_aturan(),
        aturan,
        b.jenis,
        b.tahun,
        (p.nip, p.nama, p.instansi_id, p.unit_kerja_id, p.jabatan, str(p.jenis_pegawai), p.aktif, p.nonaktif_sejak),
        data.user_pmm,
        referensi.versi,
        milik,
        sorted(versi_unit.items()),
        referensi.masa(hari),
        p.nonaktif_sejak is not None and hari < p.nonaktif_sejak,
        b.tahun < hari.year,
    )
    return hashlib.blake2b(repr(isi).encode(), digest_size=16).digest()


def _ingatan(baris: Row[Any], fakta: bytes) -> Ingatan | None:
    if baris.fakta is None or bytes(baris.fakta) != fakta:
        return None
    return Ingatan(
        TandaPMM(bytes(baris.pengguna), bytes(baris.badan), baris.etag),
        tuple(temuan_dari_json(isi) for isi in baris.temuan),
        baris.tampilan,
        baris.tipe_skp,
    )


async def simpan_jejak(conn: AsyncConnection, jejak: Iterable[JejakBaru]) -> None:
    """Remembers these results instead of what was remembered of their syncs."""
    baris = [
        {
            "sinkro_id": j.sinkro_id,
            "fakta": j.fakta,
            "pengguna": j.tanda.pengguna,
            "badan": j.tanda.badan,
            "etag": j.tanda.etag,
            "tipe_skp": j.tipe_skp,
            "temuan": j.temuan,
            "tampilan": j.tampilan,
        }
        for j in sorted(jejak, key=lambda j: j.sinkro_id)
    ]
    await sisipkan(conn, JejakRow, baris, konflik=Timpa(("sinkro_id",)))


@lru_cache(maxsize=1)
def versi_aturan() -> str:
    """The hash of the program that judges: a new release judges everybody anew once."""
    sidik, ada = hashlib.blake2b(digest_size=8), False
    for folder in (*ekinerja_domain.__path__, *pmm_client.__path__, str(Path(__file__).parent)):
        for berkas in sorted(Path(folder).rglob("*.py")):
            sidik.update(berkas.name.encode() + b"\0" + berkas.read_bytes())
            ada = True
    # Without its sources a program cannot be told from another: then no process remembers for the next one.
    return sidik.hexdigest() if ada else secrets.token_hex(8)
