"""Fewer indexes and checks on what the engine writes most.

An RHK, an indikator, an attempt and a fact rested on carry the instansi of the row above them, copied in the statement
that writes them, and a person who moves takes them along in one transaction: that the instansi exists is checked there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ANAK = ("rhk", "indikator", "percobaan", "sinkro_sandaran")
# One index where two began with the same column: NULLs are different, so rows without PMM's id may stand in it.
_UNIK = (
    ("skp", "uq_skp_nip_pmm_skp_id", "nip", "pmm_skp_id", "diarsipkan_pada", "ix_skp_nip"),
    ("rhk", "uq_rhk_skp_id_pmm_id", "skp_id", "pmm_id", "dihapus_pada", "ix_rhk_skp_id"),
    ("indikator", "uq_indikator_rhk_id_pmm_id", "rhk_id", "pmm_id", "dihapus_pada", "ix_indikator_rhk_id"),
)


def upgrade() -> None:
    for tabel in _ANAK:
        op.drop_constraint(f"fk_{tabel}_instansi_id", tabel, type_="foreignkey")
    for tabel, nama, induk, pmm_id, hilang, lama in _UNIK:
        op.drop_index(lama, tabel)
        op.drop_index(nama, tabel)
        op.create_index(nama, tabel, [induk, pmm_id], unique=True, postgresql_where=sa.text(f"{hilang} IS NULL"))
    op.drop_index("ix_skp_instansi_id", "skp")
    op.create_check_constraint(
        "indikator_atasan_dalam_rhk", "rhk", "indikator_atasan_id IS NULL OR rhk_atasan_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_rhk_indikator_atasan_dalam_rhk"), "rhk", type_="check")
    op.create_index("ix_skp_instansi_id", "skp", ["instansi_id"])
    for tabel, nama, induk, pmm_id, hilang, lama in _UNIK:
        ada = f"{hilang} IS NULL"
        op.drop_index(nama, tabel)
        op.create_index(
            nama, tabel, [induk, pmm_id], unique=True, postgresql_where=sa.text(f"{ada} AND {pmm_id} IS NOT NULL")
        )
        op.create_index(lama, tabel, [induk], postgresql_where=sa.text(ada))
    for tabel in _ANAK:
        op.create_foreign_key(f"fk_{tabel}_instansi_id", tabel, "instansi", ["instansi_id"], ["id"])
