"""The current user PMM, by NIP: a page for the screen, a stream for the download. Read only.

Invariant: whoever was removed is in neither; a unit of another instansi never shows its name.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.kursor import Kursor, KursorTidakSah
from services.db.pencarian import nama_memuat
from services.db.tables import InstansiRow, PegawaiRow, UnitKerjaRow, UserPMMRow

UKURAN_POTONGAN = 2_000


@dataclass(frozen=True, slots=True)
class SaringUserPMM:
    """`nip`: prefixes of digits; `nama`: parts of the name, any case. Values of one filter mean "or", the filters mean
    "and", an empty one asks nothing. `instansi` None: every instansi may be seen."""

    nip: tuple[str, ...] = ()
    nama: tuple[str, ...] = ()
    instansi: frozenset[str] | None = None

    def sebagai_teks(self) -> str:
        """What a cursor is bound to; the reach is not part of it, since it is asked again for every page."""
        return f"user-pmm|{sorted(self.nip)}|{sorted(self.nama)}"


def _perintah(saring: SaringUserPMM) -> Select[*tuple[Any, ...]]:
    g, p, u, i = UserPMMRow, PegawaiRow, UnitKerjaRow, InstansiRow
    perintah = (
        select(
            g.id, g.nip, p.nama, p.jabatan, p.unit_kerja_id, u.nama.label("unit_kerja_nama"), g.instansi_id,
            g.ditambahkan_pada, g.ditambahkan_oleh, i.zona_waktu,
        )
        .join(p, p.nip == g.nip)
        .join(i, i.id == g.instansi_id)
        .outerjoin(u, (u.id == p.unit_kerja_id) & (u.instansi_id == p.instansi_id))
        .where(g.dihapus_pada.is_(None))
        .order_by(g.nip)
    )  # fmt: skip
    if saring.instansi is not None:
        perintah = perintah.where(g.instansi_id.in_(sorted(saring.instansi)))
    if saring.nip:
        # A range instead of LIKE: an index serves it in a prepared statement too; ':' follows '9'.
        perintah = perintah.where(or_(*(and_(g.nip >= awal, g.nip < awal + ":") for awal in saring.nip)))
    if saring.nama:
        perintah = perintah.where(nama_memuat(p.nip, saring.nama))
    return perintah


async def daftar_user_pmm(
    conn: AsyncConnection, saring: SaringUserPMM, *, kursor: str | None, jumlah_baris: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page by NIP, ready for JSON, and the cursor of the next page (None at the end). Raises KursorTidakSah.

    The cursor names the last row, not the NIP: it travels in addresses, which others log.
    """
    perintah = _perintah(saring).limit(jumlah_baris + 1)
    if kursor:
        dari = Kursor.dari_teks(kursor, saring.sebagai_teks())
        nip = await conn.scalar(select(UserPMMRow.nip).where(UserPMMRow.id == dari.id))
        if nip is None:
            raise KursorTidakSah("kursor tidak sah")
        perintah = perintah.where(UserPMMRow.nip > nip)
    baris = (await conn.execute(perintah)).all()
    halaman = [ke_json(satu) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    akhir = baris[jumlah_baris - 1]
    return halaman, Kursor(akhir.ditambahkan_pada, akhir.id).ke_teks(saring.sebagai_teks())


async def satu_user_pmm(conn: AsyncConnection, nip: str) -> dict[str, Any] | None:
    """The person as a row of the list, or None when no user PMM."""
    baris = (await conn.execute(_perintah(SaringUserPMM()).where(UserPMMRow.nip == nip))).one_or_none()
    return None if baris is None else ke_json(baris)


async def semua_user_pmm(conn: AsyncConnection, saring: SaringUserPMM) -> AsyncGenerator[Sequence[Row[Any]], None]:
    """Every row of the list in pieces, of one moment, without holding them all."""
    hasil = await conn.stream(_perintah(saring).execution_options(yield_per=UKURAN_POTONGAN))
    async for potongan in hasil.partitions():
        yield potongan


def ke_json(satu: Row[Any]) -> dict[str, Any]:
    """A row of the list in the shape of the API."""
    unit = {"id": satu.unit_kerja_id, "nama": satu.unit_kerja_nama} if satu.unit_kerja_id is not None else None
    return {
        "nip": satu.nip,
        "nama": satu.nama,
        "jabatan": satu.jabatan,
        "unit_kerja": unit,
        "instansi_id": satu.instansi_id,
        "ditambahkan_pada": satu.ditambahkan_pada.isoformat(),
        "ditambahkan_oleh": satu.ditambahkan_oleh,
    }
