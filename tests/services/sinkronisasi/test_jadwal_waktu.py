"""When a schedule runs: which cron is taken, and what the clock does to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sinkronisasi.jadwal_waktu import CronTidakSah, ZonaTidakDikenal, periksa_cron, urai_pola


@pytest.mark.parametrize(
    "cron",
    ["0 1 * * *", "*/5 * * * *", "1-59/5 * * * *", "58,2 5 * * *", "0 0 29 2 *", "0 1 * * MON-FRI", "0 0 1 jan *"],
)
def test_taken(cron: str) -> None:
    assert periksa_cron(f"  {cron.replace(' ', '  ')} ") == cron


@pytest.mark.parametrize(
    "cron",
    [
        "", "@daily", "* * * *", "* * * * * *", "*/4 * * * *", "0,58 * * * *", "0,57 23,0 * * *", "0 0 30 2 *",
        "0 0 31 4,6 *", "60 0 * * *", "0 25 * * *", "0 -1 * * *", "R 0 * * *", "H H * * *", "0 0 L * *",
        "0 0 * * mon#1", "0 0 ? * *", "a b c d e", "0 0 * *\t*", "٠ 1 * * *", "0 1 * * *;", "0-0/0 * * * *", "0 " * 60,
    ],
)  # fmt: skip
def test_refused(cron: str) -> None:
    with pytest.raises(CronTidakSah):
        periksa_cron(cron)


@pytest.mark.parametrize("zona", ["", "WIB", "asia/jakarta", "../etc/passwd", "Asia/Jakarta\0"])
def test_unknown_zone(zona: str) -> None:
    with pytest.raises(ZonaTidakDikenal):
        urai_pola("0 1 * * *", zona)


def _urutan(cron: str, zona: str, sejak: datetime, banyak: int) -> list[datetime]:
    pola, hasil = urai_pola(cron, zona), [sejak]
    for _ in range(banyak):
        hasil.append(pola.sesudah(hasil[-1]))
    return hasil[1:]


def test_runs_on_the_clock_of_the_zone() -> None:
    sejak = datetime(2026, 5, 1, tzinfo=UTC)
    assert _urutan("0 1 * * *", "Asia/Jayapura", sejak, 2) == [
        datetime(2026, 5, 1, 16, tzinfo=UTC),
        datetime(2026, 5, 2, 16, tzinfo=UTC),
    ]


def test_hour_that_is_skipped_and_hour_that_comes_twice_run_once() -> None:
    musim_semi = _urutan("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), 2)
    assert musim_semi == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]
    musim_gugur = _urutan("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert musim_gugur == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("cron", "zona", "sejak", "jam"),
    [
        ("15,45 2 * * *", "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), ["29 01:15", "29 01:45", "30 00:15"]),
        ("45 1-3 * * *", "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), ["29 00:45", "29 01:45", "29 23:45"]),
        (
            "20,35 2 * * *",
            "Australia/Lord_Howe",
            datetime(2026, 10, 3, tzinfo=UTC),
            ["03 15:35", "03 15:50", "04 15:20"],
        ),
    ],
)
def test_every_run_of_the_skipped_hour_comes_true_once(cron: str, zona: str, sejak: datetime, jam: list[str]) -> None:
    assert [satu.strftime("%d %H:%M") for satu in _urutan(cron, zona, sejak, 3)] == jam


@given(
    st.sampled_from(["*/5 * * * *", "30 2 * * *", "0 */3 * * 0", "59 23 31 12 *", "7 0-4 * * *", "20,35 2 * * *"]),
    st.sampled_from(["Asia/Makassar", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
    st.datetimes(datetime(2022, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
)
def test_next_is_later_and_nothing_lies_between(cron: str, zona: str, saat: datetime) -> None:
    pola = urai_pola(cron, zona)
    berikut = pola.sesudah(saat)
    assert saat < berikut <= saat + timedelta(days=367)
    assert (berikut.second, berikut.microsecond) == (0, 0)
    assert pola.sesudah(saat + (berikut - saat) / 2) == berikut
