"""Sinkro SKP, SKP PLT and SKP rotasi: PMM's Pengguna and SKPs, the comparison table, and the plan of the SKPs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from ekinerja_domain.sinkronisasi import rencana as perencana
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.prasyarat.plt import periksa_plt, pos_yang_lolos
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.telaah_plt import TelaahPlt
from ekinerja_domain.sinkronisasi.temuan import Temuan
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM, tanya_skp
from services.sinkronisasi.jenis.dasar import Aturan, Kasus, PadananBaru, Pendaftaran, Tulisan, jawaban_skp
from services.sinkronisasi.muat import SkpUnit
from services.sinkronisasi.referensi import Referensi
from services.sinkronisasi.tampilan import data_skp

TelaahT = TypeVar("TelaahT", bound=Telaah)
_TIPE_SKP = frozenset(TipeSkp)


class PendaftaranSkp(Pendaftaran[TelaahT], Generic[TelaahT]):
    """What the three syncs of SKPs share: a landing writes whole SKPs."""

    bagian: ClassVar[tuple[str, ...]] = ("data_skp",)

    async def tanya(
        self, pmm: SumberPMM, permintaan: Permintaan, referensi: Referensi | None, *, sumber: str
    ) -> Pengambilan:
        return await tanya_skp(pmm, permintaan, sumber=sumber)

    def lolos(self, studi: TelaahT, temuan: Sequence[Temuan]) -> frozenset[str]:
        """PMM's ids of the SKPs that land: all or none."""
        berhasil = putuskan(temuan) is Peristiwa.BERHASIL
        return frozenset(s.id for s in studi.disepakati) if berhasil else frozenset()

    def perlu_isi(self, studi: TelaahT, temuan: Sequence[Temuan]) -> Sequence[UUID]:
        return perencana.perlu_isi(studi, self.lolos(studi, temuan))

    def rencanakan(
        self, kasus: Kasus, studi: TelaahT, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        lolos = self.lolos(studi, temuan)
        if not lolos:
            return None
        r = perencana.rencanakan(studi, id_baru=id_baru, lolos=lolos)
        return Tulisan(skp=r.skp, arsip=r.arsip, catatan=r.catatan)

    def tampilkan(self, kasus: Kasus, studi: TelaahT, tulisan: Tulisan | None) -> dict[str, Any]:
        return {"data_skp": data_skp(studi, tulisan.skp if tulisan else ())}

    def tipe_skp(self, studi: TelaahT) -> str | None:
        """By PMM: of the last agreed SKP, else of its Pengguna."""
        return next((s.jenis for s in reversed(studi.per_skp) if s.jenis in _TIPE_SKP), None)

    def padanan_baru(self, studi: TelaahT) -> Iterable[PadananBaru]:
        for s in studi.per_skp:
            if s.sekolah.npsn is not None:
                yield from (PadananBaru(s.sekolah.npsn, unit_id, status) for unit_id, status in s.padanan_baru)


class SinkroSkp(PendaftaranSkp[Telaah]):
    """Spec: domain 4.1."""

    jenis = JenisSinkro.SKP
    jalur = "skp"
    diingat = True

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> Telaah:
        fakta = kasus.fakta(skp_unit, aturan)
        return Telaah(fakta, jawaban_skp(kasus), harus_dikonfirmasi=aturan.harus_dikonfirmasi)

    def periksa(self, studi: Telaah) -> Sequence[Temuan]:
        return periksa_skp(studi)


class SinkroSkpPlt(PendaftaranSkp[TelaahPlt]):
    """Spec: domain 4.2."""

    jenis = JenisSinkro.SKP_PLT
    jalur = "skp-plt"
    diingat = True

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> TelaahPlt:
        fakta = kasus.fakta(skp_unit, aturan)
        return TelaahPlt(fakta, jawaban_skp(kasus), harus_dikonfirmasi=aturan.harus_dikonfirmasi)

    def periksa(self, studi: TelaahPlt) -> Sequence[Temuan]:
        return periksa_plt(studi)

    def lolos(self, studi: TelaahPlt, temuan: Sequence[Temuan]) -> frozenset[str]:
        """Each acting post lands or fails alone."""
        return pos_yang_lolos(studi)
