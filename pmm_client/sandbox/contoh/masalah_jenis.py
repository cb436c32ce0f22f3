"""What is planted for the syncs beside Sinkro SKP: acting posts, rotations, ratings, and periods of two tipe.

Everybody gets at most one of these and was without any finding before. Only a rotation shows in Sinkro SKP too, as
TERDAPAT_ROTASI; nothing else here changes what it finds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pmm_client.sandbox.contoh.kebenaran import cacat
from pmm_client.sandbox.contoh.masalah_sekolah import NOMOR_ASING
from pmm_client.sandbox.contoh.nama_sekolah import tempat_acak, tulis
from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.penanaman import JUMLAH_LENGKAP
from pmm_client.sandbox.contoh.penilaian import KeadaanFinal, RencanaPenilaian
from pmm_client.sandbox.contoh.pmm import RencanaSkp, Sekolah
from pmm_client.sandbox.contoh.wilayah import ZONA, InstansiContoh, PembangunWilayah, SekolahContoh

# From so many people on the last instansi has periods of two tipe.
JUMLAH_DUA_TIPE: Final = 300
BAGIAN_FINAL: Final = 0.05
BAGIAN_PERIODIK: Final = 0.02
# The months and the days of moving that document 000 shows.
BULAN_JARANG: Final = (1, 4, 5, 6, 7, 8)
_PINDAH: Final = (("01-01", "07-15"), ("07-16", "08-20"), ("08-21", "12-31"))
_PERIODIK: Final = (
    RencanaPenilaian(bulan=BULAN_JARANG),
    RencanaPenilaian(bulan=BULAN_JARANG, bulan_salah=5),
)
_FINAL: Final = tuple(RencanaPenilaian(final=k) for k in KeadaanFinal if k is not KeadaanFinal.LENGKAP)


@dataclass(frozen=True, slots=True)
class PetakJenis:
    """On whom something is planted: a clean guru of a clean school, with two other clean schools."""

    pembangun: PembangunWilayah
    instansi: InstansiContoh
    acak: random.Random
    orang: Orang
    lain: SekolahContoh
    ketiga: SekolahContoh

    def penugasan(self, sekolah: SekolahContoh, awal: str, akhir: str) -> RencanaSkp:
        """The person's agreed SKP as guru of the school from `awal` to `akhir` (mm-dd)."""
        if sekolah.ks is None:
            raise ValueError("sekolah ini tidak mempunyai kepala sekolah")
        tahun = self.pembangun.tahun
        return replace(
            self.orang.skp[-1],
            benih=self.acak.getrandbits(64),
            awal=f"{tahun}-{awal}",
            akhir=f"{tahun}-{akhir}",
            sekolah=sekolah.pmm,
            atasan_nip=sekolah.ks.nip,
            atasan_nama=sekolah.ks.nama,
            atasan_sekolah=sekolah.pmm,
            pola_atasan=sekolah.pola,
            jenjang=sekolah.jenjang,
        )

    def di_sini(self, awal: str) -> RencanaSkp:
        """The person's SKP at the own school from `awal` (mm-dd) to the end of the year."""
        b, i = self.pembangun, self.instansi
        return replace(
            self.orang.skp[-1],
            benih=self.acak.getrandbits(64),
            awal=f"{b.tahun}-{awal}",
            disepakati_pada=f"{b.tahun}-{awal}T09:30:00{ZONA[i.zona]}",
        )

    def rotasi(self, skp: Sequence[RencanaSkp], *gagal: str) -> None:
        """Makes these the person's assignments; Sinkro SKP then refers to the rotasi."""
        self.orang.skp = list(skp)
        self.orang.gagal_rotasi = frozenset(gagal)
        if not self.orang.cacat:
            self.orang.cacat.append(cacat("TERDAPAT_ROTASI"))


def tiga_penugasan(p: PetakJenis) -> None:
    """Two moves within the year, as document 000 shows: all three SKPs land."""
    satu, dua, tiga = _PINDAH
    p.rotasi([p.penugasan(p.lain, *satu), p.penugasan(p.ketiga, *dua), p.di_sini(tiga[0])])


def belum_padan(p: PetakJenis) -> None:
    """Came from a school that is no unit of this instansi."""
    tempat = tempat_acak(p.acak)
    nama = tulis(
        p.lain.jenjang,
        NOMOR_ASING + p.acak.randrange(1, 10),
        tempat,
        "polos",
        kecamatan=tempat,
        wilayah=p.instansi.wilayah,
    )
    asing = Sekolah(p.pembangun.npsn(), nama, None, nama)
    dulu = replace(p.penugasan(p.lain, "01-01", "06-30"), sekolah=asing, atasan_sekolah=asing)
    p.rotasi([dulu, p.di_sini("07-01")], "UNOR_PMM_BELUM_PADAN")


def belum_pindah(p: PetakJenis) -> None:
    """Moved away in PMM; the unit kerja in e-Kinerja is still the former school."""
    dulu = replace(p.orang.skp[-1], benih=p.acak.getrandbits(64), akhir=f"{p.pembangun.tahun}-06-30")
    p.rotasi([dulu, p.penugasan(p.lain, "07-01", "12-31")], "UNOR_TERAKHIR_TIDAK_SAMA")
    p.orang.sekolah = p.lain.pmm


def rantai_tumpang_tindih(p: PetakJenis) -> None:
    """The two assignments overlap by two months."""
    p.rotasi([p.penugasan(p.lain, "01-01", "08-31"), p.di_sini("07-01")], "RANTAI_ROTASI_TIDAK_VALID")


def plt_tidak_terdaftar(p: PetakJenis) -> None:
    """PMM holds an acting SKP at a school whose PLT this person is not in e-Kinerja."""
    kepala = p.instansi.kepala_dinas
    p.orang.skp.append(
        replace(
            p.penugasan(p.lain, "01-01", "12-31"),
            jenis="KEPALA_SEKOLAH",
            penugasan="PLT",
            jabatan="Plt. Kepala Sekolah",
            atasan_nip=kepala.nip,
            atasan_nama=kepala.nama,
            atasan_sekolah=p.pembangun.kantor(p.instansi.dinas),
            pola=p.lain.pola,
            pola_atasan=None,
        )
    )
    p.orang.gagal_plt = frozenset({"PLT_TIDAK_TERDAFTAR"})


MASALAH_JENIS: Final[tuple[Callable[[PetakJenis], None], ...]] = (
    belum_padan,
    belum_pindah,
    rantai_tumpang_tindih,
    plt_tidak_terdaftar,
)


def tanam_jenis(b: PembangunWilayah, daftar: Sequence[InstansiContoh], acak: random.Random) -> None:
    """Plants in every instansi: faults of ratings by share, one of each other kind where it is large enough."""
    jumlah = [len(i.semua_orang()) for i in daftar]
    if len(daftar) > 1 and sum(jumlah) >= JUMLAH_DUA_TIPE:
        daftar[-1].dua_tipe = True
    for instansi, banyak in zip(daftar, jumlah, strict=True):
        calon = _tanpa_temuan(instansi)
        acak.shuffle(calon)
        if banyak >= JUMLAH_LENGKAP:
            calon = calon[_tanam_penugasan(b, instansi, acak, calon) :]
        _tanam_penilaian(calon, banyak)


def _tanpa_temuan(i: InstansiContoh) -> list[tuple[SekolahContoh, Orang]]:
    """Guru of clean schools with one SKP of the whole year and nothing planted on them."""
    ber_skp = {baris["nip"] for baris in i.skp}
    return [
        (s, g)
        for s in i.sekolah
        if s.bersih and s.ks is not None
        for g in s.guru
        if not g.cacat and not g.catatan and len(g.skp) == 1 and g.nip not in ber_skp
    ]


def _tanam_penugasan(
    b: PembangunWilayah, i: InstansiContoh, acak: random.Random, calon: Sequence[tuple[SekolahContoh, Orang]]
) -> int:
    """Gives how many of `calon` were used; fewer than three clean schools have room for nothing."""
    bersih = [s for s in i.sekolah if s.bersih and s.ks is not None]
    if len(bersih) < 3 or len(calon) < len(MASALAH_JENIS):
        return 0

    def petak(sekolah: SekolahContoh, orang: Orang) -> PetakJenis:
        lain, ketiga = acak.sample([s for s in bersih if s is not sekolah], 2)
        return PetakJenis(b, i, acak, orang, lain, ketiga)

    for masalah, (sekolah, orang) in zip(MASALAH_JENIS, calon, strict=False):
        masalah(petak(sekolah, orang))
    berotasi = next(((s, g) for s in i.sekolah for g in s.guru if g.gagal_rotasi == frozenset()), None)
    if berotasi is not None:
        tiga_penugasan(petak(*berotasi))
    return len(MASALAH_JENIS)


def _tanam_penilaian(calon: Sequence[tuple[SekolahContoh, Orang]], jumlah: int) -> None:
    rencana = [_FINAL[k % len(_FINAL)] for k in range(round(BAGIAN_FINAL * jumlah))]
    rencana += [_PERIODIK[k % len(_PERIODIK)] for k in range(round(BAGIAN_PERIODIK * jumlah))]
    # The faults never take more than half of the clean people, however small the sample.
    for (_, orang), satu in zip(calon[: len(calon) // 2], rencana, strict=False):
        orang.penilaian = satu
