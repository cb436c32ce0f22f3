"""Metadata with the naming convention of every constraint, and the column kinds the tables share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text, Uuid, func, text
from sqlalchemy.orm import DeclarativeBase, mapped_column

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    metadata = metadata


IdBaru = Annotated[UUID, mapped_column(Uuid(), primary_key=True, server_default=func.id_baru())]
Waktu = Annotated[datetime, mapped_column(DateTime(timezone=True))]
WaktuKini = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Teks = Annotated[str, mapped_column(Text)]
# Compared byte by byte, so that a prefix search is an index range whatever the database's locale.
NipTeks = Annotated[str, mapped_column(Text(collation="C"))]


def satu_dari(kolom: str, nilai: Iterable[str], *, boleh_null: bool = False) -> CheckConstraint:
    """A CHECK that the column holds one of the words (a StrEnum of the domain), named after the column."""
    daftar = ", ".join(f"'{n}'" for n in nilai)
    syarat = f"{kolom} IN ({daftar})"
    return CheckConstraint(f"{kolom} IS NULL OR {syarat}" if boleh_null else syarat, name=kolom)


SALAH = text("false")
BENAR = text("true")
