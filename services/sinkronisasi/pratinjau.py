"""The preview of a sync: steps 1 to 4 of the engine, findings and exact changes, and nothing written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.rencana import RencanaSkp
from ekinerja_domain.sinkronisasi.temuan import catatan_baris
from ekinerja_domain.skp import IsiIndikator, IsiRhk
from services.db.penyewa import sebagai_mesin
from services.konteks import Konteks
from services.sinkronisasi.ambil import Pengambilan, Permintaan
from services.sinkronisasi.jenis.rotasi import buat_token, fakta_masih_sama, sidik_fakta, sidik_rencana
from services.sinkronisasi.kasus import Putusan, temuan_terlihat
from services.sinkronisasi.mesin import Diminta, Mesin
from services.sinkronisasi.muat import muat_pegawai
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.sinkronisasi.registri import JENIS_TERDAFTAR


async def pratinjau(
    konteks: Konteks,
    *,
    jenis: str,
    nip: str,
    tahun: int,
    instansi: frozenset[str] | None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """What a sync would find and change now, in the shape of a Sinkro without its status. PMM's illness is a finding.
    Of a rotasi with `token_pratinjau`: what was shown, to be applied as it is.

    Raises PegawaiTidakTerdaftar as `minta_sinkro` does.
    """
    mesin = Mesin.buat(konteks)
    # What a sync is judged by lies beyond the caller's reach: the atasan's SKP, a rotation's units in other instansi.
    with sebagai_mesin():
        async with konteks.baca() as conn:
            data = (await muat_pegawai(conn, [nip])).get(nip)
            if data is None or (instansi is not None and data.pegawai.instansi_id not in instansi):
                raise PegawaiTidakTerdaftar
            referensi = (await mesin.referensi.ambil(conn, [data.pegawai.instansi_id]))[data.pegawai.instansi_id]
        diambil = await mesin.tanya(jenis, Permintaan(nip, tahun, request_id or uuid4().hex), referensi)
        async with konteks.baca() as conn:
            putusan = (await mesin.nilai(conn, [Diminta(jenis, nip, tahun, diambil)]))[0]
    hasil = _tampilkan(putusan)
    if JENIS_TERDAFTAR[jenis].butuh_token:
        hasil["token_pratinjau"] = (
            None if putusan.tulisan is None else buat_token(sidik_fakta(putusan.kasus), sidik_rencana(putusan.tulisan))
        )
    return hasil


async def fakta_pratinjau_masih_sama(konteks: Konteks, *, nip: str, tahun: int, token: str) -> bool:
    """Whether e-Kinerja's rows of the person are those that the preview of the token rested on."""
    kosong = Pengambilan(jawaban=None)
    # As for the preview itself.
    with sebagai_mesin():
        async with konteks.baca() as conn:
            kasus = (await Mesin.buat(konteks).muat(conn, [Diminta(JenisSinkro.SKP_ROTASI, nip, tahun, kosong)]))[0]
    return fakta_masih_sama(token, sidik_fakta(kasus))


def _tampilkan(p: Putusan) -> dict[str, Any]:
    data, referensi = p.kasus.data, p.kasus.referensi
    unit_id = data.pegawai.unit_kerja_id if data else None
    unit = referensi.pohon.unit.get(unit_id) if referensi and unit_id else None
    perubahan = {str(r.skp_id): _perubahan(r) for r in p.tulisan.skp} if p.tulisan else {}
    for satu in p.tampilan.get("data_skp", ()):
        if satu["skp_id"] in perubahan:
            satu["perubahan"] = perubahan[satu["skp_id"]]
    return {
        "jenis": p.kasus.jenis,
        "nip": p.kasus.nip,
        "nama": data.pegawai.nama if data else None,
        "tahun": p.kasus.tahun,
        "tipe_skp": p.tipe_skp,
        "instansi_id": data.pegawai.instansi_id if data else None,
        "unit_kerja": None if unit_id is None else {"id": unit_id, "nama": unit.nama if unit else None},
        "temuan": temuan_terlihat(p.temuan),
        **p.tampilan,
        "skp_diarsipkan": [
            {
                "skp_id": str(s.id),
                "periode_awal": s.kepala.periode_awal.isoformat(),
                "periode_akhir": s.kepala.periode_akhir.isoformat(),
            }
            for s in (p.tulisan.arsip if p.tulisan else ())
        ],
        "keterangan": p.kasus.pengambilan.keterangan,
        "catatan": "\n".join(catatan_baris(t) for t in p.temuan) or None,
    }


def _perubahan(r: RencanaSkp) -> dict[str, Any]:
    """The exact rows: what is added and removed, and what is changed from what to what."""
    lama_rhk = {x.id: x.isi for x in (r.lama.rhk or () if r.lama else ())}
    lama_indikator = {i.id: i.isi for x in (r.lama.rhk or () if r.lama else ()) for i in x.indikator}
    return {
        "rhk_masuk": [_rhk(x.isi) for x in r.isi.rhk_baru],
        "rhk_diubah": [
            {"id": str(x.id), "semula": _rhk(lama_rhk[x.id]), "menjadi": _rhk(x.isi)}
            for x in r.isi.rhk_diubah
            if x.isi != lama_rhk[x.id]
        ],
        "rhk_dihapus": [{"id": str(x.id), **_rhk(x.isi)} for x in r.isi.rhk_dihapus],
        "indikator_masuk": [_indikator(d.indikator.isi) for d in r.isi.indikator_baru],
        "indikator_diubah": [
            {
                "id": str(d.indikator.id),
                "semula": _indikator(lama_indikator[d.indikator.id]),
                "menjadi": _indikator(d.indikator.isi),
            }
            for d in r.isi.indikator_diubah
            if d.indikator.isi != lama_indikator[d.indikator.id]
        ],
        "indikator_dihapus": [
            {"id": str(d.indikator.id), **_indikator(d.indikator.isi)} for d in r.isi.indikator_dihapus
        ],
    }


def _rhk(isi: IsiRhk) -> dict[str, Any]:
    return {
        "lingkup": str(isi.lingkup),
        "jenis": str(isi.jenis),
        "rencana_hasil_kerja": isi.rencana_hasil_kerja,
        "penugasan_dari": isi.penugasan_dari,
    }


def _indikator(isi: IsiIndikator) -> dict[str, Any]:
    return {
        "indikator": isi.indikator,
        "aspek": str(isi.aspek) if isi.aspek else None,
        "target": isi.target,
        "satuan": isi.satuan,
        "perspektif": str(isi.perspektif) if isi.perspektif else None,
    }
