"""Pemadanan Unor: the links NPSN <-> unit kerja, and the admin's word on one of them.

A unit's own `npsn` is a DIKONFIRMASI link as well (spec: domain 5), so the list shows it, with `oleh` and `pada` null;
a stored DITOLAK of the same pair stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, func, literal, null, select, tuple_, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import DateTime, Text

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.audit import catat_audit
from services.db.tables import InstansiRow, PadananUnorRow, UnitKerjaRow
from services.padanan.kursor import baca_kursor, tulis_kursor
from services.pelepasan import lepaskan

if TYPE_CHECKING:
    from services.konteks import Konteks

_NPSN = re.compile(r"[0-9A-Z]{8}")


class PadananTidakDitemukan(Exception):
    """The unit is unknown or belongs to another instansi."""


class NpsnTidakSah(ValueError):
    """The NPSN is not 8 letters or digits."""


class KeputusanTidakSah(ValueError):
    """An admin can only confirm or reject."""


def _halaman(
    perintah: Select[*tuple[Any, ...]],
    npsn: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    unit: InstrumentedAttribute[str],
    instansi_id: InstrumentedAttribute[str],
    saring: tuple[Sequence[str], frozenset[str] | None, tuple[str, str] | None, int],
) -> Select[*tuple[Any, ...]]:
    daftar_npsn, instansi, setelah, batas = saring
    if daftar_npsn:
        perintah = perintah.where(npsn.in_([n.upper() for n in daftar_npsn]))
    if instansi is not None:
        perintah = perintah.where(instansi_id.in_(instansi))
    if setelah is not None:
        perintah = perintah.where(tuple_(npsn, unit) > tuple_(literal(setelah[0]), literal(setelah[1])))
    return perintah.order_by(npsn, unit).limit(batas)


async def daftar_padanan(
    conn: AsyncConnection,
    *,
    status: Sequence[str],
    npsn: Sequence[str],
    instansi: frozenset[str] | None,
    kursor: str | None,
    jumlah_baris: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of links by (npsn, unit id), and the cursor of the next page (None at the end).

    `status`, `npsn`: empty means any. `instansi` None: every instansi may be seen. Raises KursorTidakSah.
    """
    p, u = PadananUnorRow, UnitKerjaRow
    setelah = baca_kursor(kursor) if kursor else None
    saring = (npsn, instansi, setelah, jumlah_baris + 1)
    berlaku = case(
        ((u.npsn == p.npsn) & (p.status != StatusPadanan.DITOLAK), StatusPadanan.DIKONFIRMASI.value), else_=p.status
    )
    tersimpan = select(p.npsn, p.unit_kerja_id, u.nama, berlaku.label("status"), p.oleh, p.pada, u.instansi_id).join(
        u, u.id == p.unit_kerja_id
    )
    ada = select(p.id).where(p.npsn == u.npsn, p.unit_kerja_id == u.id).exists()
    milik_unit = select(
        u.npsn,
        u.id.label("unit_kerja_id"),
        u.nama,
        literal(StatusPadanan.DIKONFIRMASI.value).label("status"),
        null().cast(Text).label("oleh"),
        null().cast(DateTime(timezone=True)).label("pada"),
        u.instansi_id,
    ).where(u.npsn.is_not(None), ~ada)
    if status:
        tersimpan = tersimpan.where(berlaku.in_(status))
        milik_unit = milik_unit.where(literal(StatusPadanan.DIKONFIRMASI in status))
    gabungan = union_all(
        _halaman(tersimpan, p.npsn, p.unit_kerja_id, u.instansi_id, saring).subquery().select(),
        _halaman(milik_unit, u.npsn, u.id, u.instansi_id, saring).subquery().select(),
    ).subquery()
    hasil = await conn.execute(
        select(gabungan).order_by(gabungan.c.npsn, gabungan.c.unit_kerja_id).limit(jumlah_baris + 1)
    )
    baris = [_ke_json(satu._mapping) for satu in hasil]
    if len(baris) <= jumlah_baris:
        return baris, None
    terakhir = baris[jumlah_baris - 1]
    return baris[:jumlah_baris], tulis_kursor(terakhir["npsn"], terakhir["unit_kerja"]["id"])


def _ke_json(satu: Any) -> dict[str, Any]:
    return {
        "npsn": satu["npsn"],
        "unit_kerja": {"id": satu["unit_kerja_id"], "nama": satu["nama"]},
        "status": satu["status"],
        "oleh": satu["oleh"],
        "pada": satu["pada"].isoformat() if satu["pada"] else None,
        "instansi_id": satu["instansi_id"],
    }


async def putuskan_padanan(
    konteks: Konteks,
    *,
    npsn: str,
    unit_kerja_id: str,
    status: StatusPadanan,
    instansi: frozenset[str] | None,
    oleh: str,
    peran: str,
    request_id: str | None,
) -> dict[str, Any]:
    """Confirms (DIKONFIRMASI) or rejects (DITOLAK) the link and frees the syncs that waited for it.

    The same decision again changes nothing. Raises PadananTidakDitemukan for a unit that is unknown or outside
    `instansi`, NpsnTidakSah, KeputusanTidakSah.
    """
    npsn = npsn.upper()
    if _NPSN.fullmatch(npsn) is None:
        raise NpsnTidakSah("NPSN harus 8 huruf atau angka")
    if status not in (StatusPadanan.DIKONFIRMASI, StatusPadanan.DITOLAK):
        raise KeputusanTidakSah("status harus DIKONFIRMASI atau DITOLAK")
    terlepas = 0
    async with konteks.transaksi() as conn:
        unit = await _kunci_instansi_unit(conn, unit_kerja_id.upper(), instansi)
        if await _simpan(conn, npsn, unit.id, unit.instansi_id, status, oleh):
            await conn.execute(
                update(InstansiRow)
                .where(InstansiRow.id == unit.instansi_id)
                .values(versi_fakta=InstansiRow.versi_fakta + 1)
            )
            terlepas = await lepaskan(conn, [Fakta(JenisFakta.PADANAN_NPSN, npsn)])
            await catat_audit(
                conn,
                instansi_id=unit.instansi_id,
                oleh=oleh,
                peran=peran,
                tindakan="PUTUSKAN_PADANAN",
                objek=f"padanan:{npsn}:{unit.id}",
                rincian={"status": status.value, "terlepas": terlepas},
                request_id=request_id,
            )
        p = PadananUnorRow
        tersimpan = await conn.execute(select(p.oleh, p.pada).where(p.npsn == npsn, p.unit_kerja_id == unit.id))
        isi = _ke_json(
            {
                **tersimpan.one()._mapping,
                "npsn": npsn,
                "unit_kerja_id": unit.id,
                "nama": unit.nama,
                "status": status.value,
                "instansi_id": unit.instansi_id,
            }
        )
    if terlepas:
        await konteks.lonceng.bunyikan_massal(terlepas)
    return isi


async def _kunci_instansi_unit(conn: AsyncConnection, unit_id: str, instansi: frozenset[str] | None) -> Any:
    """The unit, its instansi locked against the engine; one statement, so that nothing comes between."""
    u, i = UnitKerjaRow, InstansiRow
    perintah = (
        select(u.id, u.nama, u.instansi_id).join(i, i.id == u.instansi_id).where(u.id == unit_id).with_for_update(of=i)
    )
    if instansi is not None:
        perintah = perintah.where(u.instansi_id.in_(instansi))
    unit = (await conn.execute(perintah)).one_or_none()
    if unit is None:
        raise PadananTidakDitemukan("unit kerja tidak ditemukan")
    return unit


async def _simpan(
    conn: AsyncConnection, npsn: str, unit_id: str, instansi_id: str, status: StatusPadanan, oleh: str
) -> bool:
    """Whether the link was new or changed."""
    p = PadananUnorRow
    perintah = insert(p).values(
        npsn=npsn, unit_kerja_id=unit_id, instansi_id=instansi_id, status=status.value, oleh=oleh
    )
    hasil = await conn.execute(
        perintah.on_conflict_do_update(
            index_elements=[p.npsn, p.unit_kerja_id],
            set_={"status": status.value, "oleh": oleh, "pada": func.now(), "instansi_id": instansi_id},
            where=p.status != status.value,
        ).returning(p.id)
    )
    return hasil.one_or_none() is not None
