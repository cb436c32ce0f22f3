"""Exact counters of the log, kept by the triggers of migration 0005: a figure is the sum of both tables.

`ukuran` says what is counted: SINKRO the syncs by all the other columns, PERNAH the current user PMM who have a sync of
that jenis and year, PENGGUNA the current user PMM. What does not apply is empty (or 0).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import SALAH, Base, Teks

KOSONG = text("''")


class _Dimensi:
    """What a figure is about. `kode`: all the codes of a sync together, so that every filter can be answered;
    `pengguna`: syncs of current user PMM, who alone are in the ledger."""

    ukuran: Mapped[Teks]
    instansi_id: Mapped[Teks]
    jenis: Mapped[Teks] = mapped_column(server_default=KOSONG)
    tahun: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    status: Mapped[Teks] = mapped_column(server_default=KOSONG)
    tipe_skp: Mapped[Teks] = mapped_column(server_default=KOSONG)
    kode: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    pengguna: Mapped[bool] = mapped_column(server_default=SALAH)
    n: Mapped[int] = mapped_column(BigInteger)


class HitunganRow(_Dimensi, Base):
    """What was summed up: per instansi, and under an empty `instansi_id` for all together. `kode` is sorted."""

    __tablename__ = "hitungan"
    __table_args__ = (
        PrimaryKeyConstraint("instansi_id", "ukuran", "jenis", "tahun", "status", "pengguna", "tipe_skp", "kode"),
    )


class HitunganUbahanRow(_Dimensi, Base):
    """What a statement changed and nobody has summed up yet. Without a key: it is only added to and taken away whole,
    so that no writer waits for another."""

    __tablename__ = "hitungan_ubahan"
    __mapper_args__: dict[str, Any] = {"primary_key": ["ukuran", "instansi_id"]}  # noqa: RUF012 - SQLAlchemy's form
