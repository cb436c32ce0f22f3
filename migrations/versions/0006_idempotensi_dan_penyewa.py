"""First answers kept per caller and key, and row-level security of every tenant's rows.

Two NOLOGIN roles: `sinkro_api` sees what the settings `sinkro.instansi` (`*` or the literal of a text array),
`sinkro.nip` and `sinkro.pemanggil` of its transaction name, and nothing without them; `sinkro_pekerja` sees everything.
The login that migrates gets both; a login of its own for the service needs both granted. The roles belong to the whole
cluster, so a downgrade leaves them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Databases of one cluster may migrate at the same time, and no advisory lock spans them: what another one did first is
# found done, or tried again.
PERAN = """
DO $$
DECLARE peran text; percobaan integer;
BEGIN
    FOREACH peran IN ARRAY ARRAY['sinkro_api', 'sinkro_pekerja'] LOOP
        FOR percobaan IN 1..20 LOOP
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = peran) THEN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', peran);
                END IF;
                IF NOT pg_has_role(current_user, peran, 'USAGE') THEN
                    EXECUTE format('GRANT %I TO CURRENT_USER', peran);
                END IF;
                EXIT;
            EXCEPTION
                WHEN duplicate_object OR unique_violation OR internal_error THEN
                    IF percobaan = 20 THEN RAISE; END IF;
                    PERFORM pg_sleep(0.05);
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'login % tidak boleh membuat atau memberi peran %. Minta administrator PostgreSQL '
                        'menjalankan: CREATE ROLE sinkro_api NOLOGIN; CREATE ROLE sinkro_pekerja NOLOGIN; '
                        'GRANT sinkro_api, sinkro_pekerja TO %;', current_user, peran, quote_ident(current_user)
                        USING ERRCODE = 'insufficient_privilege';
            END;
        END LOOP;
    END LOOP;
END $$
"""

# What a policy asks. They are asked once per statement (as a subselect), not per row.
FUNGSI = (
    """
    CREATE FUNCTION sinkro_melihat_semua() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(current_setting('sinkro.instansi', true) = '*', false)
    $$
    """,
    """
    CREATE FUNCTION sinkro_instansi() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN left(current_setting('sinkro.instansi', true), 1) = '{'
               THEN current_setting('sinkro.instansi', true)::text[] ELSE '{}'::text[] END
    $$
    """,
    """
    CREATE FUNCTION sinkro_nip() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT nullif(current_setting('sinkro.nip', true), '')
    $$
    """,
    # A policy stands before every condition whose operator could leak, so no index for parts of names could serve
    # below it. This function looks them up as the owner, within the same reach; where no wall stands it sees all.
    """
    CREATE FUNCTION cari_nip_menurut_nama(pola text, milik text[], batas integer) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF current_setting('role') = 'sinkro_api' AND NOT sinkro_melihat_semua() THEN
            RETURN QUERY SELECT p.nip FROM pegawai p WHERE p.nip = sinkro_nip() AND p.nama ILIKE pola ESCAPE '/'
                AND p.instansi_id <> ALL (sinkro_instansi()) AND (milik IS NULL OR p.instansi_id = ANY (milik));
            milik := ARRAY(SELECT i FROM unnest(sinkro_instansi()) i WHERE milik IS NULL OR i = ANY (milik));
        END IF;
        IF milik IS NULL THEN
            RETURN QUERY SELECT p.nip FROM pegawai p WHERE p.nama ILIKE pola ESCAPE '/' LIMIT batas;
        ELSE
            RETURN QUERY SELECT p.nip FROM pegawai p
                WHERE p.instansi_id = ANY (milik) AND p.nama ILIKE pola ESCAPE '/' LIMIT batas;
        END IF;
    END $$
    """,
    """
    CREATE FUNCTION cari_unit_menurut_nama(pola text) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        RETURN QUERY SELECT u.id::text FROM unit_kerja u WHERE u.nama ILIKE pola ESCAPE '/' AND (
            current_setting('role') <> 'sinkro_api' OR sinkro_melihat_semua()
            OR u.instansi_id = ANY (sinkro_instansi()));
    END $$
    """,
    """
    CREATE FUNCTION cari_sinkro_menurut_kode(dicari text[], milik text[], batas integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        RETURN QUERY SELECT s.id FROM sinkro s WHERE s.kode && dicari AND s.kode <> '{}'
            AND (milik IS NULL OR s.instansi_id = ANY (milik))
            AND (current_setting('role') <> 'sinkro_api' OR sinkro_melihat_semua()
                 OR s.instansi_id = ANY (sinkro_instansi()) OR s.nip = sinkro_nip())
            LIMIT batas;
    END $$
    """,
)
_CARI = (
    "cari_nip_menurut_nama(text, text[], integer)",
    "cari_unit_menurut_nama(text)",
    "cari_sinkro_menurut_kode(text[], text[], integer)",
)
_SETELAN = ("sinkro_melihat_semua()", "sinkro_instansi()", "sinkro_nip()")

MILIK = "(SELECT sinkro_melihat_semua()) OR {kolom} = ANY ((SELECT sinkro_instansi())::text[])"
SENDIRI = "nip = (SELECT sinkro_nip())"
INSTANSI_SENDIRI = "(SELECT p.instansi_id FROM pegawai p WHERE p.nip = (SELECT sinkro_nip()))"

# Every table with an instansi_id or a NIP, whatever made it; the owner is bound too, so no login passes by mistake.
# What the engine alone writes, the API may only read; what names a person and no instansi, it may not even read.
UMUM = f"""
DO $$
DECLARE tabel text; berpenyewa boolean; bernip boolean;
BEGIN
    FOR tabel, berpenyewa, bernip IN
        SELECT c.relname, c.relname = 'instansi' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                   AND a.attname = 'instansi_id' AND NOT a.attisdropped),
               EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'nip' AND NOT a.attisdropped)
        FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sinkro_pekerja', tabel);
        IF NOT berpenyewa AND NOT bernip AND tabel <> 'idempotensi' THEN
            EXECUTE format('GRANT SELECT ON %I TO sinkro_api', tabel);
            CONTINUE;
        END IF;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tabel);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tabel);
        EXECUTE format('CREATE POLICY pekerja ON %I TO sinkro_pekerja USING (true) WITH CHECK (true)', tabel);
        CONTINUE WHEN NOT berpenyewa;
        EXECUTE format('CREATE POLICY instansi ON %I TO sinkro_api USING ({MILIK.format(kolom="%I")})',
                       tabel, CASE tabel WHEN 'instansi' THEN 'id' ELSE 'instansi_id' END);
        EXECUTE format('GRANT SELECT ON %I TO sinkro_api', tabel);
        IF tabel = 'audit' THEN
            EXECUTE 'GRANT INSERT ON audit TO sinkro_api';
        ELSIF tabel <> ALL (ARRAY['percobaan', 'skp', 'rhk', 'indikator', 'penilaian', 'penilaian_riwayat',
                                  'bukti_dukung', 'realisasi', 'umpan_balik', 'hitungan', 'hitungan_ubahan']) THEN
            EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO sinkro_api', tabel);
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO sinkro_api, sinkro_pekerja', current_schema());
END $$
"""

# What a person reaches of the own data, and what hangs on a row within reach: attempts stay with the instansi in which
# they happened when the person moves.
INDUK = (
    ("percobaan", "sinkro", "sinkro_id"),
    ("sinkro_sandaran", "sinkro", "sinkro_id"),
    ("rhk", "skp", "skp_id"),
    ("indikator", "rhk", "rhk_id"),
    ("penilaian_riwayat", "penilaian", "penilaian_id"),
    ("bukti_dukung", "penilaian", "penilaian_id"),
    ("realisasi", "penilaian", "penilaian_id"),
    ("umpan_balik", "penilaian", "penilaian_id"),
)
KHUSUS = (
    *(
        f"CREATE POLICY pegawai ON {tabel} FOR SELECT TO sinkro_api USING ({SENDIRI})"
        for tabel in ("pegawai", "user_pmm", "skp", "penilaian", "pimpinan")
    ),
    f"CREATE POLICY pegawai ON sinkro TO sinkro_api USING ({SENDIRI})",
    # To lock the own row against a change of the reference while a sync is asked for, not to change it.
    f"CREATE POLICY pegawai_kunci ON pegawai FOR UPDATE TO sinkro_api USING ({SENDIRI}) WITH CHECK (false)",
    "CREATE POLICY pegawai ON audit FOR INSERT TO sinkro_api WITH CHECK ((SELECT sinkro_nip()) IS NOT NULL)",
    f"CREATE POLICY pegawai ON instansi FOR SELECT TO sinkro_api USING (id = {INSTANSI_SENDIRI})",
    f"CREATE POLICY pegawai ON unit_kerja FOR SELECT TO sinkro_api USING (instansi_id = {INSTANSI_SENDIRI})",
    # Who moved keeps a school in another instansi in an older SKP, and may still lead a unit here: their names show.
    (
        "CREATE POLICY rujukan ON unit_kerja FOR SELECT TO sinkro_api USING "
        "(EXISTS (SELECT FROM skp s WHERE s.unit_kerja_id = unit_kerja.id))"
    ),
    (
        "CREATE POLICY rujukan ON pegawai FOR SELECT TO sinkro_api USING "
        "(EXISTS (SELECT FROM pimpinan m WHERE m.nip = pegawai.nip))"
    ),
    *(
        f"CREATE POLICY induk ON {tabel} FOR SELECT TO sinkro_api USING "
        f"(EXISTS (SELECT FROM {induk} i WHERE i.id = {tabel}.{kolom}))"
        for tabel, induk, kolom in INDUK
    ),
    "GRANT SELECT, INSERT, UPDATE ON idempotensi TO sinkro_api",
    "GRANT SELECT ON hitungan_sebenarnya TO sinkro_pekerja",
    (
        "CREATE POLICY pemanggil ON idempotensi TO sinkro_api USING "
        "(pemanggil = (SELECT nullif(current_setting('sinkro.pemanggil', true), '')))"
    ),
    # The rule spans people and units of other instansi, whoever writes.
    "ALTER FUNCTION pimpinan_definitif_tunggal() SECURITY DEFINER SET search_path = public, pg_temp",
)

TURUN = """
DO $$
DECLARE satu record;
BEGIN
    FOR satu IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP POLICY %I ON %I', satu.policyname, satu.tablename);
    END LOOP;
    FOR satu IN SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', satu.relname);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', satu.relname);
    END LOOP;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM sinkro_api, sinkro_pekerja', current_schema());
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM sinkro_api, sinkro_pekerja', current_schema());
END $$
"""


def upgrade() -> None:
    op.create_table(
        "idempotensi",
        sa.Column("pemanggil", sa.Text(), nullable=False),
        sa.Column("kunci", sa.Text(), nullable=False),
        sa.Column("sidik", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("badan", sa.LargeBinary(), nullable=False),
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status BETWEEN 200 AND 299", name=op.f("ck_idempotensi_status_berhasil")),
        sa.PrimaryKeyConstraint("pemanggil", "kunci", name=op.f("pk_idempotensi")),
    )
    op.create_index("ix_idempotensi_dibuat_pada", "idempotensi", ["dibuat_pada"])
    op.create_index("ix_audit_pada", "audit", [sa.text("pada DESC"), sa.text("id DESC")])
    op.execute(PERAN)
    for fungsi in FUNGSI:
        op.execute(fungsi)
    for fungsi in _CARI:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {fungsi} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {fungsi} TO sinkro_api, sinkro_pekerja")
    op.execute(UMUM)
    for perintah in KHUSUS:
        op.execute(perintah)


def downgrade() -> None:
    op.execute(TURUN)
    op.execute("ALTER FUNCTION pimpinan_definitif_tunggal() SECURITY INVOKER RESET search_path")
    for fungsi in (*_CARI, *_SETELAN):
        op.execute(f"DROP FUNCTION {fungsi}")
    op.drop_index("ix_audit_pada", table_name="audit")
    op.drop_table("idempotensi")
