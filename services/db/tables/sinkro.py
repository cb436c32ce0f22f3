"""The log of synchronisations, which is also the work list (ADR 0003): one row per (nip, jenis, tahun), its attempts,
what its findings rest on; and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import Hasil, HasilPercobaan, Pemicu, StatusSinkro
from services.db.tables.dasar import Base, IdBaru, NipTeks, Teks, Waktu, WaktuKini, satu_dari


class SinkroRow(Base):
    """The state of one (nip, jenis, tahun), made once, its id stable for ever. A worker holds it by `sewa_token`, which
    fences: a result is only written with the token of the claim it came from. `massal_id` is the bulk it waits, runs or
    last ran for, NULL when a button or a release asked for it. Which jenis there are is the registry's to say, not the
    database's. `diubah_urut` is a trigger's: the number of the transaction that last changed what the log shows.
    `request_id` is that of the last button press; it counts while a press is the `pemicu`.

    No index holds a column that changes while a sync is asked for, runs and ends as it did before: such a change stays
    in its page. What changes with every state stands behind `oleh` and what is long before it, so that such a change is
    logged without it. `status_terakhir` is a trigger's: how it ended last, while it is in progress too."""

    __tablename__ = "sinkro"
    __table_args__ = (
        satu_dari("status", StatusSinkro),
        satu_dari("hasil", Hasil, boleh_null=True),
        satu_dari("tipe_skp", TipeSkp, boleh_null=True),
        satu_dari("pemicu", Pemicu),
        CheckConstraint("tahun BETWEEN 2000 AND 2100", name="tahun"),
        CheckConstraint("(status = 'BERJALAN') = (sewa_token IS NOT NULL)", name="sewa_saat_berjalan"),
        CheckConstraint("(sewa_token IS NULL) = (sewa_sampai IS NULL)", name="sewa_lengkap"),
        CheckConstraint("(status = 'BERHASIL') = (hasil IS NOT NULL)", name="hasil_saat_berhasil"),
        CheckConstraint("coba_lagi_pada IS NULL OR status = 'MENUNGGU'", name="coba_lagi_saat_menunggu"),
        UniqueConstraint("nip", "jenis", "tahun"),
        # The log: newest request first, in a tenant, alone or narrowed by one equality.
        Index("ix_sinkro_log", "instansi_id", text("dibuat_pada DESC"), text("id DESC")),
        Index(
            "ix_sinkro_log_jenis",
            "instansi_id",
            "jenis",
            "tahun",
            "status_terakhir",
            text("dibuat_pada DESC"),
            text("id DESC"),
        ),
        # Nearly everybody else is a guru, whom the log itself finds soon.
        Index(
            "ix_sinkro_log_tipe_skp",
            "instansi_id",
            "tipe_skp",
            text("dibuat_pada DESC"),
            text("id DESC"),
            postgresql_where=text("tipe_skp IN ('KEPALA_SEKOLAH', 'PENGAWAS')"),
        ),
        Index("ix_sinkro_log_unit_kerja", "instansi_id", "unit_kerja_id", text("dibuat_pada DESC"), text("id DESC")),
        Index("ix_sinkro_log_semua", text("dibuat_pada DESC"), text("id DESC")),
        Index("ix_sinkro_kode", "instansi_id", "kode", postgresql_using="gin", postgresql_where=text("kode <> '{}'")),
    )

    id: Mapped[IdBaru]
    instansi_id: Mapped[str] = mapped_column(ForeignKey("instansi.id"))
    nip: Mapped[NipTeks] = mapped_column(ForeignKey("pegawai.nip", onupdate="CASCADE"))
    jenis: Mapped[Teks]
    tahun: Mapped[int] = mapped_column(SmallInteger)
    tipe_skp: Mapped[Teks | None]
    unit_kerja_id: Mapped[Teks | None]
    temuan: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    kode: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    keterangan: Mapped[Teks | None]
    catatan: Mapped[Teks | None]
    pemicu: Mapped[Teks]
    oleh: Mapped[Teks]
    percobaan_ke: Mapped[int] = mapped_column(server_default=text("0"))
    percobaan_transien: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    percobaan_galat: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    lajur: Mapped[int] = mapped_column(SmallInteger)
    giliran: Mapped[int] = mapped_column(SmallInteger)
    massal_id: Mapped[UUID | None]
    token_pratinjau: Mapped[Teks | None]
    sewa_token: Mapped[int | None] = mapped_column(BigInteger)
    sewa_sampai: Mapped[Waktu | None]
    dibuat_pada: Mapped[WaktuKini]
    diminta_pada: Mapped[WaktuKini]
    mulai_pada: Mapped[Waktu | None]
    selesai_pada: Mapped[Waktu | None]
    coba_lagi_pada: Mapped[Waktu | None]
    terakhir_berhasil_pada: Mapped[Waktu | None]
    diubah_pada: Mapped[WaktuKini]
    diubah_urut: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    request_id: Mapped[Teks | None]
    status_terakhir: Mapped[Teks | None]
    status: Mapped[Teks]
    hasil: Mapped[Teks | None]


class PercobaanRow(Base):
    """One attempt as it ended; `tampilan` are the parts of the answer that belong to its jenis (data_skp, penilaian).
    Append-only: a trigger refuses every UPDATE and DELETE.

    One that found nothing new points with `tampilan_ke` to the attempt it showed the same as; what it showed gives the
    database's function tampilan_percobaan. `sidik_tampilan`: the hash of what was compared, by which they are found."""

    __tablename__ = "percobaan"
    __table_args__ = (
        PrimaryKeyConstraint("sinkro_id", "ke"),
        satu_dari("pemicu", Pemicu),
        satu_dari("status", HasilPercobaan),
        satu_dari("hasil", Hasil, boleh_null=True),
        CheckConstraint("tampilan_ke IS NULL OR tampilan_ke < ke AND tampilan = '{}'", name="tampilan_terdahulu"),
    )

    sinkro_id: Mapped[UUID] = mapped_column(ForeignKey("sinkro.id"))
    ke: Mapped[int]
    instansi_id: Mapped[str]
    pemicu: Mapped[Teks]
    oleh: Mapped[Teks]
    mulai: Mapped[Waktu]
    selesai: Mapped[Waktu]
    status: Mapped[Teks]
    hasil: Mapped[Teks | None]
    temuan: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tampilan: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    keterangan: Mapped[Teks | None]
    jawaban_mentah: Mapped[Teks | None]
    request_id: Mapped[Teks | None]
    tampilan_ke: Mapped[int | None]
    sidik_tampilan: Mapped[bytes | None]


class SinkroUbahanRow(Base):
    """The log as a feed of changes, added to by a trigger of each statement: the syncs it changed, by the number of its
    transaction. What a later change of a sync made void is thrown away in time; no version of the log shows it."""

    __tablename__ = "sinkro_ubahan"
    __table_args__ = (PrimaryKeyConstraint("instansi_id", "urut", "nomor"),)

    instansi_id: Mapped[Teks]
    urut: Mapped[int] = mapped_column(BigInteger)
    nomor: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    sinkro_id: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class SandaranRow(Base):
    """A fact that a blocking finding rests on; its change frees the sync (spec: domain 4.7)."""

    __tablename__ = "sinkro_sandaran"
    __table_args__ = (
        PrimaryKeyConstraint("sinkro_id", "fakta", "kunci", "kode"),
        Index("ix_sinkro_sandaran_fakta", "fakta", "kunci"),
    )

    sinkro_id: Mapped[UUID] = mapped_column(ForeignKey("sinkro.id"))
    fakta: Mapped[Teks]
    kunci: Mapped[Teks]
    kode: Mapped[Teks]
    instansi_id: Mapped[str]


class AuditRow(Base):
    """Who changed or triggered what, from where. Append-only: a trigger refuses every UPDATE and DELETE."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_instansi_id_pada", "instansi_id", text("pada DESC"), text("id DESC")),
        # For who reads every instansi.
        Index("ix_audit_pada", text("pada DESC"), text("id DESC")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instansi_id: Mapped[str | None] = mapped_column(ForeignKey("instansi.id"))
    pada: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    oleh: Mapped[Teks]
    peran: Mapped[Teks]
    tindakan: Mapped[Teks]
    objek: Mapped[Teks]
    rincian: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    request_id: Mapped[Teks | None]
    alamat: Mapped[Teks | None]
