"""What an attempt that found nothing new shows is mostly what the last one compared: then it points there, and the
kilobyte is written once however often a schedule asks again.

Invariant: the database's tampilan_tetap, of the attempt pointed to, is exactly what this one showed (migration 0008).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.rencana import TindakanSkp

_BAGIAN = "data_skp"
_PANJANG_SIDIK = 16
_SANDI = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

# The attempt before, or the one that it points to itself. LATERAL with a LIMIT: one probe of the key, whatever plan is
# kept.
_TERDAHULU = text(
    """
    SELECT m.id, lalu.ke FROM unnest(CAST(:id AS uuid[]), CAST(:ke AS integer[]), CAST(:sidik AS bytea[]))
                              AS m (id, ke, sidik)
    CROSS JOIN LATERAL (SELECT COALESCE(p.tampilan_ke, p.ke) AS ke, p.sidik_tampilan FROM percobaan p
                        WHERE p.sinkro_id = m.id AND p.ke < m.ke ORDER BY p.ke DESC LIMIT 1) lalu
    WHERE lalu.sidik_tampilan = m.sidik
    """
)


def sidik_tampilan(tampilan: Mapping[str, Any]) -> bytes | None:
    """The hash of what is the same whether or not something was written: all but the act and the counters of each SKP.
    None where there is no comparison to be kept once."""
    data = tampilan.get(_BAGIAN)
    if not data:
        return None
    isi = [
        {k: v for k, v in satu.items() if k not in ("tindakan", "ringkasan")}
        | {"ringkasan": {lingkup: sorted(angka) for lingkup, angka in satu["ringkasan"].items()}}
        for satu in data
    ]
    return blake2b(_SANDI({**tampilan, _BAGIAN: isi}).encode(), digest_size=_PANJANG_SIDIK).digest()


def tanpa_perubahan(tampilan: Mapping[str, Any]) -> bool:
    """Whether every SKP shown stayed as it is, which tampilan_tetap would say of it too."""
    return all(
        satu["tindakan"] == TindakanSkp.TIDAK_BERUBAH
        and not any(n for angka in satu["ringkasan"].values() for n in angka.values())
        for satu in tampilan.get(_BAGIAN, ())
    )


async def cari_tampilan_terdahulu(conn: AsyncConnection, dicari: Sequence[tuple[UUID, int, bytes]]) -> dict[UUID, int]:
    """For (sync, its attempt, `sidik_tampilan`): the number of the earlier attempt whose comparison is the same."""
    if not dicari:
        return {}
    id_, ke, sidik = zip(*dicari, strict=True)
    baris = await conn.execute(_TERDAHULU, {"id": list(id_), "ke": list(ke), "sidik": list(sidik)})
    return {b.id: b.ke for b in baris}
