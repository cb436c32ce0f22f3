"""Names of schools, taken apart so that two writings of the same school compare equal and two schools never do.

A name is its kind (SDN), its set of numbers, and the rest. Numbers are never forgotten: KARYASARI 1 is never
KARYASARI 3. The rules are a keputusan, drawn from the unit names in documents 000 and 002.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from ekinerja_domain.kernel.teks import lipat

# No school's name is longer; what is longer is not worth the work.
PANJANG_NAMA = 300

_Kata = tuple[str, ...]

_SATUAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ROMAWI: Mapping[str, int] = MappingProxyType(
    {r: n for n, r in enumerate((*_SATUAN, *(f"x{satuan}" for satuan in _SATUAN)), start=1)}
)

# Written out or short; the first is how the kind is called here.
_BENTUK_JENIS: Mapping[str, tuple[_Kata, ...]] = MappingProxyType(
    {
        "SD": (("sd",), ("sekolah", "dasar")),
        "SMP": (("smp",), ("sekolah", "menengah", "pertama")),
        "SMA": (("sma",), ("sekolah", "menengah", "atas")),
        "SMK": (("smk",), ("sekolah", "menengah", "kejuruan")),
        "SLB": (("slb",), ("sekolah", "luar", "biasa")),
        "TK": (("tk",), ("taman", "kanak", "kanak")),
        "PAUD": (("paud",), ("pendidikan", "anak", "usia", "dini")),
        "MI": (("mi",), ("madrasah", "ibtidaiyah")),
        "MTS": (("mts",), ("madrasah", "tsanawiyah")),
        "MA": (("ma",), ("madrasah", "aliyah")),
        "KB": (("kb",), ("kelompok", "bermain")),
        "RA": (("ra",), ("raudhatul", "athfal")),
        "PKBM": (("pkbm",),),
        "SKB": (("skb",), ("sanggar", "kegiatan", "belajar")),
        "SEKOLAH": (("sekolah",),),
    }
)
_TANPA_NEGERI = frozenset({"KB", "RA", "PKBM", "SEKOLAH"})
_AKHIRAN: Mapping[str, tuple[_Kata, ...]] = MappingProxyType(
    {
        "N": (("n",), ("negeri",), ("neg",), ("negri",)),
        "": (("swasta",),),
        "IT": (("it",), ("islam", "terpadu")),
    }
)


def _bentuk_satu_jenis(jenis: str, bentuk: tuple[_Kata, ...]) -> Iterator[tuple[_Kata, str]]:
    for dasar in bentuk:
        yield dasar, jenis
    singkat = bentuk[0][0]
    yield tuple(singkat), jenis
    if jenis in _TANPA_NEGERI:
        return
    for tanda, akhiran in _AKHIRAN.items():
        for dasar, kata in product(bentuk, akhiran):
            yield dasar + kata, jenis + tanda
        for kata in akhiran:
            if len(kata) == 1:
                yield (singkat + kata[0],), jenis + tanda
    yield (f"{singkat}s",), jenis
    yield tuple(singkat + "n"), f"{jenis}N"


_JENIS: Mapping[_Kata, str] = MappingProxyType(
    {kata: jenis for nama, bentuk in _BENTUK_JENIS.items() for kata, jenis in _bentuk_satu_jenis(nama, bentuk)}
)
_JENIS_TERPANJANG = max(map(len, _JENIS))

_SATUAN_PENDIDIKAN: tuple[_Kata, ...] = tuple(
    upt + ekor
    for ekor in (("satuan", "pendidikan", "formal"), ("satuan", "pendidikan"), ("spf",))
    for upt in (("uptd",), ("upt",))
)
_UPT: tuple[_Kata, ...] = (
    ("unit", "pelaksana", "teknis", "daerah"),
    ("unit", "pelaksana", "teknis"),
    ("uptd",),
    ("upt",),
)
_SATAP: tuple[_Kata, ...] = (("satu", "atap"), ("satap",), ("satuatap",))
_KECAMATAN = frozenset({"kec", "kecamatan"})

_JENIS_DAERAH: Mapping[str, str] = MappingProxyType({"kab": "kab", "kabupaten": "kab", "kota": "kota"})
_BUKAN_NAMA_INSTANSI = frozenset({"pemerintah", "pemkab", "pemkot", "pemda", "pemprov", "daerah"})

_HURUF_LALU_ANGKA = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class NamaSekolah:
    """A name taken apart. `jenis` None: no kind of school we know (a Dinas, for one); `inti` is what is left after
    kind, numbers and what says nothing about which school it is, folded."""

    jenis: str | None
    angka: frozenset[int]
    inti: str

    @property
    def bermakna(self) -> bool:
        """Whether there is anything to compare: a bare number or an empty text names nothing."""
        return bool(self.inti or self.jenis)


@dataclass(frozen=True, slots=True)
class _NamaDaerah:
    jenis: str | None
    kata: _Kata


@lru_cache(maxsize=1_024)
def _urai_instansi(nama_instansi: str) -> _NamaDaerah:
    kata = [k for k in _kata(nama_instansi) if k not in _BUKAN_NAMA_INSTANSI]
    if kata and kata[0] in _JENIS_DAERAH:
        return _NamaDaerah(_JENIS_DAERAH[kata[0]], tuple(kata[1:]))
    return _NamaDaerah(None, tuple(kata))


def _kata(nama: str) -> list[str]:
    return _HURUF_LALU_ANGKA.sub(" ", lipat(nama[:PANJANG_NAMA])).split()


def _angka(kata: str) -> int | None:
    if kata.isdecimal():
        return int(kata)
    return _ROMAWI.get(kata)


def _buang(kata: list[str], urutan: Sequence[_Kata]) -> list[str]:
    """Without every occurrence of the sequences of words."""
    hasil: list[str] = []
    posisi = 0
    while posisi < len(kata):
        panjang = next((len(u) for u in urutan if tuple(kata[posisi : posisi + len(u)]) == u), 0)
        if not panjang:
            hasil.append(kata[posisi])
        posisi += panjang or 1
    return hasil


def _tanpa_upt(kata: list[str]) -> list[str]:
    tanpa = _buang(kata, _SATUAN_PENDIDIKAN)
    awalan = next((len(u) for u in _UPT if tuple(tanpa[: len(u)]) == u), 0)
    return tanpa[awalan:] or kata


def _pisah_jenis(kata: list[str]) -> tuple[str | None, list[str]]:
    for panjang in range(min(_JENIS_TERPANJANG, len(kata)), 0, -1):
        jenis = _JENIS.get(tuple(kata[:panjang]))
        if jenis is not None:
            return jenis, kata[panjang:]
    return None, kata


def _tanpa_daerah(kata: list[str], daerah: _NamaDaerah) -> list[str]:
    """Without a trailing "KAB. x", "KABUPATEN x" or "KOTA x" of the instansi itself; numbers behind it stay."""
    ujung = len(kata)
    while ujung and _angka(kata[ujung - 1]) is not None:
        ujung -= 1
    mulai = ujung - len(daerah.kata)
    if not daerah.kata or mulai < 1 or tuple(kata[mulai:ujung]) != daerah.kata:
        return kata
    penanda = _JENIS_DAERAH.get(kata[mulai - 1])
    if penanda is None or daerah.jenis not in (None, penanda):
        return kata
    return kata[: mulai - 1] + kata[ujung:]


def _angka_di_belakang_nama(kata: list[str]) -> list[str]:
    """Of a trailing place ("KEC. CIKEDAL 3") the numbers after its first word: they may be the school's own, while
    those before it (KEC. IV KOTO) are the place's."""
    pertama = next((i for i, k in enumerate(kata) if _angka(k) is None), 0)
    return [k for k in kata[pertama:] if _angka(k) is not None]


def _potong(kata: list[str], mulai: int) -> list[str]:
    return kata[:mulai] + _angka_di_belakang_nama(kata[mulai + 1 :])


def _tanpa_dinas(kata: list[str]) -> list[str]:
    return _potong(kata, kata.index("dinas")) if "dinas" in kata[1:] and kata[0] != "dinas" else kata


def _tanpa_kecamatan(kata: list[str]) -> list[str]:
    mulai = next((i for i, k in enumerate(kata) if k in _KECAMATAN), None)
    if mulai is None:
        return kata
    # A school without another name is told from the next one by its kecamatan alone: SDN 1 KEC. X, SDN 1 KEC. Y.
    if all(_angka(k) is not None for k in kata[:mulai]):
        return [*kata[:mulai], "kec", *kata[mulai + 1 :]]
    return _potong(kata, mulai)


@lru_cache(maxsize=65_536)
def urai_nama(nama: str, nama_instansi: str) -> NamaSekolah:
    """The name taken apart, as it is to be understood within the instansi of this name. Never raises.

    The instansi's own name behind KAB., KABUPATEN or KOTA is dropped; kecamatan and Dinas are dropped behind the name
    of a school, but not from the name of an office, which they tell apart.
    """
    daerah = _urai_instansi(nama_instansi)
    kata = _tanpa_upt(_kata(nama))
    tanpa_satap = _buang(kata, _SATAP)
    satap = len(tanpa_satap) < len(kata)
    jenis, kata = _pisah_jenis(tanpa_satap)
    if satap:
        jenis = f"{jenis} SATAP" if jenis else "SATAP"
    kata = _tanpa_daerah(kata, daerah)
    if jenis is not None:
        kata = _tanpa_daerah(_tanpa_kecamatan(_tanpa_daerah(_tanpa_dinas(kata), daerah)), daerah)
    angka = frozenset(a for k in kata if (a := _angka(k)) is not None)
    return NamaSekolah(jenis, angka, " ".join(k for k in kata if _angka(k) is None))


def nama_cocok(a: NamaSekolah, b: NamaSekolah) -> bool:
    """Whether the two name the same school: same kind, same numbers, same rest. A name that says nothing matches
    nothing, not even itself."""
    return a.bermakna and a == b


@lru_cache(maxsize=65_536)
def trigram(inti: str) -> frozenset[str]:
    """The three-letter pieces of the words of a folded name, with the beginnings and ends of words marked. A name
    that is only a kind and a number has one piece, which it shares with others of that sort."""
    if not inti:
        return frozenset({""})
    return frozenset(
        berbatas[i : i + 3] for kata in inti.split() for berbatas in (f"  {kata} ",) for i in range(len(kata) + 1)
    )


_POTONGAN_JENIS = 0.6
_POTONGAN_ANGKA = 0.8


def kemiripan_inti(a: NamaSekolah, b: NamaSekolah, *, sama: int, gabungan: int) -> float:
    """The likeness of two names whose rests share `sama` of `gabungan` trigrams: that share, lowered for another kind
    and for other numbers. 1.0 only for names that match."""
    return (
        sama
        / gabungan
        * (1 if a.jenis == b.jenis else _POTONGAN_JENIS)
        * (1 if a.angka == b.angka else _POTONGAN_ANGKA)
    )


def kemiripan(a: NamaSekolah, b: NamaSekolah) -> float:
    """How alike two names are, 0 to 1, for suggestions only: the share of trigrams of the rest (as PostgreSQL's
    pg_trgm), lowered for another kind and for other numbers."""
    trigram_a, trigram_b = trigram(a.inti), trigram(b.inti)
    return kemiripan_inti(a, b, sama=len(trigram_a & trigram_b), gabungan=len(trigram_a | trigram_b))
