"""The official table of a year in one step (ADR 0010): the domain says how, this carries it out in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import String, delete, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import Periode, RencanaSusun, TipePeriodik, susun
from services.db.id import id_baru
from services.db.penyewa import mesin_di
from services.db.setwise import perbarui, sisipkan
from services.db.tables import PeriodeRow
from services.periode.perubahan import Pengubah, kunci_instansi, tuntaskan
from services.periode.queries import isi_json, jumlah_penilaian, periode_json, periode_untuk_tahun

if TYPE_CHECKING:
    from services.konteks import Konteks


@dataclass(frozen=True, slots=True)
class Penghalang:
    """A period of the year with ratings that is no part of the official table and cannot be removed."""

    periode: Periode
    jumlah_penilaian: int


class TidakDapatDisusun(Exception):
    """Ratings hang on periods for which the table has no place; nothing was changed."""

    def __init__(self, penghalang: Sequence[Penghalang]) -> None:
        super().__init__("tabel periode tidak dapat disusun")
        self.penghalang = tuple(penghalang)


async def susun_periode(
    konteks: Konteks, pengubah: Pengubah, *, instansi_id: str, tipe: TipePeriodik, tahun: int
) -> dict[str, Any]:
    """Makes the year's table the official one and gives it, with counters of what was done (all zero the second time).

    Raises TidakDapatDisusun, PeriodeTidakDitemukan for an unknown instansi.
    """
    terlepas = dipindah = 0
    async with konteks.transaksi() as conn:
        await kunci_instansi(conn, instansi_id)
        semua = await periode_untuk_tahun(conn, instansi_id, tahun)
        jumlah = await jumlah_penilaian(conn, [UUID(p.id) for p in semua])
        rencana = susun(semua, jumlah, tipe, tahun, lambda: str(id_baru()))
        if rencana.penghalang:
            raise TidakDapatDisusun([Penghalang(p, jumlah[str(p.id)]) for p in rencana.penghalang])
        if rencana.menulis:
            dipindah = await _terapkan(conn, rencana, instansi_id, tahun)
            terlepas = await tuntaskan(
                conn,
                pengubah,
                instansi_id=instansi_id,
                tahun=[tahun],
                tindakan="SUSUN_PERIODE",
                objek=f"periode:{instansi_id}:{tahun}",
                rincian={"tipe": tipe.value, **_hitungan(rencana, dipindah), "dihapus_isi": _isi(rencana.dihapus)},
            )
    if terlepas:
        await konteks.lonceng.bunyikan_massal(terlepas)
    return {
        "instansi_id": instansi_id,
        "tahun": tahun,
        "tipe_periodik": tipe.value,
        **_hitungan(rencana, dipindah),
        "data": [periode_json(p) | {"instansi_id": instansi_id} for p in rencana.tabel],
    }


def _hitungan(rencana: RencanaSusun, dipindah: int) -> dict[str, int]:
    return {
        "dibuat": len(rencana.baru),
        "diubah": len(rencana.diubah),
        "dihapus": len(rencana.dihapus),
        "penilaian_dipindah": dipindah,
    }


def _isi(periode: Sequence[Periode]) -> list[dict[str, Any]]:
    return [isi_json(p) for p in periode]


async def _terapkan(conn: AsyncConnection, rencana: RencanaSusun, instansi_id: str, tahun: int) -> int:
    """Writes the plan; how many ratings went along from templates."""
    p = PeriodeRow
    await conn.execute(delete(p).where(p.id.in_([UUID(satu.id) for satu in rencana.dihapus])))
    diubah = [{"id": UUID(satu.id), **isi_json(satu)} for satu in rencana.diubah]
    # Two periods may exchange their names, which the unique key would refuse on the way.
    await conn.execute(update(p).where(p.id.in_([satu["id"] for satu in diubah])).values(nama=sql_cast(p.id, String)))
    await perbarui(conn, p, diubah, ("id",), selalu=True)
    await sisipkan(
        conn, p, [{"id": UUID(satu.id), "instansi_id": instansi_id, **isi_json(satu)} for satu in rencana.baru]
    )
    if not rencana.pindah:
        return 0
    # Ratings of people who moved to another instansi go along, and only the engine's role writes ratings.
    async with mesin_di(conn):
        hasil = await conn.execute(
            text(
                """
                UPDATE penilaian n SET periode_id = m.ke
                FROM unnest(CAST(:dari AS uuid[]), CAST(:ke AS uuid[])) AS m (dari, ke)
                WHERE n.periode_id = m.dari AND n.tahun = :tahun
                """
            ),
            {
                "dari": [UUID(dari) for dari, _ in rencana.pindah],
                "ke": [UUID(ke) for _, ke in rencana.pindah],
                "tahun": tahun,
            },
        )
    return hasil.rowcount
