"""Bulks of a whole region: the frozen selection in chunks, pause and cancel, fair turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MENUNGGU_MASSAL = "status = 'MENUNGGU' AND lajur = 1 AND massal_id IS"


def upgrade() -> None:
    op.create_table(
        "massal_potongan",
        sa.Column("massal_id", sa.UUID(), nullable=False),
        sa.Column("urutan", sa.Integer(), nullable=False),
        sa.Column("instansi_id", sa.String(), nullable=False),
        sa.Column("jenis", sa.Text(), nullable=False),
        sa.Column("nip", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ke", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("cardinality(nip) = cardinality(ke)", name=op.f("ck_massal_potongan_sama_panjang")),
        sa.ForeignKeyConstraint(["instansi_id"], ["instansi.id"], name=op.f("fk_massal_potongan_instansi_id")),
        sa.ForeignKeyConstraint(["massal_id"], ["massal.id"], name=op.f("fk_massal_potongan_massal_id")),
        sa.PrimaryKeyConstraint("massal_id", "urutan", name=op.f("pk_massal_potongan")),
    )
    op.create_table(
        "hambatan_pmm",
        sa.Column("kode", sa.Text(), nullable=False),
        sa.Column("sejak", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sampai", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kode", name=op.f("pk_hambatan_pmm")),
    )
    sekarang = sa.text("clock_timestamp()")
    op.add_column("massal", sa.Column("pemicu", sa.Text(), server_default=sa.text("'MASSAL'"), nullable=False))
    op.create_check_constraint(
        op.f("ck_massal_pemicu"),
        "massal",
        "pemicu IN ('PEGAWAI', 'ADMIN', 'SISTEM', 'MASSAL', 'JADWAL', 'PELEPASAN')",
    )
    op.add_column("massal", sa.Column("terbentang", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("massal", sa.Column("potongan_tersisa", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("massal", sa.Column("dijeda_pada", sa.DateTime(timezone=True), nullable=True))
    op.add_column("massal", sa.Column("lama_dijeda", sa.Interval(), server_default=sa.text("'0'"), nullable=False))
    op.add_column(
        "massal", sa.Column("laju_sejak", sa.DateTime(timezone=True), server_default=sekarang, nullable=False)
    )
    op.add_column("massal", sa.Column("laju_awal", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("massal", sa.Column("laju_lalu_sejak", sa.DateTime(timezone=True), nullable=True))
    op.add_column("massal", sa.Column("laju_lalu_awal", sa.Integer(), nullable=True))
    op.execute("UPDATE massal SET terbentang = jumlah, laju_awal = berhasil + gagal + tertahan")
    op.create_check_constraint(op.f("ck_massal_terbentang"), "massal", "terbentang <= jumlah")
    op.create_index("ix_massal_berjalan", "massal", ["instansi_id"], postgresql_where=sa.text("status = 'BERJALAN'"))
    op.create_index("ix_massal_berpotongan", "massal", ["terbentang"], postgresql_where=sa.text("potongan_tersisa > 0"))
    # An item is written in the statement that has just written or locked its sync, under a lock of its instansi and in
    # the transaction that wrote its bulk; none of the three is ever deleted. The checks cost a third of a bulk.
    for kolom in ("instansi_id", "massal_id", "sinkro_id"):
        op.drop_constraint(op.f(f"fk_massal_butir_{kolom}"), "massal_butir", type_="foreignkey")
    # The bulk a sync waits for leads the queue now, and what waits in its own right names none.
    op.execute(
        "UPDATE sinkro s SET massal_id = NULL WHERE s.status = 'MENUNGGU' AND NOT EXISTS (SELECT FROM massal_butir b "
        "WHERE b.sinkro_id = s.id AND b.massal_id = s.massal_id AND b.hasil IS NULL)"
    )
    op.drop_constraint(op.f("fk_sinkro_massal_id"), "sinkro", type_="foreignkey")
    op.drop_index(op.f("ix_sinkro_massal_id"), table_name="sinkro")
    op.drop_index("ix_sinkro_antrean", table_name="sinkro")
    op.create_index(
        "ix_sinkro_antrean",
        "sinkro",
        ["diminta_pada", "id"],
        postgresql_include=["coba_lagi_pada", "nip"],
        postgresql_where=sa.text("status = 'MENUNGGU' AND lajur = 0"),
    )
    for nama, awal, syarat in (
        ("ix_sinkro_antrean_lepas", "instansi_id", "NULL"),
        ("ix_sinkro_antrean_massal", "massal_id", "NOT NULL"),
    ):
        op.create_index(
            nama,
            "sinkro",
            [awal, "giliran", "diminta_pada", "unit_kerja_id", "id"],
            postgresql_include=["coba_lagi_pada", "nip"],
            postgresql_where=sa.text(f"{MENUNGGU_MASSAL} {syarat}"),
        )


def downgrade() -> None:
    for nama in ("ix_sinkro_antrean_massal", "ix_sinkro_antrean_lepas", "ix_sinkro_antrean"):
        op.drop_index(nama, table_name="sinkro")
    op.create_index(
        "ix_sinkro_antrean",
        "sinkro",
        ["lajur", "giliran", "diminta_pada", "unit_kerja_id", "id"],
        postgresql_include=["coba_lagi_pada", "nip"],
        postgresql_where=sa.text("status = 'MENUNGGU'"),
    )
    op.create_index(op.f("ix_sinkro_massal_id"), "sinkro", ["massal_id"])
    op.create_foreign_key(op.f("fk_sinkro_massal_id"), "sinkro", "massal", ["massal_id"], ["id"])
    for kolom, tabel in (("instansi_id", "instansi"), ("massal_id", "massal"), ("sinkro_id", "sinkro")):
        op.create_foreign_key(op.f(f"fk_massal_butir_{kolom}"), "massal_butir", tabel, [kolom], ["id"])
    op.drop_index("ix_massal_berpotongan", table_name="massal")
    op.drop_index("ix_massal_berjalan", table_name="massal")
    op.drop_constraint(op.f("ck_massal_terbentang"), "massal", type_="check")
    op.drop_constraint(op.f("ck_massal_pemicu"), "massal", type_="check")
    for kolom in (
        "laju_lalu_awal", "laju_lalu_sejak", "laju_awal", "laju_sejak", "lama_dijeda", "dijeda_pada",
        "potongan_tersisa", "terbentang", "pemicu",
    ):  # fmt: skip
        op.drop_column("massal", kolom)
    op.drop_table("hambatan_pmm")
    op.drop_table("massal_potongan")
