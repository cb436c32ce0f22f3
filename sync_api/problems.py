"""RFC 9457 problems: the one table of what can go wrong at the door, and the answer made from it.

Every error answer of the service is made by `jawaban_masalah` from a row of MASALAH. No answer repeats an input value
or tells an internal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, entri_ke_json

JENIS_MEDIA = "application/problem+json"
# An import's own list ends at 1,000 and one line that says how many more there are.
BATAS_GALAT = 1001
COBA_LAGI_DETIK = 5


@dataclass(frozen=True, slots=True)
class Masalah:
    """One kind of problem: its status, a title, and what its page says."""

    kode: str
    status: int
    judul: str
    penjelasan: str


@dataclass(frozen=True, slots=True)
class Galat:
    """One fault of the request's shape: where (`body.nip`, `query.jumlah_baris`) and what, in Indonesian."""

    lokasi: str
    pesan: str


def _tabel(*baris: tuple[str, int, str, str]) -> Mapping[str, Masalah]:
    return {kode: Masalah(kode, status, judul, penjelasan) for kode, status, judul, penjelasan in baris}


# Findings of the catalogue that refuse a change of an admin at once, instead of being the result of a sync.
STATUS_TEMUAN: Mapping[Kode, int] = {
    Kode.PEGAWAI_TIDAK_AKTIF: 409,
    Kode.SUDAH_USER_PMM: 409,
    Kode.NIP_TIDAK_DIKENAL_PMM: 409,
    Kode.MASIH_TERDAFTAR_DI_PMM: 409,
    Kode.PRATINJAU_KEDALUWARSA: 409,
    Kode.PMM_JAWABAN_TIDAK_SAH: 409,
    Kode.PMM_PESAN_TIDAK_DIKENAL: 409,
    Kode.PMM_TIDAK_TERJANGKAU: 503,
    Kode.PMM_MEMBATASI: 503,
    Kode.PMM_AKSES_DITOLAK: 503,
}


def _dari_katalog(kode: Kode, status: int) -> tuple[str, int, str, str]:
    entri = entri_ke_json(KATALOG[kode])
    return kode.value, status, entri["judul"], entri["penyebab"]


MASALAH: Mapping[str, Masalah] = _tabel(
    (
        "HTTP_TIDAK_SAH",
        400,
        "Permintaan HTTP tidak sah",
        "Yang diterima bukan permintaan HTTP/1.1 yang sah; sambungan ditutup.",
    ),
    (
        "TOKEN_TIDAK_ADA",
        401,
        "Token tidak ada",
        "Permintaan ini memerlukan header Authorization: Bearer dengan token yang berlaku.",
    ),
    (
        "TOKEN_TIDAK_SAH",
        401,
        "Token tidak sah",
        "Token tidak dapat diterima. Mintalah token baru kepada penerbit identitas, lalu ulangi permintaan.",
    ),
    (
        "TOKEN_KEDALUWARSA",
        401,
        "Token kedaluwarsa",
        "Masa berlaku token sudah habis. Mintalah token baru, lalu ulangi permintaan.",
    ),
    (
        "TOKEN_BELUM_BERLAKU",
        401,
        "Token belum berlaku",
        "Token baru berlaku pada waktu yang akan datang. Periksa jam penerbit token.",
    ),
    (
        "SCOPE_TIDAK_CUKUP",
        403,
        "Tidak berwenang",
        "Token sah, tetapi peran atau scope di dalamnya tidak mencakup permintaan ini.",
    ),
    (
        "TIDAK_DITEMUKAN",
        404,
        "Tidak ditemukan",
        "Alamat atau data yang diminta tidak ada, atau bukan milik instansi pemanggil.",
    ),
    (
        "PEGAWAI_TIDAK_TERDAFTAR",
        404,
        "Data pegawai tidak ditemukan",
        "NIP tidak terdaftar atau bukan pegawai instansi pemanggil. Bila NIP benar, jalankan Sinkro SIASN.",
    ),
    (
        "METODE_TIDAK_DIIZINKAN",
        405,
        "Metode tidak diizinkan",
        "Alamat ini tidak melayani metode HTTP tersebut; header Allow menyebut yang dilayani.",
    ),
    (
        "PERMINTAAN_TERLALU_LAMBAT",
        408,
        "Permintaan terlalu lambat",
        "Permintaan tidak diterima lengkap dalam waktunya; sambungan ditutup. Ulangi dengan sambungan yang lebih baik.",
    ),
    (
        "KONFLIK",
        409,
        "Bertentangan dengan keadaan sekarang",
        "Permintaan tidak dapat dijalankan karena keadaan data saat ini. Muat ulang data, lalu putuskan kembali.",
    ),
    (
        "PERIODE_SUDAH_ADA",
        409,
        "Periode sudah ada",
        "Instansi sudah memiliki periode dengan jenis, nama dan tahun yang sama. Ubah periode itu atau ganti nama.",
    ),
    (
        "PERIODE_BERPENILAIAN",
        409,
        "Periode sudah memiliki penilaian",
        "Jenis, tanggal dan tahunnya tidak dapat diubah dan periode tidak dapat dihapus. Selebihnya dapat diubah.",
    ),
    (
        "PERIODE_TIDAK_DAPAT_DISUSUN",
        409,
        "Tabel periode tidak dapat disusun",
        "Ada periode bernilai yang tidak cocok dengan tabel resmi. Perbaiki tipe dan angkanya, lalu susun kembali.",
    ),
    (
        "PIMPINAN_SUDAH_ADA",
        409,
        "Catatan pimpinan sudah ada",
        "Unit kerja sudah memiliki catatan dengan orang, jenis dan tanggal mulai yang sama. Ubah catatan itu.",
    ),
    (
        "PIMPINAN_DEFINITIF_SUDAH_ADA",
        409,
        "Pimpinan definitif sudah ada",
        "Unit kerja akan memiliki lebih dari satu pimpinan definitif pada hari yang sama. Akhiri dahulu yang lama.",
    ),
    (
        "JADWAL_TERLALU_BANYAK",
        409,
        "Jadwal terlalu banyak",
        "Instansi sudah memiliki jumlah jadwal terbanyak. Hapus atau ubah jadwal yang tidak dipakai lagi.",
    ),
    (
        "PERMINTAAN_MASIH_BERJALAN",
        409,
        "Permintaan pertama masih berjalan",
        "Permintaan dengan Idempotency-Key yang sama belum selesai dijawab. Ulangi sesaat lagi dengan kunci yang sama.",
    ),
    (
        "MASSAL_SUDAH_BERAKHIR",
        409,
        "Sinkro massal sudah berakhir",
        "Sinkro massal yang selesai atau dibatalkan tidak dapat dijeda, dilanjutkan atau dibatalkan lagi.",
    ),
    (
        "BADAN_TERLALU_BESAR",
        413,
        "Isi permintaan terlalu besar",
        "Batas isi permintaan 64 KiB; untuk sinkro-massal dan referensi/impor 64 MiB.",
    ),
    (
        "ALAMAT_TERLALU_PANJANG",
        414,
        "Alamat terlalu panjang",
        "Jalur dan saringan bersama-sama paling panjang 16 KiB.",
    ),
    (
        "JENIS_MEDIA_TIDAK_DIDUKUNG",
        415,
        "Jenis media tidak didukung",
        "Kirim isi permintaan sebagai application/json (UTF-8).",
    ),
    (
        "PERMINTAAN_TIDAK_SAH",
        422,
        "Permintaan tidak sah",
        "Bentuk permintaan tidak sesuai. Daftar galat menyebut letak dan perbaikan setiap kesalahan.",
    ),
    (
        "KUNCI_IDEMPOTENSI_DIPAKAI",
        422,
        "Idempotency-Key sudah dipakai",
        "Dalam 24 jam terakhir kunci ini dipakai untuk permintaan lain. Pakai kunci baru untuk permintaan baru.",
    ),
    (
        "KURSOR_TIDAK_SAH",
        422,
        "Kursor tidak sah",
        "Kursor rusak atau berasal dari daftar dengan saringan lain. Mulai lagi dari halaman pertama, tanpa kursor.",
    ),
    (
        "INSTANSI_WAJIB_DISEBUT",
        422,
        "Instansi wajib disebut",
        "Token mencakup lebih dari satu instansi, sehingga instansi_id wajib diisi.",
    ),
    (
        "IMPOR_DITOLAK",
        422,
        "Impor ditolak",
        "Tidak ada baris yang disimpan. Perbaiki setiap baris dalam daftar galat, lalu impor kembali seluruh berkas.",
    ),
    (
        "TERLALU_BANYAK_PERMINTAAN",
        429,
        "Terlalu banyak permintaan",
        "Ulangi setelah waktu pada header Retry-After.",
    ),
    (
        "HEADER_TERLALU_BESAR",
        431,
        "Header terlalu besar",
        "Header bersama-sama paling besar 32 KiB dan paling banyak 100 buah.",
    ),
    (
        "GALAT_INTERNAL",
        500,
        "Terjadi kesalahan pada layanan",
        "Kesalahan tak terduga. Sampaikan nomor galat kepada pengelola layanan; permintaan boleh diulang.",
    ),
    (
        "LAYANAN_TIDAK_TERSEDIA",
        503,
        "Layanan sementara tidak tersedia",
        "Basis data atau layanan pendukung sedang tidak dapat dihubungi. Ulangi setelah waktu pada header Retry-After.",
    ),
    *(_dari_katalog(kode, status) for kode, status in STATUS_TEMUAN.items()),
)

# Statuses that the framework raises by itself.
KODE_MENURUT_STATUS: Mapping[int, str] = {
    401: "TOKEN_TIDAK_SAH",
    403: "SCOPE_TIDAK_CUKUP",
    404: "TIDAK_DITEMUKAN",
    405: "METODE_TIDAK_DIIZINKAN",
    409: "KONFLIK",
    413: "BADAN_TERLALU_BESAR",
    415: "JENIS_MEDIA_TIDAK_DIDUKUNG",
    429: "TERLALU_BANYAK_PERMINTAAN",
    503: "LAYANAN_TIDAK_TERSEDIA",
}


class PermintaanDitolak(Exception):
    """Ends a request with a problem of MASALAH. `detail` is for the caller; `tambahan` are further members."""

    def __init__(
        self,
        kode: str,
        detail: str | None = None,
        *,
        galat: Sequence[Galat] = (),
        header: Mapping[str, str] | None = None,
        tambahan: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kode)
        self.masalah = MASALAH[kode]
        self.detail, self.galat = detail, tuple(galat)
        self.header, self.tambahan = dict(header or {}), dict(tambahan or {})


def tidak_sah(lokasi: str, pesan: str) -> PermintaanDitolak:
    """A 422 about one place of the request."""
    return PermintaanDitolak("PERMINTAAN_TIDAK_SAH", galat=[Galat(lokasi, pesan)])


def jawaban_masalah(
    kode: str,
    *,
    request_id: str,
    detail: str | None = None,
    galat: Sequence[Galat] = (),
    header: Mapping[str, str] | None = None,
    tambahan: Mapping[str, Any] | None = None,
) -> Response:
    """The problem answer. `instance` names this occurrence by its request id, under which the log has it; the list of
    faults is bounded and says how many more there are."""
    masalah = MASALAH[kode]
    isi: dict[str, Any] = {
        "type": f"/masalah/{kode}",
        "title": masalah.judul,
        "status": masalah.status,
        "detail": detail or masalah.penjelasan,
        "instance": f"urn:sinkro:permintaan:{quote(request_id, safe='')}",
        "kode": kode,
        **(tambahan or {}),
    }
    if masalah.status == 422:
        isi["galat"] = [{"lokasi": g.lokasi, "pesan": g.pesan} for g in galat[:BATAS_GALAT]]
        if len(galat) > BATAS_GALAT:
            isi["galat_lainnya"] = len(galat) - BATAS_GALAT
    kepala = dict(header or {})
    if masalah.status == 503:
        kepala.setdefault("Retry-After", str(COBA_LAGI_DETIK))
    teks = json.dumps(isi, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(teks, masalah.status, kepala, JENIS_MEDIA)
