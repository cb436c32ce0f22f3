"""The prerequisites of Sinkro SKP rotasi (spec: domain 4.3). A rotation lands whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.prasyarat.atasan import atasan_sesuai, rhk_atasan_ada, skp_atasan_ada
from ekinerja_domain.sinkronisasi.prasyarat.dasar import (
    PrasyaratSkp,
    buat,
    fakta_skp_pmm,
    jalankan,
    jalankan_per_skp,
    objek_pegawai,
    sekali,
)
from ekinerja_domain.sinkronisasi.prasyarat.pegawai import (
    PRASYARAT_PEGAWAI_SAJA,
    jenis_didukung,
    skp_belum_disepakati,
)
from ekinerja_domain.sinkronisasi.prasyarat.skp import tidak_tumpang_tindih
from ekinerja_domain.sinkronisasi.prasyarat.unit import catatan_padanan, unor_belum_padan
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.telaah_rotasi import TelaahRotasi
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode, Temuan, Tingkat

ATASAN, SKP_ATASAN, RHK_ATASAN = "atasan sama dengan PMM", "SKP atasan sudah ada", "RHK atasan ditemukan"
PRASYARAT_PER_PENUGASAN: tuple[PrasyaratSkp, ...] = (
    PrasyaratSkp(ATASAN, atasan_sesuai),
    PrasyaratSkp(SKP_ATASAN, skp_atasan_ada, butuh=(ATASAN,)),
    PrasyaratSkp(RHK_ATASAN, rhk_atasan_ada, butuh=(ATASAN, SKP_ATASAN)),
)


def ada_rotasi(t: Telaah) -> Iterable[Temuan]:
    if t.skp_pmm and not t.berotasi:
        yield buat(t, Kode.TIDAK_ADA_ROTASI, objek=objek_pegawai(t), fakta=(fakta_skp_pmm(t),))


def semua_disepakati(t: Telaah) -> Iterable[Temuan]:
    """Every assignment must be agreed, since all of them land together."""
    yield from skp_belum_disepakati(t, Tingkat.GAGAL)


def rantai_sah(t: TelaahRotasi) -> Iterable[Temuan]:
    if t.pmm_bertumpukan:
        yield buat(
            t,
            Kode.RANTAI_ROTASI_TIDAK_VALID,
            objek=objek_pegawai(t),
            fakta=(fakta_skp_pmm(t),),
            rincian={
                "periode": [
                    {"awal": s.periode_awal.isoformat(), "akhir": s.periode_akhir.isoformat()} for s in t.disepakati
                ]
            },
        )
    for a, b in t.terputus:
        yield buat(
            t,
            Kode.PERIODE_TERPUTUS,
            objek=objek_pegawai(t),
            awal=a.periode_akhir.isoformat(),
            akhir=b.periode_awal.isoformat(),
        )


def unor_terakhir_sama(t: TelaahRotasi) -> Iterable[Temuan]:
    """Not judged while the last assignment is not agreed."""
    terakhir, pegawai = t.per_skp[-1], t.fakta.pegawai
    if pegawai is None or terakhir.lampau or terakhir.unit is None or terakhir.unit.id == pegawai.unit_kerja_id:
        return
    unit = t.fakta.pohon.unit.get(pegawai.unit_kerja_id or "")
    yield buat(
        t,
        Kode.UNOR_TERAKHIR_TIDAK_SAMA,
        objek=objek_pegawai(t),
        fakta=(Fakta(JenisFakta.PEGAWAI, pegawai.nip), fakta_skp_pmm(t)),
        rincian={
            "unor_pegawai": {"id": pegawai.unit_kerja_id, "nama": unit.nama if unit else None},
            "unor_terakhir": {"id": terakhir.unit.id, "nama": terakhir.unit.nama},
        },
    )


def periksa_rotasi(t: TelaahRotasi) -> list[Temuan]:
    """All findings of the person and of every assignment, each once."""
    temuan = [
        *t.jawaban.gangguan,
        *jalankan(PRASYARAT_PEGAWAI_SAJA, t),
        *semua_disepakati(t),
        *jenis_didukung(t),
        *ada_rotasi(t),
    ]
    if t.berotasi and t.disepakati:
        if t.belum_padan:
            temuan.append(unor_belum_padan(t, [s.skp for s in t.belum_padan if s.skp is not None]))
        temuan += rantai_sah(t)
        unor_terakhir = list(unor_terakhir_sama(t))
        temuan += unor_terakhir
        for s in t.per_skp:
            temuan += catatan_padanan(s)
            if s.lampau or not unor_terakhir:
                temuan += jalankan_per_skp(PRASYARAT_PER_PENUGASAN, s)
        if not t.pmm_bertumpukan:
            temuan += tidak_tumpang_tindih(t)
    return sekali(temuan)
