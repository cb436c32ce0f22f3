"""Sinkro SKP rotasi: two steps. The preview shows the table of assignments and gives a token of what it showed; what is
applied must be the same, or it ends with PRATINJAU_KEDALUWARSA (spec: domain 4.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.padanan import temukan_semua
from ekinerja_domain.sinkronisasi.prasyarat.rotasi import periksa_rotasi
from ekinerja_domain.sinkronisasi.rencana import TindakanSkp
from ekinerja_domain.sinkronisasi.telaah_rotasi import TelaahRotasi
from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode, Objek, Temuan, buat_temuan
from services.sinkronisasi.jenis.dasar import (
    Aturan,
    Kasus,
    Tulisan,
    jawaban_skp,
)
from services.sinkronisasi.jenis.skp import PendaftaranSkp
from services.sinkronisasi.muat import SkpUnit
from services.sinkronisasi.tampilan import TIDAK_ADA

KETERANGAN_TINDAKAN = {
    TindakanSkp.DIBUAT: "Akan Membuat SKP Baru",
    TindakanSkp.DIPERBARUI: "akan diperbarui",
    TindakanSkp.PERIODE_DIUBAH: "periode akan diubah",
    TindakanSkp.TIDAK_BERUBAH: "tidak berubah",
}
_PANJANG_SIDIK = 16


class SinkroSkpRotasi(PendaftaranSkp[TelaahRotasi]):
    """Never in a bulk or schedule, never released by itself: a person looks at the preview first."""

    jenis = JenisSinkro.SKP_ROTASI
    jalur = "skp-rotasi"
    massal = False
    butuh_token = True
    bagian = ("data_skp", "unor_pegawai_saat_ini")

    def unit_dibaca(self, kasus: Kasus) -> set[str]:
        """Also those of the schools at which PMM places the person."""
        unit = super().unit_dibaca(kasus)
        if kasus.referensi is None:
            return unit
        skp = jawaban_skp(kasus).skp or ()
        sekolah = {
            d.unit.id for s in skp for d in temukan_semua(kasus.referensi.buku, s.sekolah, harus_dikonfirmasi=False)
        }
        return unit | kasus.referensi.beserta_atasan(sekolah)

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> TelaahRotasi:
        fakta = kasus.fakta(skp_unit, aturan)
        return TelaahRotasi(fakta, jawaban_skp(kasus), harus_dikonfirmasi=aturan.harus_dikonfirmasi)

    def periksa(self, studi: TelaahRotasi) -> Sequence[Temuan]:
        return periksa_rotasi(studi)

    def rencanakan(
        self, kasus: Kasus, studi: TelaahRotasi, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        """Only what was shown is applied: a plan that differs from the token's lands nothing."""
        tulisan = super().rencanakan(kasus, studi, temuan, id_baru)
        if tulisan is None or kasus.token is None:
            return tulisan
        if sesuai_pratinjau(kasus.token, sidik_rencana(tulisan)):
            return tulisan
        kedaluwarsa = buat_temuan(
            Kode.PRATINJAU_KEDALUWARSA,
            objek=Objek(JenisObjek.PEGAWAI, kasus.nip, kasus.data.pegawai.nama if kasus.data else None),
            sumber=studi.fakta.nama_sumber,
        )
        return Tulisan(catatan=(kedaluwarsa,))

    def tampilkan(self, kasus: Kasus, studi: TelaahRotasi, tulisan: Tulisan | None) -> dict[str, Any]:
        bagian = super().tampilkan(kasus, studi, tulisan)
        tindakan = {r.pmm.id: r.tindakan for r in (tulisan.skp if tulisan else ())}
        skp = [s for s in studi.per_skp if s.skp is not None]
        for nomor, (s, satu) in enumerate(zip(skp, bagian["data_skp"], strict=True), 1):
            pmm_id = s.skp.id if s.skp else ""
            satu |= {
                "nomor": nomor,
                "nama_unor_ekinerja": s.unit.nama if s.unit else TIDAK_ADA,
                "nama_unor_pmm": s.sekolah.nama_unor or s.sekolah.nama,
                "skp_terakhir_di_pmm": not s.lampau,
                "keterangan": KETERANGAN_TINDAKAN.get(tindakan[pmm_id]) if pmm_id in tindakan else None,
            }
        unit_id = kasus.data.pegawai.unit_kerja_id if kasus.data else None
        unit = studi.fakta.pohon.unit.get(unit_id) if unit_id else None
        bagian["unor_pegawai_saat_ini"] = (
            None if unit_id is None else {"id": unit_id, "nama": unit.nama if unit else None}
        )
        return bagian


def sidik_rencana(tulisan: Tulisan) -> bytes:
    """The hash of what a preview shows, without the ids of rows that do not exist yet."""
    isi = [
        [r.pmm.id, r.tindakan, str(r.lama.id) if r.lama else None, r.kepala.periode_awal.isoformat(),
         r.kepala.periode_akhir.isoformat(), r.kepala.unit_kerja_id, r.sidik_isi.hex() if r.sidik_isi else r.pmm.versi]
        for r in tulisan.skp
    ]  # fmt: skip
    return _sidik([isi, sorted(str(s.id) for s in tulisan.arsip)])


def sidik_fakta(kasus: Kasus) -> bytes:
    """The hash of the person's own rows: who they are, where, and their SKPs as they stand."""
    p = kasus.data.pegawai if kasus.data else None
    return _sidik(
        [
            kasus.nip,
            kasus.tahun,
            None if p is None else [p.instansi_id, p.unit_kerja_id, p.jabatan, p.aktif],
            kasus.data.user_pmm if kasus.data else None,
            [
                [
                    str(s.id),
                    s.kepala.periode_awal.isoformat(),
                    s.kepala.periode_akhir.isoformat(),
                    s.kepala.unit_kerja_id,
                    s.kepala.status,
                    s.pmm_skp_id,
                    s.sidik_isi.hex() if s.sidik_isi else None,
                    s.mendarat_pada.isoformat() if s.mendarat_pada else None,
                ]
                for s in kasus.skp
            ],
        ]
    )


def buat_token(fakta: bytes, rencana: bytes) -> str:
    """The token of a preview: both hashes. It is no permission, only a comparison."""
    return base64.urlsafe_b64encode(fakta + rencana).decode().rstrip("=")


def fakta_masih_sama(token: str, fakta: bytes) -> bool:
    """Whether e-Kinerja's rows are those of the preview; False also for a text that is no token."""
    bagian = _urai(token)
    return bagian is not None and hmac.compare_digest(bagian[0], fakta)


def sesuai_pratinjau(token: str, rencana: bytes) -> bool:
    """Whether the plan is the one that was shown."""
    bagian = _urai(token)
    return bagian is not None and hmac.compare_digest(bagian[1], rencana)


def _urai(token: str) -> tuple[bytes, bytes] | None:
    if len(token) > 128 or not token.isascii():
        return None
    try:
        isi = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return (isi[:_PANJANG_SIDIK], isi[_PANJANG_SIDIK:]) if len(isi) == 2 * _PANJANG_SIDIK else None


def _sidik(isi: object) -> bytes:
    teks = json.dumps(isi, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(teks.encode(), digest_size=_PANJANG_SIDIK).digest()
