"""What a sync shows of its SKPs (`data_skp`): the comparison table and the counters, also when nothing was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.sinkronisasi.rencana import (
    PENGHITUNG,
    RencanaSkp,
    TindakanSkp,
    lingkup_ditampilkan,
)
from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp

TIDAK_ADA = "-"


def data_skp(telaah: Telaah, rencana: Iterable[RencanaSkp]) -> list[dict[str, Any]]:
    """One entry per agreed SKP, in the order of their period; of those without a plan nothing was written."""
    menurut_pmm = {r.pmm.id: r for r in rencana}
    pasangan = {p.pmm.id: p.milik for p in telaah.pasangan}
    hasil = []
    for s in telaah.per_skp:
        if s.skp is not None:
            milik = pasangan.get(s.skp.id)
            hasil.append(_satu(s, s.skp, menurut_pmm.get(s.skp.id), str(milik.id) if milik else None))
    return hasil


def _satu(s: TelaahSkp, pmm: SkpPMM, rencana: RencanaSkp | None, skp_id: str | None) -> dict[str, Any]:
    if rencana is None:
        tindakan, ringkasan = TindakanSkp.TIDAK_DITULIS, {"individu": dict.fromkeys(PENGHITUNG, 0)}
    else:
        tindakan, skp_id = rencana.tindakan, str(rencana.skp_id)
        ringkasan = lingkup_ditampilkan(rencana.kepala.jenis_skp, rencana.ringkasan)
    return {
        "skp_id": skp_id,
        "periode_awal": pmm.periode_awal.isoformat(),
        "periode_akhir": pmm.periode_akhir.isoformat(),
        "pendekatan": str(pmm.pendekatan),
        "jenis_skp": str(s.jenis_skp) if s.jenis_skp else pmm.jenis,
        "tindakan": str(tindakan),
        "perbandingan": [
            {
                "rincian": "Pegawai Unor",
                "ekinerja": s.unit.nama if s.unit else TIDAK_ADA,
                "pmm": pmm.sekolah.nama_unor or pmm.sekolah.nama,
            },
            {"rincian": "Detail Pegawai Atasan", "ekinerja": _atasan_ekinerja(s), "pmm": _atasan_pmm(pmm)},
        ],
        "ringkasan": ringkasan,
    }


def _atasan_ekinerja(s: TelaahSkp) -> str:
    if s.atasan is None:
        return TIDAK_ADA
    return _detail_atasan(s.atasan.nama, s.atasan.nip, s.atasan.unit_kerja_nama)


def _atasan_pmm(pmm: SkpPMM) -> str:
    return _detail_atasan(pmm.atasan.nama, pmm.atasan.nip, pmm.atasan.nama_unor)


def _detail_atasan(nama: str, nip: str | None, unor: str | None) -> str:
    """As the dialog writes it (document 000)."""
    return f"Nama : {nama}\nNIP : {nip or TIDAK_ADA}\nUnor : {unor or TIDAK_ADA}"
