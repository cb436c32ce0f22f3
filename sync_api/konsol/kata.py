"""The words users know for what the code calls otherwise (spec: domain 8a); the only place of the console that has
them."""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[str, str] = {
    "MENUNGGU": "Dalam antrean",
    "BERJALAN": "Sedang diproses",
    "BERHASIL": "Berhasil",
    "GAGAL": "Gagal",
    "TERTAHAN": "Menunggu Sinkro SKP atasan",
    "DIBATALKAN": "Dibatalkan",
    "TERPUTUS": "Terputus",
}
MENUNGGU_SKP_SENDIRI = "Menunggu Sinkro SKP"
STATUS_MASSAL: Mapping[str, str] = {
    "BERJALAN": "Berjalan",
    "DIJEDA": "Dijeda",
    "SELESAI": "Selesai",
    "DIBATALKAN": "Dibatalkan",
}
STATUS_PADANAN: Mapping[str, str] = {
    "OTOMATIS": "Menurut nama",
    "USULAN": "Usulan",
    "DIKONFIRMASI": "Dikonfirmasi",
    "DITOLAK": "Ditolak",
}
NADA_PADANAN: Mapping[str, str] = {
    "OTOMATIS": "info",
    "USULAN": "peringatan",
    "DIKONFIRMASI": "berhasil",
    "DITOLAK": "netral",
}
JENIS_PIMPINAN: Mapping[str, str] = {"DEFINITIF": "Definitif", "PLT": "PLT", "PLH": "PLH", "PJB": "PJB"}
JENIS_PERIODE: Mapping[str, str] = {"PERIODIK": "Periodik", "FINAL": "Final"}
TIPE_PERIODIK: Mapping[str, str] = {"BULANAN": "Bulanan", "TRIWULANAN": "Triwulanan"}
TINDAKAN_AUDIT: Mapping[str, str] = {
    "MINTA_SINKRO": "Meminta Sinkro",
    "BUAT_MASSAL": "Memulai Sinkro massal",
    "JEDA_MASSAL": "Menjeda Sinkro massal",
    "LANJUT_MASSAL": "Melanjutkan Sinkro massal",
    "BATAL_MASSAL": "Membatalkan Sinkro massal",
    "BUAT_JADWAL": "Membuat jadwal",
    "UBAH_JADWAL": "Mengubah jadwal",
    "HAPUS_JADWAL": "Menghapus jadwal",
    "TAMBAH_USER_PMM": "Menambah User PMM",
    "HAPUS_USER_PMM": "Menghapus User PMM",
    "BUAT_PERIODE": "Membuat periode",
    "UBAH_PERIODE": "Mengubah periode",
    "HAPUS_PERIODE": "Menghapus periode",
    "SUSUN_PERIODE": "Menyusun tabel periode",
    "PUTUSKAN_PADANAN": "Memutuskan Pemadanan Unor",
    "UBAH_UNIT_KERJA": "Mengubah unit kerja",
    "TAMBAH_PIMPINAN": "Menambah pimpinan",
    "UBAH_PIMPINAN": "Mengubah pimpinan",
    "HAPUS_PIMPINAN": "Menghapus pimpinan",
    "IMPOR_REFERENSI": "Mengimpor referensi",
}
# The tone of a badge: how it is coloured, always beside its word.
NADA: Mapping[str, str] = {
    "MENUNGGU": "netral",
    "BERJALAN": "info",
    "BERHASIL": "berhasil",
    "GAGAL": "gagal",
    "TERTAHAN": "peringatan",
    "DIBATALKAN": "netral",
    "DIJEDA": "peringatan",
    "SELESAI": "berhasil",
    "TERPUTUS": "peringatan",
}
JENIS: Mapping[str, str] = {
    "SKP": "Sinkro SKP",
    "SKP_PLT": "Sinkro SKP PLT",
    "SKP_ROTASI": "Sinkro SKP Rotasi",
    "PENILAIAN_PERIODIK": "Sinkro Penilaian",
    "PENILAIAN_FINAL": "Sinkro Penilaian Final",
}
TIPE_SKP: Mapping[str, str] = {"GURU": "Guru", "KEPALA_SEKOLAH": "Kepala Sekolah", "PENGAWAS": "Pengawas"}
JENIS_SKP: Mapping[str, str] = {"GURU_JAJF": "GURU / JAJF", "KEPALA_SEKOLAH": "KEPALA SEKOLAH", "PENGAWAS": "PENGAWAS"}
PERAN: Mapping[str, str] = {
    "PEGAWAI": "Pegawai",
    "ADMIN_INSTANSI": "Admin Instansi",
    "ADMIN_BKN": "Admin BKN",
    "SISTEM": "Sistem",
}
PELAKU: Mapping[str, str] = {
    "PEGAWAI": "Pegawai yang bersangkutan",
    "ATASAN": "Atasan",
    "ADMIN_INSTANSI": "Admin Instansi (BKD)",
    "OPERATOR_SEKOLAH": "Operator sekolah",
    "DINAS_PENDIDIKAN": "Dinas Pendidikan",
    "PUSAT_BANTUAN": "Pusat Bantuan",
    "PENGELOLA_LAYANAN": "Pengelola layanan",
}
PEMICU: Mapping[str, str] = {
    "PEGAWAI": "Pegawai",
    "ADMIN": "Admin",
    "SISTEM": "Sistem lain",
    "MASSAL": "Sinkro massal",
    "JADWAL": "Jadwal",
    "PELEPASAN": "Otomatis setelah perbaikan",
}
TINDAKAN: Mapping[str, str] = {
    "DIBUAT": "Akan Membuat SKP Baru",
    "DIPERBARUI": "akan diperbarui",
    "PERIODE_DIUBAH": "periode akan diubah",
    "TIDAK_BERUBAH": "tidak berubah",
    "TIDAK_DITULIS": "tidak ditulis",
}
TINDAKAN_TERJADI: Mapping[str, str] = {
    "DIBUAT": "SKP baru dibuat",
    "DIPERBARUI": "SKP diperbarui",
    "PERIODE_DIUBAH": "Periode SKP diubah",
    "TIDAK_BERUBAH": "Tidak berubah",
    "TIDAK_DITULIS": "Tidak ditulis",
}
RATING: Mapping[str, str] = {"DIATAS": "Diatas", "SESUAI": "Sesuai", "DIBAWAH": "Dibawah"}
RATING_RINCI: Mapping[str, str] = {k: f"{v.upper()} EKSPEKTASI" for k, v in RATING.items()}
PREDIKAT: Mapping[str, str] = {
    "SANGAT_BAIK": "Sangat Baik",
    "BAIK": "Baik",
    "BUTUH_PERBAIKAN": "Butuh Perbaikan",
    "KURANG": "Kurang/Misconduct",
    "SANGAT_KURANG": "Sangat Kurang",
}
STATUS_SKP: Mapping[str, str] = {"DRAF": "DRAFT", "PENGAJUAN": "PENGAJUAN", "PERSETUJUAN": "PERSETUJUAN"}
HASIL_SINKRO: Mapping[str, str] = {"DATA_BARU": "Data baru masuk", "TIDAK_ADA_DATA_BARU": "Tidak ada data baru"}
PENGHITUNG: Mapping[str, str] = {
    "rhk_masuk": "RHK Masuk",
    "indikator_masuk": "RHK Indikator Masuk",
    "rhk_diubah": "RHK Diubah",
    "indikator_diubah": "RHK Indikator Diubah",
    "rhk_dihapus": "RHK Dihapus",
    "indikator_dihapus": "RHK Indikator Dihapus",
    "eviden_masuk": "Eviden Masuk",
    "realisasi_masuk": "Realisasi Masuk",
    "feedback_masuk": "Feedback Masuk",
}
LINGKUP: Mapping[str, str] = {"individu": "RHK Individu", "organisasi": "RHK Organisasi"}


def sebut(nilai: object, kata: Mapping[str, str]) -> str:
    """The word of a code; a code without one is shown as words of its own, since kinds are added without us."""
    teks = str(nilai)
    return kata.get(teks, teks.replace("_", " ").capitalize())


def status_terbaca(status: str, kode: object = ()) -> str:
    """The status of a sync; `kode`: its findings, since one may wait for the own SKP instead of the atasan's."""
    if status == "TERTAHAN" and isinstance(kode, (list, tuple, set, frozenset)) and "SKP_BELUM_SINKRO" in kode:
        return MENUNGGU_SKP_SENDIRI
    return sebut(status, STATUS)
