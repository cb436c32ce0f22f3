"""What a jenis brings along, and the values it is handed: one engine carries all of them out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from ekinerja_domain.penilaian import LampiranPenilaian, Penilaian
from ekinerja_domain.sinkronisasi.fakta import FaktaPegawai, JawabanPMM
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.penilaian_bersama import PerubahanPenilaian
from ekinerja_domain.sinkronisasi.penilaian_final import PerubahanLampiran
from ekinerja_domain.sinkronisasi.rencana import RencanaSkp
from ekinerja_domain.sinkronisasi.temuan import Temuan
from ekinerja_domain.skp import Skp
from ekinerja_domain.unit_kerja import UnitKerja
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM
from services.sinkronisasi.jejak import Landasan
from services.sinkronisasi.muat import DataPegawai, SkpUnit
from services.sinkronisasi.referensi import Referensi

StudiT = TypeVar("StudiT")


@dataclass(frozen=True, slots=True)
class Aturan:
    """What holds for everybody at this moment: the clock, the product name, the settings that change a judgement."""

    sekarang: datetime
    nama_sumber: str
    harus_dikonfirmasi: bool


@dataclass(frozen=True, slots=True)
class Kasus:
    """One person, jenis and year with all that is known, at the versions it was read at. `pengambilan` is what PMM
    answered; `token` what a preview showed, for a jenis that applies only that. `unit_luar` and `unit_luar_skp`: posts
    in another instansi, as in FaktaPegawai. `landasan`: by what the result may be remembered."""

    jenis: str
    nip: str
    tahun: int
    data: DataPegawai | None
    referensi: Referensi | None
    skp: tuple[Skp, ...]
    pengambilan: Pengambilan
    token: str | None = None
    penilaian: tuple[Penilaian, ...] = ()
    lampiran: LampiranPenilaian | None = None
    unit_luar: Mapping[str, UnitKerja] = field(default_factory=dict)
    unit_luar_skp: Mapping[str, str] = field(default_factory=dict)
    landasan: Landasan | None = None

    def hari_ini(self, aturan: Aturan) -> date:
        """Today, where the instansi is. Raises LookupError for a person whose instansi is gone."""
        if self.referensi is None:
            raise LookupError("instansi pegawai tidak ada")
        return self.referensi.hari_ini(aturan.sekarang)

    def fakta(self, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> FaktaPegawai:
        """The facts of Sinkro SKP. Raises LookupError as above."""
        if self.referensi is None:
            raise LookupError("instansi pegawai tidak ada")
        return FaktaPegawai(
            nip=self.nip,
            tahun=self.tahun,
            hari_ini=self.hari_ini(aturan),
            pegawai=self.data.pegawai if self.data else None,
            user_pmm=self.data.user_pmm if self.data else False,
            pohon=self.referensi.pohon,
            buku=self.referensi.buku,
            skp=self.skp,
            skp_atasan=tuple(s for u in sorted(skp_unit) for s in skp_unit[u].skp),
            unit_luar=self.unit_luar,
            unit_luar_skp=self.unit_luar_skp,
            nama_sumber=aturan.nama_sumber,
        )


@dataclass(frozen=True, slots=True)
class Tulisan:
    """Everything one landing writes to the data tables. `lampiran` hangs on the rating `penilaian_id`; `catatan` are
    findings that the planning itself made, which may block; `ringkasan_final` is only shown."""

    skp: tuple[RencanaSkp, ...] = ()
    arsip: tuple[Skp, ...] = ()
    penilaian: tuple[PerubahanPenilaian, ...] = ()
    penilaian_id: UUID | None = None
    lampiran: PerubahanLampiran | None = None
    catatan: tuple[Temuan, ...] = ()
    ringkasan_final: dict[str, Any] | None = None

    @property
    def menulis(self) -> bool:
        return (
            bool(self.arsip or self.penilaian)
            or any(r.menulis for r in self.skp)
            or (self.lampiran is not None and not self.lampiran.kosong)
        )


@dataclass(frozen=True, slots=True)
class PadananBaru:
    """A pair that the names told, to be remembered."""

    npsn: str
    unit_kerja_id: str
    status: StatusPadanan


class Pendaftaran(ABC, Generic[StudiT]):
    """One jenis. `jalur`: its path in the API; `massal`: whether bulks, schedules and releases may ask for it;
    `bagian`: the parts of the answer that belong to it; `tanya_menurut_referensi`: what PMM is asked depends on the
    instansi's reference data; `butuh_penilaian`: the person's ratings are loaded; `butuh_token`: it applies only what
    the preview of a token showed; `diingat`: its result rests on PMM's Pengguna and SKPs and on what `jejak` knows of
    here, so one that changed nothing may be remembered."""

    jenis: ClassVar[str]
    jalur: ClassVar[str]
    massal: ClassVar[bool] = True
    bagian: ClassVar[tuple[str, ...]] = ()
    tanya_menurut_referensi: ClassVar[bool] = False
    butuh_penilaian: ClassVar[bool] = False
    butuh_token: ClassVar[bool] = False
    diingat: ClassVar[bool] = False

    @abstractmethod
    async def tanya(
        self, pmm: SumberPMM, permintaan: Permintaan, referensi: Referensi | None, *, sumber: str
    ) -> Pengambilan:
        """Step 2 for one person: PMM's answers, its refusals as findings."""

    def unit_dibaca(self, kasus: Kasus) -> set[str]:
        """The units whose SKPs the checks may ask for: the own one, those of the person's SKPs and posts, and those
        above that have or had a leader, since the rater is who led on the reference date of the SKP, which need not be
        today."""
        if kasus.data is None or kasus.referensi is None:
            return set()
        unit_id = kasus.data.pegawai.unit_kerja_id
        milik = {s.kepala.unit_kerja_id for s in kasus.skp} | set(kasus.referensi.dipimpin.get(kasus.nip, ()))
        return kasus.referensi.beserta_atasan(milik if unit_id is None else milik | {unit_id})

    @abstractmethod
    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> StudiT:
        """What follows from facts and answer before anybody judges."""

    @abstractmethod
    def periksa(self, studi: StudiT) -> Sequence[Temuan]:
        """Step 3: every finding."""

    def perlu_isi(self, studi: StudiT, temuan: Sequence[Temuan]) -> Sequence[UUID]:
        """SKPs whose RHK must be loaded before a plan can be made."""
        return ()

    def perlu_lampiran(self, studi: StudiT) -> Sequence[UUID]:
        """Ratings whose attachments must be loaded before a plan can be made."""
        return ()

    @abstractmethod
    def rencanakan(
        self, kasus: Kasus, studi: StudiT, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        """Step 4: the exact changes; None when nothing lands."""

    @abstractmethod
    def tampilkan(self, kasus: Kasus, studi: StudiT, tulisan: Tulisan | None) -> dict[str, Any]:
        """The parts of the answer named by `bagian`, also when nothing landed."""

    def tipe_skp(self, studi: StudiT) -> str | None:
        """The column "Tipe SKP"; None until it is known."""
        return None

    def padanan_baru(self, studi: StudiT) -> Iterable[PadananBaru]:
        """Links to remember, whatever becomes of the sync."""
        return ()


def jawaban_skp(kasus: Kasus) -> JawabanPMM:
    """The answer of a jenis that asked for Pengguna and SKPs. Raises TypeError for another one's."""
    if not isinstance(kasus.pengambilan.jawaban, JawabanPMM):
        raise TypeError("jawaban milik jenis lain")
    return kasus.pengambilan.jawaban
