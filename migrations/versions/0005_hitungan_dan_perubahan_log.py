"""Exact counters of the log, and the order in which its changes became visible.

Counters are kept by triggers, so no path can forget them: each statement adds what it changed to `hitungan_ubahan`,
where nobody waits for anybody; a duty of the workers sums that up into `hitungan`. A figure is the sum of both.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DIMENSI = "ukuran, instansi_id, jenis, tahun, status, tipe_skp, kode, pengguna"
# A plan made while a table was empty must not read it whole once it is large.
_PEMILIK = "SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off"
_PENGGUNA = "EXISTS (SELECT FROM user_pmm u WHERE u.nip = {baris}.nip AND u.dihapus_pada IS NULL)"

TAMPILAN = (
    """
    CREATE FUNCTION kode_rapi(kode text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(DISTINCT k COLLATE "C" ORDER BY k COLLATE "C"), '{}') FROM unnest(kode) AS k
    $$
    """,
    # What the counters must say: each figure counted anew.
    f"""
    CREATE VIEW hitungan_sebenarnya AS
    WITH kelompok AS (
        SELECT s.instansi_id, s.jenis, s.tahun, s.status, coalesce(s.tipe_skp, '') AS tipe_skp, s.kode,
               u.nip IS NOT NULL AS pengguna, count(*) AS n
        FROM sinkro s LEFT JOIN user_pmm u ON u.nip = s.nip AND u.dihapus_pada IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), rinci AS (
        SELECT 'SINKRO' AS ukuran, instansi_id, jenis, tahun, status, tipe_skp, kode_rapi(kode) AS kode, pengguna, n
        FROM kelompok
        UNION ALL
        SELECT 'PERNAH', instansi_id, jenis, tahun, '', '', '{{}}', false, n FROM kelompok WHERE pengguna
        UNION ALL
        SELECT 'PENGGUNA', instansi_id, '', 0::smallint, '', '', '{{}}', false, count(*)
        FROM user_pmm WHERE dihapus_pada IS NULL GROUP BY instansi_id
    )
    SELECT ukuran, w.instansi_id, jenis, tahun, status, tipe_skp, kode, pengguna, sum(n)::bigint AS n
    FROM rinci CROSS JOIN LATERAL (VALUES (rinci.instansi_id), ('')) AS w (instansi_id)
    GROUP BY {_DIMENSI.replace("instansi_id", "w.instansi_id")}
    """,
    f"""
    CREATE FUNCTION susun_ulang_hitungan() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        LOCK TABLE user_pmm, sinkro IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM hitungan_ubahan;
        DELETE FROM hitungan;
        INSERT INTO hitungan ({_DIMENSI}, n) SELECT {_DIMENSI}, n FROM hitungan_sebenarnya;
    END $$
    """,
)

PENGHITUNG = (
    f"""
    CREATE FUNCTION hitung_sinkro_baru() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        WITH kelompok AS MATERIALIZED (
            SELECT b.instansi_id, b.jenis, b.tahun, b.status, coalesce(b.tipe_skp, '') AS tipe_skp, b.kode,
                   {_PENGGUNA.format(baris="b")} AS pengguna, count(*) AS n
            FROM baru b GROUP BY 1, 2, 3, 4, 5, 6, 7)
        INSERT INTO hitungan_ubahan ({_DIMENSI}, n)
        SELECT 'SINKRO', instansi_id, jenis, tahun, status, tipe_skp, kode, pengguna, n FROM kelompok
        UNION ALL
        SELECT 'PERNAH', instansi_id, jenis, tahun, '', '', '{{}}', false, sum(n) FROM kelompok WHERE pengguna
        GROUP BY instansi_id, jenis, tahun;
        RETURN NULL;
    END $$
    """,
    # Who was ever asked for is no matter of a change: that figure and the counts by status are kept apart, so that the
    # ledger can tell when one of them is wrong.
    f"""
    CREATE FUNCTION hitung_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        INSERT INTO hitungan_ubahan ({_DIMENSI}, n)
        SELECT 'SINKRO', g.instansi_id, g.jenis, g.tahun, g.status, coalesce(g.tipe_skp, ''), g.kode,
               {_PENGGUNA.format(baris="g")}, sum(g.arah)
        FROM (SELECT nip, instansi_id, jenis, tahun, status, tipe_skp, kode, -1 AS arah FROM lama
              UNION ALL SELECT nip, instansi_id, jenis, tahun, status, tipe_skp, kode, 1 FROM baru) g
        GROUP BY 2, 3, 4, 5, 6, 7, 8 HAVING sum(g.arah) <> 0;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION hitung_sinkro_pindah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    DECLARE pengguna boolean := {_PENGGUNA.format(baris="NEW")};
    BEGIN
        IF OLD.nip <> NEW.nip AND pengguna AND NOT EXISTS (SELECT FROM pegawai p WHERE p.nip = OLD.nip) THEN
            -- The person got another NIP, and the flag followed before this row could be counted by its old one.
            INSERT INTO hitungan_ubahan ({_DIMENSI}, n)
            SELECT 'SINKRO', OLD.instansi_id, OLD.jenis, OLD.tahun, OLD.status, coalesce(OLD.tipe_skp, ''), OLD.kode,
                   g.pengguna, g.arah
            FROM (VALUES (true, -1), (false, 1)) AS g (pengguna, arah);
        END IF;
        INSERT INTO hitungan_ubahan (ukuran, instansi_id, jenis, tahun, n)
        SELECT 'PERNAH', p.instansi_id, p.jenis, p.tahun, p.arah
        FROM (VALUES (OLD.instansi_id, OLD.jenis, OLD.tahun, -1), (NEW.instansi_id, NEW.jenis, NEW.tahun, 1))
             AS p (instansi_id, jenis, tahun, arah)
        WHERE pengguna;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION hitung_sinkro_hapus() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        WITH kelompok AS MATERIALIZED (
            SELECT l.instansi_id, l.jenis, l.tahun, l.status, coalesce(l.tipe_skp, '') AS tipe_skp, l.kode,
                   {_PENGGUNA.format(baris="l")} AS pengguna, count(*) AS n
            FROM lama l GROUP BY 1, 2, 3, 4, 5, 6, 7)
        INSERT INTO hitungan_ubahan ({_DIMENSI}, n)
        SELECT 'SINKRO', instansi_id, jenis, tahun, status, tipe_skp, kode, pengguna, -n FROM kelompok
        UNION ALL
        SELECT 'PERNAH', instansi_id, jenis, tahun, '', '', '{{}}', false, -sum(n) FROM kelompok WHERE pengguna
        GROUP BY instansi_id, jenis, tahun;
        RETURN NULL;
    END $$
    """,
    # The locks make it exact beside syncs that are just being asked for or change: a first sync holds its pegawai by
    # the foreign key, any other its own row. Whoever comes second sees the other one, since each statement here has a
    # snapshot of its own. Order: pegawai, then sinkro by id, as everybody who takes both.
    f"""
    CREATE FUNCTION alihkan_hitungan(orang text[], arah integer) RETURNS void LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        IF cardinality(orang) = 0 THEN RETURN; END IF;
        PERFORM FROM pegawai p WHERE p.nip = ANY (orang) ORDER BY p.nip FOR UPDATE;
        PERFORM FROM sinkro s WHERE s.nip = ANY (orang) ORDER BY s.id FOR NO KEY UPDATE;
        WITH kelompok AS MATERIALIZED (
            SELECT s.instansi_id, s.jenis, s.tahun, s.status, coalesce(s.tipe_skp, '') AS tipe_skp, s.kode,
                   count(*) * arah AS n
            FROM sinkro s WHERE s.nip = ANY (orang) GROUP BY 1, 2, 3, 4, 5, 6)
        INSERT INTO hitungan_ubahan ({_DIMENSI}, n)
        SELECT 'SINKRO', instansi_id, jenis, tahun, status, tipe_skp, kode, true, n FROM kelompok
        UNION ALL
        SELECT 'SINKRO', instansi_id, jenis, tahun, status, tipe_skp, kode, false, -n FROM kelompok
        UNION ALL
        SELECT 'PERNAH', instansi_id, jenis, tahun, '', '', '{{}}', false, sum(n) FROM kelompok
        GROUP BY instansi_id, jenis, tahun;
    END $$
    """,
    f"""
    CREATE FUNCTION hitung_user_pmm_baru() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        INSERT INTO hitungan_ubahan (ukuran, instansi_id, n)
        SELECT 'PENGGUNA', instansi_id, count(*) FROM baru WHERE dihapus_pada IS NULL GROUP BY instansi_id;
        PERFORM alihkan_hitungan(ARRAY(SELECT nip FROM baru WHERE dihapus_pada IS NULL), 1);
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION hitung_user_pmm_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    DECLARE berganti_nip uuid[];
    BEGIN
        INSERT INTO hitungan_ubahan (ukuran, instansi_id, n)
        SELECT 'PENGGUNA', instansi_id, sum(arah)
        FROM (SELECT instansi_id, -1 AS arah FROM lama WHERE dihapus_pada IS NULL
              UNION ALL SELECT instansi_id, 1 FROM baru WHERE dihapus_pada IS NULL) g
        GROUP BY instansi_id HAVING sum(arah) <> 0;
        berganti_nip := ARRAY(SELECT l.id FROM lama l WHERE l.dihapus_pada IS NULL
                              AND NOT EXISTS (SELECT FROM pegawai p WHERE p.nip = l.nip));
        PERFORM alihkan_hitungan(ARRAY(
            SELECT nip FROM lama WHERE dihapus_pada IS NULL AND id <> ALL (berganti_nip)
            EXCEPT SELECT nip FROM baru WHERE dihapus_pada IS NULL), -1);
        PERFORM alihkan_hitungan(ARRAY(
            SELECT nip FROM baru WHERE dihapus_pada IS NULL AND id <> ALL (berganti_nip)
            EXCEPT SELECT nip FROM lama WHERE dihapus_pada IS NULL), 1);
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION hitung_user_pmm_hapus() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        INSERT INTO hitungan_ubahan (ukuran, instansi_id, n)
        SELECT 'PENGGUNA', instansi_id, -count(*) FROM lama WHERE dihapus_pada IS NULL GROUP BY instansi_id;
        PERFORM alihkan_hitungan(ARRAY(SELECT nip FROM lama WHERE dihapus_pada IS NULL), -1);
        RETURN NULL;
    END $$
    """,
    # The number of the transaction: in this order changes are handed out once every smaller number has ended, so that
    # none is missed however late it commits.
    """
    CREATE FUNCTION tandai_perubahan_sinkro() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.diubah_urut := pg_current_xact_id()::text::bigint;
        RETURN NEW;
    END $$
    """,
)

# What a row of the log shows; a renewed lease is no change.
_TERLIHAT = (
    "status", "percobaan_ke", "hasil", "tipe_skp", "unit_kerja_id", "kode", "keterangan", "catatan", "pemicu",
    "massal_id", "selesai_pada", "coba_lagi_pada", "terakhir_berhasil_pada", "dibuat_pada", "nip", "jenis", "tahun",
    "instansi_id", "temuan",
)  # fmt: skip
_LAMA_BARU = " OR ".join(f"OLD.{kolom} IS DISTINCT FROM NEW.{kolom}" for kolom in _TERLIHAT)

PEMICU = (
    (
        "CREATE TRIGGER sinkro_hitung_baru AFTER INSERT ON sinkro REFERENCING NEW TABLE AS baru "
        "FOR EACH STATEMENT EXECUTE FUNCTION hitung_sinkro_baru()"
    ),
    (
        "CREATE TRIGGER sinkro_hitung_ubah AFTER UPDATE ON sinkro REFERENCING OLD TABLE AS lama NEW TABLE AS baru "
        "FOR EACH STATEMENT EXECUTE FUNCTION hitung_sinkro_ubah()"
    ),
    (
        "CREATE TRIGGER sinkro_hitung_pindah AFTER UPDATE OF nip, jenis, tahun, instansi_id ON sinkro FOR EACH ROW "
        "WHEN ((OLD.nip, OLD.jenis, OLD.tahun, OLD.instansi_id) IS DISTINCT FROM "
        "(NEW.nip, NEW.jenis, NEW.tahun, NEW.instansi_id)) EXECUTE FUNCTION hitung_sinkro_pindah()"
    ),
    (
        "CREATE TRIGGER sinkro_hitung_hapus AFTER DELETE ON sinkro REFERENCING OLD TABLE AS lama "
        "FOR EACH STATEMENT EXECUTE FUNCTION hitung_sinkro_hapus()"
    ),
    (
        "CREATE TRIGGER user_pmm_hitung_baru AFTER INSERT ON user_pmm REFERENCING NEW TABLE AS baru "
        "FOR EACH STATEMENT EXECUTE FUNCTION hitung_user_pmm_baru()"
    ),
    (
        "CREATE TRIGGER user_pmm_hitung_ubah AFTER UPDATE ON user_pmm "
        "REFERENCING OLD TABLE AS lama NEW TABLE AS baru FOR EACH STATEMENT EXECUTE FUNCTION hitung_user_pmm_ubah()"
    ),
    (
        "CREATE TRIGGER user_pmm_hitung_hapus AFTER DELETE ON user_pmm REFERENCING OLD TABLE AS lama "
        "FOR EACH STATEMENT EXECUTE FUNCTION hitung_user_pmm_hapus()"
    ),
    (
        "CREATE TRIGGER sinkro_tandai_baru BEFORE INSERT ON sinkro FOR EACH ROW "
        "EXECUTE FUNCTION tandai_perubahan_sinkro()"
    ),
    (
        f"CREATE TRIGGER sinkro_tandai_ubah BEFORE UPDATE OF {', '.join(_TERLIHAT)} ON sinkro FOR EACH ROW "
        f"WHEN ({_LAMA_BARU}) EXECUTE FUNCTION tandai_perubahan_sinkro()"
    ),
)
_FUNGSI_SINKRO = ("hitung_sinkro_baru", "hitung_sinkro_ubah", "hitung_sinkro_pindah", "hitung_sinkro_hapus")
_FUNGSI_USER = ("hitung_user_pmm_baru", "hitung_user_pmm_ubah", "hitung_user_pmm_hapus")
_URUT_LOG = ("dibuat_pada DESC", "id DESC")


def _dimensi() -> list[sa.Column[object]]:
    kosong = sa.text("''")
    return [
        sa.Column("ukuran", sa.Text(), nullable=False),
        sa.Column("instansi_id", sa.Text(), nullable=False),
        sa.Column("jenis", sa.Text(), server_default=kosong, nullable=False),
        sa.Column("tahun", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=kosong, nullable=False),
        sa.Column("tipe_skp", sa.Text(), server_default=kosong, nullable=False),
        sa.Column("kode", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("pengguna", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
    ]


def _indeks_nama(kolom: list[str]) -> None:
    """Parts of names; with the instansi in front a search in one reads nothing of the others."""
    op.drop_index("ix_pegawai_nama_trgm", table_name="pegawai")
    op.create_index(
        "ix_pegawai_nama_trgm", "pegawai", kolom, postgresql_using="gin", postgresql_ops={"nama": "gin_trgm_ops"}
    )


def upgrade() -> None:
    op.create_table(
        "hitungan",
        *_dimensi(),
        sa.PrimaryKeyConstraint(
            "instansi_id", "ukuran", "jenis", "tahun", "status", "pengguna", "tipe_skp", "kode",
            name=op.f("pk_hitungan"),
        ),
    )  # fmt: skip
    op.create_table("hitungan_ubahan", *_dimensi())
    # Both change all the time and stay small: dead rows go soon, and an update finds room on its page.
    op.execute("ALTER TABLE hitungan SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1)")
    op.execute(
        "ALTER TABLE hitungan_ubahan SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, "
        "autovacuum_vacuum_cost_delay = 0)"
    )
    op.add_column("sinkro", sa.Column("diubah_urut", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_sinkro_perubahan", "sinkro", ["instansi_id", "diubah_urut", "id"])
    # Each index is paid for three times per sync. A NIP is found by its unique key, a status alone by one probe of
    # ix_sinkro_log_jenis per jenis and year; guru, and rows without findings, need no index of their own.
    op.drop_index("ix_sinkro_log_nip", table_name="sinkro")
    op.drop_index("ix_sinkro_log_status", table_name="sinkro")
    op.drop_index("ix_sinkro_log_tipe_skp", table_name="sinkro")
    op.drop_index("ix_sinkro_kode", table_name="sinkro")
    op.create_index(
        "ix_sinkro_log_tipe_skp",
        "sinkro",
        ["instansi_id", "tipe_skp", *map(sa.text, _URUT_LOG)],
        postgresql_where=sa.text("tipe_skp IN ('KEPALA_SEKOLAH', 'PENGAWAS')"),
    )
    op.create_index(
        "ix_sinkro_kode",
        "sinkro",
        ["instansi_id", "kode"],
        postgresql_using="gin",
        postgresql_where=sa.text("kode <> '{}'"),
    )
    _indeks_nama(["instansi_id", "nama"])
    for perintah in (*TAMPILAN, *PENGHITUNG, *PEMICU):
        op.execute(perintah)
    op.execute("REVOKE EXECUTE ON FUNCTION alihkan_hitungan(text[], integer) FROM PUBLIC")
    op.execute("SELECT susun_ulang_hitungan()")


def downgrade() -> None:
    for tabel, pemicu in (
        ("sinkro", ("hitung_baru", "hitung_ubah", "hitung_pindah", "hitung_hapus", "tandai_baru", "tandai_ubah")),
        ("user_pmm", ("hitung_baru", "hitung_ubah", "hitung_hapus")),
    ):
        for nama in pemicu:
            op.execute(f"DROP TRIGGER {tabel}_{nama} ON {tabel}")
    for fungsi in (*_FUNGSI_SINKRO, *_FUNGSI_USER, "tandai_perubahan_sinkro", "susun_ulang_hitungan"):
        op.execute(f"DROP FUNCTION {fungsi}()")
    op.execute("DROP FUNCTION alihkan_hitungan(text[], integer)")
    op.execute("DROP VIEW hitungan_sebenarnya")
    op.execute("DROP FUNCTION kode_rapi(text[])")
    _indeks_nama(["nama"])
    for indeks in ("ix_sinkro_kode", "ix_sinkro_log_tipe_skp", "ix_sinkro_perubahan"):
        op.drop_index(indeks, table_name="sinkro")
    op.create_index("ix_sinkro_kode", "sinkro", ["instansi_id", "kode"], postgresql_using="gin")
    for kolom in ("status", "tipe_skp"):
        op.create_index(f"ix_sinkro_log_{kolom}", "sinkro", ["instansi_id", kolom, *map(sa.text, _URUT_LOG)])
    op.create_index("ix_sinkro_log_nip", "sinkro", ["instansi_id", "nip"])
    op.drop_column("sinkro", "diubah_urut")
    op.drop_table("hitungan_ubahan")
    op.drop_table("hitungan")
