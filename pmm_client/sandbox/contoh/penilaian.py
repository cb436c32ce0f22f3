"""Ratings of the sample, made from an SKP when asked: sparse months, and a final rating with evidence.

Deterministic by the SKP's id. The predikat follows the matrix of PermenPANRB 6/2022.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

_RATING: Final = ("DIATAS", "SESUAI", "SESUAI", "SESUAI", "DIBAWAH")
_PREDIKAT: Final = {
    ("DIATAS", "DIATAS"): "SANGAT_BAIK",
    ("DIATAS", "SESUAI"): "BAIK",
    ("DIATAS", "DIBAWAH"): "KURANG",
    ("SESUAI", "DIATAS"): "BAIK",
    ("SESUAI", "SESUAI"): "BAIK",
    ("SESUAI", "DIBAWAH"): "KURANG",
    ("DIBAWAH", "DIATAS"): "BUTUH_PERBAIKAN",
    ("DIBAWAH", "SESUAI"): "BUTUH_PERBAIKAN",
    ("DIBAWAH", "DIBAWAH"): "SANGAT_KURANG",
}


def _lempar(*bagian: object) -> int:
    return int.from_bytes(hashlib.blake2b("/".join(map(str, bagian)).encode(), digest_size=8).digest())


def _nilai(benih: int) -> dict[str, str]:
    hasil, perilaku = _RATING[benih % 5], _RATING[(benih >> 8) % 5]
    return {"hasil_kerja": hasil, "perilaku_kerja": perilaku, "predikat": _PREDIKAT[hasil, perilaku]}


def penilaian_periodik(daftar_skp: list[dict[str, Any]], tahun: int, tipe: str = "BULANAN") -> list[dict[str, Any]]:
    """About two of three months (or quarters) that lie wholly within the agreed SKPs of the year."""
    hasil: list[dict[str, Any]] = []
    lebar = 1 if tipe == "BULANAN" else 3
    for skp in daftar_skp:
        awal, akhir = int(skp["periode_awal"][5:7]), int(skp["periode_akhir"][5:7])
        for angka in range(1, 12 // lebar + 1):
            benih = _lempar(skp["id"], tipe, angka)
            if awal <= (angka - 1) * lebar + 1 and angka * lebar <= akhir and benih % 3:
                hasil.append(
                    {
                        "skp_id": skp["id"],
                        "tahun": tahun,
                        "tipe_periodik": tipe,
                        "angka_periodik": angka,
                        **_nilai(benih >> 4),
                        "dinilai_pada": f"{tahun}-{angka * lebar:02d}-27T10:00:00+07:00",
                        "versi": 1,
                    }
                )
    return hasil


def penilaian_final(daftar_skp: list[dict[str, Any]], tahun: int) -> dict[str, Any] | None:
    """The final rating of the year's last SKP; None for one in four, an incomplete form for another few."""
    if not daftar_skp:
        return None
    skp = max(daftar_skp, key=lambda s: str(s["periode_akhir"]))
    benih = _lempar(skp["id"], "FINAL")
    if benih % 4 == 0:
        return None
    lengkap = benih % 16 != 1
    rincian = [
        {
            "rhk_id": rhk["id"],
            "indikator_id": indikator["id"],
            "bukti_dukung": [
                {
                    "id": f"bd-{indikator['id']}",
                    "nama": "Dokumen pelaksanaan",
                    "tautan": "https://pmm.example.go.id/bukti",
                }
            ],
            "realisasi": {"teks": "Terlaksana sesuai target", "sumber_data": "Laporan kinerja"},
            "umpan_balik": [{"id": f"ub-{indikator['id']}", "positif": True, "teks": "Pertahankan"}],
        }
        for rhk in skp["rhk"]
        for indikator in rhk["indikator"]
    ]
    kosong = {"hasil_kerja": None, "perilaku_kerja": None, "predikat": None}
    return {
        "skp_id": skp["id"],
        "tahun": tahun,
        "lengkap": lengkap,
        **(_nilai(benih >> 4) if lengkap else kosong),
        "dinilai_pada": f"{tahun}-12-20T10:00:00+07:00" if lengkap else None,
        "versi": 1,
        "rincian": rincian,
    }
