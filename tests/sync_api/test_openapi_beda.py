"""What counts as breaking, on small documents that differ in one thing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sync_api.openapi_beda import mayor, perubahan_merusak

Dokumen = dict[str, Any]
LAMA: Dokumen = {
    "info": {"version": "1.4.0"},
    "paths": {
        "/v1/benda": {
            "post": {
                "operationId": "buat",
                "security": [{"bearer": ["benda:tulis"]}],
                "x-scope": "benda:tulis",
                "parameters": [{"name": "tahun", "in": "query", "required": False, "schema": {"type": "integer"}}],
                "requestBody": {
                    "required": False,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/BendaIn"}},
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                "responses": {
                    "201": {
                        "headers": {"Location": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BendaOut"}}},
                    },
                    "409": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                },
            }
        },
        "/v1/terbuka": {"get": {"operationId": "lihat", "security": [], "responses": {"200": {}}}},
    },
    "components": {
        "schemas": {
            "BendaIn": {
                "type": "object",
                "additionalProperties": False,
                "required": ["nama"],
                "properties": {
                    "nama": {"type": "string", "maxLength": 100},
                    "jenis": {"enum": ["A", "B"], "type": "string"},
                    "isi": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            },
            "BendaOut": {
                "type": "object",
                "required": ["id", "bagian"],
                "properties": {
                    "id": {"type": "string"},
                    "bagian": {"type": "array", "items": {"$ref": "#/components/schemas/BagianOut"}},
                },
            },
            "BagianOut": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
        },
        "responses": {"Bentrok": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
    },
}


def _op(d: Dokumen) -> Dokumen:
    isi: Dokumen = d["paths"]["/v1/benda"]["post"]
    return isi


def _skema(d: Dokumen, nama: str) -> Dokumen:
    isi: Dokumen = d["components"]["schemas"][nama]
    return isi


MERUSAK: dict[str, Callable[[Dokumen], Any]] = {
    "operasi dihapus": lambda d: d["paths"].pop("/v1/terbuka"),
    "operationId diganti": lambda d: _op(d).update(operationId="lain"),
    "kini memerlukan token": lambda d: d["paths"]["/v1/terbuka"]["get"].update(security=[{"bearer": ["x"]}]),
    "scope diganti": lambda d: _op(d).update({"x-scope": "lain:tulis"}),
    "parameter tahun dihapus": lambda d: _op(d).update(parameters=[]),
    "parameter tahun kini wajib": lambda d: _op(d)["parameters"][0].update(required=True),
    "parameter wajib baru ditambahkan": lambda d: _op(d)["parameters"].append(
        {"name": "baru", "in": "query", "required": True, "schema": {}}
    ),
    "isi permintaan text/csv tidak diterima lagi": lambda d: _op(d)["requestBody"]["content"].pop("text/csv"),
    "status 409 dihapus": lambda d: _op(d)["responses"].pop("409"),
    "tanpa header Location": lambda d: _op(d)["responses"]["201"].update(headers={}),
    "tanpa application/problem+json": lambda d: (
        d["components"]["responses"].update(Bentrok={}),
        _op(d)["responses"].update({"409": {"$ref": "#/components/responses/Bentrok"}}),
    ),
    "tanpa application/json": lambda d: _op(d)["responses"]["201"].update(content={}),
    "bidang jenis dihapus": lambda d: _skema(d, "BendaIn")["properties"].pop("jenis"),
    "nilai B tidak diterima lagi": lambda d: _skema(d, "BendaIn")["properties"]["jenis"].update(enum=["A"]),
    "bidang jenis kini wajib": lambda d: _skema(d, "BendaIn")["required"].append("jenis"),
    "jenis null tidak diterima lagi": lambda d: _skema(d, "BendaIn")["properties"].update(isi={"type": "string"}),
    "maxLength diturunkan": lambda d: _skema(d, "BendaIn")["properties"]["nama"].update(maxLength=50),
    "pattern diganti": lambda d: _skema(d, "BendaIn")["properties"]["nama"].update(pattern="^a$"),
    "bidang n dihapus": lambda d: _skema(d, "BagianOut")["properties"].pop("n"),
    "bidang n tidak selalu ada lagi": lambda d: _skema(d, "BagianOut").update(required=[]),
    "jenis null kini mungkin": lambda d: _skema(d, "BagianOut")["properties"].update(
        n={"anyOf": [{"type": "integer"}, {"type": "null"}]}
    ),
}

AMAN: dict[str, Callable[[Dokumen], Any]] = {
    "tidak berubah": lambda d: None,
    "operasi baru": lambda d: d["paths"].update({"/v1/lain": d["paths"]["/v1/terbuka"]}),
    "parameter baru": lambda d: _op(d)["parameters"].append({"name": "baru", "in": "query", "schema": {}}),
    "bidang permintaan baru": lambda d: _skema(d, "BendaIn")["properties"].update(baru={"type": "string"}),
    "nilai permintaan baru": lambda d: _skema(d, "BendaIn")["properties"]["jenis"].update(enum=["A", "B", "C"]),
    "tidak wajib lagi": lambda d: _skema(d, "BendaIn").update(required=[]),
    "batas dilonggarkan": lambda d: _skema(d, "BendaIn")["properties"]["nama"].update(maxLength=200),
    "bidang jawaban baru": lambda d: _skema(d, "BagianOut")["properties"].update(baru={"type": "string"}),
    "status baru": lambda d: _op(d)["responses"].update({"503": {}}),
    "jawaban menjadi komponen": lambda d: _op(d)["responses"].update(
        {"409": {"$ref": "#/components/responses/Bentrok"}}
    ),
}


@pytest.mark.parametrize("nama", MERUSAK)
def test_merusak(nama: str) -> None:
    baru = copy.deepcopy(LAMA)
    MERUSAK[nama](baru)
    assert any(satu.endswith(nama) for satu in perubahan_merusak(LAMA, baru)), perubahan_merusak(LAMA, baru)


@pytest.mark.parametrize("nama", AMAN)
def test_aman(nama: str) -> None:
    baru = copy.deepcopy(LAMA)
    AMAN[nama](baru)
    assert perubahan_merusak(LAMA, baru) == []


def test_mayor() -> None:
    assert mayor(LAMA) == 1
