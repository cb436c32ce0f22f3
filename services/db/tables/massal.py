"""Bulk requests, their items and how each ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.sinkronisasi.status import StatusMassal
from services.db.tables.dasar import Base, IdBaru, Teks, Waktu, WaktuKini, satu_dari


class MassalRow(Base):
    """A bulk request. Its counters change in the transaction that ends an item, so they are always exact."""

    __tablename__ = "massal"
    __table_args__ = (
        satu_dari("status", StatusMassal),
        CheckConstraint("berhasil + gagal + tertahan + dibatalkan <= jumlah", name="tidak_lebih_dari_jumlah"),
        CheckConstraint("tidak_ada_data_baru <= berhasil", name="bagian_berhasil"),
        Index("ix_massal_instansi_id_dibuat_pada", "instansi_id", text("dibuat_pada DESC"), text("id DESC")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    jenis: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tahun: Mapped[int] = mapped_column(SmallInteger)
    pilihan: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[Teks]
    jumlah: Mapped[int]
    berhasil: Mapped[int] = mapped_column(server_default=text("0"))
    tidak_ada_data_baru: Mapped[int] = mapped_column(server_default=text("0"))
    gagal: Mapped[int] = mapped_column(server_default=text("0"))
    tertahan: Mapped[int] = mapped_column(server_default=text("0"))
    dibatalkan: Mapped[int] = mapped_column(server_default=text("0"))
    ditolak: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    oleh: Mapped[Teks]
    dibuat_pada: Mapped[WaktuKini]
    selesai_pada: Mapped[Waktu | None]


class MassalButirRow(Base):
    """One sync of a bulk and, once it ended, how; a later release does not change it."""

    __tablename__ = "massal_butir"
    __table_args__ = (
        PrimaryKeyConstraint("massal_id", "sinkro_id"),
        satu_dari("hasil", ("BERHASIL", "TIDAK_ADA_DATA_BARU", "GAGAL", "TERTAHAN", "DIBATALKAN"), boleh_null=True),
        Index("ix_massal_butir_terbuka", "sinkro_id", postgresql_where=text("hasil IS NULL")),
    )

    massal_id: Mapped[UUID] = mapped_column(ForeignKey("massal.id"))
    sinkro_id: Mapped[UUID] = mapped_column(ForeignKey("sinkro.id"))
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    hasil: Mapped[Teks | None]
