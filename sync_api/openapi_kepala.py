"""Headers of the OpenAPI document: which a request may carry and which an answer does, by rule."""

from __future__ import annotations

from typing import Any

from sync_api.idempotensi import HEADER, HEADER_DIULANG


def _teks(arti: str, contoh: str) -> dict[str, Any]:
    return {"description": arti, "schema": {"type": "string"}, "example": contoh}


KOMPONEN: dict[str, Any] = {
    "XRequestID": _teks("Nomor permintaan: dari pemanggil bila sah, selain itu dibuat", "9f0c6a"),
    "ETag": _teks("Sidik isi jawaban, untuk If-None-Match", '"5f2b0c"'),
    "RetryAfter": {
        "description": "Detik sampai permintaan boleh diulang",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "5",
    },
    "RateLimitPolicy": _teks("Kuota pemanggil: q permintaan dalam w detik (draf IETF HTTPAPI)", '"baca";q=600;w=60'),
    "RateLimit": _teks("Sisa kuota r, pulih dalam t detik", '"baca";r=599;t=42'),
    "WWWAuthenticate": _teks("Tantangan RFC 6750", 'Bearer realm="sinkro", error="invalid_token"'),
    "IdempotencyReplayed": _teks(f"true bila jawaban ini diulang menurut {HEADER}", "true"),
}
PARAMETER_NOMOR = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "Nomor permintaan, 1-128 karakter ASCII yang terlihat; dicatat dan diteruskan ke PMM",
    "schema": {"type": "string"},
}
PARAMETER_ETAG = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag yang sudah dimiliki: isi yang sama dijawab 304",
    "schema": {"type": "string"},
}
PARAMETER_KUNCI = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Jawaban pertama untuk kunci ini diberikan lagi selama 24 jam, tanpa mengulang akibatnya; "
    "satu kunci untuk satu permintaan",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


_BERETAG = ("application/json", "text/html")


def lengkapi(operasi: dict[str, Any], metode: str, *, berkunci: bool, berbatas: bool) -> None:
    """Adds the headers of request and answers to one operation whose answers are complete. `berbatas`: its requests
    are counted."""
    jawaban = operasi["responses"]
    parameter = [*operasi.get("parameters", ()), PARAMETER_NOMOR]
    if metode == "GET" and any(media in jawaban.get("200", {}).get("content", {}) for media in _BERETAG):
        parameter.append(PARAMETER_ETAG)
        jawaban["304"] = {"description": "Isinya masih sama dengan ETag yang disebut"}
        operasi["responses"] = jawaban = dict(sorted(jawaban.items()))
        for status in ("200", "304"):
            _kepala(jawaban[status], "ETag")
    if berkunci:
        parameter.append(PARAMETER_KUNCI)
    operasi["parameters"] = parameter
    for status, satu in jawaban.items():
        _kepala(satu, "X-Request-ID")
        if berkunci and status.startswith("2"):
            _kepala(satu, HEADER_DIULANG)
        if status in ("401", "403"):
            _kepala(satu, "WWW-Authenticate")
        if status in ("429", "503"):
            _kepala(satu, "Retry-After")
        if berbatas:
            for nama in ("RateLimit-Policy", "RateLimit"):
                _kepala(satu, nama)


def _kepala(jawaban: dict[str, Any], nama: str) -> None:
    jawaban.setdefault("headers", {})[nama] = {"$ref": f"#/components/headers/{nama.replace('-', '')}"}
