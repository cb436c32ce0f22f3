"""Pause, resume and cancel of a bulk: nothing of it starts after the answer.

Claims share the lock of the queue and these take it alone, so a claim either committed before or sees the change. A
sync always waits for a bulk that may go on, if one of those that want it may (`sinkro.massal_id`). Locks: the queue,
sinkro (by id), massal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import PeristiwaMassal, StatusMassal, massal_berpindah
from services.audit import catat_audit
from services.konteks import Konteks
from services.sinkronisasi.antrean import kunci_antrean
from services.sinkronisasi.massal_baca import massal
from services.sinkronisasi.massal_hitung import catat_butir_dibatalkan
from services.sinkronisasi.status_semula import kembalikan_status_semula

TINDAKAN = {
    PeristiwaMassal.DIJEDA: "JEDA_MASSAL",
    PeristiwaMassal.DILANJUTKAN: "LANJUT_MASSAL",
    PeristiwaMassal.DIBATALKAN: "BATAL_MASSAL",
}

# Another open bulk that wants the sync: one that runs before one that is paused, the elder first.
_PENGGANTI = """
    SELECT b.massal_id FROM massal_butir b JOIN massal m ON m.id = b.massal_id
    WHERE b.sinkro_id = s.id AND b.hasil IS NULL AND b.massal_id <> :id AND m.status = ANY(:status)
    ORDER BY m.status, m.dibuat_pada, m.id LIMIT 1
"""
_PINDAHKAN_DARI = text(
    f"""
    WITH pindah AS MATERIALIZED (
        SELECT s.id, ({_PENGGANTI}) AS ke FROM sinkro_menunggu q JOIN sinkro s ON s.id = q.sinkro_id
        WHERE q.massal_id = :id AND q.massal_id IS NOT NULL AND q.lajur = 1
          AND s.massal_id = :id AND s.status = 'MENUNGGU' AND s.lajur = 1 AND EXISTS ({_PENGGANTI})
        ORDER BY s.id FOR NO KEY UPDATE OF s)
    UPDATE sinkro s SET massal_id = pindah.ke FROM pindah WHERE s.id = pindah.id RETURNING s.id
    """  # noqa: S608 - only constants of this file
)
_PINDAHKAN_KE = text(
    """
    WITH pindah AS MATERIALIZED (
        SELECT s.id FROM massal_butir b JOIN sinkro s ON s.id = b.sinkro_id JOIN massal d ON d.id = s.massal_id
        WHERE b.massal_id = :id AND b.hasil IS NULL AND s.massal_id <> :id AND s.status = 'MENUNGGU' AND s.lajur = 1
          AND d.status <> 'BERJALAN'
        ORDER BY s.id FOR NO KEY UPDATE OF s)
    UPDATE sinkro s SET massal_id = :id FROM pindah WHERE s.id = pindah.id
    """
)
# What waits in its own right (a button, a release) or for another bulk goes on waiting; this bulk only lets go of it.
_BUTIR_MENUNGGU = text(
    """
    SELECT s.id, s.lajur = 1 AND s.massal_id = :id AS dibawa
    FROM massal_butir b JOIN sinkro s ON s.id = b.sinkro_id
    WHERE b.massal_id = :id AND b.hasil IS NULL AND s.status = 'MENUNGGU'
    ORDER BY s.id FOR NO KEY UPDATE OF s
    """
)
_STATUS = text("SELECT instansi_id, status FROM massal WHERE id = :id FOR NO KEY UPDATE")
_UBAH = text(
    """
    UPDATE massal SET status = CAST(:status AS text),
        lama_dijeda = lama_dijeda + CASE WHEN dijeda_pada IS NULL THEN '0' ELSE clock_timestamp() - dijeda_pada END,
        dijeda_pada = CASE WHEN CAST(:status AS text) = 'DIJEDA' THEN clock_timestamp() END,
        laju_sejak = clock_timestamp(), laju_awal = berhasil + gagal + tertahan, laju_lalu_sejak = NULL,
        laju_lalu_awal = NULL, selesai_pada = CASE WHEN CAST(:status AS text) = 'DIBATALKAN' THEN clock_timestamp() END,
        dibatalkan = dibatalkan + CASE WHEN CAST(:status AS text) = 'DIBATALKAN' THEN jumlah - terbentang ELSE 0 END,
        terbentang = CASE WHEN CAST(:status AS text) = 'DIBATALKAN' THEN jumlah ELSE terbentang END
    WHERE id = :id
    """
)
_TERHENTI = text(
    """
    WITH RECURSIVE pembawa (massal_id) AS (
        (SELECT q.massal_id FROM sinkro_menunggu q WHERE q.lajur = 1 AND q.massal_id IS NOT NULL
         ORDER BY q.massal_id LIMIT 1)
        UNION ALL
        SELECT (SELECT q.massal_id FROM sinkro_menunggu q WHERE q.lajur = 1
                AND q.massal_id IS NOT NULL AND q.massal_id > p.massal_id ORDER BY q.massal_id LIMIT 1)
        FROM pembawa p WHERE p.massal_id IS NOT NULL)
    SELECT m.id FROM pembawa p JOIN massal m ON m.id = p.massal_id AND m.status = 'DIBATALKAN' LIMIT 1
    """
)
_TERBUKA = (StatusMassal.BERJALAN.value, StatusMassal.DIJEDA.value)


class MassalTidakDitemukan(Exception):
    """The bulk is unknown, or of an instansi out of reach."""


async def ubah_massal(
    konteks: Konteks,
    massal_id: UUID,
    peristiwa: PeristiwaMassal,
    *,
    instansi: frozenset[str] | None,
    oleh: str,
    peran: str,
    request_id: str | None,
) -> dict[str, Any]:
    """DIJEDA, DILANJUTKAN or DIBATALKAN; the bulk as it is then. What runs when this returns ends and is counted.

    A cancel counts at once everybody who has not begun as dibatalkan. Raises MassalTidakDitemukan, and
    TransisiTidakSah when the bulk has ended.
    """
    async with konteks.transaksi() as conn:
        lama = await massal(conn, massal_id, instansi, dengan_ditolak=False)
        if lama is None:
            raise MassalTidakDitemukan
        massal_berpindah(StatusMassal(lama["status"]), peristiwa)
        await kunci_antrean(conn, sendiri=True)
        dilepas = await _ubah_antrean(conn, massal_id, peristiwa)
        baris = (await conn.execute(_STATUS, {"id": massal_id})).one()
        status = massal_berpindah(StatusMassal(baris.status), peristiwa)
        if status != baris.status:
            await conn.execute(_UBAH, {"id": massal_id, "status": status.value})
        await catat_butir_dibatalkan(conn, massal_id, dilepas)
        await catat_audit(
            conn,
            instansi_id=baris.instansi_id,
            oleh=oleh,
            peran=peran,
            tindakan=TINDAKAN[peristiwa],
            objek=f"massal:{massal_id}",
            rincian={"status": status.value},
            request_id=request_id,
        )
        hasil = await massal(conn, massal_id, instansi)
    if hasil is None:
        raise MassalTidakDitemukan
    if peristiwa is PeristiwaMassal.DILANJUTKAN:
        await konteks.lonceng.bunyikan_massal(hasil["jumlah"] - hasil["selesai"] - hasil["dibatalkan"])
    return hasil


async def sapu_dibatalkan(conn: AsyncConnection) -> int:
    """Ends what came back to the queue for one cancelled bulk: a try that was put off, a lease that ran out. How many
    items, 0 when there is nothing to do. Without it they would wait for ever, since nobody claims for such a bulk."""
    massal_id = await conn.scalar(_TERHENTI)
    if massal_id is None:
        return 0
    await kunci_antrean(conn, sendiri=True)
    dilepas = await _lepas_tangan(conn, massal_id)
    await catat_butir_dibatalkan(conn, massal_id, dilepas)
    return len(dilepas)


async def _ubah_antrean(conn: AsyncConnection, massal_id: UUID, peristiwa: PeristiwaMassal) -> Sequence[UUID]:
    """What the change means for those who wait; whose items end with it."""
    if peristiwa is PeristiwaMassal.DIBATALKAN:
        return await _lepas_tangan(conn, massal_id)
    if peristiwa is PeristiwaMassal.DIJEDA:
        await conn.execute(_PINDAHKAN_DARI, {"id": massal_id, "status": [StatusMassal.BERJALAN.value]})
    else:
        await conn.execute(_PINDAHKAN_KE, {"id": massal_id})
    return ()


async def _lepas_tangan(conn: AsyncConnection, massal_id: UUID) -> list[UUID]:
    """Takes everybody out of the queue who waits for this bulk alone; all whose items end with it."""
    menunggu = (await conn.execute(_BUTIR_MENUNGGU, {"id": massal_id})).all()
    pindah = set((await conn.execute(_PINDAHKAN_DARI, {"id": massal_id, "status": list(_TERBUKA)})).scalars())
    await kembalikan_status_semula(conn, [satu.id for satu in menunggu if satu.dibawa and satu.id not in pindah])
    return [satu.id for satu in menunggu]
