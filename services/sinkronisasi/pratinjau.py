"""The preview of a sync: steps 1 to 4 of the engine, findings and exact changes, and nothing written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.rencana import Rencana, RencanaSkp
from ekinerja_domain.sinkronisasi.temuan import catatan_baris
from ekinerja_domain.skp import IsiIndikator, IsiRhk
from services.konteks import Konteks
from services.sinkronisasi.ambil import Permintaan, ambil
from services.sinkronisasi.kasus import Putusan
from services.sinkronisasi.mesin import Diminta, Mesin
from services.sinkronisasi.muat import muat_pegawai
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.sinkronisasi.tampilan import data_skp


async def pratinjau(
    konteks: Konteks,
    *,
    jenis: JenisSinkro,
    nip: str,
    tahun: int,
    instansi: frozenset[str] | None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """What a sync would find and change now, in the shape of a Sinkro without its status. PMM's illness is a finding.

    Raises PegawaiTidakTerdaftar as `minta_sinkro` does.
    """
    mesin = Mesin.buat(konteks)
    async with konteks.baca() as conn:
        data = (await muat_pegawai(conn, [nip])).get(nip)
    if data is None or (instansi is not None and data.pegawai.instansi_id not in instansi):
        raise PegawaiTidakTerdaftar
    permintaan = Permintaan(nip, tahun, request_id or uuid4().hex)
    diambil = await ambil(konteks.pmm, permintaan, sumber=konteks.settings.nama_sumber)
    async with konteks.baca() as conn:
        putusan = (await mesin.nilai(conn, [Diminta(jenis, nip, tahun, diambil)]))[0]
    return _tampilkan(putusan)


def _tampilkan(p: Putusan) -> dict[str, Any]:
    data, referensi = p.kasus.data, p.kasus.referensi
    unit_id = data.pegawai.unit_kerja_id if data else None
    unit = referensi.pohon.unit.get(unit_id) if referensi and unit_id else None
    skp = [] if p.telaah is None else data_skp(p.telaah, p.rencana)
    perubahan = {str(r.skp_id): _perubahan(r) for r in p.rencana.skp} if p.rencana else {}
    for satu in skp:
        if satu["skp_id"] in perubahan:
            satu["perubahan"] = perubahan[satu["skp_id"]]
    return {
        "jenis": str(p.kasus.jenis),
        "nip": p.kasus.nip,
        "nama": data.pegawai.nama if data else None,
        "tahun": p.kasus.tahun,
        "tipe_skp": str(p.tipe_skp) if p.tipe_skp else None,
        "instansi_id": data.pegawai.instansi_id if data else None,
        "unit_kerja": None if unit_id is None else {"id": unit_id, "nama": unit.nama if unit else None},
        "temuan": [t.ke_json() for t in p.temuan],
        "data_skp": skp,
        "skp_diarsipkan": _diarsipkan(p.rencana),
        "keterangan": p.kasus.pengambilan.keterangan,
        "catatan": "\n".join(catatan_baris(t) for t in p.temuan) or None,
    }


def _diarsipkan(rencana: Rencana | None) -> list[dict[str, Any]]:
    if rencana is None:
        return []
    return [
        {
            "skp_id": str(s.id),
            "periode_awal": s.kepala.periode_awal.isoformat(),
            "periode_akhir": s.kepala.periode_akhir.isoformat(),
        }
        for s in rencana.arsip
    ]


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
