"""Dates, times and numbers the Indonesian way."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

BULAN = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_SINGKATAN_ZONA = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
ZONA_BAWAAN = "Asia/Jakarta"
KOSONG = "-"

SaatTeks = datetime | str | None


def saat(nilai: SaatTeks) -> datetime | None:
    """An aware moment of a value of a service; what carries no offset is UTC."""
    if nilai is None or nilai == "":
        return None
    hasil = datetime.fromisoformat(nilai) if isinstance(nilai, str) else nilai
    return hasil if hasil.tzinfo is not None else hasil.replace(tzinfo=UTC)


def tanggal(nilai: date | str | None) -> str:
    """1 Februari 2024."""
    if nilai is None or nilai == "":
        return KOSONG
    hari = date.fromisoformat(nilai[:10]) if isinstance(nilai, str) else nilai
    return f"{hari.day} {BULAN[hari.month - 1]} {hari.year}"


def hari_bulan(nilai: str) -> str:
    """31 Januari, of `mm-dd`."""
    bulan, _, hari = nilai.partition("-")
    return f"{int(hari)} {BULAN[int(bulan) - 1]}"


def waktu(nilai: SaatTeks, zona: str = ZONA_BAWAAN) -> str:
    """1 Februari 2024 pukul 08.05 WIB."""
    pada = saat(nilai)
    if pada is None:
        return KOSONG
    setempat = pada.astimezone(_zona(zona))
    return f"{tanggal(setempat.date())} pukul {setempat:%H.%M} {singkatan_zona(zona)}"


def waktu_pendek(nilai: SaatTeks, zona: str = ZONA_BAWAAN) -> str:
    """01-02-2024 08.05, for tables; the zone stands in the head of the table."""
    pada = saat(nilai)
    return KOSONG if pada is None else f"{pada.astimezone(_zona(zona)):%d-%m-%Y %H.%M}"


def jam(nilai: SaatTeks, zona: str = ZONA_BAWAAN) -> str:
    """08.05 WIB."""
    pada = saat(nilai)
    return KOSONG if pada is None else f"{pada.astimezone(_zona(zona)):%H.%M} {singkatan_zona(zona)}"


def singkatan_zona(zona: str) -> str:
    return _SINGKATAN_ZONA.get(zona, zona)


def angka(nilai: float | None, desimal: int = 0) -> str:
    """1.234 or 1.234,5."""
    if nilai is None:
        return KOSONG
    teks = f"{nilai:,.{desimal}f}"
    return teks.translate(str.maketrans(",.", ".,"))


def persen(bagian: float, seluruh: float) -> str:
    """12,5%; nothing of nothing is 0%."""
    return f"{angka(100 * bagian / seluruh if seluruh else 0, 1)}%".replace(",0%", "%")


def lama(detik: float | None) -> str:
    """2 jam 5 menit, 3 menit, 20 detik."""
    if detik is None:
        return KOSONG
    sisa = max(0, round(detik))
    if sisa < 60:
        return f"{sisa} detik"
    jam_, menit = divmod(sisa // 60, 60)
    return f"{angka(jam_)} jam {menit} menit" if jam_ else f"{menit} menit"


def _zona(nama: str) -> tzinfo:
    return ZoneInfo(nama)
