"""Writes a change of the reference: one statement per table, in the order of the references between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.db.setwise import perbarui, sisipkan
from services.db.tables import (
    IndikatorRow,
    InstansiRow,
    PadananUnorRow,
    PegawaiRow,
    PeriodeRow,
    PimpinanRow,
    RhkRow,
    SkpRow,
    UnitKerjaRow,
    UserPMMRow,
)
from services.db.tables.dasar import Base
from services.referensi.perubahan import Perubahan

_URUTAN: tuple[type[Base], ...] = (
    InstansiRow,
    UnitKerjaRow,
    PegawaiRow,
    PimpinanRow,
    PeriodeRow,
    PadananUnorRow,
    UserPMMRow,
    SkpRow,
    RhkRow,
    IndikatorRow,
)
_BERTANGGAL = (("diubah_pada", "now()"),)
_TAMBAHAN: dict[type[Base], tuple[tuple[str, str], ...]] = {
    SkpRow: _BERTANGGAL,
    RhkRow: _BERTANGGAL,
    IndikatorRow: _BERTANGGAL,
    PadananUnorRow: (("pada", "now()"),),
}

# Everything that is one person's own. An attempt and a bulk item stay with the instansi in which they happened.
_IKUT_PEGAWAI = {
    "sinkro": "t.nip = m.k",
    "sinkro_sandaran": "t.sinkro_id IN (SELECT s.id FROM sinkro s WHERE s.nip = m.k)",
    "user_pmm": "t.nip = m.k",
    "skp": "t.nip = m.k",
    "rhk": "t.skp_id IN (SELECT s.id FROM skp s WHERE s.nip = m.k)",
    "indikator": "t.rhk_id IN (SELECT h.id FROM rhk h JOIN skp s ON s.id = h.skp_id WHERE s.nip = m.k)",
    "penilaian": "t.nip = m.k",
    "bukti_dukung": "t.penilaian_id IN (SELECT n.id FROM penilaian n WHERE n.nip = m.k)",
    "realisasi": "t.penilaian_id IN (SELECT n.id FROM penilaian n WHERE n.nip = m.k)",
    "umpan_balik": "t.penilaian_id IN (SELECT n.id FROM penilaian n WHERE n.nip = m.k)",
}
_IKUT_UNIT = {"pimpinan": "t.unit_kerja_id = m.k", "padanan_unor": "t.unit_kerja_id = m.k"}
_MASUK = "unnest($1::text[], $2::text[]) AS m(k, i)"


async def terapkan(conn: AsyncConnection, perubahan: Perubahan) -> None:
    """Carries the change out. Constraints that wait for the end are checked before this returns: what they refuse is
    raised here as IntegrityError."""
    for tabel in _URUTAN:
        await sisipkan(conn, tabel, perubahan.sisip[tabel])
        kunci = ("nip",) if tabel is PegawaiRow else ("id",)
        # Only rows that differ are in the change, or rows whose RHK do.
        await perbarui(conn, tabel, perubahan.ubah[tabel], kunci, tambahan=_TAMBAHAN.get(tabel, ()), selalu=True)
        if tabel is UnitKerjaRow:
            await _pindahkan(conn, _IKUT_UNIT, [(p["unit_kerja_id"], p["instansi_id"]) for p in perubahan.pindah_unit])
        elif tabel is PegawaiRow:
            await _pindahkan(conn, _IKUT_PEGAWAI, [(p["nip"], p["instansi_id"]) for p in perubahan.pindah_pegawai])
    for tabel in (RhkRow, IndikatorRow):
        await perbarui(
            conn,
            tabel,
            perubahan.hapus[tabel],
            ("id",),
            tambahan=(*_BERTANGGAL, ("dihapus_pada", "now()")),
            selalu=True,
        )
    await conn.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    await _naikkan_versi(
        conn, sorted(perubahan.pemimpin_di | perubahan.per_instansi.keys()), sorted(perubahan.unit_skp)
    )


async def _pindahkan(conn: AsyncConnection, tabel: Mapping[str, str], masuk: Sequence[tuple[str, str]]) -> None:
    if masuk:
        larik = ([kunci for kunci, _ in masuk], [instansi for _, instansi in masuk])
        for nama, milik in tabel.items():
            sql = f"UPDATE {nama} t SET instansi_id = m.i FROM {_MASUK} WHERE {milik} AND t.instansi_id <> m.i"  # noqa: S608  # ours
            await conn.exec_driver_sql(sql, larik)


async def _naikkan_versi(conn: AsyncConnection, instansi: list[str], unit: list[str]) -> None:
    """Tells the engine that what it read no longer holds."""
    await conn.exec_driver_sql(
        "UPDATE instansi SET versi_fakta = versi_fakta + 1 WHERE id = ANY($1::text[])", (instansi,)
    )
    if unit:
        await conn.exec_driver_sql(
            "UPDATE unit_kerja SET versi_skp = versi_skp + 1 WHERE id IN "
            "(SELECT id FROM unit_kerja WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE)",
            (unit,),
        )
