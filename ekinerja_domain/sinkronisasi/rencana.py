"""The planner: from the study of facts and PMM's answer to the exact changes that make e-Kinerja's SKP equal to PMM's.

Pure. A plan is a value: a preview shows it, the engine writes it, `terapkan` carries it out on a value. Applying a plan
makes both sides equal, and planning again then finds nothing (spec: domain 4.1, "Writes").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from ekinerja_domain.kernel.teks import lipat
from ekinerja_domain.sinkronisasi.fakta import IndikatorPMM, RhkPMM, SkpPMM
from ekinerja_domain.sinkronisasi.telaah import TautanRhk, Telaah, TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode, Objek, Temuan, buat_temuan
from ekinerja_domain.skp import (
    Indikator,
    IsiRhk,
    JenisSkp,
    KepalaSkp,
    LingkupRhk,
    Rhk,
    Skp,
    Sumber,
)


class TindakanSkp(StrEnum):
    DIBUAT = "DIBUAT"
    DIPERBARUI = "DIPERBARUI"
    PERIODE_DIUBAH = "PERIODE_DIUBAH"
    TIDAK_BERUBAH = "TIDAK_BERUBAH"
    TIDAK_DITULIS = "TIDAK_DITULIS"


PENGHITUNG = (
    "rhk_masuk",
    "indikator_masuk",
    "rhk_diubah",
    "indikator_diubah",
    "rhk_dihapus",
    "indikator_dihapus",
)
_KUNCI_LINGKUP = {lingkup: lingkup.lower() for lingkup in LingkupRhk}


@dataclass(frozen=True, slots=True)
class IndikatorDi:
    """An indikator and the RHK it is under."""

    rhk_id: UUID
    indikator: Indikator


@dataclass(frozen=True, slots=True)
class PerubahanIsi:
    """Rows of RHK and indikator to write. A changed row keeps its id."""

    rhk_baru: tuple[Rhk, ...] = ()
    rhk_diubah: tuple[Rhk, ...] = ()
    rhk_dihapus: tuple[Rhk, ...] = ()
    indikator_baru: tuple[IndikatorDi, ...] = ()
    indikator_diubah: tuple[IndikatorDi, ...] = ()
    indikator_dihapus: tuple[IndikatorDi, ...] = ()
    tersisa: tuple[str, ...] = ()

    def kosong(self) -> bool:
        return not (
            self.rhk_baru
            or self.rhk_diubah
            or self.rhk_dihapus
            or self.indikator_baru
            or self.indikator_diubah
            or self.indikator_dihapus
        )


@dataclass(frozen=True, slots=True)
class RencanaSkp:
    """What happens to one SKP. `lama` None: it is made. `sidik_isi` None when something of ours stays that PMM does
    not have: then the next sync must compare in full."""

    skp_id: UUID
    lama: Skp | None
    pmm: SkpPMM
    kepala: KepalaSkp
    tindakan: TindakanSkp
    isi: PerubahanIsi
    sidik_isi: bytes | None
    ringkasan: dict[str, dict[str, int]]

    @property
    def menulis(self) -> bool:
        return self.tindakan is not TindakanSkp.TIDAK_BERUBAH


@dataclass(frozen=True, slots=True)
class Rencana:
    """Everything one landing writes to the data tables; `arsip` are SKPs that go to history."""

    skp: tuple[RencanaSkp, ...]
    arsip: tuple[Skp, ...]
    catatan: tuple[Temuan, ...]

    @property
    def menulis(self) -> bool:
        return bool(self.arsip) or any(s.menulis for s in self.skp)


def perlu_isi(telaah: Telaah, lolos: Collection[str] | None = None) -> list[UUID]:
    """Ids of our SKPs whose RHK must be loaded before `rencanakan`: those whose content is not known to be equal.
    `lolos`: PMM's ids of the SKPs that may land, default all."""
    studi = {s.skp.id: s for s in telaah.per_skp if s.skp is not None}
    return [
        p.milik.id
        for p in telaah.pasangan
        if (lolos is None or p.pmm.id in lolos)
        and p.milik is not None
        and p.milik.rhk is None
        and p.milik.sidik_isi != studi[p.pmm.id].sidik_isi
    ]


def rencanakan(telaah: Telaah, *, id_baru: Callable[[], UUID], lolos: Collection[str] | None = None) -> Rencana:
    """The exact changes of a person whose checks passed. `id_baru` gives the ids of new rows; `lolos` as above.

    Raises ValueError when an SKP that `perlu_isi` names comes without its RHK.
    """
    studi = {s.skp.id: s for s in telaah.per_skp if s.skp is not None}
    rencana = tuple(
        _rencanakan_skp(studi[p.pmm.id], p.pmm, p.milik, id_baru)
        for p in telaah.pasangan
        if lolos is None or p.pmm.id in lolos
    )
    tersisa = [teks for r in rencana for teks in r.isi.tersisa]
    catatan: tuple[Temuan, ...] = ()
    if tersisa:
        pegawai = telaah.fakta.pegawai
        objek = Objek(JenisObjek.PEGAWAI, telaah.fakta.nip, pegawai.nama if pegawai else None)
        catatan = (
            buat_temuan(
                Kode.RHK_TIDAK_ADA_DI_PMM, objek=objek, rincian={"rhk": tersisa}, sumber=telaah.fakta.nama_sumber
            ),
        )
    return Rencana(rencana, telaah.akan_diarsipkan, catatan)


def _isi_rhk(rhk: RhkPMM, tautan: TautanRhk | None) -> IsiRhk:
    return IsiRhk(
        rhk.lingkup,
        rhk.jenis,
        rhk.rencana_hasil_kerja,
        rhk.penugasan_dari,
        tautan.rhk_id if tautan else None,
        tautan.indikator_id if tautan else None,
    )


def _rencanakan_skp(s: TelaahSkp, pmm: SkpPMM, lama: Skp | None, id_baru: Callable[[], UUID]) -> RencanaSkp:
    kepala, sidik = s.kepala, s.sidik_isi
    if lama is None:
        isi = _samakan((), pmm, s, id_baru)
        return RencanaSkp(id_baru(), None, pmm, kepala, TindakanSkp.DIBUAT, isi, sidik, hitung(isi, ()))
    if lama.sidik_isi == sidik:
        kosong = PerubahanIsi()
        return RencanaSkp(lama.id, lama, pmm, kepala, TindakanSkp.TIDAK_BERUBAH, kosong, sidik, hitung(kosong, ()))
    if lama.rhk is None:
        raise ValueError("RHK dari SKP yang berubah belum dimuat")
    isi = _samakan(lama.rhk, pmm, s, id_baru)
    baru_sidik = None if isi.tersisa else sidik
    sama = isi.kosong() and lama.kepala == kepala and lama.pmm_skp_id == pmm.id and lama.sidik_isi == baru_sidik
    periode_sama = (lama.kepala.periode_awal, lama.kepala.periode_akhir) == (pmm.periode_awal, pmm.periode_akhir)
    if sama:
        tindakan = TindakanSkp.TIDAK_BERUBAH
    else:
        tindakan = TindakanSkp.DIPERBARUI if periode_sama else TindakanSkp.PERIODE_DIUBAH
    return RencanaSkp(lama.id, lama, pmm, kepala, tindakan, isi, baru_sidik, hitung(isi, lama.rhk))


def _jodohkan(lama: Sequence[tuple[str | None, object]], pmm: Sequence[tuple[str, object]]) -> dict[int, int]:
    """Which of our rows (by index) is which of PMM's: by PMM id, then by equal text among those left over. A row whose
    PMM id is still in use belongs to that one, so it is never taken by text."""
    hasil: dict[int, int] = {}
    menurut_id = {pmm_id: j for j, (pmm_id, _) in enumerate(pmm)}
    sisa: list[int] = []
    for i, (pmm_id, _) in enumerate(lama):
        if pmm_id is not None and pmm_id in menurut_id:
            hasil[i] = menurut_id.pop(pmm_id)
        else:
            sisa.append(i)
    menurut_teks: dict[object, list[int]] = {}
    for j in menurut_id.values():
        menurut_teks.setdefault(pmm[j][1], []).append(j)
    for i in sisa:
        calon = menurut_teks.get(lama[i][1])
        if calon:
            hasil[i] = calon.pop(0)
    return hasil


def _samakan(lama: Sequence[Rhk], pmm: SkpPMM, s: TelaahSkp, id_baru: Callable[[], UUID]) -> PerubahanIsi:
    """The changes that make our RHK and indikator equal to PMM's, in PMM's order."""
    # A new SKP has nothing to pair, and its texts need not be folded.
    jodoh = (
        _jodohkan(
            [(r.pmm_id, (r.isi.lingkup, lipat(r.isi.rencana_hasil_kerja))) for r in lama],
            [(r.id, (r.lingkup, lipat(r.rencana_hasil_kerja))) for r in pmm.rhk],
        )
        if lama
        else {}
    )
    lama_dari = {j: lama[i] for i, j in jodoh.items()}
    baru: list[Rhk] = []
    diubah: list[Rhk] = []
    ind = _PerubahanIndikator([], [], [], [])
    for urutan, r in enumerate(pmm.rhk):
        isi, ada = _isi_rhk(r, s.tautan.get(r.id)), lama_dari.get(urutan)
        if ada is None:
            rhk = Rhk(id_baru(), isi, urutan, Sumber.PMM, r.id, ())
            baru.append(rhk)
            ind.baru += [
                IndikatorDi(rhk.id, Indikator(id_baru(), i.isi, n, Sumber.PMM, i.id)) for n, i in enumerate(r.indikator)
            ]
            continue
        kini = replace(ada, isi=isi, urutan=urutan, sumber=Sumber.PMM, pmm_id=r.id)
        if kini != ada:
            diubah.append(kini)
        _samakan_indikator(ada, r.indikator, ind, id_baru)
    dihapus: list[Rhk] = []
    tersisa = list(ind.tersisa)
    for i, r_lama in enumerate(lama):
        if i in jodoh:
            continue
        terikat = r_lama.terikat or any(x.terikat for x in r_lama.indikator)
        if r_lama.sumber is Sumber.PMM and not terikat:
            dihapus.append(r_lama)
            ind.dihapus += [IndikatorDi(r_lama.id, x) for x in r_lama.indikator]
        else:
            tersisa.append(r_lama.isi.rencana_hasil_kerja)
    return PerubahanIsi(
        tuple(baru),
        tuple(diubah),
        tuple(dihapus),
        tuple(ind.baru),
        tuple(ind.diubah),
        tuple(ind.dihapus),
        tuple(tersisa),
    )


@dataclass(slots=True)
class _PerubahanIndikator:
    baru: list[IndikatorDi]
    diubah: list[IndikatorDi]
    dihapus: list[IndikatorDi]
    tersisa: list[str]


def _samakan_indikator(
    rhk: Rhk, pmm: Sequence[IndikatorPMM], ke: _PerubahanIndikator, id_baru: Callable[[], UUID]
) -> None:
    lama = rhk.indikator
    jodoh = _jodohkan([(i.pmm_id, lipat(i.isi.indikator)) for i in lama], [(i.id, lipat(i.isi.indikator)) for i in pmm])
    lama_dari = {j: lama[i] for i, j in jodoh.items()}
    for urutan, i in enumerate(pmm):
        ada = lama_dari.get(urutan)
        if ada is None:
            ke.baru.append(IndikatorDi(rhk.id, Indikator(id_baru(), i.isi, urutan, Sumber.PMM, i.id)))
            continue
        kini = replace(ada, isi=i.isi, urutan=urutan, sumber=Sumber.PMM, pmm_id=i.id)
        if kini != ada:
            ke.diubah.append(IndikatorDi(rhk.id, kini))
    for n, i_lama in enumerate(lama):
        if n in jodoh:
            continue
        if i_lama.sumber is Sumber.PMM and not i_lama.terikat:
            ke.dihapus.append(IndikatorDi(rhk.id, i_lama))
        else:
            ke.tersisa.append(i_lama.isi.indikator)


def hitung(isi: PerubahanIsi, lama: Sequence[Rhk]) -> dict[str, dict[str, int]]:
    """Counters per lingkup as the screen shows them. A row that only moved in order, or only got its PMM id, does not
    count as changed."""
    hasil = {kunci: dict.fromkeys(PENGHITUNG, 0) for kunci in _KUNCI_LINGKUP.values()}
    semula = {r.id: r for r in lama}
    semula_indikator = {i.id: i for r in lama for i in r.indikator}
    # Of a changed row the new lingkup counts, so these come last.
    milik = {r.id: hasil[_KUNCI_LINGKUP[r.isi.lingkup]] for r in (*lama, *isi.rhk_baru, *isi.rhk_diubah)}
    for r in isi.rhk_baru:
        milik[r.id]["rhk_masuk"] += 1
    for r in isi.rhk_diubah:
        if r.isi != semula[r.id].isi:
            milik[r.id]["rhk_diubah"] += 1
    for r in isi.rhk_dihapus:
        milik[r.id]["rhk_dihapus"] += 1
    for d in isi.indikator_baru:
        milik[d.rhk_id]["indikator_masuk"] += 1
    for d in isi.indikator_diubah:
        if d.indikator.isi != semula_indikator[d.indikator.id].isi:
            milik[d.rhk_id]["indikator_diubah"] += 1
    for d in isi.indikator_dihapus:
        milik[d.rhk_id]["indikator_dihapus"] += 1
    return hasil


def terapkan(rencana: RencanaSkp) -> Skp:
    """The SKP as it stands after the plan was written; what the database then holds, as a value."""
    lama, isi = rencana.lama, rencana.isi
    hapus_rhk = {r.id for r in isi.rhk_dihapus}
    hapus_indikator = {d.indikator.id for d in isi.indikator_dihapus}
    ubah_indikator = {d.indikator.id: d.indikator for d in isi.indikator_diubah}
    ubah_rhk = {r.id: r for r in isi.rhk_diubah}
    baru_indikator: dict[UUID, list[Indikator]] = {}
    for d in isi.indikator_baru:
        baru_indikator.setdefault(d.rhk_id, []).append(d.indikator)
    rhk: list[Rhk] = []
    for r in (*(lama.rhk or () if lama else ()), *isi.rhk_baru):
        if r.id in hapus_rhk:
            continue
        indikator = [ubah_indikator.get(i.id, i) for i in r.indikator if i.id not in hapus_indikator]
        indikator += baru_indikator.get(r.id, [])
        indikator.sort(key=lambda i: i.urutan)
        rhk.append(replace(ubah_rhk.get(r.id, r), indikator=tuple(indikator)))
    rhk.sort(key=lambda r: r.urutan)
    return Skp(
        id=rencana.skp_id,
        nip=rencana.lama.nip if rencana.lama else "",
        kepala=rencana.kepala,
        sumber=Sumber.PMM,
        pmm_skp_id=rencana.pmm.id,
        pmm_versi=rencana.pmm.versi,
        sidik_isi=rencana.sidik_isi,
        mendarat_pada=None,
        bernilai=lama.bernilai if lama else False,
        rhk=tuple(rhk),
    )


def lingkup_ditampilkan(jenis: JenisSkp, ringkasan: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Guru have RHK Individu only; a KS also has RHK Organisasi, shown even when zero (document 000)."""
    if jenis is JenisSkp.GURU_JAJF and not any(ringkasan["organisasi"].values()):
        return {"individu": ringkasan["individu"]}
    return ringkasan
