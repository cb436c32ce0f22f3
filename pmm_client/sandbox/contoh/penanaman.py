"""How many problems of which kind are planted in an instansi, and on whom."""

from __future__ import annotations

from typing import Final

from pmm_client.sandbox.contoh.masalah_pegawai import MASALAH_PEGAWAI, PetakPegawai, atasan_ks_lain, rhk_ks_tidak_ada
from pmm_client.sandbox.contoh.masalah_sekolah import MASALAH_SEKOLAH, SEKOLAH_POKOK, PetakSekolah
from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.wilayah import InstansiContoh, PembangunWilayah, SekolahContoh

# From this size on an instansi shows every kind at least once, whatever share of its people that takes.
JUMLAH_LENGKAP: Final = 210
BAGIAN_SEKOLAH: Final = 0.09
BAGIAN_PEGAWAI: Final = 0.06
BAGIAN_KS_CATATAN: Final = 0.04
# A sample too small to show everything still keeps most schools clean.
BAGIAN_SEKOLAH_KECIL: Final = 0.3


def tanam(b: PembangunWilayah, instansi: InstansiContoh, jumlah: int, *, mulai: int) -> None:
    """Plants problems in an instansi of `jumlah` pegawai; `mulai` rotates the kinds, so that small instansi differ."""
    bersih = _tanam_sekolah(b, instansi, jumlah, mulai)
    if not bersih:
        return
    _tanam_ks(b, instansi, bersih)
    _tanam_pegawai(b, instansi, bersih, jumlah, mulai)


def _tanam_sekolah(b: PembangunWilayah, i: InstansiContoh, jumlah: int, mulai: int) -> list[SekolahContoh]:
    lengkap = jumlah >= JUMLAH_LENGKAP
    anggaran = BAGIAN_SEKOLAH * jumlah if lengkap else BAGIAN_SEKOLAH_KECIL * jumlah
    urutan = list(i.sekolah)
    b.acak.shuffle(urutan)
    # At least two schools stay clean: a PLT, a former head and a rotation come from a neighbour.
    antre = urutan[2:]
    bersih = urutan[:2]
    ke = 0 if lengkap else mulai
    ditanam = 0
    for sekolah in antre:
        besar = len(sekolah.guru) + 1
        pokok = lengkap and ditanam < SEKOLAH_POKOK
        # Essential kinds go on small schools, so that they cost few people.
        if not (besar <= 8 if pokok else besar <= anggaran):
            bersih.append(sekolah)
            continue
        tetangga = bersih[b.acak.randrange(len(bersih))]
        MASALAH_SEKOLAH[ke % len(MASALAH_SEKOLAH)](PetakSekolah(b, i, sekolah, tetangga))
        sekolah.bersih = False
        anggaran -= besar
        ke += 1
        ditanam += 1
    return [s for s in bersih if s.ks is not None]


def _tanam_ks(b: PembangunWilayah, i: InstansiContoh, bersih: list[SekolahContoh]) -> None:
    kepala = [s.ks for s in bersih if s.ks is not None]
    banyak = max(1, round(BAGIAN_KS_CATATAN * len(kepala)))
    for ke, ks in enumerate(kepala[: 2 * banyak] if len(kepala) > 2 else []):
        if ke % 2:
            rhk_ks_tidak_ada(ks)
        else:
            atasan_ks_lain(i, ks, b.kantor(i.bidang))
    di_dinas = [p for p in i.pengawas if p.unit_id == i.dinas.id]
    if len(di_dinas) > 1:
        atasan_ks_lain(i, di_dinas[-1], b.kantor(i.bidang))


def _tanam_pegawai(
    b: PembangunWilayah, i: InstansiContoh, bersih: list[SekolahContoh], jumlah: int, mulai: int
) -> None:
    calon: list[tuple[SekolahContoh, Orang]] = [
        (s, g) for s in bersih for g in s.guru if all(r.penugasan == "DEFINITIF" for r in g.skp)
    ]
    b.acak.shuffle(calon)
    lengkap = jumlah >= JUMLAH_LENGKAP
    banyak = max(len(MASALAH_PEGAWAI) if lengkap else 0, round(BAGIAN_PEGAWAI * jumlah))
    ke = 0 if lengkap else mulai
    for sekolah, guru in calon[: min(banyak, len(calon) // 2)]:
        lain = next((s for s in (bersih[b.acak.randrange(len(bersih))] for _ in range(8)) if s is not sekolah), None)
        if lain is None:
            continue
        for masalah in MASALAH_PEGAWAI[ke % len(MASALAH_PEGAWAI)]:
            masalah(PetakPegawai(b, i, sekolah, guru, lain))
        ke += 1
