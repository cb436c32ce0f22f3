"""Who waits and who runs, kept by triggers of `sinkro` (migration 0014): narrow copies of what the work list looks for.

Invariant: a row stands here exactly while its sync is MENUNGGU or BERJALAN, in the same transaction.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import Base, NipTeks, Teks, Waktu


class SinkroMenungguRow(Base):
    """The work list. Its rows are locked by nobody: who wants one locks the sync, and asks it again."""

    __tablename__ = "sinkro_menunggu"
    __table_args__ = (
        # In the order of the log, so that a page of who waits is not a look at all of them.
        PrimaryKeyConstraint("instansi_id", "dibuat_pada", "sinkro_id"),
        # In three: button presses; what waits for a bulk; what waits in its own right (a release).
        Index("ix_sinkro_menunggu_antrean", "diminta_pada", "sinkro_id", postgresql_where=text("lajur = 0")),
        Index(
            "ix_sinkro_menunggu_antrean_massal",
            "massal_id",
            "giliran",
            "diminta_pada",
            "unit_kerja_id",
            "sinkro_id",
            postgresql_where=text("lajur = 1 AND massal_id IS NOT NULL"),
        ),
        Index(
            "ix_sinkro_menunggu_antrean_lepas",
            "instansi_id",
            "giliran",
            "diminta_pada",
            "unit_kerja_id",
            "sinkro_id",
            postgresql_where=text("lajur = 1 AND massal_id IS NULL"),
        ),
        Index("ix_sinkro_menunggu_pimpinan", "unit_kerja_id", "tahun", postgresql_where=text("giliran = 0")),
    )

    instansi_id: Mapped[Teks]
    sinkro_id: Mapped[UUID]
    lajur: Mapped[int] = mapped_column(SmallInteger)
    giliran: Mapped[int] = mapped_column(SmallInteger)
    massal_id: Mapped[UUID | None]
    tahun: Mapped[int] = mapped_column(SmallInteger)
    unit_kerja_id: Mapped[Teks | None]
    diminta_pada: Mapped[Waktu]
    coba_lagi_pada: Mapped[Waktu | None]
    dibuat_pada: Mapped[Waktu]


class SinkroBerjalanRow(Base):
    """Who runs; the key lets one person run once: SKP, SKP_PLT and SKP_ROTASI never together, nor two years."""

    __tablename__ = "sinkro_berjalan"
    __table_args__ = (
        PrimaryKeyConstraint("nip"),
        Index("ix_sinkro_berjalan_pimpinan", "unit_kerja_id", "tahun", postgresql_where=text("giliran = 0")),
    )

    nip: Mapped[NipTeks]
    instansi_id: Mapped[Teks]
    sinkro_id: Mapped[UUID]
    giliran: Mapped[int] = mapped_column(SmallInteger)
    tahun: Mapped[int] = mapped_column(SmallInteger)
    unit_kerja_id: Mapped[Teks | None]
