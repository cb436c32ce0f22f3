"""The kinds of sync as words of the API: whatever is registered, asked at the moment of the request."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from services.sinkronisasi.registri import JENIS_TERDAFTAR

JENIS_TERBANYAK = 20


def _terdaftar(jenis: str) -> str:
    if jenis not in JENIS_TERDAFTAR:
        raise ValueError("tidak dikenal; yang ada: " + ", ".join(JENIS_TERDAFTAR))
    return jenis


def _untuk_massal(jenis: str) -> str:
    """A rotasi is applied to what a person was shown, so never in bulk."""
    boleh = [nama for nama, p in JENIS_TERDAFTAR.items() if p.massal]
    if jenis not in boleh:
        raise ValueError("tidak dapat diminta secara massal; yang dapat: " + ", ".join(boleh))
    return jenis


NamaJenis = Annotated[
    str, AfterValidator(_terdaftar), WithJsonSchema({"type": "string", "enum": [str(j) for j in JENIS_TERDAFTAR]})
]
JenisMassal = Annotated[
    str,
    AfterValidator(_untuk_massal),
    WithJsonSchema({"type": "string", "enum": [str(j) for j, p in JENIS_TERDAFTAR.items() if p.massal]}),
]
