"""What the caller does about a problem of the door, step by step, for its page; findings bring their own steps."""

from __future__ import annotations

from collections.abc import Mapping

_MINTA_BARU = "Minta token baru kepada penerbit identitas, lalu ulangi permintaan yang sama."
_ULANGI = "Ulangi permintaan yang sama setelah waktu pada header Retry-After; sertakan Idempotency-Key bila ada."
_MUAT_ULANG = "Baca kembali datanya, lalu putuskan lagi apakah perubahan masih diperlukan."
_DAFTAR_GALAT = "Baca daftar galat: lokasi menyebut bidangnya dan pesan menyebut perbaikannya."

TINDAKAN: Mapping[str, tuple[str, ...]] = {
    "HTTP_TIDAK_SAH": ("Kirim permintaan sebagai HTTP/1.1 yang sah; periksa pustaka atau perantara yang membuatnya.",),
    "PERMINTAAN_TERLALU_LAMBAT": ("Ulangi permintaan melalui jaringan yang lebih cepat, atau dengan isi lebih kecil.",),
    "ALAMAT_TERLALU_PANJANG": ("Kurangi nilai pada saringan, atau bagi menjadi beberapa permintaan.",),
    "HEADER_TERLALU_BESAR": ("Kurangi jumlah dan panjang header, misalnya cookie yang tidak diperlukan.",),
    "TOKEN_TIDAK_ADA": (
        "Minta token kepada penerbit identitas.",
        "Kirim ulang permintaan dengan header Authorization: Bearer diikuti token itu.",
    ),
    "TOKEN_TIDAK_SAH": (
        "Periksa bahwa token dikirim utuh, satu kali, dengan skema Bearer.",
        "Periksa bahwa penerbit dan audiens token adalah yang dipercaya layanan ini.",
        _MINTA_BARU,
    ),
    "TOKEN_KEDALUWARSA": (_MINTA_BARU,),
    "TOKEN_BELUM_BERLAKU": (
        "Cocokkan jam penerbit token dengan waktu yang benar.",
        "Ulangi permintaan setelah token mulai berlaku.",
    ),
    "SCOPE_TIDAK_CUKUP": (
        "Baca scope yang diminta pada header WWW-Authenticate.",
        "Mintalah peran atau scope itu kepada pengelola identitas; mengulang dengan token yang sama tidak menolong.",
    ),
    "TIDAK_DITEMUKAN": (
        "Periksa alamat dan id yang dikirim.",
        "Pastikan data itu milik instansi yang disebut dalam token; data instansi lain dijawab sama seperti tidak ada.",
    ),
    "PEGAWAI_TIDAK_TERDAFTAR": (
        "Periksa NIP yang dikirim.",
        "Bila NIP benar, jalankan Sinkro SIASN di e-Kinerja, lalu ulangi permintaan.",
    ),
    "METODE_TIDAK_DIIZINKAN": ("Pakai salah satu metode pada header Allow.",),
    "KONFLIK": (_MUAT_ULANG,),
    "PERIODE_SUDAH_ADA": ("Ubah periode yang sudah ada itu, atau beri nama lain pada periode baru.",),
    "PERIODE_BERPENILAIAN": (
        "Ubah hanya nama, tipe, angka atau batas pengisiannya.",
        "Buat periode baru bila tanggal, jenis atau tahunnya harus lain.",
    ),
    "PERIODE_TIDAK_DAPAT_DISUSUN": (
        "Perbaiki tipe dan angka periode yang disebut pada penghalang.",
        "Susun kembali tabelnya.",
    ),
    "PIMPINAN_SUDAH_ADA": ("Ubah catatan pimpinan yang sudah ada itu.",),
    "PIMPINAN_DEFINITIF_SUDAH_ADA": (
        "Beri tanggal selesai pada pimpinan definitif yang lama.",
        "Catat pimpinan yang baru mulai hari sesudahnya.",
    ),
    "JADWAL_TERLALU_BANYAK": ("Hapus jadwal yang tidak dipakai, atau ubah jadwal yang ada.",),
    "PERMINTAAN_MASIH_BERJALAN": (
        "Tunggu sesuai header Retry-After.",
        "Ulangi permintaan dengan kunci dan isi yang sama; jawaban pertama diberikan bila sudah selesai.",
    ),
    "MASSAL_SUDAH_BERAKHIR": (
        "Baca keadaan sinkro massal itu.",
        "Buat sinkro massal baru bila masih ada pegawai yang perlu disinkronkan.",
    ),
    "BADAN_TERLALU_BESAR": ("Bagi isi permintaan menjadi beberapa bagian, lalu kirim satu per satu.",),
    "JENIS_MEDIA_TIDAK_DIDUKUNG": ("Kirim isi permintaan dengan Content-Type: application/json dalam UTF-8.",),
    "PERMINTAAN_TIDAK_SAH": (_DAFTAR_GALAT, "Perbaiki semuanya, lalu kirim lagi."),
    "KUNCI_IDEMPOTENSI_DIPAKAI": (
        "Buat kunci baru untuk permintaan baru.",
        "Untuk mengulang permintaan lama, kirim isi yang persis sama dengan kunci lamanya.",
    ),
    "KURSOR_TIDAK_SAH": ("Mulai lagi dari halaman pertama tanpa kursor, dengan saringan yang sama.",),
    "INSTANSI_WAJIB_DISEBUT": ("Isi instansi_id dengan instansi yang dimaksud.",),
    "IMPOR_DITOLAK": (
        _DAFTAR_GALAT,
        "Perbaiki semua baris itu, lalu kirim kembali seluruh berkas; tidak ada baris yang tersimpan.",
    ),
    "TERLALU_BANYAK_PERMINTAAN": (
        "Tunggu sesuai header Retry-After.",
        "Kurangi laju permintaan; untuk memantau, pakai ETag atau diubah_sejak.",
    ),
    "GALAT_INTERNAL": (
        "Sampaikan nomor galat kepada pengelola layanan.",
        "Permintaan boleh diulang, dengan Idempotency-Key yang sama bila ada.",
    ),
    "LAYANAN_TIDAK_TERSEDIA": (_ULANGI,),
}
