"""The process log: every long number is masked whatever it came from, and exceptions leave no text."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from services.catatan_log import _PENANDA, pasang_catatan_log, samarkan
from services.settings import Settings

NIP = "198001012010011001"


@pytest.fixture
def keluaran() -> Iterator[io.StringIO]:
    ke = io.StringIO()
    pasang_catatan_log(Settings(log_format="json"), ke=ke)
    yield ke
    pasang_catatan_log(Settings(log_format="json"))


@given(st.text(), st.text())
def test_tidak_ada_angka_panjang_yang_lolos(awal: str, akhir: str) -> None:
    hasil = samarkan(f"{awal}{NIP}{akhir}")
    assert re.search(r"\d{18}", hasil) is None


def test_nip_disamarkan_dari_mana_pun_asalnya(keluaran: io.StringIO) -> None:
    log = structlog.get_logger("uji")
    jalur = f"jalur /v1/pegawai/{NIP}"
    log.info(jalur, nip=NIP, angka=int(NIP), daftar=[{"dalam": NIP}])
    logging.getLogger("lain").warning("dari %s", NIP, extra={"tambahan": NIP})
    logging.getLogger("uvicorn.access").info("GET /v1/log-sinkro?nama=Ketut&nip=%s", NIP)
    try:
        raise ValueError(f"Ketut {NIP}")
    except ValueError:
        log.exception("gagal")
        logging.getLogger("lain").exception("gagal %s", NIP)
    teks = keluaran.getvalue()
    assert NIP not in teks
    assert "Ketut" not in teks
    baris = [json.loads(b) for b in teks.splitlines()]
    assert len(baris) == 4
    assert baris[0]["nip"] == baris[0]["angka"] == "1980**************"
    assert baris[1]["tambahan"] == "1980**************"
    assert {b["galat"] for b in baris[2:]} == {"builtins.ValueError"}
    assert "test_log_catatan.py" in baris[2]["jejak"][-1]


def test_dipasang_dua_kali_menulis_sekali(keluaran: io.StringIO) -> None:
    pasang_catatan_log(Settings(log_format="teks"), ke=keluaran)
    structlog.get_logger("uji").info("sekali", nip=NIP)
    assert keluaran.getvalue().count("sekali") == 1
    assert NIP not in keluaran.getvalue()


def test_baris_yang_tidak_dapat_dibuat_tidak_membocorkan(
    keluaran: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    # Given to our handler alone: pytest's own would raise for such a line.
    (penangan,) = [h for h in logging.getLogger().handlers if h.get_name() == _PENANDA]
    penangan.handle(logging.LogRecord("lain", logging.WARNING, __file__, 1, "%d", (f"Ketut {NIP}",), None))
    assert "Ketut" not in keluaran.getvalue() + "".join(capfd.readouterr())
