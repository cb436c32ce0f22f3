"""Findings about who the person is: known and active in e-Kinerja, flagged as user PMM, known to PMM."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import Cakupan, EntriKatalog, JenisFakta, JenisObjek, Kode, Pelaku

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.PEGAWAI_TIDAK_TERDAFTAR,
        judul="Pegawai tidak terdaftar",
        penyebab="NIP tidak ada pada data pegawai e-Kinerja instansi ini, misalnya karena data SIASN belum"
        " disinkronkan.",
        pesan="Data pegawai tidak ditemukan",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("SIASN", "e-Kinerja"),
        langkah=(
            "Admin Instansi memeriksa NIP dan instansi kerja {objek} di SIASN, lalu memperbaikinya bila keliru.",
            "Di e-Kinerja, buka Profil pegawai dan jalankan Sinkro SIASN.",
            "Setelah data pegawai tampil di e-Kinerja, ulangi Sinkro {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PEGAWAI,),
    ),
    EntriKatalog(
        kode=Kode.PEGAWAI_TIDAK_AKTIF,
        judul="Pegawai tidak aktif",
        penyebab="Kedudukan hukum pegawai di SIASN bukan aktif (pensiun, berhenti, pindah instansi, atau belum"
        " dimutakhirkan).",
        pesan="Pegawai tidak aktif",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("SIASN", "e-Kinerja"),
        langkah=(
            "Admin Instansi memeriksa kedudukan hukum {objek} di SIASN.",
            "Bila pegawai sebenarnya masih aktif, perbaiki kedudukannya di SIASN.",
            "Jalankan Sinkro SIASN di e-Kinerja, lalu ulangi Sinkro {sumber}.",
            "Bila pegawai memang sudah tidak aktif, hapus dari daftar User {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PEGAWAI,),
    ),
    EntriKatalog(
        kode=Kode.BUKAN_USER_PMM,
        judul="Belum menjadi user {sumber}",
        penyebab="Pegawai belum ditandai sebagai user {sumber} di e-Kinerja, sehingga SKP-nya"
        " tidak dapat disinkronkan.",
        pesan="Tombol Sinkro {sumber} tidak muncul",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI, Pelaku.OPERATOR_SEKOLAH, Pelaku.ADMIN_INSTANSI),
        sistem=("Verval PTK", "e-Kinerja"),
        langkah=(
            "Pegawai menyerahkan NIP sesuai SIASN kepada operator sekolah.",
            (
                "Operator sekolah memutakhirkan NIP tersebut di Verval PTK, lalu tunggu beberapa hari sampai data"
                " mengalir."
            ),
            (
                "Atau Admin Instansi membuka menu User {sumber} di e-Kinerja dan memilih Tambah User {sumber}"
                " untuk {objek}."
            ),
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.USER_PMM, JenisFakta.PMM_PENGGUNA),
    ),
    EntriKatalog(
        kode=Kode.NIP_TIDAK_DIKENAL_PMM,
        judul="NIP tidak dikenal {sumber}",
        penyebab="{sumber} tidak mengenal NIP ini atau tidak mencatatnya sebagai pengguna Pengelolaan Kinerja; NIP"
        " di Dapodik kosong atau berbeda dari SIASN.",
        pesan="NIP tidak terdaftar di {sumber}",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.OPERATOR_SEKOLAH,),
        sistem=("Verval PTK", "{sumber}"),
        langkah=(
            "Operator sekolah membuka Verval PTK dan membandingkan NIP {objek} dengan NIP di SIASN.",
            "Ajukan perbaikan NIP di Verval PTK bila kosong atau berbeda, lalu tunggu sampai disetujui.",
            "Pegawai masuk ke {sumber} dan memastikan menu Pengelolaan Kinerja terbuka dengan NIP yang benar.",
            "Ulangi Sinkro {sumber} setelah NIP dikenal.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_PENGGUNA,),
    ),
    EntriKatalog(
        kode=Kode.JENIS_PENGGUNA_BELUM_DIDUKUNG,
        judul="Jenis pengguna belum didukung",
        penyebab="{sumber} mengirim jenis pengguna baru yang belum dikenal layanan ini.",
        pesan="Jenis pengguna {sumber} ini belum didukung",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PENGELOLA_LAYANAN,),
        sistem=("Layanan Sinkro",),
        langkah=(
            "Laporkan {objek} kepada pengelola layanan dengan jenis pengguna {jenis}.",
            "Pengelola layanan menambahkan dukungan untuk jenis {jenis}; setelah itu sinkro diulang.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP, JenisFakta.PMM_PENGGUNA, JenisFakta.LAYANAN),
    ),
)
