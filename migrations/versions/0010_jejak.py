"""What an unchanged sync rested on, so that the next one is not judged again while nothing of it changed.

A table of its own: it is written only when such a result is remembered, so neither a landing nor a sync that finds it
again pays for it. It holds findings with names, so only the engine may read it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sinkro_jejak",
        sa.Column("sinkro_id", sa.Uuid(), nullable=False),
        sa.Column("fakta", sa.LargeBinary(), nullable=False),
        sa.Column("pengguna", sa.LargeBinary(), nullable=False),
        sa.Column("badan", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("tipe_skp", sa.Text(), nullable=True),
        sa.Column("temuan", JSONB(), nullable=False),
        sa.Column("tampilan", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["sinkro_id"], ["sinkro.id"], name=op.f("fk_sinkro_jejak_sinkro_id")),
        sa.PrimaryKeyConstraint("sinkro_id", name=op.f("pk_sinkro_jejak")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sinkro_jejak TO sinkro_pekerja")
    op.execute("ALTER TABLE sinkro_jejak ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sinkro_jejak FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY pekerja ON sinkro_jejak TO sinkro_pekerja USING (true) WITH CHECK (true)")


def downgrade() -> None:
    op.drop_table("sinkro_jejak")
