"""The sample as the reference import of e-Kinerja's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pmm_client.sandbox.contoh.ekinerja import baris_rhk, baris_skp
from pmm_client.sandbox.contoh.nama_sekolah import ROMAWI
from pmm_client.sandbox.contoh.naskah import KEPALA_DINAS
from pmm_client.sandbox.contoh.wilayah import InstansiContoh

_AKHIR_BULAN: Final = (
    "01-31",
    "02-29",
    "03-31",
    "04-30",
    "05-31",
    "06-30",
    "07-31",
    "08-31",
    "09-30",
    "10-31",
    "11-30",
    "12-31",
)


def _triwulan(instansi_id: str) -> list[dict[str, Any]]:
    return [
        {
            "instansi_id": instansi_id,
            "nama": f"TRIWULAN {ROMAWI[triwulan]}",
            "jenis": "PERIODIK",
            "tipe_periodik": "TRIWULANAN",
            "angka_periodik": triwulan,
            "periode_awal": f"{3 * triwulan - 2:02d}-01",
            "periode_akhir": _AKHIR_BULAN[3 * triwulan - 1],
            "batas_pengisian": f"{3 * triwulan % 12 + 1:02d}-10",
            "tahun": None,
        }
        for triwulan in range(1, 5)
    ]


def _periode(instansi_id: str) -> list[dict[str, Any]]:
    bulanan = [
        {
            "instansi_id": instansi_id,
            "nama": f"PERIODE {ROMAWI[bulan]}",
            "jenis": "PERIODIK",
            "tipe_periodik": "BULANAN",
            "angka_periodik": bulan,
            "periode_awal": f"{bulan:02d}-01",
            "periode_akhir": akhir,
            "batas_pengisian": f"{bulan % 12 + 1:02d}-10",
            "tahun": None,
        }
        for bulan, akhir in enumerate(_AKHIR_BULAN, 1)
    ]
    tahunan = {
        "instansi_id": instansi_id,
        "nama": "PERIODE TAHUNAN",
        "jenis": "FINAL",
        "tipe_periodik": None,
        "angka_periodik": None,
        "periode_awal": "01-01",
        "periode_akhir": "12-31",
        "batas_pengisian": "01-31",
        "tahun": None,
    }
    return [*bulanan, tahunan]


def _skp_kepala_dinas(instansi: InstansiContoh, tahun: int) -> dict[str, Any]:
    # The heads of schools name these results; without them every one of them would carry a note.
    rhk = [baris_rhk("ORGANISASI", teks, indikator) for teks, indikator in KEPALA_DINAS]
    return baris_skp(
        instansi.kepala_dinas, tahun, instansi.dinas.id, instansi.sekda.nip, "GURU_JAJF", "PERSETUJUAN", rhk
    )


def susun_referensi(daftar: Sequence[InstansiContoh], tahun: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of every instansi; all keys of the import are there, also when a list is empty."""
    hasil: dict[str, list[dict[str, Any]]] = {
        kunci: []
        for kunci in ("instansi", "unit_kerja", "pegawai", "pimpinan", "periode", "padanan_unor", "user_pmm", "skp")
    }
    for instansi in daftar:
        hasil["instansi"].append({"id": instansi.id, "nama": instansi.nama, "zona_waktu": instansi.zona})
        hasil["unit_kerja"].extend(
            {
                "id": u.id,
                "instansi_id": instansi.id,
                "nama": u.nama,
                "induk_id": u.induk,
                "eselon": u.eselon,
                "mandiri": u.mandiri,
                "aktif": u.aktif,
                "npsn": u.npsn,
            }
            for u in instansi.unit
        )
        for o in instansi.semua_orang():
            hasil["pegawai"].append(
                {
                    "nip": o.nip,
                    "nama": o.nama,
                    "instansi_id": instansi.id,
                    "unit_kerja_id": o.unit_id,
                    "jabatan": o.jabatan,
                    "golongan": o.golongan,
                    "jenis_pegawai": "PIMPINAN" if o.pimpinan else "PEGAWAI",
                    "jenis_asn": o.asn,
                    "aktif": o.aktif,
                    "nonaktif_sejak": o.nonaktif_sejak,
                }
            )
            if o.user_pmm:
                hasil["user_pmm"].append({"nip": o.nip})
        hasil["pimpinan"].extend(instansi.pimpinan)
        hasil["periode"].extend(_periode(instansi.id))
        hasil["periode"].extend(_triwulan(instansi.id) if instansi.dua_tipe else ())
        hasil["padanan_unor"].extend(instansi.padanan)
        hasil["skp"].extend(instansi.skp)
        hasil["skp"].append(_skp_kepala_dinas(instansi, tahun))
    return hasil
