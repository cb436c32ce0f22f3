"""What an unchanged sync rested on: a memory of the engine alone, which may be emptied at any time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.tables.dasar import Base, Teks


class JejakRow(Base):
    """`fakta`, `pengguna` and `badan` are hashes: of everything here that the result rests on, of PMM's Pengguna, and
    of PMM's SKPs as received, which PMM knows by `etag`. `temuan`, `tampilan` and `tipe_skp` are what it shows."""

    __tablename__ = "sinkro_jejak"

    sinkro_id: Mapped[UUID] = mapped_column(ForeignKey("sinkro.id"), primary_key=True)
    fakta: Mapped[bytes] = mapped_column(LargeBinary)
    pengguna: Mapped[bytes] = mapped_column(LargeBinary)
    badan: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[Teks | None]
    tipe_skp: Mapped[Teks | None]
    temuan: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tampilan: Mapped[dict[str, Any]] = mapped_column(JSONB)
