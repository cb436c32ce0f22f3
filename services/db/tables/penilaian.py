"""Ratings of an SKP in a period, their history, and what is attached to them per indikator. The predikat is always what
the matrix says (PermenPANRB 6/2022, document 004): the database refuses anything else."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.penilaian import Predikat, Rating, predikat
from ekinerja_domain.skp import Sumber
from services.db.tables.dasar import Base, IdBaru, NipTeks, Teks, Waktu, WaktuKini, satu_dari


def _menurut_matriks() -> str:
    sel = [
        f"(hasil_kerja = '{h}' AND perilaku_kerja = '{p}' AND predikat = '{predikat(h, p)}')"
        for h in Rating
        for p in Rating
    ]
    return " OR ".join(sel)


class PenilaianRow(Base):
    """A rating. `nip`, `definitif` and `berakhir` follow from its SKP and its period (the period's last day in the
    year): the trigger `penilaian_turunan` fills them, so that they cannot say anything else."""

    __tablename__ = "penilaian"
    __table_args__ = (
        satu_dari("sumber", Sumber),
        CheckConstraint(_menurut_matriks(), name="predikat_menurut_matriks"),
        UniqueConstraint("skp_id", "periode_id", "tahun"),
        Index("ix_penilaian_periode_id", "periode_id"),
        Index("ix_penilaian_nip_tahun", "nip", "tahun"),
        Index(
            "uq_penilaian_nip_periode_id_tahun",
            "nip",
            "periode_id",
            "tahun",
            unique=True,
            postgresql_where=text("definitif"),
        ),
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
    nip: Mapped[NipTeks] = mapped_column(ForeignKey("pegawai.nip", onupdate="CASCADE"))
    definitif: Mapped[bool]
    berakhir: Mapped[date]
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


def _indeks_lampiran(tabel: str, *kunci: str, syarat: str = "dihapus_pada IS NULL") -> tuple[Index, ...]:
    """Live rows are found by rating and by indikator; of one rating and indikator each key stands once."""
    hidup = text("dihapus_pada IS NULL")
    return (
        Index(
            f"uq_{tabel}_penilaian_id_indikator_id_{kunci[0]}",
            "penilaian_id",
            "indikator_id",
            *kunci,
            unique=True,
            postgresql_where=text(syarat),
        ),
        Index(f"ix_{tabel}_penilaian_id", "penilaian_id", postgresql_where=hidup),
        Index(f"ix_{tabel}_indikator_id", "indikator_id", postgresql_where=hidup),
    )


_PMM_HIDUP = "dihapus_pada IS NULL AND pmm_id IS NOT NULL"


class BuktiDukungRow(Base):
    """A piece of evidence of an indikator; what is gone in PMM carries the moment it went to history."""

    __tablename__ = "bukti_dukung"
    __table_args__ = (satu_dari("sumber", Sumber), *_indeks_lampiran("bukti_dukung", "pmm_id", syarat=_PMM_HIDUP))

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"), index=True)
    penilaian_id: Mapped[UUID] = mapped_column(ForeignKey("penilaian.id"))
    indikator_id: Mapped[UUID] = mapped_column(ForeignKey("indikator.id"))
    nama: Mapped[Teks]
    tautan: Mapped[Teks | None]
    sumber: Mapped[Teks]
    pmm_id: Mapped[Teks | None]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    dihapus_pada: Mapped[Waktu | None]


class RealisasiRow(Base):
    """What was achieved on an indikator: one of each source."""

    __tablename__ = "realisasi"
    __table_args__ = (satu_dari("sumber", Sumber), *_indeks_lampiran("realisasi", "sumber"))

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"), index=True)
    penilaian_id: Mapped[UUID] = mapped_column(ForeignKey("penilaian.id"))
    indikator_id: Mapped[UUID] = mapped_column(ForeignKey("indikator.id"))
    teks: Mapped[Teks]
    sumber_data: Mapped[Teks | None]
    sumber: Mapped[Teks]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    dihapus_pada: Mapped[Waktu | None]


class UmpanBalikRow(Base):
    """Feedback on an indikator."""

    __tablename__ = "umpan_balik"
    __table_args__ = (satu_dari("sumber", Sumber), *_indeks_lampiran("umpan_balik", "pmm_id", syarat=_PMM_HIDUP))

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"), index=True)
    penilaian_id: Mapped[UUID] = mapped_column(ForeignKey("penilaian.id"))
    indikator_id: Mapped[UUID] = mapped_column(ForeignKey("indikator.id"))
    positif: Mapped[bool]
    teks: Mapped[Teks | None]
    sumber: Mapped[Teks]
    pmm_id: Mapped[Teks | None]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    dihapus_pada: Mapped[Waktu | None]
