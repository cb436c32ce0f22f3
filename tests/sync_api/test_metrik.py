"""Metrics: what the alert rules name exists, the shared figures are right, and no label holds a person."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY, generate_latest

from services.konteks import Konteks
from services.metrik import amati_pmm, catat_percobaan
from services.metrik_keadaan import KEADAAN, baca_keadaan
from services.sinkronisasi.perubahan_pmm_simpan import buka_umpan
from tests.support.server import AKAR
from tests.sync_api.conftest import Isian

DOKUMEN = (AKAR / "docs/operations.md").read_text(encoding="utf-8")
_NAMA = re.compile(r"\bsinkro_[a-z0-9_]+(?=[{\[`\s)>]|$)")


@pytest.fixture
async def halaman(app: FastAPI, isian: Isian) -> str:
    """The page of a process that has read the shared figures, with two people in the queue."""
    lewat = datetime.now(UTC) - timedelta(minutes=5)
    await isian.sinkro(await isian.pegawai(1), diminta_pada=lewat)
    await isian.sinkro(await isian.pegawai(2), lajur=1, coba_lagi_pada=datetime.now(UTC) + timedelta(minutes=5))
    konteks: Konteks = app.state.konteks
    with konteks.sebagai_mesin():
        async with konteks.transaksi() as conn:
            await buka_umpan(conn, konteks.settings.pmm_url or "")
    amati_pmm("/v1/pengguna/{nip}", "sukses", 0.1)
    catat_percobaan("SKP", "GAGAL", {"GALAT_INTERNAL"})
    with konteks.sebagai_mesin():
        await baca_keadaan(konteks)
    return generate_latest(REGISTRY).decode()


@pytest.fixture(autouse=True)
def _tanpa_sisa() -> Iterator[None]:
    yield
    KEADAAN.tetapkan(())


def _aturan() -> list[dict[str, Any]]:
    yaml = importlib.import_module("yaml")
    isi = yaml.safe_load((AKAR / "docs/alerts/sinkro.yaml").read_text(encoding="utf-8"))
    return [aturan for kelompok in isi["groups"] for aturan in kelompok["rules"]]


def test_setiap_peringatan_dijelaskan_dan_lengkap() -> None:
    for aturan in _aturan():
        assert f"{aturan['alert']}" in DOKUMEN
        assert aturan["labels"]["severity"] in {"page", "ticket"}
        assert aturan["annotations"]["summary"]
    disebut = set(re.findall(r"\bSinkro[A-Z][A-Za-z]+", DOKUMEN))
    assert disebut == {aturan["alert"] for aturan in _aturan()}


def test_setiap_metrik_yang_disebut_memang_ada(halaman: str) -> None:
    ada = set(re.findall(r"^# TYPE (\S+)", halaman, re.MULTILINE))
    disebut = set(_NAMA.findall(DOKUMEN.split("## Metrics")[1])) - {"sinkro_pekerja", "sinkro_baru"}
    for aturan in _aturan():
        disebut |= set(_NAMA.findall(aturan["expr"]))
    assert {re.sub("_bucket$", "", nama) for nama in disebut} <= ada
    kita = {nama for nama in ada if nama.startswith("sinkro_") and not nama.endswith("_created")}
    assert kita <= {re.sub("_bucket$", "", nama) for nama in disebut}


def test_keadaan_bersama_menurut_antrean(halaman: str) -> None:
    assert 'sinkro_queue_waiting{lane="INTERAKTIF",reason="due"} 1.0' in halaman
    assert 'sinkro_queue_waiting{lane="MASSAL",reason="later"} 1.0' in halaman
    umur = re.search(r'sinkro_queue_age_seconds\{lane="INTERAKTIF"\} (\S+)', halaman)
    assert umur is not None
    assert 299 < float(umur[1]) < 400
    assert "sinkro_ledger_imbalance 0.0" in halaman
    assert 'sinkro_pmm_breaker_open{reason="none"} 0.0' in halaman


def test_tidak_ada_orang_di_label(halaman: str) -> None:
    assert not re.search(r"\d{18}", re.sub(r"\s\S+$", "", halaman, flags=re.MULTILINE))
    assert "Guru Uji" not in halaman


def test_angka_lama_tidak_ditampilkan(halaman: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "sinkro_state_age_seconds" in halaman
    monkeypatch.setattr(KEADAAN, "_dibaca", KEADAAN._dibaca - 61)
    assert "sinkro_queue_waiting" not in generate_latest(REGISTRY).decode()
