"""The media type of a request's body, read as the parser of forms reads it.

Invariant: text in another encoding than UTF-8 is refused before anything decodes it: among the codecs that a caller may
name are some that fail in ways of their own, and some that make of bytes what is no text.
"""

from __future__ import annotations

from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from sync_api.problems import PermintaanDitolak

FORMULIR: Final = "multipart/form-data"
_UTF_8: Final = frozenset({"", "utf-8", "utf8"})


def jenis_media(request: Request) -> str:
    """Without parameters, in lower case; empty when there is none. Raises PermintaanDitolak (415)."""
    jenis, parameter = parse_options_header(request.headers.get("content-type"))
    if parameter.get(b"charset", b"").decode("latin-1").strip().lower() not in _UTF_8:
        raise PermintaanDitolak("JENIS_MEDIA_TIDAK_DIDUKUNG")
    return jenis.decode("latin-1").strip().lower()
