"""The rules of imported SKPs: dates, no overlap of definitive ones (spec: domain 3.1), and which SKP of the database a
row is about. One that came from PMM is PMM's and is never overwritten by an import (keputusan)."""

from __future__ import annotations

from datetime import date
from typing import Any

from ekinerja_domain.skp import StatusPegawai, Sumber
from services.referensi.bentuk import SkpImpor
from services.referensi.galat import KumpulanGalat
from services.referensi.keadaan import Baris, Keadaan
from services.referensi.uraian import Muatan


def skp_dituju(baris: SkpImpor, keadaan: Keadaan) -> Baris | None:
    """The live SKP with this key; among several acting posts that began on one day the one of the same unit."""
    calon = [
        lama
        for lama in keadaan.skp.get(baris.nip, ())
        if (lama.status_pegawai, lama.periode_awal) == (baris.status_pegawai, baris.periode_awal)
    ]
    seunit = [lama for lama in calon if lama.unit_kerja_id == baris.unit_kerja_id]
    if seunit or baris.status_pegawai is StatusPegawai.DEFINITIF:
        return next(iter(seunit or calon), None)
    milik_sendiri = [lama for lama in calon if lama.sumber == Sumber.EKINERJA]
    return milik_sendiri[0] if len(milik_sendiri) == 1 else None


def periksa_skp(muatan: Muatan, keadaan: Keadaan, galat: KumpulanGalat) -> None:
    """Reports every SKP row that ends before it begins, would overwrite PMM's, or overlaps another definitive one."""
    diganti: set[Any] = set()
    rentang: dict[str, list[tuple[date, date, int | None]]] = {}
    for indeks, baris in muatan.skp:
        if baris.periode_akhir < baris.periode_awal:
            galat.tambah(f"skp[{indeks}].periode_akhir", "mendahului periode_awal")
            continue
        lama = skp_dituju(baris, keadaan)
        if lama is not None:
            diganti.add(lama.id)
            if lama.sumber == Sumber.PMM:
                galat.tambah(f"skp[{indeks}]", "SKP ini berasal dari PMM dan tidak dapat diubah oleh impor")
                continue
        if baris.status_pegawai is StatusPegawai.DEFINITIF:
            rentang.setdefault(baris.nip, []).append((baris.periode_awal, baris.periode_akhir, indeks))
    for nip, daftar in rentang.items():
        for lama in keadaan.skp.get(nip, ()):
            if lama.status_pegawai == StatusPegawai.DEFINITIF and lama.id not in diganti:
                daftar.append((lama.periode_awal, lama.periode_akhir, None))
        _tandai_tumpang_tindih(daftar, galat)


def _tandai_tumpang_tindih(daftar: list[tuple[date, date, int | None]], galat: KumpulanGalat) -> None:
    daftar.sort(key=lambda r: r[:2])
    terakhir = daftar[0]
    for rentang in daftar[1:]:
        if rentang[0] <= terakhir[1]:
            # Of the database's own rows nothing is wrong: the row of the payload is named.
            indeks = rentang[2] if rentang[2] is not None else terakhir[2]
            galat.tambah(f"skp[{indeks}]", "periode bertumpang tindih dengan SKP definitif lain pegawai ini")
        terakhir = max(terakhir, rentang, key=lambda r: r[1])
