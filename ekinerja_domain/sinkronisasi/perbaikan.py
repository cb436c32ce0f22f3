"""Which repair frees whom: the blocked syncs of an instansi, what holds each back, and what a repair sets in motion.

A repair is one finding about one thing (kode and objek). It changes facts; who is held back by nothing else lands,
which changes facts again (a leader's SKP frees the guru of the school). Invariant: whoever could land because of the
repair is in `terlepas`, and whoever may still fail for something nobody could check yet is also in `belum_diperiksa`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kelas, Kode

# The fact that the repair of a finding changes, as its first step says.
_FAKTA_UTAMA: Mapping[Kode, JenisFakta] = MappingProxyType(
    {
        Kode.PEGAWAI_TIDAK_TERDAFTAR: JenisFakta.PEGAWAI,
        Kode.PEGAWAI_TIDAK_AKTIF: JenisFakta.PEGAWAI,
        Kode.UNIT_KERJA_BUKAN_SEKOLAH: JenisFakta.PEGAWAI,
        Kode.UNOR_TERAKHIR_TIDAK_SAMA: JenisFakta.PEGAWAI,
        Kode.SKP_TUMPANG_TINDIH: JenisFakta.PEGAWAI,
        Kode.BUKAN_USER_PMM: JenisFakta.USER_PMM,
        Kode.UNIT_KERJA_TIDAK_TERDAFTAR: JenisFakta.UNIT_KERJA,
        Kode.NAMA_UNOR_TIDAK_SAMA: JenisFakta.PADANAN_NPSN,
        Kode.UNOR_PMM_BELUM_PADAN: JenisFakta.PADANAN_NPSN,
        Kode.ATASAN_BELUM_ADA: JenisFakta.PIMPINAN_UNIT,
        Kode.KS_BELUM_KLAIM_PIMPINAN: JenisFakta.PIMPINAN_UNIT,
        Kode.ATASAN_TIDAK_SAMA: JenisFakta.PIMPINAN_UNIT,
        Kode.PLT_TIDAK_TERDAFTAR: JenisFakta.PIMPINAN_UNIT,
        Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA: JenisFakta.SKP_ATASAN,
        Kode.RHK_ATASAN_TIDAK_DITEMUKAN: JenisFakta.SKP_ATASAN,
        Kode.SKP_BELUM_SINKRO: JenisFakta.SKP_PEGAWAI,
        Kode.PERIODE_DUA_TIPE: JenisFakta.PERIODE_TAHUN,
        Kode.PERIODE_ANGKA_DUPLIKAT: JenisFakta.PERIODE_TAHUN,
        Kode.PERIODE_BELUM_DIATUR: JenisFakta.PERIODE_TAHUN,
        Kode.PERIODE_FINAL_BELUM_DIATUR: JenisFakta.PERIODE_TAHUN,
        Kode.PERIODE_FINAL_GANDA: JenisFakta.PERIODE_TAHUN,
        Kode.NIP_TIDAK_DIKENAL_PMM: JenisFakta.PMM_PENGGUNA,
        Kode.SKP_PMM_BELUM_ADA: JenisFakta.PMM_SKP,
        Kode.SKP_PMM_BELUM_DISEPAKATI: JenisFakta.PMM_SKP,
        Kode.TERDAPAT_ROTASI: JenisFakta.PMM_SKP,
        Kode.FORMULIR_PMM_BELUM_LENGKAP: JenisFakta.PMM_PENILAIAN,
        Kode.PENILAIAN_FINAL_BELUM_ADA: JenisFakta.PMM_PENILAIAN,
        Kode.PREDIKAT_TIDAK_SESUAI: JenisFakta.PMM_PENILAIAN,
    }
)

# After these nothing was left to check (spec: domain 4, "belum diperiksa").
_TUNTAS = frozenset(
    {
        Kode.PEGAWAI_TIDAK_AKTIF,
        Kode.BUKAN_USER_PMM,
        Kode.SKP_TUMPANG_TINDIH,
        Kode.FORMULIR_PMM_BELUM_LENGKAP,
        Kode.PENILAIAN_FINAL_BELUM_ADA,
        Kode.PREDIKAT_TIDAK_SESUAI,
    }
)
# What a guru needs beyond these is not asked of a leader, who is rated from above.
_TUNTAS_BAGI_PIMPINAN = frozenset({Kode.ATASAN_BELUM_ADA, Kode.KS_BELUM_KLAIM_PIMPINAN})


@dataclass(frozen=True, slots=True, order=True)
class KunciPerbaikan:
    """One repair. `kelas` tells two repairs of the same finding apart: to wait for a sync, or to change something."""

    kode: str
    kelas: str
    objek_jenis: str
    objek_id: str


@dataclass(frozen=True, slots=True)
class Halangan:
    """One blocking finding of a sync: the repair it asks for and the facts it rests on."""

    kunci: KunciPerbaikan
    fakta: frozenset[Fakta]


@dataclass(frozen=True, slots=True)
class Terhalang:
    """One blocked sync. `halangan`: every blocking finding; `dampak`: the facts its landing changes; `tuntas`: no check
    was left out for want of what is missing; `klaim`: who leads a unit, where that stands or falls with this person's
    own row; `skp`: what changes when the person's SKP lands, by whatever sync; `dihitung`: it is asked about, while
    others only carry a repair on."""

    nip: str
    halangan: tuple[Halangan, ...]
    dampak: frozenset[Fakta]
    tuntas: bool
    klaim: frozenset[Fakta] = frozenset()
    skp: frozenset[Fakta] = frozenset()
    dihitung: bool = True


@dataclass(frozen=True, slots=True)
class Perbaikan:
    """How many people one repair frees: `langsung` are held back by it, maybe by more; `terlepas` would land, those who
    are released after them included; `belum_diperiksa` of these may still fail what could not be checked yet."""

    kunci: KunciPerbaikan
    langsung: int
    terlepas: int
    belum_diperiksa: int


def tuntas_diperiksa(jenis: str, tipe_skp: str | None, temuan: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the blocking findings (as JSON) leave no check undone (spec: domain 4.1 to 4.5)."""
    pimpinan = tipe_skp in (TipeSkp.KEPALA_SEKOLAH, TipeSkp.PENGAWAS) and jenis == JenisSinkro.SKP
    for satu in temuan:
        kode = satu["kode"]
        if kode in _TUNTAS or (pimpinan and kode in _TUNTAS_BAGI_PIMPINAN):
            continue
        # A unit that is only inactive could be judged as it stands.
        if kode == Kode.UNIT_KERJA_TIDAK_TERDAFTAR and satu.get("rincian", {}).get("aktif") is not None:
            continue
        if kode == Kode.RHK_ATASAN_TIDAK_DITEMUKAN and satu.get("kelas") == Kelas.PERBAIKAN:
            continue
        return False
    return True


def fakta_diubah(kunci: KunciPerbaikan, fakta: Iterable[Fakta]) -> frozenset[Fakta]:
    """Of the facts that findings of this repair rest on, those the repair changes."""
    jenis = _FAKTA_UTAMA.get(Kode(kunci.kode))
    if kunci.kode == Kode.RHK_ATASAN_TIDAK_DITEMUKAN and kunci.kelas == Kelas.PERBAIKAN:
        jenis = JenisFakta.PMM_SKP
    if kunci.kode == Kode.NAMA_UNOR_TIDAK_SAMA and kunci.objek_jenis == JenisObjek.UNIT_KERJA:
        jenis = JenisFakta.UNIT_KERJA
    sejenis = (f for f in fakta if f.jenis == jenis)
    if kunci.objek_jenis == JenisObjek.UNIT_KERJA:
        return frozenset(f for f in sejenis if f.kunci == kunci.objek_id)
    return frozenset(sejenis)


def susun_perbaikan(terhalang: Sequence[Terhalang]) -> list[Perbaikan]:
    """Every repair of what is asked about with its counts of people, the one that frees most first."""
    menurut_kunci: dict[KunciPerbaikan, list[int]] = defaultdict(list)
    menurut_fakta: dict[Fakta, list[int]] = defaultdict(list)
    fakta_kunci: dict[KunciPerbaikan, set[Fakta]] = defaultdict(set)
    for urutan, satu in enumerate(terhalang):
        for h in satu.halangan:
            menurut_kunci[h.kunci].append(urutan)
            fakta_kunci[h.kunci] |= h.fakta
        for f in {f for h in satu.halangan for f in h.fakta}:
            menurut_fakta[f].append(urutan)
    hasil = []
    for kunci, nomor in menurut_kunci.items():
        if not any(terhalang[n].dihitung for n in nomor):
            continue
        berubah = set(fakta_diubah(kunci, fakta_kunci[kunci]))
        if any(f.jenis is JenisFakta.PEGAWAI for f in berubah):
            berubah |= {f for n in nomor for f in terhalang[n].klaim}
        if any(f.jenis is JenisFakta.SKP_PEGAWAI for f in berubah):
            # Whose SKP comes may be whom a school waits for.
            berubah |= {f for n in nomor for f in terhalang[n].skp}
        pasti = {n for n in nomor if len(terhalang[n].halangan) == 1 and terhalang[n].tuntas}
        mungkin = _yang_mungkin_mendarat(terhalang, menurut_fakta, kunci, nomor, berubah)
        nip_pasti, langsung, terlepas = (_nip(terhalang, n) for n in (pasti, nomor, mungkin))
        terlepas |= nip_pasti
        hasil.append(Perbaikan(kunci, len(langsung), len(terlepas), len(terlepas) - len(nip_pasti)))
    return sorted(hasil, key=lambda p: (-p.terlepas, -p.langsung, p.kunci))


def _nip(terhalang: Sequence[Terhalang], nomor: Iterable[int]) -> set[str]:
    return {terhalang[n].nip for n in nomor if terhalang[n].dihitung}


def _yang_mungkin_mendarat(
    terhalang: Sequence[Terhalang],
    menurut_fakta: Mapping[Fakta, Sequence[int]],
    kunci: KunciPerbaikan,
    langsung: Sequence[int],
    berubah: set[Fakta],
) -> set[int]:
    """Whom nothing holds back any more that does not rest on what the repair, or a landing after it, changes."""
    mendarat: set[int] = set()
    calon = {*langsung, *(n for f in berubah for n in menurut_fakta.get(f, ()))}
    while calon:
        baru = {
            n
            for n in calon - mendarat
            if all(h.kunci == kunci or not berubah.isdisjoint(h.fakta) for h in terhalang[n].halangan)
        }
        mendarat |= baru
        fakta_baru = {f for n in baru for f in terhalang[n].dampak} - berubah
        berubah |= fakta_baru
        calon = {n for f in fakta_baru for n in menurut_fakta.get(f, ())} - mendarat
    return mendarat
