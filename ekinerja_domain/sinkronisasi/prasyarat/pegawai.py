"""Prerequisites 1 and 2: the person here and in PMM, and an agreed SKP (spec: domain 4.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.prasyarat.dasar import Prasyarat, buat, fakta_skp_pmm, objek_pegawai
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode, Temuan, Tingkat


def pegawai_aktif(t: Telaah) -> Iterable[Temuan]:
    pegawai = t.fakta.pegawai
    if pegawai is None:
        yield buat(
            t, Kode.PEGAWAI_TIDAK_TERDAFTAR, objek=objek_pegawai(t), fakta=(Fakta(JenisFakta.PEGAWAI, t.fakta.nip),)
        )
    elif not pegawai.aktif_pada(t.hari_aktif):
        yield buat(t, Kode.PEGAWAI_TIDAK_AKTIF, objek=objek_pegawai(t), fakta=(Fakta(JenisFakta.PEGAWAI, t.fakta.nip),))


def user_pmm(t: Telaah) -> Iterable[Temuan]:
    if t.fakta.pegawai is not None and not t.fakta.user_pmm:
        yield buat(t, Kode.BUKAN_USER_PMM, objek=objek_pegawai(t), fakta=(Fakta(JenisFakta.USER_PMM, t.fakta.nip),))


def terdaftar_di_pmm(t: Telaah) -> Iterable[Temuan]:
    """An unknown NIP arrives as a finding of the answer itself; here only `terdaftar` is asked."""
    if t.jawaban.pengguna is not None and not t.jawaban.pengguna.terdaftar:
        yield buat(
            t,
            Kode.NIP_TIDAK_DIKENAL_PMM,
            objek=objek_pegawai(t),
            fakta=(Fakta(JenisFakta.PMM_PENGGUNA, t.fakta.nip),),
        )


def skp_disepakati(t: Telaah) -> Iterable[Temuan]:
    """At least one is agreed; the others are then only noted."""
    yield from skp_belum_disepakati(t, Tingkat.CATATAN if t.disepakati else Tingkat.GAGAL)


def skp_belum_disepakati(t: Telaah, tingkat: Tingkat) -> Iterable[Temuan]:
    """There is no SKP, or some are not agreed."""
    if t.jawaban.skp is None:
        return
    if not t.skp_pmm:
        yield buat(t, Kode.SKP_PMM_BELUM_ADA, objek=objek_pegawai(t), fakta=(fakta_skp_pmm(t),))
    elif t.belum_disepakati:
        yield buat(
            t,
            Kode.SKP_PMM_BELUM_DISEPAKATI,
            tingkat=tingkat,
            objek=objek_pegawai(t),
            fakta=(fakta_skp_pmm(t),),
            rincian={
                "skp": [
                    {
                        "periode_awal": s.periode_awal.isoformat(),
                        "periode_akhir": s.periode_akhir.isoformat(),
                        "status": s.status,
                    }
                    for s in t.belum_disepakati
                ]
            },
            status=", ".join(dict.fromkeys(s.status for s in t.belum_disepakati)),
        )


def jenis_didukung(t: Telaah) -> Iterable[Temuan]:
    for jenis in dict.fromkeys(s.jenis for s in t.per_skp if s.skp is not None and s.jenis_skp is None):
        yield buat(
            t,
            Kode.JENIS_PENGGUNA_BELUM_DIDUKUNG,
            objek=objek_pegawai(t),
            fakta=(fakta_skp_pmm(t), Fakta(JenisFakta.PMM_PENGGUNA, t.fakta.nip), Fakta(JenisFakta.LAYANAN, "jenis")),
            rincian={"jenis": jenis},
            jenis=jenis,
        )


PRASYARAT_PEGAWAI_SAJA: tuple[Prasyarat, ...] = (
    Prasyarat("pegawai dikenal dan aktif", pegawai_aktif),
    Prasyarat("pegawai adalah user PMM", user_pmm),
    Prasyarat("PMM mengenal NIP sebagai terdaftar", terdaftar_di_pmm),
)
PRASYARAT_PEGAWAI: tuple[Prasyarat, ...] = (
    *PRASYARAT_PEGAWAI_SAJA,
    Prasyarat("PMM memiliki SKP yang disepakati", skp_disepakati),
    Prasyarat("jenis pengguna didukung", jenis_didukung),
)
