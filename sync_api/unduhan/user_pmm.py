"""The list of user PMM as Excel, for the API and the console: sent while it is still read, all rows of the filter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import IO, Any
from zoneinfo import ZoneInfo

from fastapi.responses import StreamingResponse

from services.konteks import Konteks
from services.user_pmm.queries import SaringUserPMM, semua_user_pmm
from sync_api.unduhan.alir import alirkan
from sync_api.unduhan.buku import isi_buku
from sync_api.unduhan.xlsx import MEDIA_XLSX, BukuXlsx, hari_lembar

# The last one is a time, in the zone of the instansi.
KOLOM = (
    ("NIP", 22),
    ("Nama", 40),
    ("Jabatan", 40),
    ("Unit Kerja", 50),
    ("Ditambahkan Oleh", 30),
    ("Ditambahkan Pada", 20),
)


def unduhan_user_pmm(konteks: Konteks, saring: SaringUserPMM) -> StreamingResponse:
    """The answer that carries the file."""
    return StreamingResponse(
        _isi(konteks, saring),
        media_type=MEDIA_XLSX,
        headers={"Content-Disposition": 'attachment; filename="user-pmm.xlsx"'},
    )


async def _isi(konteks: Konteks, saring: SaringUserPMM) -> AsyncGenerator[bytes, None]:
    async def tulis(berkas: IO[bytes]) -> None:
        buku = await asyncio.to_thread(BukuXlsx, berkas, KOLOM, waktu=1)
        await isi_buku(konteks, buku, lambda conn: semua_user_pmm(conn, saring), _nilai)

    async with aclosing(alirkan(tulis)) as aliran:
        async for isi in aliran:
            yield isi


def _nilai(b: Any) -> tuple[str | float | None, ...]:
    return (
        b.nip,
        b.nama,
        b.jabatan,
        b.unit_kerja_nama or b.unit_kerja_id,
        b.ditambahkan_oleh,
        hari_lembar(b.ditambahkan_pada.astimezone(ZoneInfo(b.zona_waktu))),
    )
