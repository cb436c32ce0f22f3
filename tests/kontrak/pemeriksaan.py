"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): our own checks beside its, and requests that can be repeated.

What JSON Schema cannot say, and so a request that fits its schema may still be refused for, stands in MAKNA: everything
else that is refused fails the check.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import RejectedPositiveData, positive_data_acceptance

KODE_MAKNA = frozenset({"KURSOR_TIDAK_SAH", "INSTANSI_WAJIB_DISEBUT", "IMPOR_DITOLAK"})
# (operation, place) of a 422: two fields against each other, dates that a calendar does not have, what the words of a
# library say (cron, time zone). `*`: any operation.
MAKNA = (
    ("*", r"(body|path)\.nip(\[\d+\])?"),  # 29 February of a common year
    ("(ubah_periode|ubah_unit_kerja)", r"body\.id"),  # the id of the address
    (".*_jadwal", r"body\.(cron|zona_waktu|jenis(\[\d+\])?)"),
    ("(buat|ubah)_periode", r"body\..*"),  # PERIODIK and FINAL ask for different fields; the order of dates
    ("(tambah|ubah)_pimpinan", r"body\.(mulai|selesai)"),  # 1945 to 2200, the end after the start
    ("daftar_audit", r"query\.(dari|sampai)"),  # leap seconds, year 0
    ("daftar_log_sinkro", r"query\.kursor"),  # not together with diubah_sejak
    ("buat_sinkro_massal", r"body\.(berkas|jenis|tahun).*"),  # the content of a file
)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key stands for one request, so each gets its own; nobody waits longer than a second."""
    kepala = case.headers or {}
    if re.fullmatch(r"[!-~]{1,128}", str(kepala.get("Idempotency-Key", ""))):
        kepala["Idempotency-Key"] = uuid4().hex
    if str(kepala.get("Prefer", "")).startswith("wait"):
        kepala["Prefer"] = "wait=1"


@schemathesis.check
def permintaan_sah_diterima(ctx: Any, response: Any, case: Any) -> None:
    """What fits the schema is refused only for what the schema cannot say."""
    try:
        positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        isi = response.json()
        if isi.get("kode") in KODE_MAKNA:
            return
        operasi = case.operation.definition.raw.get("operationId", "")
        letak = [satu["lokasi"] for satu in isi.get("galat", ())]
        if not letak or not all(_dapat_dimaklumi(operasi, satu) for satu in letak):
            raise


@schemathesis.check
def masalah_terdokumen(ctx: Any, response: Any, case: Any) -> None:
    """Every problem that is answered is named under its status in the document."""
    jawaban = case.operation.definition.raw.get("responses", {}).get(str(response.status_code))
    jenis = response.headers.get("content-type", [""])[0]
    if jawaban is None or jenis != "application/problem+json":
        return
    kode = response.json()["kode"]
    if kode not in jawaban["content"][jenis]["examples"]:
        raise Failure(operation=case.operation.label, title="Masalah tidak terdokumen", message=kode)


def _dapat_dimaklumi(operasi: str, lokasi: str) -> bool:
    return any((o == "*" or re.fullmatch(o, operasi)) and re.fullmatch(p, lokasi) for o, p in MAKNA)
