"""Recurring bulk requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import Base, IdBaru, Teks, Waktu, WaktuKini


class JadwalRow(Base):
    """A bulk that is asked for again and again. `rencana_terakhir_pada` is the moment by its cron that the last run was
    for, `terakhir_pada` when it really ran, `terlewati_pada` when a run was left out since the bulk before had not
    ended. `coba_lagi_pada`: a run that failed on us waits until then."""

    __tablename__ = "jadwal"
    __table_args__ = (
        CheckConstraint("tahun BETWEEN 2000 AND 2100", name="tahun"),
        CheckConstraint("aktif = (berikutnya_pada IS NOT NULL)", name="berikutnya_bila_aktif"),
        CheckConstraint("cardinality(jenis) > 0", name="jenis"),
        Index("ix_jadwal_instansi_id_dibuat_pada", "instansi_id", text("dibuat_pada DESC"), text("id DESC")),
        Index("ix_jadwal_jatuh_tempo", "berikutnya_pada", postgresql_where=text("aktif")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nama: Mapped[Teks]
    jenis: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tahun: Mapped[int] = mapped_column(SmallInteger)
    pilihan: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cron: Mapped[Teks]
    zona_waktu: Mapped[Teks]
    aktif: Mapped[bool]
    berikutnya_pada: Mapped[Waktu | None]
    rencana_terakhir_pada: Mapped[Waktu | None]
    terakhir_pada: Mapped[Waktu | None]
    terlewati_pada: Mapped[Waktu | None]
    coba_lagi_pada: Mapped[Waktu | None]
    massal_terakhir_id: Mapped[UUID | None] = mapped_column(ForeignKey("massal.id"))
    menanti_perbaikan: Mapped[int | None]
    dibuat_oleh: Mapped[Teks]
    dibuat_pada: Mapped[WaktuKini]
    diubah_oleh: Mapped[Teks]
    diubah_pada: Mapped[WaktuKini]
