"""What is in e-Kinerja now about a person: who they are and their SKP with RHK and indikator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.pegawai.queries import pegawai
from services.skp.queries import skp, skp_pegawai
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, butuh, id_dari_jalur
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import NipIn
from sync_api.v1.documented import jawaban
from sync_api.v1.pegawai_shapes import DaftarSkpOut, PegawaiOut, SkpOut, TahunKueri

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
    dicari, jangkauan = id_dari_jalur(skp_id), izin.jangkauan
    async with konteks.baca() as conn:
        isi = await skp(conn, dicari, jangkauan.instansi)
        if isi is None and jangkauan.nip is not None:
            # Oneself is reached whatever the instansi, so the person decides.
            semua = await skp(conn, dicari, None)
            isi = semua if semua is not None and semua["nip"] == jangkauan.nip else None
    if isi is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(isi)
