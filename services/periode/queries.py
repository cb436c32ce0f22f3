"""Reading periods: one page, one row, all of an instansi, and the check "Check Periode yang Dapat Di Sinkro"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, case, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.periode import (
    JenisPeriode,
    Periode,
    PeriodeTahun,
    periksa_final,
    periksa_periodik,
)
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Objek, buat_temuan
from services.db.penyewa import mesin_di
from services.db.periode import ke_periode
from services.db.tables import InstansiRow, PenilaianRow, PeriodeRow
from services.periode.kursor import PosisiPeriode

_P = PeriodeRow
_TAHUN = func.coalesce(_P.tahun, 0)
_FINAL = cast(case((_P.jenis == JenisPeriode.FINAL.value, 1), else_=0), Integer)
_URUTAN = (_TAHUN, _FINAL, _P.periode_awal, _P.periode_akhir, _P.id)
_KOLOM = (
    _P.id, _P.instansi_id, _P.nama, _P.jenis, _P.tipe_periodik, _P.angka_periodik, _P.periode_awal, _P.periode_akhir,
    _P.batas_pengisian, _P.tahun,
)  # fmt: skip


class PeriodeTidakDitemukan(Exception):
    """The period or the instansi is unknown or belongs to somebody else."""


def isi_json(p: Periode) -> dict[str, Any]:
    """What a caller may set, ready for JSON; also the columns of a row."""
    return {
        "nama": p.nama,
        "jenis": p.jenis.value,
        "tipe_periodik": p.tipe_periodik.value if p.tipe_periodik else None,
        "angka_periodik": p.angka_periodik,
        "periode_awal": str(p.periode_awal),
        "periode_akhir": str(p.periode_akhir),
        "batas_pengisian": str(p.batas_pengisian),
        "tahun": p.tahun,
    }


def periode_json(p: Periode) -> dict[str, Any]:
    """A period as the API gives it, dates as `mm-dd`."""
    return {"id": p.id, "instansi_id": p.instansi_id, **isi_json(p)}


def _tahun_json(p: PeriodeTahun) -> dict[str, Any]:
    isi = periode_json(p.periode)
    return isi | {
        "tahun": p.tahun,
        "untuk_semua_tahun": p.periode.tahun is None,
        "periode_awal": p.awal.isoformat(),
        "periode_akhir": p.akhir.isoformat(),
        "batas_pengisian": p.batas.isoformat(),
    }


async def daftar_periode(
    conn: AsyncConnection,
    *,
    tahun: Sequence[int],
    jenis: Sequence[str],
    instansi: frozenset[str] | None,
    kursor: str | None,
    jumlah_baris: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of periods, templates first, then by year and dates, and the cursor of the next page (None at the end).

    `tahun`, `jenis`: empty means any; a template has no tahun. `instansi` None: every instansi. Raises KursorTidakSah.
    """
    perintah = select(*_KOLOM).order_by(*_URUTAN).limit(jumlah_baris + 1)
    if tahun:
        perintah = perintah.where(_P.tahun.in_(tahun))
    if jenis:
        perintah = perintah.where(_P.jenis.in_(jenis))
    if instansi is not None:
        perintah = perintah.where(_P.instansi_id.in_(instansi))
    if kursor:
        dari = PosisiPeriode.dari_teks(kursor)
        batas = (dari.tahun, dari.final, dari.awal, dari.akhir, dari.id)
        perintah = perintah.where(tuple_(*_URUTAN) > tuple_(*(literal(nilai) for nilai in batas)))
    baris = (await conn.execute(perintah)).all()
    halaman = [periode_json(ke_periode(satu)) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    akhir = baris[jumlah_baris - 1]
    final = int(akhir.jenis == JenisPeriode.FINAL)
    posisi = PosisiPeriode(akhir.tahun or 0, final, akhir.periode_awal, akhir.periode_akhir, akhir.id)
    return halaman, posisi.ke_teks()


async def satu_periode(conn: AsyncConnection, periode_id: UUID, instansi: frozenset[str] | None) -> Periode | None:
    """One period; None when it is unknown or outside `instansi` (None: every instansi)."""
    perintah = select(*_KOLOM).where(_P.id == periode_id)
    if instansi is not None:
        perintah = perintah.where(_P.instansi_id.in_(instansi))
    satu = (await conn.execute(perintah)).one_or_none()
    return ke_periode(satu) if satu is not None else None


async def periode_untuk_tahun(conn: AsyncConnection, instansi_id: str, tahun: int) -> list[Periode]:
    """The periods of the instansi for that year and its templates."""
    perintah = select(*_KOLOM).where(_P.instansi_id == instansi_id, (_P.tahun == tahun) | _P.tahun.is_(None))
    return [ke_periode(satu) for satu in await conn.execute(perintah)]


async def jumlah_penilaian(conn: AsyncConnection, periode_id: Sequence[UUID]) -> Mapping[str, int]:
    """How many ratings hang on each of these periods; those without any are left out. Ratings of people who moved to
    another instansi count too."""
    n = PenilaianRow
    perintah = select(n.periode_id, func.count()).where(n.periode_id.in_(periode_id)).group_by(n.periode_id)
    async with mesin_di(conn):
        return {str(satu[0]): satu[1] for satu in await conn.execute(perintah)}


async def pemeriksaan_periode(
    conn: AsyncConnection, *, instansi_id: str, tahun: int, nama_sumber: str
) -> dict[str, Any]:
    """Whether periodic ratings of the year can be synchronised, with the periods in force and their dates of that year.

    `temuan` and `dapat_sinkro` are about PERIODIK only; `periode_final` is shown besides. Raises PeriodeTidakDitemukan
    for an unknown instansi.
    """
    nama = await conn.scalar(select(InstansiRow.nama).where(InstansiRow.id == instansi_id))
    if nama is None:
        raise PeriodeTidakDitemukan("instansi tidak ditemukan")
    semua = await periode_untuk_tahun(conn, instansi_id, tahun)
    periodik = periksa_periodik(semua, tahun)
    kunci = f"{instansi_id}:{tahun}"
    temuan = [
        buat_temuan(
            kode,
            objek=Objek(JenisObjek.PERIODE, kunci, nama),
            rincian={"tahun": tahun},
            fakta=(Fakta(JenisFakta.PERIODE_TAHUN, kunci),),
            sumber=nama_sumber,
        )
        for kode in (periodik.kode,)
        if kode is not None
    ]
    return {
        "instansi_id": instansi_id,
        "tahun": tahun,
        "dapat_sinkro": periodik.kode is None,
        "tipe_periodik": periodik.tipe,
        "temuan": [t.ke_json() for t in temuan],
        "periode": [_tahun_json(p) for p in periodik.periode],
        "periode_final": [_tahun_json(p) for p in periksa_final(semua, tahun).periode],
    }
