"""Pools of SKP texts in the manner of PMM: results (RHK) with their indicators, per kind of user (data in naskah.json).

Within one pool all results differ after folding case, space and punctuation, so a text names exactly one of them.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

# (rencana hasil kerja, (indikator, indikator)); {mapel} and {kelas} are filled in.
Naskah = tuple[str, tuple[str, str]]

_EKOR_RHK: Final = (
    ", sejalan dengan visi satuan pendidikan dan kebijakan pendidikan daerah yang berlaku pada tahun berjalan",
    ", sebagai bagian dari pencapaian sasaran strategis perangkat daerah di bidang pendidikan",
    ", dengan memperhatikan keragaman kebutuhan, latar belakang, serta kesiapan belajar setiap murid",
)
_EKOR_INDIKATOR: Final = (
    (
        ", dibuktikan dengan laporan tertulis, dokumentasi kegiatan, dan daftar hadir yang disahkan oleh pimpinan"
        " serta disimpan pada arsip kinerja sekolah"
    ),
    (
        ", menurut instrumen pemantauan yang disepakati pada awal tahun dan dievaluasi pada setiap akhir semester"
        " oleh tim penjaminan mutu sekolah"
    ),
    (
        ", dilaporkan paling lambat pada minggu terakhir bulan penilaian beserta rencana perbaikan selanjutnya"
        " untuk semester berikutnya"
    ),
    (
        ", dihitung dari jumlah sasaran yang direncanakan pada awal tahun dan diverifikasi oleh atasan langsung"
        " pada saat dialog kinerja"
    ),
)


def _lengkapi(kolam: tuple[Naskah, ...]) -> tuple[Naskah, ...]:
    # People write long; an SKP of realistic length has six to ten kilobytes.
    return tuple(
        (teks + _EKOR_RHK[k % 3], (satu + _EKOR_INDIKATOR[k % 4], dua + _EKOR_INDIKATOR[(k + 1) % 4]))
        for k, (teks, (satu, dua)) in enumerate(kolam)
    )


def _kolam() -> dict[str, tuple[Naskah, ...]]:
    berkas = resources.files(__package__).joinpath("naskah.json").read_text(encoding="utf-8")
    isi: dict[str, list[dict[str, Any]]] = json.loads(berkas)
    return {
        nama: tuple((n["rencana_hasil_kerja"], (n["indikator"][0], n["indikator"][1])) for n in daftar)
        for nama, daftar in isi.items()
    }


_KOLAM: Final = _kolam()
# The head's organisational results are what a guru intervenes on.
KS_ORGANISASI: Final = _lengkapi(_KOLAM["kepala_sekolah_organisasi"])
KS_INDIVIDU: Final = _lengkapi(_KOLAM["kepala_sekolah_individu"])
GURU: Final = _lengkapi(_KOLAM["guru"])
PENGAWAS: Final = _lengkapi(_KOLAM["pengawas"])
KEPALA_DINAS: Final = _KOLAM["kepala_dinas"]
# What a head planned in e-Kinerja itself; no guru of the sample names it.
KS_LAMA: Final = _KOLAM["kepala_sekolah_lama"]

# Named by nobody's SKP here: what a planted problem points at.
RHK_TAK_BERTUAN: Final = (
    "Terselenggaranya gerakan sekolah hijau dan pengelolaan sampah mandiri pada lingkungan satuan pendidikan"
)
INDIKATOR_TAK_BERTUAN: Final = (
    "Jumlah bank sampah sekolah yang beroperasi dan melibatkan murid secara aktif setiap pekan"
)
RHK_BUATAN_EKINERJA: Final = (
    "Terlaksananya tugas kedinasan lain yang diberikan pimpinan di luar perencanaan pada aplikasi asal"
)

MAPEL: Final = (
    "Bahasa Indonesia",
    "Matematika",
    "Ilmu Pengetahuan Alam dan Sosial",
    "Pendidikan Pancasila",
    "Bahasa Inggris",
    "Seni Budaya",
    "Pendidikan Jasmani",
    "Informatika",
    "Muatan Lokal",
)
KELAS: Final = {
    "TK": ("kelompok A", "kelompok B"),
    "SD": ("kelas I", "kelas II", "kelas III", "kelas IV", "kelas V", "kelas VI"),
    "SMP": ("kelas VII", "kelas VIII", "kelas IX"),
}
SATUAN: Final = (
    ("KUANTITAS", "12", "Dokumen"),
    ("KUALITAS", "90", "%"),
    ("WAKTU", "12", "Bulan"),
    ("KUANTITAS", "4", "Kegiatan"),
    ("KUALITAS", "85", "Nilai"),
    ("BIAYA", "1", "Paket"),
)
PERSPEKTIF: Final = ("PENERIMA_LAYANAN", "PROSES_BISNIS", "PENGUATAN_INTERNAL", "ANGGARAN")
