"""Ratings of the sample, made from an SKP when asked: sparse months, and a final rating with evidence.

Deterministic by the SKP's id. The predikat follows the matrix of PermenPANRB 6/2022, except where a plan breaks it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
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


class KeadaanFinal(StrEnum):
    """What PMM has of a person's final rating."""

    LENGKAP = "LENGKAP"
    BELUM_ADA = "BELUM_ADA"
    FORMULIR_BELUM_LENGKAP = "FORMULIR_BELUM_LENGKAP"
    FORMULIR_KOSONG = "FORMULIR_KOSONG"
    PREDIKAT_SALAH = "PREDIKAT_SALAH"


@dataclass(frozen=True, slots=True)
class RencanaPenilaian:
    """How a person was rated. `bulan`: exactly these months (None: about two of three); `bulan_salah`: the month, one
    of them, whose predikat contradicts the matrix."""

    bulan: tuple[int, ...] | None = None
    bulan_salah: int | None = None
    final: KeadaanFinal = KeadaanFinal.LENGKAP


PENILAIAN_BIASA: Final = RencanaPenilaian()


def _lempar(*bagian: object) -> int:
    return int.from_bytes(hashlib.blake2b("/".join(map(str, bagian)).encode(), digest_size=8).digest())


def _nilai(benih: int) -> dict[str, str]:
    hasil, perilaku = _RATING[benih % 5], _RATING[(benih >> 8) % 5]
    return {"hasil_kerja": hasil, "perilaku_kerja": perilaku, "predikat": _PREDIKAT[hasil, perilaku]}


def _salahkan(nilai: dict[str, str]) -> dict[str, str]:
    return {**nilai, "predikat": "KURANG" if nilai["predikat"] != "KURANG" else "BAIK"}


def penilaian_periodik(
    daftar_skp: list[dict[str, Any]],
    tahun: int,
    tipe: str = "BULANAN",
    rencana: RencanaPenilaian = PENILAIAN_BIASA,
) -> list[dict[str, Any]]:
    """The rated months (or quarters) that lie wholly within the agreed SKPs of the year."""
    hasil: list[dict[str, Any]] = []
    bulan = rencana.bulan if tipe == "BULANAN" else None
    lebar = 1 if tipe == "BULANAN" else 3
    for skp in daftar_skp:
        awal, akhir = int(skp["periode_awal"][5:7]), int(skp["periode_akhir"][5:7])
        for angka in range(1, 12 // lebar + 1):
            benih = _lempar(skp["id"], tipe, angka)
            dinilai = benih % 3 != 0 if bulan is None else angka in bulan
            if awal <= (angka - 1) * lebar + 1 and angka * lebar <= akhir and dinilai:
                nilai = _nilai(benih >> 4)
                salah = tipe == "BULANAN" and angka == rencana.bulan_salah
                hasil.append(
                    {
                        "skp_id": skp["id"],
                        "tahun": tahun,
                        "tipe_periodik": tipe,
                        "angka_periodik": angka,
                        **(_salahkan(nilai) if salah else nilai),
                        "dinilai_pada": f"{tahun}-{angka * lebar:02d}-27T10:00:00+07:00",
                        "versi": 1,
                    }
                )
    return hasil


def penilaian_final(
    daftar_skp: list[dict[str, Any]], tahun: int, rencana: RencanaPenilaian = PENILAIAN_BIASA
) -> dict[str, Any] | None:
    """The final rating of the year's last SKP; None when there is none."""
    if not daftar_skp or rencana.final is KeadaanFinal.BELUM_ADA:
        return None
    skp = max(daftar_skp, key=lambda s: str(s["periode_akhir"]))
    nilai = _nilai(_lempar(skp["id"], "FINAL") >> 4)
    if rencana.final is KeadaanFinal.PREDIKAT_SALAH:
        nilai = _salahkan(nilai)
    kosong = rencana.final is KeadaanFinal.FORMULIR_KOSONG
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
    return {
        "skp_id": skp["id"],
        "tahun": tahun,
        "lengkap": not kosong and rencana.final is not KeadaanFinal.FORMULIR_BELUM_LENGKAP,
        **(dict.fromkeys(nilai) if kosong else nilai),
        "dinilai_pada": None if kosong else f"{tahun}-12-20T10:00:00+07:00",
        "versi": 1,
        "rincian": rincian,
    }
