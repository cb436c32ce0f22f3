"""Findings about the assessment periods of the instansi; one repair frees the whole instansi
(documents 000 and 001)."""

from __future__ import annotations

from datetime import date

from ekinerja_domain.sinkronisasi.katalog.entri import Cakupan, EntriKatalog, JenisFakta, JenisObjek, Kode, Pelaku

# Both 2024 documents that describe the faults of periods speak of the state of December 2024.
_RILIS_PENILAIAN = date(2024, 12, 1)
_MENU = "Admin Instansi membuka Manajemen Periode di e-Kinerja untuk {objek}."
_PERIKSA = "Jalankan Check Periode yang Dapat Di Sinkro, lalu ulangi sinkro penilaian."

ENTRI: tuple[EntriKatalog, ...] = (
    EntriKatalog(
        kode=Kode.PERIODE_DUA_TIPE,
        judul="Dua tipe periodik",
        penyebab="Instansi memiliki dua macam tipe periode, bulanan dan triwulanan, pada tahun yang sama.",
        pesan="Terdapat 2 tipe periodik di periode",
        cakupan=Cakupan.INSTANSI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            _MENU,
            "Ubah tipe periodik semua periode menjadi hanya Bulanan atau hanya Triwulanan.",
            _PERIKSA,
        ),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PERIODE_ANGKA_DUPLIKAT,
        judul="Angka periodik duplikat",
        penyebab="Instansi sudah memiliki satu tipe periode, tetapi satu angka periodik dipakai lebih dari sekali.",
        pesan="Terdapat angka periodik yang duplikat di periode",
        cakupan=Cakupan.INSTANSI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            _MENU,
            "Ubah angka periodik sehingga setiap angka hanya dipakai satu kali (Bulanan 1-12, Triwulanan 1-4).",
            _PERIKSA,
        ),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PERIODE_BELUM_DIATUR,
        judul="Periode periodik belum diatur",
        penyebab="Instansi belum memiliki periode yang terisi tipe periodik dan angka periodiknya.",
        pesan="Tidak terdapat periode yang memiliki data tipe periodik/angka periodik",
        cakupan=Cakupan.INSTANSI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(
            _MENU,
            "Isi tipe periodik dan angka periodik pada setiap periode, atau susun tabel periode resmi sekaligus.",
            _PERIKSA,
        ),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PERIODE_FINAL_BELUM_DIATUR,
        judul="Periode Final belum diatur",
        penyebab="Instansi belum memiliki periode berjenis Final untuk tahun ini.",
        pesan="Periode Final belum diatur",
        cakupan=Cakupan.INSTANSI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(_MENU, "Tambahkan satu periode berjenis Final untuk tahun ini.", "Ulangi sinkro penilaian final."),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
    EntriKatalog(
        kode=Kode.PERIODE_FINAL_GANDA,
        judul="Periode Final ganda",
        penyebab="Lebih dari satu periode berjenis Final berlaku untuk tahun ini.",
        pesan="Terdapat lebih dari satu periode Final",
        cakupan=Cakupan.INSTANSI,
        pelaku=(Pelaku.ADMIN_INSTANSI,),
        sistem=("e-Kinerja",),
        langkah=(_MENU, "Sisakan satu periode Final yang berlaku untuk tahun ini.", "Ulangi sinkro penilaian final."),
        objek=JenisObjek.PERIODE,
        fakta=(JenisFakta.PERIODE_TAHUN,),
        berlaku_sejak=_RILIS_PENILAIAN,
    ),
)
