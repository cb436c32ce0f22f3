"""The JSON of a row of the log, made by PostgreSQL as one text: what a page mostly costs.

Invariant: byte for byte what `json_build_object` would make of the same members, which looks at the type of each of
them anew for every row and takes nearly twice as long.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column

from services.db.tables import PegawaiRow, SinkroRow, UnitKerjaRow


def json_baris(s: type[SinkroRow] = SinkroRow) -> ColumnElement[str]:
    """The Sinkro of http-api without its large parts, as text; joins PegawaiRow and UnitKerjaRow to `s`."""
    unit = _objek(id=_isi(s.unit_kerja_id), nama=_isi_atau_null(UnitKerjaRow.nama))
    return _objek(
        id=_kata(s.id),
        jenis=_isi(s.jenis),
        nip=_isi(s.nip),
        nama=_isi(PegawaiRow.nama),
        tahun=s.tahun,
        tipe_skp=_kata(s.tipe_skp),
        instansi_id=_isi(s.instansi_id),
        unit_kerja=case((s.unit_kerja_id.is_not(None), unit), else_=_TANPA_NILAI),
        status=_kata(s.status),
        hasil=_kata(s.hasil),
        temuan=s.temuan,
        keterangan=_isi_atau_null(s.keterangan),
        catatan=_isi_atau_null(s.catatan),
        terakhir_berhasil_pada=_isi_atau_null(s.terakhir_berhasil_pada),
        pemicu=_kata(s.pemicu),
        percobaan_ke=s.percobaan_ke,
        dibuat_pada=_isi(s.dibuat_pada),
        selesai_pada=_isi_atau_null(s.selesai_pada),
        coba_lagi_pada=_isi_atau_null(s.coba_lagi_pada),
        massal_id=_kata(s.massal_id),
    )


def kunci(nama: str) -> ColumnElement[str]:
    """A member's name in `json_build_object`, as a constant: a parameter would be looked at for every row."""
    return literal_column(f"'{nama}'", Text())


_TANPA_NILAI = kunci("null")
_PETIK = kunci('"')


def _objek(**anggota: Any) -> ColumnElement[str]:
    """An object of members that are JSON already; none of them may be NULL, which `concat` leaves out."""
    bagian: list[Any] = []
    for nama, isi in anggota.items():
        bagian += [kunci(f'{", " if bagian else "{"}"{nama}" : '), isi]
    return func.concat(*bagian, kunci("}"), type_=Text)


def _isi(kolom: Any) -> ColumnElement[Any]:
    return func.to_json(kolom)


def _isi_atau_null(kolom: Any) -> ColumnElement[str]:
    return func.coalesce(cast(func.to_json(kolom), Text), _TANPA_NILAI)


def _kata(kolom: Any) -> ColumnElement[str]:
    """An id, or one of the words that a constraint of the table allows: nothing in it needs an escape."""
    return func.coalesce(_PETIK + cast(kolom, Text) + _PETIK, _TANPA_NILAI)
