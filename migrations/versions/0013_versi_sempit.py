"""What a result writes. The columns of a sync that change with every state stand together at the end of its row, so
that a version in the same page is logged without what lay between them; and the triggers do each change once.

Nothing that a reader sees changes. The order of columns means nothing to the program either, so the way down leaves it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# A plan made while a table was empty must not read it whole once it is large.
_PEMILIK = "SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off"
_LEWAT_KUNCI = f"{_PEMILIK} SET enable_hashjoin = off SET enable_mergejoin = off"
_DIMENSI = "instansi_id, jenis, tahun, status, tipe_skp, kode"
_PENGGUNA = "(SELECT true FROM user_pmm u WHERE u.nip = {nip} AND u.dihapus_pada IS NULL LIMIT 1) IS NOT NULL"
_MENUNGGU = "instansi_id, {id}, lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_BERJALAN = "nip, instansi_id, {id}, giliran, tahun, unit_kerja_id"
_MENUNGGU_KINI, _BERJALAN_KINI = _MENUNGGU.format(id="id"), _BERJALAN.format(id="id")


def _berawalan(awalan: str, kolom: str = _DIMENSI) -> str:
    return ", ".join(f"{awalan}.{satu}" for satu in kolom.split(", "))


def _sisi(awalan: str) -> str:
    return ", ".join(f"{awalan}_{satu} AS {satu}" for satu in _DIMENSI.split(", "))


# Each sync is looked at once: the two images of it are joined, and whether its person is a user is asked once, unless
# the person got another NIP. Joined by a hash, since a plan kept from a small statement also serves a large one.
_HITUNG = f"""
    CREATE OR REPLACE FUNCTION hitung_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK}
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_hashjoin = on AS $$
    BEGIN
        WITH beda AS MATERIALIZED (
            SELECT {", ".join(f"l.{k} AS l_{k}, b.{k} AS b_{k}" for k in _DIMENSI.split(", "))},
                   {_PENGGUNA.format(nip="b.nip")} AS pengguna,
                   CASE WHEN l.nip <> b.nip THEN {_PENGGUNA.format(nip="l.nip")} END AS pengguna_lama
            FROM lama l JOIN baru b ON b.id = l.id
            WHERE l.nip <> b.nip OR ({_berawalan("l")}) IS DISTINCT FROM ({_berawalan("b")}))
        INSERT INTO hitungan_ubahan (ukuran, {_DIMENSI}, pengguna, n)
        SELECT 'SINKRO', instansi_id, jenis, tahun, status, coalesce(tipe_skp, ''), kode, pengguna, sum(arah)
        FROM (SELECT {_sisi("l")}, coalesce(pengguna_lama, pengguna) AS pengguna, -1 AS arah FROM beda
              UNION ALL SELECT {_sisi("b")}, pengguna, 1 FROM beda) g
        GROUP BY 2, 3, 4, 5, 6, 7, 8 HAVING sum(arah) <> 0;
        RETURN NULL;
    END $$
"""
_HITUNG_LAMA = f"""
    CREATE OR REPLACE FUNCTION hitung_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_PEMILIK} AS $$
    BEGIN
        INSERT INTO hitungan_ubahan (ukuran, {_DIMENSI}, pengguna, n)
        SELECT 'SINKRO', g.instansi_id, g.jenis, g.tahun, g.status, coalesce(g.tipe_skp, ''), g.kode,
               EXISTS (SELECT FROM user_pmm u WHERE u.nip = g.nip AND u.dihapus_pada IS NULL), sum(g.arah)
        FROM (SELECT nip, {_DIMENSI}, -1 AS arah FROM lama UNION ALL SELECT nip, {_DIMENSI}, 1 FROM baru) g
        GROUP BY 2, 3, 4, 5, 6, 7, 8 HAVING sum(g.arah) <> 0;
        RETURN NULL;
    END $$
"""

# One sort of ids per statement; each hundred is a slice of it.
_UBAHAN = """
    CREATE OR REPLACE FUNCTION catat_ubahan_sinkro() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE kini bigint := pg_current_xact_id()::text::bigint;
    BEGIN
        INSERT INTO sinkro_ubahan (instansi_id, urut, sinkro_id)
        SELECT t.instansi_id, kini, t.id[awal : awal + 99]
        FROM (SELECT b.instansi_id, array_agg(b.id ORDER BY b.id) AS id FROM baru b WHERE b.diubah_urut = kini
              GROUP BY b.instansi_id) t
        CROSS JOIN LATERAL generate_series(1, cardinality(t.id), 100) AS awal;
        RETURN NULL;
    END $$
"""
_UBAHAN_LAMA = """
    CREATE OR REPLACE FUNCTION catat_ubahan_sinkro() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO sinkro_ubahan (instansi_id, urut, sinkro_id)
        SELECT instansi_id, diubah_urut, array_agg(id ORDER BY id)
        FROM (SELECT b.instansi_id, b.diubah_urut, b.id, (row_number() OVER (
                  PARTITION BY b.instansi_id, b.diubah_urut ORDER BY b.id) - 1) / 100 AS bagian
              FROM baru b WHERE b.diubah_urut = pg_current_xact_id()::text::bigint) t
        GROUP BY instansi_id, diubah_urut, bagian;
        RETURN NULL;
    END $$
"""

# What is in progress before and after is what stands in the narrow tables, so nothing is looked for there that may be
# there already: a plain INSERT. A sync that waits before and after, and otherwise than before, is taken out and put in.
_ANTRE = f"""
    CREATE OR REPLACE FUNCTION antrekan_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_LEWAT_KUNCI} AS $$
    DECLARE menunggu boolean; berjalan boolean;
    BEGIN
        SELECT bool_or(status = 'MENUNGGU'), bool_or(status = 'BERJALAN') INTO menunggu, berjalan FROM lama;
        IF menunggu THEN
            DELETE FROM sinkro_menunggu m WHERE m.ctid = ANY (ARRAY(
                SELECT k.tempat FROM (
                    SELECT {_MENUNGGU_KINI} FROM lama WHERE status = 'MENUNGGU'
                    EXCEPT SELECT {_MENUNGGU_KINI} FROM baru WHERE status = 'MENUNGGU') t CROSS JOIN LATERAL (
                    SELECT q.ctid AS tempat FROM sinkro_menunggu q
                    WHERE q.instansi_id = t.instansi_id AND q.sinkro_id = t.id LIMIT 1) k));
            INSERT INTO sinkro_menunggu ({_MENUNGGU.format(id="sinkro_id")})
            SELECT {_MENUNGGU_KINI} FROM baru WHERE status = 'MENUNGGU'
            EXCEPT SELECT {_MENUNGGU_KINI} FROM lama WHERE status = 'MENUNGGU';
        ELSE
            INSERT INTO sinkro_menunggu ({_MENUNGGU.format(id="sinkro_id")})
            SELECT {_MENUNGGU_KINI} FROM baru WHERE status = 'MENUNGGU';
        END IF;
        IF berjalan THEN
            DELETE FROM sinkro_berjalan r WHERE r.nip = ANY (ARRAY(SELECT t.nip FROM (
                SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'
                EXCEPT SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN') t));
        END IF;
        INSERT INTO sinkro_berjalan ({_BERJALAN.format(id="sinkro_id")})
        SELECT {_BERJALAN_KINI} FROM (
            SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN') t ORDER BY nip;
        RETURN NULL;
    END $$
"""
_ISI_MENUNGGU = "lajur, giliran, massal_id, tahun, unit_kerja_id, diminta_pada, coba_lagi_pada"
_ANTRE_LAMA = f"""
    CREATE OR REPLACE FUNCTION antrekan_sinkro_ubah() RETURNS trigger LANGUAGE plpgsql {_LEWAT_KUNCI} AS $$
    BEGIN
        DELETE FROM sinkro_menunggu m WHERE m.ctid = ANY (ARRAY(
            SELECT k.tempat FROM (
                SELECT instansi_id, id FROM lama WHERE status = 'MENUNGGU'
                EXCEPT SELECT instansi_id, id FROM baru WHERE status = 'MENUNGGU') t CROSS JOIN LATERAL (
                SELECT q.ctid AS tempat FROM sinkro_menunggu q
                WHERE q.instansi_id = t.instansi_id AND q.sinkro_id = t.id LIMIT 1) k));
        INSERT INTO sinkro_menunggu AS m ({_MENUNGGU.format(id="sinkro_id")})
        SELECT {_MENUNGGU_KINI} FROM baru WHERE status = 'MENUNGGU'
        ON CONFLICT (instansi_id, sinkro_id) DO UPDATE
        SET ({_ISI_MENUNGGU}) = ({_berawalan("excluded", _ISI_MENUNGGU)})
        WHERE ({_berawalan("m", _ISI_MENUNGGU)}) IS DISTINCT FROM ({_berawalan("excluded", _ISI_MENUNGGU)});
        DELETE FROM sinkro_berjalan r WHERE r.nip = ANY (ARRAY(SELECT t.nip FROM (
            SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN') t));
        INSERT INTO sinkro_berjalan ({_BERJALAN.format(id="sinkro_id")})
        SELECT {_BERJALAN_KINI} FROM (
            SELECT {_BERJALAN_KINI} FROM baru WHERE status = 'BERJALAN'
            EXCEPT SELECT {_BERJALAN_KINI} FROM lama WHERE status = 'BERJALAN') t ORDER BY nip;
        RETURN NULL;
    END $$
"""

# A generic plan of the search for one part of a name would serve a rare one as it serves a frequent one.
_CARI_NAMA = "ALTER FUNCTION cari_nip_menurut_nama(text, text[], integer) {setelan}"

_STATUS = ("MENUNGGU", "BERJALAN", "BERHASIL", "GAGAL", "TERTAHAN", "DIBATALKAN")
_PERIKSA = {
    "status": f"status IN ({', '.join(map(repr, _STATUS))})",
    "hasil": "hasil IS NULL OR hasil IN ('DATA_BARU', 'TIDAK_ADA_DATA_BARU')",
    "sewa_saat_berjalan": "(status = 'BERJALAN') = (sewa_token IS NOT NULL)",
    "hasil_saat_berhasil": "(status = 'BERHASIL') = (hasil IS NOT NULL)",
    "coba_lagi_saat_menunggu": "coba_lagi_pada IS NULL OR status = 'MENUNGGU'",
}


def _definisi(fungsi: str) -> str:
    return str(op.get_bind().scalar(sa.text(f"SELECT {fungsi}")))  # a name of our own


def upgrade() -> None:
    op.execute("ALTER TABLE sinkro DISABLE TRIGGER USER")
    tampilan = _definisi("pg_get_viewdef('hitungan_sebenarnya'::regclass)")
    pemicu = _definisi(
        "pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'sinkro'::regclass AND tgname = 'sinkro_tandai_ubah'"
    )
    op.execute("DROP TRIGGER sinkro_tandai_ubah ON sinkro")
    for kolom in ("status", "hasil"):
        op.execute(f"ALTER TABLE sinkro RENAME COLUMN {kolom} TO {kolom}_lama")
        op.add_column("sinkro", sa.Column(kolom, sa.Text(), nullable=True))
    op.execute("UPDATE sinkro SET status = status_lama, hasil = hasil_lama")
    op.alter_column("sinkro", "status", nullable=False)
    op.execute(f"CREATE OR REPLACE VIEW hitungan_sebenarnya AS {tampilan}")
    # Their checks go with them.
    for kolom in ("status", "hasil"):
        op.drop_column("sinkro", f"{kolom}_lama")
    for nama, syarat in _PERIKSA.items():
        op.create_check_constraint(op.f(f"ck_sinkro_{nama}"), "sinkro", syarat)
    op.execute(pemicu)
    op.execute("ALTER TABLE sinkro ENABLE TRIGGER USER")
    for fungsi in (_HITUNG, _UBAHAN, _ANTRE):
        op.execute(fungsi)
    op.execute(_CARI_NAMA.format(setelan="SET plan_cache_mode = force_custom_plan"))


def downgrade() -> None:
    op.execute(_CARI_NAMA.format(setelan="RESET plan_cache_mode"))
    for fungsi in (_HITUNG_LAMA, _UBAHAN_LAMA, _ANTRE_LAMA):
        op.execute(fungsi)
