"""A cron in words, and back: what a form with day and hour makes of it, and how a user reads what is there.

Pure. Only shapes that read as a sentence are put into words; for the others the cron itself is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync_api.konsol.waktu import BULAN, singkatan_zona

HARI = ("Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu")
_NAMA_HARI = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMA_BULAN = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HARI_KERJA = (1, 2, 3, 4, 5)
# A sentence with more times of day than these is not read any more.
_JAM_TERBANYAK = 6


class Pola(StrEnum):
    """How often, as the form offers it."""

    HARIAN = "HARIAN"
    HARI_KERJA = "HARI_KERJA"
    MINGGUAN = "MINGGUAN"
    BULANAN = "BULANAN"
    CRON = "CRON"


@dataclass(frozen=True, slots=True)
class PilihanWaktu:
    """What the form shows: `jam` as HH:MM, `hari` with 0 for Sunday, `tanggal` of the month, and the cron itself."""

    pola: Pola
    jam: str = "01:00"
    hari: tuple[int, ...] = (1,)
    tanggal: int = 1
    cron: str = ""


def cron_dari_pilihan(pilihan: PilihanWaktu) -> str:
    """The cron of five fields; for `Pola.CRON` the one that was typed, unchecked."""
    if pilihan.pola is Pola.CRON:
        return pilihan.cron
    jam, _, menit = pilihan.jam.partition(":")
    waktu = f"{int(menit)} {int(jam)}"
    match pilihan.pola:
        case Pola.HARI_KERJA:
            return f"{waktu} * * 1-5"
        case Pola.MINGGUAN:
            return f"{waktu} * * {','.join(str(h) for h in sorted(set(pilihan.hari)))}"
        case Pola.BULANAN:
            return f"{waktu} {pilihan.tanggal} * *"
        case _:
            return f"{waktu} * * *"


def pilihan_dari_cron(cron: str) -> PilihanWaktu:
    """The choices that make this cron; `Pola.CRON` when the form has none for it."""
    ahli = PilihanWaktu(Pola.CRON, cron=cron)
    ruas = cron.split()
    if len(ruas) != 5 or ruas[3] != "*":
        return ahli
    menit, jam = _nilai(ruas[0], 0, 59), _nilai(ruas[1], 0, 23)
    if menit is None or jam is None or len(menit) != 1 or len(jam) != 1:
        return ahli
    pukul = f"{jam[0]:02d}:{menit[0]:02d}"
    tanggal, hari = _nilai(ruas[2], 1, 31), _hari(ruas[4])
    if ruas[2] == "*" and ruas[4] == "*":
        return PilihanWaktu(Pola.HARIAN, pukul, cron=cron)
    if ruas[2] == "*" and hari is not None:
        return PilihanWaktu(Pola.HARI_KERJA if hari == HARI_KERJA else Pola.MINGGUAN, pukul, hari, cron=cron)
    if ruas[4] == "*" and tanggal is not None and len(tanggal) == 1:
        return PilihanWaktu(Pola.BULANAN, pukul, tanggal=tanggal[0], cron=cron)
    return ahli


def cron_dalam_kata(cron: str, zona: str) -> str:
    """As "setiap hari pukul 01.00 WIB"; "menurut pola cron ..." for what does not read as a sentence."""
    ruas = cron.split()
    hari = _hari_dalam_kata(*ruas[2:]) if len(ruas) == 5 else None
    if hari is None:
        return f"menurut pola cron {cron} ({singkatan_zona(zona)})"
    selang = _selang(ruas[0], ruas[1])
    if selang is not None:
        return selang if hari == "setiap hari" else f"{hari}, {selang}"
    pukul = _pukul(ruas[0], ruas[1])
    if pukul is None:
        return f"menurut pola cron {cron} ({singkatan_zona(zona)})"
    return f"{hari} pukul {pukul} {singkatan_zona(zona)}"


def _selang(menit: str, jam: str) -> str | None:
    """For what recurs within the day at even distances."""
    if jam == "*":
        langkah = _langkah(menit, 60)
        if langkah is not None:
            return f"setiap {langkah} menit"
        tepat = _nilai(menit, 0, 59)
        if tepat is not None and len(tepat) == 1:
            return "setiap jam" if tepat[0] == 0 else f"setiap jam pada menit ke-{tepat[0]}"
        return None
    langkah = _langkah(jam, 24)
    tepat = _nilai(menit, 0, 59)
    if langkah is None or tepat is None or len(tepat) != 1:
        return None
    return f"setiap {langkah} jam" + (f" pada menit ke-{tepat[0]}" if tepat[0] else "")


def _pukul(menit: str, jam: str) -> str | None:
    m, j = _nilai(menit, 0, 59), _nilai(jam, 0, 23)
    if m is None or j is None or len(m) * len(j) > _JAM_TERBANYAK:
        return None
    return _rangkai([f"{satu:02d}.{dua:02d}" for satu in j for dua in m])


def _hari_dalam_kata(tanggal: str, bulan: str, hari: str) -> str | None:
    bagian = []
    if tanggal != "*":
        nilai = _nilai(tanggal, 1, 31)
        if nilai is None:
            return None
        bagian.append(f"setiap tanggal {_rangkai([str(n) for n in nilai])}")
    if hari != "*":
        daftar = _hari(hari)
        if daftar is None:
            return None
        nama = "hari kerja (Senin sampai Jumat)" if daftar == HARI_KERJA else _rangkai([HARI[h] for h in daftar])
        bagian.append(f"setiap {nama}")
    # A cron that names both runs when either holds.
    kata = " atau ".join(bagian) or "setiap hari"
    if bulan == "*":
        return kata
    daftar_bulan = _nilai(bulan, 1, 12, _NAMA_BULAN)
    return None if daftar_bulan is None else f"{kata} pada {_rangkai([BULAN[b - 1] for b in daftar_bulan])}"


def _hari(ruas: str) -> tuple[int, ...] | None:
    """Days of the week, Monday first and Sunday last as people say them; 7 is Sunday too."""
    nilai = _nilai(ruas, 0, 7, _NAMA_HARI, dari=0)
    return None if nilai is None else tuple(sorted({n % 7 for n in nilai}, key=lambda h: h or 7))


def _langkah(ruas: str, banyak: int) -> int | None:
    """n of `*/n` where n divides the whole, so that the distances are even."""
    bintang, garis, angka = ruas.partition("/")
    if bintang != "*" or not garis or not angka.isdecimal() or int(angka) == 0 or banyak % int(angka):
        return None
    return int(angka)


def _nilai(ruas: str, awal: int, akhir: int, nama: Sequence[str] = (), dari: int = 1) -> tuple[int, ...] | None:
    """The values of a field of single numbers, names and ranges; None for anything else, `*` too."""
    hasil: set[int] = set()
    for bagian in ruas.split(","):
        kiri, garis, kanan = bagian.partition("-")
        a, b = _satu(kiri, nama, dari), _satu(kanan if garis else kiri, nama, dari)
        if a is None or b is None or not awal <= a <= b <= akhir:
            return None
        hasil |= set(range(a, b + 1))
    return tuple(sorted(hasil))


def _satu(teks: str, nama: Sequence[str], dari: int) -> int | None:
    if teks.upper() in nama:
        return nama.index(teks.upper()) + dari
    return int(teks) if teks.isdecimal() and len(teks) <= 2 else None


def _rangkai(daftar: Sequence[str]) -> str:
    return daftar[0] if len(daftar) == 1 else f"{', '.join(daftar[:-1])} dan {daftar[-1]}"
