"""Problems, notes and harmless oddities planted on one person of an otherwise clean school.

Each takes the person, the school and another clean school, and marks the truth of that person only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pmm_client.sandbox.contoh.ekinerja import baris_kembar, baris_rhk, baris_skp
from pmm_client.sandbox.contoh.kebenaran import SEMUA_SESUDAH_1, UNIT_TIDAK_ADA, cacat, catatan
from pmm_client.sandbox.contoh.masalah_sekolah import NOMOR_ASING, nonaktifkan
from pmm_client.sandbox.contoh.nama_sekolah import tempat_acak, tulis
from pmm_client.sandbox.contoh.naskah import RHK_BUATAN_EKINERJA
from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.pmm import RencanaSkp, Sekolah
from pmm_client.sandbox.contoh.wilayah import ZONA, InstansiContoh, PembangunWilayah, SekolahContoh


@dataclass(frozen=True, slots=True)
class PetakPegawai:
    """On whom a problem is planted; `lain` is another clean school of the same instansi."""

    pembangun: PembangunWilayah
    instansi: InstansiContoh
    sekolah: SekolahContoh
    orang: Orang
    lain: SekolahContoh


MasalahPegawai = Callable[[PetakPegawai], None]


def tidak_aktif(p: PetakPegawai) -> None:
    """Left the service."""
    nonaktifkan(p.pembangun, p.orang)


def bukan_user(p: PetakPegawai) -> None:
    """Not flagged as PMM user in e-Kinerja."""
    p.orang.user_pmm = False
    p.orang.cacat.append(cacat("BUKAN_USER_PMM"))


def tidak_dikenal(p: PetakPegawai) -> None:
    """PMM has never heard of the NIP: nothing further can be judged."""
    p.orang.di_pmm = False
    p.orang.cacat.append(cacat("NIP_TIDAK_DIKENAL_PMM", menutup=SEMUA_SESUDAH_1))


def tidak_terdaftar(p: PetakPegawai) -> None:
    """PMM knows the person and the SKP, but does not list the person as registered."""
    p.orang.terdaftar = False
    p.orang.cacat.append(cacat("NIP_TIDAK_DIKENAL_PMM"))


def skp_belum_ada(p: PetakPegawai) -> None:
    """No SKP in PMM."""
    p.orang.skp = []
    p.orang.cacat.append(cacat("SKP_PMM_BELUM_ADA"))


def skp_draf(p: PetakPegawai) -> None:
    """The only SKP in PMM is not agreed yet."""
    p.orang.skp = [replace(r, status=p.pembangun.acak.choice(("DRAF", "DIAJUKAN", "DISETUJUI"))) for r in p.orang.skp]
    p.orang.cacat.append(cacat("SKP_PMM_BELUM_DISEPAKATI"))


def unit_hilang(p: PetakPegawai) -> None:
    """The unit kerja is not in the reference at all."""
    p.orang.unit_id = p.pembangun.id_unit()
    p.orang.cacat.append(cacat("UNIT_KERJA_TIDAK_TERDAFTAR", menutup=UNIT_TIDAK_ADA))


def unit_dinas(p: PetakPegawai) -> None:
    """The unit kerja was set to the Dinas."""
    p.orang.unit_id = p.instansi.dinas.id
    p.orang.cacat.append(cacat("UNIT_KERJA_BUKAN_SEKOLAH"))


def sekolah_lain(p: PetakPegawai) -> None:
    """PMM has the person in a school this instansi does not have."""
    tempat = tempat_acak(p.pembangun.acak)
    nama = tulis(
        p.sekolah.jenjang,
        NOMOR_ASING + p.pembangun.acak.randrange(1, 10),
        tempat,
        "polos",
        kecamatan=tempat,
        wilayah=p.instansi.wilayah,
    )
    p.orang.sekolah = Sekolah(p.pembangun.npsn(), nama, None, nama)
    p.orang.skp = [replace(r, sekolah=p.orang.sekolah) for r in p.orang.skp]
    p.orang.cacat.append(cacat("NAMA_UNOR_TIDAK_SAMA"))


def atasan_lain(p: PetakPegawai) -> None:
    """PMM names the head of another school."""
    if p.lain.ks is not None:
        p.orang.skp = [
            replace(r, atasan_nip=p.lain.ks.nip, atasan_nama=p.lain.ks.nama, atasan_sekolah=p.lain.pmm)
            for r in p.orang.skp
        ]
        p.orang.cacat.append(cacat("ATASAN_TIDAK_SAMA"))


def rhk_tidak_ada(p: PetakPegawai) -> None:
    """Names a result the head does not have; the head's SKP landed after this one was agreed, so waiting is useless."""
    p.orang.skp = [replace(r, rusak=1) for r in p.orang.skp]
    p.orang.cacat.append(cacat("RHK_ATASAN_TIDAK_DITEMUKAN"))


def indikator_tidak_ada(p: PetakPegawai) -> None:
    """Names a result the head has, with an indicator that is not under it."""
    p.orang.skp = [replace(r, rusak=2) for r in p.orang.skp]
    p.orang.cacat.append(cacat("RHK_ATASAN_TIDAK_DITEMUKAN"))


def tumpang_tindih(p: PetakPegawai) -> None:
    """e-Kinerja's own SKP of another period covers part of the year."""
    if p.sekolah.ks is not None:
        status = p.pembangun.acak.choice(("PERSETUJUAN", "DRAF"))
        p.instansi.skp.append(
            baris_skp(
                p.orang, p.pembangun.tahun, p.sekolah.unit.id, p.sekolah.ks.nip, "GURU_JAJF", status, [], awal="03-01"
            )
        )
        p.orang.cacat.append(cacat("SKP_TUMPANG_TINDIH"))


def rotasi(p: PetakPegawai) -> None:
    """Moved here in July; PMM holds an agreed SKP of each school."""
    if p.lain.ks is not None:
        kini = p.orang.skp[0]
        dulu = replace(
            kini,
            benih=p.pembangun.acak.getrandbits(64),
            akhir=f"{p.pembangun.tahun}-06-30",
            sekolah=p.lain.pmm,
            atasan_nip=p.lain.ks.nip,
            atasan_nama=p.lain.ks.nama,
            atasan_sekolah=p.lain.pmm,
            pola_atasan=p.lain.pola,
            jenjang=p.lain.jenjang,
        )
        p.orang.skp = [dulu, _paruh_kedua(p.pembangun, p.instansi, kini)]
        p.orang.cacat.append(cacat("TERDAPAT_ROTASI"))
        p.orang.gagal_rotasi = frozenset()


def jenis_lain(p: PetakPegawai) -> None:
    """A kind of user nobody has spoken of yet."""
    p.orang.jenis = "TENAGA_ADMINISTRASI_SEKOLAH"
    p.orang.skp = [replace(r, jenis=p.orang.jenis, pola_atasan=None) for r in p.orang.skp]
    p.orang.cacat.append(cacat("JENIS_PENGGUNA_BELUM_DIDUKUNG"))


def pesan_asing(p: PetakPegawai) -> None:
    """PMM answers gagal with words nobody knows, with or without a kode of its own."""
    kode = p.pembangun.acak.choice((None, "KNJ_4071"))
    pesan = "Proses penyelarasan data kinerja sedang dalam peninjauan tim pengolah"
    p.orang.khusus = json.dumps(
        {"status": "gagal", "kode": kode, "pesan": pesan, "data": None}, separators=(",", ":")
    ).encode()
    p.orang.cacat.append(cacat("PMM_PESAN_TIDAK_DIKENAL"))


def jawaban_tidak_sah(p: PetakPegawai) -> None:
    """PMM's SKP answer breaks the contract."""
    p.orang.khusus = json.dumps(
        {"status": "sukses", "data": [{"id": p.orang.skp[0].id, "versi": "satu", "rhk": None}]}, separators=(",", ":")
    ).encode()
    p.orang.cacat.append(cacat("PMM_JAWABAN_TIDAK_SAH"))


def skp_kedua_draf(p: PetakPegawai) -> None:
    """The first half of the year is agreed, the second is not: it lands with a note."""
    satu = p.orang.skp[0]
    p.orang.skp = [
        replace(satu, akhir=f"{p.pembangun.tahun}-06-30"),
        replace(_paruh_kedua(p.pembangun, p.instansi, satu), status="DIAJUKAN"),
    ]
    p.orang.catatan.append(catatan("SKP_PMM_BELUM_DISEPAKATI"))


def dua_semester(p: PetakPegawai) -> None:
    """Two agreed SKPs of the same school: both land, nothing to note."""
    satu = p.orang.skp[0]
    p.orang.skp = [replace(satu, akhir=f"{p.pembangun.tahun}-06-30"), _paruh_kedua(p.pembangun, p.instansi, satu)]


def adopsi(p: PetakPegawai) -> None:
    """e-Kinerja holds a draft of the same period with twins of some results: it is adopted, nothing to note."""
    if p.sekolah.ks is not None:
        p.instansi.skp.append(
            baris_skp(
                p.orang,
                p.pembangun.tahun,
                p.sekolah.unit.id,
                p.sekolah.ks.nip,
                "GURU_JAJF",
                "DRAF",
                baris_kembar(p.orang.skp[0], 2),
            )
        )


def rhk_ekinerja(p: PetakPegawai) -> None:
    """As above, and one result was made in e-Kinerja: it stays, with a note."""
    if p.sekolah.ks is not None:
        rhk = [
            *baris_kembar(p.orang.skp[0], 1),
            baris_rhk("INDIVIDU", RHK_BUATAN_EKINERJA, ("Jumlah tugas kedinasan p.lain yang selesai",)),
        ]
        p.instansi.skp.append(
            baris_skp(p.orang, p.pembangun.tahun, p.sekolah.unit.id, p.sekolah.ks.nip, "GURU_JAJF", "PENGAJUAN", rhk)
        )
        p.orang.catatan.append(catatan("RHK_TIDAK_ADA_DI_PMM"))


def _paruh_kedua(b: PembangunWilayah, i: InstansiContoh, rencana: RencanaSkp) -> RencanaSkp:
    return replace(
        rencana,
        benih=b.acak.getrandbits(64),
        awal=f"{b.tahun}-07-01",
        disepakati_pada=f"{b.tahun}-07-{8 + b.acak.randrange(20):02d}T09:30:00{ZONA[i.zona]}",
    )


# Everybody in one tuple gets all its problems at once.
MASALAH_PEGAWAI: Final[tuple[tuple[MasalahPegawai, ...], ...]] = (
    (skp_belum_ada,),
    (unit_dinas,),
    (rhk_tidak_ada,),
    (tidak_aktif,),
    (skp_draf,),
    (atasan_lain,),
    (tumpang_tindih,),
    (unit_hilang,),
    (tidak_dikenal,),
    (bukan_user,),
    (rotasi,),
    (sekolah_lain,),
    (tidak_terdaftar,),
    (jenis_lain,),
    (pesan_asing,),
    (jawaban_tidak_sah,),
    (indikator_tidak_ada,),
    (tidak_aktif, atasan_lain, tumpang_tindih),
    (tidak_aktif, unit_dinas),
    (bukan_user, sekolah_lain),
    (tidak_terdaftar, unit_hilang, tumpang_tindih),
    (skp_belum_ada, unit_dinas),
    (skp_draf, unit_hilang),
    (tidak_aktif, rhk_tidak_ada, tumpang_tindih),
    (skp_kedua_draf,),
    (rhk_ekinerja,),
    (adopsi,),
    (dua_semester,),
)


def atasan_ks_lain(i: InstansiContoh, orang: Orang, unor: Sekolah) -> None:
    """For a head or a pengawas PMM names the head of a division: a note, e-Kinerja's atasan stays."""
    bidang = i.kepala_bidang
    orang.skp = [
        replace(r, atasan_nip=bidang.nip, atasan_nama=bidang.nama, atasan_sekolah=unor, pola_atasan=None)
        if r.penugasan == "DEFINITIF"
        else r
        for r in orang.skp
    ]
    orang.catatan.append(catatan("ATASAN_TIDAK_SAMA"))


def rhk_ks_tidak_ada(orang: Orang) -> None:
    """A head names a result the head of the office does not have: a note."""
    orang.skp = [replace(r, rusak=1) if r.penugasan == "DEFINITIF" else r for r in orang.skp]
    orang.catatan.append(catatan("RHK_ATASAN_TIDAK_DITEMUKAN"))
