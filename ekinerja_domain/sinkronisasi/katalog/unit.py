"""Findings about the unit kerja and whether it is the school PMM names (padanan)."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import Cakupan, EntriKatalog, JenisFakta, JenisObjek, Kode, Pelaku

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.UNIT_KERJA_TIDAK_TERDAFTAR,
        judul="Unit kerja tidak terdaftar",
        penyebab="Unit kerja pegawai tidak ada pada referensi unit kerja e-Kinerja, atau ada tetapi tidak aktif.",
        pesan="Data Unit Kerja Pegawai tidak terdaftar di Referensi Unit Kerja",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja", "SIASN"),
        langkah=(
            "Admin Instansi membuka Manajemen Unit Kerja di e-Kinerja dan mencari {objek}.",
            "Bila unornya tidak aktif, aktifkan di SIASN dan di Manajemen Unit Kerja.",
            (
                "Bila unornya tidak ada, tambahkan di SIASN, jalankan Sinkro SIASN, lalu pegawai memilihnya lewat"
                " Edit Profil."
            ),
        ),
        objek=JenisObjek.UNIT_KERJA,
        fakta=(JenisFakta.UNIT_KERJA, JenisFakta.PEGAWAI),
    ),
    EntriKatalog(
        kode=Kode.NAMA_UNOR_TIDAK_SAMA,
        judul="Nama sekolah tidak sama",
        penyebab="Sekolah di {sumber} belum dipadankan dengan unit kerja mana pun, dan namanya tidak sama dengan"
        " unit kerja pegawai.",
        pesan="Nama Sekolah atau Nama Unor tidak sama dengan data {sumber}",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ADMIN_INSTANSI, Pelaku.DINAS_PENDIDIKAN),
        sistem=("e-Kinerja", "Verval SP"),
        langkah=(
            "Admin Instansi membuka Pemadanan Unor di e-Kinerja dan mencari usulan untuk {objek}.",
            "Bila salah satu usulan benar sekolah itu, konfirmasi; bila bukan, tolak.",
            (
                "Bila unit kerja pegawai keliru, pegawai memperbaikinya lewat Edit Profil; bila nama unornya"
                " keliru, perbaiki di Manajemen Unit Kerja."
            ),
            "Bila nama sekolah di {sumber} yang keliru, Dinas Pendidikan memperbaikinya di Verval SP.",
        ),
        objek=JenisObjek.PADANAN_UNOR,
        fakta=(JenisFakta.PADANAN_NPSN, JenisFakta.UNIT_KERJA, JenisFakta.PEGAWAI, JenisFakta.PMM_SKP),
    ),
    EntriKatalog(
        kode=Kode.UNIT_KERJA_BUKAN_SEKOLAH,
        judul="Unit kerja bukan sekolah pegawai",
        penyebab="Sekolah di {sumber} sudah terhubung dengan unit kerja lain; unit kerja pegawai di e-Kinerja"
        " sering kali masih Dinas.",
        pesan="Unit kerja di e-Kinerja ({unit}) bukan sekolah Anda di {sumber} ({sekolah})",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja",),
        langkah=(
            "Pegawai membuka Profil di e-Kinerja, pilih Edit Profil, lalu ganti Unit Kerja menjadi {sekolah}.",
            "Kepala sekolah menekan Klaim Pimpinan Unit Kerja lagi, karena mengganti unit kerja mengakhiri klaim.",
            (
                "Bila {sekolah} bukan sekolah pegawai, Admin Instansi memeriksa Pemadanan Unor, dan operator"
                " sekolah memeriksa Verval PTK."
            ),
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PEGAWAI, JenisFakta.PADANAN_NPSN, JenisFakta.UNIT_KERJA, JenisFakta.PMM_SKP),
    ),
    EntriKatalog(
        kode=Kode.UNOR_PMM_BELUM_PADAN,
        judul="Unor di {sumber} belum padan",
        penyebab="Sekolah dari salah satu penugasan di {sumber} belum terhubung dengan unit kerja aktif di e-Kinerja.",
        pesan="Unor di {sumber} belum padan",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.DINAS_PENDIDIKAN,),
        sistem=("Verval SP", "e-Kinerja"),
        langkah=(
            "Dinas Pendidikan melakukan pemadanan unor untuk {objek} di Verval SP.",
            "Atau Admin Instansi mengonfirmasi pasangannya pada Pemadanan Unor di e-Kinerja.",
            "Pastikan unit kerjanya aktif di Manajemen Unit Kerja, lalu lihat kembali pratinjau.",
        ),
        objek=JenisObjek.PADANAN_UNOR,
        fakta=(JenisFakta.PADANAN_NPSN, JenisFakta.UNIT_KERJA, JenisFakta.PMM_SKP),
    ),
    EntriKatalog(
        kode=Kode.UNOR_TERAKHIR_TIDAK_SAMA,
        judul="Unor terakhir tidak sama",
        penyebab="Unit kerja pegawai di e-Kinerja bukan unor dari SKP terakhirnya di {sumber}.",
        pesan="Unor pegawai bukan unor terakhir di {sumber}",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ADMIN_INSTANSI, Pelaku.PEGAWAI),
        sistem=("e-Kinerja", "SIASN"),
        langkah=(
            "Pegawai membuka Edit Profil di e-Kinerja dan memilih unit kerja dari SKP terakhir di {sumber}.",
            "Bila unit kerja itu tidak tersedia, Admin Instansi memperbaikinya di SIASN dan menjalankan Sinkro SIASN.",
            "Bila SKP terakhir di {sumber} yang keliru, pegawai memperbaikinya di {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PEGAWAI, JenisFakta.PMM_SKP),
    ),
)
