"""Findings about the rater and the rater's SKP, on which a teacher's SKP rests."""

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

_TIDAK_MENGHALANGI = "Kendala ini tidak menghalangi sinkro."

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.ATASAN_BELUM_ADA,
        judul="Pimpinan unit kerja belum ada",
        penyebab="Unit kerja belum diklaim pimpinannya dan tidak ada PLT, PLH, atau PJB yang berlaku.",
        pesan="Pimpinan unit kerja belum ada",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ATASAN, Pelaku.DINAS_PENDIDIKAN, Pelaku.ADMIN_INSTANSI),
        sistem=("e-Kinerja",),
        langkah=(
            (
                "Kepala sekolah atau atasan membuka Profil di e-Kinerja dan menekan Klaim Pimpinan Unit Kerja pada"
                " {objek}."
            ),
            "Bila jabatannya kosong, Dinas Pendidikan mengusulkan PLT kepada Admin Instansi.",
            "Admin Instansi mencatatnya pada Manajemen PLT/PLH di e-Kinerja.",
        ),
        objek=JenisObjek.UNIT_KERJA,
        fakta=(JenisFakta.PIMPINAN_UNIT, JenisFakta.PEGAWAI),
        varian=(
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.ADMIN_INSTANSI,),
                sistem=("e-Kinerja",),
                langkah=(_TIDAK_MENGHALANGI, "Admin Instansi memeriksa pimpinan {objek} dan unit di atasnya."),
            ),
        ),
    ),
    EntriKatalog(
        kode=Kode.KS_BELUM_KLAIM_PIMPINAN,
        judul="Kepala sekolah belum klaim pimpinan",
        penyebab="Kepala sekolah belum mengklaim pimpinan pada sekolahnya, atau klaimnya gugur karena"
        " mengganti unit kerja.",
        pesan="Anda belum klaim pimpinan pada {unit}",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("e-Kinerja",),
        langkah=(
            "Kepala sekolah masuk ke e-Kinerja, buka Profil, dan pastikan Unit Kerja adalah {unit}.",
            "Tekan Klaim Pimpinan Unit Kerja sampai tombol berubah menjadi Lepas Pimpinan Unit Kerja.",
            (
                "Bila unit masih diklaim orang lain, yang bersangkutan melepas klaimnya atau Admin Instansi yang"
                " melepaskannya."
            ),
        ),
        objek=JenisObjek.UNIT_KERJA,
        fakta=(JenisFakta.PIMPINAN_UNIT, JenisFakta.PEGAWAI),
    ),
    EntriKatalog(
        kode=Kode.ATASAN_TIDAK_SAMA,
        judul="Atasan tidak sama",
        penyebab="Atasan di {sumber} bukan pimpinan unit kerja pegawai menurut e-Kinerja.",
        pesan="Atasan Pegawai tidak sama dengan data {sumber}, data {sumber} {nama_pmm}",
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ATASAN, Pelaku.ADMIN_INSTANSI, Pelaku.OPERATOR_SEKOLAH),
        sistem=("e-Kinerja", "Verval PTK"),
        langkah=(
            (
                "Bila {nama_pmm} memang atasan yang benar: {nama_pmm} membuka Edit Profil di e-Kinerja, memilih"
                " sekolah itu sebagai Unit Kerja, lalu menekan Klaim Pimpinan Unit Kerja."
            ),
            (
                "Bila {nama_pmm} pelaksana tugas, Admin Instansi mencatatnya pada Manajemen PLT/PLH; bila"
                " {nama_ekinerja} sudah tidak memimpin, Admin Instansi melepas klaimnya."
            ),
            (
                "Bila {nama_ekinerja} menurut e-Kinerja yang benar, operator sekolah memperbaiki data di Verval"
                " PTK, lalu pegawai mengajukan ulang perencanaannya di {sumber}."
            ),
        ),
        objek=JenisObjek.ATASAN,
        fakta=(JenisFakta.PIMPINAN_UNIT, JenisFakta.PEGAWAI, JenisFakta.PMM_SKP),
        varian=(
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.ADMIN_INSTANSI,),
                sistem=("e-Kinerja",),
                langkah=(
                    f"{_TIDAK_MENGHALANGI} Atasan menurut e-Kinerja, {{nama_ekinerja}}, yang dipakai pada SKP.",
                    (
                        "Bila {nama_pmm} yang benar, Admin Instansi memperbaiki pimpinan unit, lalu ulangi sinkro"
                        " untuk memuat ulang."
                    ),
                ),
            ),
        ),
    ),
    EntriKatalog(
        kode=Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA,
        judul="SKP atasan belum ada",
        penyebab="SKP pimpinan sekolah untuk periode ini belum ada di e-Kinerja dengan status PERSETUJUAN.",
        pesan="Data SKP Organisasi belum dibuat oleh atasan",
        kelas=Kelas.BERGANTUNG,
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ATASAN,),
        sistem=("e-Kinerja", "{sumber}"),
        langkah=(
            "Kepala sekolah atau PLT menyelesaikan SKP-nya di {sumber} sampai Disepakati.",
            "Kepala sekolah menjalankan Sinkro SKP di e-Kinerja; PLT menjalankan Sinkro SKP PLT.",
            "Sinkro guru diulang sendiri begitu SKP atasan mengalir.",
        ),
        objek=JenisObjek.UNIT_KERJA,
        fakta=(JenisFakta.SKP_ATASAN, JenisFakta.PIMPINAN_UNIT, JenisFakta.PEGAWAI),
        varian=(
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.ATASAN,),
                sistem=("e-Kinerja",),
                langkah=(
                    _TIDAK_MENGHALANGI,
                    "RHK belum terhubung dengan RHK atasan; ulangi sinkro setelah SKP atasan ada.",
                ),
            ),
        ),
    ),
    EntriKatalog(
        kode=Kode.RHK_ATASAN_TIDAK_DITEMUKAN,
        judul="RHK atasan tidak ditemukan",
        penyebab="RHK atasan yang diintervensi di {sumber} tidak ada pada SKP atasan di e-Kinerja; SKP atasan di"
        " sini belum yang terbaru.",
        pesan="Tidak ditemukan RHK atasan berikut '{rhk}' di RHK '{rhk_atasan}'",
        kelas=Kelas.BERGANTUNG,
        cakupan=Cakupan.SEKOLAH,
        pelaku=(Pelaku.ATASAN,),
        sistem=("e-Kinerja", "{sumber}"),
        langkah=(
            "Atasan menjalankan Sinkro SKP lagi di e-Kinerja supaya RHK terbarunya masuk.",
            "Sinkro guru diulang sendiri begitu SKP atasan mengalir.",
            (
                "Bila RHK itu sudah diubah atasan di {sumber}, guru memilih ulang RHK atasan di {sumber} dan"
                " mengajukannya kembali."
            ),
        ),
        objek=JenisObjek.ATASAN,
        fakta=(JenisFakta.SKP_ATASAN, JenisFakta.PIMPINAN_UNIT, JenisFakta.PEGAWAI, JenisFakta.PMM_SKP),
        varian=(
            Varian(
                tingkat=Tingkat.GAGAL,
                kelas=Kelas.PERBAIKAN,
                pelaku=(Pelaku.PEGAWAI,),
                sistem=("{sumber}",),
                langkah=(
                    "SKP atasan di e-Kinerja sudah yang terbaru dari {sumber}, jadi menunggu tidak menolong.",
                    (
                        "Guru membuka perencanaannya di {sumber} dan memilih ulang RHK atasan, karena RHK yang"
                        " lama sudah berubah."
                    ),
                    "Ajukan lagi sampai Disepakati, lalu ulangi Sinkro {sumber}.",
                ),
            ),
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.PEGAWAI,),
                sistem=("{sumber}",),
                langkah=(f"{_TIDAK_MENGHALANGI} RHK masuk tanpa terhubung dengan RHK atasan.",),
            ),
        ),
    ),
)
