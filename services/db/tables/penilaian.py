"""Ratings of an SKP in a period, and their history. The predikat is always what the matrix says (PermenPANRB 6/2022,
document 004): the database refuses anything else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.penilaian import Predikat, Rating, predikat
from ekinerja_domain.skp import Sumber
from services.db.tables.dasar import Base, IdBaru, Teks, Waktu, WaktuKini, satu_dari


def _menurut_matriks() -> str:
    sel = [
        f"(hasil_kerja = '{h}' AND perilaku_kerja = '{p}' AND predikat = '{predikat(h, p)}')"
        for h in Rating
        for p in Rating
    ]
    return " OR ".join(sel)


class PenilaianRow(Base):
    __tablename__ = "penilaian"
    __table_args__ = (
        satu_dari("sumber", Sumber),
        CheckConstraint(_menurut_matriks(), name="predikat_menurut_matriks"),
        UniqueConstraint("skp_id", "periode_id", "tahun"),
        Index("ix_penilaian_periode_id", "periode_id"),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"), index=True)
    skp_id: Mapped[UUID] = mapped_column(ForeignKey("skp.id"))
    periode_id: Mapped[UUID] = mapped_column(ForeignKey("periode.id"))
    tahun: Mapped[int] = mapped_column(SmallInteger)
    hasil_kerja: Mapped[Teks]
    perilaku_kerja: Mapped[Teks]
    predikat: Mapped[Teks]
    sumber: Mapped[Teks]
    dinilai_pada: Mapped[Waktu | None]
    pmm_versi: Mapped[int | None] = mapped_column(BigInteger)
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]


class PenilaianRiwayatRow(Base):
    """What a rating was before it was replaced; append-only."""

    __tablename__ = "penilaian_riwayat"
    __table_args__ = (satu_dari("predikat", Predikat),)

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    penilaian_id: Mapped[UUID] = mapped_column(ForeignKey("penilaian.id"), index=True)
    hasil_kerja: Mapped[Teks]
    perilaku_kerja: Mapped[Teks]
    predikat: Mapped[Teks]
    sumber: Mapped[Teks]
    dinilai_pada: Mapped[Waktu | None]
    diganti_pada: Mapped[WaktuKini]
