"""How many a bulk would be, before anybody asks for it: the same choice by the same conditions, and nothing written.

The selection itself is frozen when the bulk is made; what changes in between changes the count too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Pemicu
from services.sinkronisasi.massal import (
    DaftarNip,
    Pilihan,
    Saring,
    SaringKosong,
    nilai_saring,
    periksa_nip,
    urutan_jenis,
)
from services.sinkronisasi.massal_pilihan import sql_taksir


@dataclass(frozen=True, slots=True)
class TaksiranJenis:
    """`jumlah` syncs of one jenis; of these never asked for, landed already (they are synchronised again), and waiting
    or running now (they are counted in and not repeated)."""

    jenis: str
    jumlah: int
    belum_pernah: int
    berhasil: int
    berlangsung: int


@dataclass(frozen=True, slots=True)
class Taksiran:
    """What a bulk would be now; `ditolak` as the bulk would have it."""

    per_jenis: tuple[TaksiranJenis, ...]
    ditolak: tuple[dict[str, Any], ...]

    @property
    def jumlah(self) -> int:
        return sum(satu.jumlah for satu in self.per_jenis)


async def taksir_massal(
    conn: AsyncConnection,
    *,
    instansi_id: str,
    jenis: Sequence[str],
    tahun: int,
    pilihan: Pilihan,
    pemicu: Pemicu = Pemicu.MASSAL,
) -> Taksiran:
    """What `buat_massal` of the same would choose now; a jenis of nobody counts 0. Raises SaringKosong, and ValueError
    without a jenis or for one that no bulk may ask for."""
    jenis = urutan_jenis(jenis)
    if isinstance(pilihan, Saring) and pilihan.kosong:
        raise SaringKosong("saring harus berisi sedikitnya satu syarat")
    daftar = isinstance(pilihan, DaftarNip)
    nip, ditolak = await periksa_nip(conn, pilihan, instansi_id) if isinstance(pilihan, DaftarNip) else ([], [])
    saring = nilai_saring(pilihan, pemicu)
    isi = {**saring, "instansi_id": instansi_id, "jenis": jenis, "tahun": tahun}
    perintah = text(sql_taksir("DAFTAR" if daftar else "PENGGUNA", tuple(saring)))
    terhitung = {
        satu.jenis: TaksiranJenis(*satu) for satu in await conn.execute(perintah, isi | {"nip": nip} if daftar else isi)
    }
    return Taksiran(tuple(terhitung.get(j) or TaksiranJenis(j, 0, 0, 0, 0) for j in jenis), tuple(ditolak))
