"""The world of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.settings import Settings
from tests.support.dunia_nyata import DuniaNyata, buka_dunia


@pytest.fixture
async def dunia(settings: Settings) -> AsyncIterator[DuniaNyata]:
    """A small real world of its own for every test."""
    async with buka_dunia(settings) as satu:
        yield satu
