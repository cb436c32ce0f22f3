"""Notes: the sync lands, but somebody may want to know or to look."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import EntriKatalog, JenisFakta, JenisObjek, Kode, Pelaku, Tingkat

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.PADAN_MENURUT_NAMA,
        judul="Padan menurut nama",
        penyebab="Unit kerja dianggap sama dengan sekolah di {sumber} hanya karena namanya, belum dikonfirmasi.",
        pesan="Unit kerja dipadankan dengan sekolah di {sumber} menurut nama",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            "Admin Instansi membuka Pemadanan Unor di e-Kinerja dan mencari {objek}.",
            "Konfirmasi bila memang sekolah itu; tolak bila bukan.",
        ),
        objek=JenisObjek.PADANAN_UNOR,
        fakta=(JenisFakta.PADANAN_NPSN,),
    ),
    EntriKatalog(
        kode=Kode.NAMA_SEKOLAH_BERBEDA,
        judul="Nama sekolah berbeda",
        penyebab="Unit kerja sudah terhubung dengan sekolah di {sumber}, tetapi namanya di kedua sistem berbeda.",
        pesan="Nama unit kerja di e-Kinerja ({unit}) berbeda dengan nama sekolah di {sumber} ({sekolah})",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.ADMIN_INSTANSI, Pelaku.DINAS_PENDIDIKAN),
        sistem=("e-Kinerja", "Verval SP"),
        langkah=(
            "Bila nama unor yang keliru, Admin Instansi memperbaikinya di Manajemen Unit Kerja.",
            "Bila nama sekolah yang keliru, Dinas Pendidikan memperbaikinya di Verval SP.",
            "Bila keduanya bukan sekolah yang sama, Admin Instansi menolak pasangannya pada Pemadanan Unor.",
        ),
        objek=JenisObjek.PADANAN_UNOR,
        fakta=(JenisFakta.PADANAN_NPSN, JenisFakta.UNIT_KERJA),
    ),
    EntriKatalog(
        kode=Kode.ATASAN_BERGANTI,
        judul="Atasan berganti",
        penyebab="Atasan di {sumber} memimpin unit kerja ini pada hari lain dalam periode SKP, tetapi sekarang"
        " bukan pimpinannya.",
        pesan="Atasan di {sumber} ({nama_pmm}) memimpin unit kerja pada hari lain dalam periode SKP,"
        " kini {nama_ekinerja}",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("{sumber}",),
        langkah=(
            "Tidak menghalangi sinkro; bila atasan berganti, perbarui atasan di {sumber} pada perencanaan berikutnya.",
        ),
        objek=JenisObjek.ATASAN,
        fakta=(JenisFakta.PIMPINAN_UNIT,),
    ),
    EntriKatalog(
        kode=Kode.RHK_TIDAK_ADA_DI_PMM,
        judul="RHK tidak ada di {sumber}",
        penyebab="RHK atau indikator di e-Kinerja tidak ada di {sumber}, tetapi sudah memuat data"
        " atau dibuat di e-Kinerja.",
        pesan="Terdapat RHK atau indikator yang tidak ada di {sumber} dan dipertahankan di e-Kinerja",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.PEGAWAI, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja", "{sumber}"),
        langkah=(
            "Periksa Detil SKP di e-Kinerja: RHK itu tetap ada karena memuat data atau dibuat di e-Kinerja.",
            "Bila tidak diperlukan, pindahkan dahulu data yang melekat padanya, lalu Admin Instansi menghapusnya.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.PERIODE_TERPUTUS,
        judul="Periode terputus",
        penyebab="Di antara dua penugasan ada hari yang tidak termuat pada SKP mana pun.",
        pesan="Terdapat jeda antara penugasan dari {awal} sampai {akhir}",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("{sumber}",),
        langkah=("Bila jeda itu tidak seharusnya ada, pegawai memperbaiki tanggal penugasan di {sumber}.",),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP,),
    ),
    EntriKatalog(
        kode=Kode.PERIODE_DI_LUAR_SKP,
        judul="Periode di luar SKP",
        penyebab="Akhir periode penilaian tidak berada dalam rentang SKP definitif mana pun di e-Kinerja.",
        pesan="Periode {periode} berada di luar rentang SKP, penilaian dicatat pada SKP yang disebut {sumber}",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("e-Kinerja",),
        langkah=("Periksa periode SKP di e-Kinerja; penilaian berpindah sendiri bila SKP yang mencakupnya mengalir.",),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PERIODE_TAHUN, JenisFakta.PMM_PENILAIAN),
    ),
    EntriKatalog(
        kode=Kode.PERIODE_TIDAK_ADA,
        judul="Periode tidak ada",
        penyebab="{sumber} mengirim penilaian untuk angka periodik yang tidak ada pada periode instansi.",
        pesan="Tidak terdapat periode untuk angka periodik {angka} dari {sumber}",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            (
                "Admin Instansi menambahkan periode dengan angka periodik {angka} pada Manajemen Periode, lalu"
                " sinkro diulang."
            ),
        ),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
    ),
    EntriKatalog(
        kode=Kode.INDIKATOR_TIDAK_ADA,
        judul="Indikator tidak ada",
        penyebab="Rincian penilaian {sumber} menyebut indikator yang tidak ada pada SKP di e-Kinerja.",
        pesan="Rincian penilaian dari {sumber} menyebut indikator yang tidak ada di e-Kinerja",
        tingkat=Tingkat.CATATAN,
        kelas=None,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("e-Kinerja", "{sumber}"),
        langkah=(
            "Ulangi Sinkro SKP supaya RHK dan indikator sama dengan {sumber}, lalu ulangi sinkro penilaian final.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_SKP, JenisFakta.PMM_PENILAIAN),
    ),
)
