"""SKP, RHK and indikator as they stand in e-Kinerja. Nothing that was once agreed is deleted: a row that no longer
counts carries the moment it went to history. RHK and indikator carry the instansi of their SKP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.pegawai import JenisPegawai
from ekinerja_domain.skp import (
    AspekIndikator,
    JenisRhk,
    JenisSkp,
    LingkupRhk,
    Pendekatan,
    PerspektifIndikator,
    StatusPegawai,
    StatusSkp,
    Sumber,
)
from services.db.tables.dasar import Base, IdBaru, NipTeks, Teks, Waktu, WaktuKini, satu_dari


class SkpRow(Base):
    """A year's plan of one person for one period and post. `sidik_isi`: the hash of everything a sync writes, by which
    unchanged content is recognised; `atasan_*` is a snapshot."""

    __tablename__ = "skp"
    __table_args__ = (
        satu_dari("pendekatan", Pendekatan),
        satu_dari("status_pegawai", StatusPegawai),
        satu_dari("jenis_pegawai", JenisPegawai),
        satu_dari("jenis_skp", JenisSkp),
        satu_dari("status", StatusSkp),
        satu_dari("sumber", Sumber),
        CheckConstraint("periode_awal <= periode_akhir", name="rentang"),
        CheckConstraint("sumber <> 'PMM' OR pmm_skp_id IS NOT NULL", name="pmm_bernomor"),
        ExcludeConstraint(
            ("nip", "="),
            (text("daterange(periode_awal, periode_akhir, '[]')"), "&&"),
            name="ex_skp_definitif_tidak_tumpang_tindih",
            using="gist",
            where=text("status_pegawai = 'DEFINITIF' AND diarsipkan_pada IS NULL"),
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(
            "uq_skp_nip_pmm_skp_id",
            "nip",
            "pmm_skp_id",
            unique=True,
            postgresql_where=text("diarsipkan_pada IS NULL"),
        ),
        Index("ix_skp_unit_kerja_id", "unit_kerja_id", postgresql_where=text("diarsipkan_pada IS NULL")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nip: Mapped[NipTeks] = mapped_column(ForeignKey("pegawai.nip", onupdate="CASCADE"))
    periode_awal: Mapped[date]
    periode_akhir: Mapped[date]
    pendekatan: Mapped[Teks]
    unit_kerja_id: Mapped[str] = mapped_column(ForeignKey("unit_kerja.id"))
    jabatan: Mapped[Teks]
    status_pegawai: Mapped[Teks]
    jenis_pegawai: Mapped[Teks]
    jenis_skp: Mapped[Teks]
    status: Mapped[Teks]
    atasan_nip: Mapped[NipTeks | None]
    atasan_nama: Mapped[Teks | None]
    atasan_unit_kerja_id: Mapped[Teks | None]
    atasan_unit_kerja_nama: Mapped[Teks | None]
    sumber: Mapped[Teks]
    pmm_skp_id: Mapped[Teks | None]
    pmm_versi: Mapped[int | None] = mapped_column(BigInteger)
    sidik_isi: Mapped[bytes | None]
    mendarat_pada: Mapped[Waktu | None]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    diarsipkan_pada: Mapped[Waktu | None]


class RhkRow(Base):
    """A planned result. The row keeps its id when its text changes, so that a subordinate's link holds."""

    __tablename__ = "rhk"
    __table_args__ = (
        satu_dari("lingkup", LingkupRhk),
        satu_dari("jenis", JenisRhk),
        satu_dari("sumber", Sumber),
        CheckConstraint("indikator_atasan_id IS NULL OR rhk_atasan_id IS NOT NULL", name="indikator_atasan_dalam_rhk"),
        Index(
            "uq_rhk_skp_id_pmm_id",
            "skp_id",
            "pmm_id",
            unique=True,
            postgresql_where=text("dihapus_pada IS NULL"),
        ),
        Index("ix_rhk_rhk_atasan_id", "rhk_atasan_id", postgresql_where=text("rhk_atasan_id IS NOT NULL")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str]
    skp_id: Mapped[UUID] = mapped_column(ForeignKey("skp.id"))
    lingkup: Mapped[Teks]
    jenis: Mapped[Teks]
    rencana_hasil_kerja: Mapped[Teks]
    penugasan_dari: Mapped[Teks | None]
    rhk_atasan_id: Mapped[UUID | None] = mapped_column(ForeignKey("rhk.id"))
    indikator_atasan_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("indikator.id", name="fk_rhk_indikator_atasan_id", use_alter=True)
    )
    urutan: Mapped[int] = mapped_column(SmallInteger)
    sumber: Mapped[Teks]
    pmm_id: Mapped[Teks | None]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    dihapus_pada: Mapped[Waktu | None]


class IndikatorRow(Base):
    """An indicator of an RHK, with its target."""

    __tablename__ = "indikator"
    __table_args__ = (
        satu_dari("aspek", AspekIndikator, boleh_null=True),
        satu_dari("perspektif", PerspektifIndikator, boleh_null=True),
        satu_dari("sumber", Sumber),
        Index(
            "uq_indikator_rhk_id_pmm_id",
            "rhk_id",
            "pmm_id",
            unique=True,
            postgresql_where=text("dihapus_pada IS NULL"),
        ),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str]
    rhk_id: Mapped[UUID] = mapped_column(ForeignKey("rhk.id"))
    indikator: Mapped[Teks]
    aspek: Mapped[Teks | None]
    target: Mapped[Teks | None]
    satuan: Mapped[Teks | None]
    perspektif: Mapped[Teks | None]
    urutan: Mapped[int] = mapped_column(SmallInteger)
    sumber: Mapped[Teks]
    pmm_id: Mapped[Teks | None]
    dibuat_pada: Mapped[WaktuKini]
    diubah_pada: Mapped[WaktuKini]
    dihapus_pada: Mapped[Waktu | None]
