"""Which problems each operation can answer with, for the OpenAPI document.

Invariant: every code stands under its own status; what follows from scope, body, key and cursor is worked out by rule,
the rest is said in MENURUT_OPERASI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync_api.problems import JENIS_MEDIA, MASALAH
from sync_api.v1.common_shapes import MasalahOut
from sync_api.v1.documented import ARTI

_PEGAWAI = ("PEGAWAI_TIDAK_TERDAFTAR",)
_INSTANSI = ("INSTANSI_WAJIB_DISEBUT",)
_PMM = (
    "PMM_JAWABAN_TIDAK_SAH",
    "PMM_PESAN_TIDAK_DIKENAL",
    "PMM_TIDAK_TERJANGKAU",
    "PMM_MEMBATASI",
    "PMM_AKSES_DITOLAK",
)
_PIMPINAN = ("PIMPINAN_SUDAH_ADA", "PIMPINAN_DEFINITIF_SUDAH_ADA", *_PEGAWAI)
_KENDALI = ("MASSAL_SUDAH_BERAKHIR",)

MENURUT_OPERASI: Mapping[str, tuple[str, ...]] = {
    "minta_sinkro_skp_rotasi": ("PRATINJAU_KEDALUWARSA",),
    "baca_pegawai": _PEGAWAI,
    "daftar_skp_pegawai": _PEGAWAI,
    "daftar_perbaikan": _INSTANSI,
    "buat_sinkro_massal": _INSTANSI,
    "jeda_sinkro_massal": _KENDALI,
    "lanjut_sinkro_massal": _KENDALI,
    "batal_sinkro_massal": _KENDALI,
    "buat_jadwal": ("JADWAL_TERLALU_BANYAK", *_INSTANSI),
    "tambah_user_pmm": (*_PEGAWAI, "PEGAWAI_TIDAK_AKTIF", "SUDAH_USER_PMM", "NIP_TIDAK_DIKENAL_PMM", *_PMM),
    "hapus_user_pmm": ("MASIH_TERDAFTAR_DI_PMM", *_PEGAWAI, *_PMM),
    "tambah_pimpinan": _PIMPINAN,
    "ubah_pimpinan": _PIMPINAN,
    "buat_periode": ("PERIODE_SUDAH_ADA", *_INSTANSI),
    "ubah_periode": ("PERIODE_SUDAH_ADA", "PERIODE_BERPENILAIAN"),
    "hapus_periode": ("PERIODE_BERPENILAIAN",),
    "susun_periode": ("PERIODE_TIDAK_DAPAT_DISUSUN", *_INSTANSI),
    "periksa_periode": _INSTANSI,
    "impor_referensi": ("IMPOR_DITOLAK",),
}
# Every route that asks for one person's sync, whatever the jenis.
_AWALAN_PEGAWAI = ("minta_sinkro_", "pratinjau_sinkro_")

TOKEN = ("TOKEN_TIDAK_ADA", "TOKEN_TIDAK_SAH", "TOKEN_KEDALUWARSA", "TOKEN_BELUM_BERLAKU")
SELALU = ("GALAT_INTERNAL",)
# Refused before any operation is reached, so said once for all of them.
DI_SAMBUNGAN = ("HTTP_TIDAK_SAH", "PERMINTAAN_TERLALU_LAMBAT", "HEADER_TERLALU_BESAR")
# What the layer of limits refuses; the questions of supervisors pass by it.
DI_LAPISAN = ("ALAMAT_TERLALU_PANJANG",)
BERBATAS = ("TERLALU_BANYAK_PERMINTAAN", "LAYANAN_TIDAK_TERSEDIA")
BERTOKEN = (*TOKEN, "SCOPE_TIDAK_CUKUP")
BERBADAN = ("BADAN_TERLALU_BESAR", "JENIS_MEDIA_TIDAK_DIDUKUNG", "PERMINTAAN_TIDAK_SAH")
BERKUNCI = ("PERMINTAAN_MASIH_BERJALAN", "KUNCI_IDEMPOTENSI_DIPAKAI", "PERMINTAAN_TIDAK_SAH")
# What stands for a status that a route declared without saying which problem.
UMUM: Mapping[int, str] = {404: "TIDAK_DITEMUKAN", 422: "PERMINTAAN_TIDAK_SAH", 503: "LAYANAN_TIDAK_TERSEDIA"}

_CONTOH_NOMOR = "9f0c6a"
_GALAT = {"lokasi": "body.tahun", "pesan": "paling kecil 2022"}


def kode_operasi(operation_id: str) -> tuple[str, ...]:
    """The problems that are particular to this operation."""
    milik = MENURUT_OPERASI.get(operation_id, ())
    return (*milik, *_PEGAWAI) if operation_id.startswith(_AWALAN_PEGAWAI) else milik


def menurut_status(kode: Iterable[str]) -> dict[int, list[str]]:
    """The codes under their statuses, in the order of the table of problems."""
    dipakai = set(kode)
    hasil: dict[int, list[str]] = {}
    for satu in MASALAH.values():
        if satu.kode in dipakai:
            hasil.setdefault(satu.status, []).append(satu.kode)
    return hasil


def contoh_masalah(kode: str) -> dict[str, Any]:
    """The problem answer as it looks for this code."""
    masalah = MASALAH[kode]
    isi: dict[str, Any] = {
        "type": f"/masalah/{kode}",
        "title": masalah.judul,
        "status": masalah.status,
        "detail": masalah.penjelasan,
        "instance": f"urn:sinkro:permintaan:{_CONTOH_NOMOR}",
        "kode": kode,
    }
    if masalah.status == 422:
        isi["galat"] = [_GALAT] if kode == "PERMINTAAN_TIDAK_SAH" else []
    return isi


def contoh_komponen() -> dict[str, Any]:
    """Every problem answer once, for the document's components."""
    return {kode: {"summary": masalah.judul, "value": contoh_masalah(kode)} for kode, masalah in MASALAH.items()}


def jawaban_pintu(*, berbatas: bool) -> dict[str, Any]:
    """The answers that need no operation, by status, as references to components."""
    kode = (*DI_SAMBUNGAN, *(DI_LAPISAN if berbatas else ()))
    return {str(MASALAH[satu].status): {"$ref": f"#/components/responses/{satu}"} for satu in kode}


def jawaban_komponen() -> dict[str, Any]:
    """What `jawaban_pintu` refers to."""
    return {
        satu: {
            "description": f"{ARTI[MASALAH[satu].status]}: `{satu}`",
            "content": isi_jawaban([satu]),
            "headers": {"X-Request-ID": {"$ref": "#/components/headers/XRequestID"}},
        }
        for satu in (*DI_SAMBUNGAN, *DI_LAPISAN)
    }


def isi_jawaban(kode: Iterable[str]) -> dict[str, Any]:
    """The content of a problem response: one schema, one named example per code."""
    contoh = {satu: {"$ref": f"#/components/examples/{satu}"} for satu in kode}
    skema = {"$ref": f"#/components/schemas/{MasalahOut.__name__}"}
    return {JENIS_MEDIA: {"schema": skema, "examples": contoh}}
