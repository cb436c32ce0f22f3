"""JSON answers made straight from values or from JSON that PostgreSQL made, without a second validation; every one to a
GET carries an ETag and is 304 without a body for who has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MEDIA_JSON = "application/json"
_PENYANDI: TypeAdapter[Any] = TypeAdapter(Any)
_ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class JawabanBeretag(Response):
    """A whole answer. To a GET its strong ETag is a hash of its bytes, unless one is given."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and self.status_code == 200:
            etag = self.headers.get("ETag") or etag_isi(self.body)
            self.headers["ETag"] = etag
            if sudah_dimiliki(Request(scope), etag):
                await tidak_berubah(etag)(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def json_bytes(isi: Any) -> bytes:
    """UTF-8 JSON; dates and times as RFC 3339, UUIDs as text."""
    return _PENYANDI.dump_json(isi)


def jawaban_json(isi: Any, status: int = 200, header: Mapping[str, str] | None = None) -> Response:
    return JawabanBeretag(json_bytes(isi), status, dict(header or {}), MEDIA_JSON)


def jawaban_halaman(
    baris: Iterable[str],
    kursor_berikutnya: str | None,
    *,
    etag: str | None = None,
    tambahan: Mapping[str, Any] | None = None,
) -> Response:
    """A list page from rows that are JSON texts already. `etag`: one that is known without the bytes; `tambahan`:
    further members."""
    isi = b'{"data":[' + ",".join(baris).encode() + b'],"kursor_berikutnya":' + json_bytes(kursor_berikutnya)
    for nama, nilai in (tambahan or {}).items():
        isi += b"," + json_bytes(nama) + b":" + json_bytes(nilai)
    return JawabanBeretag(isi + b"}", 200, {} if etag is None else {"ETag": etag}, MEDIA_JSON)


def etag_isi(isi: bytes | memoryview) -> str:
    return f'"{hashlib.blake2b(isi, digest_size=16).hexdigest()}"'


def sudah_dimiliki(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the ETag; weak and strong are the same to it (RFC 9110 13.1.2)."""
    daftar = ",".join(request.headers.getlist("if-none-match"))
    return daftar.strip() == "*" or etag in _ETAG.findall(daftar)


def tidak_berubah(etag: str) -> Response:
    """304: what the caller has is still what they would get."""
    jawaban = Response(status_code=304, headers={"ETag": etag})
    # Not the length of the body that is not sent.
    del jawaban.headers["content-length"]
    return jawaban
