"""From pydantic's and FastAPI's validation errors to `galat`: where and what, in Indonesian, without the value.

Invariant: nothing that the caller sent is repeated except the names of fields, and these without long numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.catatan_log import samarkan
from sync_api.problems import Galat

PANJANG_LOKASI = 200

_PESAN: Mapping[str, str] = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal",
    "json_invalid": "bukan JSON yang sah",
    "json_type": "bukan JSON yang sah",
    "recursion_loop": "bukan JSON yang sah",
    "model_type": "harus objek",
    "model_attributes_type": "harus objek",
    "dict_type": "harus objek",
    "list_type": "harus daftar",
    "string_type": "harus teks",
    "string_unicode": "harus teks UTF-8",
    "string_sub_type": "harus teks",
    "string_too_short": "paling sedikit {min_length} karakter",
    "string_too_long": "paling banyak {max_length} karakter",
    "string_pattern_mismatch": "bentuknya tidak sesuai",
    "too_short": "paling sedikit {min_length} butir",
    "too_long": "paling banyak {max_length} butir",
    "int_type": "harus bilangan bulat",
    "int_parsing": "harus bilangan bulat",
    "int_parsing_size": "bilangan terlalu besar",
    "int_from_float": "harus bilangan bulat",
    "bool_type": "harus true atau false",
    "bool_parsing": "harus true atau false",
    "greater_than": "harus lebih dari {gt}",
    "greater_than_equal": "paling kecil {ge}",
    "less_than": "harus kurang dari {lt}",
    "less_than_equal": "paling besar {le}",
    "enum": "harus salah satu dari: {expected}",
    "literal_error": "harus {expected}",
    "none_required": "harus kosong",
}


def galat_dari_pydantic(daftar: Iterable[Mapping[str, Any]], akar: Sequence[str] = ()) -> list[Galat]:
    """One Galat per error; `akar` is put before each place, for errors that do not name it themselves."""
    return [Galat(_lokasi((*akar, *satu["loc"]), satu["type"]), _pesan(satu)) for satu in daftar]


def _pesan(satu: Mapping[str, Any]) -> str:
    jenis, konteks = satu["type"], satu.get("ctx") or {}
    if jenis == "value_error":
        # Raised by our own validators, whose Indonesian texts never repeat the value.
        return str(konteks.get("error", "nilainya tidak sah"))
    templat = _PESAN.get(jenis)
    if templat is None:
        return "nilainya tidak sah"
    return templat.format_map({n: _angka_atau_pilihan(v) for n, v in konteks.items()})


def _angka_atau_pilihan(nilai: Any) -> str:
    if nilai in ("True", "False"):
        # What a Literal of a truth value expects, in Python's words.
        return str(nilai).lower()
    return str(nilai).replace(" or ", " atau ").replace("'", "")


def _lokasi(bagian: Sequence[Any], jenis: str) -> str:
    if jenis == "json_invalid":
        return "body"
    teks = ""
    for satu in bagian:
        if isinstance(satu, int):
            teks += f"[{satu}]"
            continue
        nama = "".join(c if c.isprintable() else "?" for c in str(satu))[:64]
        teks += f".{nama}" if teks else nama
    return samarkan(teks)[:PANJANG_LOKASI]
