"""The states of a sync and the one table of how it may move between them (spec: domain 7)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ekinerja_domain.sinkronisasi.temuan import Kelas, Temuan, Tingkat


class StatusSinkro(StrEnum):
    MENUNGGU = "MENUNGGU"
    BERJALAN = "BERJALAN"
    BERHASIL = "BERHASIL"
    GAGAL = "GAGAL"
    TERTAHAN = "TERTAHAN"
    DIBATALKAN = "DIBATALKAN"


class Hasil(StrEnum):
    DATA_BARU = "DATA_BARU"
    TIDAK_ADA_DATA_BARU = "TIDAK_ADA_DATA_BARU"


class HasilPercobaan(StrEnum):
    """How one attempt ended; MENUNGGU: to be tried again; TERPUTUS: its worker died before it could say."""

    BERHASIL = "BERHASIL"
    GAGAL = "GAGAL"
    TERTAHAN = "TERTAHAN"
    MENUNGGU = "MENUNGGU"
    TERPUTUS = "TERPUTUS"


class Pemicu(StrEnum):
    PEGAWAI = "PEGAWAI"
    ADMIN = "ADMIN"
    SISTEM = "SISTEM"
    MASSAL = "MASSAL"
    JADWAL = "JADWAL"
    PELEPASAN = "PELEPASAN"


class StatusMassal(StrEnum):
    BERJALAN = "BERJALAN"
    DIJEDA = "DIJEDA"
    SELESAI = "SELESAI"
    DIBATALKAN = "DIBATALKAN"


class Peristiwa(StrEnum):
    """What can happen to a sync."""

    DIMINTA = "DIMINTA"
    DIAMBIL = "DIAMBIL"
    BERHASIL = "BERHASIL"
    GAGAL = "GAGAL"
    TERTAHAN = "TERTAHAN"
    DITUNDA = "DITUNDA"
    DILEPAS = "DILEPAS"
    DIBATALKAN = "DIBATALKAN"


class PeristiwaMassal(StrEnum):
    """What can happen to a bulk; HABIS: its last item ended."""

    DIJEDA = "DIJEDA"
    DILANJUTKAN = "DILANJUTKAN"
    DIBATALKAN = "DIBATALKAN"
    HABIS = "HABIS"


_S, _P = StatusSinkro, Peristiwa

TRANSISI: dict[tuple[StatusSinkro, Peristiwa], StatusSinkro] = {
    # Asking again for what waits or runs gives the one in progress; for what ended, it starts anew.
    (_S.MENUNGGU, _P.DIMINTA): _S.MENUNGGU,
    (_S.BERJALAN, _P.DIMINTA): _S.BERJALAN,
    (_S.BERHASIL, _P.DIMINTA): _S.MENUNGGU,
    (_S.GAGAL, _P.DIMINTA): _S.MENUNGGU,
    (_S.TERTAHAN, _P.DIMINTA): _S.MENUNGGU,
    (_S.DIBATALKAN, _P.DIMINTA): _S.MENUNGGU,
    (_S.MENUNGGU, _P.DIAMBIL): _S.BERJALAN,
    # A lease that ran out is taken over by another worker.
    (_S.BERJALAN, _P.DIAMBIL): _S.BERJALAN,
    (_S.BERJALAN, _P.BERHASIL): _S.BERHASIL,
    (_S.BERJALAN, _P.GAGAL): _S.GAGAL,
    (_S.BERJALAN, _P.TERTAHAN): _S.TERTAHAN,
    (_S.BERJALAN, _P.DITUNDA): _S.MENUNGGU,
    (_S.GAGAL, _P.DILEPAS): _S.MENUNGGU,
    (_S.TERTAHAN, _P.DILEPAS): _S.MENUNGGU,
    (_S.MENUNGGU, _P.DIBATALKAN): _S.DIBATALKAN,
}

_M, _PM = StatusMassal, PeristiwaMassal

# Pausing what is paused and resuming what runs change nothing; what ended stays as it is.
TRANSISI_MASSAL: dict[tuple[StatusMassal, PeristiwaMassal], StatusMassal] = {
    (_M.BERJALAN, _PM.DIJEDA): _M.DIJEDA,
    (_M.DIJEDA, _PM.DIJEDA): _M.DIJEDA,
    (_M.BERJALAN, _PM.DILANJUTKAN): _M.BERJALAN,
    (_M.DIJEDA, _PM.DILANJUTKAN): _M.BERJALAN,
    (_M.BERJALAN, _PM.DIBATALKAN): _M.DIBATALKAN,
    (_M.DIJEDA, _PM.DIBATALKAN): _M.DIBATALKAN,
    (_M.BERJALAN, _PM.HABIS): _M.SELESAI,
    (_M.DIJEDA, _PM.HABIS): _M.SELESAI,
}
MASSAL_BERAKHIR = frozenset({_M.SELESAI, _M.DIBATALKAN})

SELESAI = frozenset({_S.BERHASIL, _S.GAGAL, _S.TERTAHAN, _S.DIBATALKAN})


class TransisiTidakSah(Exception):
    """The event cannot happen in this state."""


def berpindah(dari: StatusSinkro, peristiwa: Peristiwa) -> StatusSinkro:
    """The state after the event. Raises TransisiTidakSah for a pair that is not in the table."""
    try:
        return TRANSISI[dari, peristiwa]
    except KeyError:
        raise TransisiTidakSah(f"{dari} tidak mengenal {peristiwa}") from None


def massal_berpindah(dari: StatusMassal, peristiwa: PeristiwaMassal) -> StatusMassal:
    """The same for a bulk. Raises TransisiTidakSah when it has ended."""
    try:
        return TRANSISI_MASSAL[dari, peristiwa]
    except KeyError:
        raise TransisiTidakSah(f"massal {dari} tidak mengenal {peristiwa}") from None


def sebelum(peristiwa: Peristiwa) -> tuple[StatusSinkro, ...]:
    """The states in which the event may happen; what the SQL that carries it out must ask for."""
    return tuple(dari for dari, p in TRANSISI if p is peristiwa)


def putuskan(temuan: Iterable[Temuan]) -> Peristiwa:
    """How an attempt ends by its blocking findings: any TRANSIEN waits, else any PERBAIKAN fails, else any BERGANTUNG
    holds, else it lands."""
    kelas = {t.kelas for t in temuan if t.tingkat is Tingkat.GAGAL}
    if Kelas.TRANSIEN in kelas:
        return Peristiwa.DITUNDA
    if Kelas.PERBAIKAN in kelas:
        return Peristiwa.GAGAL
    if Kelas.BERGANTUNG in kelas:
        return Peristiwa.TERTAHAN
    return Peristiwa.BERHASIL
