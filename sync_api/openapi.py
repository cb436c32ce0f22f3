"""The OpenAPI 3.1 document: FastAPI's own, completed by what follows from each route's scope, body, key and answer.

Invariant: what the document says about security and bodies is read from the same dependencies that enforce it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sync_api import openapi_kepala, openapi_masalah
from sync_api.batas.penjaga import TANPA_HITUNG
from sync_api.dependencies import BacaBadan, ButuhScope
from sync_api.idempotensi import RuteIdempoten
from sync_api.openapi_contoh import PembuatContoh
from sync_api.v1.common_shapes import MasalahOut
from sync_api.v1.documented import ARTI

# Of the contract, not of the program: the first number grows when a client of the old document would break.
VERSI_KONTRAK = "1.0.0"
_SKEMA_FASTAPI = ("HTTPValidationError", "ValidationError")
_ACUAN = "#/components/schemas/{model}"

# What an id in an answer opens: (operation, its path parameter).
TAUTAN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "buat_sinkro_massal": tuple(
        (f"{apa}_sinkro_massal", "massal_id") for apa in ("baca", "ikuti", "jeda", "lanjut", "batal")
    ),
    "buat_jadwal": tuple((f"{apa}_jadwal", "jadwal_id") for apa in ("baca", "ubah", "hapus")),
    "buat_periode": tuple((f"{apa}_periode", "periode_id") for apa in ("baca", "ubah", "hapus")),
    "tambah_pimpinan": tuple((f"{apa}_pimpinan", "pimpinan_id") for apa in ("ubah", "hapus")),
}


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
        title=app.title, version=VERSI_KONTRAK, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    komponen = dokumen.setdefault("components", {})
    skema = komponen.setdefault("schemas", {})
    for nama in _SKEMA_FASTAPI:
        skema.pop(nama, None)
    skema.update(_skema_masukan(app))
    pembuat = PembuatContoh(skema)
    for satu in skema.values():
        _tanpa_bawaan_kosong(satu)
        pembuat.lengkapi(satu)
    komponen["schemas"] = dict(sorted(skema.items()))
    komponen["examples"] = openapi_masalah.contoh_komponen()
    komponen["responses"] = openapi_masalah.jawaban_komponen()
    komponen["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "JWT penerbit OIDC"}
    }
    komponen["headers"] = openapi_kepala.KOMPONEN
    for jalur, rute in rute_api(app):
        for metode in rute.methods or ():
            operasi = dokumen["paths"].get(jalur, {}).get(metode.lower())
            if operasi is not None:
                _lengkapi(operasi, rute, metode, berbatas=jalur not in TANPA_HITUNG)
                _beri_contoh(operasi, pembuat)
    return dokumen


def _tanpa_bawaan_kosong(skema: dict[str, Any]) -> None:
    """A field that may be left out but not emptied has no default that a client could send."""
    for bidang in skema.get("properties", {}).values():
        boleh = any(satu.get("type") == "null" for satu in bidang.get("anyOf", ())) or bidang.get("type") == "null"
        if "default" in bidang and bidang["default"] is None and not boleh:
            del bidang["default"]


def _rapikan_parameter(operasi: dict[str, Any]) -> None:
    """A parameter is there or not; it is never null."""
    for satu in operasi.get("parameters", ()):
        skema = satu["schema"]
        pilihan = [p for p in skema.get("anyOf", ()) if p.get("type") != "null"]
        if len(pilihan) == 1:
            satu["schema"] = pilihan[0] | {n: isi for n, isi in skema.items() if n not in ("anyOf", "default")}


def _lengkapi(operasi: dict[str, Any], rute: APIRoute, metode: str, *, berbatas: bool) -> None:
    scope, model = scope_rute(rute), badan_rute(rute)
    operasi["security"] = [] if scope is None else [{"bearer": [scope]}]
    if scope is not None:
        operasi["x-scope"] = scope
    if model is not None:
        acuan = {"$ref": _ACUAN.format(model=model.__name__)}
        badan = operasi.setdefault("requestBody", {"required": True, "content": {}})
        badan["content"] = {"application/json": {"schema": acuan}, **badan["content"]}
    _rapikan_parameter(operasi)
    berkunci = isinstance(rute, RuteIdempoten) and metode == "POST"
    _jawaban_masalah(operasi, _kode(operasi, bertoken=scope is not None, berkunci=berkunci, berbatas=berbatas))
    openapi_kepala.lengkapi(operasi, metode, berkunci=berkunci, berbatas=berbatas)
    pintu = openapi_masalah.jawaban_pintu(berbatas=berbatas)
    operasi["responses"] = dict(sorted((operasi["responses"] | pintu).items()))
    for tujuan, parameter in TAUTAN.get(operasi["operationId"], ()):
        sukses = next(isi for status, isi in operasi["responses"].items() if status.startswith("2"))
        isi = {"operationId": tujuan, "parameters": {parameter: "$response.body#/id"}}
        sukses.setdefault("links", {})[tujuan] = isi


def _kode(operasi: dict[str, Any], *, bertoken: bool, berkunci: bool, berbatas: bool) -> list[str]:
    """Every problem this operation can answer with."""
    parameter = {p["name"] for p in operasi.get("parameters", ()) if p["in"] in ("query", "path")}
    kode = [*openapi_masalah.SELALU, *openapi_masalah.kode_operasi(operasi["operationId"])]
    kode += openapi_masalah.BERBATAS if berbatas else ()
    kode += openapi_masalah.BERTOKEN if bertoken else ()
    kode += openapi_masalah.BERBADAN if "requestBody" in operasi else ()
    kode += openapi_masalah.BERKUNCI if berkunci else ()
    kode += ["KURSOR_TIDAK_SAH"] if "kursor" in parameter else []
    dinyatakan = {int(status) for status in operasi["responses"] if status.startswith(("4", "5"))}
    kode += [umum for status, umum in openapi_masalah.UMUM.items() if status in dinyatakan]
    return kode


def _jawaban_masalah(operasi: dict[str, Any], kode: list[str]) -> None:
    jawaban = {s: isi for s, isi in operasi["responses"].items() if not s.startswith(("4", "5"))}
    for status, milik in openapi_masalah.menurut_status(kode).items():
        nama = ", ".join(f"`{satu}`" for satu in milik)
        jawaban[str(status)] = {
            "description": f"{ARTI[status]}: {nama}",
            "content": openapi_masalah.isi_jawaban(milik),
        }
    operasi["responses"] = dict(sorted(jawaban.items()))


def _beri_contoh(operasi: dict[str, Any], pembuat: PembuatContoh) -> None:
    isi = [isi for jawaban in operasi["responses"].values() for isi in jawaban.get("content", {}).items()]
    isi += operasi.get("requestBody", {}).get("content", {}).items()
    for media, satu in isi:
        if media == "application/json" and "example" not in satu and "examples" not in satu:
            satu["example"] = pembuat.buat(satu["schema"])


def _skema_masukan(app: FastAPI) -> dict[str, Any]:
    """The schemas that only our own dependencies know: bodies, and the problem itself."""
    model = dict.fromkeys(m for _, rute in rute_api(app) if (m := badan_rute(rute)) is not None)
    _, isi = models_json_schema(
        [*((m, "validation") for m in model), (MasalahOut, "serialization")], ref_template=_ACUAN
    )
    skema: dict[str, Any] = isi["$defs"]
    return skema
