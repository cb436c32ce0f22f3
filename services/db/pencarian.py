"""Searches for parts of names that stay index lookups behind the wall between tenants.

A policy is judged before any condition whose operator could leak, so below it the indexes for such conditions are
closed. The functions of migration 0006 look up as the owner and keep the same reach themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY


def nama_memuat(nip: Any, bagian: Iterable[str]) -> ColumnElement[bool]:
    """Of the people whose name contains one of the parts, any case. `nip`: the column that says who."""
    larik, tanpa_batas = ARRAY(Text), cast(None, Integer)
    return or_(
        *(
            nip.in_(select(func.cari_nip_menurut_nama(pola_memuat(satu), cast(None, larik), tanpa_batas, type_=Text())))
            for satu in bagian
        )
    )


def nama_unit_memuat(unit_id: Any, bagian: Iterable[str]) -> ColumnElement[bool]:
    """Of the units whose name contains one of the parts, any case."""
    return or_(*(unit_id.in_(select(func.cari_unit_menurut_nama(pola_memuat(satu)))) for satu in bagian))


def pola_memuat(bagian: str) -> str:
    """The pattern of ILIKE, with `/` as its escape."""
    return "%" + bagian.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
