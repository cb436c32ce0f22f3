"""Recurring bulks, and the stored place in PMM's change feed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _waktu(nama: str) -> sa.Column[datetime]:
    return sa.Column(nama, sa.DateTime(timezone=True), nullable=True)


def _kini(nama: str) -> sa.Column[datetime]:
    return sa.Column(nama, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "jadwal",
        sa.Column("id", sa.UUID(), server_default=sa.text("id_baru()"), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("jenis", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("pilihan", postgresql.JSONB(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("zona_waktu", sa.Text(), nullable=False),
        sa.Column("aktif", sa.Boolean(), nullable=False),
        _waktu("berikutnya_pada"),
        _waktu("rencana_terakhir_pada"),
        _waktu("terakhir_pada"),
        _waktu("terlewati_pada"),
        _waktu("coba_lagi_pada"),
        sa.Column("massal_terakhir_id", sa.UUID(), nullable=True),
        sa.Column("menanti_perbaikan", sa.Integer(), nullable=True),
        sa.Column("dibuat_oleh", sa.Text(), nullable=False),
        _kini("dibuat_pada"),
        sa.Column("diubah_oleh", sa.Text(), nullable=False),
        _kini("diubah_pada"),
        sa.CheckConstraint("tahun BETWEEN 2000 AND 2100", name=op.f("ck_jadwal_tahun")),
        sa.CheckConstraint("aktif = (berikutnya_pada IS NOT NULL)", name=op.f("ck_jadwal_berikutnya_bila_aktif")),
        sa.CheckConstraint("cardinality(jenis) > 0", name=op.f("ck_jadwal_jenis")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_jadwal_instansi_id")),
        sa.ForeignKeyConstraint(["massal_terakhir_id"], ["massal.id"], name=op.f("fk_jadwal_massal_terakhir_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jadwal")),
    )
    op.create_index(
        "ix_jadwal_instansi_id_dibuat_pada",
        "jadwal",
        ["instansi_id", sa.text("dibuat_pada DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_jadwal_jatuh_tempo", "jadwal", ["berikutnya_pada"], unique=False, postgresql_where=sa.text("aktif")
    )
    op.create_table(
        "pmm_umpan",
        sa.Column("sumber", sa.String(), nullable=False),
        sa.Column("kursor", sa.Text(), nullable=True),
        _kini("ikut_sejak"),
        _waktu("dibaca_pada"),
        _waktu("tersusul_pada"),
        _waktu("perubahan_terakhir_pada"),
        _waktu("diulang_pada"),
        _waktu("tanpa_umpan_sejak"),
        sa.Column("kendala", sa.Text(), nullable=True),
        _waktu("kendala_sejak"),
        _waktu("coba_lagi_pada"),
        sa.PrimaryKeyConstraint("sumber", name=op.f("pk_pmm_umpan")),
    )
    op.create_table(
        "pmm_perubahan_diterima",
        sa.Column("sidik", sa.LargeBinary(), nullable=False),
        _kini("diterima_pada"),
        sa.PrimaryKeyConstraint("sidik", name=op.f("pk_pmm_perubahan_diterima")),
    )
    op.create_index(
        "ix_pmm_perubahan_diterima_diterima_pada", "pmm_perubahan_diterima", ["diterima_pada"], unique=False
    )
    op.create_table(
        "pmm_perubahan_susulan",
        sa.Column("sinkro_id", sa.UUID(), nullable=False),
        sa.Column("sidik", sa.LargeBinary(), nullable=False),
        sa.Column("percobaan_ke", sa.Integer(), nullable=False),
        sa.Column("nip", sa.Text(collation="C"), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=True),
        sa.Column("skp_id", sa.Text(), nullable=True),
        sa.Column("pada", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sinkro_id"], ["sinkro.id"], name=op.f("fk_pmm_perubahan_susulan_sinkro_id")),
        sa.PrimaryKeyConstraint("sinkro_id", "sidik", name=op.f("pk_pmm_perubahan_susulan")),
    )


def downgrade() -> None:
    for tabel in ("pmm_perubahan_susulan", "pmm_perubahan_diterima", "pmm_umpan", "jadwal"):
        op.drop_table(tabel)
