"""Making, changing and removing one period.

Once ratings hang on a period, its dates, jenis and tahun stay as they are and it is not removed; nama, tipe, angka and
batas_pengisian may always change. Two periods with the same tipe or angka are accepted: that is a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import Periode
from services.db.id import id_baru
from services.db.tables import PeriodeRow
from services.periode.perubahan import Pengubah, kunci_instansi, tuntaskan
from services.periode.queries import PeriodeTidakDitemukan, isi_json, jumlah_penilaian, periode_json, satu_periode

if TYPE_CHECKING:
    from services.konteks import Konteks

TETAP_BILA_DINILAI = ("jenis", "periode_awal", "periode_akhir", "tahun")


class PeriodeSudahAda(Exception):
    """The instansi has a period of this jenis, nama and tahun already."""


class PeriodeBerpenilaian(Exception):
    """Ratings hang on the period. `bidang`: what therefore cannot change; empty when it was to be removed."""

    def __init__(self, jumlah: int, bidang: tuple[str, ...] = ()) -> None:
        super().__init__("periode sudah memiliki penilaian")
        self.jumlah, self.bidang = jumlah, bidang


async def buat_periode(konteks: Konteks, pengubah: Pengubah, *, instansi_id: str, isi: Periode) -> dict[str, Any]:
    """The new period as the API gives it. Raises PeriodeSudahAda, PeriodeTidakDitemukan for an unknown instansi."""
    async with konteks.transaksi() as conn:
        await kunci_instansi(conn, instansi_id)
        await _tolak_kembar(conn, instansi_id, isi, None)
        periode_id = id_baru()
        baru = isi_json(isi)
        await conn.execute(insert(PeriodeRow).values(id=periode_id, instansi_id=instansi_id, **baru))
        terlepas = await tuntaskan(
            conn,
            pengubah,
            instansi_id=instansi_id,
            tahun=[isi.tahun],
            tindakan="BUAT_PERIODE",
            objek=f"periode:{periode_id}",
            rincian={"sesudah": baru},
        )
    await _bunyikan(konteks, terlepas)
    return {"id": str(periode_id), "instansi_id": instansi_id, **baru}


async def ubah_periode(
    konteks: Konteks, pengubah: Pengubah, *, periode_id: UUID, instansi: frozenset[str] | None, isi: Periode
) -> dict[str, Any]:
    """Replaces the period's content; the same content again changes nothing.

    `instansi`: whose periods may be changed (None: everybody's). Raises PeriodeTidakDitemukan, PeriodeSudahAda,
    PeriodeBerpenilaian.
    """
    terlepas = 0
    async with konteks.transaksi() as conn:
        lama = await _kunci_periode(conn, periode_id, instansi)
        sebelum, sesudah = isi_json(lama), isi_json(isi)
        berubah = {nama for nama, nilai in sesudah.items() if sebelum[nama] != nilai}
        if berubah:
            tetap = tuple(nama for nama in TETAP_BILA_DINILAI if nama in berubah)
            if tetap:
                await _tolak_berpenilaian(conn, periode_id, tetap)
            await _tolak_kembar(conn, str(lama.instansi_id), isi, periode_id)
            await conn.execute(update(PeriodeRow).where(PeriodeRow.id == periode_id).values(**sesudah))
            terlepas = await tuntaskan(
                conn,
                pengubah,
                instansi_id=str(lama.instansi_id),
                tahun=[lama.tahun, isi.tahun],
                tindakan="UBAH_PERIODE",
                objek=f"periode:{periode_id}",
                rincian={
                    "sebelum": {nama: sebelum[nama] for nama in sorted(berubah)},
                    "sesudah": {nama: sesudah[nama] for nama in sorted(berubah)},
                },
            )
    await _bunyikan(konteks, terlepas)
    return periode_json(lama) | sesudah


async def hapus_periode(
    konteks: Konteks, pengubah: Pengubah, *, periode_id: UUID, instansi: frozenset[str] | None
) -> None:
    """Removes the period. Raises PeriodeTidakDitemukan, PeriodeBerpenilaian."""
    async with konteks.transaksi() as conn:
        lama = await _kunci_periode(conn, periode_id, instansi)
        await _tolak_berpenilaian(conn, periode_id)
        await conn.execute(delete(PeriodeRow).where(PeriodeRow.id == periode_id))
        terlepas = await tuntaskan(
            conn,
            pengubah,
            instansi_id=str(lama.instansi_id),
            tahun=[lama.tahun],
            tindakan="HAPUS_PERIODE",
            objek=f"periode:{periode_id}",
            rincian={"sebelum": isi_json(lama)},
        )
    await _bunyikan(konteks, terlepas)


async def _kunci_periode(conn: AsyncConnection, periode_id: UUID, instansi: frozenset[str] | None) -> Periode:
    """The period as it is under the lock: a period never changes its instansi, so looking for it first is safe."""
    terlihat = await satu_periode(conn, periode_id, instansi)
    if terlihat is not None and terlihat.instansi_id is not None:
        await kunci_instansi(conn, terlihat.instansi_id)
        terlihat = await satu_periode(conn, periode_id, instansi)
    if terlihat is None:
        raise PeriodeTidakDitemukan("periode tidak ditemukan")
    return terlihat


async def _tolak_berpenilaian(conn: AsyncConnection, periode_id: UUID, bidang: tuple[str, ...] = ()) -> None:
    jumlah = (await jumlah_penilaian(conn, [periode_id])).get(str(periode_id), 0)
    if jumlah:
        raise PeriodeBerpenilaian(jumlah, bidang)


async def _tolak_kembar(conn: AsyncConnection, instansi_id: str, isi: Periode, selain: UUID | None) -> None:
    p = PeriodeRow
    perintah = select(p.id).where(
        p.instansi_id == instansi_id,
        p.jenis == isi.jenis.value,
        p.nama == isi.nama,
        p.tahun.is_not_distinct_from(isi.tahun),
    )
    if selain is not None:
        perintah = perintah.where(p.id != selain)
    if await conn.scalar(perintah) is not None:
        raise PeriodeSudahAda("periode sudah ada")


async def _bunyikan(konteks: Konteks, terlepas: int) -> None:
    if terlepas:
        await konteks.lonceng.bunyikan_massal(terlepas)
