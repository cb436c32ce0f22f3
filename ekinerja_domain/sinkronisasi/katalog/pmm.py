"""Findings about PMM's and our own health, and about answers nobody foresaw."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import EntriKatalog, JenisFakta, JenisObjek, Kelas, Kode, Pelaku

_LAYANAN = "Layanan Sinkro"

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.PMM_TIDAK_TERJANGKAU,
        judul="{sumber} tidak terjangkau",
        penyebab="Sambungan ke {sumber} gagal, terlalu lama, atau {sumber} menjawab galat server.",
        pesan="{sumber} tidak dapat dihubungi",
        kelas=Kelas.TRANSIEN,
        sistem=("{sumber}",),
        langkah=("Tidak perlu tindakan: sinkro diulang sendiri begitu {sumber} dapat dihubungi.",),
        objek=JenisObjek.PMM,
        fakta=(JenisFakta.LAYANAN,),
    ),
    EntriKatalog(
        kode=Kode.PMM_MEMBATASI,
        judul="{sumber} membatasi permintaan",
        penyebab="{sumber} sedang membatasi jumlah permintaan dari layanan ini.",
        pesan="{sumber} membatasi permintaan",
        kelas=Kelas.TRANSIEN,
        sistem=("{sumber}",),
        langkah=("Tidak perlu tindakan: sinkro diulang sendiri setelah waktu tunggu dari {sumber}.",),
        objek=JenisObjek.PMM,
        fakta=(JenisFakta.LAYANAN,),
    ),
    EntriKatalog(
        kode=Kode.PMM_AKSES_DITOLAK,
        judul="{sumber} menolak akses layanan",
        penyebab="{sumber} menolak layanan ini walaupun token baru saja diperbarui; kredensial atau izinnya berubah.",
        pesan="{sumber} menolak akses layanan",
        kelas=Kelas.TRANSIEN,
        pelaku=(Pelaku.PENGELOLA_LAYANAN,),
        sistem=(_LAYANAN, "{sumber}"),
        langkah=(
            "Pengelola layanan memeriksa kredensial layanan terhadap {sumber} dan izin aksesnya.",
            "Pegawai tidak perlu bertindak: sinkro diulang sendiri setelah akses pulih.",
        ),
        objek=JenisObjek.PMM,
        fakta=(JenisFakta.LAYANAN,),
    ),
    EntriKatalog(
        kode=Kode.PMM_JAWABAN_TIDAK_SAH,
        judul="Jawaban {sumber} di luar kontrak",
        penyebab="Jawaban {sumber} tidak sesuai bentuk yang disepakati atau terlalu besar.",
        pesan="{sumber} menjawab di luar kontrak",
        pelaku=(Pelaku.PENGELOLA_LAYANAN,),
        sistem=(_LAYANAN, "{sumber}"),
        langkah=(
            "Pengelola layanan memeriksa jawaban mentah yang tersimpan pada percobaan ini.",
            "Laporkan kepada pengelola {sumber}, atau sesuaikan layanan bila kontraknya berubah, lalu ulangi sinkro.",
        ),
        objek=JenisObjek.PMM,
        fakta=(JenisFakta.PMM_PENGGUNA, JenisFakta.PMM_SKP, JenisFakta.PMM_PENILAIAN, JenisFakta.LAYANAN),
    ),
    EntriKatalog(
        kode=Kode.PMM_PESAN_TIDAK_DIKENAL,
        judul="Pesan {sumber} belum dikenal",
        penyebab="{sumber} menolak permintaan dengan pesan yang belum ada pada katalog.",
        pesan="{sumber} menjawab gagal dengan pesan yang belum dikenal: {pesan_pmm}",
        pelaku=(Pelaku.ADMIN_INSTANSI, Pelaku.PUSAT_BANTUAN),
        sistem=("{sumber}",),
        langkah=(
            "Baca pesan asli {sumber} pada kolom Keterangan di Log Sinkronisasi.",
            "Admin Instansi meneruskan pesan itu ke Pusat Bantuan {sumber} dan menindaklanjuti jawabannya.",
            "Ulangi sinkro setelah data diperbaiki.",
        ),
        objek=JenisObjek.PMM,
        fakta=(JenisFakta.PMM_PENGGUNA, JenisFakta.PMM_SKP, JenisFakta.PMM_PENILAIAN),
    ),
    EntriKatalog(
        kode=Kode.GALAT_INTERNAL,
        judul="Kesalahan layanan",
        penyebab="Terjadi kesalahan pada layanan ini sendiri.",
        pesan="Terjadi kesalahan pada layanan ({id_galat})",
        kelas=Kelas.TRANSIEN,
        pelaku=(Pelaku.PENGELOLA_LAYANAN,),
        sistem=(_LAYANAN,),
        langkah=(
            "Sinkro diulang sendiri paling banyak tiga kali.",
            "Bila tetap gagal, laporkan id galat {id_galat} kepada pengelola layanan.",
        ),
        objek=JenisObjek.LAYANAN,
        fakta=(JenisFakta.LAYANAN,),
    ),
)
