"""Assessment periods of an instansi: `mm-dd` templates, the dates they have in a year, and whether ratings can be
synchronised with them. A `Periode` that exists is well formed; whether the table as a whole is in order is judged
per year, since two periods with the same angka are a finding, not an error of input (keputusan)."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from ekinerja_domain.kernel.rentang import RentangTanggal
from ekinerja_domain.sinkronisasi.temuan import Kode

TAHUN_TERKECIL, TAHUN_TERBESAR = 2000, 2100
PANJANG_NAMA = 200

_POLA_HARI_BULAN = re.compile(r"([0-9]{2})-([0-9]{2})")
_TAHUN_KABISAT = 2000


class JenisPeriode(StrEnum):
    PERIODIK = "PERIODIK"
    FINAL = "FINAL"


class TipePeriodik(StrEnum):
    BULANAN = "BULANAN"
    TRIWULANAN = "TRIWULANAN"

    @property
    def angka_terbesar(self) -> int:
        """12 for months, 4 for quarters."""
        return 12 if self is TipePeriodik.BULANAN else 4


@dataclass(frozen=True, slots=True, order=True)
class HariBulan:
    """A day of any year; 02-29 is the last day of February in a common year."""

    bulan: int
    hari: int

    def __post_init__(self) -> None:
        # A leap year has every day that any year has.
        date(_TAHUN_KABISAT, self.bulan, self.hari)

    @classmethod
    def parse(cls, teks: str) -> HariBulan:
        """The day written as "mm-dd". Raises ValueError."""
        cocok = _POLA_HARI_BULAN.fullmatch(teks)
        if cocok is None:
            raise ValueError("harus berbentuk mm-dd")
        return cls(int(cocok[1]), int(cocok[2]))

    def pada_tahun(self, tahun: int) -> date:
        """This day in the year."""
        hari = 28 if (self.bulan, self.hari) == (2, 29) and not isleap(tahun) else self.hari
        return date(tahun, self.bulan, hari)

    def __str__(self) -> str:
        return f"{self.bulan:02d}-{self.hari:02d}"


@dataclass(frozen=True, slots=True)
class Galat:
    """One fault of a body: where it is, and what is wrong in Indonesian."""

    lokasi: str
    pesan: str


@dataclass(frozen=True, slots=True)
class Periode:
    """A period of an instansi. `tahun` None: a template for every year. Raises ValueError when it ends before it
    begins; a period never runs over New Year, only its batas_pengisian may."""

    nama: str
    jenis: JenisPeriode
    tipe_periodik: TipePeriodik | None
    angka_periodik: int | None
    periode_awal: HariBulan
    periode_akhir: HariBulan
    batas_pengisian: HariBulan
    tahun: int | None = None
    id: str | None = None
    instansi_id: str | None = None

    def __post_init__(self) -> None:
        if self.periode_akhir < self.periode_awal:
            raise ValueError("periode_akhir mendahului periode_awal")


@dataclass(frozen=True, slots=True)
class PeriodeTahun:
    """A period with the dates it has in one year."""

    periode: Periode
    tahun: int
    awal: date
    akhir: date
    batas: date

    @property
    def kunci(self) -> tuple[TipePeriodik, int] | None:
        """(tipe, angka), by which ratings are matched; None when one of them is missing."""
        tipe, angka = self.periode.tipe_periodik, self.periode.angka_periodik
        return None if tipe is None or angka is None else (tipe, angka)


@dataclass(frozen=True, slots=True)
class HasilPemeriksaan:
    """Whether the periods of a year are in order: `kode` None means yes. `periode` are the ones that were looked at;
    `tipe` is the one tipe they have, None when there is none or more than one."""

    tipe: TipePeriodik | None
    kode: Kode | None
    periode: tuple[PeriodeTahun, ...]


def pada_tahun(periode: Periode, tahun: int) -> PeriodeTahun:
    """The period's dates in the year; a batas_pengisian before the period's end falls in the next year.

    Raises ValueError when the period is for another year.
    """
    if periode.tahun is not None and periode.tahun != tahun:
        raise ValueError(f"periode ini untuk tahun {periode.tahun}, bukan {tahun}")
    akhir = periode.periode_akhir.pada_tahun(tahun)
    batas = periode.batas_pengisian.pada_tahun(tahun)
    if batas < akhir:
        batas = periode.batas_pengisian.pada_tahun(tahun + 1)
    return PeriodeTahun(periode, tahun, periode.periode_awal.pada_tahun(tahun), akhir, batas)


def berlaku_untuk_tahun(semua: Iterable[Periode], tahun: int) -> tuple[PeriodeTahun, ...]:
    """The periods in force in the year, with their dates, in order of time.

    Periods made for that very year replace all templates of the same jenis (keputusan).
    """
    calon = [p for p in semua if p.tahun is None or p.tahun == tahun]
    jenis_khusus = {p.jenis for p in calon if p.tahun == tahun}
    dipakai = [pada_tahun(p, tahun) for p in calon if p.tahun == tahun or p.jenis not in jenis_khusus]
    return tuple(sorted(dipakai, key=lambda p: (p.awal, p.akhir, p.periode.angka_periodik or 0, p.periode.nama)))


def periksa_periodik(semua: Iterable[Periode], tahun: int) -> HasilPemeriksaan:
    """Whether periodic ratings of the year can be synchronised (document 000, errors 1-3; document 001).

    The faults in their order: two tipe; one tipe but an angka twice; no period with tipe and angka.
    """
    periode = tuple(p for p in berlaku_untuk_tahun(semua, tahun) if p.periode.jenis is JenisPeriode.PERIODIK)
    tipe = {p.periode.tipe_periodik for p in periode if p.periode.tipe_periodik is not None}
    if len(tipe) > 1:
        return HasilPemeriksaan(None, Kode.PERIODE_DUA_TIPE, periode)
    satu_tipe = next(iter(tipe), None)
    kunci = [p.kunci for p in periode if p.kunci is not None]
    if len(set(kunci)) < len(kunci):
        return HasilPemeriksaan(satu_tipe, Kode.PERIODE_ANGKA_DUPLIKAT, periode)
    return HasilPemeriksaan(satu_tipe, None if kunci else Kode.PERIODE_BELUM_DIATUR, periode)


def periksa_final(semua: Iterable[Periode], tahun: int) -> HasilPemeriksaan:
    """Whether the final rating of the year can be synchronised: exactly one FINAL period is in force (document 000)."""
    periode = tuple(p for p in berlaku_untuk_tahun(semua, tahun) if p.periode.jenis is JenisPeriode.FINAL)
    kode = {0: Kode.PERIODE_FINAL_BELUM_DIATUR, 1: None}.get(len(periode), Kode.PERIODE_FINAL_GANDA)
    return HasilPemeriksaan(None, kode, periode)


def periode_skp(semua: Iterable[Periode], tahun: int, rentang_skp: RentangTanggal) -> tuple[PeriodeTahun, ...]:
    """The periods of the year that an SKP of this range has: those whose end lies within it (keputusan)."""
    return tuple(p for p in berlaku_untuk_tahun(semua, tahun) if rentang_skp.memuat(p.akhir))


_KUNCI_BADAN = frozenset(
    {
        "id",
        "instansi_id",
        "nama",
        "jenis",
        "tipe_periodik",
        "angka_periodik",
        "periode_awal",
        "periode_akhir",
        "batas_pengisian",
        "tahun",
    }
)
_Kata = TypeVar("_Kata", bound=StrEnum)


def _baca_nama(nilai: object, galat: list[Galat]) -> str:
    nama = " ".join(nilai.split()) if isinstance(nilai, str) else ""
    if not nama:
        galat.append(Galat("nama", "wajib diisi"))
    elif len(nama) > PANJANG_NAMA or not nama.isprintable():
        galat.append(Galat("nama", f"paling panjang {PANJANG_NAMA} huruf, tanpa karakter kendali"))
    return nama


def _baca_kata(lokasi: str, nilai: object, kata: type[_Kata], galat: list[Galat], *, wajib: bool) -> _Kata | None:
    if nilai is None and not wajib:
        return None
    if isinstance(nilai, str) and nilai in kata.__members__:
        return kata[nilai]
    galat.append(Galat(lokasi, f"harus salah satu dari {', '.join(kata)}"))
    return None


def _baca_bulat(lokasi: str, nilai: object, terkecil: int, terbesar: int, galat: list[Galat]) -> int | None:
    if nilai is None:
        return None
    if isinstance(nilai, int) and not isinstance(nilai, bool) and terkecil <= nilai <= terbesar:
        return nilai
    galat.append(Galat(lokasi, f"harus bilangan bulat {terkecil}-{terbesar}"))
    return None


def _baca_hari_bulan(lokasi: str, nilai: object, galat: list[Galat]) -> HariBulan | None:
    try:
        return HariBulan.parse(nilai if isinstance(nilai, str) else "")
    except ValueError:
        galat.append(Galat(lokasi, "harus tanggal yang sah berbentuk mm-dd"))
        return None


def _baca_kunci(lokasi: str, nilai: object, galat: list[Galat]) -> str | None:
    if nilai is None or (isinstance(nilai, str) and nilai):
        return nilai
    galat.append(Galat(lokasi, "harus teks"))
    return None


def urai_periode(badan: Mapping[str, object]) -> Periode | list[Galat]:
    """The period of a body with the fields of `Periode` in JSON's types, or *all* its faults (never an empty list).

    tipe_periodik and angka_periodik may be missing, which is a finding of the year's check; a FINAL has neither.
    """
    galat = [Galat(lokasi, "tidak dikenal") for lokasi in sorted(badan.keys() - _KUNCI_BADAN)]
    nama = _baca_nama(badan.get("nama"), galat)
    jenis = _baca_kata("jenis", badan.get("jenis"), JenisPeriode, galat, wajib=True)
    tipe = _baca_kata("tipe_periodik", badan.get("tipe_periodik"), TipePeriodik, galat, wajib=False)
    terbesar = tipe.angka_terbesar if tipe else TipePeriodik.BULANAN.angka_terbesar
    angka = _baca_bulat("angka_periodik", badan.get("angka_periodik"), 1, terbesar, galat)
    awal = _baca_hari_bulan("periode_awal", badan.get("periode_awal"), galat)
    akhir = _baca_hari_bulan("periode_akhir", badan.get("periode_akhir"), galat)
    batas = _baca_hari_bulan("batas_pengisian", badan.get("batas_pengisian"), galat)
    tahun = _baca_bulat("tahun", badan.get("tahun"), TAHUN_TERKECIL, TAHUN_TERBESAR, galat)
    id_periode = _baca_kunci("id", badan.get("id"), galat)
    instansi_id = _baca_kunci("instansi_id", badan.get("instansi_id"), galat)
    if jenis is JenisPeriode.FINAL:
        terisi = [lokasi for lokasi in ("tipe_periodik", "angka_periodik") if badan.get(lokasi) is not None]
        galat += [Galat(lokasi, "harus kosong untuk periode FINAL") for lokasi in terisi]
    if awal is not None and akhir is not None and akhir < awal:
        galat.append(Galat("periode_akhir", "mendahului periode_awal"))
    if galat or jenis is None or awal is None or akhir is None or batas is None:
        return galat
    return Periode(nama, jenis, tipe, angka, awal, akhir, batas, tahun, id_periode, instansi_id)


_ROMAWI = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_SEBUTAN: Mapping[TipePeriodik, str] = {TipePeriodik.BULANAN: "Periode", TipePeriodik.TRIWULANAN: "Triwulan"}
_HARI_BATAS = 10


@dataclass(frozen=True, slots=True)
class RencanaSusun:
    """What puts the table of a year in order. `tabel` is the whole table afterwards, in its official order; `pindah`
    says whose ratings of the year go along, as (template id, id of the new period). With a `penghalang` (rated periods
    that fit nowhere) everything else is empty."""

    baru: tuple[Periode, ...] = ()
    diubah: tuple[Periode, ...] = ()
    dihapus: tuple[Periode, ...] = ()
    tabel: tuple[Periode, ...] = ()
    pindah: tuple[tuple[str, str], ...] = ()
    penghalang: tuple[Periode, ...] = ()

    @property
    def menulis(self) -> bool:
        return bool(self.baru or self.diubah or self.dihapus)


def tabel_resmi(tipe: TipePeriodik, tahun: int) -> tuple[Periode, ...]:
    """The official periods of a year, PERIODIK in order and then FINAL, by their names in document 000.

    batas_pengisian: the 10th of the following month, FINAL 31 January (keputusan, ADR 0010).
    """
    panjang = 12 // tipe.angka_terbesar
    periodik = []
    for angka in range(1, tipe.angka_terbesar + 1):
        bulan = angka * panjang
        awal = HariBulan(bulan - panjang + 1, 1)
        akhir = HariBulan(bulan, monthrange(tahun, bulan)[1])
        batas = HariBulan(bulan % 12 + 1, _HARI_BATAS)
        nama = f"{_SEBUTAN[tipe]} {_ROMAWI[angka - 1]}"
        periodik.append(Periode(nama, JenisPeriode.PERIODIK, tipe, angka, awal, akhir, batas, tahun))
    setahun = (HariBulan(1, 1), HariBulan(12, 31), HariBulan(1, 31))
    return (*periodik, Periode(f"Tahun {tahun}", JenisPeriode.FINAL, None, None, *setahun, tahun))


def susun(
    semua: Iterable[Periode],
    bernilai: Container[str],
    tipe: TipePeriodik,
    tahun: int,
    id_baru: Callable[[], str],
) -> RencanaSusun:
    """How the periods of the year become the official table; doing it twice is doing it once (keputusan, ADR 0010).

    `semua`: the periods of one instansi, with their ids; `bernilai`: ids of those with ratings. A rated period stays
    where a place fits it by its dates or else by (tipe, angka), and keeps its dates; one that fits nowhere stands in
    the way. One without ratings stays if it fits a free place, else it goes. Templates are never touched.
    """
    semua = sorted(semua, key=lambda p: (p.periode_awal, p.periode_akhir, p.id or ""))
    tahun_ini = [p for p in semua if p.tahun == tahun]
    resmi = tabel_resmi(tipe, tahun)
    berbeban = [p for p in tahun_ini if p.id in bernilai]
    tempat = _tempatkan(berbeban, resmi, tahun)
    penghalang = tuple(p for p in berbeban if p not in tempat.values())
    if penghalang:
        return RencanaSusun(penghalang=penghalang)
    bebas = [p for p in tahun_ini if p.id not in bernilai]
    for p in sorted(bebas, key=lambda p: replace(p, id=None, instansi_id=None) not in resmi):
        pilihan = [i for i in _pilihan(p, resmi, tahun) if i not in tempat]
        if pilihan:
            tempat[pilihan[0]] = p
    tabel = [
        _jadikan(tempat[i], r, tahun, bernilai) if i in tempat else replace(r, id=id_baru())
        for i, r in enumerate(resmi)
    ]
    baru = tuple(p for i, p in enumerate(tabel) if i not in tempat)
    jenis_khusus = {p.jenis for p in tahun_ini}
    templat = [p for p in semua if p.tahun is None and p.id in bernilai and p.jenis not in jenis_khusus]
    return RencanaSusun(
        baru=baru,
        diubah=tuple(p for i, p in enumerate(tabel) if i in tempat and p != tempat[i]),
        dihapus=tuple(p for p in bebas if p not in tempat.values()),
        tabel=tuple(tabel),
        pindah=tuple(_pindahan(templat, baru, tahun)),
    )


def _pilihan(p: Periode, resmi: Sequence[Periode], tahun: int) -> list[int]:
    """The places this period fits, the best first: dates cannot change under ratings, names and numbers can."""
    sejenis = [(i, r) for i, r in enumerate(resmi) if r.jenis is p.jenis]
    menurut_tanggal = [i for i, r in sejenis if _setanggal(p, r, tahun)]
    menurut_angka = [
        i for i, r in sejenis if (r.tipe_periodik, r.angka_periodik) == (p.tipe_periodik, p.angka_periodik)
    ]
    return list(dict.fromkeys(menurut_tanggal + menurut_angka))


def _setanggal(a: Periode, b: Periode, tahun: int) -> bool:
    x, y = pada_tahun(a, tahun), pada_tahun(b, tahun)
    return (x.awal, x.akhir) == (y.awal, y.akhir)


def _tempatkan(calon: Sequence[Periode], resmi: Sequence[Periode], tahun: int) -> dict[int, Periode]:
    """As many of them as possible, each in a place that fits it (augmenting paths, after Kuhn)."""
    tempat: dict[int, Periode] = {}

    def dapat(p: Periode, dilihat: set[int]) -> bool:
        for i in _pilihan(p, resmi, tahun):
            if i not in dilihat:
                dilihat.add(i)
                if i not in tempat or dapat(tempat[i], dilihat):
                    tempat[i] = p
                    return True
        return False

    for p in calon:
        dapat(p, set())
    return tempat


def _jadikan(p: Periode, resmi: Periode, tahun: int, bernilai: Container[str]) -> Periode:
    """The period under its official name. Its batas_pengisian is the admin's own and stays, unless its dates change."""
    if p.id in bernilai or _setanggal(p, resmi, tahun):
        return replace(p, nama=resmi.nama, tipe_periodik=resmi.tipe_periodik, angka_periodik=resmi.angka_periodik)
    return replace(resmi, id=p.id, instansi_id=p.instansi_id)


def _pindahan(templat: Sequence[Periode], baru: Sequence[Periode], tahun: int) -> Iterable[tuple[str, str]]:
    """Each new period takes over one rated template of the same dates: no period then gets two ratings of one SKP."""
    for p in baru:
        asal = next((t for t in templat if t.jenis is p.jenis and _setanggal(t, p, tahun)), None)
        if asal is not None and asal.id is not None and p.id is not None:
            yield asal.id, p.id
