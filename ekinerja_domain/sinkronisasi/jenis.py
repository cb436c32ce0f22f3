"""The kinds of synchronisation, as they are named everywhere."""

from __future__ import annotations

from enum import StrEnum

from ekinerja_domain.skp import JenisSkp


class JenisSinkro(StrEnum):
    SKP = "SKP"
    SKP_PLT = "SKP_PLT"
    SKP_ROTASI = "SKP_ROTASI"
    PENILAIAN_PERIODIK = "PENILAIAN_PERIODIK"
    PENILAIAN_FINAL = "PENILAIAN_FINAL"


class TipeSkp(StrEnum):
    """The column "Tipe SKP" of the log (document 000)."""

    GURU = "GURU"
    KEPALA_SEKOLAH = "KEPALA_SEKOLAH"
    PENGAWAS = "PENGAWAS"


# PMM's kinds of user. A kind that is not here is a finding, not an error: more may come.
JENIS_SKP_MENURUT_TIPE: dict[str, JenisSkp] = {
    TipeSkp.GURU: JenisSkp.GURU_JAJF,
    TipeSkp.KEPALA_SEKOLAH: JenisSkp.KEPALA_SEKOLAH,
    TipeSkp.PENGAWAS: JenisSkp.PENGAWAS,
}
