"""All rows of the filtered log for a file, newest request first, from one cursor and so of one snapshot.

Neither the rows nor their findings are kept: what is fetched is handed on, some thousand at a time.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sqlalchemy import Row, Text, case, cast, func, literal, null, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.tables import InstansiRow, PegawaiRow, SinkroRow, UnitKerjaRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat

UKURAN_POTONGAN = 2_000
# For one fetch of the cursor; the first one sorts, when no index has the order.
BATAS_PERNYATAAN_MS = 300_000


async def baris_unduhan(
    conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan
) -> AsyncGenerator[Sequence[Row[*tuple[Any, ...]]], None]:
    """Rows (nip, nama, unit_kerja, tipe_skp, jenis, tahun, status, kode, keterangan, catatan, langkah, pelaku,
    dibuat_hari, selesai_hari): `langkah` and `pelaku` as JSON texts of the lists of all findings, None without one;
    times as days since 1899-12-30 in the zone of the row's instansi."""
    s, p, u, i = SinkroRow, PegawaiRow, UnitKerjaRow, InstansiRow
    await conn.execute(text(f"SET LOCAL statement_timeout = {BATAS_PERNYATAAN_MS}"))
    perintah = (
        select(
            s.nip,
            p.nama,
            func.coalesce(u.nama, s.unit_kerja_id).label("unit_kerja"),
            s.tipe_skp,
            s.jenis,
            cast(s.tahun, Text).label("tahun"),
            s.status,
            s.kode,
            s.keterangan,
            s.catatan,
            _dari_temuan("$[*].langkah[*]").label("langkah"),
            _dari_temuan("$[*].pelaku[*]").label("pelaku"),
            _hari(s.dibuat_pada).label("dibuat_hari"),
            _hari(s.selesai_pada).label("selesai_hari"),
        )
        .join(p, p.nip == s.nip)
        .join(i, i.id == s.instansi_id)
        .outerjoin(u, u.id == s.unit_kerja_id)
        .where(terlihat(jangkauan), cocok(saring))
        .order_by(s.dibuat_pada.desc(), s.id.desc())
    )
    hasil = await conn.stream(perintah.execution_options(yield_per=UKURAN_POTONGAN))
    async for potongan in hasil.partitions():
        yield potongan


def _dari_temuan(jalur: str) -> Any:
    isi = cast(func.jsonb_path_query_array(SinkroRow.temuan, literal(jalur).op("::")(text("jsonpath"))), Text)
    return case((SinkroRow.kode != text("'{}'"), isi), else_=null())


def _hari(kolom: Any) -> Any:
    return func.extract("epoch", func.timezone(InstansiRow.zona_waktu, kolom)) / 86400.0 + 25569
