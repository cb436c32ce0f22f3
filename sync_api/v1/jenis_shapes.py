"""The kinds of sync as words of the API: whatever is registered, asked at the moment of the request."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

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


def _satu_atau_daftar(nilai: Any, daftar: ValidatorFunctionWrapHandler) -> Any:
    # A union would report the faults of both of its sides, in words of the validator.
    return [_untuk_massal(nilai)] if isinstance(nilai, str) else daftar(nilai)


NamaJenis = Annotated[
    str, AfterValidator(_terdaftar), WithJsonSchema({"type": "string", "enum": [str(j) for j in JENIS_TERDAFTAR]})
]
_SKEMA_MASSAL: dict[str, Any] = {"type": "string", "enum": [str(j) for j, p in JENIS_TERDAFTAR.items() if p.massal]}
JenisMassal = Annotated[str, AfterValidator(_untuk_massal), WithJsonSchema(_SKEMA_MASSAL)]
JenisMassalSatuAtauDaftar = Annotated[
    list[JenisMassal],
    Field(min_length=1, max_length=JENIS_TERBANYAK),
    WrapValidator(_satu_atau_daftar),
    WithJsonSchema(
        {
            "anyOf": [
                _SKEMA_MASSAL,
                {"type": "array", "items": _SKEMA_MASSAL, "minItems": 1, "maxItems": JENIS_TERBANYAK},
            ]
        }
    ),
]
