"""The repairs that free most people: the blocked syncs of an instansi read once, ranked by the domain.

A finding whose facts have all been repaired since holds nobody back any more, although the row still shows it until the
next attempt (`pelepasan` struck it).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.perbaikan import (
    Halangan,
    KunciPerbaikan,
    Perbaikan,
    Terhalang,
    susun_perbaikan,
    tuntas_diperiksa,
)
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import KATALOG, Fakta, JenisFakta, Kode
from services.db.kursor import urutan_dari_teks, urutan_ke_teks
from services.db.tables import SinkroRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat
from services.sinkronisasi.perbaikan_ingatan import Ingatan
from services.sinkronisasi.registri import JENIS_TERDAFTAR

_T = TypeVar("_T")

# More syncs than this are ranked beside the event loop.
_SUSUN_LANGSUNG = 500
_TERHALANG = (StatusSinkro.GAGAL, StatusSinkro.TERTAHAN)
# Of every blocking finding only what the ranking needs; the texts are read for the rows of one page. Each comes as one
# text, since most people of a school share it and it is taken apart once.
_PEMISAH = "\x1f"
_TEMUAN: ColumnElement[Any] = literal_column(
    """
    ARRAY(SELECT concat_ws(E'\\x1f', t->>'kode', coalesce(t->>'kelas', ''), t->'objek'->>'jenis',
                           coalesce(t->'objek'->>'id', ''), coalesce(t->'rincian'->>'aktif', ''),
                           coalesce(t->'rincian'->'unit_kerja_pmm'->>'id', ''))
          FROM jsonb_array_elements(sinkro.temuan) t WHERE t->>'tingkat' = 'GAGAL')
    """
)
_SANDARAN: ColumnElement[Any] = literal_column(
    """
    ARRAY(SELECT concat_ws(E'\\x1f', d.kode, d.fakta, d.kunci) FROM sinkro_sandaran d WHERE d.sinkro_id = sinkro.id)
    """
)
_PIMPINAN = text(
    """
    SELECT DISTINCT nip, unit_kerja_id FROM pimpinan
    WHERE nip = ANY(CAST(:nip AS text[])) AND mulai <= make_date(:tahun, 12, 31)
      AND (selesai IS NULL OR selesai >= make_date(:tahun, 1, 1))
    """
)


@dataclass(frozen=True, slots=True)
class _Temuan:
    """One blocking finding. `isi`: as `tuntas_diperiksa` asks for it; `bersandar`: it rests on facts that can change;
    `unit_pmm`: the unit PMM names instead of the person's own."""

    kunci: KunciPerbaikan
    isi: Mapping[str, Any]
    bersandar: bool
    unit_pmm: str | None


@dataclass(frozen=True, slots=True)
class _Baris:
    """One blocked sync as it was read; `diminta`: its jenis is asked about."""

    id: UUID
    nip: str
    jenis: str
    tahun: int
    tipe_skp: str | None
    unit_kerja_id: str | None
    temuan: list[_Temuan]
    fakta: Mapping[str, list[Fakta]]
    diminta: bool


async def daftar_perbaikan(
    conn: AsyncConnection,
    jangkauan: Jangkauan,
    *,
    jenis: Collection[str] = (),
    tahun: Collection[int] = (),
    pelaku: Collection[str] = (),
    kursor: str | None = None,
    jumlah_baris: int = 50,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of repairs, the one that frees most people first, and the cursor of the next page.

    Each as `GET /v1/perbaikan` gives it. Empty filters ask nothing; `pelaku`: repairs in which one of these acts. Reads
    every blocked sync within the reach, unless it did a moment ago: narrow it to one instansi. Raises KursorTidakSah.
    """
    nama = f"perbaikan|{sorted(jenis)}|{sorted(tahun)}|{sorted(pelaku)}|{jangkauan}"
    dari = urutan_dari_teks(kursor, nama) if kursor else None
    kunci = (tuple(sorted(jenis)), tuple(sorted(tahun)))
    peringkat = await _INGATAN.ambil(conn, jangkauan, kunci, lambda: _susun(conn, jangkauan, jenis, tahun))
    urut, contoh = peringkat.urut, peringkat.contoh
    if pelaku:
        oleh = await _pelaku(conn, {p.kunci: contoh[p.kunci] for p in urut})
        urut = [p for p in urut if not oleh.get(p.kunci, frozenset()).isdisjoint(pelaku)]
    sisa = [p for p in urut if dari is None or _urutan(p) > dari]
    halaman = sisa[:jumlah_baris]
    teks = await _teks(conn, {p.kunci: contoh[p.kunci] for p in halaman})
    data = [_ke_json(p, teks[p.kunci]) for p in halaman if p.kunci in teks]
    berikut = urutan_ke_teks(_urutan(halaman[-1]), nama) if len(sisa) > len(halaman) else None
    return data, berikut


@dataclass(frozen=True, slots=True)
class _Peringkat:
    """Every repair in its order, and for each one sync that has its finding."""

    urut: list[Perbaikan]
    contoh: Mapping[KunciPerbaikan, UUID]


_INGATAN: Ingatan[_Peringkat] = Ingatan()


async def _susun(
    conn: AsyncConnection, jangkauan: Jangkauan, jenis: Collection[str], tahun: Collection[int]
) -> _Peringkat:
    baris = await _baca(conn, jangkauan, jenis, tahun)
    memimpin = await _memimpin(conn, baris)
    if len(baris) < _SUSUN_LANGSUNG:
        return _peringkat(baris, memimpin)
    # Other requests of the process go on meanwhile.
    return await asyncio.to_thread(_peringkat, baris, memimpin)


def _peringkat(baris: Sequence[_Baris], memimpin: Mapping[tuple[str, int], frozenset[str]]) -> _Peringkat:
    contoh: dict[KunciPerbaikan, UUID] = {}
    terhalang = []
    for satu in baris:
        dibaca = _terhalang(satu, memimpin.get((satu.nip, satu.tahun), frozenset()))
        if dibaca is not None:
            terhalang.append(dibaca)
            for h in dibaca.halangan:
                contoh.setdefault(h.kunci, satu.id)
    return _Peringkat(susun_perbaikan(terhalang), contoh)


def _urutan(p: Perbaikan) -> tuple[str | int, ...]:
    return (-p.terlepas, -p.langsung, p.kunci.kode, p.kunci.kelas, p.kunci.objek_jenis, p.kunci.objek_id)


def _ke_json(p: Perbaikan, temuan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kode": p.kunci.kode,
        "judul": temuan["pesan"],
        "objek": temuan["objek"],
        "pelaku": temuan["pelaku"],
        "langkah": temuan["langkah"],
        "jumlah_langsung": p.langsung,
        "jumlah_terlepas": p.terlepas,
        "jumlah_belum_diperiksa": p.belum_diperiksa,
    }


async def _baca(
    conn: AsyncConnection, jangkauan: Jangkauan, jenis: Collection[str], tahun: Collection[int]
) -> list[_Baris]:
    s = SinkroRow
    # What a person must ask for after a preview is never freed by itself.
    sendiri = [str(nama) for nama, p in JENIS_TERDAFTAR.items() if p.massal]
    diminta = frozenset(jenis or sendiri).intersection(sendiri)
    if not diminta:
        return []
    # A landing of another jenis may be what somebody waits for.
    saring = SaringLog(status=_TERHALANG, jenis=tuple(sendiri), tahun=tuple(tahun))
    perintah = select(
        s.id, s.nip, s.jenis, s.tahun, s.tipe_skp, s.unit_kerja_id, _TEMUAN.label("temuan"), _SANDARAN.label("sandaran")
    ).where(terlihat(jangkauan), cocok(saring))
    temuan, sandaran = _Terurai(_urai_temuan), _Terurai(_urai_sandaran)
    hasil = []
    for nomor, nip, jns, thn, tipe, unit, isi, alas in await conn.execute(perintah):
        fakta: dict[str, list[Fakta]] = {}
        for teks in alas:
            kode, satu = sandaran[teks]
            fakta.setdefault(kode, []).append(satu)
        hasil.append(_Baris(nomor, nip, jns, thn, tipe, unit, [temuan[teks] for teks in isi], fakta, jns in diminta))
    return hasil


class _Terurai(dict[str, _T]):
    """Texts taken apart, each once."""

    def __init__(self, urai: Callable[[str], _T]) -> None:
        super().__init__()
        self._urai = urai

    def __missing__(self, teks: str) -> _T:
        hasil = self[teks] = self._urai(teks)
        return hasil


def _urai_temuan(teks: str) -> _Temuan:
    kode, kelas, objek_jenis, objek_id, aktif, unit_pmm = teks.split(_PEMISAH)
    return _Temuan(
        kunci=KunciPerbaikan(kode, kelas, objek_jenis, objek_id),
        isi={"kode": kode, "kelas": kelas or None, "rincian": {"aktif": aktif or None}},
        bersandar=any(f is not JenisFakta.LAYANAN for f in KATALOG[Kode(kode)].fakta),
        unit_pmm=unit_pmm or None,
    )


def _urai_sandaran(teks: str) -> tuple[str, Fakta]:
    # A key may be any text that PMM wrote.
    kode, jenis, kunci = teks.split(_PEMISAH, 2)
    return kode, Fakta(JenisFakta(jenis), kunci)


async def _memimpin(conn: AsyncConnection, baris: Sequence[_Baris]) -> dict[tuple[str, int], frozenset[str]]:
    """The units each person leads or led in the year of the sync."""
    hasil: dict[tuple[str, int], set[str]] = defaultdict(set)
    for tahun in {b.tahun for b in baris}:
        nip = sorted({b.nip for b in baris if b.tahun == tahun})
        for p in await conn.execute(_PIMPINAN, {"nip": nip, "tahun": tahun}):
            hasil[p.nip, tahun].add(p.unit_kerja_id)
    return {kunci: frozenset(unit) for kunci, unit in hasil.items()}


def _terhalang(b: _Baris, memimpin: frozenset[str]) -> Terhalang | None:
    """The sync for the ranking; None when everything that held it back has been repaired."""
    tersisa = [t for t in b.temuan if t.kunci.kode in b.fakta or not t.bersandar]
    if not tersisa:
        return None
    halangan = {t.kunci: frozenset(b.fakta.get(t.kunci.kode, ())) for t in tersisa}
    skp = _dampak_skp(b, memimpin)
    return Terhalang(
        nip=b.nip,
        halangan=tuple(Halangan(kunci, fakta) for kunci, fakta in halangan.items()),
        dampak=skp if JENIS_TERDAFTAR[b.jenis].jalur.startswith("skp") else frozenset(),
        tuntas=tuntas_diperiksa(b.jenis, b.tipe_skp, [t.isi for t in tersisa]),
        klaim=frozenset(Fakta(JenisFakta.PIMPINAN_UNIT, u) for u in memimpin),
        skp=skp,
        dihitung=b.diminta,
    )


def _dampak_skp(b: _Baris, memimpin: frozenset[str]) -> frozenset[Fakta]:
    """The facts that change when the person's SKP lands: the own, and that of every unit they lead or will lead."""
    unit = set(memimpin)
    if b.tipe_skp == TipeSkp.KEPALA_SEKOLAH and b.unit_kerja_id is not None:
        unit.add(b.unit_kerja_id)
    unit |= {t.unit_pmm for t in b.temuan if t.unit_pmm is not None}
    dampak = {Fakta(JenisFakta.SKP_ATASAN, f"{u}:{b.tahun}") for u in unit}
    return frozenset({Fakta(JenisFakta.SKP_PEGAWAI, f"{b.nip}:{b.tahun}"), *dampak})


async def _teks(conn: AsyncConnection, contoh: Mapping[KunciPerbaikan, UUID]) -> dict[KunciPerbaikan, Any]:
    """Each repair's finding with its words, from one sync that has it; without those that were repaired since it was
    ranked."""
    s = SinkroRow
    ids = sorted(set(contoh.values()))
    baca = select(s.id, s.temuan).where(s.id.in_(ids))
    menurut_id = {b.id: b.temuan for b in await conn.execute(baca)} if ids else {}
    return {
        kunci: t for kunci, nomor in contoh.items() for t in menurut_id.get(nomor) or () if _kunci_penuh(t) == kunci
    }


def _kunci_penuh(t: Mapping[str, Any]) -> KunciPerbaikan:
    return KunciPerbaikan(t["kode"], t["kelas"] or "", t["objek"]["jenis"], t["objek"]["id"] or "")


async def _pelaku(conn: AsyncConnection, contoh: Mapping[KunciPerbaikan, UUID]) -> dict[KunciPerbaikan, frozenset[str]]:
    """Who acts in each repair. The catalogue tells, but for findings whose actor differs from case to case."""
    menurut_jenis: dict[tuple[str, str], KunciPerbaikan] = {}
    for kunci in contoh:
        menurut_jenis.setdefault((kunci.kode, kunci.kelas), kunci)
    teks = await _teks(conn, {kunci: contoh[kunci] for kunci in menurut_jenis.values()})
    pelaku = {jenis: frozenset(teks[kunci]["pelaku"]) for jenis, kunci in menurut_jenis.items() if kunci in teks}
    return {kunci: pelaku[jenis] for kunci in contoh if (jenis := (kunci.kode, kunci.kelas)) in pelaku}
