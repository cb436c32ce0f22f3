"""What a sync that found nothing new writes: fewer index entries, and an attempt that points to what the last one
showed.

The feed of changes gets a table of its own, in which a statement adds one row with the ids of a hundred syncs, instead
of an index that every change of every row moves in. An expired lease is found among those that run, which are few, so
that renewing one touches no index. Nothing else reads either index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MILIK = "(SELECT sinkro_melihat_semua()) OR instansi_id = ANY ((SELECT sinkro_instansi())::text[])"
# Inline in the page, also with a long instansi.
_ISI_POTONGAN = 100
_POTONG = f"""
    INSERT INTO sinkro_ubahan (instansi_id, urut, sinkro_id)
    SELECT instansi_id, diubah_urut, array_agg(id ORDER BY id)
    FROM (SELECT b.instansi_id, b.diubah_urut, b.id, (row_number() OVER (
              PARTITION BY b.instansi_id, b.diubah_urut ORDER BY b.id) - 1) / {_ISI_POTONGAN} AS bagian
          FROM {{sumber}}) t
    GROUP BY instansi_id, diubah_urut, bagian
"""

FUNGSI = (
    # Rows that this transaction changed earlier and not now stand there twice, which the reader allows for.
    f"""
    CREATE FUNCTION catat_ubahan_sinkro() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        {_POTONG.format(sumber="baru b WHERE b.diubah_urut = pg_current_xact_id()::text::bigint")};
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION susun_ulang_ubahan_sinkro() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        LOCK TABLE sinkro IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM sinkro_ubahan;
        {_POTONG.format(sumber="sinkro b")};
    END $$
    """,
    # What stands still when nothing is written: each SKP as it was compared, untouched, and every counter at zero.
    """
    CREATE FUNCTION tampilan_tetap(isi jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT jsonb_set(isi, '{data_skp}', coalesce((
            SELECT jsonb_agg(d.satu || jsonb_build_object('tindakan', 'TIDAK_BERUBAH', 'ringkasan', (
                SELECT coalesce(jsonb_object_agg(r.lingkup, (SELECT coalesce(jsonb_object_agg(a.nama, 0), '{}')
                                                             FROM jsonb_object_keys(r.angka) AS a (nama))), '{}')
                FROM jsonb_each(d.satu -> 'ringkasan') AS r (lingkup, angka))) ORDER BY d.ke)
            FROM jsonb_array_elements(isi -> 'data_skp') WITH ORDINALITY AS d (satu, ke)), '[]'))
    $$
    """,
    """
    CREATE FUNCTION tampilan_percobaan(tampilan jsonb, milik uuid, dari integer) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN dari IS NULL THEN tampilan ELSE (
            SELECT tampilan_tetap(p.tampilan) FROM percobaan p WHERE p.sinkro_id = milik AND p.ke = dari) END
    $$
    """,
)
PEMICU = (
    (
        "CREATE TRIGGER sinkro_ubahan_baru AFTER INSERT ON sinkro REFERENCING NEW TABLE AS baru "
        "FOR EACH STATEMENT EXECUTE FUNCTION catat_ubahan_sinkro()"
    ),
    (
        "CREATE TRIGGER sinkro_ubahan_ubah AFTER UPDATE ON sinkro REFERENCING NEW TABLE AS baru "
        "FOR EACH STATEMENT EXECUTE FUNCTION catat_ubahan_sinkro()"
    ),
)
PENYEWA = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON sinkro_ubahan TO sinkro_pekerja",
    "GRANT SELECT ON sinkro_ubahan TO sinkro_api",
    "ALTER TABLE sinkro_ubahan ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE sinkro_ubahan FORCE ROW LEVEL SECURITY",
    "CREATE POLICY pekerja ON sinkro_ubahan TO sinkro_pekerja USING (true) WITH CHECK (true)",
    f"CREATE POLICY instansi ON sinkro_ubahan TO sinkro_api USING ({_MILIK})",
)
# An attempt never changes; here it gets back what it only pointed to.
_UTUHKAN = (
    "ALTER TABLE percobaan DISABLE TRIGGER percobaan_hanya_tambah",
    (
        "UPDATE percobaan SET tampilan = tampilan_percobaan(tampilan, sinkro_id, tampilan_ke), tampilan_ke = NULL "
        "WHERE tampilan_ke IS NOT NULL"
    ),
    "ALTER TABLE percobaan ENABLE TRIGGER percobaan_hanya_tambah",
)


def upgrade() -> None:
    op.create_table(
        "sinkro_ubahan",
        sa.Column("instansi_id", sa.Text(), nullable=False),
        sa.Column("urut", sa.BigInteger(), nullable=False),
        sa.Column("nomor", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sinkro_id", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("instansi_id", "urut", "nomor", name=op.f("pk_sinkro_ubahan")),
    )
    op.add_column("percobaan", sa.Column("tampilan_ke", sa.Integer(), nullable=True))
    op.add_column("percobaan", sa.Column("sidik_tampilan", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        "tampilan_terdahulu", "percobaan", "tampilan_ke IS NULL OR tampilan_ke < ke AND tampilan = '{}'"
    )
    for perintah in (*FUNGSI, *PENYEWA):
        op.execute(perintah)
    op.execute("SELECT susun_ulang_ubahan_sinkro()")
    for perintah in PEMICU:
        op.execute(perintah)
    op.drop_index("ix_sinkro_perubahan", table_name="sinkro")
    op.drop_index("ix_sinkro_sewa_sampai", table_name="sinkro")


def downgrade() -> None:
    op.create_index("ix_sinkro_sewa_sampai", "sinkro", ["sewa_sampai"], postgresql_where=sa.text("status = 'BERJALAN'"))
    op.create_index("ix_sinkro_perubahan", "sinkro", ["instansi_id", "diubah_urut", "id"])
    for nama in ("baru", "ubah"):
        op.execute(f"DROP TRIGGER sinkro_ubahan_{nama} ON sinkro")
    for perintah in _UTUHKAN:
        op.execute(perintah)
    op.drop_constraint(op.f("ck_percobaan_tampilan_terdahulu"), "percobaan", type_="check")
    op.drop_column("percobaan", "sidik_tampilan")
    op.drop_column("percobaan", "tampilan_ke")
    op.execute("DROP FUNCTION tampilan_percobaan(jsonb, uuid, integer)")
    op.execute("DROP FUNCTION tampilan_tetap(jsonb)")
    op.execute("DROP FUNCTION susun_ulang_ubahan_sinkro()")
    op.execute("DROP FUNCTION catat_ubahan_sinkro()")
    op.drop_table("sinkro_ubahan")
