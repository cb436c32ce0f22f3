"""The header that a sync wants for an SKP, and the hash of everything it would write there: by it unchanged content is
recognised without comparing rows (spec: domain 4.1, "Writes").
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.skp import JenisSkp, KepalaSkp, StatusPegawai, StatusSkp
from ekinerja_domain.unit_kerja import Atasan

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Tautan(Protocol):
    """Where an RHK links to in e-Kinerja."""

    @property
    def rhk_id(self) -> Any: ...

    @property
    def indikator_id(self) -> Any: ...


def kepala_yang_diinginkan(
    pmm: SkpPMM, pegawai: Pegawai, jenis_skp: JenisSkp | None, atasan: Atasan | None
) -> KepalaSkp:
    """The header as it shall be: content by PMM; unit, jabatan and atasan by e-Kinerja. Raises ValueError without a
    unit or a supported kind of user: then the checks have not passed."""
    if pegawai.unit_kerja_id is None or jenis_skp is None:
        raise ValueError("prasyarat belum terpenuhi")
    return KepalaSkp(
        periode_awal=pmm.periode_awal,
        periode_akhir=pmm.periode_akhir,
        pendekatan=pmm.pendekatan,
        unit_kerja_id=pegawai.unit_kerja_id,
        jabatan=pegawai.jabatan,
        status_pegawai=StatusPegawai(pmm.penugasan),
        jenis_pegawai=pegawai.jenis_pegawai,
        jenis_skp=jenis_skp,
        status=StatusSkp.PERSETUJUAN,
        atasan=atasan,
    )


def sidik_isi(pmm: SkpPMM, kepala: KepalaSkp, tautan: Mapping[str, Tautan | None]) -> bytes:
    """The hash of everything the sync would write for this SKP: content, links, snapshot of atasan, unit, jabatan.
    `tautan` by PMM's id of the RHK. PMM's version is left out: a version that grew without a change of content is
    nothing new."""
    atasan = kepala.atasan
    rhk = []
    for r in pmm.rhk:
        t = tautan.get(r.id)
        rhk.append(
            (
                r.id,
                r.lingkup,
                r.jenis,
                r.rencana_hasil_kerja,
                r.penugasan_dari,
                str(t.rhk_id) if t is not None and t.rhk_id else None,
                str(t.indikator_id) if t is not None and t.indikator_id else None,
                [
                    (i.id, i.isi.indikator, i.isi.aspek, i.isi.target, i.isi.satuan, i.isi.perspektif)
                    for i in r.indikator
                ],
            )
        )
    isi = (
        pmm.id,
        kepala.periode_awal.isoformat(),
        kepala.periode_akhir.isoformat(),
        kepala.pendekatan,
        kepala.unit_kerja_id,
        kepala.jabatan,
        kepala.status_pegawai,
        kepala.jenis_pegawai,
        kepala.jenis_skp,
        None if atasan is None else (atasan.nip, atasan.nama, atasan.unit_kerja_id, atasan.unit_kerja_nama),
        rhk,
    )
    return hashlib.blake2b(_JSON.encode(isi).encode(), digest_size=16).digest()
