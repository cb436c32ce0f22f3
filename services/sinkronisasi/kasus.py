"""One person's way through the engine: the values the five steps hand on, and steps 3 and 4 themselves (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from ekinerja_domain.sinkronisasi.fakta import FaktaPegawai
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.rencana import Rencana
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode, Objek, Temuan, buat_temuan
from ekinerja_domain.skp import Rhk, Skp
from services.db.id import id_baru
from services.sinkronisasi.ambil import Pengambilan
from services.sinkronisasi.muat import DataPegawai, Referensi, SkpUnit
from services.sinkronisasi.registri import JENIS_TERDAFTAR

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kasus:
    """One person, jenis and year with all that is known, at the versions it was read at."""

    jenis: JenisSinkro
    nip: str
    tahun: int
    data: DataPegawai | None
    referensi: Referensi | None
    skp: tuple[Skp, ...]
    pengambilan: Pengambilan


@dataclass(frozen=True, slots=True)
class Putusan:
    """What was judged and planned. `rencana` is there exactly when everything blocking is absent. `versi_unit` are the
    units whose SKPs were read; `memimpin`: units of landing SKPs which the person leads or led."""

    kasus: Kasus
    telaah: Telaah | None
    temuan: tuple[Temuan, ...]
    rencana: Rencana | None
    versi_unit: Mapping[str, int]
    memimpin: frozenset[str]

    @property
    def peristiwa(self) -> Peristiwa:
        return putuskan(self.temuan)

    @property
    def tipe_skp(self) -> TipeSkp | None:
        """By PMM: of the last agreed SKP, else of its Pengguna."""
        if self.telaah is None:
            return None
        jenis = [s.jenis for s in self.telaah.per_skp]
        return next((TipeSkp(j) for j in reversed(jenis) if j in TipeSkp.__members__), None)


def unit_dibaca(kasus: Kasus, sekarang: datetime) -> set[str]:
    """The units whose SKPs the checks may ask for: the own one, and those above that have a leader."""
    if kasus.data is None or kasus.referensi is None or kasus.data.pegawai.unit_kerja_id is None:
        return set()
    unit_id, pohon = kasus.data.pegawai.unit_kerja_id, kasus.referensi.pohon
    if unit_id not in pohon.unit:
        return set()
    hari = kasus.referensi.hari_ini(sekarang)
    atas = (u.id for u in pohon.leluhur(unit_id) if pohon.semua_pimpinan(u.id, hari))
    return {unit_id, *atas} | {s.kepala.unit_kerja_id for s in kasus.skp}


def telaah(
    kasus: Kasus,
    skp_unit: Mapping[str, SkpUnit],
    *,
    sekarang: datetime,
    nama_sumber: str,
    harus_dikonfirmasi: bool,
) -> Telaah:
    """The study of one case. Raises LookupError for a person whose instansi is gone."""
    if kasus.referensi is None:
        raise LookupError("instansi pegawai tidak ada")
    unit = unit_dibaca(kasus, sekarang)
    fakta = FaktaPegawai(
        nip=kasus.nip,
        tahun=kasus.tahun,
        hari_ini=kasus.referensi.hari_ini(sekarang),
        pegawai=kasus.data.pegawai if kasus.data else None,
        user_pmm=kasus.data.user_pmm if kasus.data else False,
        pohon=kasus.referensi.pohon,
        buku=kasus.referensi.buku,
        skp=kasus.skp,
        skp_atasan=tuple(s for u in sorted(unit) if u in skp_unit for s in skp_unit[u].skp),
        nama_sumber=nama_sumber,
    )
    return Telaah(
        fakta,
        kasus.pengambilan.jawaban,
        penugasan=JENIS_TERDAFTAR[kasus.jenis].penugasan,
        harus_dikonfirmasi=harus_dikonfirmasi,
    )


def dengan_isi(kasus: Kasus, isi: Mapping[UUID, Sequence[Rhk]]) -> Kasus:
    """The case with the RHK of the SKPs that must be compared in full."""
    return replace(kasus, skp=tuple(replace(s, rhk=tuple(isi[s.id])) if s.id in isi else s for s in kasus.skp))


def putuskan_kasus(
    kasus: Kasus,
    studi: Telaah | None,
    temuan: Sequence[Temuan],
    skp_unit: Mapping[str, SkpUnit],
    *,
    sekarang: datetime,
    id_baru: Callable[[], UUID] = id_baru,
) -> Putusan:
    """Step 4: the plan of what passed."""
    rencana, memimpin = None, frozenset[str]()
    if studi is not None and putuskan(temuan) is Peristiwa.BERHASIL:
        rencana = JENIS_TERDAFTAR[kasus.jenis].rencanakan(studi, id_baru)
        temuan = [*temuan, *rencana.catatan]
        pimpinan = studi.fakta.pohon.pimpinan
        memimpin = frozenset(
            unit
            for r in rencana.skp
            for unit in {r.kepala.unit_kerja_id, *([r.lama.kepala.unit_kerja_id] if r.lama else [])}
            if r.menulis and any(p.nip == kasus.nip for p in pimpinan.get(unit, ()))
        )
        memimpin |= {
            s.kepala.unit_kerja_id
            for s in rencana.arsip
            if any(p.nip == kasus.nip for p in pimpinan.get(s.kepala.unit_kerja_id, ()))
        }
    versi = {u: skp_unit[u].versi for u in unit_dibaca(kasus, sekarang) if u in skp_unit}
    return Putusan(kasus, studi, tuple(temuan), rencana, versi, memimpin)


def putusan_galat(kasus: Kasus, galat: Exception, *, nama_sumber: str) -> Putusan:
    """Our own fault, for one person only: logged with an id which the finding carries."""
    nomor = id_baru().hex
    _log.error("galat internal pada sinkro", id_galat=nomor, jenis=str(kasus.jenis), exc_info=galat)
    temuan = buat_temuan(
        Kode.GALAT_INTERNAL,
        objek=Objek(JenisObjek.LAYANAN, None, None),
        rincian={"id_galat": nomor},
        sumber=nama_sumber,
        id_galat=nomor,
    )
    return Putusan(kasus, None, (temuan,), None, {}, frozenset())
