"""Findings about the SKP itself: its state in PMM, its period, rotation and PLT."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import (
    Cakupan,
    EntriKatalog,
    JenisFakta,
    JenisObjek,
    Kelas,
    Kode,
    Pelaku,
    Tingkat,
    Varian,
)

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.SKP_PMM_BELUM_ADA,
        judul="SKP di {sumber} belum ada",
        penyebab="Pegawai belum membuat perencanaan kinerja di {sumber} untuk tahun dan penugasan yang diminta.",
        pesan="Pegawai belum membuat SKP di {sumber}",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("{sumber}",),
        langkah=(
            "Pegawai membuka Pengelolaan Kinerja di {sumber} dan menyusun perencanaan kinerja tahun yang diminta.",
            "Ajukan perencanaan kepada atasan sampai berstatus Disepakati.",
            "Tunggu paling lama 1x24 jam setelah Disepakati, lalu ulangi Sinkro {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.SKP_PMM_BELUM_DISEPAKATI,
        judul="SKP di {sumber} belum disepakati",
        penyebab="Perencanaan kinerja di {sumber} masih draf, diajukan, atau disetujui, tetapi belum Disepakati.",
        pesan="Perencanaan di {sumber} belum disepakati ({status})",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ATASAN),
        sistem=("{sumber}",),
        langkah=(
            "Pegawai membuka Pengelolaan Kinerja di {sumber} dan mengajukan perencanaan yang masih berstatus {status}.",
            "Atasan memeriksa lalu menyetujui dan menyepakati perencanaan itu di {sumber}.",
            "Tunggu paling lama 1x24 jam setelah Disepakati, lalu ulangi Sinkro {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
        varian=(
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.PEGAWAI, Pelaku.ATASAN),
                sistem=("{sumber}",),
                langkah=(
                    "SKP lain yang sudah Disepakati tetap disinkronkan; yang berstatus {status} belum ikut.",
                    "Selesaikan perencanaan itu di {sumber} sampai Disepakati bila memang diperlukan.",
                ),
            ),
        ),
    ),
    EntriKatalog(
        kode=Kode.SKP_TUMPANG_TINDIH,
        judul="Periode SKP bertumpang tindih",
        penyebab="Di e-Kinerja sudah ada SKP definitif lain yang periodenya beririsan dengan SKP dari {sumber}.",
        pesan="Periode SKP bertumpang tindih dengan SKP lain",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            (
                "Buka menu SKP {objek} di e-Kinerja dan bandingkan periode setiap SKP definitif dengan periode SKP"
                " di {sumber}."
            ),
            (
                "Admin Instansi memperbaiki periode SKP yang keliru, atau menghapus SKP yang tidak dipakai dan"
                " belum dinilai."
            ),
            "Bila pegawai berpindah tugas dalam tahun ini, gunakan Sinkro data SKP dengan Rotasi.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PEGAWAI, JenisFakta.PMM_SKP),
    ),
    EntriKatalog(
        kode=Kode.TERDAPAT_ROTASI,
        judul="Terdapat rotasi",
        penyebab="{sumber} memuat SKP definitif dari sekolah yang berbeda dalam satu tahun.",
        pesan="Terdapat lebih dari satu penugasan, gunakan Sinkro data SKP dengan Rotasi",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja",),
        langkah=(
            "Pada menu SKP di e-Kinerja, pilih Sinkro data SKP dengan Rotasi.",
            "Periksa pratinjau Data SKP #1 dan seterusnya: periode, unor, dan SKP terakhir.",
            "Terapkan bila sudah sesuai; sesudah itu Sinkro SKP biasa dapat dipakai kembali.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.TIDAK_ADA_ROTASI,
        judul="Tidak ada rotasi",
        penyebab="{sumber} hanya memuat satu penugasan definitif untuk tahun ini.",
        pesan="Tidak terdapat rotasi",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja",),
        langkah=(
            "Gunakan Sinkro data SKP biasa pada menu SKP di e-Kinerja.",
            "Bila pegawai memang berpindah tugas, pastikan SKP penugasan kedua sudah dibuat di {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.RANTAI_ROTASI_TIDAK_VALID,
        judul="Periode rotasi bertumpang tindih",
        penyebab="Periode dua penugasan di {sumber} beririsan, padahal penugasan definitif harus berurutan.",
        pesan="Periode rotasi bertumpang tindih",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.OPERATOR_SEKOLAH),
        sistem=("{sumber}", "Verval PTK"),
        langkah=(
            "Pegawai memeriksa tanggal awal dan akhir tiap SKP di {sumber} dan memperbaiki yang beririsan.",
            (
                "Bila tanggal penugasan di {sumber} keliru karena data Dapodik, operator sekolah memperbaikinya di"
                " Verval PTK."
            ),
            "Lihat kembali pratinjau Sinkro data SKP dengan Rotasi.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.PRATINJAU_KEDALUWARSA,
        judul="Pratinjau kedaluwarsa",
        penyebab="Data di {sumber} atau e-Kinerja berubah setelah pratinjau ditampilkan.",
        pesan="Data telah berubah sejak pratinjau",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja",),
        langkah=(
            "Buka kembali pratinjau Sinkro data SKP dengan Rotasi.",
            "Periksa perubahannya, lalu terapkan pratinjau yang baru.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP, JenisFakta.PEGAWAI),
    ),
    EntriKatalog(
        kode=Kode.PLT_TIDAK_TERDAFTAR,
        judul="PLT tidak terdaftar",
        penyebab="e-Kinerja tidak mencatat pegawai sebagai PLT atau PLH pada sekolah dan periode SKP tersebut.",
        pesan="Pegawai tidak terdaftar sebagai PLT pada unit tersebut",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            "Admin Instansi membuka Manajemen PLT/PLH di e-Kinerja.",
            "Tambahkan pegawai sebagai PLT pada {objek} dengan tanggal mulai sesuai surat perintah.",
            "Pastikan unit tersebut aktif dan padan dengan sekolah di {sumber}, lalu ulangi Sinkro SKP PLT.",
        ),
        objek=JenisObjek.UNIT_KERJA,
        fakta=(JenisFakta.PIMPINAN_UNIT, JenisFakta.UNIT_KERJA, JenisFakta.PADANAN_NPSN, JenisFakta.PMM_SKP),
    ),
    EntriKatalog(
        kode=Kode.SKP_BELUM_SINKRO,
        judul="SKP belum mengalir",
        penyebab="Penilaian hanya dapat disinkronkan bila SKP-nya sudah ada di e-Kinerja dengan status PERSETUJUAN.",
        pesan="SKP belum mengalir ke e-Kinerja",
        kelas=Kelas.BERGANTUNG,
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("e-Kinerja",),
        langkah=(
            "Pegawai menjalankan Sinkro SKP lebih dahulu pada menu SKP di e-Kinerja.",
            (
                "Bila Sinkro SKP gagal, selesaikan dahulu kendalanya; sinkro penilaian diulang sendiri setelah SKP"
                " mengalir."
            ),
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.SKP_PEGAWAI,),
    ),
)
