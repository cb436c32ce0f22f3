"""Bulk requests: the frozen selection in chunks, the items and how each ended, and what holds every bulk up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.sinkronisasi.status import Pemicu, StatusMassal
from services.db.tables.dasar import Base, IdBaru, Teks, Waktu, WaktuKini, satu_dari


class MassalRow(Base):
    """A bulk request. Its counters change in the transaction that ends an item, so they are always exact.

    `terbentang`: how many of the selection are items (or were counted without one), the rest lies in
    `potongan_tersisa` chunks. `laju_*`: two marks of (time, finished until then) from which the recent rate is read.
    `lama_dijeda`: how long it was paused before its present state. `request_id`: of the request that made it.
    """

    __tablename__ = "massal"
    __table_args__ = (
        satu_dari("status", StatusMassal),
        satu_dari("pemicu", Pemicu),
        CheckConstraint("berhasil + gagal + tertahan + dibatalkan <= jumlah", name="tidak_lebih_dari_jumlah"),
        CheckConstraint("tidak_ada_data_baru <= berhasil", name="bagian_berhasil"),
        CheckConstraint("terbentang <= jumlah", name="terbentang"),
        Index("ix_massal_instansi_id_dibuat_pada", "instansi_id", text("dibuat_pada DESC"), text("id DESC")),
        # No counter of a landing stands in these, so that it changes the row without touching an index.
        Index("ix_massal_berjalan", "instansi_id", postgresql_where=text("status = 'BERJALAN'")),
        Index("ix_massal_berpotongan", "terbentang", postgresql_where=text("potongan_tersisa > 0")),
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
    pemicu: Mapped[Teks] = mapped_column(server_default=text("'MASSAL'"))
    terbentang: Mapped[int] = mapped_column(server_default=text("0"))
    potongan_tersisa: Mapped[int] = mapped_column(server_default=text("0"))
    dijeda_pada: Mapped[Waktu | None]
    lama_dijeda: Mapped[timedelta] = mapped_column(Interval, server_default=text("'0'"))
    laju_sejak: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    laju_awal: Mapped[int] = mapped_column(server_default=text("0"))
    laju_lalu_sejak: Mapped[Waktu | None]
    laju_lalu_awal: Mapped[int | None]
    request_id: Mapped[Teks | None]


class MassalPotonganRow(Base):
    """People of a bulk who are no items yet, in the order of work. `ke`: how many attempts of each had ended when the
    selection was frozen (-1: never asked for), so that who is done meanwhile is counted and not run again."""

    __tablename__ = "massal_potongan"
    __table_args__ = (
        PrimaryKeyConstraint("massal_id", "urutan"),
        CheckConstraint("cardinality(nip) = cardinality(ke)", name="sama_panjang"),
    )

    massal_id: Mapped[UUID] = mapped_column(ForeignKey("massal.id"))
    urutan: Mapped[int] = mapped_column(autoincrement=False)
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    jenis: Mapped[Teks]
    nip: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ke: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class MassalButirRow(Base):
    """One sync of a bulk and, once it ended, how; a later release does not change it.

    No foreign keys: the statement that writes an item has just written or locked its sync, and neither syncs nor bulks
    are ever deleted; three checks per item cost a third of a bulk.
    """

    __tablename__ = "massal_butir"
    __table_args__ = (
        PrimaryKeyConstraint("massal_id", "sinkro_id"),
        satu_dari("hasil", ("BERHASIL", "TIDAK_ADA_DATA_BARU", "GAGAL", "TERTAHAN", "DIBATALKAN"), boleh_null=True),
        Index("ix_massal_butir_terbuka", "sinkro_id", postgresql_where=text("hasil IS NULL")),
    )

    massal_id: Mapped[UUID]
    sinkro_id: Mapped[UUID]
    instansi_id: Mapped[str]
    hasil: Mapped[Teks | None]


class HambatanPMMRow(Base):
    """Why bulks make no progress although they run: a worker that found PMM ill says so, and says it again every second
    while it lasts; what nobody repeats until `sampai` is over."""

    __tablename__ = "hambatan_pmm"
    __table_args__ = (PrimaryKeyConstraint("kode"),)

    kode: Mapped[Teks]
    sejak: Mapped[Waktu]
    sampai: Mapped[Waktu]
