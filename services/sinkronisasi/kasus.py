"""Steps 3 and 4 of the engine for one person: what was judged and planned, and what becomes of a fault of our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode, Objek, Temuan, buat_temuan
from services.db.id import id_baru
from services.sinkronisasi.jejak import Ingatan, JejakBaru
from services.sinkronisasi.jenis.dasar import Aturan, Kasus, PadananBaru, Tulisan
from services.sinkronisasi.muat import SkpUnit
from services.sinkronisasi.registri import JENIS_TERDAFTAR

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Diperiksa:
    """Step 3: the study and every finding, on the units that were read, and what the planner needs besides. `galat`: a
    fault of ours."""

    kasus: Kasus
    dibaca: Mapping[str, SkpUnit] = field(default_factory=dict)
    studi: Any = None
    temuan: tuple[Temuan, ...] = ()
    perlu_isi: tuple[UUID, ...] = ()
    perlu_lampiran: tuple[UUID, ...] = ()
    galat: Exception | None = None


@dataclass(frozen=True, slots=True)
class Putusan:
    """What was judged and planned. `tulisan` None: nothing lands. `tampilan`: the parts of the answer that belong to
    the jenis. `versi_unit` are the units whose SKPs were read; `memimpin`: units of landing SKPs which the person leads
    or led, or may have led in another instansi, so that others may wait for them. `berlandasan`: it rests on PMM's
    answer and the landasan alone."""

    kasus: Kasus
    temuan: tuple[Temuan, ...]
    tulisan: Tulisan | None = None
    tampilan: dict[str, Any] = field(default_factory=dict)
    tipe_skp: str | None = None
    padanan: tuple[PadananBaru, ...] = ()
    versi_unit: Mapping[str, int] = field(default_factory=dict)
    memimpin: frozenset[str] = frozenset()
    berlandasan: bool = False

    @property
    def peristiwa(self) -> Peristiwa:
        return putuskan(self.temuan)

    @property
    def menulis(self) -> bool:
        return self.tulisan is not None and self.tulisan.menulis


def periksa(kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> Diperiksa:
    """Every finding of one person. Never raises: a fault of ours is carried along."""
    if kasus.pengambilan.galat is not None:
        return Diperiksa(kasus, galat=kasus.pengambilan.galat)
    daftar = JENIS_TERDAFTAR[kasus.jenis]
    try:
        dibaca = _dibaca(kasus, skp_unit)
        studi = daftar.telaah(kasus, dibaca, aturan)
        temuan = tuple(daftar.periksa(studi))
        isi, lampiran = tuple(daftar.perlu_isi(studi, temuan)), tuple(daftar.perlu_lampiran(studi))
        return Diperiksa(kasus, dibaca, studi, temuan, isi, lampiran)
    except Exception as galat:  # noqa: BLE001 - one person's fault must not become everybody's
        return Diperiksa(kasus, galat=galat)


def rencanakan(
    p: Diperiksa,
    kasus: Kasus,
    aturan: Aturan,
    *,
    id_baru: Callable[[], UUID] = id_baru,
) -> Putusan:
    """Step 4: the plan of what passed. `kasus` is that of `p` with what it asked for. Never raises, as above."""
    if p.galat is not None:
        return putusan_galat(p.kasus, p.galat, nama_sumber=aturan.nama_sumber)
    daftar, dibaca = JENIS_TERDAFTAR[kasus.jenis], p.dibaca
    try:
        studi = p.studi if kasus is p.kasus else daftar.telaah(kasus, dibaca, aturan)
        tulisan = daftar.rencanakan(kasus, studi, p.temuan, id_baru)
        temuan = (*p.temuan, *(tulisan.catatan if tulisan else ()))
        versi_unit = {u: s.versi for u, s in dibaca.items()}
        return Putusan(
            kasus=kasus,
            temuan=temuan,
            tulisan=tulisan,
            tampilan=daftar.tampilkan(kasus, studi, tulisan),
            tipe_skp=daftar.tipe_skp(studi),
            padanan=tuple(daftar.padanan_baru(studi)),
            versi_unit=versi_unit,
            memimpin=_memimpin(kasus, tulisan),
            berlandasan=not p.perlu_isi and not p.perlu_lampiran and _berlandasan(kasus, versi_unit),
        )
    except Exception as galat:  # noqa: BLE001 - as above
        return putusan_galat(kasus, galat, nama_sumber=aturan.nama_sumber)


def _dibaca(kasus: Kasus, skp_unit: Mapping[str, SkpUnit]) -> Mapping[str, SkpUnit]:
    """Of the units the batch loaded those that this person's checks may ask for."""
    return {u: skp_unit[u] for u in JENIS_TERDAFTAR[kasus.jenis].unit_dibaca(kasus) if u in skp_unit}


def _berlandasan(kasus: Kasus, versi_unit: Mapping[str, int]) -> bool:
    """The landasan, read before PMM was asked, names the very facts that were judged, and there are no others: what
    other instansi change is in none of the versions."""
    dulu, referensi = kasus.landasan, kasus.referensi
    return (
        dulu is not None
        and referensi is not None
        and (kasus.data, referensi.versi, versi_unit) == (dulu.data, dulu.referensi.versi, dulu.versi_unit)
        and not kasus.unit_luar
        and all(s.kepala.unit_kerja_id in referensi.pohon.unit for s in kasus.skp)
    )


def putusan_diingat(kasus: Kasus, ingatan: Ingatan) -> Putusan:
    """The remembered result of a person whose landasan and PMM's answer are those of `ingatan`."""
    versi_unit = kasus.landasan.versi_unit if kasus.landasan else {}
    return Putusan(kasus, ingatan.temuan, None, ingatan.tampilan, ingatan.tipe_skp, versi_unit=versi_unit)


def jejak_baru(putusan: Putusan, sinkro_id: UUID) -> JejakBaru | None:
    """What to remember of the result. Only a success that changed nothing: whoever is held back is judged each time."""
    kasus = putusan.kasus
    tanda = kasus.pengambilan.tanda
    if tanda is None or kasus.landasan is None or not putusan.berlandasan or putusan.menulis:
        return None
    if putusan.peristiwa is not Peristiwa.BERHASIL:
        return None
    temuan = temuan_terlihat(putusan.temuan)
    return JejakBaru(sinkro_id, kasus.landasan.fakta, tanda, temuan, putusan.tampilan, putusan.tipe_skp)


def _memimpin(kasus: Kasus, tulisan: Tulisan | None) -> frozenset[str]:
    if tulisan is None or kasus.referensi is None:
        return frozenset()
    unit = {s.kepala.unit_kerja_id for s in tulisan.arsip}
    for r in tulisan.skp:
        if r.menulis:
            unit |= {r.kepala.unit_kerja_id, *([r.lama.kepala.unit_kerja_id] if r.lama else [])}
    dipimpin, milik = kasus.referensi.dipimpin.get(kasus.nip, ()), kasus.referensi.pohon.unit
    # Who led a unit of another instansi is recorded there: whoever was there may have.
    return frozenset(u for u in unit if u in dipimpin or u not in milik)


def putusan_galat(kasus: Kasus, galat: Exception, *, nama_sumber: str) -> Putusan:
    """Our own fault, for one person only: logged with an id which the finding carries."""
    nomor = id_baru().hex
    _log.error("galat internal pada sinkro", id_galat=nomor, jenis=kasus.jenis, exc_info=galat)
    temuan = buat_temuan(
        Kode.GALAT_INTERNAL,
        objek=Objek(JenisObjek.LAYANAN, None, None),
        rincian={"id_galat": nomor},
        sumber=nama_sumber,
        id_galat=nomor,
    )
    return Putusan(kasus, (temuan,))


def temuan_terlihat(temuan: Sequence[Temuan]) -> list[dict[str, Any]]:
    """Findings as they are kept and shown."""
    return [t.ke_json() for t in temuan]
