"""The document is what the application says, its examples fit its schemas, and every problem has its place in it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from ekinerja_domain.sinkronisasi.temuan import KATALOG
from sync_api import openapi_berkas
from sync_api.batas.jatah import Anggaran, Jatah
from sync_api.batas.penjaga import TANPA_HITUNG
from sync_api.openapi_masalah import MENURUT_OPERASI
from sync_api.problem_steps import TINDAKAN
from sync_api.problems import KODE_MENURUT_STATUS, MASALAH

AKAR = Path(__file__).resolve().parents[2]
# Answered before any operation is found, or by a mounted application.
DI_PINTU = {"METODE_TIDAK_DIIZINKAN", "KONFLIK"}


@pytest.fixture(scope="module")
def dokumen() -> dict[str, Any]:
    return openapi_berkas.dokumen_aplikasi()


def _operasi(dokumen: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation, with its answers in place of references to them."""
    umum = dokumen["components"]["responses"]
    for jalur, isi in dokumen["paths"].items():
        for metode, satu in isi.items():
            jawaban = {
                status: umum[j["$ref"].rpartition("/")[2]] if "$ref" in j else j
                for status, j in satu["responses"].items()
            }
            yield metode.upper(), jalur, satu | {"responses": jawaban}


def test_berkas_sama_dengan_aplikasi(dokumen: dict[str, Any]) -> None:
    tersimpan = json.loads(openapi_berkas.BERKAS.read_text(encoding="utf-8"))
    assert tersimpan == json.loads(openapi_berkas.teks(dokumen)), "jalankan ./dev openapi"


def test_contoh_sesuai_skemanya(dokumen: dict[str, Any]) -> None:
    beda = []
    for metode, jalur, operasi in _operasi(dokumen):
        isi = [(f"{s}", j) for s, j in operasi["responses"].items()]
        for nama, satu in [*isi, ("isi", operasi.get("requestBody", {}))]:
            for media, badan in satu.get("content", {}).items():
                if media != "application/json":
                    continue
                skema = {**badan["schema"], "components": dokumen["components"]}
                salah = jsonschema_rs.validator_for(skema).iter_errors(badan["example"])
                beda += [(metode, jalur, nama, galat.message, list(galat.instance_path)) for galat in salah]
    assert not beda, "\n".join(map(str, beda[:10]))
    masalah = {**dokumen["components"]["schemas"]["MasalahOut"], "components": dokumen["components"]}
    for kode, contoh in dokumen["components"]["examples"].items():
        assert jsonschema_rs.is_valid(masalah, contoh["value"]), kode


def test_masalah_menurut_operasi(dokumen: dict[str, Any]) -> None:
    operasi = {o["operationId"]: o for _, _, o in _operasi(dokumen)}
    assert set(MENURUT_OPERASI) <= set(operasi)
    disebut: set[str] = set()
    for nama, satu in operasi.items():
        for status, jawaban in satu["responses"].items():
            if status >= "4":
                kode = set(jawaban["content"]["application/problem+json"]["examples"])
                assert kode, (nama, status)
                assert {MASALAH[k].status for k in kode} == {int(status)}, (nama, status)
                disebut |= kode
    for nama, milik in MENURUT_OPERASI.items():
        for satu_kode in milik:
            jawaban = operasi[nama]["responses"][str(MASALAH[satu_kode].status)]
            assert satu_kode in jawaban["content"]["application/problem+json"]["examples"]
    assert DI_PINTU & disebut == set()


def test_yang_ditolak_sebelum_operasi_dinyatakan_di_setiap_operasi(dokumen: dict[str, Any]) -> None:
    for metode, jalur, operasi in _operasi(dokumen):
        dinyatakan = {
            kode
            for status, jawaban in operasi["responses"].items()
            if status >= "4"
            for kode in jawaban["content"]["application/problem+json"]["examples"]
        }
        pasti = {"HTTP_TIDAK_SAH", "PERMINTAAN_TERLALU_LAMBAT", "HEADER_TERLALU_BESAR"}
        if jalur not in TANPA_HITUNG:
            pasti |= {"ALAMAT_TERLALU_PANJANG", "TERLALU_BANYAK_PERMINTAAN", "LAYANAN_TIDAK_TERSEDIA"}
        assert pasti <= dinyatakan, (metode, jalur)


def test_kepala_jatah_dinamai_seperti_yang_dikirim(dokumen: dict[str, Any]) -> None:
    dikirim = set(Jatah(Anggaran("baca", 600), 599, 42, habis=False).header())
    for metode, jalur, operasi in _operasi(dokumen):
        for status, jawaban in operasi["responses"].items():
            jatah = {nama for nama in jawaban["headers"] if nama.lower().startswith(("ratelimit", "x-ratelimit"))}
            dihitung = jalur not in TANPA_HITUNG and status not in ("400", "408", "414", "431")
            assert jatah == (dikirim if dihitung else set()), (metode, jalur, status)


def test_kepala_dan_keamanan(dokumen: dict[str, Any]) -> None:
    for metode, jalur, operasi in _operasi(dokumen):
        for status, jawaban in operasi["responses"].items():
            kepala = set(jawaban["headers"])
            assert "X-Request-ID" in kepala
            assert ("WWW-Authenticate" in kepala) == (status in ("401", "403"))
            assert ("Retry-After" in kepala) == (status in ("429", "503"))
        masuk = {p["name"] for p in operasi.get("parameters", ()) if p["in"] == "header"}
        assert ("If-None-Match" in masuk) == ("304" in operasi["responses"]), jalur
        assert ("Idempotency-Key" in masuk) == (metode == "POST"), jalur
        assert operasi["security"] == ([] if "x-scope" not in operasi else [{"bearer": [operasi["x-scope"]]}])


def test_tautan_menuju_operasi_yang_ada(dokumen: dict[str, Any]) -> None:
    operasi = {o["operationId"]: o for _, _, o in _operasi(dokumen)}
    for satu in operasi.values():
        for jawaban in satu["responses"].values():
            for tautan in jawaban.get("links", {}).values():
                jalur = {p["name"] for p in operasi[tautan["operationId"]]["parameters"] if p["in"] == "path"}
                assert set(tautan["parameters"]) == jalur


def _kode_di_sumber() -> Iterator[tuple[str, str]]:
    """Every code that a literal of the source hands to a problem, with its file."""
    for berkas in (AKAR / "sync_api").rglob("*.py"):
        for simpul in ast.walk(ast.parse(berkas.read_text(encoding="utf-8"))):
            nama = getattr(getattr(simpul, "func", None), "id", "")
            if isinstance(simpul, ast.Call) and nama in ("PermintaanDitolak", "jawaban_masalah") and simpul.args:
                for satu in ast.walk(simpul.args[0]):
                    if isinstance(satu, ast.Constant) and isinstance(satu.value, str):
                        yield satu.value, berkas.name


def test_setiap_masalah_yang_dipakai_dijelaskan() -> None:
    dipakai = {kode for kode, _ in _kode_di_sumber() if kode.isupper()} | set(KODE_MENURUT_STATUS.values())
    assert len(dipakai) > 20
    assert dipakai <= set(MASALAH)
    katalog = {k.value for k in KATALOG}
    assert set(TINDAKAN) | katalog >= set(MASALAH)
    assert all(len(langkah) >= 1 and all(satu.endswith(".") for satu in langkah) for langkah in TINDAKAN.values())
