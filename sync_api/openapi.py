"""The OpenAPI 3.1 document: FastAPI's own, completed by what follows from each route's scope and body.

Invariant: what the document says about security and bodies is read from the same dependencies that enforce it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sync_api.dependencies import BacaBadan, ButuhScope
from sync_api.idempotensi import HEADER, HEADER_DIULANG, RuteIdempoten
from sync_api.v1.common_shapes import MasalahOut
from sync_api.v1.documented import masalah

_SKEMA_FASTAPI = ("HTTPValidationError", "ValidationError")
_ACUAN = "#/components/schemas/{model}"


_PARAMETER_KUNCI = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Jawaban pertama untuk kunci ini diberikan lagi selama 24 jam, tanpa mengulang akibatnya",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
    "example": "0b9a2f6e-5f0d-4c57-9a55-3a1c7a1f8f1d",
}
_HEADER_DIULANG = {"description": f"true bila jawaban ini diulang menurut {HEADER}", "schema": {"type": "string"}}


def rute_api(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route of the application with its full path, those of included routers too."""
    for konteks in iter_route_contexts(app.routes):
        rute = konteks.original_route
        if isinstance(rute, APIRoute):
            yield str(konteks.path), rute


def scope_rute(rute: APIRoute) -> str | None:
    """The scope the route asks for; None when it asks for none."""
    return next((d.call.scope for d in rute.dependant.dependencies if isinstance(d.call, ButuhScope)), None)


def badan_rute(rute: APIRoute) -> type[BaseModel] | None:
    """The model of the route's body; None when it reads none by `badan`."""
    return next((d.call.model for d in rute.dependant.dependencies if isinstance(d.call, BacaBadan)), None)


def dokumen_openapi(app: FastAPI) -> dict[str, Any]:
    """The whole document."""
    dokumen = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    komponen = dokumen.setdefault("components", {})
    skema = komponen.setdefault("schemas", {})
    for nama in _SKEMA_FASTAPI:
        skema.pop(nama, None)
    skema.update(_skema_masukan(app))
    komponen["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "JWT penerbit OIDC"}
    }
    for jalur, rute in rute_api(app):
        for metode in rute.methods or ():
            operasi = dokumen["paths"].get(jalur, {}).get(metode.lower())
            if operasi is not None:
                _lengkapi(operasi, rute)
                if isinstance(rute, RuteIdempoten) and metode == "POST":
                    _lengkapi_kunci(operasi)
    return dokumen


def _lengkapi(operasi: dict[str, Any], rute: APIRoute) -> None:
    jawaban = operasi["responses"]
    scope, model = scope_rute(rute), badan_rute(rute)
    if scope is not None:
        operasi["security"] = [{"bearer": [scope]}]
        operasi["x-scope"] = scope
        tambahan = [401, 403, 500, 503]
    else:
        operasi["security"] = []
        tambahan = [500]
    if model is not None:
        acuan = {"$ref": _ACUAN.format(model=model.__name__)}
        badan = operasi.setdefault("requestBody", {"required": True, "content": {}})
        badan["content"] = {"application/json": {"schema": acuan}, **badan["content"]}
        tambahan += [413, 415, 422]
    if "422" in jawaban:
        jawaban.pop("422")
        tambahan.append(422)
    for status in tambahan:
        jawaban.setdefault(str(status), masalah(status))
    operasi["responses"] = dict(sorted(jawaban.items()))


def _lengkapi_kunci(operasi: dict[str, Any]) -> None:
    operasi["parameters"] = [*operasi.get("parameters", []), _PARAMETER_KUNCI]
    for status, satu in operasi["responses"].items():
        if status.startswith("2"):
            satu.setdefault("headers", {})[HEADER_DIULANG] = _HEADER_DIULANG
    for galat in (409, 422):
        operasi["responses"].setdefault(str(galat), masalah(galat))
    operasi["responses"] = dict(sorted(operasi["responses"].items()))


def _skema_masukan(app: FastAPI) -> dict[str, Any]:
    """The schemas that only our own dependencies know: bodies, and the problem itself."""
    model = dict.fromkeys(m for _, rute in rute_api(app) if (m := badan_rute(rute)) is not None)
    _, isi = models_json_schema(
        [*((m, "validation") for m in model), (MasalahOut, "serialization")], ref_template=_ACUAN
    )
    skema: dict[str, Any] = isi["$defs"]
    return skema
