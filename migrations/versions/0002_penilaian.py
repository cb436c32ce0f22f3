"""Ratings know their person, whether they are definitive and when their period ends; bukti dukung, realisasi and umpan
balik hang on them.

`penilaian.nip`, `definitif` and `berakhir` follow from SKP and period by a trigger, since no generated column can look
into another table. Where 0001 let in two definitive ratings of one person and period, this migration stops: which of
them counts is for a person to say.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The day `mm-dd` of a year; 02-29 of a common year is its last day of February.
BERAKHIR = """
CREATE FUNCTION hari_pada_tahun(hari text, tahun integer) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT least(
        make_date(tahun, left(hari, 2)::integer, 1) + right(hari, 2)::integer - 1,
        (make_date(tahun, left(hari, 2)::integer, 1) + interval '1 month - 1 day')::date)
$$
"""

TURUNAN = """
CREATE FUNCTION penilaian_turunan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.nip, s.status_pegawai = 'DEFINITIF' INTO NEW.nip, NEW.definitif FROM skp s WHERE s.id = NEW.skp_id;
    SELECT hari_pada_tahun(p.periode_akhir, NEW.tahun) INTO NEW.berakhir FROM periode p WHERE p.id = NEW.periode_id;
    RETURN NEW;
END $$
"""

PEMICU = """
CREATE TRIGGER penilaian_turunan BEFORE INSERT OR UPDATE OF skp_id, periode_id, tahun, definitif, berakhir ON penilaian
FOR EACH ROW EXECUTE FUNCTION penilaian_turunan()
"""

ISI = """
UPDATE penilaian n
SET nip = s.nip, definitif = s.status_pegawai = 'DEFINITIF', berakhir = hari_pada_tahun(p.periode_akhir, n.tahun)
FROM skp s, periode p WHERE s.id = n.skp_id AND p.id = n.periode_id
"""

HIDUP = "dihapus_pada IS NULL"
PMM_HIDUP = "dihapus_pada IS NULL AND pmm_id IS NOT NULL"


def upgrade() -> None:
    op.execute(BERAKHIR)
    op.add_column("penilaian", sa.Column("nip", sa.Text(collation="C"), nullable=True))
    op.add_column("penilaian", sa.Column("definitif", sa.Boolean(), nullable=True))
    op.add_column("penilaian", sa.Column("berakhir", sa.Date(), nullable=True))
    op.execute(ISI)
    for kolom in ("nip", "definitif", "berakhir"):
        op.alter_column("penilaian", kolom, nullable=False)
    op.create_foreign_key(op.f("fk_penilaian_nip"), "penilaian", "pegawai", ["nip"], ["nip"], onupdate="CASCADE")
    op.create_index("ix_penilaian_nip_tahun", "penilaian", ["nip", "tahun"], unique=False)
    op.create_index(
        "uq_penilaian_nip_periode_id_tahun",
        "penilaian",
        ["nip", "periode_id", "tahun"],
        unique=True,
        postgresql_where=sa.text("definitif"),
    )
    op.execute(TURUNAN)
    op.execute(PEMICU)
    _buat_lampiran(
        "bukti_dukung",
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("tautan", sa.Text(), nullable=True),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("pmm_id", sa.Text(), nullable=True),
        kunci="pmm_id",
        syarat=PMM_HIDUP,
    )
    _buat_lampiran(
        "realisasi",
        sa.Column("teks", sa.Text(), nullable=False),
        sa.Column("sumber_data", sa.Text(), nullable=True),
        sa.Column("sumber", sa.Text(), nullable=False),
        kunci="sumber",
        syarat=HIDUP,
    )
    _buat_lampiran(
        "umpan_balik",
        sa.Column("positif", sa.Boolean(), nullable=False),
        sa.Column("teks", sa.Text(), nullable=True),
        sa.Column("sumber", sa.Text(), nullable=False),
        sa.Column("pmm_id", sa.Text(), nullable=True),
        kunci="pmm_id",
        syarat=PMM_HIDUP,
    )


def _buat_lampiran(tabel: str, *isi: sa.Column[str] | sa.Column[bool], kunci: str, syarat: str) -> None:
    op.create_table(
        tabel,
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("penilaian_id", sa.UUID(), nullable=False),
        sa.Column("indikator_id", sa.UUID(), nullable=False),
        *isi,
        sa.Column("dibuat_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("diubah_pada", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("dihapus_pada", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sumber IN ('EKINERJA', 'PMM')", name=op.f(f"ck_{tabel}_sumber")),
        sa.ForeignKeyConstraint(["indikator_id"], ["indikator.id"], name=op.f(f"fk_{tabel}_indikator_id")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f(f"fk_{tabel}_instansi_id")),
        sa.ForeignKeyConstraint(["penilaian_id"], ["penilaian.id"], name=op.f(f"fk_{tabel}_penilaian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{tabel}")),
    )
    op.create_index(op.f(f"ix_{tabel}_instansi_id"), tabel, ["instansi_id"], unique=False)
    for kolom in ("penilaian_id", "indikator_id"):
        op.create_index(f"ix_{tabel}_{kolom}", tabel, [kolom], unique=False, postgresql_where=sa.text(HIDUP))
    op.create_index(
        f"uq_{tabel}_penilaian_id_indikator_id_{kunci}",
        tabel,
        ["penilaian_id", "indikator_id", kunci],
        unique=True,
        postgresql_where=sa.text(syarat),
    )


def downgrade() -> None:
    for tabel in ("umpan_balik", "realisasi", "bukti_dukung"):
        op.drop_table(tabel)
    op.execute("DROP TRIGGER penilaian_turunan ON penilaian")
    op.execute("DROP FUNCTION penilaian_turunan()")
    op.drop_index("uq_penilaian_nip_periode_id_tahun", table_name="penilaian", postgresql_where=sa.text("definitif"))
    op.drop_index("ix_penilaian_nip_tahun", table_name="penilaian")
    op.drop_constraint(op.f("fk_penilaian_nip"), "penilaian", type_="foreignkey")
    for kolom in ("berakhir", "definitif", "nip"):
        op.drop_column("penilaian", kolom)
    op.execute("DROP FUNCTION hari_pada_tahun(text, integer)")
