"""The prerequisites of Sinkro SKP PLT (spec: domain 4.2). Each acting post lands or fails alone."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.fakta_sekolah import fakta_sekolah
from ekinerja_domain.sinkronisasi.prasyarat.atasan import atasan_sesuai, rhk_atasan_ada
from ekinerja_domain.sinkronisasi.prasyarat.dasar import (
    PrasyaratSkp,
    buat,
    fakta_skp_pmm,
    jalankan,
    jalankan_per_skp,
    sekali,
)
from ekinerja_domain.sinkronisasi.prasyarat.pegawai import PRASYARAT_PEGAWAI
from ekinerja_domain.sinkronisasi.prasyarat.unit import catatan_padanan, unor_belum_padan
from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan, Tingkat


def terdaftar_sebagai_plt(s: TelaahSkp) -> Iterable[Temuan]:
    """A record PLT or PLH of the person, overlapping the SKP's period, for an active unit that is PMM's school."""
    if s.penempatan is None or s.skp is None:
        return
    if not s.penempatan.ditemukan:
        yield unor_belum_padan(s, [s.skp])
    elif s.penempatan.unit_id is None:
        unit = s.penempatan.ditemukan[0].unit
        yield buat(
            s,
            Kode.PLT_TIDAK_TERDAFTAR,
            objek=Objek(JenisObjek.UNIT_KERJA, unit.id, unit.nama),
            fakta=(
                *(Fakta(JenisFakta.PIMPINAN_UNIT, d.unit.id) for d in s.penempatan.ditemukan),
                *fakta_sekolah(s.fakta.buku, s.pegawai.instansi_id, (s.sekolah,)),
                fakta_skp_pmm(s),
            ),
            rincian={
                "unit_kerja": [{"id": d.unit.id, "nama": d.unit.nama} for d in s.penempatan.ditemukan],
                "periode_awal": s.rentang.awal.isoformat(),
                "periode_akhir": s.rentang.akhir.isoformat(),
            },
        )
    else:
        yield from catatan_padanan(s)


TERDAFTAR, ATASAN, RHK_ATASAN = "terdaftar sebagai PLT pada sekolah", "atasan ada", "RHK atasan ditemukan"
PRASYARAT_PER_SKP_PLT: tuple[PrasyaratSkp, ...] = (
    PrasyaratSkp(TERDAFTAR, terdaftar_sebagai_plt, butuh_unit=False, butuh_jenis=False),
    PrasyaratSkp(ATASAN, atasan_sesuai, butuh=(TERDAFTAR,)),
    PrasyaratSkp(RHK_ATASAN, rhk_atasan_ada, butuh=(TERDAFTAR, ATASAN)),
)


def periksa_plt(telaah: Telaah) -> list[Temuan]:
    """All findings of the person and of every acting post, each once."""
    temuan = [*telaah.jawaban.gangguan, *jalankan(PRASYARAT_PEGAWAI, telaah)]
    for s in telaah.per_skp:
        if s.skp is not None:
            temuan += jalankan_per_skp(PRASYARAT_PER_SKP_PLT, s)
    return sekali(temuan)


def pos_yang_lolos(telaah: Telaah) -> frozenset[str]:
    """PMM's ids of the acting posts that can land, whatever became of the others."""
    umum = [*telaah.jawaban.gangguan, *jalankan(PRASYARAT_PEGAWAI, telaah)]
    if any(t.tingkat is Tingkat.GAGAL for t in umum):
        return frozenset()
    return frozenset(
        s.skp.id
        for s in telaah.per_skp
        if s.skp is not None
        and s.jenis_skp is not None
        and all(t.tingkat is not Tingkat.GAGAL for t in jalankan_per_skp(PRASYARAT_PER_SKP_PLT, s))
    )
