"""The first schema: reference data, SKP, ratings, the log that is the work list, bulks, audit.

Needs the trusted extensions pg_trgm, btree_gist and btree_gin, which the owner of a database may create.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# UUID version 7: the time in milliseconds in front of a random UUID, so that new rows lie beside each other.
ID_BARU = """
CREATE FUNCTION id_baru() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$
"""

PENJAGA = (
    """
    CREATE FUNCTION tolak_perubahan() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% hanya dapat ditambah', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    (
        "CREATE TRIGGER percobaan_hanya_tambah BEFORE UPDATE OR DELETE ON percobaan "
        "FOR EACH ROW EXECUTE FUNCTION tolak_perubahan()"
    ),
    (
        "CREATE TRIGGER audit_hanya_tambah BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION tolak_perubahan()"
    ),
    (
        "CREATE TRIGGER penilaian_riwayat_hanya_tambah BEFORE UPDATE OR DELETE ON penilaian_riwayat "
        "FOR EACH ROW EXECUTE FUNCTION tolak_perubahan()"
    ),
    # A DEFINITIF is in force only while its holder is active and still has the unit, so the rule spans two tables and
    # no index can hold it. Checked at commit, under a lock of the unit, so that two transactions see each other.
    """
    CREATE FUNCTION pimpinan_definitif_tunggal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE unit text;
    BEGIN
        unit := NEW.unit_kerja_id;
        IF unit IS NULL THEN RETURN NULL; END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('pimpinan:' || unit, 0));
        IF EXISTS (
            SELECT 1
            FROM pimpinan a JOIN pegawai ga ON ga.nip = a.nip
            JOIN pimpinan b ON b.unit_kerja_id = a.unit_kerja_id AND b.jenis = 'DEFINITIF' AND b.id > a.id
                 AND daterange(a.mulai, a.selesai, '[]') && daterange(b.mulai, b.selesai, '[]')
            JOIN pegawai gb ON gb.nip = b.nip
            WHERE a.unit_kerja_id = unit AND a.jenis = 'DEFINITIF'
              AND ga.aktif AND gb.aktif AND ga.unit_kerja_id = unit AND gb.unit_kerja_id = unit
        ) THEN
            RAISE EXCEPTION 'lebih dari satu pimpinan DEFINITIF yang berlaku'
                USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'pimpinan_definitif_tunggal', TABLE = 'pimpinan';
        END IF;
        RETURN NULL;
    END $$
    """,
    (
        "CREATE CONSTRAINT TRIGGER pimpinan_definitif_tunggal AFTER INSERT OR UPDATE ON pimpinan "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.jenis = 'DEFINITIF') "
        "EXECUTE FUNCTION pimpinan_definitif_tunggal()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER pimpinan_definitif_tunggal AFTER UPDATE OF unit_kerja_id, aktif ON pegawai "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "WHEN (NEW.aktif AND (NEW.unit_kerja_id, NEW.aktif) IS DISTINCT FROM (OLD.unit_kerja_id, OLD.aktif)) "
        "EXECUTE FUNCTION pimpinan_definitif_tunggal()"
    ),
)


def upgrade() -> None:
    for ekstensi in ("pg_trgm", "btree_gist", "btree_gin"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {ekstensi}")
    op.execute(ID_BARU)
    op.execute("CREATE SEQUENCE sinkro_sewa_token")
    op.create_table(
        "instansi",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("zona_waktu", sa.Text(), nullable=False),
        sa.Column("versi_fakta", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("id <> '' AND length(id) <= 64", name=op.f("ck_instansi_id_wajar")),
        sa.CheckConstraint(
            "zona_waktu IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name=op.f("ck_instansi_zona_waktu")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instansi")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=True),
        sa.Column("pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("oleh", sa.Text(), nullable=False),
        sa.Column("peran", sa.Text(), nullable=False),
        sa.Column("tindakan", sa.Text(), nullable=False),
        sa.Column("objek", sa.Text(), nullable=False),
        sa.Column("rincian", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("alamat", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_audit_instansi_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        "ix_audit_instansi_id_pada",
        "audit",
        ["instansi_id", sa.literal_column("pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "massal",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("jenis", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("pilihan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("jumlah", sa.Integer(), nullable=False),
        sa.Column("berhasil", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tidak_ada_data_baru", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gagal", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tertahan", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("dibatalkan", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ditolak", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("oleh", sa.Text(), nullable=False),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("selesai_pada", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('BERJALAN', 'DIJEDA', 'SELESAI', 'DIBATALKAN')", name=op.f("ck_massal_status")),
        sa.CheckConstraint(
            "berhasil + gagal + tertahan + dibatalkan <= jumlah", name=op.f("ck_massal_tidak_lebih_dari_jumlah")
        ),
        sa.CheckConstraint("tidak_ada_data_baru <= berhasil", name=op.f("ck_massal_bagian_berhasil")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_massal_instansi_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_massal")),
    )
    op.create_index(
        "ix_massal_instansi_id_dibuat_pada",
        "massal",
        ["instansi_id", sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "pegawai",
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("unit_kerja_id", sa.Text(), nullable=True),
        sa.Column("jabatan", sa.Text(), nullable=False),
        sa.Column("golongan", sa.Text(), nullable=True),
        sa.Column("jenis_pegawai", sa.Text(), nullable=False),
        sa.Column("jenis_asn", sa.Text(), nullable=False),
        sa.Column("aktif", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("nonaktif_sejak", sa.Date(), nullable=True),
        sa.CheckConstraint("jenis_asn IN ('PNS', 'PPPK')", name=op.f("ck_pegawai_jenis_asn")),
        sa.CheckConstraint("jenis_pegawai IN ('PEGAWAI', 'PIMPINAN')", name=op.f("ck_pegawai_jenis_pegawai")),
        sa.CheckConstraint("nip ~ '^[0-9]{18}$'", name=op.f("ck_pegawai_nip")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_pegawai_instansi_id")),
        sa.PrimaryKeyConstraint("nip", name=op.f("pk_pegawai")),
    )
    op.create_index("ix_pegawai_instansi_id_nip", "pegawai", ["instansi_id", "nip"], unique=False)
    op.create_index(
        "ix_pegawai_nama_trgm",
        "pegawai",
        ["nama"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"nama": "gin_trgm_ops"},
    )
    op.create_index("ix_pegawai_unit_kerja_id", "pegawai", ["unit_kerja_id"], unique=False)
    op.create_table(
        "periode",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("tipe_periodik", sa.Text(), nullable=True),
        sa.Column("angka_periodik", sa.SmallInteger(), nullable=True),
        sa.Column("periode_awal", sa.Text(), nullable=False),
        sa.Column("periode_akhir", sa.Text(), nullable=False),
        sa.Column("batas_pengisian", sa.Text(), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "angka_periodik BETWEEN 1 AND CASE tipe_periodik WHEN 'TRIWULANAN' THEN 4 ELSE 12 END",
            name=op.f("ck_periode_angka_periodik"),
        ),
        sa.CheckConstraint("batas_pengisian ~ '^[0-9]{2}-[0-9]{2}$'", name=op.f("ck_periode_batas_pengisian")),
        sa.CheckConstraint(
            "jenis = 'PERIODIK' OR (tipe_periodik IS NULL AND angka_periodik IS NULL)",
            name=op.f("ck_periode_final_tanpa_angka"),
        ),
        sa.CheckConstraint("jenis IN ('PERIODIK', 'FINAL')", name=op.f("ck_periode_jenis")),
        sa.CheckConstraint("periode_akhir ~ '^[0-9]{2}-[0-9]{2}$'", name=op.f("ck_periode_periode_akhir")),
        sa.CheckConstraint("periode_awal ~ '^[0-9]{2}-[0-9]{2}$'", name=op.f("ck_periode_periode_awal")),
        sa.CheckConstraint(
            "tipe_periodik IS NULL OR tipe_periodik IN ('BULANAN', 'TRIWULANAN')", name=op.f("ck_periode_tipe_periodik")
        ),
        sa.CheckConstraint("periode_awal <= periode_akhir", name=op.f("ck_periode_rentang")),
        sa.CheckConstraint("tahun BETWEEN 2000 AND 2100", name=op.f("ck_periode_tahun")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_periode_instansi_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periode")),
        sa.UniqueConstraint(
            "instansi_id",
            "jenis",
            "nama",
            "tahun",
            name=op.f("uq_periode_instansi_id_jenis_nama_tahun"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "unit_kerja",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("induk_id", sa.String(), nullable=True),
        sa.Column("eselon", sa.Text(), nullable=True),
        sa.Column("mandiri", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("aktif", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("npsn", sa.Text(), nullable=True),
        sa.Column("versi_skp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("id ~ '^[0-9A-F]{32}$'", name=op.f("ck_unit_kerja_id_heksadesimal")),
        sa.CheckConstraint("npsn ~ '^[0-9A-Z]{8}$'", name=op.f("ck_unit_kerja_npsn")),
        sa.CheckConstraint("induk_id <> id", name=op.f("ck_unit_kerja_bukan_induk_sendiri")),
        sa.ForeignKeyConstraint(
            ["induk_id"], ["unit_kerja.id"], name=op.f("fk_unit_kerja_induk_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_unit_kerja_instansi_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_kerja")),
    )
    op.create_index("ix_unit_kerja_induk_id", "unit_kerja", ["induk_id"], unique=False)
    op.create_index("ix_unit_kerja_instansi_id_nama", "unit_kerja", ["instansi_id", "nama"], unique=False)
    op.create_index(
        "ix_unit_kerja_nama_trgm",
        "unit_kerja",
        ["nama"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"nama": "gin_trgm_ops"},
    )
    op.create_index("ix_unit_kerja_npsn", "unit_kerja", ["npsn"], unique=False)
    op.create_table(
        "padanan_unor",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("npsn", sa.Text(), nullable=False),
        sa.Column("unit_kerja_id", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("oleh", sa.Text(), nullable=False),
        sa.Column("pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("npsn ~ '^[0-9A-Z]{8}$'", name=op.f("ck_padanan_unor_npsn")),
        sa.CheckConstraint(
            "status IN ('OTOMATIS', 'USULAN', 'DIKONFIRMASI', 'DITOLAK')", name=op.f("ck_padanan_unor_status")
        ),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_padanan_unor_instansi_id")),
        sa.ForeignKeyConstraint(["unit_kerja_id"], ["unit_kerja.id"], name=op.f("fk_padanan_unor_unit_kerja_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_padanan_unor")),
        sa.UniqueConstraint("npsn", "unit_kerja_id", name=op.f("uq_padanan_unor_npsn_unit_kerja_id")),
    )
    op.create_index("ix_padanan_unor_instansi_id_npsn", "padanan_unor", ["instansi_id", "npsn"], unique=False)
    op.create_index("ix_padanan_unor_unit_kerja_id", "padanan_unor", ["unit_kerja_id"], unique=False)
    op.create_table(
        "pimpinan",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("unit_kerja_id", sa.String(), nullable=False),
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("mulai", sa.Date(), nullable=False),
        sa.Column("selesai", sa.Date(), nullable=True),
        sa.CheckConstraint("jenis IN ('DEFINITIF', 'PLT', 'PLH', 'PJB')", name=op.f("ck_pimpinan_jenis")),
        sa.CheckConstraint("selesai IS NULL OR selesai >= mulai", name=op.f("ck_pimpinan_rentang")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_pimpinan_instansi_id")),
        sa.ForeignKeyConstraint(["nip"], ["pegawai.nip"], name=op.f("fk_pimpinan_nip"), onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["unit_kerja_id"], ["unit_kerja.id"], name=op.f("fk_pimpinan_unit_kerja_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pimpinan")),
        sa.UniqueConstraint(
            "unit_kerja_id", "nip", "jenis", "mulai", name=op.f("uq_pimpinan_unit_kerja_id_nip_jenis_mulai")
        ),
    )
    op.create_index(op.f("ix_pimpinan_instansi_id"), "pimpinan", ["instansi_id"], unique=False)
    op.create_index("ix_pimpinan_nip", "pimpinan", ["nip"], unique=False)
    op.create_table(
        "sinkro",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hasil", sa.Text(), nullable=True),
        sa.Column("tipe_skp", sa.Text(), nullable=True),
        sa.Column("unit_kerja_id", sa.Text(), nullable=True),
        sa.Column("temuan", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("kode", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("keterangan", sa.Text(), nullable=True),
        sa.Column("catatan", sa.Text(), nullable=True),
        sa.Column("pemicu", sa.Text(), nullable=False),
        sa.Column("oleh", sa.Text(), nullable=False),
        sa.Column("percobaan_ke", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("percobaan_transien", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("percobaan_galat", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lajur", sa.SmallInteger(), nullable=False),
        sa.Column("giliran", sa.SmallInteger(), nullable=False),
        sa.Column("massal_id", sa.UUID(), nullable=True),
        sa.Column("token_pratinjau", sa.Text(), nullable=True),
        sa.Column("sewa_token", sa.BigInteger(), nullable=True),
        sa.Column("sewa_sampai", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diminta_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("mulai_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("selesai_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coba_lagi_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terakhir_berhasil_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'BERHASIL') = (hasil IS NOT NULL)", name=op.f("ck_sinkro_hasil_saat_berhasil")),
        sa.CheckConstraint(
            "(status = 'BERJALAN') = (sewa_token IS NOT NULL)", name=op.f("ck_sinkro_sewa_saat_berjalan")
        ),
        sa.CheckConstraint(
            "coba_lagi_pada IS NULL OR status = 'MENUNGGU'", name=op.f("ck_sinkro_coba_lagi_saat_menunggu")
        ),
        sa.CheckConstraint(
            "hasil IS NULL OR hasil IN ('DATA_BARU', 'TIDAK_ADA_DATA_BARU')", name=op.f("ck_sinkro_hasil")
        ),
        sa.CheckConstraint(
            "pemicu IN ('PEGAWAI', 'ADMIN', 'SISTEM', 'MASSAL', 'JADWAL', 'PELEPASAN')", name=op.f("ck_sinkro_pemicu")
        ),
        sa.CheckConstraint(
            "status IN ('MENUNGGU', 'BERJALAN', 'BERHASIL', 'GAGAL', 'TERTAHAN', 'DIBATALKAN')",
            name=op.f("ck_sinkro_status"),
        ),
        sa.CheckConstraint(
            "tipe_skp IS NULL OR tipe_skp IN ('GURU', 'KEPALA_SEKOLAH', 'PENGAWAS')", name=op.f("ck_sinkro_tipe_skp")
        ),
        sa.CheckConstraint("(sewa_token IS NULL) = (sewa_sampai IS NULL)", name=op.f("ck_sinkro_sewa_lengkap")),
        sa.CheckConstraint("tahun BETWEEN 2000 AND 2100", name=op.f("ck_sinkro_tahun")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_sinkro_instansi_id")),
        sa.ForeignKeyConstraint(["massal_id"], ["massal.id"], name=op.f("fk_sinkro_massal_id")),
        sa.ForeignKeyConstraint(["nip"], ["pegawai.nip"], name=op.f("fk_sinkro_nip"), onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sinkro")),
        sa.UniqueConstraint("nip", "jenis", "tahun", name=op.f("uq_sinkro_nip_jenis_tahun")),
    )
    op.create_index(
        "ix_sinkro_antrean",
        "sinkro",
        ["lajur", "giliran", "diminta_pada", "unit_kerja_id", "id"],
        unique=False,
        postgresql_include=["coba_lagi_pada", "nip"],
        postgresql_where=sa.text("status = 'MENUNGGU'"),
    )
    op.create_index("ix_sinkro_kode", "sinkro", ["instansi_id", "kode"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_sinkro_log",
        "sinkro",
        ["instansi_id", sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_sinkro_log_jenis",
        "sinkro",
        [
            "instansi_id",
            "jenis",
            "tahun",
            "status",
            sa.literal_column("dibuat_pada DESC"),
            sa.literal_column("id DESC"),
        ],
        unique=False,
    )
    op.create_index("ix_sinkro_log_nip", "sinkro", ["instansi_id", "nip"], unique=False)
    op.create_index(
        "ix_sinkro_log_semua",
        "sinkro",
        [sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_sinkro_log_status",
        "sinkro",
        ["instansi_id", "status", sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_sinkro_log_tipe_skp",
        "sinkro",
        ["instansi_id", "tipe_skp", sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_sinkro_log_unit_kerja",
        "sinkro",
        ["instansi_id", "unit_kerja_id", sa.literal_column("dibuat_pada DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_sinkro_massal_id"), "sinkro", ["massal_id"], unique=False)
    op.create_index(
        "ix_sinkro_pimpinan_dulu",
        "sinkro",
        ["unit_kerja_id", "tahun"],
        unique=False,
        postgresql_where=sa.text("giliran = 0 AND status IN ('MENUNGGU', 'BERJALAN')"),
    )
    op.create_index(
        "ix_sinkro_sewa_sampai",
        "sinkro",
        ["sewa_sampai"],
        unique=False,
        postgresql_where=sa.text("status = 'BERJALAN'"),
    )
    op.create_index(
        "uq_sinkro_nip_berjalan", "sinkro", ["nip"], unique=True, postgresql_where=sa.text("status = 'BERJALAN'")
    )
    op.create_table(
        "skp",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("periode_awal", sa.Date(), nullable=False),
        sa.Column("periode_akhir", sa.Date(), nullable=False),
        sa.Column("pendekatan", sa.Text(), nullable=False),
        sa.Column("unit_kerja_id", sa.String(), nullable=False),
        sa.Column("jabatan", sa.Text(), nullable=False),
        sa.Column("status_pegawai", sa.Text(), nullable=False),
        sa.Column("jenis_pegawai", sa.Text(), nullable=False),
        sa.Column("jenis_skp", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("atasan_nip", sa.Text(collation="C"), nullable=True),
        sa.Column("atasan_nama", sa.Text(), nullable=True),
        sa.Column("atasan_unit_kerja_id", sa.Text(), nullable=True),
        sa.Column("atasan_unit_kerja_nama", sa.Text(), nullable=True),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("pmm_skp_id", sa.Text(), nullable=True),
        sa.Column("pmm_versi", sa.BigInteger(), nullable=True),
        sa.Column("sidik_isi", sa.LargeBinary(), nullable=True),
        sa.Column("mendarat_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diarsipkan_pada", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("nip"), "="),
            (sa.text("daterange(periode_awal, periode_akhir, '[]')"), "&&"),
            where=sa.text("status_pegawai = 'DEFINITIF' AND diarsipkan_pada IS NULL"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_skp_definitif_tidak_tumpang_tindih",
        ),
        sa.CheckConstraint("jenis_pegawai IN ('PEGAWAI', 'PIMPINAN')", name=op.f("ck_skp_jenis_pegawai")),
        sa.CheckConstraint("jenis_skp IN ('GURU_JAJF', 'KEPALA_SEKOLAH', 'PENGAWAS')", name=op.f("ck_skp_jenis_skp")),
        sa.CheckConstraint("pendekatan IN ('KUANTITATIF', 'KUALITATIF')", name=op.f("ck_skp_pendekatan")),
        sa.CheckConstraint("status IN ('DRAF', 'PENGAJUAN', 'PERSETUJUAN')", name=op.f("ck_skp_status")),
        sa.CheckConstraint("status_pegawai IN ('DEFINITIF', 'PLT')", name=op.f("ck_skp_status_pegawai")),
        sa.CheckConstraint("sumber <> 'PMM' OR pmm_skp_id IS NOT NULL", name=op.f("ck_skp_pmm_bernomor")),
        sa.CheckConstraint("sumber IN ('EKINERJA', 'PMM')", name=op.f("ck_skp_sumber")),
        sa.CheckConstraint("periode_awal <= periode_akhir", name=op.f("ck_skp_rentang")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_skp_instansi_id")),
        sa.ForeignKeyConstraint(["nip"], ["pegawai.nip"], name=op.f("fk_skp_nip"), onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["unit_kerja_id"], ["unit_kerja.id"], name=op.f("fk_skp_unit_kerja_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skp")),
    )
    op.create_index("ix_skp_instansi_id", "skp", ["instansi_id"], unique=False)
    op.create_index("ix_skp_nip", "skp", ["nip"], unique=False, postgresql_where=sa.text("diarsipkan_pada IS NULL"))
    op.create_index(
        "ix_skp_unit_kerja_id",
        "skp",
        ["unit_kerja_id"],
        unique=False,
        postgresql_where=sa.text("diarsipkan_pada IS NULL"),
    )
    op.create_index(
        "uq_skp_nip_pmm_skp_id",
        "skp",
        ["nip", "pmm_skp_id"],
        unique=True,
        postgresql_where=sa.text("diarsipkan_pada IS NULL AND pmm_skp_id IS NOT NULL"),
    )
    op.create_table(
        "user_pmm",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("ditambahkan_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ditambahkan_oleh", sa.Text(), nullable=False),
        sa.Column("dihapus_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dihapus_oleh", sa.Text(), nullable=True),
        sa.Column("alasan", sa.Text(), nullable=True),
        sa.CheckConstraint("(dihapus_pada IS NULL) = (alasan IS NULL)", name=op.f("ck_user_pmm_alasan_saat_dihapus")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_user_pmm_instansi_id")),
        sa.ForeignKeyConstraint(["nip"], ["pegawai.nip"], name=op.f("fk_user_pmm_nip"), onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_pmm")),
    )
    op.create_index(
        "ix_user_pmm_instansi_id_nip",
        "user_pmm",
        ["instansi_id", "nip"],
        unique=False,
        postgresql_where=sa.text("dihapus_pada IS NULL"),
    )
    op.create_index(
        "uq_user_pmm_nip_aktif", "user_pmm", ["nip"], unique=True, postgresql_where=sa.text("dihapus_pada IS NULL")
    )
    op.create_table(
        "massal_butir",
        sa.Column("massal_id", sa.UUID(), nullable=False),
        sa.Column("sinkro_id", sa.UUID(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("hasil", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "hasil IS NULL OR hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU', 'GAGAL', 'TERTAHAN', 'DIBATALKAN')",
            name=op.f("ck_massal_butir_hasil"),
        ),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_massal_butir_instansi_id")),
        sa.ForeignKeyConstraint(["massal_id"], ["massal.id"], name=op.f("fk_massal_butir_massal_id")),
        sa.ForeignKeyConstraint(["sinkro_id"], ["sinkro.id"], name=op.f("fk_massal_butir_sinkro_id")),
        sa.PrimaryKeyConstraint("massal_id", "sinkro_id", name=op.f("pk_massal_butir")),
    )
    op.create_index(
        "ix_massal_butir_terbuka",
        "massal_butir",
        ["sinkro_id"],
        unique=False,
        postgresql_where=sa.text("hasil IS NULL"),
    )
    op.create_table(
        "penilaian",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("skp_id", sa.UUID(), nullable=False),
        sa.Column("periode_id", sa.UUID(), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("hasil_kerja", sa.Text(), nullable=False),
        sa.Column("perilaku_kerja", sa.Text(), nullable=False),
        sa.Column("predikat", sa.Text(), nullable=False),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("dinilai_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pmm_versi", sa.BigInteger(), nullable=True),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(hasil_kerja = 'DIATAS' AND perilaku_kerja = 'DIATAS' AND predikat = 'SANGAT_BAIK') "
            "OR (hasil_kerja = 'DIATAS' AND perilaku_kerja = 'SESUAI' AND predikat = 'BAIK') "
            "OR (hasil_kerja = 'DIATAS' AND perilaku_kerja = 'DIBAWAH' AND predikat = 'KURANG') "
            "OR (hasil_kerja = 'SESUAI' AND perilaku_kerja = 'DIATAS' AND predikat = 'BAIK') "
            "OR (hasil_kerja = 'SESUAI' AND perilaku_kerja = 'SESUAI' AND predikat = 'BAIK') "
            "OR (hasil_kerja = 'SESUAI' AND perilaku_kerja = 'DIBAWAH' AND predikat = 'KURANG') "
            "OR (hasil_kerja = 'DIBAWAH' AND perilaku_kerja = 'DIATAS' AND predikat = 'BUTUH_PERBAIKAN') "
            "OR (hasil_kerja = 'DIBAWAH' AND perilaku_kerja = 'SESUAI' AND predikat = 'BUTUH_PERBAIKAN') "
            "OR (hasil_kerja = 'DIBAWAH' AND perilaku_kerja = 'DIBAWAH' AND predikat = 'SANGAT_KURANG')",
            name=op.f("ck_penilaian_predikat_menurut_matriks"),
        ),
        sa.CheckConstraint("sumber IN ('EKINERJA', 'PMM')", name=op.f("ck_penilaian_sumber")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_penilaian_instansi_id")),
        sa.ForeignKeyConstraint(["periode_id"], ["periode.id"], name=op.f("fk_penilaian_periode_id")),
        sa.ForeignKeyConstraint(["skp_id"], ["skp.id"], name=op.f("fk_penilaian_skp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penilaian")),
        sa.UniqueConstraint("skp_id", "periode_id", "tahun", name=op.f("uq_penilaian_skp_id_periode_id_tahun")),
    )
    op.create_index(op.f("ix_penilaian_instansi_id"), "penilaian", ["instansi_id"], unique=False)
    op.create_index("ix_penilaian_periode_id", "penilaian", ["periode_id"], unique=False)
    op.create_table(
        "percobaan",
        sa.Column("sinkro_id", sa.UUID(), nullable=False),
        sa.Column("ke", sa.Integer(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("pemicu", sa.Text(), nullable=False),
        sa.Column("oleh", sa.Text(), nullable=False),
        sa.Column("mulai", sa.DateTime(timezone=True), nullable=False),
        sa.Column("selesai", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hasil", sa.Text(), nullable=True),
        sa.Column("temuan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tampilan", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("keterangan", sa.Text(), nullable=True),
        sa.Column("jawaban_mentah", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "hasil IS NULL OR hasil IN ('DATA_BARU', 'TIDAK_ADA_DATA_BARU')", name=op.f("ck_percobaan_hasil")
        ),
        sa.CheckConstraint(
            "pemicu IN ('PEGAWAI', 'ADMIN', 'SISTEM', 'MASSAL', 'JADWAL', 'PELEPASAN')",
            name=op.f("ck_percobaan_pemicu"),
        ),
        sa.CheckConstraint(
            "status IN ('BERHASIL', 'GAGAL', 'TERTAHAN', 'MENUNGGU', 'TERPUTUS')", name=op.f("ck_percobaan_status")
        ),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_percobaan_instansi_id")),
        sa.ForeignKeyConstraint(["sinkro_id"], ["sinkro.id"], name=op.f("fk_percobaan_sinkro_id")),
        sa.PrimaryKeyConstraint("sinkro_id", "ke", name=op.f("pk_percobaan")),
    )
    op.create_table(
        "rhk",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("skp_id", sa.UUID(), nullable=False),
        sa.Column("lingkup", sa.Text(), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("rencana_hasil_kerja", sa.Text(), nullable=False),
        sa.Column("penugasan_dari", sa.Text(), nullable=True),
        sa.Column("rhk_atasan_id", sa.UUID(), nullable=True),
        sa.Column("indikator_atasan_id", sa.UUID(), nullable=True),
        sa.Column("urutan", sa.SmallInteger(), nullable=False),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("pmm_id", sa.Text(), nullable=True),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("dihapus_pada", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("jenis IN ('UTAMA', 'TAMBAHAN')", name=op.f("ck_rhk_jenis")),
        sa.CheckConstraint("lingkup IN ('INDIVIDU', 'ORGANISASI')", name=op.f("ck_rhk_lingkup")),
        sa.CheckConstraint("sumber IN ('EKINERJA', 'PMM')", name=op.f("ck_rhk_sumber")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_rhk_instansi_id")),
        sa.ForeignKeyConstraint(["rhk_atasan_id"], ["rhk.id"], name=op.f("fk_rhk_rhk_atasan_id")),
        sa.ForeignKeyConstraint(["skp_id"], ["skp.id"], name=op.f("fk_rhk_skp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rhk")),
    )
    op.create_index(
        "ix_rhk_rhk_atasan_id",
        "rhk",
        ["rhk_atasan_id"],
        unique=False,
        postgresql_where=sa.text("rhk_atasan_id IS NOT NULL"),
    )
    op.create_index("ix_rhk_skp_id", "rhk", ["skp_id"], unique=False, postgresql_where=sa.text("dihapus_pada IS NULL"))
    op.create_index(
        "uq_rhk_skp_id_pmm_id",
        "rhk",
        ["skp_id", "pmm_id"],
        unique=True,
        postgresql_where=sa.text("dihapus_pada IS NULL AND pmm_id IS NOT NULL"),
    )
    op.create_table(
        "sinkro_sandaran",
        sa.Column("sinkro_id", sa.UUID(), nullable=False),
        sa.Column("fakta", sa.Text(), nullable=False),
        sa.Column("kunci", sa.Text(), nullable=False),
        sa.Column("kode", sa.Text(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_sinkro_sandaran_instansi_id")),
        sa.ForeignKeyConstraint(["sinkro_id"], ["sinkro.id"], name=op.f("fk_sinkro_sandaran_sinkro_id")),
        sa.PrimaryKeyConstraint("sinkro_id", "fakta", "kunci", "kode", name=op.f("pk_sinkro_sandaran")),
    )
    op.create_index("ix_sinkro_sandaran_fakta", "sinkro_sandaran", ["fakta", "kunci"], unique=False)
    op.create_table(
        "indikator",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("rhk_id", sa.UUID(), nullable=False),
        sa.Column("indikator", sa.Text(), nullable=False),
        sa.Column("aspek", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("satuan", sa.Text(), nullable=True),
        sa.Column("perspektif", sa.Text(), nullable=True),
        sa.Column("urutan", sa.SmallInteger(), nullable=False),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("pmm_id", sa.Text(), nullable=True),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("dihapus_pada", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "aspek IS NULL OR aspek IN ('KUANTITAS', 'KUALITAS', 'WAKTU', 'BIAYA')", name=op.f("ck_indikator_aspek")
        ),
        sa.CheckConstraint(
            "perspektif IS NULL "
            "OR perspektif IN ('PENERIMA_LAYANAN', 'PROSES_BISNIS', 'PENGUATAN_INTERNAL', 'ANGGARAN')",
            name=op.f("ck_indikator_perspektif"),
        ),
        sa.CheckConstraint("sumber IN ('EKINERJA', 'PMM')", name=op.f("ck_indikator_sumber")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_indikator_instansi_id")),
        sa.ForeignKeyConstraint(["rhk_id"], ["rhk.id"], name=op.f("fk_indikator_rhk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indikator")),
    )
    op.create_index(
        "ix_indikator_rhk_id", "indikator", ["rhk_id"], unique=False, postgresql_where=sa.text("dihapus_pada IS NULL")
    )
    op.create_index(
        "uq_indikator_rhk_id_pmm_id",
        "indikator",
        ["rhk_id", "pmm_id"],
        unique=True,
        postgresql_where=sa.text("dihapus_pada IS NULL AND pmm_id IS NOT NULL"),
    )
    op.create_table(
        "penilaian_riwayat",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("penilaian_id", sa.UUID(), nullable=False),
        sa.Column("hasil_kerja", sa.Text(), nullable=False),
        sa.Column("perilaku_kerja", sa.Text(), nullable=False),
        sa.Column("predikat", sa.Text(), nullable=False),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("dinilai_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("diganti_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "predikat IN ('SANGAT_BAIK', 'BAIK', 'BUTUH_PERBAIKAN', 'KURANG', 'SANGAT_KURANG')",
            name=op.f("ck_penilaian_riwayat_predikat"),
        ),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_penilaian_riwayat_instansi_id")),
        sa.ForeignKeyConstraint(["penilaian_id"], ["penilaian.id"], name=op.f("fk_penilaian_riwayat_penilaian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penilaian_riwayat")),
    )
    op.create_index(op.f("ix_penilaian_riwayat_penilaian_id"), "penilaian_riwayat", ["penilaian_id"], unique=False)
    # rhk and indikator point at each other, so this one follows after both.
    op.create_foreign_key("fk_rhk_indikator_atasan_id", "rhk", "indikator", ["indikator_atasan_id"], ["id"])
    for perintah in PENJAGA:
        op.execute(perintah)


def downgrade() -> None:
    op.drop_constraint("fk_rhk_indikator_atasan_id", "rhk", type_="foreignkey")
    op.drop_index(op.f("ix_penilaian_riwayat_penilaian_id"), table_name="penilaian_riwayat")
    op.drop_table("penilaian_riwayat")
    op.drop_index(
        "uq_indikator_rhk_id_pmm_id",
        table_name="indikator",
        postgresql_where=sa.text("dihapus_pada IS NULL AND pmm_id IS NOT NULL"),
    )
    op.drop_index("ix_indikator_rhk_id", table_name="indikator", postgresql_where=sa.text("dihapus_pada IS NULL"))
    op.drop_table("indikator")
    op.drop_index("ix_sinkro_sandaran_fakta", table_name="sinkro_sandaran")
    op.drop_table("sinkro_sandaran")
    op.drop_index(
        "uq_rhk_skp_id_pmm_id",
        table_name="rhk",
        postgresql_where=sa.text("dihapus_pada IS NULL AND pmm_id IS NOT NULL"),
    )
    op.drop_index("ix_rhk_skp_id", table_name="rhk", postgresql_where=sa.text("dihapus_pada IS NULL"))
    op.drop_index("ix_rhk_rhk_atasan_id", table_name="rhk", postgresql_where=sa.text("rhk_atasan_id IS NOT NULL"))
    op.drop_table("rhk")
    op.drop_table("percobaan")
    op.drop_index("ix_penilaian_periode_id", table_name="penilaian")
    op.drop_index(op.f("ix_penilaian_instansi_id"), table_name="penilaian")
    op.drop_table("penilaian")
    op.drop_index("ix_massal_butir_terbuka", table_name="massal_butir", postgresql_where=sa.text("hasil IS NULL"))
    op.drop_table("massal_butir")
    op.drop_index("uq_user_pmm_nip_aktif", table_name="user_pmm", postgresql_where=sa.text("dihapus_pada IS NULL"))
    op.drop_index(
        "ix_user_pmm_instansi_id_nip", table_name="user_pmm", postgresql_where=sa.text("dihapus_pada IS NULL")
    )
    op.drop_table("user_pmm")
    op.drop_index(
        "uq_skp_nip_pmm_skp_id",
        table_name="skp",
        postgresql_where=sa.text("diarsipkan_pada IS NULL AND pmm_skp_id IS NOT NULL"),
    )
    op.drop_index("ix_skp_unit_kerja_id", table_name="skp", postgresql_where=sa.text("diarsipkan_pada IS NULL"))
    op.drop_index("ix_skp_nip", table_name="skp", postgresql_where=sa.text("diarsipkan_pada IS NULL"))
    op.drop_index("ix_skp_instansi_id", table_name="skp")
    op.drop_table("skp")
    op.drop_index("uq_sinkro_nip_berjalan", table_name="sinkro", postgresql_where=sa.text("status = 'BERJALAN'"))
    op.drop_index(
        "ix_sinkro_pimpinan_dulu",
        table_name="sinkro",
        postgresql_where=sa.text("giliran = 0 AND status IN ('MENUNGGU', 'BERJALAN')"),
    )
    op.drop_index("ix_sinkro_sewa_sampai", table_name="sinkro", postgresql_where=sa.text("status = 'BERJALAN'"))
    op.drop_index(op.f("ix_sinkro_massal_id"), table_name="sinkro")
    op.drop_index("ix_sinkro_log_unit_kerja", table_name="sinkro")
    op.drop_index("ix_sinkro_log_tipe_skp", table_name="sinkro")
    op.drop_index("ix_sinkro_log_status", table_name="sinkro")
    op.drop_index("ix_sinkro_log_semua", table_name="sinkro")
    op.drop_index("ix_sinkro_log_nip", table_name="sinkro")
    op.drop_index("ix_sinkro_log_jenis", table_name="sinkro")
    op.drop_index("ix_sinkro_log", table_name="sinkro")
    op.drop_index("ix_sinkro_kode", table_name="sinkro", postgresql_using="gin")
    op.drop_index(
        "ix_sinkro_antrean",
        table_name="sinkro",
        postgresql_include=["coba_lagi_pada", "nip"],
        postgresql_where=sa.text("status = 'MENUNGGU'"),
    )
    op.drop_table("sinkro")
    op.drop_index("ix_pimpinan_nip", table_name="pimpinan")
    op.drop_index(op.f("ix_pimpinan_instansi_id"), table_name="pimpinan")
    op.drop_table("pimpinan")
    op.drop_index("ix_padanan_unor_unit_kerja_id", table_name="padanan_unor")
    op.drop_index("ix_padanan_unor_instansi_id_npsn", table_name="padanan_unor")
    op.drop_table("padanan_unor")
    op.drop_index("ix_unit_kerja_npsn", table_name="unit_kerja")
    op.drop_index(
        "ix_unit_kerja_nama_trgm",
        table_name="unit_kerja",
        postgresql_using="gin",
        postgresql_ops={"nama": "gin_trgm_ops"},
    )
    op.drop_index("ix_unit_kerja_instansi_id_nama", table_name="unit_kerja")
    op.drop_index("ix_unit_kerja_induk_id", table_name="unit_kerja")
    op.drop_table("unit_kerja")
    op.drop_table("periode")
    op.drop_index("ix_pegawai_unit_kerja_id", table_name="pegawai")
    op.drop_index(
        "ix_pegawai_nama_trgm", table_name="pegawai", postgresql_using="gin", postgresql_ops={"nama": "gin_trgm_ops"}
    )
    op.drop_index("ix_pegawai_instansi_id_nip", table_name="pegawai")
    op.drop_table("pegawai")
    op.drop_index("ix_massal_instansi_id_dibuat_pada", table_name="massal")
    op.drop_table("massal")
    op.drop_index("ix_audit_instansi_id_pada", table_name="audit")
    op.drop_table("audit")
    op.drop_table("instansi")
    for fungsi in ("tolak_perubahan()", "pimpinan_definitif_tunggal()", "id_baru()"):
        op.execute(f"DROP FUNCTION {fungsi}")
    op.execute("DROP SEQUENCE sinkro_sewa_token")
