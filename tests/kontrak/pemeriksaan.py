"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): our own checks beside its, and requests that can be repeated.

What JSON Schema cannot say, and so a request that fits its schema may still be refused for, stands in MAKNA: everything
else that is refused fails the check.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4
from zlib import crc32

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.generation.meta import CoverageScenario
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

from tests.kontrak.dunia import VARIABEL_DUNIA

# What exists, by the name of the field that takes it, and how a value looks that may be exchanged for it.
DUNIA = json.loads(os.environ.get(VARIABEL_DUNIA, "{}"))
DIKENAL: Mapping[str, Sequence[str]] = DUNIA.get("nilai", {})
BENTUK = {
    "nip": re.compile(r"\d{18}"),
    "unit_kerja_id": re.compile(r"[0-9A-Fa-f]{32}"),
    "npsn": re.compile(r"[0-9A-Za-z]{8}"),
}
BENTUK_LAIN = re.compile(r"[^/\0]{1,64}")

# The last two: parts that are small enough each, too large together.
KODE_MAKNA = frozenset(
    {"KURSOR_TIDAK_SAH", "INSTANSI_WAJIB_DISEBUT", "IMPOR_DITOLAK", "ALAMAT_TERLALU_PANJANG", "HEADER_TERLALU_BESAR"}
)
# 3,000 NIPs fit into 64 KiB without spaces between them only.
KODE_OPERASI = {"tambah_user_pmm": {"BADAN_TERLALU_BESAR"}}
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
    """A key stands for one request, so each gets its own; nobody waits longer than a second; half of the ids name
    something that exists."""
    kepala = case.headers or {}
    tahap = case.meta.phase.data if case.meta is not None else None
    if getattr(tahap, "scenario", None) is CoverageScenario.MISSING_PARAMETER:
        # A changed case gets back what it shall do without.
        return
    if re.fullmatch(r"[!-~]{1,128}", str(kepala.get("Idempotency-Key", ""))):
        kepala["Idempotency-Key"] = uuid4().hex
    if str(kepala.get("Prefer", "")).startswith("wait"):
        kepala["Prefer"] = "wait=1" if DUNIA.get("pekerja", True) else "respond-async"
    for tempat in (case.path_parameters, case.query, case.body):
        if isinstance(tempat, dict):
            _sebut_yang_ada(tempat)


def _sebut_yang_ada(isi: dict[str, Any]) -> None:
    """Exchanges ids for ones that exist; the same id for the same one, and none that is wrong in itself."""
    for nama, nilai in isi.items():
        dikenal = DIKENAL.get(nama)
        if not dikenal or not isinstance(nilai, str) or not BENTUK.get(nama, BENTUK_LAIN).fullmatch(nilai):
            continue
        angka = crc32(nilai.encode("utf-8", "replace"))
        if nilai not in dikenal and angka % 2:
            isi[nama] = dikenal[angka // 2 % len(dikenal)]


@schemathesis.check
def permintaan_sah_diterima(ctx: Any, response: Any, case: Any) -> None:
    """What fits the schema is refused only for what the schema cannot say."""
    try:
        positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        isi = response.json()
        operasi = case.operation.definition.raw.get("operationId", "")
        if isi.get("kode") in KODE_MAKNA | KODE_OPERASI.get(operasi, set()):
            return
        # 2024.0 is an integer to JSON Schema, but not to us.
        letak = [satu["lokasi"] for satu in isi.get("galat", ()) if satu["pesan"] != "harus bilangan bulat"]
        if not isi.get("galat") or not all(_dapat_dimaklumi(operasi, satu) for satu in letak):
            raise


@schemathesis.check
def metode_lain_ditolak(ctx: Any, response: Any, case: Any) -> None:
    """405 for a method that a path does not have; a word that could also be the id of its neighbour is answered as
    that id (`/v1/user-pmm/alasan`)."""
    induk, _, kata = case.operation.path.rpartition("/")
    tetangga = [
        j for j in case.operation.schema if j.startswith(f"{induk}/{{") and j.count("/") == induk.count("/") + 1
    ]
    if "{" in kata or not tetangga:
        unsupported_method(ctx, response, case)


@schemathesis.check
def masalah_terdokumen(ctx: Any, response: Any, case: Any) -> None:
    """Every problem that is answered is named under its status in the document."""
    jawaban = case.operation.definition.raw.get("responses", {}).get(str(response.status_code))
    jenis = response.headers.get("content-type", [""])[0]
    if jawaban is None or jenis != "application/problem+json":
        return
    if "$ref" in jawaban:
        jawaban = case.operation.schema.raw_schema["components"]["responses"][jawaban["$ref"].rpartition("/")[2]]
    kode = response.json()["kode"]
    if kode not in jawaban["content"][jenis]["examples"]:
        raise Failure(operation=case.operation.label, title="Masalah tidak terdokumen", message=kode)


def _dapat_dimaklumi(operasi: str, lokasi: str) -> bool:
    return any((o == "*" or re.fullmatch(o, operasi)) and re.fullmatch(p, lokasi) for o, p in MAKNA)
