"""The duty that runs schedules. In one transaction a due schedule gets its bulk and its next moment, so a crash leaves
both or none; runs missed while nobody worked are caught up once.

Locks: the schedule's row first, then as a bulk does; nobody locks a schedule while holding anything else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import Row, and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import Pemicu, StatusMassal
from services.db.tables import JadwalRow, MassalRow
from services.sinkronisasi.jadwal import pilihan_dari_json
from services.sinkronisasi.jadwal_waktu import PolaJadwal, urai_pola
from services.sinkronisasi.massal import Saring, Semua, buat_massal_dalam, nilai_saring
from services.sinkronisasi.massal_pilihan import sql_menanti_perbaikan

if TYPE_CHECKING:
    from services.konteks import Konteks

PELAKU = "jadwal"
SEKALI_JALAN = 100
COBA_LAGI_SETELAH = timedelta(minutes=1)
# Worker machines differ by less; what was done later than this from now was done by a clock that ran ahead.
SELISIH_JAM = timedelta(minutes=1)
_MASIH_BERJALAN = (StatusMassal.BERJALAN.value, StatusMassal.DIJEDA.value)
_log = structlog.get_logger(__name__)


async def jalankan_jadwal(konteks: Konteks) -> None:
    """Runs every schedule that is due, each in its own transaction. One that cannot be run waits a minute and holds up
    none of the others."""
    kini = konteks.jam()
    await _luruskan(konteks, kini)
    async with konteks.baca() as conn:
        jatuh_tempo = (await conn.scalars(_perintah_jatuh_tempo(kini))).all()
    for jadwal_id in jatuh_tempo:
        try:
            jumlah = await _jalankan_satu(konteks, jadwal_id, kini)
        except Exception as galat:  # noqa: BLE001 - one schedule must not hold up the others
            _log.exception("jadwal tidak dapat dijalankan", jadwal=str(jadwal_id), galat=type(galat).__name__)
            async with konteks.transaksi() as conn:
                await conn.execute(
                    update(JadwalRow)
                    .where(JadwalRow.id == jadwal_id, JadwalRow.aktif)
                    .values(coba_lagi_pada=kini + COBA_LAGI_SETELAH)
                )
        else:
            if jumlah:
                await konteks.lonceng.bunyikan_massal(jumlah)


def _perintah_jatuh_tempo(kini: datetime) -> Any:
    j = JadwalRow
    return select(j.id).where(_jatuh_tempo(kini)).order_by(j.berikutnya_pada, j.id).limit(SEKALI_JALAN)


def _jatuh_tempo(kini: datetime) -> Any:
    j = JadwalRow
    tertunda = and_(j.coba_lagi_pada > kini, j.coba_lagi_pada <= kini + COBA_LAGI_SETELAH)
    return and_(j.aktif, j.berikutnya_pada <= kini, func.coalesce(tertunda, False).is_(False))


async def _jalankan_satu(konteks: Konteks, jadwal_id: UUID, kini: datetime) -> int:
    """How many syncs were queued. What another worker has in hand, or what was changed meanwhile, is left alone."""
    j = JadwalRow
    async with konteks.transaksi() as conn:
        perintah = select(*j.__table__.c).where(j.id == jadwal_id, _jatuh_tempo(kini))
        jadwal = (await conn.execute(perintah.with_for_update(skip_locked=True))).one_or_none()
        if jadwal is None:
            return 0
        pola = urai_pola(jadwal.cron, jadwal.zona_waktu)
        isi: dict[str, Any] = {
            "rencana_terakhir_pada": jadwal.berikutnya_pada,
            "berikutnya_pada": pola.sesudah(max(kini, jadwal.berikutnya_pada)),
            "coba_lagi_pada": None,
        }
        jumlah = 0
        if await _masih_berjalan(conn, jadwal.massal_terakhir_id):
            isi["terlewati_pada"] = kini
        else:
            isi |= await _buat(conn, jadwal, kini)
            jumlah = isi.pop("jumlah")
        await conn.execute(update(j).where(j.id == jadwal_id).values(**isi))
    return jumlah


async def _masih_berjalan(conn: AsyncConnection, massal_id: UUID | None) -> bool:
    if massal_id is None:
        return False
    status = await conn.scalar(select(MassalRow.status).where(MassalRow.id == massal_id))
    return status in _MASIH_BERJALAN


async def _buat(conn: AsyncConnection, jadwal: Row[Any], kini: datetime) -> dict[str, Any]:
    pilihan = pilihan_dari_json(jadwal.pilihan)
    massal = await buat_massal_dalam(
        conn,
        instansi_id=jadwal.instansi_id,
        jenis=jadwal.jenis,
        tahun=jadwal.tahun,
        pilihan=pilihan,
        oleh=f"{PELAKU}:{jadwal.id}",
        peran=Pemicu.JADWAL.value,
        pemicu=Pemicu.JADWAL,
        request_id=None,
        kini=kini,
    )
    return {
        "terakhir_pada": kini,
        "massal_terakhir_id": UUID(massal["id"]),
        "menanti_perbaikan": await _menanti_perbaikan(conn, jadwal, pilihan),
        "jumlah": massal["jumlah"],
    }


async def _menanti_perbaikan(conn: AsyncConnection, jadwal: Row[Any], pilihan: Semua | Saring) -> int:
    """How many of the chosen this run left alone, since only a repair or another sync frees them."""
    saring = nilai_saring(pilihan, Pemicu.MASSAL)
    isi = {**saring, "instansi_id": jadwal.instansi_id, "jenis": list(jadwal.jenis), "tahun": jadwal.tahun}
    return int(await conn.scalar(text(sql_menanti_perbaikan(tuple(saring))), isi) or 0)


async def _luruskan(konteks: Konteks, kini: datetime) -> None:
    """After a clock that ran ahead was put back: what it ran stays counted for its moment, and the next run is the
    first one after that moment and now."""
    j = JadwalRow
    maju = func.greatest(j.terakhir_pada, j.terlewati_pada, j.diubah_pada) > kini + SELISIH_JAM
    async with konteks.baca() as conn:
        if not await conn.scalar(select(select(j.id).where(j.aktif, maju).exists())):
            return
    async with konteks.transaksi() as conn:
        perintah = select(*j.__table__.c).where(j.aktif, maju).order_by(j.id).limit(SEKALI_JALAN)
        for jadwal in (await conn.execute(perintah.with_for_update(skip_locked=True))).all():
            pola: PolaJadwal = urai_pola(jadwal.cron, jadwal.zona_waktu)
            seharusnya = pola.sesudah(max(kini, jadwal.rencana_terakhir_pada or kini))
            await conn.execute(
                update(j)
                .where(j.id == jadwal.id)
                .values(
                    berikutnya_pada=min(seharusnya, jadwal.berikutnya_pada),
                    terakhir_pada=func.least(j.terakhir_pada, kini),
                    terlewati_pada=func.least(j.terlewati_pada, kini),
                    diubah_pada=func.least(j.diubah_pada, kini),
                )
            )
