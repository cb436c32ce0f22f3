"""JSON answers made straight from values or from JSON that PostgreSQL made, without a second validation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.responses import Response

MEDIA_JSON = "application/json"
_PENYANDI: TypeAdapter[Any] = TypeAdapter(Any)


def json_bytes(isi: Any) -> bytes:
    """UTF-8 JSON; dates and times as RFC 3339, UUIDs as text."""
    return _PENYANDI.dump_json(isi)


def jawaban_json(isi: Any, status: int = 200, header: Mapping[str, str] | None = None) -> Response:
    return Response(json_bytes(isi), status, dict(header or {}), MEDIA_JSON)


def jawaban_halaman(baris: Iterable[str], kursor_berikutnya: str | None) -> Response:
    """A list page from rows that are JSON texts already."""
    isi = b'{"data":[' + ",".join(baris).encode() + b'],"kursor_berikutnya":' + json_bytes(kursor_berikutnya) + b"}"
    return Response(isi, media_type=MEDIA_JSON)
