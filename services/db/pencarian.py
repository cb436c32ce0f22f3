"""Searches for parts of names and for codes that stay index lookups behind the wall between tenants.

A policy is judged before any condition whose operator could leak, so below it the indexes for such conditions are
closed. The functions of migration 0006 look up as the owner and keep the same reach themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid


def nama_memuat(nip: Any, bagian: Iterable[str]) -> ColumnElement[bool]:
    """Of the people whose name contains one of the parts, any case. `nip`: the column that says who."""
    return or_(*(nip.in_(nip_bernama(satu, None)) for satu in bagian))


def nip_bernama(bagian: str, batas: int | None, instansi: Iterable[str] | None = None) -> Select[tuple[str]]:
    """The NIP of at most `batas` people whose name contains the part (None: of all of them), within these instansi
    (None: all within reach)."""
    milik = None if instansi is None else sorted(instansi)
    return select(func.cari_nip_menurut_nama(_pola(bagian), cast(milik, ARRAY(Text)), batas, type_=Text()))


def nama_unit_memuat(unit_id: Any, bagian: Iterable[str]) -> ColumnElement[bool]:
    """Of the units whose name contains one of the parts, any case."""
    return or_(*(unit_id.in_(select(func.cari_unit_menurut_nama(_pola(satu)))) for satu in bagian))


def sinkro_berkode(kode: Sequence[str], instansi: Iterable[str] | None, batas: int) -> Select[tuple[UUID]]:
    """The ids of at most `batas` syncs with one of the codes, within these instansi (None: all within reach)."""
    milik = None if instansi is None else sorted(instansi)
    larik = ARRAY(Text)
    return select(func.cari_sinkro_menurut_kode(cast(list(kode), larik), cast(milik, larik), batas, type_=Uuid()))


def _pola(bagian: str) -> str:
    """The pattern of ILIKE, with `/` as its escape."""
    return "%" + bagian.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
