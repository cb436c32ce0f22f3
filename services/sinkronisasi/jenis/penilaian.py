"""Sinkro penilaian periodik and penilaian final: PMM's ratings, landed on the SKPs that are here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ekinerja_domain.sinkronisasi import penilaian_final, penilaian_periodik
from ekinerja_domain.sinkronisasi.fakta import JawabanPMM
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.penilaian_bersama import baris_penilaian
from ekinerja_domain.sinkronisasi.penilaian_final import FaktaPenilaianFinal, JawabanPenilaianFinal, TelaahFinal
from ekinerja_domain.sinkronisasi.penilaian_periodik import (
    FaktaPenilaianPeriodik,
    JawabanPenilaianPeriodik,
    TelaahPeriodik,
)
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import Temuan
from services.sinkronisasi.ambil import (
    Pengambilan,
    Permintaan,
    SumberPMM,
    tanya_penilaian_final,
    tanya_penilaian_periodik,
)
from services.sinkronisasi.jenis.dasar import Aturan, Kasus, PadananBaru, Pendaftaran, Tulisan
from services.sinkronisasi.muat import SkpUnit
from services.sinkronisasi.referensi import Referensi


class SinkroPenilaianPeriodik(Pendaftaran[TelaahPeriodik]):
    """Spec: domain 4.4."""

    jenis = JenisSinkro.PENILAIAN_PERIODIK
    jalur = "penilaian-periodik"
    tanya_menurut_referensi = True
    bagian = ("penilaian", "pesan")
    butuh_penilaian = True

    async def tanya(
        self, pmm: SumberPMM, permintaan: Permintaan, referensi: Referensi | None, *, sumber: str
    ) -> Pengambilan:
        """PMM is asked for the tipe of the instansi, and not at all while its periods are not in order."""
        tipe = None if referensi is None else penilaian_periodik.tipe_ditanyakan(referensi.periode, permintaan.tahun)
        return await tanya_penilaian_periodik(pmm, permintaan, tipe, sumber=sumber)

    def unit_dibaca(self, kasus: Kasus) -> set[str]:
        return set()

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> TelaahPeriodik:
        if kasus.referensi is None or not isinstance(kasus.pengambilan.jawaban, JawabanPenilaianPeriodik):
            raise LookupError("instansi pegawai tidak ada")
        fakta = FaktaPenilaianPeriodik(
            nip=kasus.nip,
            tahun=kasus.tahun,
            hari_ini=kasus.hari_ini(aturan),
            pegawai=kasus.data.pegawai if kasus.data else None,
            user_pmm=kasus.data.user_pmm if kasus.data else False,
            instansi_id=kasus.referensi.instansi_id,
            nama_instansi=kasus.referensi.nama,
            periode=kasus.referensi.periode,
            skp=kasus.skp,
            penilaian=kasus.penilaian,
            nama_sumber=aturan.nama_sumber,
        )
        return TelaahPeriodik(fakta, kasus.pengambilan.jawaban)

    def periksa(self, studi: TelaahPeriodik) -> Sequence[Temuan]:
        return penilaian_periodik.periksa(studi)

    def rencanakan(
        self, kasus: Kasus, studi: TelaahPeriodik, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        if putuskan(temuan) is not Peristiwa.BERHASIL:
            return None
        r = penilaian_periodik.rencanakan(studi, id_baru=id_baru)
        return Tulisan(penilaian=r.perubahan, catatan=r.catatan)

    def tampilkan(self, kasus: Kasus, studi: TelaahPeriodik, tulisan: Tulisan | None) -> dict[str, Any]:
        baru = tulisan.penilaian if tulisan else ()
        tanpa_perubahan = tulisan is not None and not baru
        return {
            "penilaian": baris_penilaian(baru),
            "pesan": penilaian_periodik.pesan_tanpa_perubahan(studi.fakta.nama_sumber) if tanpa_perubahan else None,
        }

    def tipe_skp(self, studi: TelaahPeriodik) -> str | None:
        return _tipe_pengguna(studi.jawaban.pengguna.jenis if studi.jawaban.pengguna else None)


class SinkroPenilaianFinal(Pendaftaran[TelaahFinal]):
    """Spec: domain 4.5."""

    jenis = JenisSinkro.PENILAIAN_FINAL
    jalur = "penilaian-final"
    bagian = ("ringkasan_final",)
    butuh_penilaian = True

    async def tanya(
        self, pmm: SumberPMM, permintaan: Permintaan, referensi: Referensi | None, *, sumber: str
    ) -> Pengambilan:
        return await tanya_penilaian_final(pmm, permintaan, sumber=sumber)

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> TelaahFinal:
        if kasus.referensi is None or not isinstance(kasus.pengambilan.jawaban, JawabanPenilaianFinal):
            raise LookupError("instansi pegawai tidak ada")
        fakta = FaktaPenilaianFinal(
            dasar=kasus.fakta(skp_unit, aturan),
            instansi_id=kasus.referensi.instansi_id,
            nama_instansi=kasus.referensi.nama,
            periode=kasus.referensi.periode,
            penilaian=kasus.penilaian,
            lampiran=kasus.lampiran,
        )
        return TelaahFinal(fakta, kasus.pengambilan.jawaban, harus_dikonfirmasi=aturan.harus_dikonfirmasi)

    def periksa(self, studi: TelaahFinal) -> Sequence[Temuan]:
        return penilaian_final.periksa(studi)

    def perlu_isi(self, studi: TelaahFinal, temuan: Sequence[Temuan]) -> Sequence[UUID]:
        return penilaian_final.perlu_isi(studi)

    def perlu_lampiran(self, studi: TelaahFinal) -> Sequence[UUID]:
        return penilaian_final.perlu_lampiran(studi)

    def rencanakan(
        self, kasus: Kasus, studi: TelaahFinal, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        if putuskan(temuan) is not Peristiwa.BERHASIL:
            return None
        r = penilaian_final.rencanakan(studi, id_baru=id_baru)
        return Tulisan(
            skp=(r.skp,) if r.skp is not None else (),
            penilaian=(r.perubahan,) if r.perubahan is not None else (),
            penilaian_id=r.penilaian.id,
            lampiran=r.lampiran,
            catatan=r.catatan,
            ringkasan_final=penilaian_final.ringkasan_final(r, nama_sumber=studi.fakta.dasar.nama_sumber),
        )

    def tampilkan(self, kasus: Kasus, studi: TelaahFinal, tulisan: Tulisan | None) -> dict[str, Any]:
        return {"ringkasan_final": tulisan.ringkasan_final if tulisan else None}

    def tipe_skp(self, studi: TelaahFinal) -> str | None:
        dasar: JawabanPMM = studi.jawaban.dasar
        return _tipe_pengguna(dasar.pengguna.jenis if dasar.pengguna else None)

    def padanan_baru(self, studi: TelaahFinal) -> Iterable[PadananBaru]:
        sekolah = studi.sekolah
        if sekolah is not None and sekolah.npsn is not None:
            yield from (PadananBaru(sekolah.npsn, unit_id, status) for unit_id, status in studi.padanan_baru)


def _tipe_pengguna(jenis: str | None) -> str | None:
    return jenis if jenis in TipeSkp.__members__ else None
