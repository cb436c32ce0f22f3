"""A whole list into one workbook, however long: read in pieces, written in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.konteks import Konteks
from sync_api.unduhan.csv import BukuCsv
from sync_api.unduhan.xlsx import BukuXlsx


async def isi_buku(
    konteks: Konteks,
    buku: BukuXlsx | BukuCsv,
    baca: Callable[[AsyncConnection], AsyncGenerator[Iterable[Any], None]],
    nilai: Callable[[Any], Sequence[Any]],
    *,
    akhir: Callable[[int], Sequence[str]] = lambda _: (),
) -> None:
    """Every row that `baca` gives, as the columns that `nilai` makes of it, and `akhir` of their number as the last
    line. A workbook whose reading failed is left unfinished, so that nobody takes it for the whole."""
    try:
        async with konteks.baca() as conn, aclosing(baca(conn)) as semua:
            async for potongan in semua:
                await asyncio.to_thread(buku.tulis, map(nilai, potongan))
        await asyncio.to_thread(buku.tutup, *akhir(buku.jumlah))
    except BaseException:
        buku.buang()
        raise
