"""Who waits and who runs stand in narrow tables of their own, so that a sync goes through its states without touching
an index of the log.

Triggers keep both tables, so no path can forget them. What ended last keeps its place in the index of statuses while it
is asked for again and ends as before. Half of each page is left for the versions that follow each other there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MILIK = "(SELECT sinkro_melihat_semua()) OR instansi_id = ANY ((SELECT sinkro_instansi())::text[])"
# A plan made while a table was empty must not read it whole once it is large.
_PEMILIK = (
    "SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)
_KOLOM = "instansi_id, sinkro_id, lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_UBAHAN = "lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_MENUNGGU = f"""
    INSERT INTO sinkro_menunggu AS m ({_KOLOM})
    SELECT {_KOLOM.replace("sinkro_id", "id")} FROM {{sumber}} WHERE status = 'MENUNGGU'
"""
# In one order for everybody, so that two claims of the same people do not wait for each other.
_BERJALAN = """
    INSERT INTO sinkro_berjalan (nip, instansi_id, sinkro_id, giliran, tahun, unit_kerja_id)
    SELECT nip, instansi_id, id, giliran, tahun, unit_kerja_id FROM ({sumber}) t ORDER BY nip
"""
_BERJALAN_KINI = "nip, instansi_id, id, giliran, tahun, unit_kerja_id"

FUNGSI = (
    """
    CREATE OR REPLACE FUNCTION tandai_perubahan_sinkro() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.diubah_urut := pg_current_xact_id()::text::bigint;
        IF NEW.status NOT IN ('MENUNGGU', 'BERJALAN') THEN
            NEW.status_terakhir := NEW.status;
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION antrekan_sinkro_baru() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        {_MENUNGGU.format(sumber="baru")};
        {_BERJALAN.format(sumber=f"SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN'")};
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION antrekan_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        DELETE FROM sinkro_menunggu m USING (
            SELECT instansi_id, id FROM lama WHERE status = 'MENUNGGU'
            EXCEPT SELECT instansi_id, id FROM baru WHERE status = 'MENUNGGU') t
        WHERE m.instansi_id = t.instansi_id AND m.sinkro_id = t.id;
        {_MENUNGGU.format(sumber="baru")}
        ON CONFLICT (instansi_id, sinkro_id) DO UPDATE
        SET ({_UBAHAN}) = (excluded.{_UBAHAN.replace(", ", ", excluded.")})
        WHERE (m.{_UBAHAN.replace(", ", ", m.")}) IS DISTINCT FROM (excluded.{_UBAHAN.replace(", ", ", excluded.")});
        DELETE FROM sinkro_berjalan r USING (
            SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN') t WHERE r.nip = t.nip;
        {
        _BERJALAN.format(
            sumber=f"SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN' "
            f"EXCEPT SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'"
        )
    };
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION antrekan_sinkro_hapus() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        DELETE FROM sinkro_menunggu m USING lama t WHERE m.instansi_id = t.instansi_id AND m.sinkro_id = t.id;
        DELETE FROM sinkro_berjalan r USING lama t WHERE r.nip = t.nip AND r.sinkro_id = t.id;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION susun_ulang_antrean() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        LOCK TABLE sinkro IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM sinkro_menunggu;
        DELETE FROM sinkro_berjalan;
        {_MENUNGGU.format(sumber="sinkro")};
        {_BERJALAN.format(sumber=f"SELECT {_BERJALAN_KINI} FROM sinkro WHERE status = 'BERJALAN'")};
    END $$
    """,
)
_LAMA, _BARU = "OLD TABLE AS lama", "NEW TABLE AS baru"
PEMICU = tuple(
    f"CREATE TRIGGER sinkro_antre_{nama} AFTER {saat} ON sinkro REFERENCING {tabel} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION antrekan_sinkro_{nama}()"
    for nama, saat, tabel in (
        ("baru", "INSERT", _BARU),
        ("ubah", "UPDATE", f"{_LAMA} {_BARU}"),
        ("hapus", "DELETE", _LAMA),
    )
)
PENYEWA = tuple(
    perintah.format(tabel=tabel)
    for tabel in ("sinkro_menunggu", "sinkro_berjalan")
    for perintah in (
        "GRANT SELECT, INSERT, UPDATE, DELETE ON {tabel} TO sinkro_pekerja",
        "GRANT SELECT ON {tabel} TO sinkro_api",
        "ALTER TABLE {tabel} ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {tabel} FORCE ROW LEVEL SECURITY",
        "CREATE POLICY pekerja ON {tabel} TO sinkro_pekerja USING (true) WITH CHECK (true)",
        f"CREATE POLICY instansi ON {{tabel}} TO sinkro_api USING ({_MILIK})",
        # Who waits changes all the time and stays few: dead rows go soon.
        "ALTER TABLE {tabel} SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)",
    )
)
# As the trigger would, without a change of anything that the log shows.
_TERAKHIR = (
    "ALTER TABLE sinkro DISABLE TRIGGER USER",
    "UPDATE sinkro SET status_terakhir = status WHERE status NOT IN ('MENUNGGU', 'BERJALAN')",
    "ALTER TABLE sinkro ENABLE TRIGGER USER",
    "ALTER TABLE sinkro SET (fillfactor = 50)",
)
_TANDAI_LAMA = """
    CREATE OR REPLACE FUNCTION tandai_perubahan_sinkro() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.diubah_urut := pg_current_xact_id()::text::bigint;
        RETURN NEW;
    END $$
"""
_URUT_LOG = ("dibuat_pada DESC", "id DESC")
_ANTREAN = ("giliran", "diminta_pada", "unit_kerja_id")
_SYARAT = {
    "": "lajur = 0",
    "_massal": "lajur = 1 AND massal_id IS NOT NULL",
    "_lepas": "lajur = 1 AND massal_id IS NULL",
}
_KUNCI = {
    "": ("diminta_pada",),
    "_massal": ("massal_id", *_ANTREAN),
    "_lepas": ("instansi_id", *_ANTREAN),
}


def _indeks_jenis(status: str) -> None:
    kolom: list[str | sa.TextClause] = ["instansi_id", "jenis", "tahun", status, *map(sa.text, _URUT_LOG)]
    op.create_index("ix_sinkro_log_jenis", "sinkro", kolom)


def upgrade() -> None:
    op.create_table(
        "sinkro_menunggu",
        sa.Column("instansi_id", sa.Text(), nullable=False),
        sa.Column("sinkro_id", sa.Uuid(), nullable=False),
        sa.Column("lajur", sa.SmallInteger(), nullable=False),
        sa.Column("giliran", sa.SmallInteger(), nullable=False),
        sa.Column("massal_id", sa.Uuid(), nullable=True),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("unit_kerja_id", sa.Text(), nullable=True),
        sa.Column("diminta_pada", sa.DateTime(timezone=True), nullable=False),
        sa.Column("coba_lagi_pada", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("instansi_id", "sinkro_id", name=op.f("pk_sinkro_menunggu")),
    )
    op.create_table(
        "sinkro_berjalan",
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("instansi_id", sa.Text(), nullable=False),
        sa.Column("sinkro_id", sa.Uuid(), nullable=False),
        sa.Column("giliran", sa.SmallInteger(), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("unit_kerja_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("nip", name=op.f("pk_sinkro_berjalan")),
    )
    for nama, kunci in _KUNCI.items():
        op.drop_index(f"ix_sinkro_antrean{nama}", table_name="sinkro")
        op.create_index(
            f"ix_sinkro_menunggu_antrean{nama}",
            "sinkro_menunggu",
            [*kunci, "sinkro_id"],
            postgresql_where=sa.text(_SYARAT[nama]),
        )
    for tabel in ("sinkro_menunggu", "sinkro_berjalan"):
        op.create_index(
            f"ix_{tabel}_pimpinan", tabel, ["unit_kerja_id", "tahun"], postgresql_where=sa.text("giliran = 0")
        )
    op.drop_index("ix_sinkro_pimpinan_dulu", table_name="sinkro")
    op.drop_index("uq_sinkro_nip_berjalan", table_name="sinkro")
    op.drop_index("ix_sinkro_log_jenis", table_name="sinkro")
    op.add_column("sinkro", sa.Column("status_terakhir", sa.Text(), nullable=True))
    for perintah in (*_TERAKHIR, *FUNGSI, *PENYEWA):
        op.execute(perintah)
    op.execute("SELECT susun_ulang_antrean()")
    for perintah in PEMICU:
        op.execute(perintah)
    _indeks_jenis("status_terakhir")


def downgrade() -> None:
    for nama in ("baru", "ubah", "hapus"):
        op.execute(f"DROP TRIGGER sinkro_antre_{nama} ON sinkro")
        op.execute(f"DROP FUNCTION antrekan_sinkro_{nama}()")
    op.execute("DROP FUNCTION susun_ulang_antrean()")
    op.execute(_TANDAI_LAMA)
    op.drop_index("ix_sinkro_log_jenis", table_name="sinkro")
    op.drop_column("sinkro", "status_terakhir")
    op.execute("ALTER TABLE sinkro RESET (fillfactor)")
    _indeks_jenis("status")
    op.create_index(
        "uq_sinkro_nip_berjalan", "sinkro", ["nip"], unique=True, postgresql_where=sa.text("status = 'BERJALAN'")
    )
    op.create_index(
        "ix_sinkro_pimpinan_dulu",
        "sinkro",
        ["unit_kerja_id", "tahun"],
        postgresql_where=sa.text("giliran = 0 AND status IN ('MENUNGGU', 'BERJALAN')"),
    )
    for nama, kunci in _KUNCI.items():
        op.create_index(
            f"ix_sinkro_antrean{nama}",
            "sinkro",
            [*kunci, "id"],
            postgresql_include=["coba_lagi_pada", "nip"],
            postgresql_where=sa.text(f"status = 'MENUNGGU' AND {_SYARAT[nama]}"),
        )
    op.drop_table("sinkro_berjalan")
    op.drop_table("sinkro_menunggu")
