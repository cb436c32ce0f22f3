"""Who waits stands in the order of the log: the newest of an instansi's queue are found without reading all of it.

The key of `sinkro_menunggu` is that order, so that nothing more is written for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PEMILIK = (
    "SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)
_KOLOM = "instansi_id, {id}, lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_BERJALAN = "nip, instansi_id, {id}, giliran, tahun, unit_kerja_id"
_BERJALAN_KINI = _BERJALAN.format(id="id")


def _fungsi(kolom: str, tempat: str) -> tuple[str, ...]:
    """The triggers and the rebuilding. `kolom`: of who waits; `tempat`: where the row of `t` stands, beside its ids."""
    tabel, kini = f"sinkro_menunggu ({kolom.format(id='sinkro_id')})", kolom.format(id="id")
    berjalan = f"sinkro_berjalan ({_BERJALAN.format(id='sinkro_id')})"
    return (
        f"""
        CREATE OR REPLACE FUNCTION antrekan_sinkro_baru() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
        BEGIN
            INSERT INTO {tabel} SELECT {kini} FROM baru WHERE status = 'MENUNGGU';
            INSERT INTO {berjalan} SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN' ORDER BY nip;
            RETURN NULL;
        END $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION antrekan_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
        DECLARE menunggu boolean; berjalan boolean;
        BEGIN
            SELECT bool_or(status = 'MENUNGGU'), bool_or(status = 'BERJALAN') INTO menunggu, berjalan FROM lama;
            IF menunggu THEN
                DELETE FROM sinkro_menunggu m WHERE m.ctid = ANY (ARRAY(
                    SELECT k.tempat FROM (
                        SELECT {kini} FROM lama WHERE status = 'MENUNGGU'
                        EXCEPT SELECT {kini} FROM baru WHERE status = 'MENUNGGU') t CROSS JOIN LATERAL (
                        SELECT q.ctid AS tempat FROM sinkro_menunggu q
                        WHERE q.instansi_id = t.instansi_id AND q.sinkro_id = t.id{tempat.format(q="q")} LIMIT 1) k));
                INSERT INTO {tabel} SELECT {kini} FROM baru WHERE status = 'MENUNGGU'
                EXCEPT SELECT {kini} FROM lama WHERE status = 'MENUNGGU';
            ELSE
                INSERT INTO {tabel} SELECT {kini} FROM baru WHERE status = 'MENUNGGU';
            END IF;
            IF berjalan THEN
                DELETE FROM sinkro_berjalan r WHERE r.nip = ANY (ARRAY(SELECT t.nip FROM (
                    SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'
                    EXCEPT SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN') t));
            END IF;
            INSERT INTO {berjalan} SELECT {_BERJALAN_KINI} FROM (
                SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN'
                EXCEPT SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN') t ORDER BY nip;
            RETURN NULL;
        END $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION antrekan_sinkro_hapus() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
        BEGIN
            DELETE FROM sinkro_menunggu m USING lama t
            WHERE m.instansi_id = t.instansi_id AND m.sinkro_id = t.id{tempat.format(q="m")};
            DELETE FROM sinkro_berjalan r USING lama t WHERE r.nip = t.nip AND r.sinkro_id = t.id;
            RETURN NULL;
        END $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION susun_ulang_antrean() RETURNS void LANGUAGE plpgsql
        SET search_path = public, pg_temp AS $$
        BEGIN
            LOCK TABLE sinkro IN SHARE ROW EXCLUSIVE MODE;
            DELETE FROM sinkro_menunggu;
            DELETE FROM sinkro_berjalan;
            INSERT INTO {tabel} SELECT {kini} FROM sinkro WHERE status = 'MENUNGGU';
            INSERT INTO {berjalan} SELECT {_BERJALAN_KINI} FROM sinkro WHERE status = 'BERJALAN' ORDER BY nip;
        END $$
        """,
    )


def _kunci(*kolom: str) -> None:
    op.drop_constraint(op.f("pk_sinkro_menunggu"), "sinkro_menunggu", type_="primary")
    op.create_primary_key(op.f("pk_sinkro_menunggu"), "sinkro_menunggu", list(kolom))


def upgrade() -> None:
    op.execute("LOCK TABLE sinkro IN SHARE ROW EXCLUSIVE MODE")
    op.execute("TRUNCATE sinkro_menunggu")
    op.add_column("sinkro_menunggu", sa.Column("dibuat_pada", sa.DateTime(timezone=True), nullable=False))
    _kunci("instansi_id", "dibuat_pada", "sinkro_id")
    for perintah in _fungsi(f"{_KOLOM}, dibuat_pada", " AND {q}.dibuat_pada = t.dibuat_pada"):
        op.execute(perintah)
    op.execute("SELECT susun_ulang_antrean()")


def downgrade() -> None:
    op.execute("LOCK TABLE sinkro IN SHARE ROW EXCLUSIVE MODE")
    op.execute("TRUNCATE sinkro_menunggu")
    _kunci("instansi_id", "sinkro_id")
    op.drop_column("sinkro_menunggu", "dibuat_pada")
    for perintah in _fungsi(_KOLOM, ""):
        op.execute(perintah)
    op.execute("SELECT susun_ulang_antrean()")
