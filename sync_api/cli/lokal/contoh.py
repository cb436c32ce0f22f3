"""The seam to the sample generator: the same people, seen by the sandbox, the import and the demo.

Invariant: everything follows from the number of people, so two processes that ask for the same number agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pmm_client.sandbox.contoh import buat_contoh
from sync_api.cli.lokal.proses import tulis_rahasia


@dataclass(frozen=True, slots=True)
class KebenaranPegawai:
    """What a bulk must find for one planted person: final status and the codes of both levels."""

    status: str
    gagal: frozenset[str]
    catatan: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sampel:
    """The reference file to import, and the truth about those whom a bulk covers, by NIP."""

    referensi: Path
    tahun: int
    instansi: tuple[tuple[str, str], ...]
    kebenaran: Mapping[str, KebenaranPegawai]


def siapkan_contoh(jumlah: int, folder: Path) -> Sampel:
    """Makes the sample of `jumlah` pegawai and writes its reference data into `folder`."""
    contoh = buat_contoh(jumlah=jumlah)
    berkas = folder / "referensi-contoh.json"
    tulis_rahasia(berkas, contoh.referensi_json())
    return Sampel(
        referensi=berkas,
        tahun=contoh.tahun,
        instansi=tuple((str(i["id"]), str(i["nama"])) for i in contoh.referensi["instansi"]),
        kebenaran={
            nip: KebenaranPegawai(satu.status, frozenset(satu.gagal), frozenset(satu.catatan))
            for nip, satu in contoh.kebenaran.items()
            if satu.dalam_massal
        },
    )
