"""What a landing makes of the person's other syncs: a rotation that landed is a Sinkro SKP that landed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from services.sinkronisasi.antrean import Butir

_SELESAIKAN = text(
    """
    WITH m AS (
        SELECT * FROM unnest(CAST(:nip AS text[]), CAST(:tahun AS smallint[]), CAST(:instansi AS text[]),
                             CAST(:unit AS text[]), CAST(:tipe AS text[]), CAST(:oleh AS text[]))
                      AS m (nip, tahun, instansi_id, unit_kerja_id, tipe_skp, oleh)
    )
    INSERT INTO sinkro AS s (instansi_id, nip, jenis, tahun, status, hasil, tipe_skp, unit_kerja_id, pemicu, oleh,
                             percobaan_ke, lajur, giliran, mulai_pada, selesai_pada, terakhir_berhasil_pada)
    SELECT instansi_id, nip, 'SKP', tahun, 'BERHASIL', 'DATA_BARU', tipe_skp, unit_kerja_id, 'PELEPASAN', oleh,
           1, 0, 0, now(), now(), now() FROM m ORDER BY nip
    ON CONFLICT (nip, jenis, tahun) DO UPDATE SET
        status = 'BERHASIL', hasil = 'DATA_BARU', temuan = '[]', kode = '{}', keterangan = NULL, catatan = NULL,
        tipe_skp = COALESCE(excluded.tipe_skp, s.tipe_skp), unit_kerja_id = excluded.unit_kerja_id,
        pemicu = 'PELEPASAN', oleh = excluded.oleh, percobaan_ke = s.percobaan_ke + 1, percobaan_transien = 0,
        percobaan_galat = 0, coba_lagi_pada = NULL, mulai_pada = now(), selesai_pada = now(),
        terakhir_berhasil_pada = now(), diubah_pada = now()
    WHERE s.status <> 'BERJALAN'
    RETURNING s.id, s.percobaan_ke, s.instansi_id, s.oleh, s.nip, s.tahun
    """
)
_CATAT = text(
    """
    INSERT INTO percobaan (sinkro_id, ke, instansi_id, pemicu, oleh, mulai, selesai, status, hasil, temuan, tampilan)
    SELECT b.id, b.percobaan_ke, b.instansi_id, 'PELEPASAN', b.oleh, now(), now(), 'BERHASIL', 'DATA_BARU', '[]',
           CAST(b.tampilan AS jsonb)
    FROM unnest(CAST(:id AS uuid[]), CAST(:ke AS integer[]), CAST(:instansi AS text[]), CAST(:oleh AS text[]),
                CAST(:tampilan AS text[])) AS b (id, percobaan_ke, instansi_id, oleh, tampilan)
    """
)


async def selesaikan_skp_rotasi(conn: AsyncConnection, butir: Sequence[Butir]) -> dict[UUID, str]:
    """Of the landed rotations: makes the person's jenis SKP BERHASIL, with an attempt of its own in the log, and gives
    its outcome for the bulks it may stand in (spec: domain 4.3)."""
    rotasi = [b for b in butir if b.jenis == JenisSinkro.SKP_ROTASI]
    if not rotasi:
        return {}
    mendarat = (
        await conn.execute(
            text(
                """
                SELECT s.nip, s.tahun, s.instansi_id, s.unit_kerja_id, s.tipe_skp, s.oleh,
                       CAST(tampilan_percobaan(p.tampilan, p.sinkro_id, p.tampilan_ke) AS text) AS tampilan
                FROM sinkro s JOIN percobaan p ON p.sinkro_id = s.id AND p.ke = s.percobaan_ke
                WHERE s.id = ANY(:id) ORDER BY s.nip
                """
            ),
            {"id": [b.id for b in rotasi]},
        )
    ).all()
    kolom = {"nip": "nip", "tahun": "tahun", "instansi": "instansi_id", "unit": "unit_kerja_id", "tipe": "tipe_skp"}
    isi = {nama: [getattr(m, k) for m in mendarat] for nama, k in (kolom | {"oleh": "oleh"}).items()}
    hasil = (await conn.execute(_SELESAIKAN, isi)).all()
    tampilan = {(m.nip, m.tahun): m.tampilan for m in mendarat}
    await conn.execute(
        _CATAT,
        {
            "id": [h.id for h in hasil],
            "ke": [h.percobaan_ke for h in hasil],
            "instansi": [h.instansi_id for h in hasil],
            "oleh": [h.oleh for h in hasil],
            "tampilan": [tampilan[h.nip, h.tahun] for h in hasil],
        },
    )
    ids = [h.id for h in hasil]
    await conn.execute(text("DELETE FROM sinkro_sandaran WHERE sinkro_id = ANY(:id)"), {"id": ids})
    return dict.fromkeys(ids, "BERHASIL")
