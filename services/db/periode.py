"""Rows of `periode` as the domain's values, for every room that judges by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import HariBulan, JenisPeriode, Periode, TipePeriodik

_PERIODE = text("SELECT * FROM periode WHERE instansi_id = ANY(:id) ORDER BY id")


async def muat_periode(conn: AsyncConnection, instansi_id: Sequence[str]) -> dict[str, tuple[Periode, ...]]:
    """All periods of each instansi, templates and those of a year alike. An instansi without any has none here."""
    hasil: dict[str, list[Periode]] = {}
    for baris in await conn.execute(_PERIODE, {"id": sorted(set(instansi_id))}):
        hasil.setdefault(baris.instansi_id, []).append(ke_periode(baris))
    return {instansi: tuple(periode) for instansi, periode in hasil.items()}


def ke_periode(baris: Any) -> Periode:
    """The domain's value of a row."""
    return Periode(
        nama=baris.nama,
        jenis=JenisPeriode(baris.jenis),
        tipe_periodik=TipePeriodik(baris.tipe_periodik) if baris.tipe_periodik is not None else None,
        angka_periodik=baris.angka_periodik,
        periode_awal=HariBulan.parse(baris.periode_awal),
        periode_akhir=HariBulan.parse(baris.periode_akhir),
        batas_pengisian=HariBulan.parse(baris.batas_pengisian),
        tahun=baris.tahun,
        id=str(baris.id),
        instansi_id=baris.instansi_id,
    )
