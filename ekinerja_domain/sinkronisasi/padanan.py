"""Padanan: is this unit PMM's school, and which unit is it? (keputusan)

The link is the truth, the name only evidence; a pair that was rejected never matches, by any rule. All of it is asked
of a `BukuUnit`, which is built once per instansi and answers without looking at every unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.sinkronisasi.nama_sekolah import NamaSekolah, kemiripan_inti, nama_cocok, trigram, urai_nama
from ekinerja_domain.sinkronisasi.temuan import Kode

SARAN_TERBANYAK = 3
KEMIRIPAN_TERKECIL = 0.25
_SARAN_DIINGAT = 10_000


class StatusPadanan(StrEnum):
    OTOMATIS = "OTOMATIS"
    USULAN = "USULAN"
    DIKONFIRMASI = "DIKONFIRMASI"
    DITOLAK = "DITOLAK"


class Keputusan(StrEnum):
    """Whether the person's unit is the school; BUKAN_SEKOLAH: the school is linked to another active unit."""

    PADAN = "PADAN"
    BUKAN_SEKOLAH = "BUKAN_SEKOLAH"
    TIDAK_SAMA = "TIDAK_SAMA"


class Dasar(StrEnum):
    """By what a unit was found, the strongest first."""

    DIKONFIRMASI = "DIKONFIRMASI"
    UNOR_PMM = "UNOR_PMM"
    OTOMATIS = "OTOMATIS"
    NAMA = "NAMA"


_MENURUT_NAMA = frozenset({Dasar.OTOMATIS, Dasar.NAMA})


@dataclass(frozen=True, slots=True)
class UnitReferensi:
    """A unit of the instansi. `npsn` is its own, which counts as a confirmed padanan."""

    id: str
    nama: str
    induk_id: str | None
    mandiri: bool
    aktif: bool
    npsn: str | None
    punya_anak: bool


@dataclass(frozen=True, slots=True)
class PadananUnor:
    npsn: str
    unit_kerja_id: str
    status: StatusPadanan


@dataclass(frozen=True, slots=True)
class SekolahPMM:
    """The school as PMM names it: `nama` of the satuan pendidikan, `nama_unor` of the unor; the ids may be missing."""

    npsn: str | None
    nama: str
    unor_id: str | None
    nama_unor: str


@dataclass(frozen=True, slots=True)
class Saran:
    """A unit that may be the school, for an admin to confirm or reject. `kemiripan`: 0..1."""

    id: str
    nama: str
    kemiripan: float


@dataclass(frozen=True, slots=True)
class UnitDitemukan:
    """A unit that is the school, and by what. `catatan`: what the finding of it deserves to be noted with;
    `simpan_otomatis`: the pair is to be stored as OTOMATIS."""

    unit: UnitReferensi
    dasar: Dasar
    catatan: tuple[Kode, ...]
    simpan_otomatis: bool


@dataclass(frozen=True, slots=True)
class HasilPadanan:
    """The answer for one person. `unit`: the school's unit, None when TIDAK_SAMA. `saran` only when TIDAK_SAMA, of
    which `usulan_baru` (unit ids) are to be stored as USULAN of the NPSN."""

    keputusan: Keputusan
    unit: UnitReferensi | None = None
    dasar: Dasar | None = None
    catatan: tuple[Kode, ...] = ()
    simpan_otomatis: bool = False
    saran: tuple[Saran, ...] = ()
    usulan_baru: tuple[str, ...] = ()


def _kunci_unit(unit_id: str) -> str:
    return unit_id.strip().upper()


def _kunci_npsn(npsn: str | None) -> str | None:
    return (npsn or "").strip().upper() or None


class BukuUnit:
    """The units of one instansi with their padanan, indexed by id, NPSN and name.

    Padanan of units outside the instansi are left out. Names are taken apart when the first question needs them.
    """

    def __init__(self, nama_instansi: str, units: Iterable[UnitReferensi], padanan: Iterable[PadananUnor] = ()) -> None:
        self.nama_instansi = nama_instansi
        self._unit = {_kunci_unit(u.id): u for u in units}
        self._status: dict[tuple[str, str], StatusPadanan] = {}
        self._menurut_npsn: defaultdict[str, list[str]] = defaultdict(list)
        self._saran: dict[tuple[SekolahPMM, str], tuple[Saran, ...]] = {}
        self._cocok: dict[tuple[SekolahPMM, str, bool], HasilPadanan] = {}
        for kunci, unit in self._unit.items():
            self._catat(_kunci_npsn(unit.npsn), kunci, StatusPadanan.DIKONFIRMASI)
        for baris in padanan:
            self._catat(_kunci_npsn(baris.npsn), _kunci_unit(baris.unit_kerja_id), baris.status)

    def _catat(self, npsn: str | None, kunci: str, status: StatusPadanan) -> None:
        if npsn is None or kunci not in self._unit:
            return
        if (npsn, kunci) not in self._status:
            self._menurut_npsn[npsn].append(kunci)
        # A unit's own NPSN stands above a stored OTOMATIS or USULAN, but an admin's rejection above everything.
        elif status is not StatusPadanan.DITOLAK and self._status[npsn, kunci] is StatusPadanan.DIKONFIRMASI:
            return
        self._status[npsn, kunci] = status

    def unit(self, unit_id: str | None) -> UnitReferensi | None:
        """The unit of this id, whatever its case; None when the instansi has no such unit."""
        return None if unit_id is None else self._unit.get(_kunci_unit(unit_id))

    def cocok(self, sekolah: SekolahPMM, unit_pegawai_id: str, *, harus_dikonfirmasi: bool) -> HasilPadanan:
        """As `cocokkan`, found once for the people of a school."""
        kunci = (sekolah, unit_pegawai_id, harus_dikonfirmasi)
        ada = self._cocok.get(kunci)
        if ada is None:
            if len(self._cocok) >= _SARAN_DIINGAT:
                self._cocok.clear()
            ada = self._cocok[kunci] = cocokkan(self, sekolah, unit_pegawai_id, harus_dikonfirmasi=harus_dikonfirmasi)
        return ada

    def status(self, npsn: str | None, unit_id: str) -> StatusPadanan | None:
        """What is known about the pair; a unit's own NPSN is DIKONFIRMASI."""
        kunci = _kunci_npsn(npsn)
        return None if kunci is None else self._status.get((kunci, _kunci_unit(unit_id)))

    def menurut_status(self, npsn: str | None, status: StatusPadanan) -> list[UnitReferensi]:
        """The units, active or not, whose pair with the NPSN has this status."""
        kunci = _kunci_npsn(npsn)
        if kunci is None:
            return []
        return [self._unit[u] for u in self._menurut_npsn.get(kunci, ()) if self._status[kunci, u] is status]

    def nama(self, unit: UnitReferensi) -> NamaSekolah:
        """The unit's name taken apart."""
        return urai_nama(unit.nama, self.nama_instansi)

    def nama_pmm(self, sekolah: SekolahPMM) -> tuple[NamaSekolah, ...]:
        """PMM's two names of the school taken apart, without one that is missing or the same."""
        return tuple(
            dict.fromkeys(urai_nama(n, self.nama_instansi) for n in (sekolah.nama_unor, sekolah.nama) if n.strip())
        )

    @cached_property
    def _menurut_nama(self) -> dict[NamaSekolah, list[UnitReferensi]]:
        hasil: defaultdict[NamaSekolah, list[UnitReferensi]] = defaultdict(list)
        for unit in self._unit.values():
            if unit.aktif:
                hasil[self.nama(unit)].append(unit)
        return dict(hasil)

    def aktif_bernama(self, nama: Sequence[NamaSekolah]) -> list[UnitReferensi]:
        """The active units whose name matches one of these, each once."""
        cocok = {_kunci_unit(u.id): u for n in nama if n.bermakna for u in self._menurut_nama.get(n, ())}
        return list(cocok.values())

    @cached_property
    def _calon_saran(self) -> list[tuple[UnitReferensi, NamaSekolah, int]]:
        """Units that may be suggested (schools are neither mandiri nor the parent of units), with the number of
        trigrams of their names."""
        sekolah = [u for u in self._unit.values() if not u.mandiri and not u.punya_anak]
        return [(u, n, len(trigram(n.inti))) for u in sekolah for n in (self.nama(u),) if n.bermakna]

    @cached_property
    def _menurut_trigram(self) -> dict[str, list[int]]:
        hasil: defaultdict[str, list[int]] = defaultdict(list)
        for i, (_, nama, _) in enumerate(self._calon_saran):
            for t in trigram(nama.inti):
                hasil[t].append(i)
        return dict(hasil)

    def saran(self, sekolah: SekolahPMM, unit_pegawai_id: str) -> tuple[Saran, ...]:
        """At most three units that may be the school, the likeliest first: those with the school's numbers before the
        others, then by likeness. Never a mandiri unit, the parent of others, or one rejected for this NPSN; an inactive
        one only when it is the person's own."""
        kunci = (sekolah, _kunci_unit(unit_pegawai_id))
        if kunci not in self._saran:
            if len(self._saran) >= _SARAN_DIINGAT:
                self._saran.clear()
            self._saran[kunci] = self._susun_saran(*kunci)
        return self._saran[kunci]

    def _susun_saran(self, sekolah: SekolahPMM, unit_pegawai: str) -> tuple[Saran, ...]:
        terbaik: dict[int, tuple[bool, float]] = {}
        for nama in self.nama_pmm(sekolah):
            potongan = trigram(nama.inti)
            bersama = Counter(i for t in potongan for i in self._menurut_trigram.get(t, ()))
            for i, sama in bersama.items():
                _, nama_unit, jumlah = self._calon_saran[i]
                mirip = kemiripan_inti(nama, nama_unit, sama=sama, gabungan=len(potongan) + jumlah - sama)
                nilai = (nama.angka == nama_unit.angka, mirip)
                if mirip >= KEMIRIPAN_TERKECIL and nilai > terbaik.get(i, (False, 0.0)):
                    terbaik[i] = nilai
        urut = sorted(terbaik.items(), key=lambda x: (not x[1][0], -x[1][1], self._calon_saran[x[0]][0].nama, x[0]))
        layak = (
            Saran(unit.id, unit.nama, round(mirip, 2))
            for i, (_, mirip) in urut
            for unit in (self._calon_saran[i][0],)
            if self.status(sekolah.npsn, unit.id) is not StatusPadanan.DITOLAK
            and (unit.aktif or _kunci_unit(unit.id) == unit_pegawai)
        )
        return tuple(saran for saran, _ in zip(layak, range(SARAN_TERBANYAK), strict=False))


def cocokkan(buku: BukuUnit, sekolah: SekolahPMM, unit_pegawai_id: str, *, harus_dikonfirmasi: bool) -> HasilPadanan:
    """Whether the person's unit is the school. The first rule that finds a usable unit decides:

    1. a confirmed padanan of the NPSN; 2. PMM's own unor id; 3. a padanan stored as OTOMATIS; 4. the names, when no
    other active unit has them (not when `harus_dikonfirmasi`); 5. else the nearest names are suggested.
    Usable is an active unit, and the person's own even when it is not. PENGAWAS are asked about with their unit induk.
    """
    pegawai = buku.unit(unit_pegawai_id)
    dasar, units = _tautan(buku, sekolah, pegawai)
    if dasar is None and not harus_dikonfirmasi and pegawai is not None and _padan_menurut_nama(buku, sekolah, pegawai):
        dasar, units = Dasar.NAMA, [pegawai]
    if dasar is not None and pegawai is not None and pegawai in units:
        ada = _ditemukan(buku, sekolah, pegawai, dasar)
        return HasilPadanan(Keputusan.PADAN, pegawai, dasar, ada.catatan, ada.simpan_otomatis)
    if dasar in (Dasar.DIKONFIRMASI, Dasar.UNOR_PMM):
        return HasilPadanan(Keputusan.BUKAN_SEKOLAH, _paling_jelas(buku, sekolah, units) or units[0], dasar)
    saran = buku.saran(sekolah, unit_pegawai_id)
    punya_npsn = _kunci_npsn(sekolah.npsn) is not None
    baru = tuple(s.id for s in saran if punya_npsn and buku.status(sekolah.npsn, s.id) is None)
    return HasilPadanan(Keputusan.TIDAK_SAMA, saran=saran, usulan_baru=baru)


def temukan_semua(buku: BukuUnit, sekolah: SekolahPMM, *, harus_dikonfirmasi: bool) -> tuple[UnitDitemukan, ...]:
    """Every active unit of the instansi that is the school by the first rule that finds one; usually one or none.

    Several when an admin confirmed several units for one NPSN: any of them is the school.
    """
    dasar, units = _tautan(buku, sekolah, None)
    if dasar is None and not harus_dikonfirmasi:
        bernama = _bernama(buku, sekolah)
        dasar, units = (Dasar.NAMA, bernama) if len(bernama) == 1 else (None, [])
    return () if dasar is None else tuple(_ditemukan(buku, sekolah, u, dasar) for u in units)


def temukan(buku: BukuUnit, sekolah: SekolahPMM, *, harus_dikonfirmasi: bool) -> UnitReferensi | None:
    """The one active unit of the instansi that is the school. Of several confirmed ones the one whose id PMM names,
    else the one with the school's name; None when that does not tell them apart either."""
    units = [d.unit for d in temukan_semua(buku, sekolah, harus_dikonfirmasi=harus_dikonfirmasi)]
    return _paling_jelas(buku, sekolah, units)


def _tautan(
    buku: BukuUnit, sekolah: SekolahPMM, pegawai: UnitReferensi | None
) -> tuple[Dasar | None, list[UnitReferensi]]:
    """The usable units of the first of rules 1-3 that has any."""
    unor = buku.unit(sekolah.unor_id)
    ditolak = unor is not None and buku.status(sekolah.npsn, unor.id) is StatusPadanan.DITOLAK
    menurut_aturan = (
        (Dasar.DIKONFIRMASI, buku.menurut_status(sekolah.npsn, StatusPadanan.DIKONFIRMASI)),
        (Dasar.UNOR_PMM, [] if unor is None or ditolak else [unor]),
        (Dasar.OTOMATIS, buku.menurut_status(sekolah.npsn, StatusPadanan.OTOMATIS)),
    )
    for dasar, units in menurut_aturan:
        if dapat_dipakai := [u for u in units if u.aktif or u is pegawai]:
            return dasar, dapat_dipakai
    return None, []


def _bernama(buku: BukuUnit, sekolah: SekolahPMM) -> list[UnitReferensi]:
    """The active units with one of PMM's names whose pair was not rejected."""
    cocok = buku.aktif_bernama(buku.nama_pmm(sekolah))
    return [u for u in cocok if buku.status(sekolah.npsn, u.id) is not StatusPadanan.DITOLAK]


def _nama_sama(buku: BukuUnit, sekolah: SekolahPMM, unit: UnitReferensi) -> bool:
    nama_unit = buku.nama(unit)
    return any(nama_cocok(n, nama_unit) for n in buku.nama_pmm(sekolah))


def _padan_menurut_nama(buku: BukuUnit, sekolah: SekolahPMM, pegawai: UnitReferensi) -> bool:
    if buku.status(sekolah.npsn, pegawai.id) is StatusPadanan.DITOLAK or not _nama_sama(buku, sekolah, pegawai):
        return False
    return all(u is pegawai for u in _bernama(buku, sekolah))


def _ditemukan(buku: BukuUnit, sekolah: SekolahPMM, unit: UnitReferensi, dasar: Dasar) -> UnitDitemukan:
    catatan: tuple[Kode, ...] = ()
    if dasar in _MENURUT_NAMA:
        catatan = (Kode.PADAN_MENURUT_NAMA,)
    elif not _nama_sama(buku, sekolah, unit):
        catatan = (Kode.NAMA_SEKOLAH_BERBEDA,)
    simpan = dasar is Dasar.NAMA and _kunci_npsn(sekolah.npsn) is not None
    return UnitDitemukan(unit, dasar, catatan, simpan)


def _paling_jelas(buku: BukuUnit, sekolah: SekolahPMM, units: Sequence[UnitReferensi]) -> UnitReferensi | None:
    if len(units) == 1:
        return units[0]
    unor = buku.unit(sekolah.unor_id)
    if unor is not None and unor in units:
        return unor
    bernama = [u for u in units if _nama_sama(buku, sekolah, u)]
    return bernama[0] if len(bernama) == 1 else None


def sekolah_sama(a: SekolahPMM, b: SekolahPMM) -> bool:
    """Whether PMM means the same school twice: by NPSN, else by its unor id, else by the folded name."""
    if a.npsn is not None and b.npsn is not None:
        return a.npsn == b.npsn
    if a.unor_id is not None and b.unor_id is not None:
        return a.unor_id.upper() == b.unor_id.upper()
    return lipat(a.nama) == lipat(b.nama)
