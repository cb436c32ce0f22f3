"""Release: when a fact changes that a blocked sync rests on, that sync is queued again, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Peristiwa, sebelum
from ekinerja_domain.sinkronisasi.temuan import Fakta


async def lepaskan(conn: AsyncConnection, fakta: Iterable[Fakta]) -> int:
    """Queues again, once each, every blocked sync that rests on one of the facts; how many there were. What is queued
    or running already is left: it will see the change, since facts are verified when a result is written."""
    dicari = sorted({(str(f.jenis), f.kunci) for f in fakta})
    if not dicari:
        return 0
    hasil = await conn.execute(
        text(
            """
            WITH terkait AS MATERIALIZED (
                SELECT s.id FROM sinkro s
                WHERE s.status = ANY(:sebelum) AND s.id IN (
                    SELECT d.sinkro_id FROM sinkro_sandaran d
                    JOIN unnest(CAST(:jenis AS text[]), CAST(:kunci AS text[])) AS f (jenis, kunci)
                      ON d.fakta = f.jenis AND d.kunci = f.kunci)
                ORDER BY s.id FOR NO KEY UPDATE OF s
            )
            UPDATE sinkro s
            SET status = 'MENUNGGU', hasil = NULL, coba_lagi_pada = NULL, selesai_pada = NULL, pemicu = 'PELEPASAN',
                oleh = 'sinkro', percobaan_transien = 0, percobaan_galat = 0, lajur = 1, diminta_pada = now(),
                diubah_pada = now()
            FROM terkait WHERE s.id = terkait.id
            """
        ),
        {
            "sebelum": [str(s) for s in sebelum(Peristiwa.DILEPAS)],
            "jenis": [j for j, _ in dicari],
            "kunci": [k for _, k in dicari],
        },
    )
    return hasil.rowcount
