"""The statuses of a route for the OpenAPI document; those that follow from scope and body are added by `openapi.py`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sync_api.v1.common_shapes import MasalahOut

Jawaban = dict[int | str, dict[str, Any]]


def jawaban(
    model: type[BaseModel], *galat: int, status: int = 200, arti: str = "Berhasil", header: dict[str, str] | None = None
) -> Jawaban:
    """One success answer and the problem statuses beside it."""
    sukses: dict[str, Any] = {"model": model, "description": arti}
    if header:
        sukses["headers"] = {n: {"description": t, "schema": {"type": "string"}} for n, t in header.items()}
    return {status: sukses, **{s: masalah(s) for s in galat}}


def masalah(status: int) -> dict[str, Any]:
    return {"description": ARTI[status], "content": {"application/problem+json": {"schema": SKEMA_MASALAH}}}


SKEMA_MASALAH = {"$ref": f"#/components/schemas/{MasalahOut.__name__}"}
ARTI = {
    400: "Permintaan HTTP tidak sah",
    401: "Tidak ada token atau token tidak sah",
    403: "Scope tidak cukup",
    404: "Tidak ada, atau milik instansi lain",
    408: "Permintaan tidak diterima lengkap pada waktunya",
    409: "Bertentangan dengan keadaan sekarang",
    413: "Isi permintaan terlalu besar",
    414: "Alamat terlalu panjang",
    415: "Jenis media tidak didukung",
    422: "Bentuk permintaan tidak sah",
    429: "Terlalu banyak permintaan",
    431: "Header terlalu besar",
    500: "Galat internal",
    503: "Sedang tidak tersedia",
}
