"""Runs schemathesis, with every check, against an API that is up; what it found comes back as text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kontrak.dunia import VARIABEL_DUNIA, Dunia

AKAR = Path(__file__).resolve().parents[2]
PENGATURAN = Path(__file__).with_name("schemathesis.toml")
# A stream of events goes on for as long as its bulk does.
TANPA = ("ikuti_sinkro_massal",)


@dataclass(frozen=True, slots=True)
class HasilKontrak:
    """How many requests were sent, and what schemathesis says of them; `bersih` when it found nothing."""

    jumlah: int
    bersih: bool
    keluaran: str


def jalankan_schemathesis(
    url: str,
    kepala: Mapping[str, str],
    *,
    per_operasi: int,
    benih: int,
    tahap: Sequence[str] = ("examples", "coverage", "fuzzing", "stateful"),
    hanya: Sequence[str] = (),
    dunia: Dunia | None = None,
    batas_detik: float,
    folder: Path,
) -> HasilKontrak:
    """All checks over the API at `url` as the caller of `kepala`. `per_operasi`: examples of each operation; `hanya`:
    these operations alone; `dunia`: what half of the ids shall name; `folder`: where it may leave its files."""
    perintah = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(PENGATURAN),
        "run", f"{url}/openapi.json",
        "--checks", "all", "--exclude-checks", "positive_data_acceptance,unsupported_method", "--no-color",
        "--max-examples", str(per_operasi), "--seed", str(benih), "--phases", ",".join(tahap),
        "--request-timeout", "40", "--generation-database", "none", "--warnings", "off",
        "--suppress-health-check", "all", "--continue-on-failure",
    ]  # fmt: skip
    for nama, nilai in kepala.items():
        perintah += ["-H", f"{nama}: {nilai}"]
    for satu in hanya:
        perintah += ["--include-operation-id", satu]
    for satu in () if hanya else TANPA:
        perintah += ["--exclude-operation-id", satu]
    lingkungan = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.kontrak.pemeriksaan",
        "PYTHONPATH": str(AKAR),
        "no_proxy": "127.0.0.1",
        **({VARIABEL_DUNIA: dunia.json()} if dunia is not None else {}),
    }
    hasil = subprocess.run(
        perintah, cwd=folder, env=lingkungan, capture_output=True, text=True, timeout=batas_detik, check=False
    )
    keluaran = hasil.stdout + hasil.stderr
    jumlah = re.search(r"(\d+) generated", keluaran)
    return HasilKontrak(int(jumlah[1]) if jumlah else 0, hasil.returncode == 0 and jumlah is not None, keluaran)
