"""What a caller sees of bulks: counters as they are, the recent rate, when it will end, and what holds it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import StatusMassal
from services.db.kursor import Kursor
from services.db.tables import HambatanPMMRow, MassalRow

_DAFTAR = "massal"
# A pace by which it would take longer is that of workers who are gone, and tells nothing about the end.
TAKSIRAN_TERPANJANG = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class SaringMassal:
    """A filter of the list of bulks; an empty field narrows nothing, several values mean "or"."""

    status: Sequence[StatusMassal] = ()
    jenis: Sequence[str] = ()
    tahun: Sequence[int] = ()

    @property
    def sidik(self) -> str:
        """What a cursor is bound to."""
        return repr((sorted(self.status), sorted(self.jenis), sorted(self.tahun)))


def _perintah_massal() -> Select[*tuple[Any, ...]]:
    m, h = MassalRow, HambatanPMMRow
    hambatan = (
        select(func.jsonb_build_object("kode", h.kode, "sejak", h.sejak))
        .where(h.sampai > func.clock_timestamp())
        .order_by(h.sejak, h.kode)
        .limit(1)
        .scalar_subquery()
    )
    return select(
        m.id, m.instansi_id, m.jenis, m.tahun, m.status, m.jumlah, m.berhasil, m.tidak_ada_data_baru, m.gagal,
        m.tertahan, m.dibatalkan, m.oleh, m.dibuat_pada, m.selesai_pada, m.dijeda_pada, m.lama_dijeda, m.laju_sejak,
        m.laju_awal, m.laju_lalu_sejak, m.laju_lalu_awal, hambatan.label("terhambat"),
        func.clock_timestamp().label("kini"),
    )  # fmt: skip


async def massal(
    conn: AsyncConnection, massal_id: UUID, instansi: frozenset[str] | None, *, dengan_ditolak: bool = True
) -> dict[str, Any] | None:
    """One bulk, ready for JSON; None when unknown or outside `instansi` (None: every instansi). `ditolak`, who was
    refused when it was made, may be long: leave it out where only progress counts."""
    perintah = _perintah_massal().where(MassalRow.id == massal_id)
    if dengan_ditolak:
        perintah = perintah.add_columns(MassalRow.ditolak)
    if instansi is not None:
        perintah = perintah.where(MassalRow.instansi_id.in_(instansi))
    satu = (await conn.execute(perintah)).one_or_none()
    if satu is None:
        return None
    return ke_json(satu) | ({"ditolak": satu.ditolak} if dengan_ditolak else {})


async def daftar_massal(
    conn: AsyncConnection,
    *,
    instansi: frozenset[str] | None,
    kursor: str | None,
    jumlah_baris: int,
    saring: SaringMassal | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of bulks, newest first, and the cursor of the next page (None at the end). Raises KursorTidakSah."""
    m, saring = MassalRow, saring or SaringMassal()
    daftar = _DAFTAR if saring == SaringMassal() else f"{_DAFTAR}:{saring.sidik}"
    perintah = _perintah_massal().order_by(m.dibuat_pada.desc(), m.id.desc()).limit(jumlah_baris + 1)
    if instansi is not None:
        perintah = perintah.where(m.instansi_id.in_(instansi))
    if saring.status:
        perintah = perintah.where(m.status.in_([s.value for s in saring.status]))
    if saring.jenis:
        perintah = perintah.where(m.jenis.overlap(list(saring.jenis)))
    if saring.tahun:
        perintah = perintah.where(m.tahun.in_(list(saring.tahun)))
    if kursor:
        dari = Kursor.dari_teks(kursor, daftar)
        perintah = perintah.where(tuple_(m.dibuat_pada, m.id) < tuple_(dari.waktu, dari.id))
    baris = (await conn.execute(perintah)).all()
    halaman = [ke_json(satu) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    terakhir = baris[jumlah_baris - 1]
    return halaman, Kursor(terakhir.dibuat_pada, terakhir.id).ke_teks(daftar)


def laju(satu: Any) -> float | None:
    """How many syncs ended per second: of a bulk that runs, over the last 15 to 30 s; of one that was done to its end,
    over the time in which it was not paused. None while it is paused, before anything can be said, and of one that was
    cancelled, since what ran then is still counted later."""
    selesai: int = satu.berhasil + satu.gagal + satu.tertahan
    if satu.status == StatusMassal.SELESAI:
        lama = satu.selesai_pada - satu.dibuat_pada - satu.lama_dijeda
        return selesai / lama.total_seconds() if lama > timedelta() else None
    if satu.status != StatusMassal.BERJALAN:
        return None
    sejak, awal = satu.laju_sejak, satu.laju_awal
    if satu.laju_lalu_sejak is not None:
        sejak, awal = satu.laju_lalu_sejak, satu.laju_lalu_awal
    detik = (satu.kini - sejak).total_seconds()
    return (selesai - awal) / detik if detik > 0 else None


def ke_json(satu: Any) -> dict[str, Any]:
    selesai = satu.berhasil + satu.gagal + satu.tertahan
    sisa = satu.jumlah - selesai - satu.dibatalkan
    berapa = laju(satu)
    berjalan = satu.status == StatusMassal.BERJALAN
    perkiraan: datetime | None = None
    if berjalan and satu.terhambat is None and berapa and sisa / berapa <= TAKSIRAN_TERPANJANG.total_seconds():
        perkiraan = satu.kini + timedelta(seconds=sisa / berapa)
    return {
        "id": str(satu.id),
        "instansi_id": satu.instansi_id,
        "jenis": satu.jenis,
        "tahun": satu.tahun,
        "status": satu.status,
        "jumlah": satu.jumlah,
        "selesai": selesai,
        "berhasil": satu.berhasil,
        "tidak_ada_data_baru": satu.tidak_ada_data_baru,
        "gagal": satu.gagal,
        "tertahan": satu.tertahan,
        "dibatalkan": satu.dibatalkan,
        "laju_per_detik": None if berapa is None else round(berapa, 2),
        "perkiraan_selesai": perkiraan.isoformat() if perkiraan else None,
        "terhambat": satu.terhambat if berjalan else None,
        "dijeda_pada": satu.dijeda_pada.isoformat() if satu.dijeda_pada else None,
        "dibuat_pada": satu.dibuat_pada.isoformat(),
        "selesai_pada": satu.selesai_pada.isoformat() if satu.selesai_pada else None,
        "oleh": satu.oleh,
    }
