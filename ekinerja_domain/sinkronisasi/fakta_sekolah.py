"""The facts that decide which unit a school of PMM is (spec: domain 5, 6): the padanan of its NPSN, the units that a
link leads to, active or not, and every unit that has its name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.nama_sekolah import NamaSekolah, urai_nama
from ekinerja_domain.sinkronisasi.padanan import BukuUnit, SekolahPMM, StatusPadanan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta


def fakta_nama_unit(instansi_id: str, nama: str, nama_instansi: str) -> Fakta:
    """That an active unit of the instansi has a name which matches this one. Changes with the name, existence and
    `aktif` of any unit that does."""
    return _fakta_nama(instansi_id, urai_nama(nama, nama_instansi))


def fakta_sekolah(buku: BukuUnit, instansi_id: str, sekolah: Iterable[SekolahPMM]) -> tuple[Fakta, ...]:
    """What decides which unit of the instansi each of these schools is, each fact once."""
    hasil: dict[Fakta, None] = {}
    for satu in sekolah:
        if satu.npsn is not None:
            hasil[Fakta(JenisFakta.PADANAN_NPSN, satu.npsn)] = None
        tertaut = [u.id for s in StatusPadanan for u in buku.menurut_status(satu.npsn, s)]
        if satu.unor_id is not None:
            tertaut.append(satu.unor_id.upper())
        hasil |= dict.fromkeys(Fakta(JenisFakta.UNIT_KERJA, u) for u in tertaut)
        hasil |= dict.fromkeys(_fakta_nama(instansi_id, n) for n in buku.nama_pmm(satu) if n.bermakna)
    return tuple(hasil)


def _fakta_nama(instansi_id: str, nama: NamaSekolah) -> Fakta:
    isi = repr((nama.jenis, sorted(nama.angka), nama.inti)).encode()
    sidik = hashlib.blake2b(isi, digest_size=12).hexdigest()
    return Fakta(JenisFakta.UNIT_KERJA, f"nama:{instansi_id}:{sidik}")
