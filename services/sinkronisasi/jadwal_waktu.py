"""When a schedule runs: a cron of five fields on the clock of a time zone.

Every moment of the wall clock counts once: what the clock skips in spring runs as much later as it was put forward, an
hour that comes twice in autumn is served on its first pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from croniter import croniter

PANJANG_CRON = 100
JARAK_TERKECIL_MENIT = 5
# 29 February comes again after eight years at most (2096 to 2104).
_PENCARIAN_TAHUN = 9
_RUAS = re.compile(r"(?:[0-9*/,\-]|[A-Za-z]{3})+")


class CronTidakSah(ValueError):
    """The text is no cron that we run; the message says why, for users."""


class ZonaTidakDikenal(ValueError):
    """No IANA time zone has this name."""


@dataclass(frozen=True, slots=True)
class PolaJadwal:
    """A checked cron and zone; made by `urai_pola` only."""

    cron: str
    zona: ZoneInfo

    def sesudah(self, saat: datetime) -> datetime:
        """The first run strictly after the moment, in UTC."""
        setempat = saat.astimezone(self.zona)
        # What was skipped just now comes true on a wall clock that stands behind the present one.
        mulai = setempat.replace(tzinfo=None) - self._dimajukan(setempat)
        pencari = croniter(self.cron, mulai, max_years_between_matches=_PENCARIAN_TAHUN)
        terlewat: list[datetime] = []
        while True:
            dinding: datetime = pencari.get_next(datetime)
            calon = dinding.replace(tzinfo=self.zona).astimezone(UTC)
            if calon <= saat:
                continue
            if calon.astimezone(self.zona).replace(tzinfo=None) == dinding:
                return min([*terlewat, calon])
            # Skipped: it runs later than some of what stands behind it.
            terlewat.append(calon)

    def _dimajukan(self, setempat: datetime) -> timedelta:
        """By how much the clock was put forward within the last day."""
        sehari_lalu = (setempat.astimezone(UTC) - timedelta(days=1)).astimezone(self.zona)
        beda = (setempat.utcoffset() or timedelta()) - (sehari_lalu.utcoffset() or timedelta())
        return max(beda, timedelta())


def urai_pola(cron: str, zona_waktu: str) -> PolaJadwal:
    """The pattern of a cron and a zone. Raises CronTidakSah and ZonaTidakDikenal.

    Five fields (minute, hour, day, month, day of the week) of numbers, English names of three letters, `*`, `/`, `,`
    and `-`. It must come true at some time, and not more often than every five minutes (keputusan).
    """
    return PolaJadwal(periksa_cron(cron), periksa_zona(zona_waktu))


def periksa_zona(nama: str) -> ZoneInfo:
    """Raises ZonaTidakDikenal."""
    if nama not in _zona_dikenal():
        raise ZonaTidakDikenal("bukan zona waktu IANA, misalnya Asia/Jakarta")
    return ZoneInfo(nama)


def periksa_cron(cron: str) -> str:
    """The expression with single spaces. Raises CronTidakSah."""
    ruas = cron.split(" ") if len(cron) <= PANJANG_CRON else []
    ruas = [satu for satu in ruas if satu]
    if len(ruas) != 5:
        raise CronTidakSah("harus lima ruas: menit jam tanggal bulan hari, misalnya 0 1 * * *")
    if not all(_RUAS.fullmatch(satu) for satu in ruas):
        raise CronTidakSah("hanya angka, nama tiga huruf seperti MON atau JAN, dan tanda * / , -")
    rapi = " ".join(ruas)
    try:
        terurai, _ = croniter.expand(rapi)
        croniter(rapi, datetime(2024, 1, 1), max_years_between_matches=_PENCARIAN_TAHUN).get_next(datetime)  # noqa: DTZ001 - a wall clock
    except (ValueError, KeyError, AttributeError, TypeError) as galat:
        raise CronTidakSah("tidak dapat dibaca, atau tidak pernah tiba") from galat
    if _jarak_terkecil(_nilai(terurai[0], 60), _nilai(terurai[1], 24)) < timedelta(minutes=JARAK_TERKECIL_MENIT):
        raise CronTidakSah(f"paling sering setiap {JARAK_TERKECIL_MENIT} menit")
    return rapi


def _nilai(ruas: list[int | str], banyak: int) -> list[int]:
    return list(range(banyak)) if "*" in ruas else sorted(int(satu) for satu in ruas)


def _jarak_terkecil(menit: list[int], jam: list[int]) -> timedelta:
    """The least distance of two runs on one day or over midnight."""
    jarak = [b - a for a, b in pairwise(menit)]
    if any((satu + 1) % 24 in jam for satu in jam):
        jarak.append(menit[0] + 60 - menit[-1])
    return timedelta(minutes=min(jarak, default=24 * 60))


@lru_cache(maxsize=1)
def _zona_dikenal() -> frozenset[str]:
    return frozenset(available_timezones())
