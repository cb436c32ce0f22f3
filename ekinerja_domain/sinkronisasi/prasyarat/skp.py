"""The prerequisites of Sinkro SKP, in the order in which they are shown (spec: domain 4.1)."""

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
from ekinerja_domain.sinkronisasi.prasyarat.pegawai import PRASYARAT_PEGAWAI
from ekinerja_domain.sinkronisasi.prasyarat.unit import unit_adalah_sekolah, unit_kerja_terdaftar
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode, Temuan
from ekinerja_domain.skp import Sumber


def tanpa_rotasi(t: Telaah) -> Iterable[Temuan]:
    if t.berotasi and not t.rotasi_sudah_ada:
        yield buat(
            t,
            Kode.TERDAPAT_ROTASI,
            objek=objek_pegawai(t),
            fakta=(fakta_skp_pmm(t),),
            rincian={"sekolah": list(dict.fromkeys(s.sekolah.nama for s in t.skp_pmm))},
        )


def tidak_tumpang_tindih(t: Telaah) -> Iterable[Temuan]:
    if not t.menghalangi and not t.pmm_bertumpukan:
        return
    skp = [
        {
            "skp_id": str(milik.id),
            "sumber": str(milik.sumber),
            "periode_awal": milik.kepala.periode_awal.isoformat(),
            "periode_akhir": milik.kepala.periode_akhir.isoformat(),
        }
        for _, milik in t.menghalangi
    ]
    skp += [
        {
            "skp_id": b.id,
            "sumber": str(Sumber.PMM),
            "periode_awal": b.periode_awal.isoformat(),
            "periode_akhir": b.periode_akhir.isoformat(),
        }
        for _, b in t.pmm_bertumpukan
    ]
    yield buat(
        t,
        Kode.SKP_TUMPANG_TINDIH,
        objek=objek_pegawai(t),
        fakta=(
            Fakta(JenisFakta.PEGAWAI, t.fakta.nip),
            fakta_skp_pmm(t),
        ),
        rincian={"skp": skp},
    )


UNIT_TERDAFTAR, UNIT_SEKOLAH = "unit kerja terdaftar dan aktif", "unit kerja adalah sekolah di PMM"
ATASAN, SKP_ATASAN, RHK_ATASAN = "atasan sama dengan PMM", "SKP atasan sudah ada", "RHK atasan ditemukan"
PRASYARAT_PER_SKP: tuple[PrasyaratSkp, ...] = (
    PrasyaratSkp(UNIT_TERDAFTAR, unit_kerja_terdaftar, dengan_pengguna=True, butuh_unit=False),
    PrasyaratSkp(UNIT_SEKOLAH, unit_adalah_sekolah, dengan_pengguna=True, butuh_jenis=False),
    PrasyaratSkp(ATASAN, atasan_sesuai, butuh=(UNIT_SEKOLAH,), dengan_pengguna=True),
    PrasyaratSkp(SKP_ATASAN, skp_atasan_ada, butuh=(UNIT_SEKOLAH, ATASAN)),
    PrasyaratSkp(RHK_ATASAN, rhk_atasan_ada, butuh=(UNIT_SEKOLAH, ATASAN, SKP_ATASAN)),
)


def periksa_skp(telaah: Telaah) -> list[Temuan]:
    """All findings of one person and year, those of PMM's answers first; each once. While a rotation has not landed,
    which school an SKP is compared with is not known, so only the unit itself is judged."""
    temuan = [*telaah.jawaban.gangguan, *jalankan(PRASYARAT_PEGAWAI, telaah), *tanpa_rotasi(telaah)]
    if telaah.berotasi and not telaah.rotasi_sudah_ada:
        temuan += [t for s in telaah.per_skp[-1:] for t in unit_kerja_terdaftar(s)]
    else:
        for per_skp in telaah.per_skp:
            temuan += jalankan_per_skp(PRASYARAT_PER_SKP, per_skp)
        temuan += tidak_tumpang_tindih(telaah)
    return sekali(temuan)
