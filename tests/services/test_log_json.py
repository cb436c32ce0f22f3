"""The text of a row of the log is the JSON that PostgreSQL would make of it by itself, whatever stands in the row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, cast, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.engine import buat_engine
from services.db.tables import PegawaiRow, SinkroRow, UnitKerjaRow
from services.sinkronisasi.log_json import json_baris
from tests.support.isi_semua_tabel import isi_semua_tabel

_JAHAT = 'a"b\\c\n\t\r\x01\x1f/</script>\u2028 é🙂 {"id" : 1}, \\u0041'
_WAKTU = datetime(2024, 2, 1, 1, 0, 3, 120, tzinfo=UTC)
_TEMUAN = [{"pesan": _JAHAT, "n": 1.50, "kosong": None, "objek": {"id": []}}]


_ANGGOTA = (
    "id", "jenis", "nip", "nama", "tahun", "tipe_skp", "instansi_id", "unit_kerja", "status", "hasil", "temuan",
    "keterangan", "catatan", "terakhir_berhasil_pada", "pemicu", "percobaan_ke", "dibuat_pada", "selesai_pada",
    "coba_lagi_pada", "massal_id",
)  # fmt: skip


def _pembanding() -> ColumnElement[str]:
    s = SinkroRow
    unit = func.json_build_object("id", s.unit_kerja_id, "nama", UnitKerjaRow.nama)
    milik: dict[str, Any] = {
        "nama": PegawaiRow.nama,
        "unit_kerja": case((s.unit_kerja_id.is_not(None), unit), else_=null()),
    }
    anggota: list[Any] = []
    for nama in _ANGGOTA:
        anggota += [nama, milik[nama] if nama in milik else getattr(s, nama)]
    return cast(func.json_build_object(*anggota), Text)


async def _keduanya(conn: AsyncConnection, **isi: Any) -> tuple[str, str]:
    s = SinkroRow
    await conn.execute(update(s).where(s.instansi_id == "A").values(**isi))
    perintah = (
        select(json_baris(), _pembanding())
        .join(PegawaiRow, PegawaiRow.nip == s.nip)
        .outerjoin(UnitKerjaRow, UnitKerjaRow.id == s.unit_kerja_id)
        .where(s.instansi_id == "A")
    )
    kita, bandingan = (await conn.execute(perintah)).one()
    return kita, bandingan


async def test_sama_dengan_json_postgresql(database_url: str) -> None:
    mesin = buat_engine(database_url, nama="uji", ukuran_pool=1)
    await isi_semua_tabel(mesin)
    async with mesin.begin() as conn:
        await conn.execute(update(PegawaiRow).values(nama=_JAHAT))
        await conn.execute(update(UnitKerjaRow).values(nama=_JAHAT))
        unit = (await conn.scalars(select(UnitKerjaRow.id).where(UnitKerjaRow.instansi_id == "A"))).first()
        umum: dict[str, Any] = {"temuan": _TEMUAN, "jenis": _JAHAT, "tipe_skp": "GURU"}
        semua = [
            await _keduanya(conn, **{**umum, **satu})
            for satu in (
                {"unit_kerja_id": unit, "status": "BERHASIL", "hasil": "DATA_BARU", "selesai_pada": _WAKTU},
                {"unit_kerja_id": _JAHAT, "keterangan": _JAHAT, "catatan": _JAHAT, "massal_id": UUID(int=7)},
                {"unit_kerja_id": None, "keterangan": "", "catatan": None, "tipe_skp": None, "massal_id": None},
            )
        ]
    await mesin.dispose()
    for kita, bandingan in semua:
        assert kita == bandingan
    pertama, kedua, ketiga = (json.loads(kita) for kita, _ in semua)
    assert pertama["unit_kerja"] == {"id": unit, "nama": _JAHAT}
    assert (kedua["unit_kerja"], kedua["keterangan"]) == ({"id": _JAHAT, "nama": None}, _JAHAT)
    assert (kedua["massal_id"], kedua["temuan"], kedua["jenis"]) == (str(UUID(int=7)), _TEMUAN, _JAHAT)
    assert (ketiga["unit_kerja"], ketiga["tipe_skp"], ketiga["massal_id"]) == (None, None, None)
