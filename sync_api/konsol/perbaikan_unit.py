"""The repairs of one instansi that are about units, for the screens where they are done."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.perbaikan import daftar_perbaikan
from sync_api.konsol.keamanan import Akses
from sync_api.konsol.tampilan import alamat

PERBAIKAN_TERBANYAK = 2_000


async def perbaikan_unit(akses: Akses, instansi_id: str, kode: Collection[Kode]) -> list[dict[str, Any]]:
    """The units that one of these repairs is about, each once by what frees most people, the one that frees most
    first; with `orang`: the address of the list of the people. Nothing for who may not see syncs."""
    if akses.jangkauan_untuk("sinkro:baca") is None:
        return []
    async with akses.konteks.baca() as conn:
        semua, _ = await daftar_perbaikan(conn, Jangkauan(frozenset({instansi_id})), jumlah_baris=PERBAIKAN_TERBANYAK)
    hasil: dict[str, dict[str, Any]] = {}
    for p in semua:
        unit_id = p["objek"]["id"]
        if p["kode"] in kode and p["objek"]["jenis"] == JenisObjek.UNIT_KERJA and unit_id:
            orang = alamat("/log", kode=sorted(kode), objek=f"{JenisObjek.UNIT_KERJA}:{unit_id}")
            hasil.setdefault(unit_id, p | {"orang": orang})
    return list(hasil.values())
