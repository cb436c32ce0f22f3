"""The retry rule alone: Retry-After in both forms, jitter, and what bounds it."""

from datetime import UTC, datetime

import pytest

from pmm_client._retry import AturanUlang, baca_retry_after
from tests.pmm_client.pmm_tiruan import JamTiruan

KINI = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("nilai", "detik"),
    [
        (None, None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("99999999999999999999", 3600.0),
        ("Mon, 05 Jan 2026 08:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 07:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600.0),
        ("Mon, 05 Jan 2026 08:00:30 -0000", 30.0),
        ("-5", None),
        ("1.5", None),
        ("segera", None),
        ("", None),
        ("²", None),
        ("Mon, 99 Jan 2026 08:00:30 GMT", None),
    ],
)
def test_retry_after(nilai: str | None, detik: float | None) -> None:
    assert baca_retry_after(nilai, KINI) == detik


def aturan(acak: float) -> AturanUlang:
    return AturanUlang(0.1, 0.5, 3.0, acak=lambda: acak, tidur=JamTiruan().tidur)


def test_mundur_eksponensial_dengan_jitter_penuh() -> None:
    assert [aturan(1.0).jeda(ke, None) for ke in (1, 2, 3, 4, 9)] == [0.1, 0.2, 0.4, 0.5, 0.5]
    assert aturan(0.0).jeda(3, None) == 0.0


def test_retry_after_mendahului() -> None:
    assert aturan(0.0).jeda(1, 2.0) == 2.0
    assert aturan(1.0).jeda(1, 3.0) == pytest.approx(3.1)
    assert aturan(1.0).jeda(1, 3.1) is None
