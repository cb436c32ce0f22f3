"""Findings when somebody is added to or removed from the user PMM; they are refusals, not results of a sync."""

from __future__ import annotations

from ekinerja_domain.sinkronisasi.katalog.entri import Cakupan, EntriKatalog, JenisFakta, JenisObjek, Kode, Pelaku

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.SUDAH_USER_PMM,
        judul="Sudah user {sumber}",
        penyebab="Pegawai yang ditambahkan sudah ada pada daftar user {sumber}.",
        pesan="Pegawai sudah terdaftar sebagai user {sumber}",
        cakupan=Cakupan.PEGAWAI,
        sistem=("e-Kinerja",),
        langkah=("Tidak perlu tindakan: {objek} sudah dapat memakai Sinkro {sumber}.",),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.USER_PMM,),
    ),
    EntriKatalog(
        kode=Kode.MASIH_TERDAFTAR_DI_PMM,
        judul="Masih terdaftar di {sumber}",
        penyebab="{sumber} masih mencatat pegawai sebagai pengguna Pengelolaan Kinerja, sehingga tidak dapat"
        " dihapus di e-Kinerja.",
        pesan="Gagal menghapus pengguna {sumber} dikarenakan pegawai masih terdaftar pengguna {sumber}",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.OPERATOR_SEKOLAH, Pelaku.DINAS_PENDIDIKAN),
        sistem=("Verval PTK", "{sumber}"),
        langkah=(
            "Operator sekolah mengeluarkan atau memutakhirkan data {objek} di Dapodik dan Verval PTK.",
            "Bila operator sekolah tidak dapat melakukannya, Dinas Pendidikan yang menonaktifkan penugasannya.",
            "Setelah {sumber} tidak lagi mencatat pegawai tersebut, ulangi penghapusan di menu User {sumber}.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_PENGGUNA,),
    ),
)
