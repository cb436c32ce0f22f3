"""One row per tenant in every table, made from the tables' own description, so that a new table is covered at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import JSON, Column, Table, Uuid, insert, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine

from services.db.tables import metadata

NIP = {"A": "198001012010011001", "B": "198001012010011002"}
_NILAI: dict[type, Any] = {
    int: 1,
    bool: True,
    datetime: datetime(2024, 2, 1, tzinfo=UTC),
    date: date(2024, 2, 1),
    timedelta: timedelta(),
    bytes: b"x",
    list: [],
    float: 1.0,
}
_TANPA_PEMERIKSAAN = """
DO $$ DECLARE satu record; BEGIN
    FOR satu IN SELECT conrelid::regclass AS tabel, conname FROM pg_constraint
                WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', satu.tabel, satu.conname);
    END LOOP;
END $$
"""


def tabel_penyewa() -> list[Table]:
    """The tables whose rows belong to one instansi."""
    return [t for t in metadata.sorted_tables if "instansi_id" in t.c or t.name == "instansi"]


def baris(tabel: Table, instansi_id: str) -> dict[str, Any]:
    """A row of the tenant: it names its person, and the tenant's own rows of other tables."""
    return {k.name: _nilai(tabel, k, instansi_id) for k in tabel.c if _diisi(k)}


async def isi_semua_tabel(engine: AsyncEngine, instansi: Sequence[str] = ("A", "B")) -> None:
    """Fills every table as a superuser, without its checks and triggers: in a database of the test alone."""
    async with engine.begin() as conn:
        await conn.execute(text(_TANPA_PEMERIKSAAN))
        await conn.execute(text("SET LOCAL session_replication_role = replica"))
        for tabel in tabel_penyewa():
            for satu in instansi:
                await conn.execute(insert(tabel).values(**baris(tabel, satu)))


def _diisi(kolom: Column[Any]) -> bool:
    if kolom.identity is not None or kolom.computed is not None:
        return False
    wajib = not kolom.nullable and kolom.server_default is None
    return wajib or bool(kolom.foreign_keys) or kolom.primary_key or kolom.name in ("instansi_id", "nip")


def _nilai(tabel: Table, kolom: Column[Any], instansi_id: str) -> Any:
    if kolom.name == "instansi_id" or (tabel.name, kolom.name) == ("instansi", "id"):
        return instansi_id
    if kolom.name == "nip" and not isinstance(kolom.type, ARRAY):
        return NIP[instansi_id]
    for kunci in kolom.foreign_keys:
        if kunci.column.table is not tabel:
            return _nilai(kunci.column.table, kunci.column, instansi_id)
        return None if kolom.nullable else _id(tabel.name, instansi_id)
    if isinstance(kolom.type, Uuid):
        # A column like `sinkro_id` without a foreign key means that table all the same.
        return _id(tabel.name if kolom.name == "id" else kolom.name.removesuffix("_id"), instansi_id)
    if isinstance(kolom.type, JSON):
        return {}
    jenis = kolom.type.python_type
    return f"{tabel.name}-{instansi_id}" if jenis is str else _NILAI[jenis]


def _id(nama: str, instansi_id: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"{nama}:{instansi_id}")
