"""What no answer to a hostile request may be or say."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from httpx import AsyncClient

from tests.kontrak.liar import PermintaanLiar

BOCOR = re.compile(
    r"(?i:Traceback|asyncpg|sqlalchemy|psycopg|pydantic|jinja2|/site-packages/|\.py\b)|SELECT |INSERT |UPDATE |DELETE "
)
BATAS_DETIK = 20


async def periksa_jawaban(klien: AsyncClient, satu: PermintaanLiar, kepala: Mapping[str, str]) -> str | None:
    """Sends it; what is wrong with the answer, if anything."""
    header = [(n.encode(), v.encode()) for n, v in kepala.items()] + satu.kepala
    if satu.isi is not None:
        header.append((b"Content-Type", b"application/json"))
    async with asyncio.timeout(BATAS_DETIK):
        jawaban = await klien.request(satu.metode, satu.target, headers=header, content=satu.isi)
    tempat = f"{satu.metode} {satu.target[:120]} {satu.letak} {(satu.isi or b'')[:120]!r}"
    masalah = jawaban.headers.get("content-type") == "application/problem+json"
    # PMM is not there: 503 with its own finding is the right answer.
    if jawaban.status_code >= 500 and jawaban.status_code != 503:
        return f"{jawaban.status_code}: {tempat}"
    if jawaban.status_code >= 400 and not masalah:
        return f"{jawaban.status_code} tanpa masalah: {tempat}"
    if masalah and BOCOR.search(jawaban.text):
        return f"bocor {jawaban.text[:200]}: {tempat}"
    return None
