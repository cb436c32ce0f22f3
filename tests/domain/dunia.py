"""A small world for domain tests: one school with a head, one guru, the Dinas above; every part can be changed.

All people are synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.pegawai import JenisPegawai, Pegawai
from ekinerja_domain.sinkronisasi.fakta import (
    AtasanPMM,
    FaktaPegawai,
    IndikatorPMM,
    JawabanPMM,
    PenggunaPMM,
    RhkAtasan,
    RhkAtasanPMM,
    RhkPMM,
    SkpAtasan,
    SkpPMM,
)
from ekinerja_domain.sinkronisasi.padanan import BukuUnit, PadananUnor, SekolahPMM, UnitReferensi
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.skp import (
    IsiIndikator,
    JenisRhk,
    LingkupRhk,
    Pendekatan,
    Skp,
    StatusPegawai,
    Sumber,
)
from ekinerja_domain.unit_kerja import JenisPimpinan, Pimpinan, PohonUnit, UnitKerja

RUANG = UUID("00000000-0000-7000-8000-000000000000")
TAHUN = 2026
HARI_INI = date(2026, 6, 1)
DINAS, SEKOLAH, SEKOLAH_LAIN = "D" * 32, "A" * 32, "B" * 32
NIP_KADIS, NIP_KS, NIP_GURU, NIP_KS_LAMA = (
    "196801011990011001",
    "197502021999021002",
    "199003032015032003",
    "197001011995011009",
)
NPSN, NPSN_LAIN = "10000001", "10000002"


def id_ke(nama: str) -> UUID:
    """A stable id for a name."""
    return uuid5(RUANG, nama)


@dataclass
class PembuatId:
    """Counts up, so that plans can be compared."""

    ke: int = 0

    def __call__(self) -> UUID:
        self.ke += 1
        return id_ke(f"baru-{self.ke}")


def pegawai(nip: str = NIP_GURU, unit: str | None = SEKOLAH, *, aktif: bool = True) -> Pegawai:
    return Pegawai(nip, f"Orang {nip[-4:]}", "i", unit, "Guru Ahli Muda", JenisPegawai.PEGAWAI, aktif, None)


def pimpinan(
    nip: str,
    unit: str,
    jenis: JenisPimpinan = JenisPimpinan.DEFINITIF,
    mulai: date = date(2020, 1, 1),
    selesai: date | None = None,
    unit_pemegang: str | None = None,
    *,
    aktif: bool = True,
) -> Pimpinan:
    return Pimpinan(unit, nip, f"Orang {nip[-4:]}", jenis, mulai, selesai, aktif, None, unit_pemegang or unit)


def rhk(
    nomor: str,
    teks: str | None = None,
    *,
    indikator: Sequence[str] = ("Jumlah dokumen",),
    atasan: RhkAtasanPMM | None = None,
    lingkup: LingkupRhk = LingkupRhk.INDIVIDU,
) -> RhkPMM:
    return RhkPMM(
        id=nomor,
        lingkup=lingkup,
        jenis=JenisRhk.UTAMA,
        rencana_hasil_kerja=teks or f"Terlaksananya pekerjaan {nomor}",
        penugasan_dari=None,
        rhk_atasan=atasan,
        indikator=tuple(
            IndikatorPMM(f"{nomor}-i{n}", IsiIndikator(i, None, "100", "%", None)) for n, i in enumerate(indikator)
        ),
    )


def skp_pmm(
    nomor: str = "skp-1",
    *,
    jenis: str = "GURU",
    status: str = "DISEPAKATI",
    awal: date = date(TAHUN, 1, 1),
    akhir: date = date(TAHUN, 12, 31),
    sekolah: SekolahPMM | None = None,
    atasan: AtasanPMM | None = None,
    isi: Sequence[RhkPMM] | None = None,
    disepakati_pada: datetime | None = datetime(2026, 1, 20, tzinfo=UTC),
    penugasan: StatusPegawai = StatusPegawai.DEFINITIF,
) -> SkpPMM:
    return SkpPMM(
        id=nomor,
        versi=1,
        status=status,
        disepakati_pada=disepakati_pada,
        penugasan=penugasan,
        jenis=jenis,
        pendekatan=Pendekatan.KUANTITATIF,
        periode_awal=awal,
        periode_akhir=akhir,
        sekolah=sekolah or SekolahPMM(NPSN, "SD NEGERI 1 MELATI", SEKOLAH, "SD NEGERI 1 MELATI"),
        atasan=atasan or AtasanPMM(NIP_KS, "Orang 1002", "SD NEGERI 1 MELATI"),
        rhk=tuple(isi if isi is not None else [rhk("r1"), rhk("r2")]),
    )


@dataclass
class Dunia:
    """Everything a check can ask for; `telaah()` studies it as it stands."""

    pegawai: Pegawai | None = field(default_factory=pegawai)
    user_pmm: bool = True
    unit: dict[str, UnitKerja] = field(
        default_factory=lambda: {
            DINAS: UnitKerja(DINAS, "DINAS PENDIDIKAN", None, True, True, None),
            SEKOLAH: UnitKerja(SEKOLAH, "SD NEGERI 1 MELATI", DINAS, False, True, NPSN),
            SEKOLAH_LAIN: UnitKerja(SEKOLAH_LAIN, "SD NEGERI 2 MELATI", DINAS, False, True, NPSN_LAIN),
        }
    )
    pimpinan: list[Pimpinan] = field(default_factory=lambda: [pimpinan(NIP_KADIS, DINAS), pimpinan(NIP_KS, SEKOLAH)])
    padanan: list[PadananUnor] = field(default_factory=list)
    skp: list[Skp] = field(default_factory=list)
    skp_atasan: list[SkpAtasan] = field(
        default_factory=lambda: [skp_atasan({"Terwujudnya sekolah yang baik": ["Tingkat mutu"]})]
    )
    pengguna: PenggunaPMM | None = field(
        default_factory=lambda: PenggunaPMM(
            NIP_GURU, "Orang 2003", "GURU", True, SekolahPMM(NPSN, "SD NEGERI 1 MELATI", SEKOLAH, "SD NEGERI 1 MELATI")
        )
    )
    skp_pmm: list[SkpPMM] | None = field(default_factory=lambda: [skp_pmm()])
    hari_ini: date = HARI_INI
    tahun: int = TAHUN

    def telaah(self) -> Telaah:
        induk = {u.induk_id for u in self.unit.values()}
        per_unit: dict[str, list[Pimpinan]] = {}
        for p in self.pimpinan:
            per_unit.setdefault(p.unit_kerja_id, []).append(p)
        buku = BukuUnit(
            "Pemerintah Kab. Melati",
            [
                UnitReferensi(u.id, u.nama, u.induk_id, u.mandiri, u.aktif, u.npsn, u.id in induk)
                for u in self.unit.values()
            ],
            self.padanan,
        )
        fakta = FaktaPegawai(
            nip=self.pegawai.nip if self.pegawai else NIP_GURU,
            tahun=self.tahun,
            hari_ini=self.hari_ini,
            pegawai=self.pegawai,
            user_pmm=self.user_pmm,
            pohon=PohonUnit(self.unit, per_unit),
            buku=buku,
            skp=tuple(self.skp),
            skp_atasan=tuple(self.skp_atasan),
        )
        return Telaah(fakta, JawabanPMM(self.pengguna, None if self.skp_pmm is None else tuple(self.skp_pmm)))


def skp_atasan(
    isi: dict[str, list[str]],
    *,
    nip: str = NIP_KS,
    unit: str = SEKOLAH,
    sumber: Sumber = Sumber.PMM,
    mendarat_pada: datetime | None = datetime(2026, 1, 10, tzinfo=UTC),
    awal: date = date(TAHUN, 1, 1),
    akhir: date = date(TAHUN, 12, 31),
) -> SkpAtasan:
    return SkpAtasan(
        id=id_ke(f"skp-{nip}"),
        nip=nip,
        unit_kerja_id=unit,
        periode_awal=awal,
        periode_akhir=akhir,
        sumber=sumber,
        mendarat_pada=mendarat_pada,
        rhk=tuple(
            RhkAtasan(id_ke(teks), lipat(teks), {lipat(i): id_ke(f"{teks}/{i}") for i in indikator})
            for teks, indikator in isi.items()
        ),
    )


def dunia_ks() -> Dunia:
    """The head's own sync: rated by the head of the Dinas."""
    dunia = Dunia(pegawai=pegawai(NIP_KS))
    assert dunia.pengguna is not None
    dunia.pengguna = replace(dunia.pengguna, nip=NIP_KS, jenis="KEPALA_SEKOLAH")
    dunia.skp_pmm = [skp_pmm(jenis="KEPALA_SEKOLAH", atasan=AtasanPMM(NIP_KADIS, "Orang 1001", "DINAS PENDIDIKAN"))]
    dunia.skp_atasan = []
    return dunia
