"""The recapitulation of the log and its ledger, each figure of one answer from one statement and so of one snapshot.

**The ledger balances**: current user PMM = the syncs of current user PMM by status + those who were never asked for.
Its parts are counted from different tables, so that a fault in the data shows as `seimbang` false.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, false, func, literal, or_, select, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.db.tables import SinkroRow, UserPMMRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat


async def rekap_log(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> dict[str, Any]:
    """`{jumlah, status, kode, tipe_skp, buku_besar, seimbang}`.

    `jumlah` and the three counts are of the rows that match the filter; a row counts once under each of its codes, and
    in `tipe_skp` once its kind is known. The ledger needs exactly one jenis and one tahun (else it and `seimbang` are
    null) and is about all current user PMM within the reach, whatever else is filtered.
    """
    s = SinkroRow
    pilih = select(s.status, s.kode, s.tipe_skp).where(terlihat(jangkauan), cocok(saring)).cte("pilih")
    kode = func.unnest(pilih.c.kode).table_valued("kode", name="satu").render_derived()
    per_kode = (
        select(kode.c.kode.label("nama"), func.count().label("n"))
        .select_from(pilih.join(kode, true()))
        .group_by(kode.c.kode)
    )
    kolom: list[ColumnElement[Any]] = [
        select(func.count()).select_from(pilih).scalar_subquery().label("jumlah"),
        _objek(select(pilih.c.status.label("nama"), func.count().label("n")).group_by(pilih.c.status), "status"),
        _objek(per_kode, "kode"),
        _objek(
            select(pilih.c.tipe_skp.label("nama"), func.count().label("n"))
            .where(pilih.c.tipe_skp.is_not(None))
            .group_by(pilih.c.tipe_skp),
            "tipe_skp",
        ),
    ]
    berbuku = len(saring.jenis) == 1 and len(saring.tahun) == 1
    if berbuku:
        kolom += _kolom_buku_besar(saring.jenis[0], saring.tahun[0], jangkauan)
    baris = (await conn.execute(select(*kolom))).one()
    hasil: dict[str, Any] = {n: getattr(baris, n) for n in ("jumlah", "status", "kode", "tipe_skp")}
    if not berbuku:
        return {**hasil, "buku_besar": None, "seimbang": None}
    buku = {"user_pmm": baris.user_pmm, "belum_pernah": baris.belum_pernah}
    buku |= {st.value.lower(): baris.menurut_status.get(st.value, 0) for st in StatusSinkro}
    seimbang = buku["user_pmm"] == sum(n for nama, n in buku.items() if nama != "user_pmm")
    return {**hasil, "buku_besar": buku, "seimbang": seimbang}


def _kolom_buku_besar(jenis: str, tahun: int, jangkauan: Jangkauan) -> list[ColumnElement[Any]]:
    s, u = SinkroRow, UserPMMRow
    pengguna = select(u.nip).where(u.dihapus_pada.is_(None), _pengguna_terlihat(jangkauan)).cte("pengguna")
    baris = select(s.nip, s.status).where(s.jenis == str(jenis), s.tahun == tahun).cte("baris")
    tanpa_baris = ~select(literal(1)).where(baris.c.nip == pengguna.c.nip).correlate(pengguna).exists()
    menurut = (
        select(baris.c.status.label("nama"), func.count().label("n"))
        .where(baris.c.nip.in_(select(pengguna.c.nip)))
        .group_by(baris.c.status)
    )
    return [
        select(func.count()).select_from(pengguna).scalar_subquery().label("user_pmm"),
        select(func.count()).select_from(pengguna).where(tanpa_baris).scalar_subquery().label("belum_pernah"),
        _objek(menurut, "menurut_status"),
    ]


def _pengguna_terlihat(jangkauan: Jangkauan) -> ColumnElement[bool]:
    u = UserPMMRow
    if jangkauan.instansi is None:
        return true()
    bagian: list[ColumnElement[bool]] = []
    if jangkauan.instansi:
        bagian.append(u.instansi_id.in_(sorted(jangkauan.instansi)))
    if jangkauan.nip is not None:
        bagian.append(u.nip == jangkauan.nip)
    return or_(*bagian) if bagian else false()


def _objek(hitungan: Select[Any], nama: str) -> ColumnElement[Any]:
    """The rows (nama, n) as one JSON object, largest first where that can be told (jsonb keeps its own order)."""
    sub: Subquery = hitungan.subquery()
    objek = func.coalesce(func.jsonb_object_agg(sub.c.nama, sub.c.n), text("'{}'::jsonb"), type_=JSONB)
    return select(objek).scalar_subquery().label(nama)
