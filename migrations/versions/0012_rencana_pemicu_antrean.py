"""The trigger that keeps who waits finds the rows that go by their keys, whatever plan it made while nobody waited.

A session keeps that plan; with a join it may read everybody who waits, from the table's side, for each sync that
begins or ends.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PEMILIK = (
    "SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)
_KOLOM = "instansi_id, sinkro_id, lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_UBAHAN = "lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_BERJALAN_KINI = "nip, instansi_id, id, giliran, tahun, unit_kerja_id"
_TAK_LAGI_MENUNGGU = """(SELECT instansi_id, id FROM lama WHERE status = 'MENUNGGU'
            EXCEPT SELECT instansi_id, id FROM baru WHERE status = 'MENUNGGU') t"""
_TAK_LAGI_BERJALAN = f"""(SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN') t"""
# A row of either table is written only by who holds its sync, so what is found here stays where it is.
_BUANG = (
    f"""
        DELETE FROM sinkro_menunggu m WHERE m.ctid = ANY (ARRAY(
            SELECT k.tempat FROM {_TAK_LAGI_MENUNGGU} CROSS JOIN LATERAL (
                SELECT q.ctid AS tempat FROM sinkro_menunggu q
                WHERE q.instansi_id = t.instansi_id AND q.sinkro_id = t.id LIMIT 1) k))""",
    f"""
        DELETE FROM sinkro_berjalan r WHERE r.nip = ANY (ARRAY(SELECT t.nip FROM {_TAK_LAGI_BERJALAN}))""",
)
_BUANG_LAMA = (
    f"""
        DELETE FROM sinkro_menunggu m USING {_TAK_LAGI_MENUNGGU}
        WHERE m.instansi_id = t.instansi_id AND m.sinkro_id = t.id""",
    f"""
        DELETE FROM sinkro_berjalan r USING {_TAK_LAGI_BERJALAN} WHERE r.nip = t.nip""",
)


def _fungsi(buang: tuple[str, str]) -> str:
    tak_menunggu, tak_berjalan = buang
    return f"""
    CREATE OR REPLACE FUNCTION antrekan_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        {tak_menunggu};
        INSERT INTO sinkro_menunggu AS m ({_KOLOM})
        SELECT {_KOLOM.replace("sinkro_id", "id")} FROM baru WHERE status = 'MENUNGGU'
        ON CONFLICT (instansi_id, sinkro_id) DO UPDATE
        SET ({_UBAHAN}) = (excluded.{_UBAHAN.replace(", ", ", excluded.")})
        WHERE (m.{_UBAHAN.replace(", ", ", m.")}) IS DISTINCT FROM (excluded.{_UBAHAN.replace(", ", ", excluded.")});
        {tak_berjalan};
        INSERT INTO sinkro_berjalan (nip, instansi_id, sinkro_id, giliran, tahun, unit_kerja_id)
        SELECT {_BERJALAN_KINI} FROM (
            SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN') t ORDER BY nip;
        RETURN NULL;
    END $$
    """


def upgrade() -> None:
    op.execute(_fungsi(_BUANG))


def downgrade() -> None:
    op.execute(_fungsi(_BUANG_LAMA))
