"""First answers of POST requests, kept per caller and key."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import Base, Teks, WaktuKini


class IdempotensiRow(Base):
    """The answer that every repetition gets. `pemanggil` and `sidik` are hashes: neither a person nor a body can be
    read from them; `badan` is compressed."""

    __tablename__ = "idempotensi"
    __table_args__ = (
        PrimaryKeyConstraint("pemanggil", "kunci"),
        CheckConstraint("status BETWEEN 200 AND 299", name="status_berhasil"),
        Index("ix_idempotensi_dibuat_pada", "dibuat_pada"),
    )

    pemanggil: Mapped[Teks]
    kunci: Mapped[Teks]
    sidik: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    header: Mapped[bytes] = mapped_column(LargeBinary)
    badan: Mapped[bytes] = mapped_column(LargeBinary)
    dibuat_pada: Mapped[WaktuKini]
