"""e-Kinerja's own truth about who works where and who leads: instansi, unit kerja, pegawai, pimpinan, user PMM,
periode, padanan unor."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.pegawai import JenisAsn, JenisPegawai
from ekinerja_domain.periode import JenisPeriode, TipePeriodik
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.unit_kerja import JenisPimpinan
from services.db.tables.dasar import BENAR, SALAH, Base, IdBaru, NipTeks, Teks, Waktu, WaktuKini, satu_dari

ZONA_WAKTU = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


class InstansiRow(Base):
    """An agency: the tenant. `versi_fakta` grows with every change of its reference data; the engine compares it when
    it writes a result, so that a result never rests on facts that changed meanwhile (ADR 0004)."""

    __tablename__ = "instansi"
    __table_args__ = (
        satu_dari("zona_waktu", ZONA_WAKTU),
        CheckConstraint("id <> '' AND length(id) <= 64", name="id_wajar"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    nama: Mapped[Teks]
    zona_waktu: Mapped[Teks]
    versi_fakta: Mapped[int] = mapped_column(server_default=text("0"))


class UnitKerjaRow(Base):
    """A unit of the tree. `versi_skp` grows when an SKP of somebody who leads or led the unit changes."""

    __tablename__ = "unit_kerja"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9A-F]{32}$'", name="id_heksadesimal"),
        CheckConstraint("npsn ~ '^[0-9A-Z]{8}$'", name="npsn"),
        CheckConstraint("induk_id <> id", name="bukan_induk_sendiri"),
        Index("ix_unit_kerja_instansi_id_nama", "instansi_id", "nama"),
        Index("ix_unit_kerja_nama_trgm", "nama", postgresql_using="gin", postgresql_ops={"nama": "gin_trgm_ops"}),
        Index("ix_unit_kerja_induk_id", "induk_id"),
        Index("ix_unit_kerja_npsn", "npsn"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nama: Mapped[Teks]
    induk_id: Mapped[str | None] = mapped_column(ForeignKey("unit_kerja.id", deferrable=True, initially="DEFERRED"))
    eselon: Mapped[Teks | None]
    mandiri: Mapped[bool] = mapped_column(server_default=SALAH)
    aktif: Mapped[bool] = mapped_column(server_default=BENAR)
    npsn: Mapped[Teks | None]
    versi_skp: Mapped[int] = mapped_column(server_default=text("0"))


class PegawaiRow(Base):
    """A civil servant. `unit_kerja_id` may name a unit the reference lacks: that is a finding, not an error."""

    __tablename__ = "pegawai"
    __table_args__ = (
        CheckConstraint("nip ~ '^[0-9]{18}$'", name="nip"),
        satu_dari("jenis_pegawai", JenisPegawai),
        satu_dari("jenis_asn", JenisAsn),
        Index("ix_pegawai_instansi_id_nip", "instansi_id", "nip"),
        Index("ix_pegawai_unit_kerja_id", "unit_kerja_id"),
        # Parts of names, in one instansi or in all.
        Index(
            "ix_pegawai_nama_trgm",
            "instansi_id",
            "nama",
            postgresql_using="gin",
            postgresql_ops={"nama": "gin_trgm_ops"},
        ),
    )

    nip: Mapped[NipTeks] = mapped_column(primary_key=True)
    nama: Mapped[Teks]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    unit_kerja_id: Mapped[Teks | None]
    jabatan: Mapped[Teks]
    golongan: Mapped[Teks | None]
    jenis_pegawai: Mapped[Teks]
    jenis_asn: Mapped[Teks]
    aktif: Mapped[bool] = mapped_column(server_default=BENAR)
    nonaktif_sejak: Mapped[date | None]


class PimpinanRow(Base):
    """Who leads a unit from when to when, both days inclusive. That at most one DEFINITIF is in force per unit is kept
    by the constraint trigger `pimpinan_definitif_tunggal`, since it rests on the holder's unit and aktif as well."""

    __tablename__ = "pimpinan"
    __table_args__ = (
        satu_dari("jenis", JenisPimpinan),
        CheckConstraint("selesai IS NULL OR selesai >= mulai", name="rentang"),
        UniqueConstraint("unit_kerja_id", "nip", "jenis", "mulai"),
        Index("ix_pimpinan_nip", "nip"),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"), index=True)
    unit_kerja_id: Mapped[str] = mapped_column(ForeignKey("unit_kerja.id"))
    nip: Mapped[NipTeks] = mapped_column(ForeignKey("pegawai.nip", onupdate="CASCADE"))
    jenis: Mapped[Teks]
    mulai: Mapped[date]
    selesai: Mapped[date | None]


class UserPMMRow(Base):
    """A person flagged as PMM user; history is kept and a person can come back, but is a user once at a time."""

    __tablename__ = "user_pmm"
    __table_args__ = (
        CheckConstraint("(dihapus_pada IS NULL) = (alasan IS NULL)", name="alasan_saat_dihapus"),
        Index("uq_user_pmm_nip_aktif", "nip", unique=True, postgresql_where=text("dihapus_pada IS NULL")),
        Index("ix_user_pmm_instansi_id_nip", "instansi_id", "nip", postgresql_where=text("dihapus_pada IS NULL")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nip: Mapped[NipTeks] = mapped_column(ForeignKey("pegawai.nip", onupdate="CASCADE"))
    ditambahkan_pada: Mapped[WaktuKini]
    ditambahkan_oleh: Mapped[Teks]
    dihapus_pada: Mapped[Waktu | None]
    dihapus_oleh: Mapped[Teks | None]
    alasan: Mapped[Teks | None]


class PeriodeRow(Base):
    """An assessment period of the instansi; `mm-dd` templates, `tahun` NULL means every year."""

    __tablename__ = "periode"
    __table_args__ = (
        satu_dari("jenis", JenisPeriode),
        satu_dari("tipe_periodik", TipePeriodik, boleh_null=True),
        CheckConstraint("periode_awal ~ '^[0-9]{2}-[0-9]{2}$'", name="periode_awal"),
        CheckConstraint("periode_akhir ~ '^[0-9]{2}-[0-9]{2}$'", name="periode_akhir"),
        CheckConstraint("batas_pengisian ~ '^[0-9]{2}-[0-9]{2}$'", name="batas_pengisian"),
        CheckConstraint("periode_awal <= periode_akhir", name="rentang"),
        CheckConstraint(
            "angka_periodik BETWEEN 1 AND CASE tipe_periodik WHEN 'TRIWULANAN' THEN 4 ELSE 12 END",
            name="angka_periodik",
        ),
        CheckConstraint(
            "jenis = 'PERIODIK' OR (tipe_periodik IS NULL AND angka_periodik IS NULL)", name="final_tanpa_angka"
        ),
        CheckConstraint("tahun BETWEEN 2000 AND 2100", name="tahun"),
        UniqueConstraint("instansi_id", "jenis", "nama", "tahun", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nama: Mapped[Teks]
    jenis: Mapped[Teks]
    tipe_periodik: Mapped[Teks | None]
    angka_periodik: Mapped[int | None] = mapped_column(SmallInteger)
    periode_awal: Mapped[Teks]
    periode_akhir: Mapped[Teks]
    batas_pengisian: Mapped[Teks]
    tahun: Mapped[int | None] = mapped_column(SmallInteger)


class PadananUnorRow(Base):
    """A link NPSN <-> unor. One NPSN may have several units; a rejected pair is remembered."""

    __tablename__ = "padanan_unor"
    __table_args__ = (
        satu_dari("status", StatusPadanan),
        CheckConstraint("npsn ~ '^[0-9A-Z]{8}$'", name="npsn"),
        UniqueConstraint("npsn", "unit_kerja_id"),
        Index("ix_padanan_unor_instansi_id_npsn", "instansi_id", "npsn"),
        Index("ix_padanan_unor_unit_kerja_id", "unit_kerja_id"),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    npsn: Mapped[Teks]
    unit_kerja_id: Mapped[str] = mapped_column(ForeignKey("unit_kerja.id"))
    status: Mapped[Teks]
    oleh: Mapped[Teks]
    pada: Mapped[WaktuKini]
