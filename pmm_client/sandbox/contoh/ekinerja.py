"""Rows of e-Kinerja's own SKPs in the reference import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.pmm import RencanaSkp, susun_skp


def baris_rhk(lingkup: str, teks: str, indikator: Iterable[str]) -> dict[str, Any]:
    """A result with indicators that carry only their text and a plain target."""
    daftar = [
        {"indikator": i, "aspek": "KUANTITAS", "target": "1", "satuan": "Dokumen", "perspektif": None}
        for i in indikator
    ]
    return {"lingkup": lingkup, "jenis": "UTAMA", "rencana_hasil_kerja": teks, "indikator": daftar}


def baris_kembar(rencana: RencanaSkp, jumlah: int) -> list[dict[str, Any]]:
    """The first results of a PMM SKP as e-Kinerja would hold them."""
    return [
        {
            "lingkup": rhk["lingkup"],
            "jenis": rhk["jenis"],
            "rencana_hasil_kerja": rhk["rencana_hasil_kerja"],
            "indikator": [
                {k: i[k] for k in ("indikator", "aspek", "target", "satuan", "perspektif")} for i in rhk["indikator"]
            ],
        }
        for rhk in susun_skp(rencana)["rhk"][:jumlah]
    ]


def baris_skp(
    orang: Orang,
    tahun: int,
    unit_id: str,
    atasan_nip: str,
    jenis_skp: str,
    status: str,
    rhk: list[dict[str, Any]],
    *,
    awal: str = "01-01",
) -> dict[str, Any]:
    """A definitive SKP of e-Kinerja's own from `awal` (mm-dd) to the end of the year."""
    return {
        "nip": orang.nip,
        "periode_awal": f"{tahun}-{awal}",
        "periode_akhir": f"{tahun}-12-31",
        "pendekatan": "KUANTITATIF",
        "unit_kerja_id": unit_id,
        "jabatan": orang.jabatan,
        "status_pegawai": "DEFINITIF",
        "jenis_skp": jenis_skp,
        "status": status,
        "atasan_nip": atasan_nip,
        "rhk": rhk,
    }
