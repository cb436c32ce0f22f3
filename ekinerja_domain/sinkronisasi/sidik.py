"""The header that a sync wants for an SKP, and the hash of everything it would write there: by it unchanged content is
recognised without comparing rows (spec: domain 4.1, "Writes").
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.skp import JenisSkp, KepalaSkp, StatusSkp
from ekinerja_domain.unit_kerja import Atasan

# No text holds a NUL: the client of PMM refuses it and the database cannot store it. So it separates, and what stands
# between two is one value, or nothing for None.
_PEMISAH, _ADA = "\0", "="


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
        status_pegawai=pmm.penugasan,
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
    isi: list[str | None] = [
        pmm.id,
        kepala.periode_awal.isoformat(),
        kepala.periode_akhir.isoformat(),
        kepala.pendekatan,
        kepala.unit_kerja_id,
        kepala.jabatan,
        kepala.status_pegawai,
        kepala.jenis_pegawai,
        kepala.jenis_skp,
    ]
    isi += (
        (None, None, None, None)
        if atasan is None
        else (atasan.nip, atasan.nama, atasan.unit_kerja_id, atasan.unit_kerja_nama)
    )
    # Every part has a fixed number of values, and an RHK says how many indikator follow: no two contents read alike.
    for r in pmm.rhk:
        t = tautan.get(r.id)
        isi += (
            r.id,
            r.lingkup,
            r.jenis,
            r.rencana_hasil_kerja,
            r.penugasan_dari,
            str(t.rhk_id) if t is not None and t.rhk_id else None,
            str(t.indikator_id) if t is not None and t.indikator_id else None,
            str(len(r.indikator)),
        )
        for i in r.indikator:
            x = i.isi
            isi += (i.id, x.indikator, x.aspek, x.target, x.satuan, x.perspektif)
    teks = _PEMISAH.join(["" if satu is None else _ADA + satu for satu in isi])
    return hashlib.blake2b(teks.encode(), digest_size=16).digest()
