"""Findings about ratings in PMM."""

from __future__ import annotations

from datetime import date

from ekinerja_domain.sinkronisasi.katalog.entri import (
    Cakupan,
    EntriKatalog,
    JenisFakta,
    JenisObjek,
    Kode,
    Pelaku,
    Tingkat,
    Varian,
)

_RILIS_PENILAIAN = date(2024, 12, 1)

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.FORMULIR_PMM_BELUM_LENGKAP,
        judul="Formulir {sumber} belum lengkap",
        penyebab="Masih ada formulir Pengelolaan Kinerja di {sumber} yang belum diisi, sehingga penilaian akhir"
        " belum dapat dialirkan.",
        pesan="Formulir di {sumber} belum lengkap",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.PEGAWAI,),
        sistem=("{sumber}",),
        langkah=(
            (
                "Pegawai membuka Pengelolaan Kinerja di {sumber} dan melengkapi semua formulir serta bukti dukung"
                " yang diminta."
            ),
            "Setelah semua bagian bertanda lengkap, ulangi Sinkro data Penilaian Final.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_PENILAIAN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PENILAIAN_FINAL_BELUM_ADA,
        judul="Penilaian akhir belum ada",
        penyebab="Atasan belum memberi penilaian akhir di {sumber}.",
        pesan="Penilaian akhir di {sumber} belum ada",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ATASAN,),
        sistem=("{sumber}",),
        langkah=(
            "Atasan membuka Pengelolaan Kinerja di {sumber} dan menetapkan penilaian akhir {objek}.",
            "Setelah penilaian terbit, ulangi Sinkro data Penilaian Final.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_PENILAIAN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PREDIKAT_TIDAK_SESUAI,
        judul="Predikat tidak sesuai",
        penyebab="Predikat yang dikirim {sumber} berbeda dari hasil matriks rating hasil kerja dan perilaku kerja.",
        pesan="Predikat dari {sumber} tidak sesuai hasil dan perilaku kerja",
        cakupan=Cakupan.PEGAWAI,
        pelaku=(Pelaku.ATASAN, Pelaku.PUSAT_BANTUAN),
        sistem=("{sumber}",),
        langkah=(
            "Atasan memeriksa rating hasil kerja, rating perilaku kerja, dan predikat {objek} di {sumber}.",
            "Bila rating sudah benar tetapi predikat tetap berbeda, laporkan ke Pusat Bantuan {sumber}.",
            "Ulangi sinkro penilaian setelah diperbaiki.",
        ),
        objek=JenisObjek.PEGAWAI,
        fakta=(JenisFakta.PMM_PENILAIAN,),
        berlaku_sejak=_RILIS_PENILAIAN,
        varian=(
            Varian(
                tingkat=Tingkat.CATATAN,
                kelas=None,
                pelaku=(Pelaku.ATASAN, Pelaku.PUSAT_BANTUAN),
                sistem=("{sumber}",),
                langkah=(
                    "Penilaian periode itu tidak disimpan; periode lain tetap masuk.",
                    (
                        "Atasan memeriksa rating dan predikat periode itu di {sumber}; bila tetap berbeda,"
                        " laporkan ke Pusat Bantuan."
                    ),
                ),
            ),
        ),
    ),
)
