"""What is in e-Kinerja now about a person: who they are, their SKP with RHK and indikator, and their ratings."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.identitas.pemanggil import Jangkauan
from services.pegawai.queries import pegawai
from services.penilaian.queries import penilaian_skp
from services.skp.queries import skp, skp_pegawai
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, butuh, id_dari_jalur
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import NipIn
from sync_api.v1.documented import jawaban
from sync_api.v1.pegawai_shapes import DaftarPenilaianOut, DaftarSkpOut, PegawaiOut, SkpOut, TahunKueri

router = APIRouter(prefix="/v1", tags=["Pegawai dan SKP"])


@router.get("/pegawai/{nip}", operation_id="baca_pegawai", responses=jawaban(PegawaiOut, 404))
async def baca_pegawai(konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], nip: NipIn) -> Response:
    """Data pegawai."""
    async with konteks.baca() as conn:
        isi = await pegawai(conn, nip, izin.jangkauan.untuk_nip(nip))
    if isi is None:
        raise PermintaanDitolak("PEGAWAI_TIDAK_TERDAFTAR")
    return jawaban_json(isi)


@router.get("/pegawai/{nip}/skp", operation_id="daftar_skp_pegawai", responses=jawaban(DaftarSkpOut, 404))
async def daftar_skp_pegawai(
    konteks: KonteksProses,
    izin: Annotated[Izin, butuh("sinkro:baca")],
    nip: NipIn,
    kueri: Annotated[TahunKueri, Query()],
) -> Response:
    """SKP pegawai, beserta RHK dan indikatornya."""
    async with konteks.baca() as conn:
        daftar = await skp_pegawai(conn, nip, kueri.tahun, izin.jangkauan.untuk_nip(nip))
    if daftar is None:
        raise PermintaanDitolak("PEGAWAI_TIDAK_TERDAFTAR")
    return jawaban_json({"data": daftar})


@router.get("/skp/{skp_id}", operation_id="baca_skp", responses=jawaban(SkpOut, 404))
async def baca_skp(konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], skp_id: str) -> Response:
    """Satu SKP."""
    async with konteks.baca() as conn:
        return jawaban_json(await _skp_terlihat(conn, id_dari_jalur(skp_id), izin.jangkauan))


@router.get("/skp/{skp_id}/penilaian", operation_id="daftar_penilaian_skp", responses=jawaban(DaftarPenilaianOut, 404))
async def daftar_penilaian_skp(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], skp_id: str
) -> Response:
    """Penilaian satu SKP menurut periode, beserta riwayat nilai dan lampirannya."""
    dicari = id_dari_jalur(skp_id)
    async with konteks.baca() as conn:
        await _skp_terlihat(conn, dicari, izin.jangkauan)
        return jawaban_json({"data": await penilaian_skp(conn, dicari, None)})


async def _skp_terlihat(conn: AsyncConnection, skp_id: UUID, jangkauan: Jangkauan) -> dict[str, Any]:
    """The SKP, if the caller reaches it; else 404."""
    isi = await skp(conn, skp_id, jangkauan.instansi)
    if isi is None and jangkauan.nip is not None:
        # Oneself is reached whatever the instansi, so the person decides.
        semua = await skp(conn, skp_id, None)
        isi = semua if semua is not None and semua["nip"] == jangkauan.nip else None
    if isi is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return isi
