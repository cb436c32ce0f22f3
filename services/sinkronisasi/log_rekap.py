"""The recapitulation of the log and its ledger, each figure of one answer from one statement and so of one snapshot.

**The ledger balances**: current user PMM = the syncs of current user PMM by status + those who were never asked for.
Its figures are kept apart (users by who was added, ever asked for by first requests, statuses by every change), so that
a fault shows as `seimbang` false. Filters the counters do not know (nip, nama, unit kerja, massal) are counted truly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, false, func, literal, or_, select, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.db.sekali import tanya_sekali
from services.db.siap import PerintahSiap
from services.db.tables import SinkroRow, UserPMMRow
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, cocok, terlihat

# The filters that the counters know.
TERHITUNG = frozenset({"status", "kode", "jenis", "tipe_skp", "tahun"})

# Groups of the syncs that match, by status, kind and set of codes, and the three figures of the ledger. What was not
# summed up yet (`hitungan_ubahan`) has no row for all instansi together: then all of it counts.
_HITUNGAN = """
    WITH semua AS MATERIALIZED (
        SELECT ukuran, jenis, tahun, status, tipe_skp, kode, pengguna, n FROM hitungan
        WHERE instansi_id = ANY (CAST(:wilayah AS text[]))
        UNION ALL
        SELECT ukuran, jenis, tahun, status, tipe_skp, kode, pengguna, n FROM hitungan_ubahan
        WHERE :ubahan_terhitung
    ), cocok AS (
        SELECT status, tipe_skp, kode, n FROM semua
        WHERE ukuran = 'SINKRO'
          AND (CAST(:jenis AS text[]) IS NULL OR jenis = ANY (CAST(:jenis AS text[])))
          AND (CAST(:tahun AS integer[]) IS NULL OR tahun = ANY (CAST(:tahun AS integer[])))
          AND (CAST(:status AS text[]) IS NULL OR status = ANY (CAST(:status AS text[])))
          AND (CAST(:tipe_skp AS text[]) IS NULL OR tipe_skp = ANY (CAST(:tipe_skp AS text[])))
          AND (CAST(:kode AS text[]) IS NULL OR kode && CAST(:kode AS text[])))
    SELECT CASE WHEN grouping(status) = 0 THEN 'status' WHEN grouping(tipe_skp) = 0 THEN 'tipe_skp' ELSE 'kode' END
               AS bagian, COALESCE(status, tipe_skp) AS nama, kode, CAST(sum(n) AS bigint) AS n
    FROM cocok GROUP BY GROUPING SETS ((status), (tipe_skp), (kode))
    UNION ALL
    SELECT 'buku', status, NULL, CAST(sum(n) AS bigint) FROM semua
    WHERE ukuran = 'SINKRO' AND pengguna AND jenis = :jenis_buku AND tahun = :tahun_buku GROUP BY status
    UNION ALL
    SELECT ukuran, NULL, NULL, CAST(sum(n) AS bigint) FROM semua
    WHERE ukuran = 'PENGGUNA' OR ukuran = 'PERNAH' AND jenis = :jenis_buku AND tahun = :tahun_buku GROUP BY ukuran
    """
_NILAI_HITUNGAN = ("wilayah", "jenis", "tahun", "status", "tipe_skp", "kode", "jenis_buku", "tahun_buku")


async def rekap_log(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> dict[str, Any]:
    """`{jumlah, status, kode, tipe_skp, buku_besar, seimbang}`.

    `jumlah` and the three counts are of the rows that match the filter; a row counts once under each of its codes, and
    in `tipe_skp` once its kind is known. The ledger needs exactly one jenis and one tahun (else it and `seimbang` are
    null) and is about all current user PMM within the reach, whatever else is filtered.
    """
    if rekap_terhitung(saring, jangkauan):
        siap = _hitungan_siap(jangkauan.instansi is None)
        hitungan = await siap.jalankan(conn, **_nilai_hitungan(saring, jangkauan))
        return _dari_hitungan([b._asdict() for b in hitungan], saring)
    return await _hitung_benar(conn, saring, jangkauan)


async def rekap_log_sekali(engine: AsyncEngine, saring: SaringLog, jangkauan: Jangkauan) -> dict[str, Any]:
    """As `rekap_log`, in one round trip; for what is `rekap_terhitung`."""
    siap = _hitungan_siap(jangkauan.instansi is None)
    return _dari_hitungan(await tanya_sekali(engine, siap, **_nilai_hitungan(saring, jangkauan)), saring)


def rekap_terhitung(saring: SaringLog, jangkauan: Jangkauan) -> bool:
    """Whether the counters tell the recapitulation."""
    lain = any(getattr(saring, f.name) for f in fields(saring) if f.name not in TERHITUNG)
    return jangkauan.nip is None and not lain


@lru_cache(maxsize=2)
def _hitungan_siap(nasional: bool) -> PerintahSiap:
    terhitung = "true" if nasional else "instansi_id = ANY (CAST(:wilayah AS text[]))"
    perintah = text(_HITUNGAN.replace(":ubahan_terhitung", terhitung))
    return PerintahSiap(perintah.bindparams(*(bindparam(nama, None) for nama in _NILAI_HITUNGAN)))


def _nilai_hitungan(saring: SaringLog, jangkauan: Jangkauan) -> dict[str, Any]:
    berbuku = len(saring.jenis) == 1 and len(saring.tahun) == 1
    return {
        "wilayah": [""] if jangkauan.instansi is None else sorted(jangkauan.instansi),
        "jenis": [str(j) for j in saring.jenis] or None,
        "tahun": list(saring.tahun) or None,
        "status": [n.value for n in saring.status] or None,
        "tipe_skp": [n.value for n in saring.tipe_skp] or None,
        "kode": list(saring.kode) or None,
        "jenis_buku": str(saring.jenis[0]) if berbuku else "",
        "tahun_buku": saring.tahun[0] if berbuku else 0,
    }


def _dari_hitungan(baris: Iterable[Mapping[str, Any]], saring: SaringLog) -> dict[str, Any]:
    hasil: dict[str, dict[str, int]] = {"status": {}, "kode": {}, "tipe_skp": {}}
    buku: dict[str, int] = {}
    for b in baris:
        if b["bagian"] == "kode":
            for kode in set(b["kode"]):
                hasil["kode"][kode] = hasil["kode"].get(kode, 0) + b["n"]
        elif b["bagian"] in hasil:
            hasil[b["bagian"]][b["nama"]] = b["n"]
        else:
            buku[b["nama"] or b["bagian"]] = b["n"]
    hasil["tipe_skp"].pop("", None)
    ringkas = {nama: {k: n for k, n in sorted(isi.items()) if n} for nama, isi in hasil.items()}
    jumlah = {"jumlah": sum(hasil["status"].values()), **ringkas}
    if len(saring.jenis) != 1 or len(saring.tahun) != 1:
        return {**jumlah, "buku_besar": None, "seimbang": None}
    pengguna = buku.get("PENGGUNA", 0)
    return {**jumlah, **_buku_besar(pengguna, pengguna - buku.get("PERNAH", 0), buku)}


def _buku_besar(user_pmm: int, belum_pernah: int, menurut_status: Mapping[str, int]) -> dict[str, Any]:
    """The ledger and whether it balances; a figure below zero never does."""
    status = {st.value.lower(): menurut_status.get(st.value, 0) for st in StatusSinkro}
    seimbang = user_pmm == belum_pernah + sum(status.values()) and min(belum_pernah, *status.values()) >= 0
    return {"buku_besar": {"user_pmm": user_pmm, "belum_pernah": belum_pernah, **status}, "seimbang": seimbang}


async def _hitung_benar(conn: AsyncConnection, saring: SaringLog, jangkauan: Jangkauan) -> dict[str, Any]:
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
    return {**hasil, **_buku_besar(baris.user_pmm, baris.belum_pernah, baris.menurut_status)}


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
