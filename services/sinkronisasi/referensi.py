"""The reference data of an instansi (units, leaders, padanan, periods), read once per version and kept by the process.

`instansi.versi_fakta` grows with every change of it, and step 5 of the engine compares the version again when it writes
(ADR 0004).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import Periode
from ekinerja_domain.sinkronisasi.padanan import BukuUnit, PadananUnor, StatusPadanan, UnitReferensi
from ekinerja_domain.unit_kerja import JenisPimpinan, Pimpinan, PohonUnit, UnitKerja
from services.db.periode import muat_periode

# In units, since a regency has hundreds and a ministry ten thousands of them. When more instansi have work at once than
# fit, fair turns between them make every batch read most of its references anew. A unit takes about 2 KB.
UNIT_DISIMPAN = 100_000


@dataclass(frozen=True, slots=True)
class Referensi:
    """The reference data of one instansi at one version. `dipimpin`: by NIP the units with a record of that person;
    `hari_berganti`: in order, the days from which on a record of a leader counts or counts no more."""

    instansi_id: str
    nama: str
    versi: int
    zona: ZoneInfo
    pohon: PohonUnit
    buku: BukuUnit
    periode: tuple[Periode, ...]
    dipimpin: Mapping[str, tuple[str, ...]]
    hari_berganti: tuple[date, ...] = ()
    _beserta_atasan: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def hari_ini(self, sekarang: datetime) -> date:
        """Today, where the instansi is."""
        return _hari(sekarang, self.zona)

    def beserta_atasan(self, unit_id: Iterable[str]) -> set[str]:
        """The units that exist, and those above them that have or had a leader."""
        hasil: set[str] = set()
        for satu in unit_id:
            ada = self._beserta_atasan.get(satu)
            if ada is None:
                ada = self._beserta_atasan[satu] = self._dengan_atasan(satu)
            hasil |= ada
        return hasil

    def _dengan_atasan(self, unit_id: str) -> frozenset[str]:
        if unit_id not in self.pohon.unit:
            return frozenset()
        return frozenset({unit_id, *(u.id for u in self.pohon.leluhur(unit_id) if self.pohon.pimpinan.get(u.id))})

    def masa(self, hari: date) -> int:
        """Between which two of `hari_berganti` the day lies: on two days of one `masa` the same people lead."""
        return bisect_right(self.hari_berganti, hari)


@lru_cache(maxsize=16)
def _hari(sekarang: datetime, zona: ZoneInfo) -> date:
    # A batch is judged at one moment.
    return sekarang.astimezone(zona).date()


class SimpananReferensi:
    """The reference data of the instansi a process works for, kept by version: as many as have `unit_terbanyak` units
    together, or one. The least recently used goes first."""

    def __init__(self, unit_terbanyak: int = UNIT_DISIMPAN) -> None:
        self._isi: OrderedDict[str, Referensi] = OrderedDict()
        self._unit_terbanyak = unit_terbanyak
        self._unit = 0

    def tersimpan(self, versi: Mapping[str, int]) -> dict[str, Referensi] | None:
        """The reference data of these instansi at exactly these versions; None when any is not kept so."""
        hasil: dict[str, Referensi] = {}
        for instansi_id, satu in versi.items():
            ada = self._isi.get(instansi_id)
            if ada is None or ada.versi != satu:
                return None
            self._isi.move_to_end(instansi_id)
            hasil[instansi_id] = ada
        return hasil

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
                self._simpan(ada)
            self._isi.move_to_end(b.id)
            hasil[b.id] = ada
        while self._unit > self._unit_terbanyak and len(self._isi) > 1:
            _, terlama = self._isi.popitem(last=False)
            self._unit -= len(terlama.pohon.unit)
        return hasil

    def _simpan(self, baru: Referensi) -> None:
        lama = self._isi.get(baru.instansi_id)
        self._unit += len(baru.pohon.unit) - (0 if lama is None else len(lama.pohon.unit))
        self._isi[baru.instansi_id] = baru


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
    periode = (await muat_periode(conn, [instansi.id])).get(instansi.id, ())
    ber_anak = {u.induk_id for u in unit}
    menurut_unit: dict[str, list[Pimpinan]] = {}
    dipimpin: dict[str, tuple[str, ...]] = {}
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
        dipimpin[r.nip] = (*dipimpin.get(r.nip, ()), r.unit_kerja_id)
    return Referensi(
        instansi_id=instansi.id,
        nama=instansi.nama,
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
        periode=periode,
        dipimpin=dipimpin,
        hari_berganti=_hari_berganti(p for semua in menurut_unit.values() for p in semua),
    )


def _hari_berganti(pimpinan: Iterable[Pimpinan]) -> tuple[date, ...]:
    hari: set[date] = set()
    for p in pimpinan:
        hari.add(p.mulai)
        if p.selesai is not None and p.selesai < date.max:
            hari.add(p.selesai + timedelta(days=1))
        if p.pemegang_nonaktif_sejak is not None:
            hari.add(p.pemegang_nonaktif_sejak)
    return tuple(sorted(hari))


async def versi_referensi(conn: AsyncConnection, instansi_id: Sequence[str]) -> Mapping[str, int]:
    """Locks the instansi against changes of their reference data until the transaction ends, and gives the versions."""
    baris = await conn.execute(
        text("SELECT id, versi_fakta FROM instansi WHERE id = ANY(:id) ORDER BY id FOR SHARE"),
        {"id": sorted(set(instansi_id))},
    )
    return {b.id: b.versi_fakta for b in baris}
