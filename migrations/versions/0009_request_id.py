"""Whose request a sync goes back to, so that PMM is told and a log line is found by it.

A bulk keeps it once, not in every row of the log, so that a bulk's rows are no wider for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for tabel in ("sinkro", "massal"):
        op.add_column(tabel, sa.Column("request_id", sa.Text(), nullable=True))


def downgrade() -> None:
    for tabel in ("sinkro", "massal"):
        op.drop_column(tabel, "request_id")
