"""Our place in PMM's change feed, and what of it must not be taken twice or too early."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import Base, NipTeks, Teks, Waktu, WaktuKini


class PMMUmpanRow(Base):
    """One row per PMM (by its address). `kursor` moves in the transaction that carries out what came before it; NULL:
    from the beginning. `tersusul_pada`: when nothing more was left to read; `tanpa_umpan_sejak`: since when this PMM
    says it has no feed; `kendala`: why the last question gave nothing."""

    __tablename__ = "pmm_umpan"

    sumber: Mapped[str] = mapped_column(primary_key=True)
    kursor: Mapped[Teks | None]
    ikut_sejak: Mapped[WaktuKini]
    dibaca_pada: Mapped[Waktu | None]
    tersusul_pada: Mapped[Waktu | None]
    perubahan_terakhir_pada: Mapped[Waktu | None]
    diulang_pada: Mapped[Waktu | None]
    tanpa_umpan_sejak: Mapped[Waktu | None]
    kendala: Mapped[Teks | None]
    kendala_sejak: Mapped[Waktu | None]
    coba_lagi_pada: Mapped[Waktu | None]


class PMMPerubahanDiterimaRow(Base):
    """Changes that were carried out, by a digest of all they say: PMM may give one twice."""

    __tablename__ = "pmm_perubahan_diterima"
    __table_args__ = (Index("ix_pmm_perubahan_diterima_diterima_pada", "diterima_pada"),)

    sidik: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    diterima_pada: Mapped[WaktuKini]


class PMMPerubahanSusulanRow(Base):
    """A change that came while an attempt was on its way, which may have asked PMM before it: looked at again when that
    attempt has ended."""

    __tablename__ = "pmm_perubahan_susulan"
    __table_args__ = (PrimaryKeyConstraint("sinkro_id", "sidik"),)

    sinkro_id: Mapped[UUID] = mapped_column(ForeignKey("sinkro.id"))
    sidik: Mapped[bytes] = mapped_column(LargeBinary)
    percobaan_ke: Mapped[int]
    nip: Mapped[NipTeks]
    jenis: Mapped[Teks]
    tahun: Mapped[int | None] = mapped_column(SmallInteger)
    skp_id: Mapped[Teks | None]
    pada: Mapped[Waktu]
