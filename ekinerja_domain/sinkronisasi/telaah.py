"""What follows from the facts and PMM's answer, before anybody judges it: which SKPs count, which of ours each one
meets, whose school it is, who rates, where each RHK links to. Checks and planner read it, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ekinerja_domain.kernel.hitung_sekali import hitung_sekali
from ekinerja_domain.kernel.rentang import RentangTanggal
from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.sinkronisasi.fakta import AtasanPMM, FaktaPegawai, JawabanPMM, RhkPMM, SkpAtasan, SkpPMM
from ekinerja_domain.sinkronisasi.jenis import JENIS_SKP_MENURUT_TIPE
from ekinerja_domain.sinkronisasi.padanan import (
    HasilPadanan,
    SekolahPMM,
    StatusPadanan,
    UnitDitemukan,
    sekolah_sama,
)
from ekinerja_domain.sinkronisasi.pasangan import Pasangan, yang_bertumpukan
from ekinerja_domain.sinkronisasi.sidik import kepala_yang_diinginkan, sidik_isi
from ekinerja_domain.skp import JenisSkp, KepalaSkp, Skp, StatusPegawai, Sumber
from ekinerja_domain.unit_kerja import Atasan, Pimpinan, UnitKerja


@dataclass(frozen=True, slots=True)
class Penempatan:
    """Where an SKP is judged when that is not the person's own unit as it stands: an acting post, or an assignment of a
    rotation. `unit_id` None: the school was not found, or (acting) nobody entered the post. `lampau`: not the last
    assignment, so what concerns its rater is only noted."""

    unit_id: str | None
    ditemukan: tuple[UnitDitemukan, ...] = ()
    lampau: bool = False
    plt: bool = False


@dataclass(frozen=True, slots=True)
class TautanRhk:
    """Where one RHK of the person intervenes; both None when it names no RHK atasan."""

    rhk_id: UUID | None
    indikator_id: UUID | None


class TelaahSkp:
    """One agreed SKP of PMM (or, without any, what PMM's Pengguna tells) against the facts."""

    def __init__(
        self,
        fakta: FaktaPegawai,
        pegawai: Pegawai,
        *,
        jenis: str,
        sekolah: SekolahPMM,
        rentang: RentangTanggal,
        skp: SkpPMM | None,
        penempatan: Penempatan | None,
        harus_dikonfirmasi: bool,
    ) -> None:
        self.fakta = fakta
        self.jenis = jenis
        self.sekolah = sekolah
        self.rentang = rentang
        self.skp = skp
        self.penempatan = penempatan
        self.pegawai = pegawai if penempatan is None else replace(pegawai, unit_kerja_id=penempatan.unit_id)
        self._harus_dikonfirmasi = harus_dikonfirmasi

    @property
    def lampau(self) -> bool:
        """An earlier assignment of a rotation: judged where it was, not where the person is now."""
        return self.penempatan is not None and self.penempatan.lampau

    @property
    def plt(self) -> bool:
        """An acting post, beside the definitive one."""
        return self.penempatan is not None and self.penempatan.plt

    @hitung_sekali
    def jenis_skp(self) -> JenisSkp | None:
        """None for a kind of user that is not supported."""
        return JENIS_SKP_MENURUT_TIPE.get(self.jenis)

    @hitung_sekali
    def hari_acuan(self) -> date:
        """Reference date: today, moved into the SKP's period (spec: domain 3.1)."""
        return self.rentang.jepit(self.fakta.hari_ini)

    @hitung_sekali
    def unit(self) -> UnitKerja | None:
        """The person's unit kerja in the reference, active or not."""
        unit_id = self.pegawai.unit_kerja_id
        if unit_id is None:
            return None
        return self.fakta.pohon.unit.get(unit_id) or self.fakta.unit_luar.get(unit_id)

    @hitung_sekali
    def unit_pembanding(self) -> UnitKerja | None:
        """The unit that must be PMM's school: the own one; for a pengawas the unit kerja induk."""
        if self.unit is not None and self.jenis_skp is JenisSkp.PENGAWAS:
            return self.fakta.pohon.induk(self.unit.id) or self.unit
        return self.unit

    @hitung_sekali
    def padanan(self) -> HasilPadanan | None:
        """Whether the person's unit is the school; None when that is not the question, or there is no unit."""
        if self.unit_pembanding is None or self.penempatan is not None:
            return None
        return self.fakta.buku.cocok(self.sekolah, self.unit_pembanding.id, harus_dikonfirmasi=self._harus_dikonfirmasi)

    @property
    def padanan_baru(self) -> Iterable[tuple[str, StatusPadanan]]:
        """Units that the names told for the school's NPSN, to be remembered."""
        if self.penempatan is not None:
            yield from ((d.unit.id, StatusPadanan.OTOMATIS) for d in self.penempatan.ditemukan if d.simpan_otomatis)
        elif self.padanan is not None:
            if self.padanan.simpan_otomatis and self.padanan.unit is not None:
                yield self.padanan.unit.id, StatusPadanan.OTOMATIS
            yield from ((unit_id, StatusPadanan.USULAN) for unit_id in self.padanan.usulan_baru)

    @hitung_sekali
    def memimpin_unit_sendiri(self) -> bool:
        unit_id = self.pegawai.unit_kerja_id
        return unit_id is not None and self.fakta.pohon.memimpin(self.pegawai.nip, unit_id, self.hari_acuan)

    @hitung_sekali
    def dinilai_sebagai_pimpinan(self) -> bool:
        """Rated from above: a KS and whoever acts always; anybody else who is the one pimpinan of the own unit that
        counts."""
        if self.jenis_skp is JenisSkp.KEPALA_SEKOLAH or self.plt:
            return True
        unit_id = self.pegawai.unit_kerja_id
        pertama = self.fakta.pohon.semua_pimpinan(unit_id, self.hari_acuan)[:1] if unit_id is not None else []
        return bool(pertama) and pertama[0].nip == self.pegawai.nip

    @hitung_sekali
    def calon_atasan(self) -> list[Atasan]:
        """Who may rate, the derived atasan first."""
        return self.fakta.pohon.calon_atasan(
            self.pegawai, self.hari_acuan, sebagai_pimpinan=self.dinilai_sebagai_pimpinan
        )

    @property
    def atasan_pmm(self) -> AtasanPMM | None:
        return None if self.skp is None else self.skp.atasan

    @hitung_sekali
    def atasan(self) -> Atasan | None:
        """The rater of the snapshot: PMM's if they may rate, else the derived one."""
        nip = None if self.atasan_pmm is None else self.atasan_pmm.nip
        return next((a for a in self.calon_atasan if a.nip == nip), self.calon_atasan[0] if self.calon_atasan else None)

    @property
    def atasan_sama(self) -> bool:
        return self.atasan is not None and self.atasan_pmm is not None and self.atasan.nip == self.atasan_pmm.nip

    @hitung_sekali
    def atasan_pmm_pernah_memimpin(self) -> Pimpinan | None:
        """PMM's rater led the rater's unit on another day of the period."""
        if self.atasan is None or self.atasan_pmm is None or self.atasan_pmm.nip is None:
            return None
        return self.fakta.pohon.pernah_memimpin(
            self.atasan_pmm.nip, self.atasan.unit_kerja_id, self.rentang.awal, self.rentang.akhir
        )

    @hitung_sekali
    def skp_atasan(self) -> list[SkpAtasan]:
        """Agreed SKPs of the rater's unit that overlap this one, the present rater's first."""
        if self.atasan is None:
            return []
        unit_id, nip = self.atasan.unit_kerja_id, self.atasan.nip
        ada = [
            s
            for s in self.fakta.skp_atasan
            if s.unit_kerja_id == unit_id
            and s.nip != self.pegawai.nip
            and s.periode_awal <= self.rentang.akhir
            and self.rentang.awal <= s.periode_akhir
        ]
        return sorted(ada, key=lambda s: (s.nip != nip, -s.periode_awal.toordinal(), s.id.int))

    @hitung_sekali
    def tautan(self) -> dict[str, TautanRhk | None]:
        """Where each RHK that names an RHK atasan links to, by PMM's id of the RHK; None when it is nowhere."""
        if self.skp is None:
            return {}
        return {r.id: self._cari_rhk_atasan(r) for r in self.skp.rhk if r.rhk_atasan is not None}

    @hitung_sekali
    def kepala(self) -> KepalaSkp:
        """The header as a landing would write it. Raises ValueError when the checks have not passed."""
        return kepala_yang_diinginkan(self._skp_ada, self.pegawai, self.jenis_skp, self.atasan)

    @hitung_sekali
    def sidik_isi(self) -> bytes:
        """The hash of what a landing would write. Raises as `kepala`."""
        return sidik_isi(self._skp_ada, self.kepala, self.tautan)

    @property
    def _skp_ada(self) -> SkpPMM:
        if self.skp is None:
            raise ValueError("tidak ada SKP yang disepakati")
        return self.skp

    def _cari_rhk_atasan(self, rhk: RhkPMM) -> TautanRhk | None:
        """Text equal after folding; a named indikator must be under that RHK. Several RHK may carry the same text."""
        dicari = rhk.rhk_atasan
        if dicari is None:
            return None
        teks = lipat(dicari.rencana_hasil_kerja)
        indikator = None if dicari.indikator is None else lipat(dicari.indikator)
        for skp in self.skp_atasan:
            for calon in skp.rhk:
                if calon.teks != teks:
                    continue
                if indikator is None:
                    return TautanRhk(calon.id, None)
                if indikator in calon.indikator:
                    return TautanRhk(calon.id, calon.indikator[indikator])
        return None


class Telaah:
    """One person and year, for one kind of assignment (DEFINITIF for Sinkro SKP)."""

    def __init__(
        self,
        fakta: FaktaPegawai,
        jawaban: JawabanPMM,
        *,
        penugasan: StatusPegawai = StatusPegawai.DEFINITIF,
        harus_dikonfirmasi: bool = False,
    ) -> None:
        self.fakta = fakta
        self.jawaban = jawaban
        self.penugasan = penugasan
        self._harus_dikonfirmasi = harus_dikonfirmasi

    @hitung_sekali
    def skp_pmm(self) -> tuple[SkpPMM, ...]:
        """PMM's SKPs of this kind of assignment, whatever their status, in the order of their period."""
        ada = (s for s in self.jawaban.skp or () if s.penugasan is self.penugasan)
        return tuple(sorted(ada, key=lambda s: (s.periode_awal, s.periode_akhir, s.id)))

    @hitung_sekali
    def disepakati(self) -> tuple[SkpPMM, ...]:
        return tuple(s for s in self.skp_pmm if s.disepakati)

    @hitung_sekali
    def belum_disepakati(self) -> tuple[SkpPMM, ...]:
        return tuple(s for s in self.skp_pmm if not s.disepakati)

    @hitung_sekali
    def berotasi(self) -> bool:
        """PMM has SKPs of different schools in the year, whatever their status."""
        return any(not sekolah_sama(self.skp_pmm[0].sekolah, s.sekolah) for s in self.skp_pmm[1:])

    @hitung_sekali
    def rotasi_sudah_ada(self) -> bool:
        """Every assignment of the rotation is here: from then on Sinkro SKP keeps each up to date."""
        ada = {s.pmm_skp_id for s in self.fakta.skp if s.definitif}
        return all(s.id in ada for s in self.skp_pmm)

    @hitung_sekali
    def hari_aktif(self) -> date:
        """The day on which "aktif" is asked: today, for a past year the last day of the SKP (spec: domain 4)."""
        if not self.fakta.tahun_lampau:
            return self.fakta.hari_ini
        akhir = [s.periode_akhir for s in self.disepakati] or [date(self.fakta.tahun, 12, 31)]
        return max(akhir)

    @hitung_sekali
    def per_skp(self) -> tuple[TelaahSkp, ...]:
        """One study per agreed SKP. Without any, one by what PMM's Pengguna tells; without that, none."""
        pegawai = self.fakta.pegawai
        if pegawai is None:
            return ()
        if self.disepakati:
            return tuple(self._telaah_skp(pegawai, s) for s in self.disepakati)
        pengguna = self.jawaban.pengguna
        if pengguna is None:
            return ()
        tahun = RentangTanggal(date(self.fakta.tahun, 1, 1), date(self.fakta.tahun, 12, 31))
        return (
            TelaahSkp(
                self.fakta,
                pegawai,
                jenis=pengguna.jenis,
                sekolah=pengguna.sekolah,
                rentang=tahun,
                skp=None,
                penempatan=None,
                harus_dikonfirmasi=self._harus_dikonfirmasi,
            ),
        )

    def _telaah_skp(self, pegawai: Pegawai, skp: SkpPMM) -> TelaahSkp:
        return TelaahSkp(
            self.fakta,
            pegawai,
            jenis=skp.jenis,
            sekolah=skp.sekolah,
            rentang=RentangTanggal(skp.periode_awal, skp.periode_akhir),
            skp=skp,
            penempatan=self._penempatan(skp),
            harus_dikonfirmasi=self._harus_dikonfirmasi,
        )

    def _penempatan(self, skp: SkpPMM) -> Penempatan | None:
        """After a rotation landed, its earlier assignments stay where they are."""
        if not self.berotasi or skp.id == self.disepakati[-1].id:
            return None
        unit_id = next((s.kepala.unit_kerja_id for s in self.fakta.skp if s.pmm_skp_id == skp.id), None)
        return None if unit_id is None else Penempatan(unit_id, lampau=True)

    @hitung_sekali
    def _masih_di_pmm(self) -> frozenset[str | None]:
        return frozenset(s.id for s in self.jawaban.skp or ())

    @hitung_sekali
    def pasangan(self) -> tuple[Pasangan, ...]:
        """Which SKP of ours each agreed PMM SKP meets: the one with its PMM id, else one of the same period, unit and
        status_pegawai, whatever its status or source (it is adopted)."""
        sejenis = [s for s in self.fakta.skp if s.kepala.status_pegawai is self.penugasan]
        menurut_id = {s.pmm_skp_id: s for s in sejenis if s.pmm_skp_id is not None}
        bebas = [s for s in sejenis if s.pmm_skp_id not in self._masih_di_pmm]
        dipakai: set[UUID] = set()
        hasil: list[Pasangan] = []
        for telaah in self.per_skp:
            pmm = telaah.skp
            if pmm is None:
                continue
            milik = menurut_id.get(pmm.id)
            if milik is None:
                milik = self._yang_diambil_alih(telaah, [s for s in bebas if s.id not in dipakai])
                if milik is not None:
                    dipakai.add(milik.id)
            hasil.append(Pasangan(pmm, milik))
        return tuple(hasil)

    def _yang_diambil_alih(self, telaah: TelaahSkp, bebas: Sequence[Skp]) -> Skp | None:
        return next((s for s in bebas if _seperiode(s, telaah)), None)

    @hitung_sekali
    def bertumpukan(self) -> tuple[tuple[SkpPMM, Skp], ...]:
        """Our definitive SKPs that no agreed PMM SKP meets and whose period touches one of theirs."""
        return tuple(yang_bertumpukan(self.pasangan, self.fakta.skp))

    @hitung_sekali
    def akan_diarsipkan(self) -> tuple[Skp, ...]:
        """Of these, what came from PMM, is gone there and carries no rating: it goes to history."""
        return tuple({s.id: s for _, s in self.bertumpukan if self._boleh_diarsipkan(s)}.values())

    @hitung_sekali
    def menghalangi(self) -> tuple[tuple[SkpPMM, Skp], ...]:
        return tuple((p, s) for p, s in self.bertumpukan if not self._boleh_diarsipkan(s))

    @hitung_sekali
    def pmm_bertumpukan(self) -> tuple[tuple[SkpPMM, SkpPMM], ...]:
        """Agreed SKPs of PMM itself that overlap each other."""
        if self.penugasan is not StatusPegawai.DEFINITIF:
            return ()
        return tuple(
            (a, b)
            for i, a in enumerate(self.disepakati)
            for b in self.disepakati[i + 1 :]
            if a.periode_awal <= b.periode_akhir and b.periode_awal <= a.periode_akhir
        )

    def _boleh_diarsipkan(self, skp: Skp) -> bool:
        return (
            skp.sumber is Sumber.PMM
            and skp.pmm_skp_id not in self._masih_di_pmm
            and skp.kepala.periode_awal.year == self.fakta.tahun
            and not skp.bernilai
        )


def _seperiode(skp: Skp, telaah: TelaahSkp) -> bool:
    kepala = skp.kepala
    return (
        kepala.periode_awal == telaah.rentang.awal
        and kepala.periode_akhir == telaah.rentang.akhir
        and kepala.unit_kerja_id == telaah.pegawai.unit_kerja_id
    )
